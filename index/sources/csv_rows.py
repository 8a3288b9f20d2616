"""Articles from CSV tables in any dialect. No cell is dropped, and no row swallows others."""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from index.errors import UserError
from index.sources.encodings import text_lines
from index.sources.head_fields import SUMMARIES
from index.sources.inputs import MAX_ARTICLE_BYTES, Fields, Input, Note, Problem
from index.sources.record_fields import FIELD_NAMES, named_values
from index.sources.records import Records
from index.types import Article

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r"\"?sep=([,;\t|])\"?\s*$", re.IGNORECASE)
_LONE_CR = re.compile(r"(?<=\r)(?!\n)(?=.)", re.DOTALL)


class _Row(NamedTuple):
    """A row of a table.

    Attributes:
        line: The number of its first line.
        cells: Its cells.
        quoted: Whether quotation marks were read as in CSV. In a row where they do not enclose a
            cell, they are characters like any other.
    """

    line: int
    cells: list[str]
    quoted: bool


def read_csv(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """One article a row, below a row of column names; tab, semicolon and bar separate as well.

    Raises:
        UserError: If no column holds the text.
    """
    # The module's default, 131 kB, is less than a long article.
    csv.field_size_limit(MAX_ARTICLE_BYTES)
    lines = _numbered(document, problem)
    header = next((line for _, line in lines if line.strip()), "")
    if not header:
        raise UserError(f"{document.name}: empty")
    if separator := _SEPARATOR_LINE.match(header):
        # Written for Excel, which takes it for no row.
        header = next((line for _, line in lines if line.strip()), "")
    delimiter, columns = _columns(header, fields, separator.group(1) if separator else _DELIMITERS)
    text_column = _text_column(columns, fields)
    if text_column is None:
        raise UserError(
            f"{document.name}: no column {fields.get('text', 'text')} (there are "
            f"{', '.join(columns[:20])}); name it with --map text=COLUMN"
        )
    articles = Records(document, problem, fields)
    # Names that differ in their case only are one.
    first = {name.lower(): name for name in reversed(columns)}
    names = [first[name.lower()] for name in columns]
    for row in _rows(lines, delimiter):
        where = f"{document.name}:{row.line}"
        if not any(cell.strip() for cell in row.cells):
            continue
        try:
            cells = _fitted(row, len(columns), text_column, delimiter, where)
            if not row.quoted and not (delimiter == "\t" and len(row.cells) == len(columns)):
                problem(Note(f"{where}: quotation marks that close no cell; read as characters"))
            record = named_values(zip(names, cells, strict=False))
            yield articles.article(record, where)
        except UserError as error:
            problem(str(error))
    articles.tell_unused()


def _numbered(document: Input, problem: Problem) -> Iterator[tuple[int, str]]:
    number = 0
    for line in text_lines(document, problem):
        # Some programs end lines with CR alone.
        parts = _LONE_CR.split(line) if "\r" in line[:-2] else (line,)
        for part in parts:
            number += 1
            yield number, part


def _columns(header: str, fields: Fields, delimiters: str) -> tuple[str, list[str]]:
    """The delimiter that gives the most columns with known names, and the columns."""
    known = {name for names in FIELD_NAMES.values() for name in names} | set(SUMMARIES)
    known |= {name.lower() for name in fields.values()}
    best = (-1, -1)
    chosen = ",", [header.strip()]
    for delimiter in delimiters:
        try:
            columns = next(csv.reader([header], delimiter=delimiter))
        except (csv.Error, StopIteration):
            continue
        columns = [column.strip() for column in columns]
        score = sum(column.lower() in known for column in columns), len(columns)
        if score > best:
            best, chosen = score, (delimiter, columns)
    return chosen


def _text_column(columns: list[str], fields: Fields) -> int | None:
    names = [column.lower() for column in columns]
    wanted = (fields["text"].lower(),) if "text" in fields else (*FIELD_NAMES["text"], *SUMMARIES)
    return next((names.index(name) for name in wanted if name in names), None)


def _fitted(row: _Row, width: int, text_column: int, delimiter: str, where: str) -> list[str]:
    """The cells of a row, one for each column; surplus cells join the last one if it is the text.

    Raises:
        UserError: If there are more, and it is unclear which of them belong together.
    """
    cells = row.cells
    surplus = len(cells) - width
    if surplus > 0 and any(cell.strip() for cell in cells[width:]):
        if text_column != width - 1:
            raise UserError(
                f"{where}: {len(cells)} cells for {width} columns; put a text that holds "
                f"{delimiter!r} in quotation marks"
            )
        cells = [*cells[: width - 1], delimiter.join(cells[width - 1 :])]
    if not row.quoted and len(cells) == width:
        last = cells[-1].strip()
        if len(last) > 1 and last[0] == last[-1] == '"':
            cells = [*cells[:-1], last[1:-1].replace('""', '"')]
    return cells


def _rows(lines: Iterator[tuple[int, str]], delimiter: str) -> Iterator[_Row]:
    """The rows of a table.

    A row whose quotation marks do not enclose cells, or of which one is never closed, is the one
    line that it begins with, and the rows below it are rows of their own.
    """
    again: deque[tuple[int, str]] = deque()
    taken: list[tuple[int, str]] = []

    def feed() -> Iterator[str]:
        while True:
            item = again.popleft() if again else next(lines, None)
            if item is None:
                return
            taken.append(item)
            yield item[1]

    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    while True:
        taken.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            (number, line), *others = taken
            again.extendleft(reversed(others))
            reader = csv.reader(feed(), delimiter=delimiter, strict=True)
            yield _Row(number, line.rstrip("\r\n").split(delimiter), quoted=False)
        else:
            yield _Row(taken[0][0], cells, quoted=True)
