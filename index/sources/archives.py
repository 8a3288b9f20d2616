"""Zip archives of articles, read member by member and never unpacked to disk."""

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from index.errors import UserError
from index.sources.inputs import MAX_DOCUMENT_BYTES, Input, Problem

MAX_EXPANSION = 200
"""An archive may unpack to so many times its size: text takes 3 to 20 times, a bomb a thousand."""

MAX_DEPTH = 3
"""Archives may lie within archives to this depth."""

_SMALL_BYTES = 10_000_000
"""An archive of any size may unpack to this much."""

_MEMBER = b"PK\x01\x02"
_MOST_MEMBERS = 10_000
_MARKUP = (".xml", ".xhtml", ".html", ".htm")

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
"""Exceptions of `zipfile` for a damaged, encrypted or oddly compressed member."""


def refuse_bomb(archive: zipfile.ZipFile, size: int, name: str) -> None:
    """Raise `UserError` if an archive of `size` bytes would unpack to absurdly more.

    The sizes that an archive states are the most that `zipfile` unpacks of a member, whatever
    the member holds, and members that overlap count each time.
    """
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > most_unpacked(size):
        raise UserError(
            f"{name}: {size / 1e6:.1f} MB that unpack to {unpacked / 1e6:.0f} MB; "
            "refused as a zip bomb"
        )


def most_unpacked(size: int) -> int:
    """The most bytes that an archive of `size` bytes may unpack to."""
    return max(_SMALL_BYTES, MAX_EXPANSION * size)


def unpacked_size(content: bytes) -> int:
    """The unpacked size of the text of a zipped document, as its archive states it.

    At most `most_unpacked`; 0 if the archive is damaged, or has more members than any document.
    """
    if content.count(_MEMBER) > _MOST_MEMBERS:
        return 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            stated = sum(
                member.file_size
                for member in archive.infolist()
                if member.filename.lower().endswith(_MARKUP)
            )
    except (*UNREADABLE, ValueError, OSError):
        return 0
    return min(stated, most_unpacked(len(content)))


class Unpacking:
    """The budget of a zip archive and the archives in it: bytes left to unpack, and depth."""

    def __init__(self, most: int) -> None:
        """Allow `most` unpacked bytes, those of inner archives included."""
        self._left = most
        self.depth = 0

    def take(self, size: int, name: str) -> None:
        """Count the unpacked size of one archive.

        Raises:
            UserError: If that exceeds the budget, or the archive lies too deep.
        """
        self._left -= size
        if self._left < 0:
            raise UserError(f"{name}: unpacks to too much; refused as a zip bomb")
        if self.depth > MAX_DEPTH:
            raise UserError(f"{name}: an archive within {self.depth} others; unpack it first")


def members(
    document: Input, kinds: Iterable[str], problem: Problem, unpacking: Unpacking
) -> Iterator[Input]:
    """The members of a zip archive that are of one of these kinds, in its order.

    Each must be read before the next is asked for. Members of other kinds are reported to
    `problem`; hidden ones are skipped.

    Raises:
        UserError: If the archive is damaged or a bomb.
    """
    with document.open() as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UserError(f"{document.name}: cannot be read as a zip archive ({error})") from None
        with archive:
            refuse_bomb(archive, document.size, document.name)
            unpacking.take(sum(member.file_size for member in archive.infolist()), document.name)
            for member in archive.infolist():
                path = PurePosixPath(member.filename)
                if member.is_dir() or any(
                    part.startswith((".", "__MACOSX")) for part in path.parts
                ):
                    continue
                name, kind = f"{document.name}!{member.filename}", path.suffix.lower()
                if kind not in kinds:
                    problem(not_read(name, kind))
                    continue
                yield Input(
                    name=name,
                    source=f"{document.source}!{member.filename}",
                    kind=kind,
                    size=member.file_size,
                    open=partial(_copy if kind == ".zip" else _open, archive, member),
                )


def not_read(name: str, kind: str) -> str:
    """The message for a file of a kind that is not read."""
    return f"{name}: {f'{kind} files' if kind else 'files without an extension'} are not read"


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    """An inner archive, in memory, since zip archives are read from their end."""
    if member.file_size > MAX_DOCUMENT_BYTES:
        raise UserError(f"{member.filename}: an archive in an archive may have at most 200 MB")
    return io.BytesIO(archive.read(member))


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(member))
