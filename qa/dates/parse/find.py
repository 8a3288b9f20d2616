"""Finding the time expressions of a text."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import cast

from qa.dates import calendar_units, lexicon
from qa.dates.parse.guards import comes_back, is_moved
from qa.dates.parse.rules import grammar
from qa.dates.parse.tokens import is_possible, tokens_of
from qa.dates.types import (
    Between,
    CalendarFields,
    Either,
    Era,
    Fixed,
    FromEvent,
    Lasting,
    Meaning,
    Offset,
    Recurring,
    Shift,
    TimeExpression,
    Unit,
    Vague,
)

# Enough of the text before and after for what decides whether words are a time.
_MARGIN = 200
_UP_TO = re.compile(r"\s?[-–]\s?|—|\s(?:to|until|till|through)\s(?:the\s)?")
_AND = re.compile(r",?\s(?:and|or)\s(?:in\s)?|,\s")
_WITHIN = re.compile(r",?\s(?:on|in)\s(?:the\s)?(?:early\s|late\s)?")
_OF = re.compile(r",?\s(?:(?:of|in|on)\s)?")
_COUNT_OF = r"(?P<count>\d{1,3}|[a-z]+)\s(?P<unit>day|week|month|year)s?"
_LASTS_FROM = re.compile(
    rf"(?P<for>\b(?:for|lasts?|lasted|lasting)\s(?:about\s|some\s|at\sleast\s|up\sto\s)?)?\b{_COUNT_OF}"
    r",?\s(?:from|starting|beginning|commencing)\s(?:(?:on|with)\s)?(?:the\s)?$",
    re.IGNORECASE,
)
_LASTS = re.compile(
    rf",?\s(?:and\s)?(?P<for>(?:for|lasts?|lasted|lasting)\s){_COUNT_OF}\b", re.IGNORECASE
)
_BEGINS = re.compile(
    r"\b(?:from|starting|starts?|started|beginning|begins?|began)\s(?:on\s)?(?:the\s)?$",
    re.IGNORECASE,
)
_FROM = re.compile(r"\bfrom\s(?:the\s)?$", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s(?:the\s)?$", re.IGNORECASE)
_NUMERIC = re.compile(r"[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{2,4}")


def find_times(text: str, *, lenient: bool = False) -> tuple[TimeExpression, ...]:
    """Every time expression of a text, in order, without overlap.

    Args:
        text: Any text. Time and memory are linear in its length; of an article, `times_between`
            parses the part that is needed.
        lenient: True to read "may", "march" and abbreviations in small letters as months, and a
            lone year anywhere as one, as a typed question needs.

    Returns:
        Expressions with `text[e.start:e.end] == e.quote`. A date such as "12/06/2018" has both
        readings, unless another date in the same text shows the order of day and month or
        states one of them in words. Clock times are no dates.
    """
    return _find(text, lenient)


@lru_cache(maxsize=128)
def _find(text: str, lenient: bool) -> tuple[TimeExpression, ...]:
    expressions = scan(text, 0, len(text), lenient=lenient)
    if any(isinstance(e.meaning, Either) for e in expressions):
        return settle_order(expressions, expressions)
    return expressions


def scan(text: str, first: int, last: int, *, lenient: bool = False) -> tuple[TimeExpression, ...]:
    """The time expressions that begin in `text[first:last]`; numeric dates keep both readings."""
    low, high = max(first - _MARGIN, 0), min(last + _MARGIN, len(text))
    tokens, rules = tokens_of(text, low, high), grammar()
    expressions = []
    index = bisect_left(tokens, first, key=lambda token: token.start)
    while index < len(tokens) and tokens[index].start < last:
        met = rules.match(text, tokens, index, lenient=lenient)
        if met is None:
            index += 1
            continue
        meaning, beyond = met
        start, end = tokens[index].start, tokens[beyond - 1].end
        recurs = isinstance(meaning, CalendarFields) and not meaning.anchored
        if recurs and comes_back(text, start, end):
            meaning = Recurring()
        expressions.append(TimeExpression(start, end, text[start:end], meaning))
        index = beyond
    expressions = _join_distances(text, expressions)
    return tuple(_join_ranges(text, _share_years(text, expressions)))


def _join_distances(text: str, expressions: Sequence[TimeExpression]) -> list[TimeExpression]:
    """Makes one expression of "two years ago, on 4 May" and "for two weeks from 4 May"."""
    joined: list[TimeExpression] = []
    for right in expressions:
        left = joined[-1] if joined else None
        between = text[left.end : right.start] if left else ""
        meaning: Meaning | None = None
        if left is not None and _WITHIN.fullmatch(between):
            meaning = _within(left.meaning, right.meaning)
        if left is not None and meaning is None and _OF.fullmatch(between):
            meaning = _within(right.meaning, left.meaning)
        if left is not None and meaning is not None:
            joined[-1] = TimeExpression(
                left.start, right.end, text[left.start : right.end], meaning
            )
        else:
            joined.append(_lasting(text, right))
    return joined


def _within(whole: Meaning, fields: Meaning) -> Meaning | None:
    """The meaning of a date inside a unit: of "two years ago" and "4 May"."""
    if not isinstance(fields, CalendarFields) or fields.anchored or fields.part or fields.nth:
        return None
    yearly = fields.month is not None or fields.season is not None or fields.quarter is not None
    weekly = not yearly and fields.day is None and fields.weekday is not None
    unit: Unit = "year" if yearly else "week" if weekly else "month"
    match whole:
        case Offset() if not whole.exact and not whole.if_future:
            if whole.unit == unit:
                return replace(fields, shift=Shift(unit, whole.count))
            return Vague() if whole.unit in {"decade", "century"} and yearly else None
        case CalendarFields(shift=Shift(unit=named)) if named == unit and not whole.part:
            alone = replace(whole, shift=None) == CalendarFields()
            return replace(fields, shift=whole.shift) if alone else None
        case CalendarFields(year=int(year)) if yearly:
            alone = replace(whole, year=None) == CalendarFields()
            return replace(fields, year=year) if alone else None
        case FromEvent() if whole.unit == unit and whole.fields is None and whole.weekday is None:
            if whole.count is None or whole.measure == "stretch":
                return Vague()
            return replace(whole, follows=False, measure="calendar", fields=fields)
    return None


def _lasting(text: str, expression: TimeExpression) -> TimeExpression:
    """A day with the length of what begins then: "for two weeks from 20 December"."""
    fields = expression.meaning
    if not isinstance(fields, CalendarFields) or fields.day is None or fields.part:
        return expression
    start, end = expression.start, expression.end
    before = _LASTS_FROM.search(text, max(start - 80, 0), start)
    begun = _BEGINS.search(text, max(start - 30, 0), start)
    after = _LASTS.match(text, end, end + 60) if begun else None
    length = before or after
    if length is None:
        return expression
    count = _count(length.group("count"))
    first = length.start("count") if before else start
    last = length.end() if after and not before else end
    # "three weeks from 20 December" may as well be a day.
    stretch = length.group("for") is not None and count is not None
    meaning: Meaning = Vague()
    if stretch and count is not None:
        meaning = Lasting(fields, cast("Unit", length.group("unit").lower()), count)
    return TimeExpression(first, last, text[first:last], meaning)


def _count(words: str) -> int | None:
    return int(words) if words.isdigit() else lexicon.COUNTS.get(words.lower())


def _share_years(text: str, expressions: Sequence[TimeExpression]) -> list[TimeExpression]:
    """Gives "March" of "in March and June 2018" the year of its companion."""
    shared = list(expressions)
    for index in range(len(shared) - 2, -1, -1):
        left, right = shared[index], shared[index + 1]
        if not _AND.fullmatch(text, left.end, right.start):
            continue
        first, second = left.meaning, right.meaning
        if not isinstance(first, CalendarFields) or not isinstance(second, CalendarFields):
            continue
        same_shape = (first.month is None, first.day is None, first.season) == (
            second.month is None,
            second.day is None,
            second.season,
        )
        if first.month is None or first.anchored or not same_shape or first.part or second.part:
            continue
        in_order = (first.month, first.day or 0) < (second.month or 0, second.day or 0)
        by_and = "," not in text[left.end : right.start] or "and" in text[left.end : right.start]
        if in_order and (second.year or second.shift) and (by_and or index + 2 < len(shared)):
            meaning = replace(first, year=second.year, shift=second.shift)
            shared[index] = replace(left, meaning=meaning)
    return shared


def _join_ranges(text: str, expressions: Sequence[TimeExpression]) -> list[TimeExpression]:
    """Makes one expression of "from 30 May to 3 June" and its like."""
    joined: list[TimeExpression] = []
    index = 0
    while index < len(expressions):
        left = expressions[index]
        both = _range(text, left, expressions[index + 1]) if index + 1 < len(expressions) else None
        joined.append(both or left)
        index += 2 if both else 1
    return joined


def _range(text: str, left: TimeExpression, right: TimeExpression) -> TimeExpression | None:
    if right.start - left.end > 12:
        return None
    between = _BETWEEN.search(text, max(left.start - 16, 0), left.start)
    started = _FROM.search(text, max(left.start - 12, 0), left.start) or between
    to = _UP_TO.fullmatch(text, left.end, right.start)
    if not to and not (between and text[left.end : right.start].strip() == "and"):
        return None
    by_mark = to is not None and to.group().strip() in {"-", "–", "—"}
    if not started and not by_mark and _has_preposition(text, left):
        return None
    if is_moved(text, left.start):
        return None
    pair = _pair(left.meaning, right.meaning)
    if pair is None:
        return None
    start = started.start() if started else left.start
    return TimeExpression(start, right.end, text[start : right.end], pair)


def _pair(first: Meaning, last: Meaning) -> Meaning | None:
    """The meaning of a range between two meanings, or None if they make none."""
    if isinstance(first, CalendarFields) and isinstance(last, CalendarFields):
        return _aligned(first, last)
    if isinstance(first, Era) and isinstance(last, Era) and 100 <= first.first < last.first:
        if first.part or last.part:
            return None
        years = last.first + last.length - first.first
        return Fixed(calendar_units.years_from(first.first, years), "range")
    return None


def _has_preposition(text: str, expression: TimeExpression) -> bool:
    """True if "on" stands before it: "returned on Friday to Monday's mess" is no range."""
    return bool(
        re.search(r"\b(?:on|by|at)\s$", text[max(expression.start - 4, 0) : expression.start])
    )


def _aligned(first: CalendarFields, last: CalendarFields) -> Between | None:
    """The two ends of a range with the year or month that only one of them names."""
    shapes = [
        (f.month is not None, f.day is not None, f.weekday is not None, f.season is not None)
        for f in (first, last)
    ]
    if first.pick or last.pick or first.part or last.part or first.nth or last.nth:
        return None
    year_first, year_last = first.year, last.year
    if shapes[0] == shapes[1]:
        if first.year is None and first.shift is None:
            year_first = last.year
            after = (first.month or 0, first.day or 0) > (last.month or 0, last.day or 0)
            if year_first is not None and after:
                year_first -= 1
        elif last.year is None and last.shift is None and first.shift is None:
            if (first.month or 0, first.day or 0) > (last.month or 0, last.day or 0):
                return None
            year_last = first.year
        shift = first.shift if first.shift or first.year is not None else last.shift
        first = replace(first, year=year_first, shift=shift)
        last = replace(last, year=year_last)
    elif first.year is None or last.year is None:
        return None
    if first.weekday is not None and first.month is None:
        return Between(first, last) if first.weekday != last.weekday else None
    if first == last or (first.year or 0) > (last.year or first.year or 0):
        return None
    return Between(first, last)


def settle_order(
    expressions: Sequence[TimeExpression], others: Iterable[TimeExpression]
) -> tuple[TimeExpression, ...]:
    """Drops the readings of numeric dates that the other dates of the text speak against."""
    day_first, month_first, stated = False, False, set()
    for expression in others:
        fields = expression.meaning
        if not isinstance(fields, CalendarFields) or not is_possible(fields):
            continue
        if not _NUMERIC.fullmatch(expression.quote):
            stated.add((fields.year, fields.month, fields.day))
        elif expression.quote.lstrip("0").startswith(str(fields.day)):
            day_first = True
        else:
            month_first = True
    choose = _chooser(day_first and not month_first, month_first and not day_first, stated)
    return tuple(replace(e, meaning=choose(e.meaning)) for e in expressions)


def _chooser(
    day_first: bool, month_first: bool, stated: set[tuple[int | None, int | None, int | None]]
) -> Callable[[Meaning], Meaning]:
    def choose(meaning: Meaning) -> Meaning:
        if not isinstance(meaning, Either) or len(meaning.readings) != 2:
            return meaning
        # The first reading of a numeric date has its day first.
        british, american = meaning.readings
        if not isinstance(british, CalendarFields) or not isinstance(american, CalendarFields):
            return meaning
        agreeing = [f for f in (british, american) if (f.year, f.month, f.day) in stated]
        if len(agreeing) == 1:
            return agreeing[0]
        if day_first:
            return british
        return american if month_first else meaning

    return choose
