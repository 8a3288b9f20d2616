"""Putting together what several passages say of the time of one event."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isfinite

from qa.dates import calendar_units
from qa.dates.types import CalendarFields, Interval
from qa.dates.wording import say_interval
from qa.types import Granularity, ResolvedDate

_DAYS_BEFORE = 366
"""An inferred date gives way to a stated one that is earlier by no more than this."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The time that one passage gives for an event.

    Attributes:
        quote: The time expression, verbatim.
        readings: The intervals that it may mean, from `readings`; one if it is clear.
        partial: What it names of the calendar if it names no year ("12 June"), so that another
            passage may complete it.
        score: How much it counts: finite, at least 0, of any scale.
    """

    quote: str
    readings: tuple[ResolvedDate, ...]
    partial: CalendarFields | None = None
    score: float = 1.0

    def __post_init__(self) -> None:
        if not isfinite(self.score) or self.score < 0:
            raise ValueError(f"a score must be finite and at least 0, not {self.score}")


@dataclass(frozen=True, slots=True)
class Combination:
    """The time on which pieces of evidence agree.

    Attributes:
        resolved: The days that all of them allow; its derivation is the explanation, one line.
            It is inferred only if it would be another without an inferred date, or if the same
            evidence agrees on another time as well; the explanation then names both.
        supporting: Indices of the evidence that agrees, ascending.
        score: The sum of its scores.
        conflicts: What the rest of the evidence says instead, best supported first; each may
            share supporting evidence with this ("2018" is part of 12 June and of 5 July 2018).
    """

    resolved: ResolvedDate
    supporting: tuple[int, ...]
    score: float
    conflicts: tuple["Combination", ...] = ()


@dataclass(frozen=True, slots=True)
class _Group:
    """Evidence that agrees, by index: its readings, and those it only constrains."""

    interval: Interval
    dated: tuple[tuple[int, ResolvedDate], ...]
    partial: tuple[int, ...]

    @property
    def members(self) -> tuple[int, ...]:
        return tuple(sorted([index for index, _ in self.dated] + list(self.partial)))


def combine(evidence: Sequence[Evidence]) -> Combination | None:
    """The best supported time of an event, with what speaks against it.

    Intervals that share a day agree, and what they share is the result. A partial date agrees
    with an interval that holds exactly one such time. Of all groups of evidence that agree, the
    one with the highest sum of scores wins; among equals the one with the best single piece,
    then the finest, then the earliest in the list.

    Args:
        evidence: In any order; pieces that say nothing (no readings, no partial) are left out.

    Returns:
        None if no piece has a reading: partial dates alone name no year.
    """
    rest = {i for i, piece in enumerate(evidence) if piece.readings or piece.partial}
    every = list(_groups(evidence))
    groups: list[_Group] = []
    while rest:
        group = _best_group(evidence, every, rest)
        if group is None:
            break
        groups.append(group)
        rest -= set(group.members)
    if not groups:
        return None
    combined = [_combination(evidence, group, _other_time(group, every)) for group in groups]
    best = combined[0]
    return Combination(best.resolved, best.supporting, best.score, tuple(combined[1:]))


def _best_group(
    evidence: Sequence[Evidence], groups: Sequence[_Group], needed: set[int]
) -> _Group | None:
    """The best group with at least one piece of those needed."""
    best: tuple[tuple[float, float, int, int], _Group] | None = None
    for group in groups:
        members = group.members
        if needed.isdisjoint(members):
            continue
        score = sum(evidence[index].score for index in members)
        strongest = max(evidence[index].score for index in members if index in needed)
        length = (group.interval.end - group.interval.start).days
        first = min(index for index in members if index in needed)
        rank = (score, strongest, -length, -first)
        if best is None or rank > best[0]:
            best = rank, group
    return best[1] if best else None


def _other_time(group: _Group, groups: Sequence[_Group]) -> Interval | None:
    """Another time on which the same evidence agrees as well: "1/2/2018" has two readings."""
    for candidate in groups:
        apart = (
            candidate.interval.end < group.interval.start
            or group.interval.end < candidate.interval.start
        )
        if apart and candidate.members == group.members:
            return candidate.interval
    return None


def _groups(evidence: Sequence[Evidence]) -> Iterator[_Group]:
    """Every largest group of evidence that agrees on some day.

    Between two neighbouring ends of intervals the same ones hold for every day, so it is enough
    to look at one day in each such stretch, and at the days that partial dates name there.
    """
    intervals = {Interval(r.start, r.end) for piece in evidence for r in piece.readings}
    starts = {interval.start.toordinal() for interval in intervals}
    cuts = sorted(starts | {interval.end.toordinal() + 1 for interval in intervals})
    for low, high in pairwise(cuts):
        stretch = Interval(date.fromordinal(low), date.fromordinal(high - 1))
        dated = tuple(
            (index, reading)
            for index, piece in enumerate(evidence)
            if (reading := _finest_with(piece, stretch)) is not None
        )
        if not dated:
            continue
        shared = _shared([Interval(r.start, r.end) for _, r in dated])
        held = {index for index, _ in dated}
        partial = [i for i, p in enumerate(evidence) if p.partial is not None and i not in held]
        yield _Group(shared, dated, ())
        for first in partial:
            completed = _completion(evidence[first], shared)
            if completed is None:
                continue
            for day in _days_to_try(evidence, completed, partial):
                interval, members = _completed(evidence, completed, first, partial, day)
                yield _Group(interval, dated, members)


def _finest_with(piece: Evidence, stretch: Interval) -> ResolvedDate | None:
    """The shortest reading that holds the stretch."""
    holding = [r for r in piece.readings if r.start <= stretch.start and stretch.end <= r.end]
    return min(holding, key=lambda r: r.end - r.start, default=None)


def _shared(intervals: Sequence[Interval]) -> Interval:
    return Interval(max(i.start for i in intervals), min(i.end for i in intervals))


def _days_to_try(
    evidence: Sequence[Evidence], within: Interval, partial: Sequence[int]
) -> list[date]:
    """A day of each set of partial dates that can agree: where the last of them begins."""
    days = {within.start}
    for index in partial:
        fields = evidence[index].partial
        if fields is not None:
            days |= {max(i.start, within.start) for i in calendar_units.occurrences(fields, within)}
    return sorted(days)


def _completed(
    evidence: Sequence[Evidence],
    interval: Interval,
    first: int,
    partial: Sequence[int],
    day: date,
) -> tuple[Interval, tuple[int, ...]]:
    """An interval narrowed by all partial dates that mean one time in it, with that day.

    Each that narrows it can only help the others, so their order makes no difference.
    """
    members = [first]
    waiting = [index for index in partial if index != first]
    fitted = True
    while fitted:
        fitted = False
        for index in list(waiting):
            narrower = _completion(evidence[index], interval)
            if narrower is not None and day in narrower:
                interval, fitted = narrower, True
                members.append(index)
                waiting.remove(index)
    return interval, tuple(members)


def _completion(piece: Evidence, within: Interval) -> Interval | None:
    """The days within an interval that a partial date means, if it means one time in it.

    Its article was written no earlier than the date that its own readings were inferred from, so
    that a year long before that is of an earlier event.
    """
    completed = _only_time(piece.partial, within)
    if completed is None or not piece.readings:
        return completed
    earliest = min(reading.start for reading in piece.readings)
    return completed if (earliest - completed.end).days <= _DAYS_BEFORE else None


def _only_time(fields: CalendarFields | None, within: Interval) -> Interval | None:
    """The days within an interval that the fields mean, if they mean one time in it."""
    if fields is None:
        return None
    intervals = calendar_units.occurrences(fields, within)
    first, second = next(intervals, None), next(intervals, None)
    return _shared([first, within]) if first is not None and second is None else None


def _combination(
    evidence: Sequence[Evidence], group: _Group, other_time: Interval | None
) -> Combination:
    interval = group.interval
    granularity = _granularity(interval, group)
    parts = [_say(evidence[index], reading) for index, reading in group.dated]
    parts += [f'"{evidence[index].quote}"' for index in group.partial]
    meant = say_interval(interval, granularity)
    if len(group.members) == 1:
        derivation = group.dated[0][1].derivation
    else:
        unique = list(dict.fromkeys(parts))
        listed = ", ".join(unique[:-1]) + (" and " if len(unique) > 1 else "") + unique[-1]
        derivation = f"{meant}: {listed}"
    if other_time is not None:
        also = say_interval(other_time, _granularity(other_time, group))
        derivation = f"{derivation}; its words may as well mean {also}"
    inferred = other_time is not None or _is_inferred(evidence, group)
    resolved = ResolvedDate(interval.start, interval.end, granularity, derivation, inferred)
    score = sum(evidence[index].score for index in group.members)
    return Combination(resolved, group.members, score)


def _say(piece: Evidence, reading: ResolvedDate) -> str:
    """A piece of evidence with what it means, where that is not what it says."""
    meant = say_interval(Interval(reading.start, reading.end), reading.granularity)
    return f'"{piece.quote}"' if piece.quote == meant else f'"{piece.quote}" ({meant})'


def _granularity(interval: Interval, group: _Group) -> Granularity:
    """The granularity of a member that means the same days, else of the calendar's unit."""
    for _, reading in group.dated:
        if Interval(reading.start, reading.end) == interval and reading.granularity != "range":
            return reading.granularity
    return calendar_units.granularity_of_interval(interval)


def _is_inferred(evidence: Sequence[Evidence], group: _Group) -> bool:
    """True if the result would be another without what rests on an inferred date."""
    if not any(reading.inferred for _, reading in group.dated):
        return False
    stated = [Interval(r.start, r.end) for _, r in group.dated if not r.inferred]
    if not stated:
        return True
    interval = _shared(stated)
    constraints = [evidence[index].partial for index in group.members]
    # Repeated, since one constraint may make another's time the only one.
    for fields in constraints * 2:
        interval = _only_time(fields, interval) or interval
    return interval != group.interval
