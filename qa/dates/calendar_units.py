"""Calendar arithmetic: units, shifts, and the intervals that calendar fields can mean."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from qa.dates.types import CalendarFields, Interval, Part, Unit
from qa.types import Granularity

_DAY = timedelta(days=1)
_MONTHS_OF = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}


def month_of(year: int, month: int) -> Interval:
    """A calendar month. Raises ValueError outside the years 1 to 9999."""
    return Interval(date(year, month, 1), date(year, month, monthrange(year, month)[1]))


def year_of(year: int) -> Interval:
    """A calendar year. Raises ValueError outside the years 1 to 9999."""
    return Interval(date(year, 1, 1), date(year, 12, 31))


def years_from(first: int, length: int) -> Interval:
    """So many years; those that would begin in the year 0 begin in the year 1."""
    return Interval(date(max(first, 1), 1, 1), date(first + length - 1, 12, 31))


def unit_around(unit: Unit, day: date) -> Interval:
    """The unit of the calendar that holds a day; weeks begin on Monday, centuries with '00."""
    match unit:
        case "day":
            return Interval(day, day)
        case "week":
            monday = day - day.weekday() * _DAY
            return Interval(monday, monday + 6 * _DAY)
        case "month":
            return month_of(day.year, day.month)
        case "quarter":
            first = (day.month - 1) // 3 * 3 + 1
            return Interval(date(day.year, first, 1), month_of(day.year, first + 2).end)
        case "year":
            return year_of(day.year)
        case "decade":
            return years_from(day.year // 10 * 10, 10)
        case "century":
            return years_from(day.year // 100 * 100, 100)


def moved(day: date, unit: Unit, count: int) -> date:
    """The day `count` units away; the last of a shorter month ("a month before 31 March").

    Raises:
        ValueError, OverflowError: if it lies outside the years 1 to 9999.
    """
    if unit == "day":
        return day + count * _DAY
    if unit == "week":
        return day + 7 * count * _DAY
    months = day.year * 12 + day.month - 1 + count * _MONTHS_OF[unit]
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"year {year} is not of the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def part_of(whole: Interval, part: Part | None, today: date | None = None) -> Interval | None:
    """The part of an interval: its first, middle or last third, or the days up to or from today.

    A month's thirds are its days 1 to 10, 11 to 20 and 21 to the end; a year's are four months
    each; a decade's are four, three and three years. None if today, where needed, is not in it.
    """
    if part is None:
        return whole
    if part in {"so far", "from now"}:
        if today is None or today not in whole:
            return None
        return replace(whole, **{"end" if part == "so far" else "start": today})
    first, second = _thirds(whole)
    if part == "early":
        return Interval(whole.start, first - _DAY)
    return Interval(first, second - _DAY) if part == "mid" else Interval(second, whole.end)


def _thirds(whole: Interval) -> tuple[date, date]:
    """The first days of the second and the third third."""
    start, months = whole.start, _whole_months(whole)
    if months > 12:
        years = months // 12
        return (
            date(start.year - (-years // 3), 1, 1),
            date(start.year - (-2 * years // 3), 1, 1),
        )
    if months >= 3:
        return moved(start, "month", months // 3), moved(start, "month", months * 2 // 3)
    if months == 1:
        return start + 10 * _DAY, start + 20 * _DAY
    days = (whole.end - start).days + 1
    return start + days // 3 * _DAY, start + days * 2 // 3 * _DAY


def _whole_months(interval: Interval) -> int:
    """The number of whole calendar months in an interval; 0 if it is not whole months."""
    start, end = interval.start, interval.end
    months = (end.year - start.year) * 12 + end.month - start.month + 1
    whole = start.day == 1 and end == month_of(end.year, end.month).end
    return months if whole else 0


def occurrences(fields: CalendarFields, within: Interval) -> Iterator[Interval]:
    """The intervals that the fields mean and that share a day with `within`, in order.

    The year, `shift`, `pick` and `part` of the fields are left aside. Nothing is given for
    fields that name no place in the calendar.
    """
    yearly = (fields.month, fields.season, fields.quarter, fields.half)
    if any(field is not None for field in yearly):
        intervals = _in_years(fields, within)
    elif fields.day is not None or fields.nth is not None:
        intervals = _in_months(fields, within)
    elif fields.weekday is not None or fields.weekend:
        intervals = _in_weeks(fields, within)
    else:
        return
    for interval in intervals:
        if interval.start <= within.end and interval.end >= within.start:
            yield interval


def only_occurrence(fields: CalendarFields, within: Interval) -> Interval | None:
    """The interval inside another that the fields mean, if they mean just one that lies in it."""
    inside = [i for i in occurrences(fields, within) if i.within(within)]
    return inside[0] if len(inside) == 1 else None


def _in_years(fields: CalendarFields, within: Interval) -> Iterator[Interval]:
    for year in range(max(within.start.year - 1, 1), min(within.end.year, 9998) + 1):
        if fields.month is not None:
            interval = _in_month(fields, year, fields.month)
            if interval is not None:
                yield interval
            continue
        months = 3
        if fields.season is not None:
            first = 3 + 3 * fields.season
        elif fields.quarter is not None:
            first = 3 * fields.quarter - 2
        else:
            first, months = 6 * (fields.half or 1) - 5, 6
        start = date(year, first, 1)
        yield Interval(start, moved(start, "month", months) - _DAY)


def _in_month(fields: CalendarFields, year: int, month: int) -> Interval | None:
    whole = month_of(year, month)
    if fields.nth is not None:
        return _nth_of(whole, fields)
    if fields.day is None:
        return whole
    if fields.day > whole.end.day:
        return None
    day = date(year, month, fields.day)
    if fields.weekday is not None and day.weekday() != fields.weekday:
        return None
    return unit_around("week" if fields.week else "day", day)


def _nth_of(month: Interval, fields: CalendarFields) -> Interval | None:
    """The nth weekday of a month; without a weekday its nth seven days, or its last seven."""
    nth = fields.nth or 1
    if fields.weekday is None:
        start = month.end - 6 * _DAY if nth < 0 else month.start + 7 * (nth - 1) * _DAY
        end = min(start + 6 * _DAY, month.end)
        return Interval(start, end) if start <= month.end else None
    if nth < 0:
        day = month.end - (month.end.weekday() - fields.weekday) % 7 * _DAY
    else:
        day = month.start + ((fields.weekday - month.start.weekday()) % 7 + 7 * (nth - 1)) * _DAY
    return Interval(day, day) if day in month else None


def _in_months(fields: CalendarFields, within: Interval) -> Iterator[Interval]:
    month = within.start.replace(day=1)
    while month <= within.end:
        interval = _in_month(fields, month.year, month.month)
        if interval is not None:
            yield interval
        month = moved(month, "month", 1)


def _in_weeks(fields: CalendarFields, within: Interval) -> Iterator[Interval]:
    weekday = 5 if fields.weekend else fields.weekday or 0
    length = _DAY if fields.weekend else 0 * _DAY
    # A weekend that began the day before shares its Sunday.
    day = within.start - length
    day += (weekday - day.weekday()) % 7 * _DAY
    while day <= within.end:
        yield Interval(day, day + length)
        day += 7 * _DAY


def granularity_of(fields: CalendarFields) -> Granularity:
    """The granularity of calendar fields."""
    if fields.part is not None or fields.weekend or fields.quarter or fields.half:
        return "range"
    if fields.week:
        return "week"
    if fields.day is not None or fields.weekday is not None:
        return "day"
    if fields.nth is not None:
        return "range"
    if fields.month is not None:
        return "month"
    if fields.season is not None:
        return "season"
    if fields.shift is None:
        return "year"
    return "range" if fields.shift.unit == "quarter" else fields.shift.unit


def granularity_of_interval(interval: Interval) -> Granularity:
    """The unit of the calendar that an interval is, or "range"."""
    units: tuple[Unit, ...] = ("day", "week", "month", "year", "decade", "century")
    for unit in units:
        if unit != "quarter" and unit_around(unit, interval.start) == interval:
            return unit
    return "range"
