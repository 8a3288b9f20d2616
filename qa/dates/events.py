"""Times counted from another event, whose date the same sentence gives."""

from qa.dates import periods
from qa.dates.find import find_times
from qa.dates.meaning import FromEvent, Interval, TimeExpression
from qa.dates.wording import say_interval
from qa.types import ResolvedDate

_COUNTED = ("after", "before", "later", "earlier")


def dating_expression(
    expression: TimeExpression, distance: FromEvent, text: str, first: int, last: int
) -> TimeExpression | None:
    """The time expression of the sentence `text[first:last]` that dates the event counted from.

    "the day after the summit on 12 June" has it behind, "they met on 12 June and a week later"
    before. None if there is none on that side.
    """
    times = [e for e in find_times(text[first:last]) if not isinstance(e.meaning, FromEvent)]
    before = [e for e in times if first + e.end <= expression.start]
    after = [e for e in times if first + e.start >= expression.end]
    named_after = distance.follows and text[expression.end : last].lstrip()[:1].isalnum()
    chosen = next(iter(after if named_after else before[::-1]), None)
    if chosen is None:
        return None
    start, end = first + chosen.start, first + chosen.end
    return TimeExpression(start, end, chosen.quote, chosen.meaning)


def counted_from(
    expression: TimeExpression, distance: FromEvent, event: TimeExpression, dated: ResolvedDate
) -> ResolvedDate | None:
    """All days that a distance from a dated event may be.

    Days and weeks are counted by the day, larger units by the calendar: "two months later" is a
    month. None if it is unsaid how many ("days later"), or outside the years 1 to 9999.
    """
    unit, count = distance.unit, distance.count
    if count is None:
        return None
    by_day = unit == "day" or (unit == "week" and expression.quote.lower().endswith(_COUNTED))
    try:
        start = periods.moved(dated.start, unit, count)
        end = periods.moved(dated.end, unit, count)
        if not by_day:
            start = periods.unit_around(unit, start).start
            end = periods.unit_around(unit, end).end
    except (ValueError, OverflowError):
        return None
    granularity = periods.granularity_of_interval(Interval(start, end))
    meant = say_interval(Interval(start, end), granularity)
    derivation = f'"{expression.quote}" is counted from "{event.quote}": {meant}'
    return ResolvedDate(start, end, granularity, " ".join(derivation.split()), dated.inferred)
