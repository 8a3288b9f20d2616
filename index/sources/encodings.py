"""Decode bytes to text.

The encoding is that of, in this order: a byte order mark, the label of a server or page, UTF-8, and
the guess of charset-normalizer. Replaced bytes and guessed encodings are reported.
"""

import codecs
import io
import re
from collections.abc import Iterator

from index.errors import UserError
from index.sources.inputs import MAX_ARTICLE_BYTES, Input, Note, Problem, bounded_lines

_SAMPLE_BYTES = 8_192
_GUESSED_BYTES = 64_000
_STREAM_SAMPLE_BYTES = 1_000_000
_DECLARED_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w-]{2,40})"
    rb"|\A\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([\w-]{2,40})",
    re.IGNORECASE,
)

# A mark goes before any label. One of UTF-32 begins with one of UTF-16, so it is tried first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The codec that browsers use for a label (WHATWG, Encoding): the superset that such pages use.
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

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_WORD_OF_MANY_BYTES = re.compile(rb"[\x80-\xff]{2,}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FEW = 8
"""Up to so many bytes say nothing about the encoding of a file."""
_FEW_ZEROS = 0.02
"""Up to this share of zero bytes is damage to a text."""
_NAMES = {"cp1252": "Windows-1252"}


def decode_text(content: bytes, name: str, problem: Problem) -> str:
    """Decode the bytes of a text file.

    Args:
        content: The file.
        name: Its name in messages.
        problem: Called with notes on replaced bytes and on a guessed encoding.

    Raises:
        UserError: If they are too many, empty or binary.
    """
    if len(content) > MAX_ARTICLE_BYTES:
        raise UserError(
            f"{name}: {len(content) / 1e6:.0f} MB of text is too long for one article "
            f"(at most {MAX_ARTICLE_BYTES / 1e6:.0f} MB); split it"
        )
    text = decode(content, name, problem)
    if not text.strip():
        raise UserError(f"{name}: empty")
    return text


def decode(content: bytes, name: str, problem: Problem) -> str:
    """As `decode_text`, without a limit on the length.

    Raises:
        UserError: If they are binary.
    """
    codec = _marked(content) or _wide_without_mark(content, name)
    return _decode(content, codec, name, problem) if codec else _unmarked(content, name, problem)


def decode_html(content: bytes, name: str, charset: str | None, problem: Problem) -> str:
    """Decode a page by its byte order mark, or the label of its server or its own; else as a text.

    Labels mean what they mean to browsers.

    Args:
        content: The page.
        name: Its name in messages.
        charset: The label that its server states.
        problem: As in `decode_text`.

    Raises:
        UserError: As `decode_text`.
    """
    if not _marked(content):
        declared = _DECLARED_CHARSET.search(content[:_SAMPLE_BYTES])
        stated = _codec(charset) if charset else None
        label = (declared.group(1) or declared.group(2)).decode("ascii") if declared else None
        own = _codec(label) if label else None
        # A label in a page that can be read before its encoding is known names no such encoding.
        if own and not _keeps_ascii(own):
            own = None
        for codec in (stated, own):
            if codec == "utf-8" and _is_utf8(content):
                break
            if codec and codec != "utf-8":
                return _decode(content, codec, name, problem)
    return decode_text(content, name, problem)


def text_lines(document: Input, problem: Problem) -> Iterator[str]:
    """The lines of a text file of any length, with their ends, decoded one by one.

    Bytes that are not valid are reported with the number of their line. A line that is longer than
    an article may be is cut just beyond that length.

    Args:
        document: The file.
        problem: As in `decode_text`.

    Raises:
        UserError: If the file is binary.
    """
    with document.open() as file:
        sample = file.read(_STREAM_SAMPLE_BYTES)
    codec = _marked(sample) or _wide_without_mark(sample, document.name)
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    if codec is None and not _is_mostly_utf8(sample) and _wrong(sample) > _FEW:
        codec = _guessed(sample)
        problem(_guess_note(document.name, codec))
    with document.open() as file:
        if codec and codec.startswith(("utf-16", "utf-32")):
            wide = io.TextIOWrapper(file, codec, errors="replace", newline="\n")
            for number, line in enumerate(wide, start=1):
                if _REPLACED in line:
                    problem(_replaced_note(f"{document.name}:{number}", codec, line))
                yield line
            return
        for number, content in enumerate(bounded_lines(file), start=1):
            where = f"{document.name}:{number}"
            if codec and codec != "utf-8-sig":
                yield _decode(content, codec, where, problem)
            else:
                marked = number == 1 and codec
                yield _unmarked(content[3:] if marked else content, where, problem)


def _marked(content: bytes) -> str | None:
    return next((codec for mark, codec in _MARKS if content.startswith(mark)), None)


def _wide_without_mark(content: bytes, name: str) -> str | None:
    """The codec of UTF-16 without a mark, known by its zero bytes; None if there are none.

    Raises:
        UserError: If the zero bytes are not those of UTF-16, nor a stray one in a text.
    """
    sample = content[:_SAMPLE_BYTES]
    if b"\0" not in sample:
        return None
    even, odd = sample[::2], sample[1::2]
    for codec, high, low in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        # Some characters of every language lie in Latin-1: spaces, digits, ends of lines.
        if high.count(0) > len(high) // 20 and not low.count(0):
            try:
                text = content[:_SAMPLE_BYTES].decode(codec)
            except UnicodeDecodeError:
                continue
            if not _CONTROL.search(text):
                return codec
    if sample.count(0) <= _FEW_ZEROS * len(sample) and _is_mostly_utf8(content):
        controls = len(_CONTROL.findall(sample.decode(errors="replace")))
        if controls <= _FEW_ZEROS * len(sample):
            return None
    raise UserError(f"{name}: a binary file, not text")


def _unmarked(content: bytes, name: str, problem: Problem) -> str:
    text = _plainly_decoded(content, name, problem)
    if zeros := text.count("\0"):
        # Databases end a text there.
        what = f"{zeros} zero bytes" if zeros > 1 else "one zero byte"
        problem(Note(f"{name}: {what} replaced by {_REPLACED}"))
        text = text.replace("\0", _REPLACED)
    return text


def _plainly_decoded(content: bytes, name: str, problem: Problem) -> str:
    if content.isascii():
        return content.decode("ascii")
    if _is_mostly_utf8(content):
        return _decode(content, "utf-8", name, problem)
    codec = _guessed(content)
    text = _decode(content, codec, name, problem)
    if len(_CONTROL.findall(text[:_SAMPLE_BYTES])) > len(text[:_SAMPLE_BYTES]) / 100:
        raise UserError(f"{name}: a binary file, not text")
    problem(_guess_note(name, codec))
    return text


def _is_mostly_utf8(content: bytes) -> bool:
    """Return whether at least half of the characters beyond ASCII are valid UTF-8."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode(errors="replace")
    else:
        return True
    return 2 * text.count(_REPLACED) <= len(_BEYOND_ASCII.findall(text))


def _wrong(content: bytes) -> int:
    return content.decode(errors="replace").count(_REPLACED)


def _guessed(content: bytes) -> str:
    """The encoding that bytes which are not UTF-8 are most likely in."""
    from charset_normalizer import from_bytes

    first = _NOT_ASCII.search(content)
    start = max(0, (first.start() if first else 0) - _GUESSED_BYTES // 2)
    sample = content[start : start + _GUESSED_BYTES]
    alone = len(_NOT_ASCII.findall(sample))
    together = sum(map(len, _WORD_OF_MANY_BYTES.findall(sample)))
    # In a Latin script, letters with accents stand alone; encodings of these cannot be told apart.
    if alone <= _FEW or 2 * together <= alone:
        return "cp1252"
    best = from_bytes(sample).best()
    codec = _codec(best.encoding) if best else None
    return codec if codec and _keeps_ascii(codec) else "cp1252"


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


def _decode(content: bytes, codec: str, name: str, problem: Problem) -> str:
    # Browsers read a label that lies in the same way: what does not decode is replaced.
    try:
        return content.decode(codec)
    except UnicodeDecodeError:
        if codec == "cp1252":
            return content.decode(codec, errors="surrogateescape").translate(_UNUSED)
        text = content.decode(codec, errors="replace")
        problem(_replaced_note(name, codec, text))
        return text


def _replaced_note(name: str, codec: str, text: str) -> Note:
    count = text.count(_REPLACED)
    label = codec.removesuffix("-sig").upper()
    what = f"{count} bytes that are" if count > 1 else "one byte that is"
    return Note(f"{name}: {what} not valid {label} replaced by {_REPLACED}")


def _guess_note(name: str, codec: str) -> Note:
    return Note(f"{name}: not UTF-8; read as {_NAMES.get(codec, codec)}")
