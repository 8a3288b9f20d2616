"""The time that an answer states, and the day from which its article counts."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Literal

from qa.dates.combine import Evidence
from qa.dates.parse.blocks import times_between, times_of_year, years_named
from qa.dates.parse.tokens import is_possible
from qa.dates.resolve.from_event import dating_expression
from qa.dates.resolve.range_ends import End, end_of, end_told
from qa.dates.resolve.resolve import readings
from qa.dates.resolve.tense import direction_of
from qa.dates.sentences import sentence_around
from qa.dates.types import (
    Anchor,
    CalendarFields,
    FromEvent,
    Lasting,
    Recurring,
    TimeExpression,
    Vague,
)
from qa.types import Granularity, ResolvedDate

Place = Literal["inside", "overlapping", "sentence"]

_HEAD = 400
_LINE_START = r"(?:^|[\n|•(]|\s[-–—]\s)\s*"
_NAMED = r"(?:date|dated|(?:first\s|last\s)?(?:published|posted|updated|modified|filed|issued))"
_LABEL = re.compile(_LINE_START + _NAMED + r"\s*[:|-]?\s*$", re.IGNORECASE)
_LABEL_OR_NONE = re.compile(
    _LINE_START + r"(?:" + _NAMED + r"(?:\s+(?:on|at))?\s*[:|-]?\s*)?$", re.IGNORECASE
)
# "WASHINGTON, June 12, 2018 (Reuters) -"
_DATELINE = re.compile(r"(?:^|\n)[^\n.a-z]{2,40}[A-Z]{3}[^\n.]{0,30}?[,(|-]\s*$")
# "The photo shows him arriving on May 30, 2018", "Ida Moor speaks to reporters on May 30, 2018".
_CAPTION = re.compile(
    r"^(?!.*\b(?:file|archive|undated)\b)(?:.*\b(?:photo|photograph|picture|image|footage|video)\s"
    r"(?:\w+\s){0,4}?shows\b|\W*(?:[A-Z][\w'’.,-]*\s+)+(?:\w+\s+){0,3}?(?:arrives?|speaks?|meets?"
    r"|walks?|poses?|waves?|greets?|shakes?|attends?|looks?|leaves?|addresses)\b)",
    re.DOTALL,
)
_FINENESS: tuple[Granularity, ...] = (
    "day",
    "week",
    "range",
    "month",
    "season",
    "year",
    "decade",
    "century",
)


@dataclass(frozen=True, slots=True)
class AnswerTime:
    """The time expression that an answer states, and what it means.

    Attributes:
        expression: Offsets are into the article's text.
        readings: The intervals that it may mean; none if it cannot be told.
        place: Where it stands: inside the answer, overlapping it, or in its sentence.
        anchor: The day from which its article counts, if there is one.
    """

    expression: TimeExpression
    readings: tuple[ResolvedDate, ...]
    place: Place
    anchor: Anchor | None

    @property
    def resolved(self) -> ResolvedDate | None:
        """The one interval that it means, or None if that cannot be told."""
        return self.readings[0] if len(self.readings) == 1 else None

    def at(self, end: End | None) -> "AnswerTime":
        """This with the readings of one end of its range; the same if it is no range."""
        if end is None:
            return self
        return replace(self, readings=tuple(end_of(self.expression, r, end) for r in self.readings))

    def evidence(self, score: float = 1.0) -> Evidence:
        """This for `combine`; `score` is finite and at least 0 (else ValueError)."""
        return Evidence(self.expression.quote, self.readings, self._open_partial, score)

    @property
    def _open_partial(self) -> CalendarFields | None:
        """The fields that another passage may complete; None if the article's date does."""
        settled = any(not reading.inferred for reading in self.readings)
        return None if settled else self.expression.partial


def anchor_for(text: str, published: date | None) -> Anchor | None:
    """The day from which an article's relative dates count.

    Args:
        text: The article.
        published: Its publication date, if known; it settles the matter.

    Returns:
        Without a publication date: the date in the article's head that stands alone, after a
        label ("Published: ...") or in a dateline, not inferred; else the latest full date that
        it tells as past, inferred, and distant unless a caption tells it. None if there is none,
        or if a later month or year is told as past, so that the article was written well after
        its latest full date.
    """
    return Anchor(published) if published is not None else _own_anchor(text)


@lru_cache(maxsize=128)
def _own_anchor(text: str) -> Anchor | None:
    for expression in times_between(text, 0, _HEAD):
        day = _full_day(expression)
        if day is not None and _is_heading(text, expression):
            return Anchor(day)
    return _latest(text)


def _full_day(expression: TimeExpression) -> date | None:
    fields = expression.meaning
    if not isinstance(fields, CalendarFields) or not is_possible(fields):
        return None
    day = date(fields.year or 1, fields.month or 1, fields.day or 1)
    return day if fields.weekday in {None, day.weekday()} else None


def _is_heading(text: str, expression: TimeExpression) -> bool:
    before, after = text[: expression.start], text[expression.end : expression.end + 40]
    if _LABEL.search(before):
        return True
    rest = after.split("\n", 1)[0].strip()
    if _DATELINE.search(before[-80:]) and re.match(r"\s*(?:\([^)]*\)\s*)?[-–—:]", after):
        return True
    alone = not rest or bool(re.fullmatch(r"[,|•–-]?\s*(?:at\s)?\d{1,2}[:.]\d{2}.{0,20}", rest))
    return alone and bool(_LABEL_OR_NONE.search(before))


def _latest(text: str) -> Anchor | None:
    # From the latest year back, so that little of the text is parsed.
    for _, day, expression in (dated for year in years_named(text) for dated in _dated(text, year)):
        start, end = sentence_around(text, expression.start, expression.end)
        told = direction_of(text[start:end], expression.start - start, expression.end - start)
        if day is not None and told.sign <= 0:
            return Anchor(day, inferred=True, distant=not _CAPTION.search(text[start:end]))
        if day is None and told.sign < 0:
            return None
    return None


def _dated(text: str, year: int) -> list[tuple[date, date | None, TimeExpression]]:
    """The expressions of a year, latest first: the first day each may mean, and its full day."""
    dated = []
    for expression in times_of_year(text, year):
        fields = expression.meaning
        if isinstance(fields, CalendarFields) and not fields.part:
            day = _full_day(expression)
            if day is not None or not fields.full:
                dated.append((day or date(year, fields.month or 1, 1), day, expression))
    return sorted(dated, key=lambda item: item[0], reverse=True)


def time_of_answer(
    text: str, published: date | None, start: int, end: int, *, in_sentence: bool = False
) -> AnswerTime | None:
    """The time expression that an answer states, with its resolution.

    Args:
        text: The article.
        published: Its publication date, if known.
        start: Offset of the answer's first character.
        end: Offset after its last.
        in_sentence: True to look in the rest of the sentence if the answer itself states no time.

    Returns:
        The first of `times_of_answer`, or None if there is none.
    """
    times = times_of_answer(text, published, start, end, in_sentence=in_sentence)
    return times[0] if times else None


def times_of_answer(
    text: str,
    published: date | None,
    start: int,
    end: int,
    *,
    in_sentence: bool = False,
    asked: End | None = None,
) -> tuple[AnswerTime, ...]:
    """All time expressions that an answer states, the best first.

    Those inside the answer exclude those that only overlap it, and these the rest of the
    sentence. Inside, what can be dated comes before what cannot, the finer before the coarser,
    what is named before what is counted ("the 12 June summit last week": "12 June"); in the
    sentence the nearest comes first. Takes the arguments of `time_of_answer`, and `asked`: the
    end of a stretch of time that is asked for, or None for all of it. Raises ValueError if not
    `0 <= start <= end <= len(text)`.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"no span of a text of {len(text)} characters: {start} to {end}")
    overlapping = _without_events(text, times_between(text, start, end))
    inside = [e for e in overlapping if start <= e.start and e.end <= end]
    place: Place = "inside"
    chosen = inside
    if not inside:
        place, chosen = "overlapping", overlapping
    if not chosen and in_sentence:
        first, last = sentence_around(text, start, end)
        times = times_between(text, first, last)
        place, chosen = "sentence", [e for e in times if first <= e.start and e.end <= last]
    if not chosen:
        return ()
    anchor = anchor_for(text, published)
    answers = [AnswerTime(e, readings(e, text, anchor), place, anchor) for e in chosen]
    if place != "sentence":
        # "1999" of "1920–1999" tells its end, whatever is asked.
        answers = [a.at(_end(a.expression, start, end, asked)) for a in answers]
    if place == "sentence":
        answers.sort(
            key=lambda a: (isinstance(a.expression.meaning, Vague | Recurring), _gap(a, start, end))
        )
    else:
        answers.sort(key=_rank)
    return tuple(answers)


def _end(expression: TimeExpression, start: int, end: int, asked: End | None) -> End | None:
    """The end of a stretch that an answer tells: the one it names, else the one asked for."""
    told = end_told(expression, start, end)
    return asked or told if isinstance(expression.meaning, Lasting) else told or asked


def _without_events(text: str, times: Sequence[TimeExpression]) -> list[TimeExpression]:
    """Without those that date what others are counted from: "the week before Christmas"."""
    events = set()
    for time in times:
        if isinstance(time.meaning, FromEvent) and time.meaning.follows:
            sentence = sentence_around(text, time.start, time.end)
            event = dating_expression(time, time.meaning, text, *sentence)
            if event is not None and event.start >= time.end:
                events.add((event.start, event.end))
    return [time for time in times if (time.start, time.end) not in events]


def _gap(answer: AnswerTime, start: int, end: int) -> int:
    expression = answer.expression
    return max(start - expression.end, expression.start - end)


def _rank(answer: AnswerTime) -> tuple[bool, bool, int, bool, int]:
    expression = answer.expression
    fineness = min((_FINENESS.index(r.granularity) for r in answer.readings), default=0)
    fields = expression.meaning
    counted = not isinstance(fields, CalendarFields) or fields.shift is not None
    unknown = not answer.readings and expression.partial is None
    from_event = isinstance(fields, FromEvent)
    return unknown, from_event, fineness, counted, expression.start
