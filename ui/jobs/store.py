"""Jobs and what became of each of their files, in SQLite beside the files that wait.

What `receive` returned for is on the disk: neither a kill nor a lost power supply loses it.
"""

import json
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Lock

from index.errors import UserError
from ui.jobs.schema import SCHEMA, item_of, migrate
from ui.jobs.types import Item, ItemState, Job, JobState

KEPT_SECONDS = 7 * 86_400.0
"""How long a finished job can be looked at."""

SENDING_SECONDS = 120.0
"""After so long without a file, a job of which files are missing is taken as sent."""

_ARRIVING_SECONDS = 3_600.0
"""So long files may be on their way. What a request of which nobody was told anything has left is
deleted afterwards."""

MAX_WAITING_BYTES = 2_000_000_000
MAX_FILES = 10_000
MAX_JOBS = 200
"""Jobs that one owner may have, finished ones included; the oldest finished one makes room."""

_ITEM = "number, name, address, bytes, state, added, updated, unchanged, passages, problems, notes"


class InboxFullError(UserError):
    """Too much waits to be added."""


class UnknownJobError(UserError):
    """There is no such job, or it is somebody else's."""


class JobStore:
    """The jobs in a folder; threads and processes may share it."""

    def __init__(self, folder: Path) -> None:
        """Open it, or make it."""
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(
            folder / "jobs.sqlite", timeout=60, check_same_thread=False, isolation_level=None
        )
        self._connection.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
            + SCHEMA
        )
        with self._writing() as connection:
            migrate(connection)

    def close(self) -> None:
        """Close the file; nothing is lost without it."""
        with self._lock:
            self._connection.close()

    def create(self, owner: str, collection: str, expected: int, *, keep_pdfs: bool = False) -> str:
        """Begin a job that waits for files; returns its id.

        Args:
            owner: Whose it is.
            collection: The name of the collection.
            expected: How many files or addresses are to come.
            keep_pdfs: Keep copies of PDF files beside the collection.

        Raises:
            UserError: If it is to have more than `MAX_FILES`.
            InboxFullError: If its owner has too many jobs that are not finished.
        """
        if expected > MAX_FILES:
            raise UserError(f"{expected:,} files; at most {MAX_FILES:,} in one job")
        self._forget_old(owner)
        job_id, now = secrets.token_urlsafe(12), time.time()
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, 0, ?)",
                (job_id, owner, collection, expected, now, now, keep_pdfs),
            )
        return job_id

    def receive(self, job_id: str, owner: str, files: Sequence[tuple[str, Path]]) -> None:
        """Take files over; once this returns they are safe.

        Args:
            job_id: The job.
            owner: Whose it is.
            files: The name and the place of each; they are moved away from there.

        Raises:
            UnknownJobError: If there is no such job of this owner.
            UserError: If the job was cancelled, or would have too many files.
            InboxFullError: If too much waits already.
        """
        sizes = [path.stat().st_size for _, path in files]
        first = self._reserve(job_id, owner, [name for name, _ in files], sizes, address=False)
        folder = self.folder / job_id
        folder.mkdir(exist_ok=True)
        for number, (_, path) in enumerate(files, first):
            _move(path, folder / str(number))
        _sync(folder)
        _sync(self.folder)
        self._arrived(job_id, first, len(files))

    def receive_addresses(self, job_id: str, owner: str, addresses: Sequence[str]) -> None:
        """Take addresses; errors as for `receive`."""
        first = self._reserve(job_id, owner, addresses, [0] * len(addresses), address=True)
        self._arrived(job_id, first, len(addresses))

    def job(self, job_id: str, owner: str) -> Job:
        """A job.

        Raises:
            UnknownJobError: If there is no such job of this owner.
        """
        with self._lock:
            row = self._connection.execute(
                "SELECT * FROM jobs WHERE id = ? AND owner = ?", (job_id, owner)
            ).fetchone()
            if row is None:
                raise UnknownJobError("no job of this id")
            return self._job(row)

    def jobs(self, owner: str) -> list[Job]:
        """The jobs of an owner, the newest first."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM jobs WHERE owner = ? ORDER BY made DESC", (owner,)
            ).fetchall()
            return [self._job(row) for row in rows]

    def cancel(self, job_id: str, owner: str) -> None:
        """Begin nothing more of a job; what went in stays in. One that has ended is forgotten.

        Raises:
            UnknownJobError: If there is no such job of this owner.
        """
        if self.job(job_id, owner).ended:
            self._forget([job_id])
            return
        with self._writing() as connection:
            connection.execute("UPDATE jobs SET cancelled = 1 WHERE id = ?", (job_id,))
            connection.execute(
                "UPDATE items SET state = 'cancelled' WHERE job = ? "
                "AND state IN ('waiting', 'arriving')",
                (job_id,),
            )
        for path in (self.folder / job_id).glob("*"):
            path.unlink(missing_ok=True)

    def is_cancelled(self, job_id: str) -> bool:
        """Return whether a job was cancelled, or forgotten."""
        with self._lock:
            row = self._connection.execute(
                "SELECT cancelled FROM jobs WHERE id = ?", (job_id,)
            ).fetchone()
        return row is None or bool(row[0])

    def keeps_pdfs(self, job_id: str) -> bool:
        """Return whether copies of the PDF files of a job are kept."""
        with self._lock:
            row = self._connection.execute(
                "SELECT keep_pdfs FROM jobs WHERE id = ?", (job_id,)
            ).fetchone()
        return row is not None and bool(row[0])

    def rename_collection(self, old: str, new: str) -> None:
        """Let jobs go on in a collection that has another name now."""
        with self._writing() as connection:
            connection.execute("UPDATE jobs SET collection = ? WHERE collection = ?", (new, old))

    # For whoever does the work.

    def resume(self) -> None:
        """Let what was under way when a server ended begin again.

        Files that were on their way then were not accepted: their sender was told nothing. Others
        may be on their way now, to this server or to one beside it: only old ones are deleted.
        """
        with self._writing() as connection:
            connection.execute("UPDATE items SET state = 'waiting' WHERE state = 'reading'")
            connection.execute(
                "DELETE FROM items WHERE state = 'arriving' "
                "AND job IN (SELECT id FROM jobs WHERE touched < ?)",
                (time.time() - _ARRIVING_SECONDS,),
            )
            ended = connection.execute(
                "SELECT job, number FROM items WHERE state NOT IN "
                "('waiting', 'reading', 'arriving')"
            ).fetchall()
        # A server that ends between an item and its file leaves the file.
        for job_id, number in ended:
            (self.folder / job_id / str(number)).unlink(missing_ok=True)
        self._forget_old(None)
        for folder in self.folder.glob("arriving-*"):
            with suppress(OSError):
                if time.time() - folder.stat().st_mtime > _ARRIVING_SECONDS:
                    shutil.rmtree(folder, ignore_errors=True)

    def claim(
        self, busy: Iterable[str], most: int, most_bytes: int, held: Collection[str] = ()
    ) -> tuple[str, str, list[Item]]:
        """Take the next items of a job that wait; returns job, collection and items.

        Jobs take turns: of those with waiting items, one that nobody works on comes first, and
        then the one that began last.

        Args:
            busy: The jobs that somebody works on, as often as somebody does.
            most: Items at most.
            most_bytes: Their size in all at most, but for the first.
            held: Collections to which nothing is added now.
        """
        taken = list(busy)
        with self._writing() as connection:
            waiting = connection.execute(
                "SELECT DISTINCT jobs.id, collection, made FROM items JOIN jobs ON jobs.id = job "
                "WHERE state = 'waiting' AND NOT cancelled"
            ).fetchall()
            waiting = [row for row in waiting if row[1] not in held]
            if not waiting:
                return "", "", []
            job_id, collection, _ = min(waiting, key=lambda row: (taken.count(row[0]), row[2]))
            rows = connection.execute(
                f"SELECT {_ITEM} FROM items WHERE job = ? AND state = 'waiting' "  # noqa: S608
                "ORDER BY number LIMIT ?",
                (job_id, most),
            ).fetchall()
            items: list[Item] = []
            size = 0
            for item in map(item_of, rows):
                size += item.bytes
                if items and (size > most_bytes or item.address):
                    break
                items.append(item)
                if item.address:
                    break
            connection.executemany(
                "UPDATE items SET state = 'reading' WHERE job = ? AND number = ?",
                [(job_id, item.number) for item in items],
            )
        return job_id, collection, [replace(item, state=ItemState.READING) for item in items]

    def path_of(self, job_id: str, item: Item) -> Path:
        """The path at which the file of an item waits."""
        return self.folder / job_id / str(item.number)

    def record(self, job_id: str, item: Item) -> None:
        """Keep what became of an item; the file of one that has ended is deleted."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE items SET state = ?, added = ?, updated = ?, unchanged = ?, passages = ?, "
                "problems = ?, notes = ? WHERE job = ? AND number = ?",
                (
                    item.state,
                    item.added,
                    item.updated,
                    item.unchanged,
                    item.passages,
                    json.dumps(item.problems),
                    json.dumps(item.notes),
                    job_id,
                    item.number,
                ),
            )
        if item.state not in (ItemState.READING, ItemState.WAITING):
            self.path_of(job_id, item).unlink(missing_ok=True)

    def _reserve(
        self, job_id: str, owner: str, names: Sequence[str], sizes: Sequence[int], *, address: bool
    ) -> int:
        """Rows for items that are about to come; returns the number of the first."""
        job = self.job(job_id, owner)
        if job.state is JobState.CANCELLED:
            raise UserError("this job was cancelled")
        with self._writing() as connection:
            first, here = connection.execute(
                "SELECT coalesce(max(number) + 1, 0), count(*) FROM items WHERE job = ?", (job_id,)
            ).fetchone()
            if here + len(names) > MAX_FILES:
                raise UserError(f"at most {MAX_FILES:,} files in one job")
            (waiting,) = connection.execute(
                "SELECT coalesce(sum(bytes), 0) FROM items "
                "WHERE state IN ('waiting', 'reading', 'arriving')"
            ).fetchone()
            if waiting + sum(sizes) > MAX_WAITING_BYTES:
                raise InboxFullError("too many files wait to be added; try again later")
            connection.executemany(
                "INSERT INTO items (job, number, name, address, bytes, state) "
                "VALUES (?, ?, ?, ?, ?, 'arriving')",
                [
                    (job_id, number, name, int(address), size)
                    for number, (name, size) in enumerate(zip(names, sizes, strict=True), first)
                ],
            )
            connection.execute("UPDATE jobs SET touched = ? WHERE id = ?", (time.time(), job_id))
        return int(first)

    def _arrived(self, job_id: str, first: int, count: int) -> None:
        with self._writing() as connection:
            connection.execute(
                "UPDATE items SET state = CASE WHEN (SELECT cancelled FROM jobs WHERE id = job) "
                "THEN 'cancelled' ELSE 'waiting' END "
                "WHERE job = ? AND number >= ? AND number < ? AND state = 'arriving'",
                (job_id, first, first + count),
            )
            connection.execute(
                "UPDATE jobs SET touched = ?, expected = max(expected, "
                "(SELECT count(*) FROM items WHERE job = jobs.id)) WHERE id = ?",
                (time.time(), job_id),
            )

    def _job(self, row: tuple[str, str, str, int, float, float, int, int]) -> Job:
        job_id, owner, collection, expected, made, touched, cancelled, _ = row
        rows = self._connection.execute(
            f"SELECT {_ITEM} FROM items WHERE job = ? AND state != 'arriving' "  # noqa: S608
            "ORDER BY number",
            (job_id,),
        )
        items = tuple(map(item_of, rows))
        under_way = any(item.state in (ItemState.WAITING, ItemState.READING) for item in items)
        if cancelled:
            state = JobState.CANCELLED
        elif len(items) < expected and time.time() - touched < SENDING_SECONDS:
            state = JobState.RECEIVING
        else:
            state = JobState.WORKING if under_way else JobState.DONE
        return Job(job_id, owner, collection, expected, made, state, items)

    def _forget_old(self, owner: str | None) -> None:
        """Forget jobs that ended long ago, and the oldest ones of an owner who has too many."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT * FROM jobs WHERE made < ? OR owner = ? ORDER BY made",
                (time.time() - KEPT_SECONDS, owner),
            ).fetchall()
            jobs = [self._job(row) for row in rows]
        limit = time.time() - KEPT_SECONDS
        ended = [job for job in jobs if job.ended]
        old = [job.id for job in ended if job.made < limit]
        own = sum(job.owner == owner for job in jobs)
        spare = [job.id for job in ended if job.owner == owner and job.id not in old]
        surplus = max(0, own - MAX_JOBS + 1)
        if owner is not None and surplus > len(spare) + len(old):
            raise InboxFullError(f"{MAX_JOBS} jobs are under way; try again later")
        self._forget([*old, *spare[:surplus]])

    def _forget(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            with self._writing() as connection:
                connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))
            shutil.rmtree(self.folder / job_id, ignore_errors=True)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


def _move(source: Path, target: Path) -> None:
    """Move a file, perhaps to another disk, so that it is there for good."""
    shutil.move(source, target)
    _sync(target)


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    if path.is_dir() and os.name == "nt":  # Windows does not open folders.
        return
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
