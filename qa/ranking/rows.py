"""Who or what held something at its time: "Ida Moor (1981 to 1992), Jon Vik (1992 to 2005)".

A reader finds the list that a question asks about more surely than the row of the time asked for.
Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from qa.dates.sentences import sentence_around
from qa.question.restrictions import Restrictions
from qa.ranking.evidence import Evidence
from qa.ranking.periods import Dated, PlaceTime, dated, relation
from qa.settings import ROW_LOGITS
from qa.types import Span

_SEPARATOR = (
    r"\s*[)\]]?\s*(?:(?:[-–—•*;,|/]|\n)[-–—•*;,|/\s]*(?:and\s+|then\s+)?|(?:and|then)\s+)"
    # The cells before it in its row. None begins with a space, so that empty ones match in one way.
    r"(?:[^\s|;,()][^\n|\t;,()]{0,59}[|\t][|\s]*+)*"
)
_NAME = r"(?P<name>[\"“A-Z0-9][^\n|;()\[\]]{1,90}?)"
_OPENING = r"(?:\s*[(\[]|\s*[:|\t]|,)\s*(?:from\s+|since\s+)?"
_NEXT_NAMED = re.compile(rf"{_SEPARATOR}{_NAME}{_OPENING}$")
_FIRST_NAMED = re.compile(rf"{_NAME}{_OPENING}$")
_BEGINS = re.compile(r"[\n\t:;•*|]\s*|\.\s+|-(?=[A-Z])|\b(?:were|are|was|by|under)\s+")
_OPENS = re.compile(rf"{_OPENING}$")
_CLOSES = re.compile(r"\s*[)\]]?\s*[:|\t–—-]\s*")
_ROW_END = re.compile(r"\s*(?:[;\n|]|\.\s|\.?$)")
_NEXT_TIMED = re.compile(
    rf"\s*[)\]]?\s*[:|\t–—-]\s*{_NAME}\s*(?:[;,.\n|•*-]\s*)+(?:and\s+)?[(\[]?$"
)
_CLAUSE = re.compile(
    r"[.!?]\s|\b(?:is|are|was|were|has|have|had|did|will|would|who|which|that|because|but)\b"
)
_PART = r"[A-Z](?:[\w'’-]+|\.)"
_PERSON = rf"(?P<name>{_PART}(?:\s+(?:(?:de|van|von|der|al|bin)\s+)*{_PART})+)"
_HELD = (
    r",?\s+(?:(?:who|he|she|it)\s+)?(?:had\s+(?:been|led|held|run|headed)|was|served|led|held|ran"
    r"|headed|coached|managed|owned|reigned|ruled|governed|presided)\b"
)
_WHO = re.compile(r"^\W*(?:(?:and|but|so|by|to|under|for|with|from)\s+)*who\b", re.IGNORECASE)
_HOLDS = re.compile(rf"{_PERSON}{_HELD}[^.;:!?]*$")
_HOLDS_AFTER = re.compile(rf"[\s,]*{_PERSON}{_HELD}")
_HELD_BY = re.compile(rf"[^.;:!?()]{{0,60}}\b(?:was|by|under)\s+{_PERSON}")
_REACH = 200
"""Characters between a holder and the time that are looked through."""

_LONGEST = 9
_BEFORE = 120


def with_rows(question: str, asked: Restrictions, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence, and for each place in a row of another time the row of the time asked for.

    Args:
        question: In words that stand alone.
        asked: What the question restricts.
        evidence: Places, in any order.
    """
    if asked.time is None and not asked.current:
        return list(evidence)
    known = {(place.span.article_id, place.span.start, place.span.end) for place in evidence}
    best: dict[tuple[str, int, int], Evidence] = {}
    for place in evidence:
        for row in _rows_beside(place, holders=_WHO.match(question) is not None):
            key = place.span.article_id, row[0], row[1]
            if not _holds(asked, row[2]) or key in known:
                continue
            score = place.score - ROW_LOGITS
            if key not in best or best[key].score < score:
                text = place.hit.article.text
                span = Span(key[0], key[1], key[2], place.span.score - ROW_LOGITS)
                best[key] = replace(place, span=span, quote=text[key[1] : key[2]], score=score)
    return [*evidence, *best.values()]


def _holds(asked: Restrictions, told: PlaceTime) -> bool:
    if asked.time is None:
        return told.told == "since"
    return relation(told, asked.time.start, asked.time.end, ()) in ("covers", "within")


def _rows_beside(place: Evidence, *, holders: bool) -> list[tuple[int, int, PlaceTime]]:
    """The other rows of the list that a place is a row of: offsets of their names, and times.

    Args:
        place: What was read.
        holders: Whether a person may be told without a list: see `_holders`.
    """
    passage, text = place.hit.passage, place.hit.text
    start, end = place.span.start - passage.start, place.span.end - passage.start
    times = dated(text, place.hit.article.published)
    if not times:
        return []
    rows = _named_before(text, times, start, end) or _named_after(text, times, start, end)
    rows = rows or (_holders(text, times, start) if holders else [])
    return [
        (passage.start + first, passage.start + last, time)
        for first, last, time in rows
        if not (first < end and start < last)
    ]


def _named_before(
    text: str, times: Sequence[Dated], start: int, end: int
) -> list[tuple[int, int, PlaceTime]]:
    """Rows of a list with the name first: "Ida Moor (1981 to 1992)"."""
    own = next((n for n, t in enumerate(times) if t.expression.start >= end), None)
    if own is None or not _OPENS.fullmatch(text, end, times[own].expression.start):
        return []
    names = [
        _name(_NEXT_NAMED.match(text, before.expression.end, time.expression.start))
        for before, time in pairwise(times)
    ]
    first, last = _run(names, own)
    if first == last:
        return []
    opening = times[first].expression.start
    heads = _BEGINS.finditer(text, max(0, opening - _BEFORE), opening - 2)
    begins = max((mark.end() for mark in heads), default=0)
    head = _name(_FIRST_NAMED.match(text, begins, opening))
    spans = [head if n == first else names[n - 1] for n in range(first, last + 1)]
    return [
        (*span, times[n].time)
        for n, span in zip(range(first, last + 1), spans, strict=True)
        if span is not None
    ]


def _named_after(
    text: str, times: Sequence[Dated], start: int, end: int
) -> list[tuple[int, int, PlaceTime]]:
    """Rows of a list with the time first: "1981–1992: Ida Moor"."""
    own = max((n for n, t in enumerate(times) if t.expression.end <= start), default=None)
    if own is None or not _CLOSES.fullmatch(text, times[own].expression.end, start):
        return []
    names = [
        _name(_NEXT_TIMED.match(text, time.expression.end, after.expression.start))
        for time, after in pairwise(times)
    ]
    first, last = _run(names, own)
    rows = [(*span, times[n].time) for n in range(first, last) if (span := names[n]) is not None]
    if last == len(times) - 1 and last > first:
        begin = times[last].expression.end
        gap = _CLOSES.match(text, begin)
        stop = _ROW_END.search(text, gap.end() if gap else begin)
        if gap and stop and gap.end() < stop.start() and _is_name(text[gap.end() : stop.start()]):
            rows.append((gap.end(), stop.start(), times[last].time))
    return rows


def _holders(text: str, times: Sequence[Dated], start: int) -> list[tuple[int, int, PlaceTime]]:
    """Who held something from one time to another in the paragraph of a place.

    "Before her Jon Vik had been head from 1981 to 1992" says of what he was only beside it.
    """
    paragraph = text.rfind("\n\n", 0, start) + 1
    stop = text.find("\n\n", start)
    holders = []
    for dated_time in times:
        begins, _ = sentence_around(text, dated_time.expression.start, dated_time.expression.end)
        inside = paragraph <= begins and (stop < 0 or begins < stop)
        if not inside or dated_time.time.told != "range":
            continue
        when = dated_time.expression
        holds = (
            _HOLDS.search(text, max(begins, when.start - _REACH), when.start)
            or _HOLDS_AFTER.match(text, when.end)
            or _HELD_BY.match(text, when.end)
        )
        if holds:
            holders.append((*holds.span("name"), dated_time.time))
    return holders


def _run(names: Sequence[tuple[int, int] | None], own: int) -> tuple[int, int]:
    """The first and last time of the list that the time `own` is in.

    Args:
        names: The name between each time and the next one, None where they are no rows.
        own: The number of a time.
    """
    first = last = own
    while first and names[first - 1]:
        first -= 1
    while last < len(names) and names[last]:
        last += 1
    return first, last


def _name(row: re.Match[str] | None) -> tuple[int, int] | None:
    return row.span("name") if row and _is_name(row.group("name")) else None


def _is_name(words: str) -> bool:
    return len(words.split()) <= _LONGEST and not _CLAUSE.search(words)
