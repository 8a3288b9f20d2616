"""The ends of a stretch of time: when "28 June to 2 July" begins, and when it ends."""

import re
from typing import Literal

from qa.dates import calendar_units
from qa.dates.types import Between, CalendarFields, Lasting, TimeExpression, Unit
from qa.dates.wording import say_interval
from qa.types import ResolvedDate

End = Literal["first", "last"]

# Where one with spaces stands, others belong to the dates: "2018-06-12 - 2018-06-14".
_SEPARATORS = (
    re.compile(r"\s(?:to|until|till|through|and|-|–|—|--)\s(?:the\s)?", re.IGNORECASE),
    re.compile(r"\s?(?:--|[-–—/])\s?"),
)


_LENGTH = re.compile(r"\b(?:day|week|month|year)s?\b", re.IGNORECASE)


def end_told(expression: TimeExpression, start: int, end: int) -> End | None:
    """The end of a range that `text[start:end]` tells: "1999" of "1920–1999" is the last.

    Returns:
        None if the expression is no range, or the words are not of one end alone.
    """
    if isinstance(expression.meaning, Lasting):
        # "from 20 December" of "for two weeks from 20 December".
        named = expression.quote[max(start - expression.start, 0) : max(end - expression.start, 0)]
        return None if _LENGTH.search(named) else "first"
    if not isinstance(expression.meaning, Between):
        return None
    for pattern in _SEPARATORS:
        cuts = list(pattern.finditer(expression.quote))
        if cuts:
            cut = cuts[len(cuts) // 2]  # both ends have as many: "2018-06-12/2018-06-14"
            if end <= expression.start + cut.start():
                return "first"
            return "last" if start >= expression.start + cut.end() else None
    return None


def end_of(expression: TimeExpression, whole: ResolvedDate, end: End) -> ResolvedDate:
    """One end of what a range means, as fine as the range names it; else all of it.

    Args:
        expression: The range.
        whole: One of its readings.
        end: Which end.
    """
    if isinstance(expression.meaning, Lasting):
        unit: Unit | None = "day"
    elif isinstance(expression.meaning, Between):
        ends = expression.meaning.first, expression.meaning.last
        unit = _unit_of(ends[0] if end == "first" else ends[1])
    else:
        return whole
    if unit is None:
        return whole
    days = calendar_units.unit_around(unit, whole.start if end == "first" else whole.end)
    granularity = calendar_units.granularity_of_interval(days)
    verb = "begins" if end == "first" else "ends"
    when = f"{'on' if unit == 'day' else 'in'} {say_interval(days, granularity)}"
    derivation = f"{whole.derivation}, which {verb} {when}"
    return ResolvedDate(days.start, days.end, granularity, derivation, whole.inferred)


def _unit_of(fields: CalendarFields) -> Unit | None:
    if fields.day is not None or fields.weekday is not None:
        return "day"
    if fields.month is not None:
        return "month"
    unnamed = fields.season is None and fields.quarter is None and fields.half is None
    return "year" if unnamed and fields.year is not None else None
