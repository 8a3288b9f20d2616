"""Finds the time expressions of part of an article without parsing the rest of it.

An article is cut into blocks of about 2,000 characters, at ends of paragraphs or sentences. A
block is parsed when it is first needed and kept with the text, so that a question costs what the
places it reads cost, however long their articles are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from qa.dates.parse.find import scan, settle_order
from qa.dates.sentences import first_sentence_end
from qa.dates.types import CalendarFields, Either, TimeExpression

BLOCK = 2000
_LONGEST = 100  # characters of a time expression
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_SPACE = re.compile(r"\s")
# Part of every date that names a year: "2018", "12/06/18", "June '18".
_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])|(?<=[/'’])[0-9]{2}(?![0-9])")

_Expressions = tuple[TimeExpression, ...]


def times_between(text: str, start: int, end: int) -> _Expressions:
    """The time expressions of `find_times(text)` that share a character with `text[start:end]`.

    Only their blocks are parsed. In text without ends of sentences an expression on the border of
    two blocks may be found in part.
    """
    blocks = _blocks_of(text)
    first, last = blocks.index_of(max(start - _LONGEST, 0)), blocks.index_of(max(end - 1, 0))
    return tuple(
        expression
        for index in range(first, last + 1)
        for expression in blocks.expressions(index)
        if expression.start < end and start < expression.end
    )


def years_named(text: str) -> list[int]:
    """The years that an article may name, latest first: each number that could be a year."""
    return sorted(_blocks_of(text).by_year, reverse=True)


def times_of_year(text: str, year: int) -> list[TimeExpression]:
    """The time expressions of an article that name a year outright, in order."""
    blocks = _blocks_of(text)
    return [
        expression
        for index in sorted(blocks.by_year.get(year, ()))
        for expression in blocks.expressions(index)
        if isinstance(expression.meaning, CalendarFields) and expression.meaning.year == year
    ]


@dataclass(slots=True)
class _Blocks:
    """The blocks of a text, with what was found in those that were parsed.

    Attributes:
        text: The text.
        by_year: The blocks in which a year may be named, by year.
    """

    text: str
    by_year: Mapping[int, frozenset[int]]
    _scanned: dict[int, _Expressions] = field(default_factory=dict)
    _settled: dict[int, _Expressions] = field(default_factory=dict)

    def index_of(self, position: int) -> int:
        """The block that holds a character."""
        index = position // BLOCK
        return index - 1 if index and position < _cut(self.text, index) else index

    def expressions(self, index: int) -> _Expressions:
        """The time expressions that begin in a block."""
        if index not in self._settled:
            expressions = self._scan(index)
            if any(isinstance(expression.meaning, Either) for expression in expressions):
                # Any date of the article may show the order of day and month.
                dated = sorted({index for found_in in self.by_year.values() for index in found_in})
                others = [expression for block in dated for expression in self._scan(block)]
                expressions = settle_order(expressions, others)
            self._settled[index] = expressions
        return self._settled[index]

    def _scan(self, index: int) -> _Expressions:
        if index not in self._scanned:
            low, high = _cut(self.text, index), _cut(self.text, index + 1)
            self._scanned[index] = scan(self.text, low, high)
        return self._scanned[index]


@lru_cache(maxsize=64)
def _blocks_of(text: str) -> _Blocks:
    by_year: dict[int, set[int]] = {}
    blocks = _Blocks(text, {})
    for match in _YEAR.finditer(text):
        number = int(match.group())
        if number < 100:
            number += 2000 if number < 50 else 1900
        by_year.setdefault(number, set()).add(blocks.index_of(match.start()))
        # The expression may begin in the block before.
        by_year[number].add(blocks.index_of(max(match.start() - _LONGEST, 0)))
    blocks.by_year = {year: frozenset(indices) for year, indices in by_year.items()}
    return blocks


def _cut(text: str, index: int) -> int:
    """The offset at which a block begins: at most half a block after its even share."""
    low = min(index * BLOCK, len(text))
    high = min(low + BLOCK // 2, len(text))
    if index == 0 or low == high:
        return low
    paragraph = _PARAGRAPH.search(text, low, high)
    if paragraph:
        return paragraph.end()
    sentence = first_sentence_end(text, low, high)
    if sentence is not None:
        return sentence
    space = _SPACE.search(text, low, high)
    return space.start() if space else high
