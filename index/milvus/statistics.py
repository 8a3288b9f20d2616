"""The counts of a whole collection that BM25 needs, made by Milvus itself.

The numbers are not stored, so that no crash or delete can leave them wrong: they are counted again
when they are older than `_SECONDS`, or when this process has written. Up to `_SAMPLE` passages, all
are read. Beyond, Milvus still counts the passages that hold a word, once for each word of a
question, and only the mean length is that of a sample.
"""

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Executor
from threading import Lock

from index.milvus.connection import Connection, Row
from index.milvus.weights import Lengths, Term, inverse_frequency

_SECONDS = 60.0
_SAMPLE = 10_000


class Statistics:
    """Counts of one collection's passages; threads may share it."""

    def __init__(self, connection: Connection, passages: str, executor: Executor) -> None:
        self._connection = connection
        self._passages = passages
        self._executor = executor
        self._lock = Lock()
        self._until = 0.0
        self._count = 0
        self._means = Lengths(1.0, 1.0)
        self._holding: dict[int, int] = {}
        self._all_seen = False

    def forget(self) -> None:
        """Count anew before the next question."""
        self._until = 0.0

    def of(self, asked: Sequence[Term]) -> tuple[dict[int, float], Lengths]:
        """The inverse document frequency of each dimension, and the mean lengths."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._count_anew()
            dimensions = [dimension for term in asked for dimension in (term.text, term.title)]
            missing = [
                dimension
                for dimension in dimensions
                if not self._all_seen and dimension not in self._holding
            ]
            for dimension, count in zip(
                missing, self._executor.map(self._passages_with, missing), strict=True
            ):
                # A word that is nowhere yet may come with the next article.
                if count > 0:
                    self._holding[dimension] = count
            idf = {
                dimension: inverse_frequency(self._count, self._holding.get(dimension, 0))
                for dimension in dimensions
            }
            return idf, self._means

    def _count_anew(self) -> None:
        # Before the counting, so that a write meanwhile is not overlooked.
        self._until = time.monotonic() + _SECONDS
        passages = self._connection.count(self._passages)
        self._all_seen = passages <= _SAMPLE
        fields = ["words", "title_words", *(["terms"] if self._all_seen else [])]
        rows = self._connection.query(
            self._passages, _share(1.0 if self._all_seen else _SAMPLE / passages), fields
        )
        # The local index counts one document more, its cursor; both backends are to score alike.
        self._count = passages + 1
        self._means = Lengths(_mean(rows, "words"), _mean(rows, "title_words"))
        self._holding = dict(
            Counter(dimension for row in rows for dimension in row.get("terms", ()))
        )

    def _passages_with(self, dimension: int) -> int:
        return self._connection.count(self._passages, f"array_contains(terms, {dimension})")


def _mean(rows: Sequence[Row], field: str) -> float:
    return float(sum(row[field] for row in rows) / (len(rows) + 1))


def _share(share: float) -> str:
    """A condition that this share of all rows meets: their ids are hashes, and so a sample."""
    bound = "g" if share >= 1.0 else f"{int(share * 2**64):016x}"
    return f'id < "{bound}"'
