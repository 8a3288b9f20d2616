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

# A mark goes before any label. One of UTF-32 begins with one of UTF-16, so it is tried first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What browsers read for a label (WHATWG, Encoding): the larger set that pages so labelled use.
_AS_BROWSERS_READ = {
    "utf-8-sig": "utf-8",
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
# These bytes stand for themselves in every encoding of the web but UTF-16. They do not where
# `+`, a backslash or a tilde begins an escape, nor in what is no encoding of text (`hex`, `idna`).
_PLAIN = b"<p>1+AGE-2\\u0041~{4}-a</p>"
# As browsers do, and Python does not: bytes that Windows left unused are control characters.
_UNUSED = {0xDC00 + byte: byte for byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}

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
    """Decode a page by its mark, or by what its server or it itself declares, else as UTF-8.

    Labels are read as browsers read them.

    Raises:
        UserError: As `decode_text`.
    """
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return decode_text(content, name) if marked == "utf-8" else _decode(content, marked)
    declared = _DECLARED_CHARSET.search(content[:_BINARY_SAMPLE])
    stated = _codec(charset) if charset else None
    own = _codec(declared.group(1).decode("ascii")) if declared else None
    # A label in a page that can be read before its encoding is known names no such encoding.
    if own and not _keeps_ascii(own):
        own = None
    for codec in (stated, own):
        if codec == "utf-8" and _is_utf8(content):
            break
        if codec and codec != "utf-8":
            return _decode(content, codec)
    return decode_text(content, name)


def _codec(label: str) -> str | None:
    """The name of the codec that browsers take for a label; None if they would not know it."""
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return None
    name = _AS_BROWSERS_READ.get(name, name)
    return name if name.startswith(("utf-16", "utf-32")) or _keeps_ascii(name) else None


def _keeps_ascii(codec: str) -> bool:
    try:
        return _PLAIN.decode(codec, errors="replace") == _PLAIN.decode("ascii")
    except (LookupError, ValueError):
        return False


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _decode(content: bytes, codec: str) -> str:
    # Browsers read a label that lies in the same way: what does not decode is replaced.
    if codec == "cp1252":
        return content.decode(codec, errors="surrogateescape").translate(_UNUSED)
    return content.decode(codec, errors="replace")


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
