"""The changes of a store: the feed that the derived indexes follow.

They catch up by two numbers: passage ids only grow, and each removal carries the value of a counter
that grows with every committed change. Old removals are forgotten; an index that has not seen them
is rebuilt.
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from index.backend import Vectors
from index.local.rows import SELECT_ARTICLE, article_of, count_setting, setting, wrong_size
from index.types import Article

_SAMPLE_RUN = 8


class State(NamedTuple):
    """A point in the history of a store: the last change that it, or an index, has seen.

    Attributes:
        identity: Identifies the history; a restored store begins a new one.
        counter: Grows with every committed change.
        last_passage: Id of the newest passage; ids only grow.
    """

    identity: str
    counter: int
    last_passage: int


NOTHING_SEEN = State("", 0, 0)


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A stored passage with its article's title and date, as the derived indexes need it."""

    id: int
    title: str
    published: date | None
    text: str


class Changes:
    """The changes that a derived index has not seen yet; valid while the transaction is open.

    Attributes:
        state: The state of the index once it has applied the changes.
        anew: True if the index must be emptied first: it followed another history, or removals that
            it has not seen were forgotten.
    """

    def __init__(self, connection: sqlite3.Connection, since: State) -> None:
        self._connection = connection
        self.state = state_of(connection)
        self.anew = since != NOTHING_SEEN and (
            since.identity != self.state.identity
            or since.counter > self.state.counter
            or since.counter < count_setting(connection, "pruned")
        )
        self._since = NOTHING_SEEN if self.anew else since

    def removed(self) -> list[int]:
        """Ids of the removed passages that the index still has."""
        rows = self._connection.execute(
            "SELECT passage_id FROM removals WHERE counter > ? AND passage_id <= ?",
            (self._since.counter, self._since.last_passage),
        )
        return [row[0] for row in rows]

    def count_new(self) -> int:
        """An upper bound on the number of new passages."""
        return self.state.last_passage - self._since.last_passage

    def count(self) -> int:
        """The number of passages in the store."""
        (count,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        return int(count)

    def refuse_sizes_other_than(self, dimension: int | None) -> None:
        """Check the dimensions of the new vectors before any of them is added to an index.

        Args:
            dimension: Number of dimensions of the index; None takes that of the first new vector.

        Raises:
            UserError: If a vector has another number of dimensions.
        """
        row = self._connection.execute(
            "SELECT id FROM passages WHERE id > ?1 AND length(vector) <> coalesce(?2, "
            "(SELECT length(vector) FROM passages WHERE id > ?1 ORDER BY id LIMIT 1)) LIMIT 1",
            (self._since.last_passage, None if dimension is None else 2 * dimension),
        ).fetchone()
        if row is not None:
            raise wrong_size(row[0])

    def added(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Ids (shape n) and vectors (shape n, dimension) of new passages, `size` at a time."""
        rows = self._connection.execute(
            "SELECT id, vector FROM passages WHERE id > ? ORDER BY id", (self._since.last_passage,)
        )
        while batch := rows.fetchmany(size):
            ids = np.array([row[0] for row in batch], dtype=np.int64)
            vectors = np.frombuffer(b"".join(row[1] for row in batch), dtype=np.float16)
            yield ids, vectors.reshape(len(batch), -1)

    def sample(self, size: int) -> Vectors:
        """About `size` vectors, spread evenly over the store: shape (n, dimension)."""
        last = self.state.last_passage
        step = max(1, last // max(1, size))
        parts = []
        for first in range(1, last + 1, step * _SAMPLE_RUN):
            # A run of neighbours costs one seek; the runs are too far apart to share an article.
            rows = self._connection.execute(
                "SELECT vector FROM passages WHERE id BETWEEN ? AND ?",
                (first, first + _SAMPLE_RUN - 1),
            )
            parts += [row[0] for row in rows]
        vectors = np.frombuffer(b"".join(parts), dtype=np.float16)
        return vectors.reshape(len(parts), -1)

    def added_texts(self) -> Iterator[PassageRow]:
        """The new passages with their texts."""
        rows = self._connection.execute(
            'SELECT id, article_id, start, "end" FROM passages WHERE id > ? ORDER BY id',
            (self._since.last_passage,),
        )
        article: Article | None = None
        for passage_id, article_id, start, end in rows:
            # The passages of an article follow each other; its text is read once for all of them.
            if article is None or article.id != article_id:
                article = article_of(
                    self._connection.execute(
                        f"{SELECT_ARTICLE} WHERE id = ?", (article_id,)
                    ).fetchone()
                )
            yield PassageRow(passage_id, article.title, article.published, article.text[start:end])


def state_of(connection: sqlite3.Connection) -> State:
    """The newest state of a store."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    return State(
        setting(connection, "identity"), count_setting(connection, "counter"), row[0] if row else 0
    )
