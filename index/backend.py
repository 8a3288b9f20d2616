"""The storage of a collection: a folder (`index.local.backend`), or a cluster (`index.milvus`)."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.types import Article, Correction, Filters, Order, Passage, Summaries

Vectors = npt.NDArray[np.float16]
"""One vector, or one a row; of unit length."""


class Outcome(Enum):
    """The effect of putting one article."""

    ADDED = auto()
    UPDATED = auto()
    UNCHANGED = auto()


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of a search, before the two rankings are fused.

    Attributes:
        passages: The candidates, by passage id.
        similarities: Exact cosine similarity of every candidate, in [-1, 1].
        dense: Ids of the candidates with the nearest vectors, best first.
        lexical: BM25 scores of the candidates that their words found, best first.
        versions: Of each candidate's article, by its id, the version that the candidate is a
            passage of, as `Backend.articles_of` takes it.
    """

    passages: dict[int, Passage]
    similarities: dict[int, float]
    dense: list[int]
    lexical: dict[int, float]
    versions: dict[str, str]


class Backend(Protocol):
    """Keeps articles, passages and vectors, and finds them again."""

    @property
    def embedder(self) -> str:
        """Name of the embedder whose vectors it holds."""
        ...

    def holds(self, article: Article) -> bool:
        """True if the article is stored with just this text, title, date and source."""
        ...

    def correct(self, article_id: str, correction: Correction) -> None:
        """Keep a correction of an article, for every later version of it.

        Raises:
            UserError: If its title is too long to be kept.
        """
        ...

    def corrected(self, article: Article) -> Article:
        """The article as it is with what was corrected of it."""
        ...

    def put(self, rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[Outcome]:
        """Add or replace articles, each whole or not at all; once it returns, they are safe."""
        ...

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, each whole or not at all; returns the ids that were there."""
        ...

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        ...

    def articles_of(self, versions: Mapping[str, str]) -> dict[str, Article]:
        """Those of the articles that are stored in just this version, by id.

        Args:
            versions: `Found.versions`, or a part of it.
        """
        ...

    def articles(self) -> Iterator[Article]:
        """All articles, by id."""
        ...

    def summaries(
        self, words: Sequence[str], offset: int, limit: int, order: Order = Order.ID
    ) -> Summaries:
        """A part of the list of all articles, without reading any text.

        Args:
            words: In lower case (`str.casefold`), without spaces. An article is in the list if
                each of them is a part of its id, title, source or ISO date, in any case; all
                articles are if there are no words.
            offset: How many articles of the list to leave out at its beginning.
            limit: How many to give at most.
            order: How the list is sorted.
        """
        ...

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The near-duplicate group of each of these articles that is stored."""
        ...

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        ...

    def state(self) -> Hashable:
        """A value that changes whenever articles are added, replaced or removed.

        A cluster does not tell of what other processes replaced.
        """
        ...

    def is_new(self) -> bool:
        """True if nothing is in it, and nothing was ever removed from it.

        A cluster does not know of what was removed; there, an empty one is new.
        """
        ...

    def find(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        candidates: int,
        filters: Filters | None,
    ) -> Found:
        """Find the passages nearest by meaning, and those nearest by words.

        Args:
            question: Words in any form.
            vector: Of the question; shape (dimension,), unit length.
            candidates: How many of each at most.
            filters: Looks only at articles that pass.
        """
        ...

    def settle(self) -> None:
        """Make what was written fast to find and fast to open; called after much was written."""
        ...

    def close(self) -> None:
        """Release its files or connections; nothing is lost without it."""
        ...
