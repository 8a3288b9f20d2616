"""Write a file so that a reader finds the old one or the new one, whole, whatever dies when."""

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

_MAGIC = b"article-qa checkpoint 1\n"


def write_checkpoint(path: Path, header: dict[str, Any], payload: bytes | memoryview) -> None:
    """Replace `path` by `header` and `payload` with their checksum: written, synced, renamed.

    Raises:
        OSError: If the disk does not take it; `path` is then what it was.
    """
    described = json.dumps({**header, "sha256": hashlib.sha256(payload).hexdigest()}).encode()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_MAGIC + described + b"\n")
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_checkpoint(path: Path) -> tuple[dict[str, Any], bytes] | None:
    """The header and payload of a checkpoint, or None if it is missing, cut or damaged."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                return None
            header: dict[str, Any] = json.loads(file.readline())
            payload = file.read()
    except (OSError, ValueError):
        return None
    if hashlib.sha256(payload).hexdigest() != header.get("sha256"):
        return None
    return header, payload


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle on a folder to sync.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
