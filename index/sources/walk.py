"""The files of a folder tree, and their names as text."""

import re
from pathlib import Path

from index.errors import UserError
from index.local.folder import STORE

_SURROGATES = re.compile(r"[\ud800-\udfff]")


def printable(name: str) -> str:
    """A file name as valid text: lone surrogates, for bytes beyond UTF-8, are replaced."""
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", name)


def files_at(path: Path) -> list[Path]:
    """A file itself, or the files of a folder tree in order, without hidden ones and collections.

    Raises:
        UserError: If there is no such file or folder, or the folder holds no files.
    """
    if not path.exists():
        raise UserError(f"{printable(str(path))}: no such file or folder")
    if not path.is_dir():
        return [path]
    files = _files_below(path)
    if not files:
        raise UserError(f"{printable(str(path))}: holds no files")
    return files


def _files_below(folder: Path) -> list[Path]:
    files = [
        path
        for path in folder.rglob("*")
        if _is_file(path)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]
    collections = {path.parent for path in files if path.name == STORE}
    return sorted(path for path in files if collections.isdisjoint(path.parents))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return True  # Reading it will report why.


def size_of(path: Path) -> int:
    """The size of a file in bytes; 0 if it cannot be looked at."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
