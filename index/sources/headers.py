"""What the head of a plain text says about the article: its title, its date, where it begins.

Recognised are a block of `field: value` lines, YAML front matter between `---` lines, a leading
`date 2019-01-19`, and a headline on the first line. Nothing is inferred from anything else.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

HEADLINE_CHARACTERS = 200
"""A longer first line is a paragraph, not a headline."""

MAX_FRONT_MATTER = 64_000
"""A longer block between `---` lines is not read; its parser takes its time for each character."""

MAX_WRITTEN_DATE = 60
"""Characters of a date in words; a longer text is none, and its parser takes its time."""

_YEAR_FIRST = re.compile(r"\s*(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_FULL_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_UNLIKE = datetime(2001, 1, 1), datetime(2004, 12, 28)
"""Two days of which no part is the same, to tell what a text leaves open."""

_LEADING_DATE = re.compile(r"\s*date:?[ \t]+(\d{4}-\d{2}-\d{2})\b[ \t]*", re.IGNORECASE)
_FIELD_LINE = re.compile(
    r"[ \t]*(title|headline|date|published|author|byline|source|url)[ \t]*:"
    # The blanks after the value are for `strip`: a pattern tries each run of them anew from each.
    r"([^\n]*)(?:\n|\Z)",
    re.IGNORECASE,
)
_FRONT_MATTER = re.compile(r"\s*---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
_NULL = "tag:yaml.org,2002:null"
_SENTENCE_END = re.compile(r"[.!?…;,:][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Header:
    """What the head of a text states, and the offset at which the article itself begins."""

    title: str
    published: date | None
    body_start: int


def read_header(text: str) -> Header:
    """Read title, publication date and the start of the body from the head of a text.

    A headline stays part of the body, since it can hold an answer; lines that only describe
    the article do not.
    """
    fields, start = _front_matter(text)
    if not start:
        fields, start = _field_lines(text)
    title = " ".join((fields.get("title") or fields.get("headline") or "").split())
    published = stated_date(fields.get("date") or fields.get("published"))
    leading = _LEADING_DATE.match(text, start)
    if leading and (stated := stated_date(leading.group(1))):
        published = published or stated
        start = leading.end()
    return Header(title or _headline(text[start:]), published, start)


def stated_date(value: Any) -> date | None:  # noqa: ANN401 - JSON hands over anything
    """The day that a value names in full, and in one way only.

    "2019-01-19", "Sat, 19 Jan 2019 10:00 GMT" and "January 19, 2019" do. "June 2018" and "19 Jan"
    do not, nor does "01/02/2019", which is two days to two readers: nothing is guessed.

    Args:
        value: A string; `date` and `datetime` are taken as they are.

    Returns:
        None for anything else.
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if not isinstance(value, str):
        return None
    if found := _YEAR_FIRST.match(value):
        try:
            return date(*(int(part) for part in found.group(1, 3, 4)))
        except ValueError:
            return None
    if len(value) > MAX_WRITTEN_DATE or not _FULL_YEAR.search(value):
        return None
    return _written_date(value)


def _written_date(value: str) -> date | None:
    from dateutil import parser

    found = set()
    for day_first in (False, True):
        for missing in _UNLIKE:
            try:
                made = parser.parse(value, dayfirst=day_first, default=missing, ignoretz=True)
            except (ValueError, OverflowError, TypeError, ArithmeticError):
                return None
            found.add(made.date())
    # What is not in the text comes from the default, and then there are several.
    return found.pop() if len(found) == 1 else None


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    block = _FRONT_MATTER.match(text)
    if not block or len(block.group(1)) > MAX_FRONT_MATTER:
        return {}, 0
    import yaml

    try:
        # Only as far as its nodes, which are as many as were written. The values that YAML makes
        # of them can be larger by any factor (aliases of aliases), and fail in ways of their own.
        node = yaml.compose(block.group(1), Loader=yaml.SafeLoader)
        if not isinstance(node, yaml.MappingNode):
            return {}, 0
        fields = {
            name.value.lower(): value.value
            for name, value in node.value
            if isinstance(name, yaml.ScalarNode)
            and isinstance(value, yaml.ScalarNode)
            and value.tag != _NULL
        }
        # An escape can name half of a character, which nothing after this could write down.
        "".join(fields.values()).encode()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError):
        return {}, 0
    return fields, block.end()


def _field_lines(text: str) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    start = 0
    while line := _FIELD_LINE.match(text, start):
        fields.setdefault(line.group(1).lower(), line.group(2).strip(" \t\r"))
        start = line.end()
        if start == len(text):
            break
    # One such line may be prose ("Source: the ministry"); a title or a date makes it a header.
    if not {"title", "headline", "date", "published"} & fields.keys() or start == len(text):
        return {}, 0
    return fields, start


def _headline(body: str) -> str:
    """The first line with something in it, if an empty one and more text follow."""
    line, _, rest = body[: HEADLINE_CHARACTERS + 100].lstrip().partition("\n")
    line = line.rstrip(" \t\r")
    empty, _, more = rest.partition("\n")
    if empty.strip(" \t\r") or not more.strip() or "\r" in line:
        return ""
    if len(line) > HEADLINE_CHARACTERS or _SENTENCE_END.search(line):
        return ""
    return line
