"""The truth of a collection: articles, passages and vectors in SQLite.

Everything else (FAISS, BM25) is derived from here and catches up by two numbers: passage ids only
grow, and each removal carries the value of a counter that grows with every committed change. Old
removals are forgotten; an index that has not seen them yet begins anew.
"""

import hashlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index import likeness
from index.errors import UserError
from index.schema import prepare
from index.types import Article, Passage

_LOCK_SECONDS = 60.0
_SQL_VARIABLES = 30_000
_SAMPLE_RUN = 8
_KEPT_REMOVALS = 100_000
"""Removals that are remembered at least, for indexes that have yet to see them."""

Vectors = npt.NDArray[np.float16]


class State(NamedTuple):
    """How far an index has seen the store.

    Attributes:
        identity: Of the history that was seen; a restored store begins another one.
        counter: Grows with every committed change.
        last_passage: Id of the newest passage; ids only grow.
    """

    identity: str
    counter: int
    last_passage: int


NOTHING_SEEN = State("", 0, 0)


class Outcome(Enum):
    """What became of an article that was put."""

    ADDED = auto()
    UPDATED = auto()
    UNCHANGED = auto()


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a search may look at; None leaves that field open.

    Attributes:
        since: Published on this day or later. An article without a date is not.
        until: Published on this day or earlier. An article without a date is not.
        source: A part of the article's source, in any case.
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None

    def __bool__(self) -> bool:
        return not (self.since is None and self.until is None and self.source is None)


@dataclass(frozen=True, slots=True)
class PassageRow:
    """A stored passage with its article's title and date, as the derived indexes need it."""

    id: int
    title: str
    published: date | None
    text: str


class Store:
    """One SQLite file. Safe to share between threads; processes may each open their own.

    Attributes:
        embedder: Name of the embedder whose vectors it holds.
    """

    embedder: str

    def __init__(self, path: Path, *, create_with: str | None = None) -> None:
        """Open the file, or create it.

        Args:
            path: The SQLite file.
            create_with: Makes a missing file, for vectors of the embedder of this name;
                None refuses it.

        Raises:
            UserError: If it is missing, not ours, or of another version.
        """
        self._path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._read_only = path.is_file() and _cannot_write(path)
        if create_with is None and not path.is_file():
            raise UserError(f"{path.parent}: no collection here; make one with `article-qa add`")
        try:
            prepare(self._connection(), path, create_with, likeness.store_all)
            self.embedder = _setting(self._connection(), "embedder")
        except UserError:
            self.close()
            raise
        except sqlite3.DatabaseError as error:
            self.close()
            raise UserError(f"{path}: cannot be opened as a collection ({error})") from None

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._connections:
                connection.close()
            self._connections.clear()
        self._local = threading.local()

    def close_thread(self) -> None:
        """Close the connection of this thread, which is about to end."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            with self._lock:
                self._connections.remove(connection)
            connection.close()
            del self._local.connection

    def state(self) -> State:
        """What a derived index has seen when it has seen everything."""
        with self._reading() as connection:
            return _state(connection)

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        row = (
            self._connection().execute(f"{_SELECT_ARTICLE} WHERE id = ?", (article_id,)).fetchone()
        )
        return _article(row) if row else None

    def articles(self) -> Iterator[Article]:
        """All articles, by id, read one at a time."""
        last = ""
        query = f"{_SELECT_ARTICLE} WHERE id > ? ORDER BY id LIMIT 1"
        while row := self._connection().execute(query, (last,)).fetchone():
            yield _article(row)
            last = row[0]

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        articles, passages = self._connection().execute(query).fetchone()
        return articles, passages

    def holds(self, article: Article) -> bool:
        """Whether the article is stored already, just as it is."""
        query = "SELECT 1 FROM articles WHERE id = ? AND digest = ?"
        found = self._connection().execute(query, (article.id, digest(article))).fetchone()
        return found is not None

    def put(self, rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[Outcome]:
        """Add or replace articles with their passages and vectors, all or none of them.

        One that is stored just as it is stays untouched.
        """
        sketches = [
            (article, passages, vectors, likeness.signature(article.text))
            for article, passages, vectors in rows
        ]
        with self._writing() as (connection, counter):
            return [_put(connection, counter, *each) for each in sketches]

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, all or none of them; returns the ids that were there."""
        with self._writing() as (connection, counter):
            return [each for each in article_ids if _delete(connection, each, counter)]

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The groups of near-duplicates in which those articles are that are stored."""
        with self._reading() as connection:
            return likeness.groups_of(connection, article_ids)

    def passages_with_vectors(self, ids: Sequence[int]) -> dict[int, tuple[Passage, Vectors]]:
        """Those of the passages that are still stored, with their vectors, by id."""
        rows = self._in_chunks('SELECT id, article_id, start, "end", vector FROM passages', ids)
        return {
            row[0]: (Passage(*row[1:4]), np.frombuffer(row[4], dtype=np.float16)) for row in rows
        }

    def allowed(self, filters: Filters) -> npt.NDArray[np.int64]:
        """Ids of all passages whose article passes the filters, ascending."""
        rows = self._connection().execute(
            "SELECT passages.id FROM articles JOIN passages ON article_id = articles.id "
            "WHERE (:since IS NULL OR published >= :since) "
            "AND (:until IS NULL OR published <= :until) "
            "AND (:source IS NULL OR instr(lower(source), lower(:source)) > 0) "
            "ORDER BY passages.id",
            {
                "since": filters.since.isoformat() if filters.since else None,
                "until": filters.until.isoformat() if filters.until else None,
                "source": filters.source,
            },
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with its file; empty if nothing."""
        try:
            rows = self._connection().execute("PRAGMA integrity_check(10)").fetchall()
            rows += self._connection().execute("PRAGMA foreign_key_check").fetchmany(10)
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [" ".join(map(str, row)) for row in rows if row != ("ok",)]

    def passage_ids(self) -> list[int]:
        """Ids of all passages, ascending."""
        return [row[0] for row in self._connection().execute("SELECT id FROM passages ORDER BY id")]

    def everything(self) -> Iterator[tuple[Article, str, list[tuple[Passage, Vectors]]]]:
        """Each article with its stored digest and its passages and vectors."""
        connection = self._connection()
        last = ""
        query = (
            "SELECT id, title, text, published, source, digest FROM articles "
            "WHERE id > ? ORDER BY id LIMIT 1"
        )
        while row := connection.execute(query, (last,)).fetchone():
            last = row[0]
            passages = connection.execute(
                'SELECT article_id, start, "end", vector FROM passages WHERE article_id = ?',
                (last,),
            )
            yield (
                _article(row[:5]),
                row[5],
                [(Passage(*each[:3]), np.frombuffer(each[3], np.float16)) for each in passages],
            )

    @contextmanager
    def changes_since(self, state: State) -> Iterator["Changes"]:
        """What happened after `state`, all read from one moment of the store."""
        with self._reading() as connection:
            yield Changes(connection, state)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            # FULL: an article that was acknowledged survives a power cut, not only a kill.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

    @property
    def read_only(self) -> bool:
        """Whether its folder cannot be written to."""
        return self._read_only

    def _connect(self) -> sqlite3.Connection:
        uri = self._path.resolve().as_uri()
        if self._read_only:
            # Nobody can change a file in a folder that nobody can write to; without this,
            # SQLite would make files beside it to read it.
            uri += "?immutable=1"
        return sqlite3.connect(
            uri, uri=True, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        connection = self._connection()
        connection.execute(f"BEGIN {kind}")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return self._transaction("DEFERRED")

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        if self._read_only:
            raise UserError(f"{self._path}: cannot be written (the folder is read-only)")
        try:
            with self._transaction("IMMEDIATE") as connection:
                counter = int(_setting(connection, "counter")) + 1
                yield connection, counter
                _prune(connection)
                connection.execute(
                    "UPDATE settings SET value = ? WHERE name = 'counter'", (str(counter),)
                )
        except sqlite3.OperationalError as error:
            raise UserError(f"{self._path}: cannot be written ({error})") from None

    def _in_chunks(self, select: str, ids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        for first in range(0, len(ids), _SQL_VARIABLES):
            part = [int(each) for each in ids[first : first + _SQL_VARIABLES]]
            marks = ",".join("?" * len(part))
            yield from self._connection().execute(f"{select} WHERE id IN ({marks})", part)


class Changes:
    """What a derived index has not seen yet; valid while its transaction is open.

    Attributes:
        state: What the index has seen when it has taken all of this in.
        anew: Whether it must forget all it has first: it followed another history, or what it
            has not seen is no longer known.
    """

    def __init__(self, connection: sqlite3.Connection, since: State) -> None:
        self._connection = connection
        self.state = _state(connection)
        self.anew = since != NOTHING_SEEN and (
            since.identity != self.state.identity
            or since.counter > self.state.counter
            or since.counter < int(_setting(connection, "pruned"))
        )
        self._since = NOTHING_SEEN if self.anew else since

    def removed(self) -> list[int]:
        """Ids of passages to forget."""
        rows = self._connection.execute(
            "SELECT passage_id FROM removals WHERE counter > ? AND passage_id <= ?",
            (self._since.counter, self._since.last_passage),
        )
        return [row[0] for row in rows]

    def count_new(self) -> int:
        """How many passages are new, at most."""
        return self.state.last_passage - self._since.last_passage

    def count(self) -> int:
        """How many passages the store holds."""
        (count,) = self._connection.execute("SELECT count(*) FROM passages").fetchone()
        return int(count)

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
        """About `size` vectors from everywhere in the store: shape (n, dimension)."""
        last = self.state.last_passage
        step = max(1, last // max(1, size))
        parts = []
        for first in range(1, last + 1, step * _SAMPLE_RUN):
            # Runs of neighbours are read with one seek; articles are short beside the distance.
            rows = self._connection.execute(
                "SELECT vector FROM passages WHERE id BETWEEN ? AND ?",
                (first, first + _SAMPLE_RUN - 1),
            )
            parts += [row[0] for row in rows]
        vectors = np.frombuffer(b"".join(parts), dtype=np.float16)
        return vectors.reshape(len(parts), -1)

    def added_texts(self) -> Iterator[PassageRow]:
        """The new passages with their words."""
        rows = self._connection.execute(
            'SELECT id, article_id, start, "end" FROM passages WHERE id > ? ORDER BY id',
            (self._since.last_passage,),
        )
        article: Article | None = None
        for passage_id, article_id, start, end in rows:
            # The passages of an article are neighbours; its text is read once for all of them.
            if article is None or article.id != article_id:
                article = _article(
                    self._connection.execute(
                        f"{_SELECT_ARTICLE} WHERE id = ?", (article_id,)
                    ).fetchone()
                )
            yield PassageRow(passage_id, article.title, article.published, article.text[start:end])


def digest(article: Article) -> str:
    """A hash of everything in an article that a search or an answer shows."""
    fields = (article.title, str(article.published), str(article.source), article.text)
    return hashlib.sha256("\0".join(fields).encode()).hexdigest()


_SELECT_ARTICLE = "SELECT id, title, text, published, source FROM articles"


def _article(row: tuple[str, str, str, str | None, str | None]) -> Article:
    published = date.fromisoformat(row[3]) if row[3] else None
    return Article(row[0], row[1], row[2], published, row[4])


def _setting(connection: sqlite3.Connection, name: str) -> str:
    (value,) = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(value)


def _state(connection: sqlite3.Connection) -> State:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    return State(
        _setting(connection, "identity"), int(_setting(connection, "counter")), row[0] if row else 0
    )


def _put(
    connection: sqlite3.Connection,
    counter: int,
    article: Article,
    passages: Sequence[Passage],
    vectors: Vectors,
    sketch: likeness.Signature,
) -> Outcome:
    fingerprint = digest(article)
    known = connection.execute("SELECT digest FROM articles WHERE id = ?", (article.id,)).fetchone()
    if known == (fingerprint,):
        return Outcome.UNCHANGED
    _delete(connection, article.id, counter)
    published = article.published.isoformat() if article.published else None
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?)",
        (article.id, article.title, article.text, published, article.source, fingerprint),
    )
    connection.executemany(
        'INSERT INTO passages (article_id, start, "end", vector) VALUES (?, ?, ?, ?)',
        [
            (passage.article_id, passage.start, passage.end, vector.tobytes())
            for passage, vector in zip(passages, vectors, strict=True)
        ],
    )
    likeness.store(connection, article.id, sketch)
    return Outcome.UPDATED if known else Outcome.ADDED


def _delete(connection: sqlite3.Connection, article_id: str, counter: int) -> bool:
    connection.execute(
        "INSERT INTO removals SELECT id, ? FROM passages WHERE article_id = ?",
        (counter, article_id),
    )
    connection.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
    return connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount > 0


def _prune(connection: sqlite3.Connection) -> None:
    """Forget the older half of the removals once there are twice as many as are kept."""
    (count,) = connection.execute("SELECT count(*) FROM removals").fetchone()
    if count <= 2 * _KEPT_REMOVALS:
        return
    (counter,) = connection.execute(
        "SELECT counter FROM removals ORDER BY counter DESC LIMIT 1 OFFSET ?", (_KEPT_REMOVALS,)
    ).fetchone()
    connection.execute("DELETE FROM removals WHERE counter <= ?", (counter,))
    connection.execute("UPDATE settings SET value = ? WHERE name = 'pruned'", (str(counter),))


def _cannot_write(path: Path) -> bool:
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
