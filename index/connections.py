"""Connections to one SQLite file, one for each thread."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import UserError

_LOCK_SECONDS = 60.0


class Connections:
    """Gives each thread its own connection; all are closed together.

    Attributes:
        read_only: Whether the file, or its folder, cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        """Prepare; the file is opened, or created, with the first connection."""
        self._path = path
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self.read_only = path.is_file() and _cannot_write(path)

    def get(self) -> sqlite3.Connection:
        """The connection of this thread."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            # FULL: an article that was acknowledged survives a power cut, not only a kill.
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one moment of the file."""
        with self._transaction("DEFERRED") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of the one who writes; others wait for their turn.

        Raises:
            UserError: If the file cannot be written.
        """
        if self.read_only:
            raise UserError(f"{self._path}: cannot be written (the folder is read-only)")
        try:
            with self._transaction("IMMEDIATE") as connection:
                yield connection
        except sqlite3.OperationalError as error:
            raise UserError(f"{self._path}: cannot be written ({error})") from None

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._local = threading.local()

    def close_thread(self) -> None:
        """Close the connection of this thread, which is about to end."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is not None:
            with self._lock:
                self._opened.remove(connection)
            connection.close()
            del self._local.connection

    def _connect(self) -> sqlite3.Connection:
        uri = self._path.resolve().as_uri()
        if self.read_only:
            # Nobody can change a file in a folder that nobody can write to; without this,
            # SQLite would make files beside it to read it.
            uri += "?immutable=1"
        return sqlite3.connect(
            uri, uri=True, timeout=_LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[sqlite3.Connection]:
        connection = self.get()
        connection.execute(f"BEGIN {kind}")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            # A full disk makes SQLite roll back by itself.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _cannot_write(path: Path) -> bool:
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))
