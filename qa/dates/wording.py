"""Dates in plain English."""

from datetime import date

from qa.dates.lexicon import MONTHS, SEASONS
from qa.dates.types import Interval
from qa.types import Granularity


def say_day(day: date) -> str:
    """Says a day as "12 June 2018"."""
    return f"{day.day} {MONTHS[day.month - 1].capitalize()} {day.year}"


def say_ordinal(number: int) -> str:
    """Says 1 as "1st", 12 as "12th"."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def say_interval(interval: Interval, granularity: Granularity) -> str:
    """Says an interval as "12 June 2018", "June 2018", "2018", "3 to 5 May 2018" and so on."""
    start, end = interval.start, interval.end
    month = MONTHS[start.month - 1].capitalize()
    match granularity:
        case "day":
            return say_day(start)
        case "week":
            return f"the week from {say_span(interval)}"
        case "month":
            return f"{month} {start.year}"
        case "season":
            name = SEASONS[(start.month - 3) // 3 % 4]
            years = (
                f"{start.year}" if start.year == end.year else f"{start.year}-{end.year % 100:02}"
            )
            return f"{name} {years}"
        case "year":
            return f"{start.year}"
        case "decade":
            return f"the {start.year}s"
        case "century":
            return f"the {say_ordinal(start.year // 100 + 1)} century"
        case "range":
            return say_span(interval)


def say_span(interval: Interval) -> str:
    """Says an interval by its ends: "3 to 5 May 2018", "March to June 2018", "1950 to 1953"."""
    start, end = interval.start, interval.end
    if start == end:
        return say_day(start)
    if (start.month, start.day) == (1, 1) and (end.month, end.day) == (12, 31):
        return f"{start.year} to {end.year}" if start.year != end.year else f"{start.year}"
    first, last = (MONTHS[day.month - 1].capitalize() for day in (start, end))
    whole_months = start.day == 1 and ((end.month == 12 and end.day == 31) or _ends_month(end))
    if whole_months and start.year == end.year:
        return f"{first} to {last} {end.year}" if first != last else f"{first} {end.year}"
    if whole_months:
        return f"{first} {start.year} to {last} {end.year}"
    if start.year != end.year:
        return f"{say_day(start)} to {say_day(end)}"
    if start.month != end.month:
        return f"{start.day} {first} to {say_day(end)}"
    return f"{start.day} to {say_day(end)}"


def _ends_month(day: date) -> bool:
    return date.fromordinal(day.toordinal() + 1).day == 1 if day < date.max else True
