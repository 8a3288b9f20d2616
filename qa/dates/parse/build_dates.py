"""Builds the meaning of a matched date of the calendar, or refuses the match."""

from calendar import monthrange
from dataclasses import replace
from typing import cast

from qa.dates.parse import guards
from qa.dates.parse.grammar import Build, Match
from qa.dates.types import (
    Between,
    CalendarFields,
    Either,
    Meaning,
    Part,
    Shift,
    Sign,
    Unit,
    Vague,
)


def _year(match: Match) -> int | None:
    short = match.number("yy")
    if short is not None:
        return short + (2000 if short < 50 else 1900)
    return match.number("year")


def part_of(match: Match) -> Part | None:
    """The part of a whole that a match captured, as in "early June"."""
    return cast("Part | None", match.word("part"))


def _sign(value: int | None) -> Sign | None:
    return cast("Sign | None", value)


def _shift(match: Match) -> Shift | None:
    units: tuple[Unit, ...] = ("week", "month", "year")
    for unit in units:
        count = match.number(f"{unit}_pick")
        if count is not None:
            return Shift(unit, count)
    return None


def fields(match: Match) -> CalendarFields:
    """The fields that a match captured, whatever they are."""
    return CalendarFields(
        year=_year(match),
        month=match.number("month"),
        day=match.number("day"),
        weekday=match.number("weekday"),
        season=match.number("season"),
        quarter=match.number("quarter"),
        half=match.number("half"),
        nth=match.number("nth"),
        shift=_shift(match),
        pick=_sign(match.number("pick")),
        part=part_of(match),
    )


def named(match: Match) -> CalendarFields | None:
    """Fields with a month, written as months are, and no quantity after them."""
    if not guards.names_are_written_so(match):
        return None
    ends_in_number = match.words[-1].lower[-1].isdigit()
    if ends_in_number and not guards.is_no_quantity(match):
        return None
    if not guards.ends_in_early_year(match):
        return None
    calendar = fields(match)
    if calendar.pick in {-1, 1} and guards.is_of_something(match):
        return None
    return calendar if calendar.day is None or 1 <= calendar.day <= 31 else None


def dated(match: Match) -> Meaning | None:
    """Builds "12 June" and "June 12", with weekday and year if they are there."""
    calendar = named(match)
    # The attacks so called have a year of their own, which no article need say.
    if calendar and (calendar.month, calendar.day) == (9, 11) and guards.is_attack(match):
        return calendar if calendar.anchored else Vague()
    return calendar


def weekday_dated(match: Match) -> Meaning | None:
    """Builds "Thursday (7 March)", but not of "Black Tuesday (October 29)"."""
    return dated(match) if guards.is_bare_weekday(match) else None


def week_of(match: Match) -> Meaning | None:
    """Builds "the week of 4 March 2018", "the week ending 10 March"."""
    calendar = named(match)
    return None if calendar is None else replace(calendar, weekday=None, week=True)


def near_weekday(match: Match) -> Meaning | None:
    """Builds "this coming Friday", which no other than the next one is, and "the last Friday"."""
    calendar = named(match)
    coming = any(token.lower == "coming" for token in match.words)
    return replace(calendar, pick=0) if calendar and coming else calendar


def parts(match: Match) -> Meaning | None:
    """Builds "mid to late June": somewhere in June, since two parts are most of it."""
    calendar = named(match)
    return None if calendar is None else replace(calendar, part=None)


def christmas(match: Match) -> Meaning | None:
    """Builds "last Christmas", and "Christmas" after a word that says when."""
    if not guards.is_christmas(match):
        return None
    return replace(fields(match), month=12, day=25)


def numeric(match: Match) -> Meaning | None:
    """Builds "2018-06-12" and "12/06/2018", the latter perhaps with two readings."""
    value = match.captures["date"]
    return value if isinstance(value, CalendarFields | Either) else None


def bare_month(match: Match) -> Meaning | None:
    """Builds "June" alone."""
    return named(match) if guards.is_bare_month(match) else None


def bare_weekday(match: Match) -> Meaning | None:
    """Builds "Friday", "late on Friday afternoon"."""
    return named(match) if guards.is_bare_weekday(match) else None


def bare_ordinal(match: Match) -> Meaning | None:
    """Builds "the 12th"."""
    return named(match) if guards.is_bare_ordinal(match) else None


def bare_season(match: Match) -> Meaning | None:
    """Builds "spring" alone."""
    return fields(match) if guards.is_bare_season(match) else None


def nth(match: Match) -> Meaning | None:
    """Builds "the first Monday of June 2018", "the last week of June"."""
    calendar = named(match)
    if calendar is None or calendar.nth is None or not -1 <= calendar.nth <= 5 or calendar.nth == 0:
        return None
    return calendar


def end_of_month(match: Match) -> Meaning | None:
    """Builds "the last day of June 2018"; of February without a year it is unknown which."""
    calendar = named(match)
    if calendar is None or calendar.month is None:
        return None
    if match.number("nth") not in {1, -1}:
        return None
    day = 1
    if match.number("nth") == -1:
        if calendar.year is None and calendar.month == 2:
            return Vague()
        day = monthrange(calendar.year or 2001, calendar.month)[1]
    return CalendarFields(year=calendar.year, month=calendar.month, day=day, shift=calendar.shift)


def days(match: Match) -> Meaning | None:
    """Builds "3-5 May 2018", "from May 3 to 5", "12 and 13 June": days of one month."""
    first = named(match)
    last = match.number("last_day")
    if first is None or first.day is None or last is None or not first.day < last <= 31:
        return None
    if guards.is_moved(match.text, match.words[0].start):
        return None
    joined = {token.lower for token in match.words}
    if "and" in joined and "between" not in joined and last != first.day + 1:
        return None
    end = CalendarFields(year=first.year, month=first.month, day=last, shift=first.shift)
    return Between(replace(first, weekday=None), end)


def months(match: Match) -> Meaning | None:
    """Builds "March-June 2018", "from November to March 2018" (from the year before)."""
    if not guards.names_are_written_so(match) or not guards.is_no_quantity(match):
        return None
    if guards.is_moved(match.text, match.words[0].start):
        return None
    first, last, year = match.number("month"), match.number("last_month"), _year(match)
    if first is None or last is None or first == last:
        return None
    start_year = year - 1 if year is not None and first > last else year
    shift = _shift(match)
    if shift is not None and first > last:
        return None
    return Between(
        CalendarFields(year=start_year, month=first, shift=shift),
        CalendarFields(year=year, month=last, shift=shift),
    )


def on_day(month: int, day: int) -> Build:
    """A builder for a feast on the same day of every year, such as Christmas Day."""
    return lambda match: CalendarFields(year=_year(match), month=month, day=day)
