"""A collection of articles on disk: add, remove, search."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from index.embedder import BundledEmbedder, Embedder, load_embedder
from index.errors import UserError
from index.fusion import fuse
from index.store import Filters, Store, Vectors
from index.types import Article, Hit, Passage

if TYPE_CHECKING:
    from index.lexical import LexicalIndex
    from index.vectors import VectorIndex

_STORE = "articles.sqlite"
_CANDIDATES = 50
"""Passages that each ranking hands to the fusion."""

_BATCH_PASSAGES = 256
"""Passages that are embedded and committed together: what Ctrl-C can cost."""


@dataclass(frozen=True, slots=True)
class Added:
    """What `Collection.add` did with the articles it was given."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0


class Collection:
    """Articles in a folder, searchable by meaning and by words.

    Threads may share one; processes may each open the same folder. What one has added, all
    others find with their next search.
    """

    def __init__(self, path: Path, *, create: bool = False, embedder: str | None = None) -> None:
        """Open a collection.

        Args:
            path: Its folder.
            create: Make it if the folder is missing or empty.
            embedder: A sentence-transformers name or folder for a new collection, instead of
                the bundled embedder. An existing one keeps the embedder that it was made with.

        Raises:
            UserError: If the folder is no collection, or was made with another embedder.
        """
        self.path = path
        store = path / _STORE
        if path.exists() and not path.is_dir():
            raise UserError(f"{path}: a file, not the folder of a collection")
        if path.is_dir() and not store.exists() and any(path.iterdir()):
            raise UserError(f"{path}: a folder of something else, not a collection")
        if not create:
            self._store = Store(store)
        else:
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UserError(f"{path}: cannot be created ({error.strerror})") from None
            self._store = Store(store, create_with=embedder or BundledEmbedder().name)
        if embedder is not None and embedder != self._store.embedder:
            self._store.close()
            raise UserError(
                f"{path}: this collection was embedded with {self._store.embedder}, not "
                f"{embedder}; use that embedder or a new collection"
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
        """Close its files; nothing is lost without it."""
        self._store.close()

    def add(
        self,
        articles: Iterable[Article],
        progress: Callable[[Article, int], None] = lambda article, passages: None,
    ) -> Added:
        """Add articles; one whose id is there is replaced if it differs, else left alone.

        Articles are committed in batches: when this returns, or raises, or is killed, every
        article that `progress` was told of is stored, and no article is stored in part.

        Args:
            articles: Of any number; they are read as they are needed.
            progress: Is called with each committed article and its number of passages,
                0 for one that was there already.
        """
        total = Added()
        for batch in _batches(articles, self._passages_of):
            total = self._add_batch(batch, total, progress)
        self._follow()
        self._vectors.save()
        return total

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles; returns those of the ids that were there."""
        removed = self._store.remove(article_ids)
        self._follow()
        self._vectors.save()
        return removed

    def article(self, article_id: str) -> Article | None:
        """The article of this id, or None."""
        return self._store.article(article_id)

    def articles(self) -> Iterator[Article]:
        """All articles, in the order of their ids."""
        return self._store.articles()

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and of passages."""
        return self._store.counts()

    @property
    def is_new(self) -> bool:
        """Whether nothing was ever added to it."""
        return self._store.state().counter == 0

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Hit]:
        """Find the passages that are nearest to a question, by meaning and by words.

        Args:
            question: Words in any form.
            k: How many passages at most.
            filters: Looks only at articles that pass.
        """
        self._follow()
        allowed = self._store.allowed(filters) if filters else None
        if allowed is not None and len(allowed) == 0:
            return []
        vector = self._embedder.embed([question])[0]
        dense = self._vectors.search(vector, _CANDIDATES, allowed).ids.tolist()
        lexical = self._lexical.search(
            question, _CANDIDATES, None if allowed is None else allowed.tolist()
        )
        # A passage that another process has removed in the meantime is not among the stored.
        candidates = list({*dense, *lexical})
        stored = self._store.passages(candidates)
        vectors = self._store.vectors(candidates)
        similarities = {
            each: float(vectors[each].astype(np.float32) @ vector)
            for each in candidates
            if each in stored and each in vectors
        }
        scores = fuse(similarities, lexical)
        dense_rank = {each: rank for rank, each in enumerate(dense, start=1)}
        lexical_rank = {each: rank for rank, each in enumerate(lexical, start=1)}
        return [
            Hit(
                stored[each],
                score,
                dense_rank.get(each),
                lexical_rank.get(each),
                similarities[each],
            )
            for each, score in islice(scores.items(), k)
        ]

    def _passages_of(self, article: Article) -> list[Passage] | None:
        from index.passages import split

        return None if self._store.holds(article) else split(article)

    def _add_batch(
        self,
        batch: Sequence[tuple[Article, list[Passage] | None]],
        total: Added,
        progress: Callable[[Article, int], None],
    ) -> Added:
        from index.passages import embedding_text

        new = [(article, passages) for article, passages in batch if passages is not None]
        texts = [embedding_text(article, each) for article, passages in new for each in passages]
        vectors: Vectors = self._embedder.embed(texts).astype(np.float16)
        ends = np.cumsum([len(passages) for _, passages in new])
        parts = np.split(vectors, ends[:-1]) if new else []
        known = sum(self._store.article(article.id) is not None for article, _ in new)
        if new:
            self._store.put(
                (article, passages, part)
                for (article, passages), part in zip(new, parts, strict=True)
            )
        for article, passages in batch:
            progress(article, len(passages or ()))
        return Added(
            total.added + len(new) - known,
            total.updated + known,
            total.unchanged + len(batch) - len(new),
            total.passages + len(texts),
        )

    def _follow(self) -> None:
        self._vectors.catch_up(self._store)
        self._lexical.catch_up(self._store)

    @cached_property
    def _embedder(self) -> Embedder:
        return load_embedder(self._store.embedder)

    @cached_property
    def _vectors(self) -> "VectorIndex":
        from index.vectors import VectorIndex

        return VectorIndex(self.path / "vectors.faiss")

    @cached_property
    def _lexical(self) -> "LexicalIndex":
        from index.lexical import LexicalIndex

        return LexicalIndex(self.path / "lexical")


def _batches(
    articles: Iterable[Article], split: Callable[[Article], list[Passage] | None]
) -> Iterator[list[tuple[Article, list[Passage] | None]]]:
    """Split articles and group them, so that a group has about `_BATCH_PASSAGES` passages.

    `split` returns None for an article that needs no work. An id that comes twice closes the
    group, so that the later article is the one that stays.
    """
    batch: dict[str, tuple[Article, list[Passage] | None]] = {}
    size = 0
    for article in articles:
        if article.id in batch:
            yield list(batch.values())
            batch, size = {}, 0
        passages = split(article)
        batch[article.id] = (article, passages)
        size += len(passages or ()) + 1
        if size >= _BATCH_PASSAGES:
            yield list(batch.values())
            batch, size = {}, 0
    if batch:
        yield list(batch.values())
