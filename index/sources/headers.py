"""The head of a plain text: the title, date and byline of the article, and where it begins.

Recognised are front matter; `field: value` lines, also those of an e-mail; a headline, alone or
above a byline and a date; a date line; and an agency's dateline. Nothing else is interpreted, and
what is taken out of the text is in the title, the date or the byline.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import NamedTuple

from index.sources.dates import (
    date_line,
    dateline,
    is_byline,
    is_change_line,
    is_day_line,
    is_person,
    is_role,
    signed_day,
    stated_date,
    title_date,
    why_no_date,
)
from index.sources.front_matter import read_front_matter
from index.sources.head_fields import AUTHORS, CREDITS, DATES, NAMES, SUMMARIES, TITLES

HEADLINE_CHARACTERS = 200
"""The longest headline; a longer first line is a paragraph."""

_LINES_OF_HEAD = 8
"""Lines at the head of a text that are searched for a headline, a byline and a date."""

_CREDIT_CHARACTERS = 120
"""The longest value of a field below a headline that is no text."""

_ANY_NAME = "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True))
_LEADING_DATE = re.compile(r"\s*+date:?[ \t]+(\d{4}-\d{2}-\d{2})\b[ \t]*", re.IGNORECASE)
_FIELD_LINE = re.compile(
    rf"[ \t]*+({_ANY_NAME}|x-[\w-]{{1,40}})[ \t]*+:"
    # Blanks after the value are left to `strip`: a pattern would take quadratic time on them.
    r"([^\n]*)(?:\n|\Z)",
    re.IGNORECASE,
)
# The value of another field does not end as a sentence does.
_OTHER_FIELD = r"[ \t]*+[^\W\d_][\w /-]{0,30}:[ \t]+[^\n]{0,100}[^\n.!?…\"'”’][ \t\r]*\n"
_OTHER_FIELDS = re.compile(
    # Lines of other fields, above one that makes it a head.
    rf"(?:(?!{_FIELD_LINE.pattern}){_OTHER_FIELD}){{1,4}}"
    rf"(?=[ \t]*(?:{'|'.join(map(re.escape, (*TITLES, *DATES)))})[ \t]*:[ \t]*[^\s])",
    re.IGNORECASE,
)
_FOLDED_LINE = re.compile(r"[ \t]++[^\s][^\n]*(?:\n|\Z)")
_LABELLED = re.compile(
    r"(?:first )?(?:published|posted|updated|by|issued|released)\b", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[.!?…;,:][\"'”’)\]]*$")
_CUT = re.compile(r" ?\[?(?:…|\.\.\.)\]?$")
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
        byline: What the head says beside title, date and summary, such as who wrote it and where,
            one line for each line or field of the head; "" if it says no more.
        no_date: A date that was not taken, and why; "" if there is none.
    """

    title: str
    published: date | None
    body_start: int
    end: int
    summary: str = ""
    byline: str = ""
    no_date: str = ""


class _Fields(NamedTuple):
    """The fields of a head.

    Attributes:
        values: Values by name in lower case.
        credits: Lines of the byline.
        start: Offset of the first field that is text of the article, or `end`.
        end: Offset behind the fields; 0 if there are none.
    """

    values: Mapping[str, str]
    credits: Sequence[str]
    start: int
    end: int


class _Lines(NamedTuple):
    """The lines of a head that are not fields.

    Attributes:
        headline: The line above a byline, a date or a dateline.
        deck: The paragraph between the headline and the byline.
        date: The date as it is written.
        credits: Lines of the byline.
        end: Offset behind the lines.
    """

    headline: str
    deck: str
    date: str
    credits: Sequence[str]
    end: int


def read_header(
    text: str, title: str = "", *, only_fields: bool = False, has_headline: bool = True
) -> Header:
    """Read title, publication date, byline and the start of the body from the head of a text.

    A headline that stands alone stays part of the body, since it may be a sentence of it. One above
    or below lines that only describe the article does not.

    Args:
        text: The text.
        title: Its title, where that is known; a headline of other words is then text.
        only_fields: Read front matter and fields alone, which stand above a text with marks.
        has_headline: Whether the first line may be a headline; that of a table or list is none.
    """
    values, end = read_front_matter(text)
    fields = _Fields(values, _credits(values), end, end) if end else _field_lines(text)
    title = title or _first(fields.values, TITLES)
    if only_fields:
        lines = _Lines("", "", "", (), fields.end)
    else:
        lines = _lines_of_head(text, fields.end, title, has_headline)
    stated = _first(fields.values, DATES) or lines.date
    published = _day(stated) or stated_date(lines.date)
    credited = [*fields.credits, *lines.credits]
    end = lines.end
    leading = None if only_fields else _LEADING_DATE.match(text, end)
    if leading and (day := stated_date(leading.group(1))):
        published, end = published or day, leading.end()
    elif not only_fields and (line := dateline(text, _visible(text, end))):
        credited.append(text[end : line.end].strip(" \t\r\n-–—:"))
        published, end = published or stated_date(line.date), line.end
    summaries = _values(fields.values, SUMMARIES)
    if lines.headline and title and not _same(lines.headline, title):
        summaries.append(lines.headline)
    title = title or lines.headline
    may_have = has_headline and not (title or only_fields)
    if may_have and (headline := _headline(text, end)):
        title = headline
        if end:
            end = text.index(headline, end) + len(headline)
    says_more = published is None or (not lines.date and not is_day_line(stated))
    if stated and says_more and not any(stated in line for line in credited):
        credited.append(stated)
    return Header(
        title,
        published or title_date(title),
        fields.start if fields.start < fields.end else end,
        end,
        "\n\n".join(filter(None, (*summaries, lines.deck))),
        "\n".join(dict.fromkeys(" ".join(line.split()) for line in credited)),
        "" if published or not stated else f"date {stated[:40]!r} {why_no_date(stated)}",
    )


def without_head(text: str, header: Header) -> str:
    """The article's text: what is below the head, with the summary as its first paragraph."""
    body = text[header.end :].lstrip() if header.end else text
    return with_summary(header.summary, body)


def with_summary(summary: str, body: str) -> str:
    """The body with the summary as its first paragraph, unless it contains the summary already.

    A summary that ends with "[…]" is the beginning of the body.
    """
    beginning = _CUT.sub("", " ".join(summary.split()))
    if not summary or beginning in " ".join(body.split()):
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


def _credits(fields: Mapping[str, str]) -> list[str]:
    """The lines of the byline in fields, with the names of those that are no authors."""
    return [
        value if name in AUTHORS else f"{name.capitalize()}: {value}"
        for name, value in fields.items()
        if value.strip() and name in (*AUTHORS, *CREDITS)
    ]


def _field_lines(text: str) -> _Fields:
    fields: dict[str, str] = {}
    others: list[str] = []
    body_start: int | None = None
    end = at = 0
    name = ""
    while end < len(text):
        if line := _FIELD_LINE.match(text, at):
            name = line.group(1).lower()
            fields.setdefault(name, _mail_words(line.group(2).strip(" \t\r")))
            if name in SUMMARIES and body_start is None:
                body_start = at
        elif name and (line := _FOLDED_LINE.match(text, at)):
            # An e-mail goes on with a field in a line that is set in.
            fields[name] += " " + line.group().strip()
        elif line := _OTHER_FIELDS.match(text, at):
            others += line.group().splitlines()
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
        return _Fields({}, (), 0, 0)
    start = end if body_start is None else body_start
    return _Fields(fields, (*_credits(fields), *others), start, end)


def _mail_words(value: str) -> str:
    """A value of an e-mail's field in the characters that it stands for (RFC 2047)."""
    if "=?" not in value:
        return value
    try:
        return str(make_header(decode_header(value)))
    except (ValueError, LookupError, HeaderParseError):
        return value


def _visible(text: str, start: int) -> int:
    """Offset of the first line that is not blank, from an offset on."""
    visible = _VISIBLE.search(text, start)
    return max(start, text.rfind("\n", start, visible.start() if visible else None) + 1)


def _lines_of_head(text: str, start: int, title: str, has_headline: bool) -> _Lines:
    headline = deck = day = ""
    credited: list[str] = []
    end, describing = start, False
    lines = list(_lines(text, start))
    for number, (begin, stop) in enumerate(lines):
        line = text[begin:stop].strip()
        below = headline or title or _FIELD_LINE.match(line)
        if written := _described_day(line, title) or (below and signed_day(line)):
            if day and not _LABELLED.match(line) and _day(written) != _day(day):
                return _Lines("", "", "", (), start)  # Entries, each of its own day.
            day = day or written
            if not is_day_line(_behind(title, line)):
                credited.append(line)
        elif (
            _is_credit(line)
            or (credited and is_role(line))
            or (number and is_person(line) and _is_above_a_dated_text(text, lines[number + 1 :]))
        ):
            credited.append(line)
        elif number and dateline(text, begin):
            end, describing = begin, True
            break
        elif number == 0 and ((has_headline and _is_headline(line)) or _same(line, title)):
            headline = line
            if start and _same(line, title):
                end = stop  # Fields above state the title already.
            continue
        elif number == 1 and headline and _is_above_a_byline(text, lines[2:3]):
            deck = line
            continue
        else:
            break
        end, describing = stop, True
    if not text[end:].strip() or not (describing or end > start):
        return _Lines("", "", "", (), start)
    return _Lines(headline, deck if describing else "", day, credited, end)


def _described_day(line: str, title: str) -> str:
    """The date of a line that says nothing else, or nothing but the title before it."""
    if day := date_line(line):
        return day
    field = _FIELD_LINE.fullmatch(line)
    if field and field.group(1).lower() in DATES:
        value = field.group(2).strip()
        return value if len(value) <= _CREDIT_CHARACTERS and any(map(str.isdigit, value)) else ""
    return date_line(_behind(title, line)) or ""


def _behind(title: str, line: str) -> str:
    """A line without the title that it begins with."""
    return line[len(title) :].strip(" \t,;|–—-") if title and line.startswith(title) else line


def _is_credit(line: str) -> bool:
    field = _FIELD_LINE.fullmatch(line)
    if field and field.group(1).lower() in ("author", "authors", "byline"):
        return 0 < len(field.group(2).strip()) <= _CREDIT_CHARACTERS
    return is_byline(line) or is_change_line(line)


def _is_above_a_byline(text: str, below: Sequence[tuple[int, int]]) -> bool:
    """Return whether the line below is surely of the head; a mere date may be an entry's."""
    line = "".join(text[begin:end] for begin, end in below).strip()
    dated = signed_day(line) or (date_line(line) and _LABELLED.match(line))
    return _is_credit(line) or bool(dated)


def _is_above_a_dated_text(text: str, below: Sequence[tuple[int, int]]) -> bool:
    """Return whether a date and then a sentence stand below, and no further entries."""
    lines = [text[begin:end].strip() for begin, end in below[:2]]
    return len(lines) == 2 and is_day_line(lines[0]) and bool(_SENTENCE_END.search(lines[1]))


def _same(line: str, title: str) -> bool:
    return bool(title) and " ".join(line.split()).casefold() == " ".join(title.split()).casefold()


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
    if len(line) > HEADLINE_CHARACTERS or "\r" in line or _SENTENCE_END.search(line):
        return False
    return any(map(str.isalnum, line))  # A rule is none.


def _headline(text: str, start: int) -> str:
    """The first line that is not blank, if a blank line and more text follow."""
    body = text[start : start + HEADLINE_CHARACTERS + 100]
    line, _, rest = body.lstrip().partition("\n")
    line = line.rstrip(" \t\r")
    empty, _, more = rest.partition("\n")
    if empty.strip(" \t\r") or not more.strip():
        return ""
    return line if _is_headline(line) else ""
