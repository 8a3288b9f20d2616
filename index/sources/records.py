"""Articles from records: lines of JSON, rows of CSV."""

import csv
import json
from collections.abc import Iterator
from typing import Any

from index.errors import UserError
from index.identity import article_id
from index.sources.headers import read_header, stated_date
from index.sources.inputs import (
    MAX_ARTICLE_BYTES,
    Fields,
    Input,
    Problem,
    bounded_lines,
    decode_text,
    refuse_binary,
)
from index.types import Article

FIELD_NAMES = {
    "text": ("text", "body", "content"),
    "title": ("title", "headline"),
    "source": ("source", "url"),
    "published": ("published", "date"),
    "id": ("id",),
}
"""What each field of an article is called, the likeliest first, where no field map says."""

_DELIMITERS = ",;\t|"


def read_json_lines(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """One article a line; a line that is none is told to `problem`."""
    empty = True
    with given.open() as file:
        for number, line in enumerate(bounded_lines(file), start=1):
            if line.isspace():
                continue
            empty = False
            where = f"{given.name}:{number}"
            try:
                record = _json_object(decode_text(line, where), where)
                yield _article(record, where, given.source, fields)
            except UserError as error:
                problem(str(error))
    if empty:
        raise UserError(f"{given.name}: empty")


def read_csv(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """One article a row, below a row of column names; tab, semicolon and bar separate as well.

    Raises:
        UserError: If no column holds the text, or the rest of the file cannot be read as CSV.
    """
    # The module's default, 131 kB, is less than a long article.
    csv.field_size_limit(MAX_ARTICLE_BYTES)
    with given.open() as file:
        lines = (_csv_line(line, given.name) for line in bounded_lines(file))
        header = next(lines, "")
        if not header.strip():
            raise UserError(f"{given.name}: empty")
        delimiter = max(_DELIMITERS, key=header.count)
        columns = _columns(header, delimiter, given.name)
        wanted = (fields["text"],) if "text" in fields else FIELD_NAMES["text"]
        lower = {name.lower(): name for name in columns}
        if not any(name in columns or name.lower() in lower for name in wanted):
            raise UserError(
                f"{given.name}: no column {' or '.join(wanted)} (there are "
                f"{', '.join(columns[:20])}); name it with --field text=COLUMN"
            )
        rows = csv.reader(lines, delimiter=delimiter)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                where = f"{given.name}:{rows.line_num + 1}"
                raise UserError(f"{where}: not valid CSV ({error}); the rest is skipped") from None
            if not any(row):
                continue
            where = f"{given.name}:{rows.line_num + 1}"
            record = dict(zip(columns, row, strict=False))
            # Column names of CSV files come in any case.
            record |= {name.lower(): value for name, value in record.items()}
            try:
                yield _article(record, where, given.source, fields)
            except UserError as error:
                problem(str(error))


def _columns(header: str, delimiter: str, name: str) -> list[str]:
    try:
        return [column.strip() for column in next(csv.reader([header], delimiter=delimiter))]
    except csv.Error as error:
        # The ends of lines that only old programs write; all of the file is one line then.
        old = "\r" in header.rstrip("\r\n")
        reason = "its lines end in CR alone; save it with LF or CRLF" if old else error
        raise UserError(f"{name}: not valid CSV ({reason})") from None


def _csv_line(line: bytes, name: str) -> str:
    if len(line) > MAX_ARTICLE_BYTES:
        raise UserError(
            f"{name}: a line is longer than {MAX_ARTICLE_BYTES / 1e6:.0f} MB; "
            "the rest of the file is skipped"
        )
    refuse_binary(line, name)
    # What is not UTF-8 becomes lone surrogates, so that only its own row is refused.
    return line.decode("utf-8-sig", errors="surrogateescape")


def _json_object(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{where}: not valid JSON ({str(error).split(':')[0]})") from None
    if not isinstance(record, dict):
        raise UserError(f"{where}: not a JSON object")
    return record


def _article(record: dict[str, Any], where: str, file: str, fields: Fields) -> Article:
    def field(name: str) -> str:
        names = (fields[name],) if name in fields else FIELD_NAMES[name]
        return _first_string(record, where, names, numbers=name == "id")

    text = field("text")
    if not text.strip():
        raise UserError(f"{where}: field 'text' is missing or empty")
    title, source, stated = field("title"), field("source"), field("published")
    published = stated_date(stated)
    if stated.strip() and published is None:
        raise UserError(
            f"{where}: date {stated[:40]!r} is not a full date, or has two readings; "
            "write it as YYYY-MM-DD"
        )
    header = read_header(text)
    title, published = title or header.title, published or header.published
    # Without id and source, the text itself is the only thing that stays when lines move.
    identity = field("id") or article_id(source or f"{file}#{title}\n{text}")
    return Article(identity, title, text, published, source or file)


def _first_string(
    record: dict[str, Any], where: str, names: tuple[str, ...], *, numbers: bool
) -> str:
    for name in names:
        value = record.get(name)
        if value is None:
            continue
        if numbers and isinstance(value, int):
            return str(value)
        if not isinstance(value, str):
            raise UserError(f"{where}: field {name!r} is not a string")
        if not value.isascii():
            if any("\udc80" <= character <= "\udcff" for character in value):
                raise UserError(f"{where}: field {name!r} is not valid UTF-8; save it as UTF-8")
            if any("\ud800" <= character <= "\udfff" for character in value):
                raise UserError(
                    f"{where}: field {name!r} holds half a character (a lone surrogate)"
                )
        return value
    return ""
