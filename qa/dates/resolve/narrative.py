"""The year that a story is in, where it is not that of its article."""

import re

from qa.dates.parse.blocks import times_between
from qa.dates.sentences import sentence_around
from qa.dates.types import CalendarFields, TimeExpression

_REACH = 300
_HEADED_BY = re.compile(r"(?:(?:and|but|so|then|early|late|later|earlier|in)\s+)*$", re.IGNORECASE)
# What may begin another clause, or another voice.
_BREAK = re.compile(r"[,;:()\n“”\"–—]|\s-\s|\b(?:that|which|who|when|after|before|since|until)\b")
_IN = re.compile(r"\bin\s$", re.IGNORECASE)
_LED_BY = re.compile(r"(?:\b(?:in|on|of|by)\s(?:the\s)?|[.!?]\s|\n|^)$", re.IGNORECASE)


def told_year(expression: TimeExpression, text: str) -> tuple[int, str] | None:
    """The year last told before an expression in its paragraph, with its words.

    "In 1752 the calendar was changed. In September ..." need not be last September.

    Returns:
        None if no year was told as the time of something ("in 2003", "on 1 May 2003", but not
        "since 2003" or "the 2003 budget") in the paragraph's 300 characters before.
    """
    low = max(expression.start - _REACH, 0)
    low = max(text.rfind("\n\n", low, expression.start), low)
    times = times_between(text, low, expression.start)
    for before in reversed([e for e in times if low <= e.start and e.end <= expression.start]):
        fields = before.meaning
        if isinstance(fields, CalendarFields) and fields.year is not None:
            led = _LED_BY.search(text, max(before.start - 9, 0), before.start)
            return (fields.year, before.quote) if led else None
    return None


def heading_year(expression: TimeExpression, text: str) -> TimeExpression | None:
    """The expression of nothing but a year that heads the clause of a later expression.

    "Next year the fair opens on 9 July": 9 July is of that year. "In 2016 it rose in May and in
    2018 fell in June": June is of 2018.

    Returns:
        None if the sentence does not begin with a year, or something may begin another clause
        between that and the expression.
    """
    start, _ = sentence_around(text, expression.start, expression.end)
    between = times_between(text, start, expression.start)
    times = [e for e in between if start <= e.start and e.end <= expression.start]
    if not times:
        return None
    head = times[0]
    rest = text[head.end : expression.start].removeprefix(",")
    if not _HEADED_BY.fullmatch(text, start, head.start) or _BREAK.search(rest):
        return None
    if not _is_bare_year(head):
        return None
    for later in times[1:]:
        if _is_bare_year(later) and _IN.search(text, max(later.start - 4, 0), later.start):
            head = later
    return head


def _is_bare_year(expression: TimeExpression) -> bool:
    fields = expression.meaning
    if not isinstance(fields, CalendarFields) or fields.part:
        return False
    relative = fields.shift is not None and fields.shift.unit == "year"
    named = (fields.month, fields.day, fields.weekday, fields.season, fields.quarter, fields.half)
    return (relative or fields.year is not None) and all(field is None for field in named)
