"""Builds the meaning of a matched time that counts from another, or refuses the match."""

from dataclasses import replace
from typing import cast

from qa.dates.lexicon import words
from qa.dates.parse import build_dates, guards
from qa.dates.parse.build_dates import part_of
from qa.dates.parse.grammar import Build, Match
from qa.dates.types import (
    CalendarFields,
    Either,
    FromEvent,
    Meaning,
    Measure,
    Offset,
    Part,
    Rolling,
    Shift,
    Unit,
    Vague,
)

_INEXACT = frozenset(
    words("about around nearly almost roughly over than least some to or - – up approximately")
)


def unit_of(match: Match) -> Unit:
    """The unit that a match captured."""
    return cast("Unit", match.captures["unit"])


def shifted(match: Match) -> Meaning | None:
    """Builds "last year", "early next month"."""
    unit, count = unit_of(match), match.number("pick")
    if count is None or unit == "day" or (count and guards.is_of_something(match)):
        return None
    if unit == "decade" and count:
        return Either((CalendarFields(shift=Shift(unit, count)), Rolling(unit, count)))
    return CalendarFields(shift=Shift(unit, count), part=part_of(match))


def so_far(match: Match) -> Meaning | None:
    """Builds "earlier this month", "later this year"; "earlier in the week" is of this week too."""
    unit = unit_of(match)
    if unit == "day" or (match.number("pick") or 0) != 0:
        return None
    part = cast("Part", match.word("so_far"))
    if match.number("pick") is None and part == "from now":
        return Vague()
    return CalendarFields(shift=Shift(unit, 0), part=part)


def twice_shifted(match: Match) -> Meaning:
    """Builds "the week before last", "the year after next"."""
    before = any(token.lower == "before" for token in match.words)
    return CalendarFields(shift=Shift(unit_of(match), -2 if before else 2))


def day_from_now(match: Match) -> Meaning | None:
    """Builds "today", "early tomorrow morning"."""
    day = match.number("deictic")
    return Offset("day", day) if day is not None and guards.is_today(match) else None


def rolling(match: Match) -> Meaning | None:
    """Builds "the past two months", "the next three years"."""
    count, near, unit = match.number("count"), match.number("near"), unit_of(match)
    if near is None or guards.is_of_something(match):
        return None
    if count is None:
        if "UNITS" in match.words[-1].classes:
            return Vague()
        if match.words[-2].lower == "last" and unit == "century":
            return CalendarFields(shift=Shift("century", -1))
        if match.words[-2].lower in {"last", "next"} and unit == "day":
            return None
        if match.words[-2].lower == "next" and match.before() not in {
            "in",
            "over",
            "within",
            "during",
            "for",
            "throughout",
        }:
            return None
    return Rolling(unit, near * (count or 1))


def ago(match: Match) -> Meaning | None:
    """Builds "two weeks ago"; "nearly two weeks ago" is vague."""
    count, unit = match.number("count"), unit_of(match)
    if count is None:
        return None
    last = match.words[-1].lower
    if match.before() in _INEXACT:
        return Vague()
    if any(token.lower == "half" for token in match.words):
        return Offset("month", -(count * 12 + 6)) if unit == "year" else Vague()
    return Offset(unit, -count, exact=last == "today")


def ago_within(match: Match) -> Meaning | None:
    """Builds "four years ago this month", "sixty years ago on Friday", which is some day then."""
    count, unit = match.number("count"), unit_of(match)
    if count is None:
        return None
    if unit == "year" and match.word("this_unit") == "month":
        return Offset("month", -12 * count)
    on_weekday = match.number("weekday") is not None
    return Offset(unit, -count) if unit == "year" and on_weekday else Vague()


def years_ago(match: Match) -> Meaning | None:
    """Builds "in February two years ago", "on 12 June ten years ago"."""
    calendar, count = build_dates.named(match), match.number("count")
    if calendar is None or count is None or unit_of(match) != "year":
        return None
    return replace(calendar, shift=Shift("year", -count))


def half_ago(match: Match) -> Meaning:
    """Builds "half a year ago"."""
    halves: dict[Unit, Offset] = {
        "year": Offset("month", -6),
        "decade": Offset("year", -5),
        "century": Offset("year", -50),
    }
    return halves.get(unit_of(match)) or Vague()


def ahead(match: Match) -> Meaning | None:
    """Builds "in two weeks' time"; without "time" it may be how long something takes."""
    count = match.number("count")
    if count is None:
        return None
    certain = match.words[-1].lower in {"time", "now", "today"}
    return Offset(unit_of(match), count, if_future=not certain)


def from_event(match: Match) -> Meaning | None:
    """Builds "the day after ...", "two weeks before ...", "a week later", "a year earlier"."""
    last = match.words[-1].lower
    count = match.number("count")
    measure: Measure = "distance"
    if match.words[0].lower == "the" and count is None:
        count = 1
        measure = "stretch" if unit_of(match) == "week" else "distance"
    earlier = last in {"before", "earlier"}
    signed = None if count is None else -count if earlier else count
    return FromEvent(unit_of(match), signed, last in {"after", "before"}, measure)


def weekday_from_event(match: Match) -> Meaning | None:
    """Builds "the Friday before ...", "the following Monday"."""
    said = {token.lower for token in match.words}
    sign = -1 if said & {"before", "previous", "preceding"} else 1
    follows = bool(said & {"before", "after"})
    return FromEvent("day", sign, follows, weekday=match.number("weekday"))


def beside_event(match: Match) -> Meaning | None:
    """Builds "the next day", "the previous year", "the same month", "that year"."""
    signs = {"next": 1, "following": 1, "same": 0, "that": 0, "previous": -1, "preceding": -1}
    word = next(token.lower for token in match.words if token.lower in signs)
    return FromEvent(unit_of(match), signs[word], follows=False, measure="calendar")


def fortnights_ago(match: Match) -> Meaning | None:
    """Builds "a fortnight ago"."""
    count = match.number("count")
    return None if count is None else Offset("week", -2 * count)


def that(match: Match) -> Meaning | None:
    """Builds "that June", "that Friday": the one of the year or week that is told of."""
    calendar = build_dates.named(match)
    if calendar is None:
        return None
    unit: Unit = "week" if calendar.weekday is not None else "year"
    return FromEvent(unit, 0, follows=False, measure="calendar", fields=calendar)


def vague(_: Match) -> Meaning:
    """Builds a time that cannot be dated: "a few days ago"."""
    return Vague()


def on_offset(days: int) -> Build:
    """A builder for a day counted from the day of writing, such as "last night"."""
    return lambda match: Offset("day", days)


def weekend(match: Match) -> Meaning | None:
    """Builds "last weekend", "the weekend": of the nearest two days off in that direction."""
    calendar = replace(build_dates.fields(match), weekend=True)
    if guards.is_of_something(match):
        return None
    following = match.after()
    beside = following is not None and following.lower in {"before", "after"}
    return Vague() if beside and calendar.pick is None else calendar


def current(match: Match) -> Meaning | None:
    """Builds "the current month"."""
    unit = unit_of(match)
    return CalendarFields(shift=Shift(unit, 0)) if unit != "day" else None
