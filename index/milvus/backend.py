"""A collection on Milvus, which any number of processes and machines share.

Milvus knows no transaction. An article is stored when its row is: all that belongs to it is written
before, what its older version left is deleted after, and what a search finds counts only
while its article's row has the same version. So a process that dies leaves nothing that could be
seen, and nothing that writing the same articles again would not put right.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt

from index import likeness
from index.backend import Found, Outcome, Vectors
from index.errors import UserError
from index.fusion import fuse
from index.identity import digest
from index.milvus import rows, schema, weights
from index.milvus.address import MilvusAddress
from index.milvus.articles import ROWS_A_REQUEST, Articles
from index.milvus.connection import Connection, Row, literal, literals
from index.milvus.listing import Listing
from index.milvus.statistics import Statistics
from index.milvus.weights import Lengths
from index.types import Article, Filters, Passage, Summaries
from index.words import analyzer

_OVERSAMPLING = 2
"""Candidates asked of Milvus for each one wanted: its scores are exact only after another look."""

_LEAST_BREADTH = 200
"""How many neighbours HNSW keeps in view (ef)."""

_THREADS = 8
_PASSAGES_A_REQUEST = 250
_CONDITIONS_A_REQUEST = 50
_READ_SOON = 20
_SETTINGS = "settings"
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
            address: Of the collection.
            create_with: Makes a missing collection, for vectors of this embedder.

        Raises:
            UserError: If the server does not answer, or has no such collection.
        """
        self.address = address
        self._names = schema.names(address)
        self._connection = Connection(address)
        self._articles = Articles(self._connection, self._names)
        self._listing = Listing(self._connection, self._names.articles)
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="milvus")
        self._statistics = Statistics(self._connection, self._names.passages, self._executor)
        self._has_passages = False
        try:
            self.embedder = self._open(create_with)
        except UserError:
            self.close()
            raise

    def holds(self, article: Article) -> bool:
        """Whether the article is stored already, just as it is."""
        # What other processes write at this very moment would be a matter of luck anyway, and
        # this is asked for each article.
        heads = self._articles.heads([article.id], ["digest"], "Session")
        return bool(heads) and heads[article.id]["digest"] == digest(article)

    def put(self, given: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[Outcome]:
        """Add or replace articles, each whole or not at all; once it returns, they are safe."""
        given = list(given)
        stored = {
            each: str(head["digest"])
            for each, head in self._articles.heads([row[0].id for row in given], ["digest"]).items()
        }
        known = dict(stored)
        outcomes = []
        new: dict[str, tuple[Article, Sequence[Passage], Vectors]] = {}
        for article, passages, vectors in given:
            fingerprint = digest(article)
            if known.get(article.id) == fingerprint:
                outcomes.append(Outcome.UNCHANGED)
                continue
            outcomes.append(Outcome.UPDATED if article.id in known else Outcome.ADDED)
            known[article.id] = fingerprint
            new[article.id] = article, passages, vectors
        if new:
            self._write(new, known)
            self._delete_older({each: known[each] for each in new if each in stored})
            self._forget(new)
        return outcomes

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, each whole or not at all; returns the ids that were there."""
        asked = list(dict.fromkeys(article_ids))
        stored = self._articles.heads(asked, ["digest"])
        for first in range(0, len(asked), _CONDITIONS_A_REQUEST):
            part = literals(asked[first : first + _CONDITIONS_A_REQUEST])
            self._connection.delete(self._names.articles, f"id in {part}")
            if self._can_search():
                self._connection.delete(self._names.passages, f"article in {part}")
            self._connection.delete(self._names.texts, f"article in {part}")
        self._forget(asked)
        return [each for each in asked if each in stored]

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        return self._articles.one(article_id)

    def articles(self) -> Iterator[Article]:
        """All articles, by id, read some at a time."""
        return self._articles.all()

    def summaries(self, words: Sequence[str], offset: int, limit: int) -> Summaries:
        """A part of the list of all articles, by id, without reading any text."""
        return self._listing.part(words, offset, limit)

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The groups of near-duplicates among these articles, of those that are stored.

        They are found when they are asked for, by comparing these articles: two that are alike
        only by way of a third are in one group only if that is among them.
        """
        heads = self._articles.heads(list(dict.fromkeys(article_ids)), ["signature"])
        signatures = {each: rows.signature_of(head) for each, head in sorted(heads.items())}
        group = {each: number for number, each in enumerate(signatures)}
        for one, signature in signatures.items():
            for other in signatures:
                alike = likeness.similarity(signature, signatures[other]) >= likeness.ALIKE
                if one < other and alike and group[one] != group[other]:
                    first, second = sorted((group[one], group[other]))
                    group = {e: first if n == second else n for e, n in group.items()}
        return group

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        passages = self._connection.count(self._names.passages) if self._can_search() else 0
        return self._connection.count(self._names.articles), passages

    def is_new(self) -> bool:
        """Whether nothing is in it."""
        return self.counts() == (0, 0)

    def find(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        candidates: int,
        filters: Filters | None,
    ) -> Found:
        """Find the passages nearest by meaning, and those nearest by words.

        Milvus can merge both rankings by itself, but tells only the merged scores, and gives a
        passage nothing for the ranking that it is not in. What `index.fusion` computes needs
        the similarity of each; so two searches find the candidates, and the stored vectors
        that come with them give the exact scores of both kinds.
        """
        if not self._can_search():
            return Found({}, {}, [], {})
        condition = rows.condition(filters)
        limit = _OVERSAMPLING * candidates
        near = self._executor.submit(
            self._connection.search, self._names.passages, "dense", vector.tolist(), limit,
            _FOUND_FIELDS, condition, {"ef": max(limit, _LEAST_BREADTH)},
        )  # fmt: skip
        asked = weights.terms(analyzer().analyze(question))
        idf, means = self._statistics.of(asked) if asked else ({}, Lengths(1.0, 1.0))
        by_words = (
            self._connection.search(
                self._names.passages, "sparse", weights.question(asked, idf), limit,
                _FOUND_FIELDS, condition, {},
            )
            if asked
            else []
        )  # fmt: skip
        dense = near.result()
        # Numbers that rise with the place in the collection, since ties go to the smaller one.
        passing = [row for row in (*dense, *by_words) if rows.passes(row, filters)]
        current = dict(enumerate(self._articles.current(passing)))
        number = {row["id"]: each for each, row in current.items()}
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
        lexical = {each: scores[each] for each in _best(scores, scores)[:candidates]}
        kept = sorted({*nearest, *lexical})
        similarities = {each: similarities[each] for each in kept}
        read = [current[each] for each in list(fuse(similarities, lexical))[:_READ_SOON]]
        self._articles.read_soon({row["article"]: row["version"] for row in read})
        passages = {
            each: Passage(row["article"], row["start"], row["end"])
            for each, row in current.items()
            if each in similarities
        }
        return Found(passages, similarities, nearest, lexical)

    def settle(self) -> None:
        """Nothing to do: Milvus keeps its own indexes up to date."""

    def close(self) -> None:
        """Close the connection; nothing is lost without it."""
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._connection.close()

    def _open(self, create_with: str | None) -> str:
        missing = f"{self.address}: no collection here; make one with `article-qa add`"
        kept = (self._names.articles, schema.articles), (self._names.texts, schema.texts)
        for name, made in kept:
            if not self._connection.has(name):
                if create_with is None:
                    raise UserError(missing)
                self._connection.create(name, *made())
            self._connection.load(name)
        settings = self._settings()
        if settings is None and create_with is not None:
            self._connection.upsert(self._names.texts, [_settings_row(create_with)], 1)
            settings = self._settings()
        if settings is None:
            raise UserError(missing)
        version = int(settings["format"])
        if version > schema.FORMAT:
            raise UserError(
                f"{self.address}: made by a newer version of article-qa (format "
                f"{version}, this one reads up to {schema.FORMAT}); install that version"
            )
        if self._can_search():
            self._connection.load(self._names.passages)
        return str(settings["embedder"])

    def _settings(self) -> dict[str, str | int] | None:
        found = self._connection.query(self._names.texts, f"id == {literal(_SETTINGS)}", ["text"])
        return dict(json.loads(found[0]["text"])) if found else None

    def _can_search(self) -> bool:
        """Whether there are passages at all: their vectors' dimension is known with the first."""
        if not self._has_passages:
            self._has_passages = self._connection.has(self._names.passages)
        return self._has_passages

    def _make_searchable(self, dimension: int) -> None:
        if self._can_search():
            return
        made, needed, faster = schema.passages(dimension)
        self._connection.create(self._names.passages, made, needed)
        self._connection.index(self._names.passages, faster)
        self._connection.load(self._names.passages)
        self._has_passages = True

    def _write(
        self,
        new: dict[str, tuple[Article, Sequence[Passage], Vectors]],
        fingerprints: dict[str, str],
    ) -> None:
        passages, pieces, heads = [], [], []
        for article, cut, vectors in new.values():
            fingerprint = fingerprints[article.id]
            # Refuses what is too long before anything is written.
            heads.append(rows.head_row(article, fingerprint))
            pieces += rows.piece_rows(article, fingerprint)
            passages += rows.passage_rows(article, fingerprint, cut, vectors)
        if passages:
            self._make_searchable(len(passages[0]["dense"]))
            self._connection.upsert(self._names.passages, passages, _PASSAGES_A_REQUEST)
        self._connection.upsert(self._names.texts, pieces, ROWS_A_REQUEST)
        self._connection.upsert(self._names.articles, heads, ROWS_A_REQUEST)

    def _delete_older(self, fingerprints: dict[str, str]) -> None:
        conditions = [
            f"(article == {literal(each)} and version != {literal(rows.version_of(fingerprint))})"
            for each, fingerprint in fingerprints.items()
        ]
        for first in range(0, len(conditions), _CONDITIONS_A_REQUEST):
            condition = " or ".join(conditions[first : first + _CONDITIONS_A_REQUEST])
            if self._can_search():
                self._connection.delete(self._names.passages, condition)
            self._connection.delete(self._names.texts, condition)

    def _forget(self, article_ids: Iterable[str]) -> None:
        """Look again at what this process has changed."""
        self._statistics.forget()
        self._articles.forget(article_ids)
        self._listing.forget()


def _best(numbers: Iterable[int], scores: Mapping[int, float]) -> list[int]:
    return sorted(numbers, key=lambda each: (-scores[each], each))


def _cosines(found: Iterable[Row], vector: npt.NDArray[np.float32]) -> list[float]:
    matrix = np.array([row["dense"] for row in found], dtype=np.float32).reshape(-1, len(vector))
    cosines: list[float] = np.clip(matrix @ vector, -1.0, 1.0).tolist()
    return cosines


def _settings_row(embedder: str) -> Row:
    return {
        "id": _SETTINGS,
        "article": "",
        "version": "",
        "piece": 0,
        "text": json.dumps({"format": schema.FORMAT, "embedder": embedder}),
        "nothing": schema.NOTHING,
    }
