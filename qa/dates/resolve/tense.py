"""The tense of a sentence: does it speak of a time before or after it was written?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from qa.dates.lexicon import WEEKDAY_NUMBER, is_plural
from qa.dates.resolve import verbs
from qa.dates.types import Sign

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[,;:()–—“”\"]|-|[0-9]+|[.!?]")
_ADJECTIVAL = verbs.DETERMINERS - {"that"}
# "resigned after the 5 June vote": what the past followed is past.
_FOLLOWING = frozenset({"after", "following", "since"})
_CLAUSE = frozenset(',;:()–—“”"')


@dataclass(frozen=True, slots=True)
class Direction:
    """The side of the day of writing on which a time lies.

    Attributes:
        sign: -1 before, 1 after, 0 unknown.
        firm: False if the nearest such time is the better guide when it is much nearer: "Trump
            cancelled the 12 June summit" says when he cancelled, not when the summit is.
    """

    sign: Sign
    firm: bool


UNKNOWN = Direction(0, firm=False)
_PAST, _FUTURE = Direction(-1, firm=True), Direction(1, firm=True)
_SOFT_PAST, _SOFT_FUTURE = Direction(-1, firm=False), Direction(1, firm=False)


@dataclass(frozen=True, slots=True)
class _Cue:
    index: int
    direction: Direction
    kind: Literal["verb", "plan", "speech"] = "verb"


def direction_of(sentence: str, start: int, end: int) -> Direction:
    """The direction of the time expression `sentence[start:end]`.

    The nearest verb before it in its clause decides, else the nearest after it, else those of
    the neighbouring clauses. A verb of saying decides only if the expression stands beside it.
    """
    words = [(m.group(), m.start()) for m in _WORD.finditer(sentence) if not _is_clock(m)]
    place = sum(1 for _, at in words if at < start)
    after = sum(1 for _, at in words if at < end)
    plain = [word for word, _ in words]
    previous = plain[place - 1].lower() if place else ""
    if previous == "since":
        return _PAST
    if previous in {"upcoming", "forthcoming"}:
        return _FUTURE
    cues = [cue for cue in _cues(plain, place) if not place <= cue.index < after]
    chosen = _governing(plain, cues, place, after)
    if chosen is None:
        if previous in {"by", "until", "till"}:
            return _SOFT_FUTURE
        return UNKNOWN
    follows = not _FOLLOWING.isdisjoint(word.lower() for word in plain[max(place - 2, 0) : place])
    if _is_attributive(plain, place, after) and not (chosen.sign < 0 and follows):
        return Direction(chosen.sign, firm=False)
    return chosen


def _is_clock(word: re.Match[str]) -> bool:
    """True if it is the end of a time of day: the "am" of "6am" is no verb."""
    before = word.string[: word.start()].rstrip()[-1:]
    return word.group().lower() in {"am", "pm"} and before.isdigit()


def _governing(
    words: Sequence[str], cues: Sequence[_Cue], place: int, after: int
) -> Direction | None:
    first = max((i + 1 for i in range(place) if _breaks(words[i])), default=0)
    last = min((i for i in range(after, len(words)) if _breaks(words[i])), default=len(words))
    inside = [cue for cue in cues if cue.kind != "speech" and first <= cue.index < last]
    outside = [cue for cue in cues if cue.kind == "verb" and cue not in inside]
    before = [cue for cue in reversed(inside) if cue.index < place]
    spoken = [cue for cue in cues if cue.kind == "speech"]
    for cue in reversed(spoken):
        if first <= cue.index < place and place - cue.index <= 3:
            return cue.direction
    fronted = last == after and words[after : after + 1] == [","] and not before
    if fronted:
        # "On Friday, Trump said ...": the next verb of any kind.
        following = [cue for cue in cues if cue.kind != "plan" and cue.index > after]
        if following:
            return following[0].direction
    if before and before[0].kind == "plan" and words[place - 1].lower() in verbs.UP_TO:
        # "has been delayed until autumn" looks ahead; "was delayed until autumn" may not.
        at = before[0].index
        near = {word.lower() for word in words[max(at - 3, 0) : at]}
        return _FUTURE if near & verbs.PRESENT_AUXILIARIES else _SOFT_FUTURE
    tiers = (
        before,
        [cue for cue in inside if cue.index >= after],
        [cue for cue in reversed(outside) if cue.index < first],
        [cue for cue in outside if cue.index >= last],
    )
    for tier in tiers:
        if tier:
            return tier[0].direction
    return _SOFT_PAST if spoken else None


def _breaks(word: str) -> bool:
    return word in _CLAUSE or word.lower() in verbs.CLAUSE_WORDS


def _is_attributive(words: Sequence[str], place: int, after: int) -> bool:
    """True if it describes a noun: "the 12 June summit", "Friday's talks"."""
    if after >= len(words):
        return False
    following = words[after]
    if following.lower() in {"s", "'s", "’s"}:
        return True
    before = words[place - 1].lower() if place else ""
    described = following.islower() and following.lower() not in verbs.NO_NOUNS
    return described and (before in verbs.DETERMINERS or before.endswith(("'s", "’s")))


def _cues(words: Sequence[str], place: int) -> list[_Cue]:
    """The direction that each verb group of a sentence gives, in order."""
    cues: list[_Cue] = []
    index = 0
    while index < len(words):
        word = words[index].lower().replace("’", "'")
        cue, step = None, 1
        if word in verbs.WILL or word.endswith("'ll"):
            cue, step = _FUTURE, _group(words, index, place)
        elif word in verbs.WOULD:
            perfect = _next(words, index) == "have"
            cue, step = UNKNOWN if perfect else _FUTURE, _group(words, index, place)
        elif word in verbs.MIGHT and words[index] != "May":
            perfect = _next(words, index) == "have"
            cue, step = _SOFT_PAST if perfect else _SOFT_FUTURE, _group(words, index, place)
        elif word in verbs.PROSPECT and _is_prospect(words, index):
            cue = _prospect(words, index, place)
            step = _infinitive(words, index, place)
        elif word in verbs.BE_PRESENT or word.endswith(("'re", "'m")):
            cue, step = _present(words, index, place)
        elif word in verbs.ABOUT_PLANS and index + 1 < len(words):
            cues.append(_Cue(index, _SOFT_PAST, "plan"))
        elif word in verbs.SPEECH:
            cues.append(_Cue(index, _PAST, "speech"))
        elif _is_past(words, index):
            cue = _PAST
        elif _is_arranged(words, index):
            # Who says on a Saturday that a film opens Friday means no yesterday.
            weekday = place < len(words) and words[place].lower() in WEEKDAY_NUMBER
            cue = _FUTURE if weekday else _SOFT_FUTURE
        if cue is not None:
            cues.append(_Cue(index, cue))
        index += step
    return cues


def _next(words: Sequence[str], index: int) -> str:
    """The word after, leaving adverbs out."""
    for word in words[index + 1 : index + 4]:
        if word.lower() not in verbs.ADVERBS and not word.lower().endswith("ly"):
            return word.lower()
    return ""


def _group(words: Sequence[str], index: int, stop: int) -> int:
    """The number of words in a modal's verb group: "will not be held"."""
    step = 1
    while index + step < len(words) and index + step != stop and step < 6:
        word = words[index + step].lower()
        if word not in verbs.IN_GROUP and not word.endswith("ly"):
            return step + (0 if _breaks(word) else 1)
        step += 1
    return step


def _infinitive(words: Sequence[str], index: int, stop: int) -> int:
    """The number of words in an infinitive group: "scheduled to be held"."""
    if index + 1 < len(words) and words[index + 1].lower() == "to" and index + 1 != stop:
        return 1 + _group(words, index + 1, stop)
    return 1


def _present(words: Sequence[str], index: int, stop: int) -> tuple[Direction, int]:
    following = _next(words, index)
    if following in {"to", "going"} or following in verbs.PROSPECT:
        return _FUTURE, _group(words, index, stop)
    if following.endswith("ing"):
        return _SOFT_FUTURE, 2
    # "is held", "are planned": the participle is no past tense.
    return _SOFT_FUTURE, 2 if following.endswith("ed") or following in verbs.PAST else 1


def _is_prospect(words: Sequence[str], index: int) -> bool:
    following = words[index + 1].lower() if index + 1 < len(words) else ""
    if index and words[index - 1].lower() in verbs.DETERMINERS:
        return False  # "a planned visit"
    if words[index].lower() in {"set", "due", "ready"}:
        return following in {"to", "for", "on", "in"}
    return True


def _prospect(words: Sequence[str], index: int, place: int) -> Direction:
    """The direction that "scheduled", "plans" and the like give the word at `place`."""
    near = {word.lower() for word in words[max(index - 3, 0) : index]}
    if near & verbs.BE_PAST:
        return UNKNOWN  # what had been planned may have been since, or not
    if not words[index].lower().endswith("ed") or near & verbs.PRESENT_AUXILIARIES:
        return _FUTURE
    # "agreed to meet in June", but "agreed in June to meet".
    complement = {word.lower() for word in words[index + 1 : place]}
    return _SOFT_FUTURE if complement & {"to", "for"} or index > place else _PAST


def _is_arranged(words: Sequence[str], index: int) -> bool:
    """True if a verb in the present says when something arranged happens."""
    word = words[index].lower()
    previous = words[index - 1] if index else ""
    if word in verbs.ARRANGED:
        return previous.lower() not in _ADJECTIVAL
    return word in verbs.ARRANGED_PLURAL and is_plural(previous.lower())


def _is_past(words: Sequence[str], index: int) -> bool:
    word = words[index].lower().replace("’", "'")
    previous = words[index - 1].lower() if index else ""
    if previous in {"to", "be", "being"}:
        return False
    if word in verbs.PAST:
        return True
    if not word.endswith("ed") or len(word) < 5 or not words[index].islower():
        return False
    # "the long-awaited summit", "a planned visit": adjectives.
    return not (word in verbs.NO_VERBS or previous in _ADJECTIVAL or previous == "-")
