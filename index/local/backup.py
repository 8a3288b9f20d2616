"""Copies of a collection while it is in use, and the way back."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from index.errors import UserError
from index.local.backend import STORE, LocalBackend
from index.local.connections import Connections
from index.local.schema import new_identity

_STEP_PAGES = -1
"""All in one step: one moment of the collection, however much is written meanwhile."""


def backup(collection: Path, destination: Path) -> int:
    """Copy a collection's articles, passages and vectors as they are at one moment.

    Others may read and write meanwhile. What is derived is not copied; it is made again when
    the copy is opened, for the copy is a collection too.

    Args:
        collection: Its folder.
        destination: A folder that is missing or empty.

    Returns:
        How many articles were copied.

    Raises:
        UserError: If there is no collection, or the destination is taken or cannot be written.
    """
    opened = LocalBackend(collection, None)
    opened.close()
    try:
        destination.mkdir(parents=True, exist_ok=True)
        taken = any(destination.iterdir())
    except OSError as error:
        raise UserError(f"{destination}: cannot be written ({error.strerror})") from None
    if taken:
        raise UserError(f"{destination}: not empty; a backup wants a folder of its own")
    _copy(collection / STORE, destination / STORE)
    copied = LocalBackend(destination, None)
    try:
        return copied.counts()[0]
    finally:
        copied.close()


def restore(backed_up: Path, collection: Path) -> int:
    """Make a collection what it was when it was backed up; what came later is lost.

    Others may have it open: they find the restored articles with their next search.

    Args:
        backed_up: The folder that `backup` made.
        collection: The folder of a collection, or one that is missing or empty.

    Returns:
        How many articles it holds now.

    Raises:
        UserError: If there is no backup, or the collection cannot be written.
    """
    if not (backed_up / STORE).is_file():
        raise UserError(f"{backed_up}: no backup here")
    source = LocalBackend(backed_up, None)
    embedder = source.embedder
    if problems := source.store.integrity():
        raise UserError(f"{backed_up}: a damaged backup ({problems[0]}); nothing was restored")
    source.close()
    # Opening it refuses folders of something else, and makes one that is missing.
    LocalBackend(collection, embedder).close()
    with tempfile.TemporaryDirectory(dir=collection, prefix=".restore-") as folder:
        # The identity must be new before the first process sees the restored articles.
        fresh = Path(folder) / STORE
        _copy(backed_up / STORE, fresh)
        try:
            with (
                closing(_connect(fresh)) as source_file,
                closing(_connect(collection / STORE)) as target,
            ):
                source_file.backup(target, pages=_STEP_PAGES)
        except sqlite3.Error as error:
            raise UserError(f"{collection}: cannot be restored ({error})") from None
    restored = LocalBackend(collection, None)
    try:
        return restored.counts()[0]
    finally:
        restored.close()


def _copy(source: Path, target: Path) -> None:
    """Copy a store under another name first, give it an identity of its own, and rename it."""
    unfinished = target.with_name(f".{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        # What is copied may lie where nothing can be written.
        with closing(Connections(source)) as original, closing(_connect(unfinished)) as copy:
            original.get().backup(copy, pages=_STEP_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
            copy.execute("UPDATE settings SET value = ? WHERE name = 'identity'", (new_identity(),))
            copy.commit()
            copy.execute("PRAGMA journal_mode = WAL")
        unfinished.replace(target)
    except (sqlite3.Error, OSError) as error:
        unfinished.unlink(missing_ok=True)
        raise UserError(f"{target.parent}: cannot be written ({error})") from None


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60.0)
    connection.execute("PRAGMA synchronous = FULL")
    return connection
