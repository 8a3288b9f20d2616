"""The truth of a collection: articles, passages and vectors in SQLite.

Everything else (FAISS, BM25) is derived from here and catches up by two numbers: passage ids only
grow, and each removal carries the value of a counter that grows with every committed change.
"""

import hashlib
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.errors import UserError
from index.types import Article, Passage

SCHEMA_VERSION = 1
APPLICATION_ID = 0x41515131  # "AQQ1": marks the file as ours

_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    published TEXT,
    source TEXT,
    digest TEXT NOT NULL
) STRICT;
CREATE INDEX articles_published ON articles (published);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX passages_article ON passages (article_id);
CREATE TABLE removals (passage_id INTEGER PRIMARY KEY, counter INTEGER NOT NULL) STRICT;
CREATE INDEX removals_counter ON removals (counter);
INSERT INTO settings VALUES ('counter', '0');
"""

_LOCK_SECONDS = 60.0
_SQL_VARIABLES = 30_000

Vectors = npt.NDArray[np.float16]


class State(NamedTuple):
    """How far an index has seen the store: two numbers that only grow."""

    counter: int
    last_passage: int


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
        if create_with is None and not path.is_file():
            raise UserError(f"{path.parent}: no collection here; make one with `article-qa add`")
        try:
            self._prepare(create_with)
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

    def put(self, rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> None:
        """Add or replace articles with their passages and vectors, all or none of them."""
        with self._writing() as (connection, counter):
            for article, passages, vectors in rows:
                _delete(connection, article.id, counter)
                published = article.published.isoformat() if article.published else None
                connection.execute(
                    "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?)",
                    (article.id, article.title, article.text, published, article.source,
                     digest(article)),
                )  # fmt: skip
                connection.executemany(
                    'INSERT INTO passages (article_id, start, "end", vector) VALUES (?, ?, ?, ?)',
                    [
                        (passage.article_id, passage.start, passage.end, vector.tobytes())
                        for passage, vector in zip(passages, vectors, strict=True)
                    ],
                )

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, all or none of them; returns the ids that were there."""
        with self._writing() as (connection, counter):
            return [each for each in article_ids if _delete(connection, each, counter)]

    def passages(self, ids: Sequence[int]) -> dict[int, Passage]:
        """Those of the passages that are still stored, by id."""
        rows = self._in_chunks('SELECT id, article_id, start, "end" FROM passages', "id", ids)
        return {row[0]: Passage(*row[1:]) for row in rows}

    def vectors(self, ids: Sequence[int]) -> dict[int, Vectors]:
        """The vectors of those passages that are still stored, by id."""
        rows = self._in_chunks("SELECT id, vector FROM passages", "id", ids)
        return {row[0]: np.frombuffer(row[1], dtype=np.float16) for row in rows}

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

    @contextmanager
    def changes_since(self, state: State) -> Iterator["Changes"]:
        """What happened after `state`, all read from one moment of the store."""
        with self._reading() as connection:
            yield Changes(connection, state)

    def _prepare(self, create_with: str | None) -> None:
        connection = self._connection()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        if application == 0:
            (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if tables or create_with is None:
                raise UserError(f"{self._path}: a database, but not of article-qa")
            connection.execute("PRAGMA journal_mode = WAL")
            with self._transaction("IMMEDIATE"):
                # Another process may have won the race while this one waited for the lock.
                if connection.execute("PRAGMA application_id").fetchone() == (0,):
                    for statement in _SCHEMA.split(";\n"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                    connection.execute(
                        "INSERT INTO settings VALUES ('embedder', ?)", (create_with,)
                    )
        elif application != APPLICATION_ID:
            raise UserError(f"{self._path}: a database, but not of article-qa")
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version != SCHEMA_VERSION:
            raise UserError(
                f"{self._path}: made by another version of article-qa (format {version}, "
                f"this one reads {SCHEMA_VERSION}); add its articles to a new collection"
            )
        self.embedder = _setting(connection, "embedder")

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
            )
            # FULL: an article that was acknowledged survives a power cut, not only a kill.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
            with self._lock:
                self._connections.append(connection)
        return connection

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
        try:
            with self._transaction("IMMEDIATE") as connection:
                counter = int(_setting(connection, "counter")) + 1
                yield connection, counter
                connection.execute(
                    "UPDATE settings SET value = ? WHERE name = 'counter'", (str(counter),)
                )
        except sqlite3.OperationalError as error:
            raise UserError(f"{self._path}: cannot be written ({error})") from None

    def _in_chunks(
        self, select: str, column: str, values: Sequence[int]
    ) -> Iterator[tuple[Any, ...]]:
        for first in range(0, len(values), _SQL_VARIABLES):
            part = [int(value) for value in values[first : first + _SQL_VARIABLES]]
            marks = ",".join("?" * len(part))
            yield from self._connection().execute(f"{select} WHERE {column} IN ({marks})", part)


class Changes:
    """What a derived index has not seen yet; valid while its transaction is open."""

    def __init__(self, connection: sqlite3.Connection, since: State) -> None:
        self._connection = connection
        self._since = since
        self.state = _state(connection)

    def removed(self) -> list[int]:
        """Ids of passages to forget."""
        rows = self._connection.execute(
            "SELECT passage_id FROM removals WHERE counter > ? AND passage_id <= ?",
            (self._since.counter, self._since.last_passage),
        )
        return [row[0] for row in rows]

    def added(self, size: int) -> Iterator[tuple[npt.NDArray[np.int64], Vectors]]:
        """Ids (shape n) and vectors (shape n, dimension) of new passages, `size` at a time."""
        rows = self._connection.execute(
            "SELECT id, vector FROM passages WHERE id > ? ORDER BY id", (self._since.last_passage,)
        )
        while batch := rows.fetchmany(size):
            ids = np.array([row[0] for row in batch], dtype=np.int64)
            vectors = np.frombuffer(b"".join(row[1] for row in batch), dtype=np.float16)
            yield ids, vectors.reshape(len(batch), -1)

    def added_texts(self) -> Iterator[PassageRow]:
        """The new passages with their words."""
        rows = self._connection.execute(
            'SELECT passages.id, title, published, text, start, passages."end" '
            "FROM passages JOIN articles ON articles.id = article_id "
            "WHERE passages.id > ? ORDER BY passages.id",
            (self._since.last_passage,),
        )
        for passage_id, title, published, text, start, end in rows:
            day = date.fromisoformat(published) if published else None
            yield PassageRow(passage_id, title, day, text[start:end])


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
    return State(int(_setting(connection, "counter")), row[0] if row else 0)


def _delete(connection: sqlite3.Connection, article_id: str, counter: int) -> bool:
    connection.execute(
        "INSERT INTO removals SELECT id, ? FROM passages WHERE article_id = ?",
        (counter, article_id),
    )
    connection.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
    return connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount > 0
