"""Where the bytes of articles come from, and the bounds on what is taken from there."""

import codecs
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from index.errors import UserError

MAX_ARTICLE_BYTES = 10_000_000
"""A longer text is not one article; splitting and showing it would stall everything else."""

MAX_DOCUMENT_BYTES = 200_000_000
"""The most of a PDF, DOCX or EPUB, whose pictures and fonts are not its text."""

_BINARY_SAMPLE = 8_192
_DECLARED_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})", re.IGNORECASE
)

Problem = Callable[[str], None]
"""Is told, in one line that names file and reason, what was skipped."""

Fields = Mapping[str, str]
"""Which column or JSON key holds `text`, `title`, `source`, `published` or `id`."""


@dataclass(frozen=True, slots=True)
class Input:
    """Something that holds articles: a file, a member of an archive, a page of the web.

    Attributes:
        name: What messages call it.
        source: What its articles record as their source.
        kind: Its file name extension in lower case, with the dot.
        size: Bytes, as far as known beforehand.
        open: Opens it for reading from the start.
        charset: The character encoding that a web server states, if one does.
    """

    name: str
    source: str
    kind: str
    size: int
    open: Callable[[], BinaryIO]
    charset: str | None = None

    def read(self, limit: int) -> bytes:
        """All of its bytes.

        Raises:
            UserError: If there are more than `limit`.
        """
        with self.open() as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            size = f"{self.size / 1e6:.0f} MB is" if self.size > limit else "it is"
            raise UserError(
                f"{self.name}: {size} too long for one article "
                f"(at most {limit / 1e6:.0f} MB); split it"
            )
        return content


def decode_text(content: bytes, name: str) -> str:
    """Decode the bytes of a text file.

    Raises:
        UserError: If they are too many, empty, binary or not UTF-8.
    """
    if len(content) > MAX_ARTICLE_BYTES:
        raise UserError(
            f"{name}: {len(content) / 1e6:.0f} MB of text is too long for one article "
            f"(at most {MAX_ARTICLE_BYTES / 1e6:.0f} MB); split it"
        )
    refuse_binary(content, name)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{name}: not valid UTF-8 (byte {error.start}); save it as UTF-8") from None
    if not text.strip():
        raise UserError(f"{name}: empty")
    return text


def decode_html(content: bytes, name: str, charset: str | None) -> str:
    """Decode a page by what its server or it itself declares, else as UTF-8.

    Raises:
        UserError: As `decode_text`.
    """
    declared = _DECLARED_CHARSET.search(content[:_BINARY_SAMPLE])
    for label in (charset, declared and declared.group(1).decode("ascii")):
        if not label:
            continue
        try:
            codec = codecs.lookup(label).name
        except LookupError:
            continue
        if codec != "utf-8" and not content.startswith(codecs.BOM_UTF8):
            # Browsers read a label that lies in the same way: what does not decode is replaced.
            return content.decode(codec, errors="replace")
    return decode_text(content, name)


def refuse_binary(content: bytes, name: str) -> None:
    """Raise `UserError` if the first bytes are not those of a text."""
    if b"\0" in content[:_BINARY_SAMPLE]:
        raise UserError(f"{name}: a binary file, not text")


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file; of one that is too long only so much that its length shows."""
    while line := file.readline(MAX_ARTICLE_BYTES + 1):
        yield line
        while len(line) > MAX_ARTICLE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_ARTICLE_BYTES + 1)
            if not line:
                return
