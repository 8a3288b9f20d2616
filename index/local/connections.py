"""Connections to one SQLite file, one for each thread."""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from index.errors import UserError

_LOCK_SECONDS = 60.0

_NO_DAMAGE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PERM,
}

_Stamp = tuple[int, int, int, bool]
_File = tuple[int, int]


class Connections:
    """One connection for each thread.

    The connection of a thread that has ended is closed when another thread opens its first one: the
    threads of a server come and go as long as it runs.

    Attributes:
        read_only: True if this process cannot write to the file or its folder; others may.
    """

    def __init__(self, path: Path) -> None:
        """Open nothing yet; the first connection opens the file, or creates it."""
        self._path = path
        self._opened: dict[Thread, sqlite3.Connection] = {}
        self._files: dict[sqlite3.Connection, _File] = {}
        self._frozen: dict[sqlite3.Connection, _Stamp] = {}
        self._lock = threading.Lock()
        self._exists = False
        self.read_only = path.is_file() and _cannot_write(path)

    def get(self) -> sqlite3.Connection:
        """The connection of this thread, to the file that is there now.

        Raises:
            UserError: If the file was deleted.
        """
        connection = self._opened.get(threading.current_thread())
        if connection is not None and self._is_outdated(connection):
            self.close_thread()
            connection = None
        if connection is None:
            connection, file = self._connect_to_present()
            # FULL: an article that was acknowledged survives a power cut, not only a kill.
            connection.execute("PRAGMA synchronous = FULL")
            # A file that a stranger made may hold triggers and views; they may call no functions
            # that could do harm, and `Store` writes nothing while they are there.
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA foreign_keys = ON")
            with self._lock:
                self._files[connection] = file
                self._opened[threading.current_thread()] = connection
                for thread in [opener for opener in self._opened if not opener.is_alive()]:
                    self._close(thread)
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A read transaction: all of its queries see the same snapshot."""
        with self._transaction("DEFERRED") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A write transaction; other writers wait for it to end.

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
            for thread in list(self._opened):
                self._close(thread)

    def close_thread(self) -> None:
        """Close the connection of this thread, for a thread that is about to end."""
        with self._lock:
            self._close(threading.current_thread())

    def _close(self, thread: Thread) -> None:
        connection = self._opened.pop(thread, None)
        if connection is not None:
            self._frozen.pop(connection, None)
            self._files.pop(connection, None)
            connection.close()

    def _connect_to_present(self) -> tuple[sqlite3.Connection, _File]:
        """A connection and the identity of its file, also if the file is replaced meanwhile."""
        before = _file(self._path) if self._exists or self._path.exists() else None
        while True:
            connection = self._connect()
            after = _file(self._path)
            if before in (None, after):
                self._exists = True
                return connection, after
            connection.close()
            before = after

    def _connect(self) -> sqlite3.Connection:
        if not self.read_only:
            return self._connect_as("")
        # A writer may be at work all the same: another user, or one outside of this container.
        # Its commits may be in the write-ahead log only.
        connection = self._connect_as("?mode=ro")
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                raise
        else:
            return connection
        # Without a writer there is no log, and SQLite would have to create one. So nobody is
        # writing, and the file is opened as immutable; its stamp shows if it changes after all.
        stamp = _stamp(self._path)
        connection = self._connect_as("?immutable=1")
        self._frozen[connection] = stamp
        return connection

    def _connect_as(self, options: str) -> sqlite3.Connection:
        return sqlite3.connect(
            self._path.resolve().as_uri() + options,
            uri=True,
            timeout=_LOCK_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )

    def _is_outdated(self, connection: sqlite3.Connection) -> bool:
        """True if another file is there now, or one that was read-only has changed."""
        if connection.in_transaction:
            return False
        # Writes to a file that has been moved away would be lost.
        if self._files[connection] != _file(self._path):
            return True
        stamp = self._frozen.get(connection)
        return stamp is not None and stamp != _stamp(self._path)

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


def is_damage(error: sqlite3.Error) -> bool:
    """True if an error means that the file is damaged, not that it is in use or the disk full."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF not in _NO_DAMAGE


def _cannot_write(path: Path) -> bool:
    return not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK))


def _file(path: Path) -> _File:
    """The device and inode of a file.

    Raises:
        UserError: If there is none.
    """
    try:
        state = path.stat()
    except OSError as error:
        raise UserError(f"{path}: cannot be opened any more ({error.strerror})") from None
    return state.st_dev, state.st_ino


def _stamp(path: Path) -> _Stamp:
    state = path.stat()
    log = path.with_name(f"{path.name}-wal")
    return state.st_ino, state.st_size, state.st_mtime_ns, log.exists()
