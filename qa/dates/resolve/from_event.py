"""Times counted from another event, whose date the same sentence gives."""

from datetime import timedelta

from qa.dates import calendar_units
from qa.dates.parse.blocks import times_between
from qa.dates.types import (
    Between,
    CalendarFields,
    Either,
    Fixed,
    FromEvent,
    Interval,
    Offset,
    TimeExpression,
    Unit,
)
from qa.dates.wording import say_interval
from qa.types import ResolvedDate

_REACH = 600
# What tells when something happened; how long it took, or how often, does not.
_TOLD = (CalendarFields, Offset, Fixed, Either, Between, FromEvent)
# A distance in days counts from no event that is known to a month only.
_LONGEST: dict[Unit, int] = {"day": 14, "week": 14, "month": 92, "quarter": 92, "year": 366}
_LONGEST |= {"decade": 3653, "century": 36525}
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def dating_expression(
    expression: TimeExpression, distance: FromEvent, text: str, first: int, last: int
) -> TimeExpression | None:
    """The time expression that dates the event counted from.

    "the day after the summit on 12 June" has it behind, in the sentence `text[first:last]`; "they
    met on 12 June and a week later" before. Without a date before it in the sentence, it is the
    last one that the paragraph told: "They met on 12 June. A week later ...".

    Returns:
        None if there is none on that side.
    """
    named_after = distance.follows and text[expression.end : last].lstrip()[:1].isalnum()
    if named_after:
        times = times_between(text, expression.end, last)
        after = [e for e in times if expression.end <= e.start and e.end <= last]
        return next((e for e in after if not isinstance(e.meaning, FromEvent)), None)
    low = max(expression.start - _REACH, text.rfind("\n\n", 0, expression.start), 0)
    before = [
        e
        for e in times_between(text, low, expression.start)
        if low <= e.start and e.end <= expression.start
    ]
    for event in reversed(before):
        counted = isinstance(event.meaning, FromEvent)
        # In its own sentence a distance counts from a date beside it, not from another distance.
        if isinstance(event.meaning, _TOLD) and not (counted and event.start >= first):
            return event
    return None


def counted_from(
    expression: TimeExpression, distance: FromEvent, event: TimeExpression, dated: ResolvedDate
) -> ResolvedDate | None:
    """All days that a distance from a dated event may be.

    Days and weeks are counted by the day, larger units by the calendar: "two months later" is a
    month, and "the week before" seven days. None if it is unsaid how many ("days later"), for a
    weekday beside an event that may be weeks long, or outside the years 1 to 9999.
    """
    try:
        counted = _counted(distance, Interval(dated.start, dated.end))
    except (ValueError, OverflowError):
        return None
    if counted is None:
        return None
    granularity = calendar_units.granularity_of_interval(counted)
    meant = say_interval(counted, granularity)
    derivation = f'"{expression.quote}" is counted from "{event.quote}": {meant}'
    return ResolvedDate(
        counted.start, counted.end, granularity, " ".join(derivation.split()), dated.inferred
    )


def _counted(distance: FromEvent, event: Interval) -> Interval | None:
    unit, count = distance.unit, distance.count
    if count is None:
        return None
    if not distance.follows and (event.end - event.start).days + 1 > _LONGEST[unit]:
        return None
    if distance.weekday is not None:
        return _weekday_beside(event, distance.weekday, count)
    start = calendar_units.moved(event.start, unit, count)
    end = calendar_units.moved(event.end, unit, count)
    if distance.measure == "stretch":
        return Interval(event.end + _DAY, end) if count > 0 else Interval(start, event.start - _DAY)
    if distance.fields is not None:
        whole = Interval(
            calendar_units.unit_around(unit, start).start, calendar_units.unit_around(unit, end).end
        )
        return calendar_units.only_occurrence(distance.fields, whole)
    if unit == "day" or (unit == "week" and distance.measure == "distance"):
        return Interval(start, end)
    return Interval(
        calendar_units.unit_around(unit, start).start, calendar_units.unit_around(unit, end).end
    )


def _weekday_beside(event: Interval, weekday: int, side: int) -> Interval | None:
    """The nearest such day after (`side` > 0) or before an event of at most a week."""
    if event.end - event.start > _WEEK:
        return None
    if side > 0:
        day = event.end + ((weekday - event.end.weekday() - 1) % 7 + 1) * _DAY
    else:
        day = event.start - ((event.start.weekday() - weekday - 1) % 7 + 1) * _DAY
    return Interval(day, day)
