"""Checkpoint files that are replaced atomically: a crash leaves the old one or the new one."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from index.local.temporary import unfinished

_MAGIC = b"article-qa checkpoint 3\n"
_CHUNK = 1 << 20
_DIGEST_BYTES = hashlib.sha256().digest_size

T = TypeVar("T")


def write_checkpoint(
    path: Path, header: dict[str, Any], write: Callable[[Callable[[Any], None]], None]
) -> None:
    """Replace `path` by a header, a payload and their checksum: written, synced, renamed.

    Args:
        path: The checkpoint.
        header: Values that JSON can hold.
        write: Called with a function that appends bytes to the payload.

    Raises:
        OSError: If it cannot be written; `path` is then unchanged.
    """
    with unfinished(path.parent) as folder:
        temporary = folder / path.name
        with temporary.open("wb") as file:
            checksum = hashlib.sha256()

            def take(content: Any) -> None:  # noqa: ANN401 - anything that has a buffer
                file.write(content)
                checksum.update(content)

            take(_MAGIC + json.dumps(header).encode() + b"\n")
            write(take)
            file.write(checksum.digest())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)


def read_checkpoint(path: Path, read: Callable[[dict[str, Any], BinaryIO], T]) -> T | None:
    """Read a checkpoint: give its header and payload to `read`, and return the result.

    Returns:
        None if the checkpoint is missing, cut or damaged; `read` is then not called.
    """
    try:
        with path.open("rb") as file:
            if not _is_whole(file):
                return None
            file.seek(len(_MAGIC))
            header: dict[str, Any] = json.loads(file.readline())
            return read(header, file)
    except (OSError, ValueError):
        return None


def _is_whole(file: BinaryIO) -> bool:
    size = os.fstat(file.fileno()).st_size
    left = size - _DIGEST_BYTES
    if left < len(_MAGIC) or file.read(len(_MAGIC)) != _MAGIC:
        return False
    file.seek(0)
    checksum = hashlib.sha256()
    while left:
        chunk = file.read(min(_CHUNK, left))
        if not chunk:
            return False
        checksum.update(chunk)
        left -= len(chunk)
    return file.read() == checksum.digest()


def sync_folder(folder: Path) -> None:
    """Flush a folder to the disk, so that a renamed file survives a power cut."""
    if os.name == "nt":  # Windows has no handle on a folder to sync.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
