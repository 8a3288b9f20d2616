"""Chooses among the times that fit a partial date: "June", "Friday", "the 12th"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from qa.dates.calendar_units import unit_around
from qa.dates.resolve.tense import Direction
from qa.dates.types import Anchor, CalendarFields, Interval


@dataclass(frozen=True, slots=True)
class Choice:
    """An interval, and in words what it was chosen for besides the article's date."""

    interval: Interval
    basis: str


def choose(
    candidates: Sequence[Interval], fields: CalendarFields, anchor: Anchor, direction: Direction
) -> list[Choice]:
    """The candidates that an expression may mean, in the order of the calendar.

    Args:
        candidates: All intervals around the anchor that fit, in order, without overlap.
        fields: The expression; its `pick` says "last" or "next".
        anchor: The article's date.
        direction: The tense that it stands in.

    Returns:
        One choice; two if nothing decides between the nearest before and the nearest after (or
        between this and the next week's day for "next Friday"); none without candidates.
    """
    if fields.pick is not None:
        return _picked(candidates, fields, anchor, direction)
    today = anchor.date
    before = next((c for c in reversed(candidates) if c.start <= today), None)
    after = next((c for c in candidates if c.end >= today), None)
    if before is None or after is None or before == after:
        only = before or after
        return [Choice(only, "anchor")] if only else []
    told = "told as past" if direction.sign < 0 else "told as to come"
    directed = before if direction.sign < 0 else after
    firm = direction.firm and not anchor.inferred
    if firm and direction.sign:
        return [Choice(directed, told)]
    weekly = _is_weekly(fields)
    nearest = _much_nearer(before, after, anchor, direction)
    # "The film opens Friday": without a tense to go by, yesterday is no likelier than next week.
    if nearest is not None and (direction.sign or anchor.inferred or not weekly):
        return [Choice(nearest, "the nearest by far")]
    # A weekday's tense is no help where the day of writing is known to a few days only.
    if direction.sign and not (anchor.inferred and weekly):
        return [Choice(directed, told)]
    return [Choice(before, "if past"), Choice(after, "if to come")]


def _much_nearer(
    before: Interval, after: Interval, anchor: Anchor, direction: Direction
) -> Interval | None:
    """The one that is at most half as far as the other; a third, against the tense."""
    back = (anchor.date - before.end).days
    ahead = (after.start - anchor.date).days
    nearer, near, far = (before, back, ahead) if back < ahead else (after, ahead, back)
    sign = -1 if nearer is before else 1
    against = direction.sign not in {0, sign} and not anchor.inferred
    return nearer if near * (3 if against else 2) <= far else None


def _is_weekly(fields: CalendarFields) -> bool:
    return fields.day is None and (fields.weekday is not None or fields.weekend)


def _picked(
    candidates: Sequence[Interval], fields: CalendarFields, anchor: Anchor, direction: Direction
) -> list[Choice]:
    today = anchor.date
    past = [c for c in candidates if c.end < today]
    coming = [c for c in candidates if c.start > today]
    if fields.pick == -1:
        return [Choice(past[-1], "anchor")] if past else []
    if fields.pick == 1:
        if not coming:
            return []
        choices = [Choice(coming[0], "anchor")]
        if _is_weekly(fields) and fields.weekday is not None:
            # "next Friday" said on a Wednesday: in two days, or in nine.
            week = unit_around("week", today + timedelta(days=7))
            choices += [Choice(c, "anchor") for c in coming[1:2] if c.start in week]
        return choices
    if _is_weekly(fields):
        if direction.sign < 0:
            said = [c for c in candidates if c.start <= today]
            return [Choice(said[-1], "told as past")] if said else []
        said = [c for c in candidates if c.end >= today]
        return [Choice(said[0], "anchor")] if said else []
    held = [c for c in candidates if today in c]
    whole = unit_around(
        "month" if fields.month is None and fields.season is None else "year", today
    )
    same = held or [c for c in candidates if c.start in whole]
    return [Choice(same[0], "anchor")] if same else []
