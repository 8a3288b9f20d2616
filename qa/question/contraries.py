"""Words that say the contrary of one another: who praised a plan is not who criticised it. Pure."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from qa.question.restrictions import stems

_SIDES = """
born birth | died die death killed buried | grew-up grow-up brought-up raised upbringing
praise welcome applaud hail commend | criticise criticize condemn denounce blame deplore critical
support back favour favor endorse || oppose reject resist was-against were-against are-against
vote-for voted-for voting-for argued-for argue-for spoke-for speak-for favour favor || against
agree || disagree
accept approve adopt ratify || reject refuse decline veto
oblige require must need mandatory have-to has-to had-to || exempt excuse need-not needn
keen eager enthusiastic || reluctant unwilling hesitant
arrive arrival | leave left depart departure
open inaugurate | close closure shut
marry wed | divorce separate
appoint hire elect | dismiss fire sack resign oust
convict guilty || acquit clear innocent
allow permit authorise authorize legalise || ban forbid forbade forbidden prohibit outlaw
join | leave left quit
pass || fail flunk
include || exclude
build built construct erect | demolish destroy tear-down torn-down
largest biggest | smallest
oldest | youngest newest
highest tallest | lowest shortest
"""
"""Sides of one line. Who does not do the one does the other where two bars part them."""

_WORD = re.compile(r"[^\W_]+(?=\s+(up|down|for|to|against|not)\b)?")
_DENIED = re.compile(
    r"(?:\b(?:not|never|no\s+longer|neither|nobody|none|no\s+one|hardly)|n['’]t)"
    r"(?:\s+(?!but\b|while\b|whereas\b)[\w'’-]+){0,2}\s+$",
    re.IGNORECASE,
)
_TURN = re.compile(r";|\b(?:but|while|whereas|although|though)\b", re.IGNORECASE)
_LEADING_TURN = re.compile(r"\W*(?:while|whereas|although|though)\b", re.IGNORECASE)
_TURNED = 6
"""Words that a turn in the sentence between a place and a side counts for."""


class Side(NamedTuple):
    """One side of what has two or three: the number of the set of sides, and its own."""

    sides: int
    own: int


Telling = Literal["same", "contrary", "nothing"]


def sides_of(question: str) -> frozenset[Side]:
    """The sides that a question takes; none of a set of which it names two.

    Who "was not born in Elby" may have died anywhere: what is denied takes a side only where two
    bars part the sides.

    Example:
        >>> sides_of("Who praised the plan?") == sides_of("Who welcomed it?")
        True
        >>> sides_of("Who did not have to pay?") == sides_of("Who was exempt?")
        True
    """
    told = {side for word in _WORD.finditer(question) for side in _taken(question, word)}
    return frozenset(s for s in told if sum(rival.sides == s.sides for rival in told) == 1)


def telling(asked: frozenset[Side], text: str, start: int, end: int) -> Telling:
    """Return whether the word nearest to a place takes the side asked for, another or none.

    Args:
        asked: Of the question.
        text: A sentence.
        start: Offset of the place in it.
        end: Offset after it.
    """
    nearest: dict[int, tuple[int, set[int]]] = {}
    sets = {side.sides for side in asked}
    for word in _WORD.finditer(text):
        for side in _taken(text, word):
            if side.sides not in sets:
                continue
            distance = _distance(text, word, start, end)
            least, owns = nearest.get(side.sides, (distance, set()))
            if distance < least:
                least, owns = distance, set()
            if distance == least:
                owns.add(side.own)
            nearest[side.sides] = least, owns
    told = [side.own in nearest[side.sides][1] for side in asked if side.sides in nearest]
    if not told:
        return "nothing"
    return "same" if all(told) else "contrary"


def _distance(text: str, word: re.Match[str], start: int, end: int) -> int:
    """Count the words between a place and a word; a turn ("but") counts for some."""
    between = text[word.end() : start] if word.end() <= start else text[end : word.start()]
    turns = len(_TURN.findall(between))
    if _LEADING_TURN.match(text):
        turns += between.count(",")  # "While A did, B did not."
    return len(between.split()) + _TURNED * turns


def _is_denied(text: str, word: re.Match[str]) -> bool:
    return _DENIED.search(text, max(0, word.start() - 40), word.start()) is not None


def _taken(text: str, word: re.Match[str]) -> list[Side]:
    """The sides that a word of a text takes: "not keen" that of "reluctant"."""
    sides = _sides(*word.group(0, 1))
    if not sides or not _is_denied(text, word):
        return list(sides)
    # Who does not arrive need not leave: it takes no side.
    return [Side(s.sides, 1 - s.own) for s in sides if s.sides in _contradictory()]


def contraries(sides: frozenset[Side]) -> frozenset[Side]:
    """The other side of each of these, of which somebody takes one or the other."""
    return frozenset(Side(s.sides, 1 - s.own) for s in sides if s.sides in _contradictory())


@lru_cache(4_096)
def _sides(word: str, particle: str | None) -> tuple[Side, ...]:
    joined = _table().get(f"{word.lower()}-{particle}", ())
    return joined or _table().get(_stem(word.lower()), ())


@lru_cache(1)
def _table() -> dict[str, tuple[Side, ...]]:
    table: dict[str, tuple[Side, ...]] = {}
    for number, line in enumerate(_SIDES.strip().splitlines()):
        for own, side in enumerate(re.split(r"\|+", line)):
            for word in side.split():
                key = word if "-" in word else _stem(word)
                table[key] = (*table.get(key, ()), Side(number, own))
    return table


@lru_cache(1)
def _contradictory() -> frozenset[int]:
    """The numbers of the sets of which somebody takes one side or the other."""
    lines = enumerate(_SIDES.strip().splitlines())
    return frozenset(number for number, line in lines if "||" in line)


def _stem(word: str) -> str:
    return next(iter(stems(word)), word)
