"""A collection in a folder: SQLite is the source of truth, FAISS and tantivy are derived."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.backend import Found, Outcome, Vectors
from index.cores import usable_cores
from index.errors import UserError
from index.local.changes import State
from index.local.file_locks import refuse_without_locks
from index.local.folder import CHECKPOINT, LEXICAL, STORE, refuse_other
from index.local.rows import wrong_size
from index.local.store import Store, StoredPassage
from index.local.temporary import clear
from index.types import Article, Correction, Filters, Order, Passage, Summaries

if TYPE_CHECKING:
    from index.local.dense import VectorIndex
    from index.local.lexical import LexicalIndex
    from index.local.selection import Selection

_LEAST_MORE = 10
_MORE_SHARE = 0.2
"""Extra neighbours asked of an index that is not exact; the stored vectors rerank them."""

_SELECTIONS_KEPT = 8

_SEARCHES = 5
"""The most searches for one question: a search is repeated if an article changes meanwhile."""


class LocalBackend:
    """The files of one collection; threads may share it, processes may each open their own."""

    def __init__(self, path: Path, create_with: str | None) -> None:
        """Open the folder.

        Args:
            path: The folder.
            create_with: Embedder of a new collection; None opens an existing one only.

        Raises:
            UserError: If it is not a collection, or cannot be created.
        """
        self.path = path
        refuse_other(path)
        if create_with is not None:
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UserError(f"{path}: cannot be created ({error.strerror})") from None
        refuse_without_locks(path)
        self.store = Store(path / STORE, create_with=create_with)
        if not self.store.read_only:
            clear(path)
        self._lock = Lock()
        self._selections: dict[tuple[State, Filters], Selection] = {}
        self._beside = ThreadPoolExecutor(usable_cores(), thread_name_prefix="lexical")

    @property
    def embedder(self) -> str:
        """Name of the embedder of the stored vectors."""
        return self.store.embedder

    @cached_property
    def vectors(self) -> "VectorIndex":
        """The dense index, loaded when first used."""
        from index.local.dense import VectorIndex

        return VectorIndex(self.path / CHECKPOINT)

    @cached_property
    def lexical(self) -> "LexicalIndex":
        """The lexical index, loaded when first used."""
        from index.local.lexical import LexicalIndex

        return LexicalIndex(self.path / LEXICAL)

    def holds(self, article: Article) -> bool:
        """True if the article is stored with exactly this text, title, date and source."""
        return self.store.holds(article)

    def correct(self, article_id: str, correction: Correction) -> None:
        """Store a correction of an article, which applies to every later version of it."""
        self.store.correct(article_id, correction)

    def corrected(self, article: Article) -> Article:
        """The article with its stored correction applied."""
        return self.store.corrected(article)

    def put(self, rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[Outcome]:
        """Add or replace articles, all or none; once it returns, they are on the disk."""
        return self.store.put(rows)

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, all or none; returns the ids that were there."""
        return self.store.remove(article_ids)

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        return self.store.article(article_id)

    def articles_of(self, versions: Mapping[str, str]) -> dict[str, Article]:
        """The articles that are still stored in exactly these versions, by id."""
        return self.store.articles_of(versions)

    def articles(self) -> Iterator[Article]:
        """All articles, by id."""
        return self.store.articles()

    def summaries(
        self, words: Sequence[str], offset: int, limit: int, order: Order = Order.ID
    ) -> Summaries:
        """One page of the list of articles; texts are not read."""
        return self.store.summaries(words, offset, limit, order)

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The near-duplicate group of each article, by id; ids that are not stored are left out."""
        return self.store.groups(article_ids)

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        return self.store.counts()

    def state(self) -> State:
        """The state of the store after its last committed change."""
        return self.store.state()

    def is_new(self) -> bool:
        """True if nothing was ever written to it."""
        return self.store.state().counter == 0

    def follow(self) -> None:
        """Bring the derived indexes up to date with the store."""
        self._follow(self.store.state())

    def find(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        candidates: int,
        filters: Filters | None,
    ) -> Found:
        """Find the passages with the nearest vectors and those with the best BM25 scores."""
        for _ in range(_SEARCHES):
            near, lexical = self._rankings(question, vector, candidates, filters)
            ids = list(dict.fromkeys([*near, *lexical]))
            stored = self.store.passages_with_vectors(ids)
            if len(stored) == len(ids):
                break
            # An article was replaced or removed meanwhile, and its new passages were not searched.
        similarities = _similarities(vector, stored)
        dense = _nearest(near, similarities)[:candidates]
        kept = {*dense, *lexical} & stored.keys()
        return Found(
            {number: stored[number].passage for number in kept},
            {number: similarities[number] for number in kept},
            dense,
            {number: score for number, score in lexical.items() if number in stored},
            {stored[number].passage.article_id: stored[number].digest for number in kept},
        )

    def _rankings(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        candidates: int,
        filters: Filters | None,
    ) -> tuple[list[int], dict[int, float]]:
        """Ids of the nearest passages, and BM25 scores by passage id; both best first."""
        state = self.store.state_to_search()
        self._follow(state)
        selection = self._selection(state, filters) if filters else None
        if selection is not None and len(selection.ids) == 0:
            return [], {}
        # Both searches release the GIL.
        by_words = self._beside.submit(self._by_words, question, candidates, selection)
        return self._near(vector, candidates, selection), by_words.result()

    def nearest(self, vector: npt.NDArray[np.float32], k: int) -> list[int]:
        """Ids of the k passages with the nearest vectors, best first."""
        self.follow()
        near = self._near(vector, k, None)
        return _nearest(near, _similarities(vector, self.store.passages_with_vectors(near)))[:k]

    def settle(self) -> None:
        """Bring the derived indexes up to date, train them if that is due, and save them."""
        self.follow()
        if not self.store.read_only:
            self.vectors.maintain(self.store, wait=True)

    def close(self) -> None:
        """Close the files. Nothing is lost if it is not called."""
        self._beside.shutdown()
        self.store.close()

    def _near(
        self, vector: npt.NDArray[np.float32], k: int, selection: "Selection | None"
    ) -> list[int]:
        """Candidates for the k nearest passages; more than k if the index is not exact."""
        if self.vectors.dimension not in (None, len(vector)):
            raise UserError(
                f"{self.path}: its vectors have {self.vectors.dimension} dimensions, those of "
                f"{self.embedder} have {len(vector)}; `article-qa restore` a backup"
            )
        more = 0 if self.vectors.is_exact else max(_LEAST_MORE, math.ceil(_MORE_SHARE * k))
        ids: list[int] = self.vectors.search(vector, k + more, selection).ids.tolist()
        return ids

    def _by_words(
        self, question: str, candidates: int, selection: "Selection | None"
    ) -> dict[int, float]:
        from index.local.lexical import DamagedError

        try:
            return self.lexical.search(question, candidates, selection)
        except DamagedError:
            # Nothing is lost: the index is derived from the store.
            self.lexical.repair(self.store)
            return self.lexical.search(question, candidates, selection)

    def _selection(self, state: State, filters: Filters) -> "Selection":
        from index.local.selection import Selection

        key = (state, filters)
        selection = self._selections.get(key)
        if selection is None:
            selection = Selection(self.store.allowed(filters))
            with self._lock:
                while len(self._selections) >= _SELECTIONS_KEPT:
                    self._selections.pop(next(iter(self._selections)))
                self._selections[key] = selection
        return selection

    def _follow(self, latest: State) -> None:
        self._load()
        self.vectors.catch_up(self.store, latest)
        self.lexical.catch_up(self.store, latest)

    def _load(self) -> None:
        # cached_property takes no lock: two threads could load two copies of an index.
        if "lexical" not in self.__dict__:
            with self._lock:
                _ = self.vectors, self.lexical


def _similarities(
    vector: npt.NDArray[np.float32], stored: Mapping[int, StoredPassage]
) -> dict[int, float]:
    """Cosine similarity of a vector to each stored one, by passage id."""
    if not stored:
        return {}
    for passage_id, passage in stored.items():
        if passage.vector.shape != vector.shape:
            raise wrong_size(passage_id)
    matrix = np.array([passage.vector for passage in stored.values()], dtype=np.float32)
    return dict(zip(stored, np.clip(matrix @ vector, -1.0, 1.0).tolist(), strict=True))


def _nearest(ids: Iterable[int], similarities: dict[int, float]) -> list[int]:
    return sorted(
        (passage_id for passage_id in ids if passage_id in similarities),
        key=lambda passage_id: -similarities[passage_id],
    )
