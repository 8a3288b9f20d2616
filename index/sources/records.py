"""Articles from records: lines of JSON, and JSON documents that hold articles."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from index.errors import UserError
from index.identity import article_id
from index.sources.dates import stated_date, why_no_date
from index.sources.encodings import decode, text_lines
from index.sources.head_fields import SUMMARIES
from index.sources.headers import read_header, with_summary
from index.sources.inputs import (
    MAX_ARTICLE_BYTES,
    MAX_DOCUMENT_BYTES,
    Fields,
    Input,
    Note,
    Problem,
)
from index.sources.record_fields import FIELD_NAMES, Repeated, named_values
from index.sources.sandbox import sandbox
from index.types import Article

_INNER_NAMES = ("name", "title", "rendered", "value", "#text", "$date", "$oid")
"""Keys of the value of a field that is an object."""

_HTML = re.compile(r"\s*+<[a-z][a-z0-9]*\b[^<>]*>.*(?:</[a-z]|<br\b)", re.I | re.S)
"""A text that begins with a mark of HTML and holds the end of one."""

_UNDATED = 50
"""In so many records without a date it is looked for under other names."""

_DEPTH = 4
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def read_json_lines(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """One article a line; a line that holds none is reported to `problem`."""
    articles = Records(document, problem, fields)
    empty = True
    for number, line in enumerate(text_lines(document, problem), start=1):
        if not line or line.isspace():
            continue
        empty = False
        where = f"{document.name}:{number}"
        try:
            yield articles.article(_parsed(line, where), where)
        except UserError as error:
            problem(str(error))
    if empty:
        raise UserError(f"{document.name}: empty")
    articles.tell_unused()


def read_json(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """The articles of a JSON document: an object that is one, or lists of them at any place.

    Raises:
        UserError: If it is not valid, or holds no article.
    """
    text = decode(document.read(MAX_DOCUMENT_BYTES), document.name, problem)
    try:
        data = json.loads(text, object_pairs_hook=named_values)
    except (ValueError, RecursionError) as error:
        lines = text.split("\n", 2)
        if len(lines) > 1 and _is_object(lines[0]):
            yield from read_json_lines(document, problem, fields)
            return
        raise UserError(f"{document.name}: not valid JSON ({str(error).split(':')[0]})") from None
    articles = Records(document, problem, fields)
    records = list(_records(data, articles, 0))
    if not records:
        names = ", ".join(list(data)[:20]) if isinstance(data, dict) else ""
        raise UserError(
            f"{document.name}: no article in it; an article is an object with a field text"
            + (f" (there are {names}); name it with --map text=NAME" if names else "")
        )
    for number, record in enumerate(records, start=1):
        where = f"{document.name}[{number}]"
        try:
            yield articles.article(_object(record, where), where)
        except UserError as error:
            problem(str(error))
    articles.tell_unused()


class Records:
    """Makes articles of the records of one file, with ids that stay the same when it is read again.

    An id is that of the record, or is made from its address, or else from its title and date.
    Records with the same title and date are numbered in their order.
    """

    def __init__(self, document: Input, problem: Problem, fields: Fields) -> None:
        """Prepare.

        Args:
            document: The file.
            problem: Called with notes on dates that are not taken, and on replaced records.
            fields: The field map.
        """
        self._file, self._name = document.source, document.name
        self._problem = problem
        self._names = {
            name: (fields[name], *names) if name in fields else names
            for name, names in FIELD_NAMES.items()
        }
        self._mapped = fields
        self._seen: dict[int, int] = {}
        self._unread = Counter[str]()
        self._undated, self._dates = 0, Counter[str]()
        self._read = {name.lower() for names in self._names.values() for name in names}

    def has_text(self, record: Mapping[str, Any]) -> bool:
        """Return whether a record has a field that holds the text of an article, or a summary."""
        texts = _values_of(record, self._names["text"])
        return any(map(_is_text, texts)) or bool(_values_of(record, SUMMARIES))

    def has_own_text(self, record: Mapping[str, Any]) -> bool:
        """Return whether a record has a field that holds the text of an article."""
        return any(value and _is_text(value) for value in _values_of(record, self._names["text"]))

    def tell_unused(self) -> None:
        """Tell of texts within articles, as of comments, that are no part of them, and of dates."""
        if self._unread:
            names = ", ".join(repr(name) for name in self._unread)
            count = self._unread.total()
            texts = f"{count} texts" if count > 1 else "one text"
            self._problem(Note(f"{self._name}: {texts} within the articles not read, in {names}"))
        for name, _ in self._dates.most_common(1):
            told = f"articles without a date; {name!r} holds dates"
            self._problem(Note(f"{self._name}: {told}, and --map published={name} takes them"))

    def article(self, record: Mapping[str, Any], where: str) -> Article:
        """The article of a record.

        Args:
            record: Its fields.
            where: Its name in messages.

        Raises:
            UserError: If it has no text.
        """
        values = self._single(record, where)
        text = self._text(values, where)
        self._unread += Counter(
            name
            for name, value in record.items()
            if isinstance(value, list | dict) and name.lower() not in self._read
            for _ in _own_texts(value, self, 0)
        )
        title = " ".join(self._field(values, "title", where).split())
        if self._is_html(values):
            title = " ".join(sandbox().fragment_text(title, where).split())
        header = read_header(text)
        title = title or header.title
        stated = self._field(values, "published", where)
        published = stated_date(stated)
        if stated.strip() and published is None:
            why = f"date {stated[:40]!r} {why_no_date(stated)}"
            self._problem(Note(f"{where}: {why}; the article has no date"))
        published = published or header.published
        if published is None and self._undated < _UNDATED:
            self._undated += 1
            self._dates += Counter(
                name
                for name, value in record.items()
                if isinstance(value, str) and name.lower() not in self._read and stated_date(value)
            )
        url = self._field(values, "url", where).strip()
        source = self._field(values, "source", where).strip()
        if not url and "://" in source:
            url = source
        # A field map that names the source decides what is shown.
        shown = source if "source" in self._mapped and source else url or source
        identity = self._identity(values, where, url, title, str(published or ""), text)
        byline = self._byline(values, where)
        return Article(identity, title, text, published, shown or self._file, byline)

    def _single(self, record: Mapping[str, Any], where: str) -> dict[str, Any]:
        """One value for each name, also in lower case: texts are joined, of others one is taken."""
        values = {name.lower(): value for name, value in record.items()} | dict(record)
        for name, value in record.items():
            if isinstance(value, Repeated):
                told = [part for part in value if part not in (None, "")]
                different = [part for at, part in enumerate(told) if part not in told[:at]]
                values[name] = values[name.lower()] = self._one_of(different, name, where)
        return values

    def _one_of(self, values: list[Any], name: str, where: str) -> Any:  # noqa: ANN401
        texts = {text.lower() for text in (*self._names["text"], *SUMMARIES)}
        if name.lower() in texts and all(isinstance(value, str) for value in values):
            return "\n\n".join(values)
        read = {known.lower() for names in self._names.values() for known in names}
        if len(values) > 1 and name.lower() in read:
            others = ", ".join(repr(str(value)[:40]) for value in values[1:])
            told = f"{name!r} stands here {len(values)} times; {str(values[0])[:40]!r} is taken"
            self._problem(Note(f"{where}: {told}, {others} is not"))
        return values[0] if values else None

    def _text(self, values: Mapping[str, Any], where: str) -> str:
        name, value = self._value(values, "text")
        written = _written(value)
        if value is not None and written is None:
            raise UserError(f"{where}: field {name!r} is not a string")
        text = self._plain(self._whole(written or "", name, where), where)
        summaries = (_written(values.get(summary)) for summary in SUMMARIES)
        told = (self._plain(summary, where).strip() for summary in summaries if summary)
        summary = self._whole("\n\n".join(dict.fromkeys(filter(None, told))), "summary", where)
        if summary:
            text = with_summary(summary, text)
        if not text.strip():
            raise UserError(f"{where}: field 'text' is missing or empty")
        if len(text) > MAX_ARTICLE_BYTES:
            raise UserError(f"{where}: longer than {MAX_ARTICLE_BYTES / 1e6:.0f} MB")
        return text

    def _is_html(self, values: Mapping[str, Any]) -> bool:
        texts = (self._value(values, "text")[1], *map(values.get, SUMMARIES))
        return any(_HTML.match(_written(text) or "") for text in texts)

    def _plain(self, text: str, where: str) -> str:
        """A text without the marks of HTML, where it is a fragment of a page."""
        return sandbox().fragment_text(text, where) if _HTML.match(text) else text

    def _field(self, values: Mapping[str, Any], field: str, where: str) -> str:
        """The value of a field as text, "" if there is none."""
        name, value = self._value(values, field)
        if isinstance(value, list):
            value = next(iter(value), None)
        if isinstance(value, dict):
            inner = (value.get(inner_name) for inner_name in _INNER_NAMES)
            value = next((part for part in inner if isinstance(part, str | int)), None)
        if value is None or isinstance(value, bool | dict | list):
            return ""
        return self._whole(str(value), name, where)

    def _byline(self, values: Mapping[str, Any], where: str) -> str:
        """The authors, one name a line; a number is the key of an author, and names nobody."""
        name, value = self._value(values, "byline")
        authors = value if isinstance(value, list) else [value]
        names = (self._field({name: author}, "byline", where) for author in authors)
        return "\n".join(
            " ".join(author.split()) for author in names if author and not author.isdecimal()
        )

    def _value(self, values: Mapping[str, Any], field: str) -> tuple[str, Any]:
        """The first of the names of a field under which there is something, with its value."""
        for name in self._names[field]:
            value = values.get(name)
            if value is None:
                value = values.get(name.lower())
            if value is not None and value != "":
                return name, value
        return field, None

    def _whole(self, value: str, name: str, where: str) -> str:
        """A value without lone surrogates, which cannot be encoded."""
        if value.isascii() or not _SURROGATE.search(value):
            return value
        self._problem(Note(f"{where}: field {name!r} holds half a character; replaced by \ufffd"))
        return _SURROGATE.sub("\ufffd", value)

    def _identity(
        self, values: Mapping[str, Any], where: str, url: str, title: str, day: str, text: str
    ) -> str:
        given_id = self._field(values, "id", where)
        if given_id or "://" in url:
            identity = given_id or article_id(url)
            if self._seen.setdefault(hash(identity), hash(text)) != hash(text):
                self._seen[hash(identity)] = hash(text)
                self._problem(Note(f"{where}: replaces an earlier record of the same id or url"))
            return identity
        if not title:
            # Only the text stays the same when records move.
            return article_id(f"{self._file}#\n{text}")
        key = f"{self._file}#{title}\n{day}"
        number = 1
        while self._seen.setdefault(hash((key, number)), hash(text)) != hash(text):
            number += 1
        return article_id(key if number == 1 else f"{key}\n{number}")


def _values_of(record: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """The values of the fields with these names, in any case."""
    lowered = {name.lower(): value for name, value in record.items()}
    return [lowered[name.lower()] for name in names if name.lower() in lowered]


def _is_text(value: Any) -> bool:  # noqa: ANN401
    """Return whether a value may be a text, and is no record or list of them."""
    return _written(value) is not None or not isinstance(value, list | dict)


def _written(value: Any) -> str | None:  # noqa: ANN401
    """A text from the forms in which records write one, None for anything else."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return "\n\n".join(value)
    if isinstance(value, dict):
        value = value.get("rendered")
    return value if isinstance(value, str) else None


def _own_texts(data: Any, articles: Records, depth: int) -> Iterator[Any]:  # noqa: ANN401
    """The records with a text of their own within the value of a field."""
    if depth > _DEPTH:
        return
    if isinstance(data, dict) and articles.has_own_text(data):
        yield data
    parts = data.values() if isinstance(data, dict) else data
    for part in parts:
        if isinstance(part, list | dict):
            yield from _own_texts(part, articles, depth + 1)


def _records(data: Any, articles: Records, depth: int) -> Iterator[Any]:  # noqa: ANN401
    """The records of a JSON document that are articles."""
    if isinstance(data, list):
        if any(isinstance(item, dict) and articles.has_text(item) for item in data):
            yield from data
        elif depth < _DEPTH:
            for item in data:
                yield from _records(item, articles, depth + 1)
    elif isinstance(data, dict):
        parts = [part for part in data.values() if isinstance(part, list | dict)]
        inner = (record for part in parts for record in _records(part, articles, depth + 1))
        # An object with a description of its own may be the envelope of articles, as in a feed.
        envelope = not depth and any(isinstance(part, list) for part in parts)
        if articles.has_own_text(data) or (articles.has_text(data) and not envelope):
            yield data
        elif depth < _DEPTH:
            records = list(inner)
            yield from records or ([data] if articles.has_text(data) else [])


def _parsed(line: str, where: str) -> dict[str, Any]:
    if len(line) > MAX_ARTICLE_BYTES:
        raise UserError(f"{where}: longer than {MAX_ARTICLE_BYTES / 1e6:.0f} MB")
    try:
        record = json.loads(line, object_pairs_hook=named_values)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: not valid JSON ({str(error).split(':')[0]})") from None
    return _object(record, where)


def _object(record: Any, where: str) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(record, dict):
        raise UserError(f"{where}: not a JSON object")
    return record


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
