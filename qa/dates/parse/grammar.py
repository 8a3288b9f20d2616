"""A small grammar over tokens: patterns in a table, matched by one walk through a trie.

A pattern is a sequence of words to be met in lower case, and of names of token classes in
upper case, whose values are captured: `DAY of MONTH` captures `day` and `month`;
`DAY - DAY=last_day` names the second capture. `[x]` may be absent, `(x|y z)` is a choice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from qa.dates.parse.tokens import Token
from qa.dates.types import Meaning


@dataclass(frozen=True, slots=True)
class Match:
    """A match of a pattern: the tokens from `first` up to, not including, `last`.

    Attributes:
        text: The text that the tokens are of.
        tokens: All its tokens.
        first: Index of the first token met.
        last: Index after the last.
        captures: The value of each class met, by capture name.
        lenient: True if names of months may be written small and stand alone, as in questions.
    """

    text: str
    tokens: Sequence[Token]
    first: int
    last: int
    captures: Mapping[str, object]
    lenient: bool

    def number(self, name: str) -> int | None:
        """The captured number, or None if this part of the pattern was absent."""
        value = self.captures.get(name)
        return value if isinstance(value, int) else None

    def word(self, name: str) -> str | None:
        """The captured word, or None if this part of the pattern was absent."""
        value = self.captures.get(name)
        return value if isinstance(value, str) else None

    def before(self, distance: int = 1) -> str:
        """The token that many before the first, in lower case; empty at a paragraph's start."""
        index = self.first - distance
        if index < 0 or any(t.gap == "break" for t in self.tokens[index + 1 : self.first + 1]):
            return ""
        return self.tokens[index].lower

    def after(self, distance: int = 1) -> Token | None:
        """The token that many after the last, or None at a paragraph's end."""
        following = self.tokens[self.last : self.last + distance]
        if len(following) < distance or any(token.gap == "break" for token in following):
            return None
        return following[-1]

    @property
    def words(self) -> Sequence[Token]:
        """The tokens met."""
        return self.tokens[self.first : self.last]


Build = Callable[[Match], Meaning | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, and what makes a meaning of its match or refuses it (None)."""

    pattern: str
    build: Build


@dataclass(slots=True)
class _Node:
    words: dict[str, "_Node"] = field(default_factory=dict)
    classes: dict[tuple[str, str], "_Node"] = field(default_factory=dict)
    rules: list[tuple[int, Build]] = field(default_factory=list)


class Grammar:
    """Rules, compiled. A match is at most as long as the longest pattern, so scanning is linear."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._root = _Node()
        for rank, rule in enumerate(rules):
            for sequence in _expand(rule.pattern):
                self._insert(sequence, rank, rule.build)

    def _insert(self, sequence: Sequence[str], rank: int, build: Build) -> None:
        node = self._root
        for element in sequence:
            if element[0].isupper():
                name, _, capture = element.partition("=")
                key = (name, capture or name.lower())
                node = node.classes.setdefault(key, _Node())
            else:
                node = node.words.setdefault(element, _Node())
        node.rules.append((rank, build))

    def match(
        self, text: str, tokens: Sequence[Token], first: int, *, lenient: bool
    ) -> tuple[Meaning, int] | None:
        """The longest match that starts at a token; the earlier rule wins among equals.

        Returns:
            Its meaning and the index after its last token, or None.
        """
        token = tokens[first]
        if not token.classes and token.lower not in self._root.words:
            return None
        matches = sorted(
            (
                (-last, rank, build, captures)
                for last, rank, build, captures in self._walk(self._root, tokens, first, {})
            ),
            key=lambda item: item[:2],
        )
        for negated, _, build, captures in matches:
            meaning = build(Match(text, tokens, first, -negated, captures, lenient))
            if meaning is not None:
                return meaning, -negated
        return None

    def _walk(
        self, node: _Node, tokens: Sequence[Token], index: int, captures: dict[str, object]
    ) -> Iterator[tuple[int, int, Build, dict[str, object]]]:
        for rank, build in node.rules:
            yield index, rank, build, captures
        if index >= len(tokens):
            return
        token = tokens[index]
        if token.gap == "break" and node is not self._root:
            return
        following = node.words.get(token.lower)
        if following is not None:
            yield from self._walk(following, tokens, index + 1, captures)
        if token.classes:
            for (name, capture), child in node.classes.items():
                if name in token.classes:
                    held = {**captures, capture: token.classes[name]}
                    yield from self._walk(child, tokens, index + 1, held)


def _expand(pattern: str) -> list[tuple[str, ...]]:
    """Every flat sequence that a pattern stands for, without repeats and the empty one."""
    spaced = pattern
    for bracket in "[]()|":
        spaced = spaced.replace(bracket, f" {bracket} ")
    symbols = spaced.split()
    sequences, rest = _choice(symbols, 0)
    if rest != len(symbols):
        raise ValueError(f"unbalanced pattern: {pattern}")
    return [sequence for sequence in dict.fromkeys(sequences) if sequence]


def _choice(symbols: Sequence[str], at: int) -> tuple[list[tuple[str, ...]], int]:
    """The sequences of alternatives up to a closing bracket, and where that stands."""
    done: list[tuple[str, ...]] = []
    current: list[tuple[str, ...]] = [()]
    while at < len(symbols) and symbols[at] not in "])":
        symbol = symbols[at]
        if symbol == "|":
            done += current
            current = [()]
        elif symbol in "([":
            inner, at = _choice(symbols, at + 1)
            if symbol == "[":
                inner = [(), *inner]
            current = [left + right for left in current for right in inner]
        else:
            current = [(*left, symbol) for left in current]
        at += 1
    return done + current, at
