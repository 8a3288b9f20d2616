"""A place in a passage, its sentence and its clause. Pure."""

import re
from bisect import bisect_right
from functools import lru_cache
from typing import NamedTuple

from index.types import Article
from qa.dates.sentences import sentence_around

_CLAUSE = re.compile(
    r"[,;:()—–]|\b(?:while|whereas|but|although|though|because|which|who|that)\b", re.IGNORECASE
)

# Possessive, so that no word can be divided in two: else a long number takes for ever.
_NAMES = re.compile(r"\W*+(?:(?:(?:[A-Z]|\d)[\w'’.&-]*+|(?:and|or|nor|of|de|the|both)\b)\W*+)+")
"""Names in a row, and nothing that is said of them."""


class Around(NamedTuple):
    """A place in a passage.

    Attributes:
        text: The passage.
        start: Offset of the place in the passage.
        end: Offset after it.
        article: The article of the passage.
    """

    text: str
    start: int
    end: int
    article: Article


def sentence_of(place: Around) -> tuple[int, int]:
    """Offsets of the sentences in which a place begins and ends."""
    bounds = sentences(place.text)
    first = max(bisect_right(bounds, (place.start, len(place.text))) - 1, 0)
    last = max(bisect_right(bounds, (place.end - 1, len(place.text))) - 1, first)
    return bounds[first][0], bounds[last][1]


@lru_cache(256)
def sentences(text: str) -> list[tuple[int, int]]:
    """The offsets of the sentences of a text, in order."""
    bounds = []
    position = 0
    while position < len(text):
        first, last = sentence_around(text, position, position + 1)
        last = max(last, position + 1)
        bounds.append((min(first, position), last))
        position = last
        while position < len(text) and text[position].isspace():
            position += 1
    return bounds or [(0, 0)]


def clause_of(place: Around) -> tuple[str, int]:
    """The clause of a place, between marks in its sentence, and where the place begins in it.

    Names between commas belong to the clause that goes on after them, or else to the one before:
    "two airlines, Alto and Bremair, are not keen".
    """
    first, last = sentence_of(place)
    marks = list(_CLAUSE.finditer(place.text, first, last))
    starts = [first, *(mark.end() for mark in marks)]
    ends = [*(mark.start() for mark in marks), last]
    low = max(number for number, start in enumerate(starts) if start <= max(place.start, first))
    high = next((n for n, end in enumerate(ends) if end >= place.end), len(ends) - 1)
    high = max(low, high)
    text, names = place.text, _NAMES.fullmatch
    while high < len(marks) and marks[high].group() == "," and names(text, starts[low], ends[high]):
        high += 1
    while low and marks[low - 1].group() == "," and names(text, starts[low], ends[high]):
        low -= 1
    return text[starts[low] : ends[high]], place.start - starts[low]
