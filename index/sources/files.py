"""Read articles from files, folders and archives of all supported kinds."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, KeysView, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Protocol

from index.errors import UserError
from index.identity import article_id
from index.sources.archives import (
    UNREADABLE,
    Unpacking,
    members,
    most_unpacked,
    not_read,
)
from index.sources.csv_rows import read_csv
from index.sources.dates import title_date
from index.sources.documents import read_epub
from index.sources.encodings import decode_html, decode_text
from index.sources.headers import Header, read_header, with_summary, without_head
from index.sources.html import join_blocks, may_begin_with_headline, title_of
from index.sources.inputs import MAX_ARTICLE_BYTES, Fields, Input, Note, Problem
from index.sources.page_dates import page_date
from index.sources.pdf import read_pdf
from index.sources.record_fields import FIELD_NAMES
from index.sources.records import read_json, read_json_lines
from index.sources.sandbox import sandbox
from index.sources.site_markup import without_site_markup
from index.sources.walk import files_at, printable, size_of
from index.sources.word import read_docx
from index.types import Article

__all__ = [
    "ArticleFiles",
    "Measured",
    "article_id",
    "problem_of",
    "read_articles",
    "read_file",
    "read_input",
    "read_isolated",
]

_UNEXPECTED = (ValueError, LookupError, csv.Error)
"""Exceptions that libraries raise for unexpected content; they concern one input only."""

_QUOTED = 60
"""Characters of a text that a message quotes."""


class Measured(Protocol):
    """Articles that report the progress of their reading.

    Attributes:
        unit: The unit of `done` and `total`: "bytes" or "pages".
    """

    unit: str

    @property
    def done(self) -> int:
        """Units read so far."""
        ...

    @property
    def total(self) -> int | None:
        """Units in all, None while not known."""
        ...

    def __iter__(self) -> Iterator[Article]: ...


class _Seen:
    """Tells of articles that replace others of the same id in an earlier file or member."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._texts: dict[str, tuple[str, int]] = {}  # file and hash of the text, by article id

    @property
    def ids(self) -> KeysView[str]:
        """Ids of the articles passed on so far."""
        return self._texts.keys()

    def passed_on(self, name: str, articles: Iterable[Article]) -> Iterator[Article]:
        """The articles of the file of this name; once for each earlier file, what they replace."""
        replaced = Counter[str]()
        for article in articles:
            this = name, hash(article.text)
            file, text = self._texts.get(article.id, this)
            if file != name and text != this[1]:
                replaced[file] += 1
            self._texts[article.id] = this
            yield article
        for file, count in replaced.items():
            what = f"{count} articles replace those" if count > 1 else "one article replaces that"
            self._problem(Note(f"{name}: {what} of the same id in {file}"))


class ArticleFiles:
    """The articles of files, archives and folder trees, in a stable order.

    Attributes:
        unit: "bytes", what `done` and `total` count.
        incomplete: The paths of files of which something was skipped.
    """

    unit = "bytes"

    def __init__(self, paths: Iterable[Path], problem: Problem, fields: Fields) -> None:
        self._paths = list(paths)
        self._problem = problem
        self._fields = fields
        self._seen = _Seen(problem)
        self.incomplete: set[str] = set()
        self._finished = 0
        self._current: BinaryIO | None = None
        self._size = 0
        self._total: int | None = None

    @property
    def ids(self) -> KeysView[str]:
        """Ids of the articles read so far."""
        return self._seen.ids

    @property
    def done(self) -> int:
        """Bytes of the files read so far."""
        file = self._current
        try:
            return self._finished + (file.tell() if file else 0)
        except ValueError:  # It is closed, so it was read to its end.
            return self._finished + self._size

    @property
    def total(self) -> int | None:
        """Bytes of all files; None before the reading begins."""
        return self._total

    def __iter__(self) -> Iterator[Article]:
        files: list[tuple[Path, int]] = []
        for path in self._paths:
            try:
                paths = files_at(path)
            except (UserError, OSError) as error:
                self._problem(problem_of(error, printable(str(path))))
                continue
            files += [(file, size_of(file)) for file in paths]
        self._total = sum(size for _, size in files)
        for path, size in files:
            self._size = size
            yield from self._read(path, size)
            self._finished += size
            self._current = None

    def _read(self, path: Path, size: int) -> Iterator[Article]:
        name, source = printable(str(path)), str(path.resolve())

        def told(line: str) -> None:
            if not isinstance(line, Note):
                self.incomplete.add(printable(source))
            self._problem(line)

        document = Input(name, source, path.suffix.lower(), size, self._opener(path))
        yield from self._seen.passed_on(name, read_input(document, told, self._fields))

    def _opener(self, path: Path) -> Callable[[], BinaryIO]:
        def opened() -> BinaryIO:
            self._current = path.open("rb")
            return self._current

        return opened


def read_articles(
    paths: Iterable[Path], problem: Problem, fields: Fields | None = None
) -> ArticleFiles:
    """Read the articles of files and folder trees, in a stable order.

    A bad file or line, and a file of a kind that is not read, is reported to `problem` and skipped;
    the rest is read. In a folder, hidden files and collections are ignored.

    Args:
        paths: Files or folders.
        problem: Called once for each input that was skipped, and with notes.
        fields: For tables and JSON: which column or key holds `text`, `title`, `url`, `source`,
            `published`, `byline` or `id`, where their names do not say it.

    Raises:
        UserError: If `fields` names another field.
    """
    unknown = set(fields or ()) - FIELD_NAMES.keys()
    if unknown:
        raise UserError(f"no field {', '.join(unknown)}; there are {', '.join(FIELD_NAMES)}")
    return ArticleFiles(paths, problem, fields or {})


def read_file(path: Path, source: str | None = None) -> Article:
    """Read a file that holds one article.

    Args:
        path: A file of any kind but archives, CSV and JSON lines.
        source: Recorded as its source instead of its absolute path.

    Raises:
        UserError: If the file is not readable as an article.
    """
    kind = path.suffix.lower()
    read = _READERS.get(kind)
    if read is None or read in (read_json, read_json_lines, read_csv):
        raise UserError(f"{path}: not a file of one article")
    document = Input(str(path), source or str(path.resolve()), kind, 0, lambda: path.open("rb"))
    (article,) = _articles_of(document, _raise_problem, {})
    return _storable(article)


def read_input(
    document: Input, problem: Problem, fields: Fields, most: int | None = None
) -> Iterator[Article]:
    """Read the articles of one input; whatever is wrong with it is reported to `problem`.

    Args:
        document: The input.
        problem: Called once for each part that was skipped, and with notes.
        fields: The field map.
        most: The most bytes that an archive and the archives in it may unpack to; by default in
            proportion to its size.
    """
    unpacking = Unpacking(most_unpacked(document.size) if most is None else most)
    for article in _read_input(document, problem, fields, unpacking):
        yield _storable(article)


def problem_of(error: Exception, name: str) -> str:
    """One line that names an input and says why it cannot be read.

    Args:
        error: The exception that reading it raised.
        name: Its name in messages.
    """
    if isinstance(error, UserError):
        return str(error)
    reason = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    what = "unpacked" if isinstance(error, UNREADABLE) else "read"
    return f"{name}: cannot be {what} ({reason.splitlines()[0][:160]})"


def _read_input(
    document: Input, problem: Problem, fields: Fields, unpacking: Unpacking
) -> Iterator[Article]:
    try:
        if document.kind == ".zip":
            empty = True
            seen = _Seen(problem)
            for member in members(document, KINDS, problem, unpacking):
                empty = False
                unpacking.depth += 1
                articles = _read_input(member, problem, fields, unpacking)
                yield from seen.passed_on(member.name, articles)
                unpacking.depth -= 1
            if empty:
                problem(f"{document.name}: holds no files of kinds that are read")
        elif document.kind not in _READERS:
            problem(not_read(document.name, document.kind))
        else:
            yield from _articles_of(document, problem, fields)
    except (UserError, OSError, *UNREADABLE, *_UNEXPECTED) as error:
        problem(problem_of(error, document.name))


def read_isolated(document: Input, problem: Problem) -> Iterator[Article]:
    """Read the articles of one input in this process, a worker of the sandbox.

    Raises:
        UserError: If it is not readable.
    """
    return _READERS[document.kind](document, problem, {})


def _articles_of(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    if document.kind in _ISOLATED:
        return sandbox().read(document, problem)
    return _READERS[document.kind](document, problem, fields)


def _storable(article: Article) -> Article:
    """The article with a source that is valid text, also if the name of its file is not."""
    source = article.source and printable(article.source)
    # The id stays: it tells apart sources that now look the same.
    return article if source == article.source else replace(article, source=source)


def _read_text(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    text = decode_text(document.read(MAX_ARTICLE_BYTES), document.name, problem)
    header = read_header(text)
    _tell_no_date(header, document, problem)
    yield Article(
        article_id(document.source),
        header.title,
        without_head(text, header),
        header.published,
        document.source,
        header.byline,
    )


def _read_markdown(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    from index.sources.markdown import markdown_blocks

    raw = decode_text(document.read(MAX_ARTICLE_BYTES), document.name, problem)
    header = read_header(raw, only_fields=True)
    blocks = markdown_blocks(without_site_markup(raw[header.end :]))
    text = join_blocks(blocks)
    # Lines of a head that are no fields are read without Markdown's marks.
    seen = read_header(
        text, header.title or title_of(blocks), has_headline=may_begin_with_headline(blocks)
    )
    title = seen.title
    text = with_summary(header.summary, without_head(text, seen))
    if not text.strip():
        raise UserError(f"{document.name}: empty")
    published = header.published or seen.published
    if not published:
        _tell_no_date(header if header.no_date else seen, document, problem)
    byline = "\n".join(filter(None, (header.byline, seen.byline)))
    yield Article(article_id(document.source), title, text, published, document.source, byline)


def _read_html(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    from index.sources.pages import page_article

    html = decode_html(document.read(MAX_ARTICLE_BYTES), document.name, document.charset, problem)
    title, text, left_out = page_article(html)
    if not text.strip():
        raise UserError(f"{document.name}: no article found in this page")
    if left_out:
        problem(Note(f"{document.name}: {_left_out(left_out)}"))
    header = read_header(text)
    stated = page_date(html)
    published = stated.day or header.published or title_date(title)
    if not published and (stated.refused or header.no_date):
        problem(
            Note(f"{document.name}: {stated.refused or header.no_date}; the article has no date")
        )
    yield Article(article_id(document.source), title, text, published, document.source)


def _left_out(paragraphs: Sequence[str]) -> str:
    """The note on the paragraphs of a page that are not in its article."""
    first = paragraphs[0]
    words = first if len(first) <= _QUOTED else first[:_QUOTED].rpartition(" ")[0] + " ..."
    if len(paragraphs) == 1:
        return f"a paragraph outside the article was left out: {words!r}"
    return f"{len(paragraphs)} paragraphs outside the article were left out, first {words!r}"


def _tell_no_date(header: Header, document: Input, problem: Problem) -> None:
    if header.no_date:
        problem(Note(f"{document.name}: {header.no_date}; the article has no date"))


def _raise_problem(line: str) -> None:
    if not isinstance(line, Note):
        raise UserError(line)


_READERS: dict[str, Callable[[Input, Problem, Fields], Iterator[Article]]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".markdown": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".xhtml": _read_html,
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_csv,
    ".tsv": read_csv,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".epub": read_epub,
}

_ISOLATED = frozenset(_READERS) - {".txt", ".json", ".jsonl", ".ndjson", ".csv", ".tsv"}
"""Kinds whose parsers are not known to take linear time; a worker process reads them."""

KINDS = (*_READERS, ".zip")
"""Extensions of the files that are read."""
