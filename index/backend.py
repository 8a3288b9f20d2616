"""The storage of a collection: a folder (`index.local.backend`), or a cluster (`index.milvus`)."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index.types import Article, Correction, Filters, Order, Passage, Summaries

Vectors = npt.NDArray[np.float16]
"""A unit vector (shape (dimension,)), or one in each row (shape (n, dimension))."""


class Outcome(Enum):
    """The result of storing one article."""

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
        lexical: BM25 scores of the candidates of the lexical search, by passage id, best first.
        versions: The version of each candidate's article when it was found, by article id: the
            argument of `Backend.articles_of`.
    """

    passages: dict[int, Passage]
    similarities: dict[int, float]
    dense: list[int]
    lexical: dict[int, float]
    versions: dict[str, str]


class Backend(Protocol):
    """Stores articles, passages and vectors, and searches them."""

    @property
    def embedder(self) -> str:
        """Name of the embedder of the stored vectors."""
        ...

    def holds(self, article: Article) -> bool:
        """True if the article is stored with exactly this text, title, date and source."""
        ...

    def correct(self, article_id: str, correction: Correction) -> None:
        """Store a correction of an article, which applies to every later version of it.

        Raises:
            UserError: If the title is too long to be stored.
        """
        ...

    def corrected(self, article: Article) -> Article:
        """The article with its stored correction applied."""
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
        """The articles that are still stored in exactly these versions, by id.

        Args:
            versions: Versions by article id, as in `Found.versions`.
        """
        ...

    def articles(self) -> Iterator[Article]:
        """All articles, by id."""
        ...

    def summaries(
        self, words: Sequence[str], offset: int, limit: int, order: Order = Order.ID
    ) -> Summaries:
        """One page of the list of articles; texts are not read.

        Args:
            words: Case-folded (`str.casefold`), without spaces. An article is listed if each word
                is a part of its id, title, source or ISO date, in any case. No words list all
                articles.
            offset: Number of articles to skip.
            limit: The most articles to return.
            order: The order of the list.
        """
        ...

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The near-duplicate group of each article, by id; ids that are not stored are left out."""
        ...

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        ...

    def state(self) -> Hashable:
        """A value that changes whenever articles are added, replaced or removed.

        On Milvus, a replacement by another process does not change it.
        """
        ...

    def is_new(self) -> bool:
        """True if nothing was ever stored.

        Milvus keeps no such history: there, an empty collection is new.
        """
        ...

    def find(
        self,
        question: str,
        vector: npt.NDArray[np.float32],
        candidates: int,
        filters: Filters | None,
    ) -> Found:
        """Find the passages with the nearest vectors and those with the best BM25 scores.

        Args:
            question: Words in any form.
            vector: The unit vector of the question; shape (dimension,).
            candidates: The most passages of each of the two rankings.
            filters: Restricts both rankings to the articles that pass.
        """
        ...

    def settle(self) -> None:
        """Bring indexes and checkpoints up to date; called after a batch of writes."""
        ...

    def close(self) -> None:
        """Release files or connections. Nothing is lost if it is not called."""
        ...
