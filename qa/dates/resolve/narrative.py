"""The year that a story is in, where it is not that of its article."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from qa.dates.parse.blocks import times_between
from qa.dates.resolve import verbs
from qa.dates.sentences import sentence_around
from qa.dates.types import Anchor, Between, CalendarFields, TimeExpression

_REACH = 600
_NEWS = timedelta(days=60)
"""A day so shortly before its article's date is news, not part of a story of another year."""
_HEADED_BY = re.compile(r"(?:(?:and|but|so|then|early|late|later|earlier|in)\s+)*$", re.IGNORECASE)
# What may begin another clause, or another voice.
_BREAK = re.compile(r"[,;:()\n“”\"–—]|\s-\s|\b(?:that|which|who|when|after|before|since|until)\b")
_IN = re.compile(r"\bin\s$", re.IGNORECASE)
_LED_BY = re.compile(
    r"(?:\b(?:in|on|of|by)\s(?:the\s)?(?:(?:early|late|mid|spring|summer|autumn|winter)[\s-])?"
    r"|[.!?]\s|\n|^)$",
    re.IGNORECASE,
)
_FRONTED = re.compile(
    r"[\s\"“'‘(]*(?:(?:and|but|so|then|later|back|already|early|late|as\searly\sas)\s)*"
    r"(?:(?:in|on|by|of)\s)?(?:the\s)?(?:(?:early|late|spring|summer|autumn|winter)\s(?:of\s)?)?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:()“”\"–—]")
# A life begins in a year that is not that of what is told of it.
_BIRTH = re.compile(r"\bborn\b|\bbirth\b|\bb\.|\bn[ée]e\b|\baged\b|\bsince\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_CONJUNCTION = re.compile(r"[,\s]*(?:and|but|then|while|;)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ToldYear:
    """A year that a paragraph tells before a date that names none.

    Attributes:
        year: The year.
        quote: Its expression.
        heads: True if it heads its sentence ("In 1752 ..."), and so sets the time of a story.
        frame: True also if the paragraph tells several dates of earlier years.
        by_day: True if it stands in a month or a day: "on 3 May 2012".
    """

    year: int
    quote: str
    heads: bool
    frame: bool
    by_day: bool


def told_year(expression: TimeExpression, text: str, anchor: Anchor | None) -> ToldYear | None:
    """The year last told before an expression in its paragraph.

    "In 1752 the calendar was changed. In September ..." need not be last September.

    Returns:
        None if no year was told as the time of something ("in 2003", "on 1 May 2003", but not
        "since 2003" or "the 2003 budget") in the paragraph's 600 characters before, or if it is
        that of another event: a birth ("born on 1 May 1950"), or what only describes somebody
        ("the man wanted for a murder in 1999 was arrested on 3 May").
    """
    low = max(expression.start - _REACH, 0)
    low = max(text.rfind("\n\n", low, expression.start), low)
    times = times_between(text, low, expression.start)
    dated = [
        (year, time)
        for time in times
        if low <= time.start and time.end <= expression.start and (year := _year(time)) is not None
    ]
    if not dated:
        return None
    year, last = dated[-1]
    if not _LED_BY.search(text, max(last.start - 16, 0), last.start):
        return None
    start, end = sentence_around(text, last.start, last.end)
    if _is_background(
        text[start:end], last.start - start, last.end - start, expression.start - start
    ):
        return None
    earlier = {y for y, _ in dated if anchor is None or y < anchor.date.year}
    fronted = _FRONTED.fullmatch(text, start, last.start) is not None
    return ToldYear(
        year,
        last.quote,
        heads=fronted,
        frame=fronted or len(earlier) > 1,
        by_day=not _is_bare_year(last),
    )


def is_news(first: date, anchor: Anchor | None) -> bool:
    """True if a day is so near before the day of writing that an article tells it as news."""
    return anchor is not None and not anchor.inferred and anchor.date - _NEWS <= first


def _year(time: TimeExpression) -> int | None:
    fields = time.meaning.last if isinstance(time.meaning, Between) else time.meaning
    return fields.year if isinstance(fields, CalendarFields) else None


def _is_background(sentence: str, start: int, end: int, place: int) -> bool:
    """True if a date dates no event of the story: a birth, or what describes a thing or person."""
    clause = max((m.end() for m in _CLAUSE.finditer(sentence, 0, start)), default=0)
    led = sentence[clause:start]
    if _BIRTH.search(led):
        return True
    if place >= len(sentence) or not _words(led)[:-1]:
        return False
    # In one sentence: "police arrested a man in 1999 and released him in May" is one story.
    return _verb_follows(sentence[end:place]) or not any(_is_verb(word) for word in _words(led))


def _verb_follows(between: str) -> bool:
    """True if a verb follows at once: what it says of the subject is another event."""
    if _CONJUNCTION.match(between):
        return False
    words = _words(between)
    return bool(words) and _is_verb(words[0])


def _words(text: str) -> Sequence[str]:
    return [word.lower().replace("’", "'") for word in _WORD.findall(text)]


def _is_verb(word: str) -> bool:
    """True if a word is a finite verb, as far as its form tells."""
    known = verbs.PAST | verbs.BE_PRESENT | verbs.PRESENT_AUXILIARIES | verbs.WILL | verbs.WOULD
    return word in known or (word.endswith("ed") and len(word) > 4 and word not in verbs.NO_VERBS)


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
