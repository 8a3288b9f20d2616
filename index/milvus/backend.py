"""A collection on Milvus, which any number of processes and machines share.

Milvus has no transactions. An article is stored once its row is: its passages and texts are written
before, rows of its older version are deleted after, and a passage that a search finds counts only
while its article's row has the same version. So a process that dies leaves nothing that can be
seen, and nothing that adding the same articles again does not put right.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations

import numpy as np
import numpy.typing as npt

from index import near_duplicates
from index.analyzer import analyzer
from index.backend import Found, Outcome, Vectors
from index.errors import UserError
from index.identity import digest
from index.milvus import rows, schema, weights
from index.milvus.articles import Articles
from index.milvus.connection import Connection, Row
from index.milvus.corrections import Corrections
from index.milvus.listing import Listing
from index.milvus.rows import Entry
from index.milvus.statistics import Statistics
from index.milvus.tables import Tables
from index.milvus.weights import Lengths
from index.place import MilvusAddress
from index.settings import DUPLICATE_SIMILARITY
from index.types import Article, Correction, Filters, Order, Passage, Summaries

_OVERSAMPLING = 2
"""Candidates asked of Milvus for each one wanted; their exact scores are computed here."""

_LEAST_BREADTH = 200
"""The least number of neighbours that an HNSW search keeps in view (`ef`)."""

_THREADS = 8
_MOST_SEARCHES = 4
_FOUND_FIELDS = (
    "article",
    "version",
    "start",
    "end",
    "dense",
    "sparse",
    "words",
    "title_words",
    "source",
)


class MilvusBackend:
    """A collection on a Milvus server; threads and processes may share it."""

    def __init__(self, address: MilvusAddress, create_with: str | None) -> None:
        """Connect to the server.

        Args:
            address: Address of the collection.
            create_with: Embedder of a new collection; None opens an existing one only.

        Raises:
            UserError: If the server does not answer, or has no such collection.
        """
        self.address = address
        self._changes = 0
        self._names = schema.names(address)
        self._connection = Connection(address)
        self._articles = Articles(self._connection, self._names)
        self._tables = Tables(self._connection, self._names)
        self._corrections = Corrections(self._connection, self._names.texts)
        self._listing = Listing(self._connection, self._names.articles)
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="milvus")
        self._statistics = Statistics(self._connection, self._names.passages, self._executor)
        try:
            self.embedder = self._tables.open(create_with)
        except UserError:
            self.close()
            raise

    def holds(self, article: Article) -> bool:
        """True if the article is stored with exactly this text, title, date and source."""
        # Asked for each article, so not "Strong": a simultaneous write of another process could be
        # missed either way.
        return self._fingerprints([article.id], "Session").get(article.id) == digest(article)

    def correct(self, article_id: str, correction: Correction) -> None:
        """Store a correction of an article, which applies to every later version of it.

        Raises:
            UserError: If the title is longer than Milvus can store.
        """
        self._corrections.keep(article_id, correction)

    def corrected(self, article: Article) -> Article:
        """The article with its stored correction applied.

        What another process has corrected within the last second may be missing.
        """
        return self._corrections.corrected(article)

    def put(self, embedded: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[Outcome]:
        """Add or replace articles, each whole or not at all; once it returns, they are safe."""
        embedded = list(embedded)
        stored = self._fingerprints([article.id for article, _, _ in embedded])
        known = dict(stored)
        outcomes = []
        new: dict[str, Entry] = {}
        for article, passages, vectors in embedded:
            fingerprint = digest(article)
            if known.get(article.id) == fingerprint:
                outcomes.append(Outcome.UNCHANGED)
                continue
            outcomes.append(Outcome.UPDATED if article.id in known else Outcome.ADDED)
            known[article.id] = fingerprint
            new[article.id] = Entry(article, fingerprint, passages, vectors)
        if new:
            self._tables.write(list(new.values()), stored.keys())
            self._forget()
        return outcomes

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, each whole or not at all; returns the ids that were there."""
        asked = list(dict.fromkeys(article_ids))
        stored = self._articles.heads(asked, ["digest"])
        self._tables.delete(asked)
        self._corrections.forget([article_id for article_id in asked if article_id in stored])
        self._forget()
        return [article_id for article_id in asked if article_id in stored]

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        return self._articles.one(article_id)

    def articles_of(self, versions: Mapping[str, str]) -> dict[str, Article]:
        """The articles that are still stored in exactly these versions, by id."""
        return self._articles.of_versions(versions)

    def articles(self) -> Iterator[Article]:
        """All articles, by id, read some at a time."""
        return self._articles.all()

    def summaries(
        self, words: Sequence[str], offset: int, limit: int, order: Order = Order.ID
    ) -> Summaries:
        """One page of the list of articles; texts are not read."""
        return self._listing.part(words, offset, limit, order)

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The near-duplicate group of each article, by id; ids that are not stored are left out.

        Groups are computed on demand among these articles: two that are alike only through a third
        are in one group only if the third is among them.
        """
        asked = list(dict.fromkeys(article_ids))
        heads = self._articles.heads(asked, ["signature"], "Bounded")
        if len(heads) < len(asked):
            heads = self._articles.heads(asked, ["signature"])
        signatures = {
            article_id: rows.signature_of(head) for article_id, head in sorted(heads.items())
        }
        group = {article_id: number for number, article_id in enumerate(signatures)}
        for (first_id, first), (second_id, second) in combinations(signatures.items(), 2):
            if group[first_id] == group[second_id]:
                continue
            if near_duplicates.similarity(first, second) >= DUPLICATE_SIMILARITY:
                kept, merged = sorted((group[first_id], group[second_id]))
                group = {
                    article_id: kept if number == merged else number
                    for article_id, number in group.items()
                }
        return group

    def state(self) -> tuple[int, int, int]:
        """The numbers of articles and passages, and of changes by this process."""
        return *self.counts(), self._changes

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        passages = (
            self._connection.count(self._names.passages) if self._tables.has_passages() else 0
        )
        return self._connection.count(self._names.articles), passages

    def is_new(self) -> bool:
        """True if nothing is in it."""
        return self.counts() == (0, 0)

    def find(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        candidates: int,
        filters: Filters | None,
    ) -> Found:
        """Find the passages with the nearest vectors and those with the best BM25 scores.

        Milvus can merge the two rankings itself, but returns only the merged scores, and gives a
        passage nothing for a ranking that it is not in. `index.fusion` needs the similarity of
        every candidate; so two searches find the candidates, and the exact scores of both kinds are
        computed from the stored vectors that come with them.
        """
        if not self._tables.has_passages():
            return Found({}, {}, [], {}, {})
        asked = weights.terms(analyzer().analyze(question))
        idf, means = self._statistics.of(asked) if asked else ({}, Lengths(1.0, 1.0))
        dense, by_words, stored = self._search(
            vector, weights.question(asked, idf), _OVERSAMPLING * candidates, filters
        )
        # Numbered in the order of the collection, since ties go to the smaller number.
        current = dict(enumerate(stored))
        number = {row["id"]: passage for passage, row in current.items()}
        similarities = dict(zip(current, _cosines(current.values(), vector), strict=True))
        scores = {
            number[row["id"]]: weights.score(
                asked, idf, means, row["sparse"], Lengths(row["words"], row["title_words"])
            )
            for row in by_words
            if row["id"] in number
        }
        nearest = _best({number[row["id"]] for row in dense if row["id"] in number}, similarities)
        nearest = nearest[:candidates]
        lexical = {passage: scores[passage] for passage in _best(scores, scores)[:candidates]}
        kept = sorted({*nearest, *lexical})
        similarities = {passage: similarities[passage] for passage in kept}
        passages = {
            passage: Passage(row["article"], row["start"], row["end"])
            for passage, row in current.items()
            if passage in similarities
        }
        versions = {current[number]["article"]: current[number]["version"] for number in kept}
        return Found(passages, similarities, nearest, lexical, versions)

    def settle(self) -> None:
        """Nothing to do: Milvus keeps its own indexes up to date."""

    def close(self) -> None:
        """Close the connection. Nothing is lost if it is not called."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._connection.close()

    def _search(
        self,
        vector: npt.NDArray[np.float32],
        words: weights.Sparse,
        limit: int,
        filters: Filters | None,
    ) -> tuple[list[Row], list[Row], list[Row]]:
        """The dense and the lexical results, and those of both whose version is still stored."""
        condition = rows.condition(filters)
        outdated: set[str] = set()
        for left in reversed(range(_MOST_SEARCHES)):
            near = self._executor.submit(
                self._connection.search,
                self._names.passages,
                "dense",
                vector.tolist(),
                limit,
                _FOUND_FIELDS,
                condition,
                {"ef": max(limit, _LEAST_BREADTH)},
            )
            by_words = (
                self._connection.search(
                    self._names.passages, "sparse", words, limit, _FOUND_FIELDS, condition, {}
                )
                if words
                else []
            )
            dense = near.result()
            passing = [row for row in (*dense, *by_words) if rows.passes(row, filters)]
            current = self._articles.current(passing)
            before = outdated
            outdated = {row["id"] for row in passing} - {row["id"] for row in current}
            # An outdated row was replaced or removed since it was found, and its successor was not
            # searched yet; or a writer has died, and the same row is found again.
            if outdated <= before or not left:
                break
        return dense, by_words, current

    def _fingerprints(
        self, article_ids: Sequence[str], consistency: str = "Strong"
    ) -> dict[str, str]:
        """Digests by article id; "" for an article of which an older version may have left rows."""
        heads = self._articles.heads(article_ids, ["digest", "cleared"], consistency)
        return {
            article_id: head["digest"] if head["cleared"] else ""
            for article_id, head in heads.items()
        }

    def _forget(self) -> None:
        """Drop cached counts and lists, after a change."""
        self._changes += 1
        self._statistics.forget()
        self._listing.forget()


def _best(numbers: Iterable[int], scores: Mapping[int, float]) -> list[int]:
    return sorted(numbers, key=lambda number: (-scores[number], number))


def _cosines(passages: Iterable[Row], vector: npt.NDArray[np.float32]) -> list[float]:
    matrix = np.array([row["dense"] for row in passages], dtype=np.float32).reshape(-1, len(vector))
    cosines: list[float] = np.clip(matrix @ vector, -1.0, 1.0).tolist()
    return cosines
