"""Reports a file system without file locks, such as some network mounts, at once.

SQLite cannot tell it from a file that somebody else has locked, and would wait for a minute.
"""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from index.errors import UserError

_HELD_BY_ANOTHER = {errno.EACCES, errno.EAGAIN, errno.EINTR}


def refuse_without_locks(folder: Path) -> None:
    """Try the two kinds of locks that a collection needs, on a file that is deleted again.

    A read-only folder is accepted: nothing in it is locked for long.

    Raises:
        UserError: If the file system of the folder gives no locks.
    """
    if os.name == "nt":
        return
    import fcntl

    with suppress(OSError), tempfile.TemporaryFile(dir=folder) as file:
        try:
            # SQLite takes the first kind, filelock and tantivy take the second.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in _HELD_BY_ANOTHER:
                return
            raise UserError(
                f"{folder}: its file system gives no file locks ({error.strerror}), without which "
                "a collection is not safe; use a local folder, or mount it with locks"
            ) from None
