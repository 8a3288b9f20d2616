"""Back up and restore a collection while it is in use."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

from index.errors import UserError
from index.local.backend import LocalBackend
from index.local.checkpoint import sync_folder
from index.local.connections import Connections, is_damage
from index.local.file_locks import refuse_without_locks
from index.local.folder import ORIGINALS, STORE, holds_only_ours, names_in, refuse_other, set_aside
from index.local.schema import drop_actions, mend_schema, new_identity
from index.local.store import Store
from index.local.temporary import clear, is_left_over, unfinished
from index.maintenance.verify import article_damage

_STEP_PAGES = -1
"""All pages in one step: a snapshot, whatever others write meanwhile."""

_PROBLEMS_TOLD = 3


def backup(collection: Path, destination: Path) -> int:
    """Copy a collection's articles, passages and vectors as they are at one moment.

    Others may read and write meanwhile. The copy is a collection too; its indexes are not copied
    but rebuilt when it is opened. The files of articles that are kept are copied with them.

    Args:
        collection: Its folder.
        destination: A folder that is missing or empty.

    Returns:
        The number of articles copied.

    Raises:
        UserError: If there is no collection, its articles are damaged, or the destination is
            taken or cannot be written.
    """
    LocalBackend(collection, None).close()
    if not all(map(is_left_over, names_in(destination))):
        raise UserError(f"{destination}: not empty; a backup wants a folder of its own")
    try:
        destination.mkdir(parents=True, exist_ok=True)
        clear(destination)
        with unfinished(destination) as folder:
            fresh = folder / STORE
            count = _copy(collection, fresh, "nothing was copied; `article-qa check` says more")
            _copy_originals(collection, destination)
            fresh.replace(destination / STORE)
        sync_folder(destination)
    except OSError as error:
        raise UserError(f"{destination}: cannot be written ({error})") from None
    return count


def restore(
    backed_up: Path, collection: Path, tell: Callable[[str], None] = lambda line: None
) -> int:
    """Bring a collection back to the state of its backup; later changes are lost.

    Others may have it open: they find the restored articles with their next search. A collection
    that is damaged is renamed, as "articles.sqlite.damaged-20240105-101500", and not changed.

    Args:
        backed_up: The folder that `backup` made.
        collection: The folder of a collection, also a damaged one, or one without articles.
        tell: Called with a line that names the renamed file.

    Returns:
        The number of articles restored.

    Raises:
        UserError: If there is no backup, it is damaged, or the collection cannot be written.
    """
    if STORE not in names_in(backed_up):
        raise UserError(f"{backed_up}: no backup here")
    refuse_other(backed_up)
    names = names_in(collection)
    if STORE not in names and not holds_only_ours(names):
        raise UserError(f"{collection}: a folder of something else, not a collection")
    try:
        collection.mkdir(parents=True, exist_ok=True)
        refuse_without_locks(collection)
        clear(collection)
        with unfinished(collection) as folder:
            fresh = folder / STORE
            # Its identity is new before the first process sees the restored articles.
            count = _copy(backed_up, fresh, "nothing was restored")
            _copy_originals(backed_up, collection)
            if _is_whole(collection):
                _overwrite(collection / STORE, fresh)
            else:
                _exchange(collection / STORE, fresh, tell)
    except (sqlite3.Error, OSError) as error:
        raise UserError(f"{collection}: cannot be restored ({error})") from None
    return count


def _copy(collection: Path, fresh: Path, otherwise: str) -> int:
    """Copy the articles of a collection, and nothing else that may be in its file.

    Args:
        collection: Its folder, which may be one where nothing can be written.
        fresh: The file to make, with an identity of its own.
        otherwise: End of the message about damage.

    Returns:
        The number of articles copied.

    Raises:
        UserError: If the articles are damaged.
    """
    try:
        with closing(Connections(collection / STORE)) as original, closing(_connect(fresh)) as copy:
            original.get().backup(copy, pages=_STEP_PAGES)
            copy.execute("PRAGMA journal_mode = DELETE")
            drop_actions(copy)
            copy.commit()
        with closing(Store(fresh)) as store:  # Migrates an earlier version.
            if damage := list(islice(article_damage(store), _PROBLEMS_TOLD)):
                raise UserError(f"{collection}: damaged ({'; '.join(damage)}); {otherwise}")
            count = store.counts()[0]
        with closing(_connect(fresh)) as copy:
            mend_schema(copy, drop_tables=True)
            copy.execute("UPDATE settings SET value = ? WHERE name = 'identity'", (new_identity(),))
            copy.commit()
            copy.execute("PRAGMA journal_mode = WAL")
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise UserError(f"{fresh.parent.parent}: cannot be written ({error})") from None
        raise UserError(f"{collection}: damaged ({error}); {otherwise}") from None
    return count


def _copy_originals(collection: Path, target: Path) -> None:
    """Copy the kept files of articles; those of the target that have other names stay."""
    if (collection / ORIGINALS).is_dir():
        shutil.copytree(collection / ORIGINALS, target / ORIGINALS, dirs_exist_ok=True)


def _is_whole(collection: Path) -> bool:
    """True if there is a store, and it is not damaged."""
    if not (collection / STORE).is_file():
        return False
    try:
        with closing(Store(collection / STORE)) as store:
            return next(article_damage(store), None) is None
    except (sqlite3.DatabaseError, UserError) as error:
        cause = error.__cause__ if isinstance(error, UserError) else error
        if isinstance(cause, sqlite3.Error) and not is_damage(cause):
            raise
        return False


def _overwrite(store: Path, fresh: Path) -> None:
    """Replace the content of a store in one transaction; other processes may have it open."""
    with closing(_connect(fresh)) as source, closing(_connect(store)) as target:
        source.backup(target, pages=_STEP_PAGES)


def _exchange(store: Path, fresh: Path, tell: Callable[[str], None]) -> None:
    """Set a damaged store aside, if there is one, and put another file in its place."""
    aside = store.with_name(f"{store.name}.damaged")
    if store.exists():
        aside = set_aside(store)
        tell(f"{store}: damaged; it is now called {aside.name}")
    for suffix in ("-wal", "-shm", "-journal"):
        # Left where it is, the log of the old file would be taken for the new one's.
        log = store.with_name(f"{store.name}{suffix}")
        if log.exists():
            log.replace(aside.with_name(f"{aside.name}{suffix}"))
    sync_folder(store.parent)
    fresh.replace(store)
    sync_folder(store.parent)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60.0)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA trusted_schema = OFF")
    return connection
