"""Unfinished files, and the remains that killed processes leave.

A file that is being written lies in a folder of its own, with a lock that the system releases when
the process dies. So the next run can tell folders that are left over from those in use.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX = ".unfinished-"
_LOCK = "lock"
_LOCKED_WITHIN_SECONDS = 60.0
_OF_EARLIER_VERSIONS = (".restore-*", ".articles.sqlite.unfinished*", ".vectors.faiss.*")
_OF_TANTIVY = ".tmp*"


@contextmanager
def unfinished(folder: Path) -> Iterator[Path]:
    """A temporary folder inside `folder`, in which files are finished and renamed to their place.

    Raises:
        OSError: If it cannot be created.
    """
    while True:
        made = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder))
        lock = FileLock(made / _LOCK)
        with suppress(OSError):
            lock.acquire()
        # Somebody who was just clearing may have had the lock first.
        if lock.is_locked and (made / _LOCK).exists():
            break
        lock.release()
        if made.exists():
            shutil.rmtree(made, ignore_errors=True)
            raise PermissionError(f"{made}: cannot be locked")
    try:
        yield made
    finally:
        lock.release()
        shutil.rmtree(made, ignore_errors=True)


def is_left_over(name: str) -> bool:
    """True for the names of files and folders that killed processes leave."""
    return name.startswith(_PREFIX) or any(fnmatch(name, form) for form in _OF_EARLIER_VERSIONS)


def clear(folder: Path) -> None:
    """Delete what killed processes have left in a collection's folder; others may be at work."""
    with suppress(OSError):
        for path in list(folder.iterdir()):
            if not is_left_over(path.name) or _is_in_use(path):
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def clear_tantivy(folder: Path) -> None:
    """Delete temporary files in a tantivy folder, which nobody else may be writing to."""
    for path in folder.glob(_OF_TANTIVY):
        with suppress(OSError):
            path.unlink()


def _is_in_use(path: Path) -> bool:
    if not path.name.startswith(_PREFIX):
        return False
    if not (path / _LOCK).exists():
        # Its owner is about to lock it, or was killed just then.
        return time.time() - path.stat().st_mtime < _LOCKED_WITHIN_SECONDS
    lock = FileLock(path / _LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    shutil.rmtree(path, ignore_errors=True)
    lock.release()
    return False
