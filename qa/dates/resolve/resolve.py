"""Resolves a time expression to an interval of the calendar, given its article's date."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from qa.dates import calendar_units
from qa.dates.resolve.disambiguate import Choice, choose
from qa.dates.resolve.from_event import counted_from, dating_expression
from qa.dates.resolve.narrative import heading_year, is_news, told_year
from qa.dates.resolve.tense import Direction, direction_of
from qa.dates.sentences import sentence_around
from qa.dates.types import (
    Anchor,
    Between,
    CalendarFields,
    Either,
    Era,
    Fixed,
    FromEvent,
    Interval,
    Lasting,
    Meaning,
    Offset,
    Recurring,
    Rolling,
    TimeExpression,
    Vague,
)
from qa.dates.wording import say_day, say_interval
from qa.types import Granularity, ResolvedDate

_DAY = timedelta(days=1)
Reading = tuple[Interval, Granularity, str]
"""An interval, how fine it is, and what the reading rests on besides the expression."""


def resolve(expression: TimeExpression, text: str, anchor: Anchor | None) -> ResolvedDate | None:
    """The one interval that an expression means, or None if that cannot be told.

    None is for: an impossible date, a partial or relative one without an anchor, one that two
    intervals fit alike (`readings` has both), a distance from an event whose date its sentence
    does not give, "today" and its like where the day of writing is only inferred, and whatever
    counts from the day of writing where not even its week is known.

    Args:
        expression: One of `find_times(text)`.
        text: The article, or at least the sentence that the expression stands in.
        anchor: The article's date, from `anchor_for`.

    Raises:
        ValueError: if the text does not have the expression at its offsets.
    """
    meant = readings(expression, text, anchor)
    return meant[0] if len(meant) == 1 else None


def readings(
    expression: TimeExpression, text: str, anchor: Anchor | None
) -> tuple[ResolvedDate, ...]:
    """Every interval that an expression may mean, none if it cannot be told.

    Takes the arguments of `resolve` and raises what it does.
    """
    if text[expression.start : expression.end] != expression.quote:
        raise ValueError(f"{expression.quote!r} does not stand at {expression.start} in the text")
    start, end = sentence_around(text, expression.start, expression.end)
    sentence = text[start:end]
    direction = direction_of(sentence, expression.start - start, expression.end - start)
    if isinstance(expression.meaning, FromEvent):
        event = dating_expression(expression, expression.meaning, text, start, end)
        if event is None:
            return ()
        counted = [
            counted_from(expression, expression.meaning, event, dated)
            for dated in readings(event, text, anchor)
        ]
        return tuple(reading for reading in counted if reading is not None)
    try:
        candidates = _in_heading_year(expression, text, anchor)
        lent: list[Reading] = []
        if not candidates:
            candidates = _read(expression.meaning, anchor, direction)
            candidates, lent = _with_told_year(expression, text, anchor, direction, candidates)
    except (ValueError, OverflowError):  # outside the years 1 to 9999
        return ()
    resolved = [_resolved(expression, reading, anchor) for reading in dict.fromkeys(candidates)]
    resolved += [
        replace(_resolved(expression, reading, anchor), inferred=True)
        for reading in lent
        if reading not in candidates
    ]
    return tuple(resolved)


def _with_told_year(
    expression: TimeExpression,
    text: str,
    anchor: Anchor | None,
    direction: Direction,
    candidates: list[Reading],
) -> tuple[list[Reading], list[Reading]]:
    """The readings of a partial date by its article's date, and in the year its paragraph told.

    Of the two, only one is left where it is clear: the first for news, the second in a story of
    earlier years or in an article without a date of its own.
    """
    fields = _without_year(expression.meaning)
    firm_future = direction.sign > 0 and anchor is not None and not anchor.inferred
    told = None if fields is None or firm_future else told_year(expression, text, anchor)
    if fields is None or told is None:
        return candidates, []
    first = min((interval.start for interval, _, _ in candidates), default=None)
    if first is not None and told.year >= first.year:
        return candidates, []
    whole, granularity = calendar_units.year_of(told.year), calendar_units.granularity_of(fields)
    lent = _inside(fields, whole, granularity, f'after "{told.quote}"', None)
    if first is None or anchor is None or anchor.inferred:
        return [], lent
    if is_news(first, anchor):
        return candidates, lent if told.heads else []
    if told.frame and lent:
        return [], lent
    # "He was hurt on 3 May 2012. On 12 June he left", but "It was built in 1752. On 12 June ...".
    return candidates, lent if told.by_day else []


def _resolved(expression: TimeExpression, reading: Reading, anchor: Anchor | None) -> ResolvedDate:
    interval, granularity, basis = reading
    meant = say_interval(interval, granularity)
    quote = f"“{expression.quote}”" if '"' in expression.quote else f'"{expression.quote}"'
    detail = "" if basis in {"", "anchor"} else f", {basis},"
    where = ""
    if basis and anchor is not None and anchor.inferred:
        where = f" in an article whose latest date is {say_day(anchor.date)}"
    elif basis and anchor is not None:
        where = f" in an article of {say_day(anchor.date)}"
    # A quote may run over the end of a line.
    derivation = " ".join(f"{quote}{where}{detail} is {meant}".split())
    inferred = bool(where) and anchor is not None and anchor.inferred
    return ResolvedDate(interval.start, interval.end, granularity, derivation, inferred)


def _read(meaning: Meaning, anchor: Anchor | None, direction: Direction) -> list[Reading]:
    if anchor is not None and anchor.distant and _is_relative(meaning):
        return []
    match meaning:
        case Fixed():
            return [(meaning.interval, meaning.granularity, "")]
        case Vague() | Recurring() | FromEvent():
            return []
        case Either():
            return _read_either(meaning, anchor, direction)
        case Era():
            return _read_era(meaning, anchor)
        case CalendarFields():
            return _read_fields(meaning, anchor, direction)
        case Between():
            return _read_between(meaning, anchor, direction)
        case Lasting():
            return _read_lasting(meaning, anchor, direction)
        case Offset() | Rolling() if anchor is None:
            return []
        case Offset():
            return _read_offset(meaning, anchor, direction)
        case Rolling():
            if meaning.count > 0 and direction.sign < 0 and direction.firm:
                return []  # "ruled for the next three decades": counted from an event
            end = calendar_units.moved(anchor.date, meaning.unit, meaning.count)
            first, last = sorted((anchor.date, end))
            return [(Interval(first, last), "range", "anchor")]


def _is_relative(meaning: Meaning) -> bool:
    """Return whether a meaning counts from the day of writing, as "Friday" and "last month"."""
    match meaning:
        case Offset() | Rolling():
            return True
        case CalendarFields():
            placed = (meaning.year, meaning.month, meaning.season, meaning.quarter, meaning.half)
            chosen = meaning.shift is not None or meaning.pick is not None
            return chosen or all(field is None for field in placed)
        case Between():
            return _is_relative(meaning.first) or _is_relative(meaning.last)
        case Lasting():
            return _is_relative(meaning.first)
        case _:
            return False


def _read_either(meaning: Either, anchor: Anchor | None, direction: Direction) -> list[Reading]:
    """All readings, less those on the wrong side of the day of writing."""
    candidates = [
        reading for meant in meaning.readings for reading in _read(meant, anchor, direction)
    ]
    if anchor is None or anchor.inferred or not direction.firm:
        return candidates
    fitting = [
        (interval, granularity, basis or _told(direction))
        for interval, granularity, basis in candidates
        if (direction.sign < 0 and interval.start <= anchor.date)
        or (direction.sign > 0 and interval.end >= anchor.date)
    ]
    return fitting if len(fitting) < len(candidates) and fitting else candidates


def _in_heading_year(expression: TimeExpression, text: str, anchor: Anchor | None) -> list[Reading]:
    """Readings of a partial date in the year that its sentence begins with, if any."""
    fields = _without_year(expression.meaning)
    head = heading_year(expression, text) if fields else None
    year = resolve(head, text, anchor) if head else None
    if fields is None or head is None or year is None:
        return []
    whole, granularity = Interval(year.start, year.end), calendar_units.granularity_of(fields)
    return _inside(fields, whole, granularity, f'after "{head.quote}"', None)


def _without_year(meaning: Meaning) -> CalendarFields | None:
    """The fields of a date that lacks only its year; None for any other meaning."""
    if not isinstance(meaning, CalendarFields) or meaning.anchored:
        return None
    placed = (meaning.month, meaning.season, meaning.quarter, meaning.half)
    return meaning if any(field is not None for field in placed) else None


def _told(direction: Direction) -> str:
    return "told as past" if direction.sign < 0 else "told as to come"


def _read_era(era: Era, anchor: Anchor | None) -> list[Reading]:
    first, basis = era.first, ""
    if era.length == 10 and first < 100:
        if anchor is None:
            return []
        # "the '90s" are the last that had begun.
        first += (anchor.date.year - first) // 100 * 100
        basis = "anchor"
    whole = calendar_units.years_from(first, era.length)
    part = calendar_units.part_of(whole, era.part)
    granularity: Granularity = "decade" if era.length == 10 else "century"
    return [(part, "range" if era.part else granularity, basis)] if part else []


def _read_offset(offset: Offset, anchor: Anchor, direction: Direction) -> list[Reading]:
    if offset.if_future and direction.sign <= 0:
        return []
    if anchor.inferred and (offset.unit == "day" or offset.exact):
        return []  # the article may be some days younger than its latest date
    day = calendar_units.moved(anchor.date, offset.unit, offset.count)
    if offset.exact or offset.unit == "day":
        return [(Interval(day, day), "day", "anchor")]
    if offset.unit in {"decade", "century"}:
        # Round numbers: "a decade ago" is good to a year or so, "a century ago" to ten.
        blur = 1 if offset.unit == "decade" else 10
        around = Interval(date(day.year - blur, 1, 1), date(day.year + blur, 12, 31))
        return [(around, "range", "anchor")]
    granularity: Granularity = "range" if offset.unit == "quarter" else offset.unit
    return [(calendar_units.unit_around(offset.unit, day), granularity, "anchor")]


def _read_fields(
    fields: CalendarFields, anchor: Anchor | None, direction: Direction
) -> list[Reading]:
    granularity = calendar_units.granularity_of(fields)
    if fields.shift is not None:
        if anchor is None:
            return []
        unit = fields.shift.unit
        day = calendar_units.moved(anchor.date.replace(day=1), unit, fields.shift.count)
        if unit == "week":
            day = calendar_units.moved(anchor.date, unit, fields.shift.count)
        whole = calendar_units.unit_around(unit, day)
        return _inside(fields, whole, granularity, "anchor", anchor)
    if fields.year is not None:
        return _inside(fields, calendar_units.year_of(fields.year), granularity, "", anchor)
    if anchor is None:
        return []
    around = _surroundings(fields, anchor.date)
    candidates = list(calendar_units.occurrences(fields, around))
    picked = choose(candidates, fields, anchor, direction)
    return _parts(fields, picked, granularity)


def _read_lasting(lasting: Lasting, anchor: Anchor | None, direction: Direction) -> list[Reading]:
    return [
        (
            Interval(day.start, calendar_units.moved(day.end, lasting.unit, lasting.count)),
            "range",
            basis,
        )
        for day, _, basis in _read_fields(lasting.first, anchor, direction)
    ]


def _inside(
    fields: CalendarFields,
    whole: Interval,
    granularity: Granularity,
    basis: str,
    anchor: Anchor | None,
) -> list[Reading]:
    """The fields within a known year, month or week; all of it if they name no place in it."""
    if replace(fields, year=None, shift=None, part=None) == CalendarFields():
        candidates = [whole]
    else:
        candidates = list(calendar_units.occurrences(fields, whole))
    today = anchor.date if anchor else None
    parts = [calendar_units.part_of(interval, fields.part, today) for interval in candidates]
    return [(part, granularity, basis) for part in parts if part is not None]


def _parts(
    fields: CalendarFields, choices: Sequence[Choice], granularity: Granularity
) -> list[Reading]:
    candidates = []
    for choice in choices:
        part = calendar_units.part_of(choice.interval, fields.part)
        if part is not None:
            candidates.append((part, granularity, choice.basis))
    return candidates


def _surroundings(fields: CalendarFields, today: date) -> Interval:
    """Enough of the calendar to hold the expression's nearest times before and after a day."""
    yearly = (fields.month, fields.season, fields.quarter, fields.half)
    reach = 9 * 366 if fields.day == 29 and fields.month == 2 else 3 * 366
    if all(field is None for field in yearly):
        reach = 100 if fields.day is not None else 21
    low = max(today.toordinal() - reach, date(2, 1, 1).toordinal())
    high = min(today.toordinal() + reach, date(9998, 12, 31).toordinal())
    return Interval(date.fromordinal(low), date.fromordinal(high))


def _read_between(between: Between, anchor: Anchor | None, direction: Direction) -> list[Reading]:
    first, last = between.first, between.last
    weekly = first.weekday is not None and first.month is None and not first.anchored
    if weekly and direction.sign >= 0 and not direction.firm:
        return []  # "the bus runs Monday to Saturday" comes back
    if first.anchored and last.anchored:
        starts = _read_fields(first, anchor, direction)
        ends = _read_fields(last, anchor, direction)
        if len(starts) != 1 or len(ends) != 1 or starts[0][0].start > ends[0][0].end:
            return []
        whole = Interval(starts[0][0].start, ends[0][0].end)
        return [(whole, "range", starts[0][2] or ends[0][2])]
    if anchor is None or first.anchored or last.anchored:
        return []
    around = _surroundings(first, anchor.date)
    candidates = []
    for begun in calendar_units.occurrences(first, around):
        reach = Interval(begun.start, min(begun.start + 400 * _DAY, date(9999, 12, 31)))
        ended = next(
            (end for end in calendar_units.occurrences(last, reach) if end.start >= begun.start),
            None,
        )
        if ended is not None:
            candidates.append(Interval(begun.start, ended.end))
    return [(c.interval, "range", c.basis) for c in choose(candidates, first, anchor, direction)]
