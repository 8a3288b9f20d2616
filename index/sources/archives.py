"""Zip archives of articles, read member by member and never unpacked to disk."""

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO, cast

from index.errors import UserError
from index.sources.inputs import Input

MAX_EXPANSION = 200
"""Text compresses some 3 to 20 times; a bomb, a thousand times."""

_SMALL_BYTES = 10_000_000
"""Up to here an expansion harms nobody."""

UNREADABLE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
"""What `zipfile` raises for a damaged, encrypted or oddly compressed member."""


def refuse_bomb(archive: zipfile.ZipFile, size: int, name: str) -> None:
    """Raise `UserError` if an archive of `size` bytes would unpack to absurdly more.

    The sizes that an archive states are the most that `zipfile` unpacks of a member, whatever
    the member holds, and members that overlap count each time.
    """
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > max(_SMALL_BYTES, MAX_EXPANSION * size):
        raise UserError(
            f"{name}: {size / 1e6:.1f} MB that unpack to {unpacked / 1e6:.0f} MB; "
            "refused as a zip bomb"
        )


def members(given: Input, kinds: frozenset[str]) -> Iterator[Input]:
    """The members of a zip archive that are of one of these kinds, in its order.

    Each must be read before the next is asked for.

    Raises:
        UserError: If the archive is damaged or a bomb.
    """
    with given.open() as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, ValueError, OSError) as error:
            raise UserError(f"{given.name}: cannot be read as a zip archive ({error})") from None
        with archive:
            refuse_bomb(archive, given.size, given.name)
            for member in archive.infolist():
                path = PurePosixPath(member.filename)
                hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
                if member.is_dir() or hidden or path.suffix.lower() not in kinds:
                    continue
                yield Input(
                    name=f"{given.name}!{member.filename}",
                    source=f"{given.source}!{member.filename}",
                    kind=path.suffix.lower(),
                    size=member.file_size,
                    open=partial(_open, archive, member),
                )


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> BinaryIO:
    return cast(BinaryIO, archive.open(member))
