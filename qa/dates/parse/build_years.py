"""Builds the meaning of a matched year, part of a year or era, or refuses the match."""

from calendar import monthrange
from datetime import date

from qa.dates import calendar_units
from qa.dates.parse import build_dates, guards
from qa.dates.parse.grammar import Match
from qa.dates.types import Between, CalendarFields, Either, Era, Fixed, Interval, Meaning, Vague


def bare_year(match: Match) -> Meaning | None:
    """Builds "2018" alone."""
    if guards.is_before_christ(match):
        return Vague()
    return build_dates.fields(match) if guards.is_year(match) else None


def era_year(match: Match) -> Meaning | None:
    """Builds "AD 95", "691 CE"; the calendar has no days for "95 BC"."""
    words = match.words
    mark = words[0] if "NUMBER" not in words[0].classes else words[-1]
    if not match.text[mark.start : mark.end].isupper():
        return None
    return Vague() if mark.lower in {"bc", "bce"} else build_dates.fields(match)


def early_year(match: Match) -> Meaning | None:
    """Builds "842", a year before 1000, where nothing is counted: "c. 347", "in 987, when"."""
    if guards.is_before_christ(match):
        return Vague()
    return build_dates.fields(match) if guards.is_early_year(match) else None


def circa(match: Match) -> Meaning | None:
    """Builds "c. 347", "AD 842"."""
    if guards.is_before_christ(match):
        return Vague()
    return build_dates.fields(match) if guards.is_no_quantity(match) else None


def year_part(match: Match) -> Meaning | None:
    """Builds "early 2018", "the end of 2018"."""
    return build_dates.fields(match) if guards.is_no_quantity(match) else None


def year_month(match: Match) -> Meaning | None:
    """Builds "2018-06"."""
    return build_dates.fields(match) if guards.stands_apart(match) else None


def quarter(match: Match) -> Meaning | None:
    """Builds "the first quarter of 2018", "Q1"."""
    calendar = build_dates.fields(match)
    if calendar.quarter is None or not 1 <= calendar.quarter <= 4:
        return None
    if calendar.year is None and calendar.shift is None and not guards.is_bare_quarter(match):
        return None
    return calendar


def half(match: Match) -> Meaning | None:
    """Builds "the second half of 2018"."""
    return build_dates.fields(match) if match.number("half") in {1, 2} else None


def years(match: Match) -> Meaning | None:
    """Builds "1950-53", "from 1950 to 1953": the later year must follow the earlier."""
    first = match.number("year")
    short, digit = match.number("yy"), match.number("y")
    last = match.number("last_year")
    if first is None or not guards.is_no_quantity(match):
        return None
    if guards.is_before_christ(match):
        return Vague()
    if digit is not None:
        if any(token.gap != "none" for token in match.words[1:]):
            return None
        last = first // 10 * 10 + digit
    if short is not None:
        last = first // 100 * 100 + short
        if short == (first + 1) % 100 == 0:
            last = first + 1
    if last is None or not first < last <= 2199:
        return None
    return Between(CalendarFields(year=first), CalendarFields(year=last))


def early_years(match: Match) -> Meaning | None:
    """Builds "360-366" after a word that says when."""
    led = match.before() in {"in", "until", "since", "about", "from"} or match.words[0].lower in {
        "in",
        "until",
        "since",
    }
    return years(match) if led else None


def winter(match: Match) -> Meaning | None:
    """Builds "winter 2018-19": the one that begins in the first year."""
    first = match.number("year")
    last = match.number("last_year") or match.number("yy")
    if match.number("season") != 3 or first is None or last is None:
        return None
    if last % 100 != (first + 1) % 100:
        return None
    days = Interval(date(first, 12, 1), date(first + 1, 2, monthrange(first + 1, 2)[1]))
    return Fixed(days, "season")


def era(match: Match) -> Meaning | None:
    """Builds "the 1990s", "the '90s"; "the 1900s" may be ten years or a hundred."""
    first = match.number("era")
    if first is None:
        first = match.number("decade_word")
    if first is None or not guards.is_decade(match) or first % 10:
        return None
    article = any(token.lower == "the" for token in match.words) or match.before() == "the"
    if first < 100:
        return Era(first, 10, build_dates.part_of(match)) if article else None
    if not 1000 <= first <= 2190:
        return None
    if first % 100:
        return Era(first, 10, build_dates.part_of(match))
    if first == 2000:
        return Era(first, 10, build_dates.part_of(match))
    if first == 1900:
        return Either(
            (
                Era(first, 10, build_dates.part_of(match)),
                Era(first, 100, build_dates.part_of(match)),
            )
        )
    return Era(first, 100, build_dates.part_of(match))


def centuries(match: Match) -> Meaning | None:
    """Builds "the 18th and 19th centuries"."""
    first, last = match.number("ordinal"), match.number("last_ordinal")
    if first is None or last is None or not 1 <= first < last <= 22:
        return None
    if guards.is_before_christ(match):
        return Vague()
    if last != first + 1 and any(token.lower in {"and", "or"} for token in match.words):
        return None
    return Fixed(calendar_units.years_from(first * 100 - 100, (last - first + 1) * 100), "range")


def century(match: Match) -> Meaning | None:
    """Builds "the 19th century"."""
    number = match.number("ordinal") or 0
    if not 1 <= number <= 22 or guards.is_title(match):
        return None
    if guards.is_before_christ(match):
        return Vague()
    return Era((number - 1) * 100, 100, build_dates.part_of(match))
