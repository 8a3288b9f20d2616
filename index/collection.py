"""A collection of articles on disk: add, remove, search."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from index.backend import Backend
from index.embedding.embedder import BundledEmbedder, Embedder
from index.errors import UserError
from index.fusion import fuse
from index.originals import Originals
from index.place import MilvusAddress, place_of
from index.settings import CANDIDATES, PASSAGES_OF_AN_ARTICLE
from index.storage import embedder_of, open_backend
from index.types import Added, Article, Correction, Filters, Hit, Order, Passage, Summaries

_SEARCHES = 3
"""The most searches for one question: a search is repeated if an article changes meanwhile."""


class Collection:
    """Articles in a folder or on Milvus, searchable by meaning and by words.

    Threads may share one, and any number of processes may open the same one. Articles that one of
    them adds are found by the next search of all others.

    Attributes:
        path: Its folder, or its address on Milvus.
    """

    def __init__(
        self,
        path: Path | MilvusAddress | str,
        *,
        create: bool = False,
        embedder: str | Embedder | None = None,
    ) -> None:
        """Open a collection.

        Args:
            path: Its folder, or where it is on Milvus, as `milvus://HOST:PORT/NAME`.
            create: Make it if it is missing or the folder is empty.
            embedder: For a new collection, what to use instead of the bundled embedder: a
                sentence-transformers name or folder, or an embedder that is loaded already. An
                existing one keeps the embedder that it was made with.

        Raises:
            UserError: If there is no collection, or it was made with another embedder.
        """
        self.path = place_of(path)
        self._lock = Lock()
        embedder_name = embedder if embedder is None or isinstance(embedder, str) else embedder.name
        self._loaded = None if embedder is None or isinstance(embedder, str) else embedder
        create_with = (embedder_name or BundledEmbedder().name) if create else None
        self._backend = open_backend(self.path, create_with)
        if embedder_name is not None and embedder_name != self._backend.embedder:
            self._backend.close()
            raise UserError(
                f"{path}: this collection was embedded with {self._backend.embedder}, not "
                f"{embedder_name}; use that embedder or a new collection"
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close its files. Nothing is lost if it is not called."""
        self._backend.close()

    def add(
        self,
        articles: Iterable[Article],
        progress: Callable[[Article, int], None] = lambda article, passages: None,
        *,
        workers: int = 1,
    ) -> Added:
        """Add articles. One whose id is stored already is replaced if it differs, else left alone.

        Articles are committed in batches: when this returns, or raises, or is killed, every
        article that `progress` was told of is stored, and no article is stored in part.

        Args:
            articles: Of any number; they are read as they are needed, in another thread.
            progress: Called with each committed article and its number of passages,
                0 for one that was there already.
            workers: Processes that split, embed and write; each opens the collection itself.

        Raises:
            UserError: If it cannot be written, or a worker has died.
        """
        if workers > 1:
            from index.workers import add_with_workers

            added = add_with_workers(articles, self.path, workers, progress)
        else:
            from index.ingest import add_articles

            added = add_articles(articles, self._backend, self.embedder, progress)
        self._backend.settle()
        return added

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles; returns those of the ids that were there."""
        removed = self._backend.remove(article_ids)
        if (originals := self._originals) is not None:
            originals.remove(removed)
        self._backend.settle()
        return removed

    def keep_original(self, article: Article, file: Path) -> None:
        """Keep a copy of the file that an article was read from, until the article is removed.

        Args:
            article: The article as it is stored.
            file: The file.

        Raises:
            UserError: If it cannot be written, or the collection is on Milvus.
        """
        if (originals := self._originals) is None:
            raise UserError(f"{self.path}: a collection on Milvus keeps no files")
        originals.keep(article, file)

    def original_of(self, article: Article) -> Path | None:
        """The kept file that this version of an article was read from, or None."""
        return None if self._originals is None else self._originals.of(article)

    @property
    def _originals(self) -> Originals | None:
        return Originals(self.path) if isinstance(self.path, Path) else None

    def edit(
        self,
        article_id: str,
        *,
        title: str | None = None,
        published: date | None = None,
        undated: bool = False,
    ) -> Article:
        """Correct the title or the publication date of an article.

        The correction is kept: when the article's file is read again, it is applied again, until
        the article is removed.

        Args:
            article_id: The article.
            title: Its title; None leaves it as it is.
            published: Its publication date; None leaves it as it is.
            undated: Remove its publication date.

        Returns:
            The article as it is now.

        Raises:
            UserError: If there is no such article.

        Example:
            >>> collection.edit("harbour-1a2b3c4d", published=date(2019, 5, 3))  # doctest: +SKIP
        """
        article = self.article(article_id)
        if article is None:
            raise UserError(f"no article with id {article_id}")
        if title is not None:
            title = " ".join(title.split())
        self._backend.correct(article_id, Correction(title, published, undated))
        self.add([article])
        return self._backend.corrected(article)

    def article(self, article_id: str) -> Article | None:
        """The article of this id, or None."""
        return self._backend.article(article_id)

    def articles(self) -> Iterator[Article]:
        """All articles, in the order of their ids."""
        return self._backend.articles()

    def summaries(
        self, query: str = "", offset: int = 0, limit: int = 100, order: Order = Order.ID
    ) -> Summaries:
        """One page of the list of articles; texts are not read.

        Args:
            query: Words separated by spaces. An article is listed if each is a part of its title,
                source, date or id, in any case. An empty query lists all articles.
            offset: Number of articles to skip.
            limit: The most articles to return.
            order: The order of the list; if by date, articles without a date come last.
        """
        return self._backend.summaries(query.casefold().split(), offset, limit, order)

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The near-duplicate group of each article, by id; ids that are not stored are left out.

        Articles of one group have nearly the same text, as when two papers print the same agency
        report; they count as one witness. The numbers have no other meaning, and may change when
        articles are added.
        """
        return self._backend.groups(article_ids)

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and of passages."""
        return self._backend.counts()

    def state(self) -> Hashable:
        """A value that changes whenever articles are added, replaced or removed.

        On Milvus, a replacement by another process does not change it.
        """
        return self._backend.state()

    @property
    def is_new(self) -> bool:
        """True if nothing was ever added to it."""
        return self._backend.is_new()

    @property
    def embedder(self) -> Embedder:
        """The embedder of passages and questions."""
        with self._lock:
            if self._loaded is None:
                self._loaded = embedder_of(self._backend, self.path)
            return self._loaded

    @property
    def backend(self) -> Backend:
        """Its storage."""
        return self._backend

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Find the passages that match a question best, by meaning and by words.

        Each hit holds its article in the version in which the passage was found. If an article
        changes during the search, the search is repeated; an article that changes every time is
        left out.

        Args:
            question: Words in any form.
            k: The most passages to return.
            filters: Restricts the search to the articles that pass.
        """
        vector = self.embedder.embed([question])[0]
        for _ in range(_SEARCHES):
            candidates = self._backend.find(question, vector, max(k, CANDIDATES), filters)
            scores = fuse(candidates.similarities, candidates.lexical)
            chosen = list(islice(_spread(scores, candidates.passages), k))
            ids = {candidates.passages[number].article_id for number in chosen}
            articles = self._backend.articles_of(
                {article_id: candidates.versions[article_id] for article_id in ids}
            )
            if len(articles) == len(ids):
                break
            # An article was replaced or removed after the search and before its text was read.
        groups = self._backend.groups(articles) if len(articles) > 1 else {}
        dense_rank = {number: rank for rank, number in enumerate(candidates.dense, start=1)}
        lexical_rank = {number: rank for rank, number in enumerate(candidates.lexical, start=1)}
        return [
            Hit(
                passage,
                scores[number],
                dense_rank.get(number),
                lexical_rank.get(number),
                candidates.similarities[number],
                article=articles[passage.article_id],
                duplicate_group=groups.get(passage.article_id),
            )
            for number in chosen
            if (passage := candidates.passages[number]).article_id in articles
        ]


def _spread(scores: Iterable[int], passages: Mapping[int, Passage]) -> Iterator[int]:
    """Passage ids, best first; those beyond `PASSAGES_OF_AN_ARTICLE` of one article come last."""
    taken: dict[str, int] = {}
    surplus = []
    for passage_id in scores:
        article = passages[passage_id].article_id
        taken[article] = taken.get(article, 0) + 1
        if taken[article] <= PASSAGES_OF_AN_ARTICLE:
            yield passage_id
        else:
            surplus.append(passage_id)
    yield from surplus
