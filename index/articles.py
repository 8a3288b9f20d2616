"""Read articles from files: text, Markdown, HTML and JSON lines."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import UserError
from index.headers import iso_date, read_header
from index.types import Article

MAX_ARTICLE_BYTES = 10_000_000
"""A longer text is not one article; splitting and showing it would stall everything else."""

_BINARY_SAMPLE = 8_192

Problem = Callable[[str], None]
"""Is told, in one line that names file and reason, what was skipped."""


def read_articles(paths: Iterable[Path], problem: Problem) -> Iterator[Article]:
    """Read the articles of files and folder trees, in a stable order.

    A bad file or line is told to `problem` and skipped; the rest is read. In a folder, files
    of kinds that are not read here and hidden files are passed over.

    Args:
        paths: Files or folders.
        problem: Is called once for each input that was skipped.
    """
    for path in paths:
        if not path.exists():
            problem(f"{path}: no such file or folder")
            continue
        files = _files_below(path) if path.is_dir() else [path]
        if not files:
            problem(f"{path}: holds no {', '.join(sorted(_READERS))} files")
        for file in files:
            yield from _read_file(file, problem)


def read_file(path: Path, source: str | None = None) -> Article:
    """Read a file that holds one article.

    Args:
        path: A `.txt`, `.md` or `.html` file.
        source: What to record as its source instead of its absolute path.

    Raises:
        UserError: If the file is not readable as an article.
    """
    read = _READERS.get(path.suffix.lower())
    if read is None or read is _read_json_lines:
        raise UserError(f"{path}: not a text, Markdown or HTML file")
    articles = list(read(path, _raise_problem))
    article: Article = articles[0]
    if source is None:
        return article
    return Article(article_id(source), article.title, article.text, article.published, source)


def article_id(source: str) -> str:
    """A short, readable id, the same for the same source."""
    stem = re.sub(r"[^\w]+", "-", Path(source).stem).strip("-")[:40]
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    return f"{stem}-{digest}" if stem else digest


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
    if b"\0" in content[:_BINARY_SAMPLE]:
        raise UserError(f"{name}: a binary file, not text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{name}: not valid UTF-8 (byte {error.start}); save it as UTF-8") from None
    if not text.strip():
        raise UserError(f"{name}: empty")
    return text


def _files_below(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in _READERS
        and path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _read_file(path: Path, problem: Problem) -> Iterator[Article]:
    read = _READERS.get(path.suffix.lower())
    if read is None:
        problem(f"{path}: unknown kind of file; known are {', '.join(sorted(_READERS))}")
        return
    try:
        yield from read(path, problem)
    except UserError as error:
        problem(str(error))
    except OSError as error:
        problem(f"{path}: cannot be read ({error.strerror})")


def _text_of(path: Path) -> str:
    with path.open("rb") as file:
        return decode_text(_bounded(file.read(MAX_ARTICLE_BYTES + 1), path), str(path))


def _bounded(content: bytes, path: Path) -> bytes:
    if len(content) > MAX_ARTICLE_BYTES:
        size = path.stat().st_size
        raise UserError(
            f"{path}: {size / 1e6:.0f} MB is too long for one article "
            f"(at most {MAX_ARTICLE_BYTES / 1e6:.0f} MB); split it"
        )
    return content


def _read_text(path: Path, problem: Problem) -> Iterator[Article]:
    text = _text_of(path)
    header = read_header(text)
    source = str(path.resolve())
    yield Article(article_id(source), header.title, text, header.published, source)


def _read_markdown(path: Path, problem: Problem) -> Iterator[Article]:
    from index.markdown import plain_text

    raw = _text_of(path)
    header = read_header(raw)
    title, text = plain_text(raw[header.body_start :])
    if not text.strip():
        raise UserError(f"{path}: empty")
    source = str(path.resolve())
    yield Article(article_id(source), title or header.title, text, header.published, source)


def _read_html(path: Path, problem: Problem) -> Iterator[Article]:
    import trafilatura

    found = trafilatura.bare_extraction(
        _text_of(path),
        with_metadata=True,
        include_comments=False,
        # Only dates that the page states as its own; the extensive search guesses from its text.
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    page: dict[str, Any] = found if isinstance(found, dict) else found.as_dict() if found else {}
    text = page.get("text") or ""
    if not text.strip():
        raise UserError(f"{path}: no article found in this page")
    source = str(path.resolve())
    published = iso_date(page.get("date"))
    yield Article(article_id(source), page.get("title") or "", text, published, source)


def _read_json_lines(path: Path, problem: Problem) -> Iterator[Article]:
    empty = True
    with path.open("rb") as file:
        for number, line in enumerate(_lines(file), start=1):
            if line.isspace():
                continue
            empty = False
            try:
                where = f"{path}:{number}"
                yield _article_of_record(decode_text(line, where), where, str(path.resolve()))
            except UserError as error:
                problem(str(error))
    if empty:
        raise UserError(f"{path}: empty")


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file; of one that is too long only so much that its length shows."""
    while line := file.readline(MAX_ARTICLE_BYTES + 1):
        yield line
        while len(line) > MAX_ARTICLE_BYTES and line and not line.endswith(b"\n"):
            line = file.readline(MAX_ARTICLE_BYTES + 1)


def _article_of_record(line: str, where: str, file: str) -> Article:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: not valid JSON ({str(error).split(':')[0]})") from None
    if not isinstance(record, dict):
        raise UserError(f"{where}: not a JSON object")
    text = _field(record, where, "text", "body", "content")
    if not text.strip():
        raise UserError(f"{where}: field 'text' is missing or empty")
    title = _field(record, where, "title", "headline")
    source = _field(record, where, "source", "url")
    stated = _field(record, where, "published", "date")
    published = iso_date(stated)
    if stated and published is None:
        raise UserError(f"{where}: date {stated[:40]!r} is not of the form YYYY-MM-DD")
    header = read_header(text)
    title, published = title or header.title, published or header.published
    # Without id and source, the text itself is the only thing that stays when lines move.
    identity = _field(record, where, "id") or article_id(source or f"{file}#{title}\n{text}")
    return Article(identity, title, text, published, source or file)


def _field(record: dict[str, Any], where: str, *names: str) -> str:
    for name in names:
        value = record.get(name)
        if value is None:
            continue
        if isinstance(value, int) and name == "id":
            return str(value)
        if not isinstance(value, str):
            raise UserError(f"{where}: field {name!r} is not a string")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise UserError(f"{where}: field {name!r} holds half a character (a lone surrogate)")
        return value
    return ""


def _raise_problem(line: str) -> None:
    raise UserError(line)


_READERS: dict[str, Callable[[Path, Problem], Iterator[Article]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".jsonl": _read_json_lines,
}
