"""The time of which a place in a text speaks, and how it stands to the time asked for. Pure."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from qa.dates import Anchor, TimeExpression, find_times, readings
from qa.dates.sentences import sentence_around
from qa.dates.types import Between
from qa.settings import TIME_COVERED, TIME_MET
from qa.types import ResolvedDate

Told = Literal["range", "since", "until", "point"]
Relation = Literal["covers", "within", "meets", "in force", "over", "later", "unknown"]

_OPENS = re.compile(
    r"\b(?:since|from|after|beginning\s+in|starting\s+in|effective|as\s+of)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\s*(?:to|till|until|through|[-–—])\s*(?:the\s+)?(?:present|now|today|date|incumbent)\b|\s+onwards?\b",
    re.IGNORECASE,
)
_CLOSES = re.compile(
    r"\b(?:until|till|up\s+to|through|before|prior\s+to|ended\s+in)\s+(?:the\s+)?$", re.IGNORECASE
)
_BOUNDARY = re.compile(
    r"[,;]\s*(?:and\s+|or\s+|but\s+|then\s+)?(?:to\s+)?|\)\s*|\s+(?:and|but|while|then)\s+"
)
_CLAUSE_BEGINS = re.compile(
    r"[,;]\s*(?:and\s+|or\s+|but\s+|then\s+)?(?:to\s+)?|\s+(?:and|but|while|then)\s+"
)
_LEADS = re.compile(
    r"^\W*(?:(?:and|but|then|later|again|only|early|late|mid|around|about|in|on|at|by|since|from|"
    r"until|after|before|during|the|of|end|beginning|start|summer|spring|autumn|winter)\b\W*)*$",
    re.IGNORECASE,
)
_UNTIL_THEN = re.compile(
    r"[^.;()]{0,40}\b(?:before|until|till)\s+(?:the\s+|its\s+|it\s+|they\s+)*[a-z]", re.I
)
_BOTH = re.compile(r"\s*(?:,|and|or|&)\s*", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"(?:[A-Z][\w'’.-]*|[)\"”’])\s*$")
_DEATH = (
    r"(?:(?:[a-z]+ly|later|had)\s+)*(?:was\s+)?"
    r"(?:died|killed|murdered|drowned|dying|perished|passed\s+away)\b"
)
_DIED = re.compile(
    rf"(?:\b(?:he|she|who|and|before|until|after)|,)\s+{_DEATH}|\b(?:his|her)\s+death\b", re.I
)
_NAME_DIED = re.compile(rf"\s+{_DEATH}")
_LIFE = re.compile(r"\s*,?\s*\([^()]*[–—-][^()]*\)")
_CAPITAL = re.compile(r"[A-Z]")
_OTHER_NAME = re.compile(r"[A-Z][\w'’-]+\s+[A-Z][\w'’-]+")
_REST_OF_NAME = re.compile(r"(?:\s[A-Z][\w'’-]+)+")
_LONG_LIFE = timedelta(days=366 * 40)
_AFTER_DIED = 40
_CROSSED = 60
"""Characters that one boundary between an answer and a time counts for."""

_EARLIER = 400
"""How far back a paragraph is looked through for the time that its story has come to."""

_DAY = timedelta(days=1)
_LONGEST = timedelta(days=366 * 120)
_LONG_ASKED = timedelta(days=400)
_LONG_BEFORE = timedelta(days=366 * 25)


class PlaceTime(NamedTuple):
    """The time of which a place speaks.

    Attributes:
        start: Its first day; `date.min` if it is not told.
        end: Its last day; `date.max` if it is not told.
        told: Whether both ends are told, one of them, or a point in the middle of a story.
        own: Whether its own sentence tells it, and not what was said before in its paragraph.
    """

    start: date
    end: date
    told: Told
    own: bool = True


class Dated(NamedTuple):
    """A time expression of a text with the days that it means."""

    expression: TimeExpression
    time: PlaceTime


def place_time(text: str, published: date | None, start: int, end: int) -> PlaceTime | None:
    """The time that a text tells for `text[start:end]`.

    That of the same clause comes first ("to Ida Moor in 2017, to Jon Vik in 2018"), then the
    nearest of the sentence, then the last one told before it in the paragraph.

    Args:
        text: A passage; the whole article is not needed.
        published: When its article was, if known; what is relative counts from it.
        start: Offset of the place in the text.
        end: Offset after it.
    """
    first, last = sentence_around(text, start, max(start + 1, end - 1))
    times = [
        dated for dated in dated(text, published) if _speaks_of(text, dated.expression, start, end)
    ]
    inside = [t for t in times if first <= t.expression.start and t.expression.end <= last]
    if inside:
        nearest = min(inside, key=lambda t: _distance(text, first, t.expression, start, end))
        return _of_place(text, end, nearest)
    paragraph = text.rfind("\n\n", 0, start) + 1
    since = max(paragraph, start - _EARLIER)
    earlier = [t for t in times if since <= t.expression.start < first]
    return earlier[-1].time._replace(own=False) if earlier else None


def death(text: str, published: date | None, start: int, end: int) -> PlaceTime | None:
    """The death of the person that a place names, if its sentence or the next one tells.

    "(1871–1934)" after a name is a life where it is too long for an office.

    Args:
        text: As for `place_time`.
        published: As for `place_time`.
        start: Offset of the place in the text.
        end: Offset after it.
    """
    if not _CAPITAL.search(text, start, end):
        return None
    if rest := _REST_OF_NAME.match(text, end):
        end = rest.end()
    times = dated(text, published)
    if life := _LIFE.match(text, end):
        for told in times:
            time = told.time
            inside = end <= told.expression.start and told.expression.end <= life.end()
            if inside and time.told == "range" and time.end - time.start > _LONG_LIFE:
                return PlaceTime(time.end, time.end, "point")
    _, last = sentence_around(text, start, end)
    following = next((i for i in range(last, len(text)) if not text[i].isspace()), last)
    if following < len(text) and "\n\n" not in text[last:following]:
        _, last = sentence_around(text, following, following + 1)
    told_death = _NAME_DIED.match(text, end, last) or _DIED.search(text, start, last)
    if told_death is None or _OTHER_NAME.search(text, end, told_death.start()):
        return None
    limit = told_death.end() + _AFTER_DIED
    after = (t.time for t in times if told_death.end() <= t.expression.start <= limit)
    return next(after, None)


def _of_place(text: str, end: int, nearest: Dated) -> PlaceTime:
    """The time of a place that ends at `end`, from the time `nearest` of its sentence.

    "at the Old Hall before moving to Elm Street in 1980" was so until then.
    """
    time = nearest.time
    between = text[end : nearest.expression.start]
    if time.told == "point" and _UNTIL_THEN.match(between):
        return PlaceTime(date.min, time.end, "until")
    return time


def _speaks_of(text: str, time: TimeExpression, start: int, end: int) -> bool:
    """Return whether a time can be that of a place: not within it, not in others' brackets."""
    if start < time.end and time.start < end:
        return False
    in_brackets = text.rfind("(", 0, time.start) > text.rfind(")", 0, time.start)
    if end <= time.start and ";" in text[end : time.start] and not in_brackets:
        return False  # "A hive gives 20 kilos; in 2013 it was 3."
    opening = text.rfind("(", max(0, time.start - 80), time.start)
    if opening < 0 or ")" in text[opening : time.start]:
        return True
    if isinstance(time.meaning, Between) and time.meaning.first.full and time.meaning.last.full:
        return False  # "(3 May 1912 – 18 January 1955)" is a life
    closing = text.find(")", time.end)
    if end <= opening <= end + 3 or opening < start <= end <= closing:
        return True
    # "Ida Moor (1981 to 1992)" is her time; "for four seasons (2016 to 2019)" that of its clause.
    return end <= opening and _NAME_BEFORE.search(text, end, opening) is None


@lru_cache(64)
def dated(text: str, published: date | None) -> tuple[Dated, ...]:
    """The times of a text that have one meaning, in their order."""
    anchor = Anchor(published) if published else None
    times = []
    for expression in find_times(text):
        meant = readings(expression, text, anchor)
        if len(meant) != 1 or meant[0].end - meant[0].start > _LONGEST:
            continue
        first, last = meant[0].start, meant[0].end
        before = text[max(0, expression.start - 24) : expression.start]
        told: Told = "range" if meant[0].granularity == "range" else "point"
        if told == "point" and (_OPENS.search(before) or _GOES_ON.match(text, expression.end)):
            last, told = date.max, "since"
        elif told == "point" and _CLOSES.search(before):
            first, told = date.min, "until"
        times.append(Dated(expression, PlaceTime(first, last, told)))
    return tuple(_joined(text, times))


def _joined(text: str, times: Sequence[Dated]) -> list[Dated]:
    """The times, those that follow each other as one: "in 1974 and 1975" is both years."""
    joined: list[Dated] = []
    for time in times:
        before = joined[-1] if joined else None
        if (
            before is not None
            and _BOTH.fullmatch(text, before.expression.end, time.expression.start)
            and before.time.end < date.max
            and before.time.end + _DAY == time.time.start
        ):
            both = PlaceTime(before.time.start, time.time.end, "range")
            joined = [d._replace(time=both) if d.time == before.time else d for d in joined]
            time = time._replace(time=both)
        joined.append(time)
    return joined


def _distance(text: str, sentence: int, time: TimeExpression, start: int, end: int) -> int:
    """The distance of a time from a place, in characters; a boundary between them adds many."""
    before = time.end <= start
    between = text[time.end : start] if before else text[end : time.start]
    crossed = len(_BOUNDARY.findall(between))
    if before and crossed and _leads(text, sentence, time):
        crossed -= 1  # "In 1983, Robert Brown ..."
    if not before and between.strip() in ("(", ", ("):
        crossed = 0
    return len(between) // 4 + _CROSSED * crossed


def _leads(text: str, sentence: int, time: TimeExpression) -> bool:
    """Return whether a clause begins with this time."""
    head = text[sentence : time.start]
    clause = list(_CLAUSE_BEGINS.finditer(head))
    return bool(_LEADS.match(head[clause[-1].end() :] if clause else head))


def relation(
    told: PlaceTime | None, first: date, last: date, others: Sequence[PlaceTime]
) -> Relation:
    """The relation of the time of a place to the time that is asked for.

    What is told to begin ("took over in 1997") holds until something else of `others` begins.

    Args:
        told: Of the place.
        first: The first day that the question names.
        last: The last one.
        others: Of all places that answer the question.
    """
    if told is None:
        return "unknown"
    if told.start > last:
        return "later"
    if told.end >= first:
        return _meeting(told, first, last)
    if told.told in ("range", "until"):
        return "over"
    # A point before the time asked for: in force unless another begins between.
    between = (later for later in others if told.start < later.start <= first)
    return "over" if any(time.told != "until" for time in between) else "in force"


def _meeting(told: PlaceTime, first: date, last: date) -> Relation:
    """The relation of a time to the one asked for, with which it shares days.

    A point is where something begins: near the end of a long time it is what came after. What was
    so "until 2000" was not always so.
    """
    asked = last - first
    if told.told == "point":
        late = asked > _LONG_ASKED and last - max(told.start, first) < asked * TIME_MET
        return "later" if late else "within"
    if told.told == "until" and told.end - last > _LONG_BEFORE:
        return "meets"
    shared = min(told.end, last) - max(told.start, first)
    if shared >= asked * TIME_COVERED:
        return "covers"
    return "meets" if told.told == "since" or shared >= asked * TIME_MET else _side(told, first)


def _side(told: PlaceTime, first: date) -> Relation:
    return "over" if told.start < first else "later"


def place_time_of(held: ResolvedDate) -> PlaceTime:
    """The same as the time of a place: open at an end that lies at the end of the calendar."""
    told: Told = "range"
    if held.end == date.max:
        told = "since"
    elif held.start == date.min:
        told = "until"
    return PlaceTime(held.start, held.end, told)
