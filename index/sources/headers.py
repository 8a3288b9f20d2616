"""The head of a plain text: the title and date of the article, and where it begins.

Recognised are front matter; `field: value` lines, also those of an e-mail; a headline, alone or
above a byline and a date; a date line; and an agency's dateline. Nothing else is interpreted.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from index.sources.dates import (
    date_line,
    dateline,
    is_byline,
    stated_date,
    title_date,
    why_no_date,
)
from index.sources.front_matter import read_front_matter

HEADLINE_CHARACTERS = 200
"""The longest headline; a longer first line is a paragraph."""

_LINES_OF_HEAD = 5
"""Lines at the head of a text that are searched for a headline and a date."""

TITLES = ("title", "headline", "subject")
DATES = (
    "date", "published", "pubdate", "publishdate", "published_at", "publication date",
    "publication_date", "date published", "posted", "posted on", "published on", "datepublished",
)  # fmt: skip
SUMMARIES = ("summary", "description", "deck", "dek", "standfirst", "abstract", "excerpt")
"""Fields whose value is text of the article itself."""

_OTHER_FIELDS = (
    "author", "authors", "byline", "by", "source", "url", "link", "updated", "last updated",
    "modified", "section", "category", "categories", "tags", "keywords", "language", "publisher",
    "publication", "newspaper", "agency", "copyright", "from", "to", "cc", "bcc", "sender",
    "reply-to", "message-id", "in-reply-to", "references", "newsgroups", "organization", "lines",
    "received", "return-path", "mime-version", "content-type", "content-transfer-encoding",
    "delivered-to", "list-id", "user-agent", "importance", "id", "slug",
)  # fmt: skip
_NAMES = "|".join(
    re.escape(name)
    for name in sorted((*TITLES, *DATES, *SUMMARIES, *_OTHER_FIELDS), key=len, reverse=True)
)
_LEADING_DATE = re.compile(r"\s*+date:?[ \t]+(\d{4}-\d{2}-\d{2})\b[ \t]*", re.IGNORECASE)
_FIELD_LINE = re.compile(
    rf"[ \t]*+({_NAMES}|x-[\w-]{{1,40}})[ \t]*+:"
    # Blanks after the value are left to `strip`: a pattern would take quadratic time on them.
    r"([^\n]*)(?:\n|\Z)",
    re.IGNORECASE,
)
_FOLDED_LINE = re.compile(r"[ \t]++[^\s][^\n]*(?:\n|\Z)")
_SENTENCE_END = re.compile(r"[.!?…;,:][\"'”’)\]]*$")
_VISIBLE = re.compile(r"[^ \t\r\n]")


@dataclass(frozen=True, slots=True)
class Header:
    """The title, date and summary at the head of a text.

    Attributes:
        title: The title, "" if there is none.
        published: The publication date, if it states one.
        body_start: The offset at which the text that can answer a question begins.
        end: The offset behind the head; beyond `body_start` where the head holds a summary.
        summary: Text of the article that stands in the head, "" if there is none.
        no_date: A date that was not taken, and why; "" if there is none.
    """

    title: str
    published: date | None
    body_start: int
    end: int
    summary: str = ""
    no_date: str = ""


class _Fields(NamedTuple):
    """The fields of a head.

    Attributes:
        values: Values by name in lower case.
        start: Offset of the first field that is text of the article, or `end`.
        end: Offset behind the fields; 0 if there are none.
    """

    values: Mapping[str, str]
    start: int
    end: int


class _Lines(NamedTuple):
    """The lines of a head that are not fields.

    Attributes:
        headline: The line above a byline, a date or a dateline.
        date: The date as it is written.
        end: Offset behind the lines.
    """

    headline: str
    date: str
    end: int


def read_header(text: str) -> Header:
    """Read title, publication date and the start of the body from the head of a text.

    A headline stays part of the body, since it can hold an answer, unless lines that only describe
    the article follow it; those lines do not.
    """
    values, end = read_front_matter(text)
    fields = _Fields(values, end, end) if end else _field_lines(text)
    lines = _lines_of_head(text, fields.end)
    stated = _first(fields.values, DATES) or lines.date
    published = _day(stated) or stated_date(lines.date)
    end = lines.end
    leading = _LEADING_DATE.match(text, end)
    if leading and (day := stated_date(leading.group(1))):
        published, end = published or day, leading.end()
    elif line := dateline(text, _visible(text, end)):
        published, end = published or stated_date(line.date), line.end
    title = (
        _first(fields.values, TITLES)
        or lines.headline
        or _headline(text[end : end + HEADLINE_CHARACTERS + 100])
    )
    return Header(
        title,
        published or title_date(title),
        fields.start if fields.start < fields.end else end,
        end,
        "\n\n".join(_values(fields.values, SUMMARIES)),
        "" if published or not stated else f"date {stated[:40]!r} {why_no_date(stated)}",
    )


def with_summary(summary: str, body: str) -> str:
    """The body with the summary as its first paragraph, unless it contains the summary already."""
    if not summary or " ".join(summary.split()) in " ".join(body.split()):
        return body
    return f"{summary}\n\n{body.lstrip()}" if body.strip() else summary


def _day(stated: str) -> date | None:
    return stated_date(stated) or stated_date(date_line(stated))


def _values(fields: Mapping[str, str], names: tuple[str, ...]) -> list[str]:
    """The values of the fields with these names, without repetitions."""
    values = (" ".join(fields.get(name, "").split()) for name in names)
    return list(dict.fromkeys(value for value in values if value))


def _first(fields: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next(iter(_values(fields, names)), "")


def _field_lines(text: str) -> _Fields:
    fields: dict[str, str] = {}
    body_start: int | None = None
    end = at = 0
    name = ""
    while end < len(text):
        if line := _FIELD_LINE.match(text, at):
            name = line.group(1).lower()
            fields.setdefault(name, line.group(2).strip(" \t\r"))
            if name in SUMMARIES and body_start is None:
                body_start = at
        elif name and (line := _FOLDED_LINE.match(text, at)):
            # An e-mail goes on with a field in a line that is set in.
            fields[name] += " " + line.group().strip()
        else:
            # Blank lines may stand between fields; after the last one they belong to the body.
            at = _visible(text, end)
            if not name or not _FIELD_LINE.match(text, at):
                break
            name = ""
            continue
        end = at = line.end()
    # One such line may be prose ("Source: the ministry"); a title or a date makes it a header.
    if not fields.keys() & {*TITLES, *DATES} or not text[end:].strip():
        return _Fields({}, 0, 0)
    return _Fields(fields, end if body_start is None else body_start, end)


def _visible(text: str, start: int) -> int:
    """Offset of the first line that is not blank, from an offset on."""
    visible = _VISIBLE.search(text, start)
    return max(start, text.rfind("\n", start, visible.start() if visible else None) + 1)


def _lines_of_head(text: str, start: int) -> _Lines:
    headline = ""
    for number, (begin, end) in enumerate(_lines(text, start)):
        line = text[begin:end].rstrip("\r\n")
        if (day := date_line(line)) and text[end:].strip():
            return _Lines(headline, day, end)
        if number and (place_and_day := dateline(text, begin)):
            return _Lines(headline, place_and_day.date, place_and_day.end)
        if is_byline(line):
            continue
        if number or not _is_headline(line):
            break
        headline = line.strip()
    return _Lines("", "", start)


def _lines(text: str, start: int) -> Iterator[tuple[int, int]]:
    """Offsets of the start and end of the first lines that are not blank."""
    end = start
    for _ in range(_LINES_OF_HEAD):
        begin = _visible(text, end)
        end = text.find("\n", begin) + 1
        if not end:
            # A paragraph without an end may still begin with a dateline.
            yield begin, len(text)
            return
        yield begin, end


def _is_headline(line: str) -> bool:
    line = line.rstrip()
    return len(line) <= HEADLINE_CHARACTERS and "\r" not in line and not _SENTENCE_END.search(line)


def _headline(body: str) -> str:
    """The first line that is not blank, if a blank line and more text follow."""
    line, _, rest = body.lstrip().partition("\n")
    line = line.rstrip(" \t\r")
    empty, _, more = rest.partition("\n")
    if empty.strip(" \t\r") or not more.strip():
        return ""
    return line if _is_headline(line) else ""
