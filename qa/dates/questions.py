"""The time that a question asks for or names."""

import re
from datetime import date, timedelta

from qa.dates.parse.find import find_times
from qa.dates.resolve.range_ends import End
from qa.dates.resolve.resolve import resolve
from qa.dates.types import Anchor, Interval, TimeExpression
from qa.dates.wording import say_span
from qa.types import ResolvedDate

_OPENING = (
    r"^\W*(?:(?:and|but|so|ok|okay|well|please|also|then|hi|hello|hey)[\s,]+)*"
    r"(?:(?:do|does|did|can|could|would)\s+(?:you|anyone|we)\s+(?:\w+\s+){0,2}?"
    r"(?:know|tell|say|remember|find\s+out)\s+(?:me\s+|us\s+)?"
    r"|(?:tell|remind)\s+(?:me|us)\s+|i\s+(?:want|would\s+like|need)\s+to\s+know\s+"
    r"|where\s+and\s+|how\s+and\s+|who\s+and\s+|where\s+or\s+|(?:since|until|till|by|from)\s+)?"
)
_WHEN = re.compile(_OPENING + r"when\b", re.IGNORECASE)
_WHICH = re.compile(
    r"\b(?:what|which)\s+(?:(?:exact|calendar|specific|two)\s+)?"
    r"(?:dates?|days?|months?|years?|weekday|decades?|century|centuries)"
    r"(?=\W*$|\s+(?!placement\b|care\b|old\b|long\b)\w)",
    re.IGNORECASE,
)
_DATE_OF = re.compile(
    r"\b(?:what|which)(?:\s+(?:is|was|were|are|will\s+be)|['’]s)\s+the\s+(?:\w+\s+){0,2}"
    r"(?:date|day|month|year)(?:\s+(?:of|for|when|that|in\s+which|on\s+which)\b|\W*$)"
    r"|\bhow\s+long\s+ago\b",
    re.IGNORECASE,
)
# "date of the summit", "new date of talks", but not "Was he there on the day of the summit?", nor
# "day of rage speakers".
_DATE_FIRST = re.compile(
    _OPENING
    + r"(?:(?!(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|am|did|does|do"
    r"|has|have|had|can|could|will|would|should|on|in|at|during|after|before|since|until)\b)"
    r"\w+\s+){0,3}?(?:date\s+of\b|(?:year|day)\s+of\s+(?:the\b|\w+['’]s))",
    re.IGNORECASE,
)
_KEYWORDS = re.compile(r"^[^?,]{0,80}\b(?:when|dates?)\W*$", re.IGNORECASE)
# "When Trump met Kim, what did he say?" asks for something else.
_OTHER_QUESTION = re.compile(
    r"[,;]\s*(?:and\s+)?(?:what|who|whom|whose|where|why|how|which|did|does|do|was|were|is|are)\b",
    re.IGNORECASE,
)
_WHERE_WHEN = re.compile(
    r"\b(?:and|or)\s+when\b\s*(?:\?|$|(?:did|was|is|were|will|do|does)\b)", re.I
)
# "When is it open?" asks for all of the time.
_BEGINS = re.compile(
    r"\b(?:starts?|started|begins?|began|(?:do|does|did|will)\s.*\sopen|opened|commenced?"
    r"|commences|kick(?:s|ed)?\s+off|born|becomes?|became|joins?|joined|t(?:ake|akes|ook)\s+office"
    r"|(?:start|beginning)\s+of|(?:from|since)\s+when)\b",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:(?<!\bthe\s)(?:ends?|ended)|finish(?:es|ed)?|(?:do|does|did|will)\s.*\sclose|conclude[sd]?"
    r"|expire[sd]?|(?<!take\s)(?<!took\s)over(?=\W*$)"
    r"|stops?|stopped|die[sd]?|leaves?|left|quits?|resign(?:s|ed)?|(?<!at\s)the\s+end\s+of"
    r"|(?:until|till)\s+when)\b|\b(?:until|till)\W*$",
    re.IGNORECASE,
)
_LED_BY = re.compile(
    r"\b(in|on|during|since|after|before|prior\s+to|until|till|by|from|for|over|at|of|throughout"
    r"|around)\s+(?:(?:around|about|at\s+least)\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)

_RELATIVE = re.compile(
    r"(?<!\bin)(?<!\bto)(?<!\bfor)(?<!\bby)(?<!\bat)(?<!\bof)(?<!\bwith)(?<!\bon)(?<!\bfrom)\s(?:that|who|which|where)"
    r"\s+(?:was|were|had|has|is|are|\w+ed|began|won|took|held|led)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"(?:^|[.,;])\W*(?:once|when|after|while|because|although|since)\s+(?![12]\d{3}\b)[^,.;?]*$",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(
    r"\b(?:born|built|founded|established|opened|created|published|signed|launched|formed)\s+"
    r"(?:(?:in|on|between|from|around|about|the)\s+)*$",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?]\s+(?=[A-Z])")


def is_when_question(question: str) -> bool:
    """True if a question asks for a date (a day, month, year or so), not for a time of day."""
    if _WHEN.search(question):
        return not _OTHER_QUESTION.search(question)
    asking = _WHICH, _DATE_OF, _DATE_FIRST, _KEYWORDS, _WHERE_WHEN
    return any(pattern.search(question) for pattern in asking)


def end_asked(question: str) -> End | None:
    """The end of a stretch of time that a when-question asks for, or None."""
    begins, ends = bool(_BEGINS.search(question)), bool(_ENDS.search(question))
    if begins == ends:
        return None
    return "first" if begins else "last"


def question_interval(question: str, today: date) -> ResolvedDate | None:
    """The time that a question names: "what did Trump say in May 2018" names May 2018.

    Of several, one of what is asked is taken before one of what is said beside it ("the tower
    that was built in 1774"), one led by a preposition before one that describes ("the 2018 World
    Cup"), then the first. "since" and "after" reach to today, "before" and "until" back to the
    first day of the calendar (`date.min`).

    Args:
        question: As typed; names of months may be small.
        today: From which "last week" counts; a partial date ("in May") is the nearest in the
            question's tense, or the last one if that does not show.

    Returns:
        None if it names no time, or none that can be told.
    """
    anchor = Anchor(today)
    named = []
    said = 0
    for expression in find_times(question, lenient=True):
        aside = _is_aside(question, said, expression)
        said = expression.end
        resolved = resolve(expression, question, anchor) or _latest_past(expression, today)
        if resolved is not None:
            led = _LED_BY.search(question, max(expression.start - 30, 0), expression.start)
            named.append((aside, led is None, expression.start, resolved, led))
    if not named:
        return None
    *_, resolved, led = min(named, key=lambda item: item[:3])
    return _bounded(resolved, led.group(1).lower() if led else "", today)


def _is_aside(question: str, said: int, time: TimeExpression) -> bool:
    """Return whether a time is that of something said beside what is asked: "born in 1136".

    Args:
        question: As typed.
        said: Where the time before it ends; 0 if there is none.
        time: One that the question names.
    """
    ends = [mark.end() for mark in _SENTENCE.finditer(question)]
    first = max((end for end in ends if end <= time.start), default=0)
    last = min((end for end in ends if end > time.start), default=len(question))
    if not _ASKS.search(question, first, last) and _ASKS.search(question):
        return True
    before = question[max(first, said) : time.start]
    background = said <= first and _BACKGROUND.search(before) and not _WHEN.match(before)
    return bool(background or _RELATIVE.search(before) or _PARTICIPLE.search(before))


def _latest_past(expression: TimeExpression, today: date) -> ResolvedDate | None:
    """A partial date taken as past: one asks of what has been reported."""
    if expression.partial is None:
        return None
    said = f"it was {expression.quote}"
    moved = TimeExpression(7, len(said), expression.quote, expression.meaning)
    return resolve(moved, said, Anchor(today))


def _bounded(resolved: ResolvedDate, word: str, today: date) -> ResolvedDate:
    day = timedelta(days=1)
    start, end = resolved.start, resolved.end
    if word == "since":
        end = max(today, end)
    elif word == "after" and end < today:
        start, end = end + day, today
    elif (word == "before" or word.startswith("prior")) and start > date.min:
        start, end = date.min, start - day
    elif word in {"until", "till"}:
        start = date.min
    else:
        return resolved
    until = say_span(Interval(start, end)) if start > date.min else f"up to {end.isoformat()}"
    return ResolvedDate(start, end, "range", f"{resolved.derivation}; {word} it: {until}")
