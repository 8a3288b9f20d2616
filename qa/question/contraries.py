"""Words that say the contrary of one another: who praised a plan is not who criticised it. Pure."""

import re
from functools import lru_cache
from typing import NamedTuple

from qa.question.restrictions import stems

_SIDES = """
born birth | died die death killed buried | grew-up grow-up brought-up raised upbringing
praise welcome applaud hail commend | criticise criticize condemn denounce blame deplore critical
support back favour favor endorse advocate | oppose reject resist
vote-for voted-for voting-for argued-for argue-for spoke-for speak-for | against
agree | disagree
accept approve adopt ratify | reject refuse decline veto
arrive arrival | leave left depart departure
open inaugurate | close closure shut
marry wed | divorce separate
appoint hire elect | dismiss fire sack resign oust
convict guilty | acquit clear innocent
allow permit authorise authorize legalise | ban forbid forbade forbidden prohibit outlaw
join | leave left quit
include | exclude
build built construct erect | demolish destroy tear-down torn-down
largest biggest | smallest
oldest | youngest newest
highest tallest | lowest shortest
"""
_WORD = re.compile(r"[^\W_]+(?=\s+(up|down|for)\b)?")


class Side(NamedTuple):
    """One side of what has two or three: the number of the set of sides, and its own."""

    sides: int
    own: int


def sides_of(question: str) -> frozenset[Side]:
    """The sides that a question takes; none of a set of which it names two.

    Example:
        >>> sides_of("Who praised the plan?") == sides_of("Who welcomed it?")
        True
    """
    told = {side for word in _WORD.finditer(question) for side in _sides(*word.group(0, 1))}
    return frozenset(s for s in told if sum(rival.sides == s.sides for rival in told) == 1)


def tells_contrary(asked: frozenset[Side], text: str, start: int, end: int) -> bool:
    """Return whether the word nearest to a place names another side than the question asks for.

    Args:
        asked: Of the question.
        text: A sentence.
        start: Offset of the place in it.
        end: Offset after it.
    """
    nearest: dict[int, tuple[int, set[int]]] = {}
    sets = {side.sides for side in asked}
    for word in _WORD.finditer(text):
        between = text[word.end() : start] if word.end() <= start else text[end : word.start()]
        distance = len(between.split())
        for side in _sides(*word.group(0, 1)):
            if side.sides not in sets:
                continue
            least, owns = nearest.get(side.sides, (distance, set()))
            if distance < least:
                least, owns = distance, set()
            if distance == least:
                owns.add(side.own)
            nearest[side.sides] = least, owns
    return any(side.sides in nearest and side.own not in nearest[side.sides][1] for side in asked)


@lru_cache(4_096)
def _sides(word: str, particle: str | None) -> tuple[Side, ...]:
    joined = _table().get(f"{word.lower()}-{particle}", ())
    return joined or _table().get(_stem(word.lower()), ())


@lru_cache(1)
def _table() -> dict[str, tuple[Side, ...]]:
    table: dict[str, tuple[Side, ...]] = {}
    for number, line in enumerate(_SIDES.strip().splitlines()):
        for own, side in enumerate(line.split("|")):
            for word in side.split():
                key = word if "-" in word else _stem(word)
                table[key] = (*table.get(key, ()), Side(number, own))
    return table


def _stem(word: str) -> str:
    return next(iter(stems(word)), word)
