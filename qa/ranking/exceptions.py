"""Exceptions of a sentence: of "all came except Lind" Lind did not come. Pure."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from qa.ranking.around import Around, sentence_of

Excepted = Literal["denied", "affirmed"]

_ALWAYS = re.compile(
    r"\b(?:except(?:ing|\s+for)?|apart\s+from|aside\s+from|other\s+than|save\s+for|excluding"
    r"|with\s+the\s+(?:sole\s+|only\s+)?exceptions?\s+of|rather\s+than|instead\s+of)\b",
    re.IGNORECASE,
)
_AFTER_ALL = re.compile(
    r"(?<!\bto\s)(?<!\bthe\s)(?<!\ba\s)\b(?:but(?:\s+for)?|bar|save)"
    r"(?=\s+(?:the|an?|its|his|her|their|one|two|three|four)\b|\s+[A-Z0-9])"
)
_ALL = (
    r"(?:all|every(?:one|body|thing)?|each|any(?:one|body|thing)?|none|nobody|nothing"
    r"|no(?:\s+one)?)"
)
_JUST_ALL = re.compile(rf"\b{_ALL}(?:\s+(?:of\s+)?(?:the\s+)?[\w-]+){{0,3}}\s+$", re.IGNORECASE)
_SOME_ALL = re.compile(rf"\b{_ALL}\b", re.IGNORECASE)
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|has|have|had|do|does|did|will|would|can|could|may|might|must|should"
    r"|who|which|that|because|while|whereas)\b"
)
_NAME = (
    r"(?:the\s+|an?\s+)?(?:[a-z]+\s+){0,2}[A-Z][\w'’&-]*"
    r"(?:\s+(?:(?:of|de|van|von)\s+)?[A-Z][\w'’&-]*)*"
)
_NAMES = re.compile(
    rf"\s*{_NAME}(?:(?:\s*,\s*(?=[^;.]*?\b(?:and|or)\s)|\s*,?\s+(?:and|or)\s+){_NAME})*"
)
_MARK = re.compile(r"[,;:.!?()—–]")
_SEGMENT = re.compile(
    r"[;:()—–]|,\s*(?:and|but|or|while|whereas|who|which)\b|\b(?:while|whereas)\b", re.IGNORECASE
)
_NONE = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither)\b|n['’]t\b", re.IGNORECASE)
_ALSO = re.compile(r"\b(?:also|too|as\s+well|in\s+addition|another)\b", re.IGNORECASE)


class Exclusion(NamedTuple):
    """An exception: some that a text takes out of all that it speaks of.

    Attributes:
        start: Offset of the word that does: "except".
        first: Offset of what is taken out.
        last: Offset after it, at most.
        excepted: What is said of it: the contrary of what is said of all others.
    """

    start: int
    first: int
    last: int
    excepted: Excepted


def excepted(place: Around) -> Excepted | None:
    """Return what a sentence says of a place that it takes out of all others; None if it does not.

    Of "nobody but Lind came" Lind is affirmed.
    """
    for exclusion in exclusions(place.text[slice(*sentence_of(place))]):
        first = sentence_of(place)[0]
        if first + exclusion.first <= place.start and place.end <= first + exclusion.last:
            return exclusion.excepted
    return None


def runs_out(place: Around) -> bool:
    """Return whether a place begins within what its sentence takes out, and ends after it."""
    first, last = sentence_of(place)
    return any(
        first + exclusion.first <= place.start < first + exclusion.last < place.end
        for exclusion in exclusions(place.text[first:last])
    )


def without_exclusions(text: str) -> str:
    """A part of a sentence with spaces for what it takes out, of the same length."""
    for exclusion in exclusions(text):
        gap = " " * (exclusion.last - exclusion.start)
        text = text[: exclusion.start] + gap + text[exclusion.last :]
    return text


@lru_cache(512)
def exclusions(sentence: str) -> tuple[Exclusion, ...]:
    """The exceptions of a sentence, in its order.

    Example:
        >>> text = "All but Orm and Velm voted for it."
        >>> [text[found.first : found.last] for found in exclusions(text)]
        ['Orm and Velm']
    """
    marks = [match.span() for match in _ALWAYS.finditer(sentence)]
    for match in _AFTER_ALL.finditer(sentence):
        before = sentence[_segment(sentence, match.start(), match.end())[0] : match.start()]
        of_all = _JUST_ALL if match.group().startswith("but") else _SOME_ALL
        if of_all.search(before):
            marks.append(match.span())
    taken_out = []
    for start, end in sorted(marks):
        last = _end_of_complement(sentence, start, end)
        low, high = _segment(sentence, start, last)
        others = f"{sentence[low:start]} {sentence[last:high]}"
        if _ALSO.search(others):
            continue  # "Apart from Lind, Holm came, too."
        words = sentence[end:last].strip()
        first = sentence.index(words, end)
        last = first + len(words)
        said: Excepted = "affirmed" if _NONE.search(others) else "denied"
        taken_out.append(Exclusion(start, first, last, said))
    return tuple(taken_out)


def _end_of_complement(sentence: str, start: int, end: int) -> int:
    """The offset after what is taken out by the words between two offsets."""
    names = _NAMES.match(sentence, end)
    begins = not sentence[:start].strip(' "“‘')
    if names and not begins:
        return names.end()
    mark = _MARK.search(sentence, names.end() if names else end)
    verb = None if begins else _VERB.search(sentence, end)
    stops = [match.start() for match in (mark, verb) if match]
    return min(stops, default=len(sentence))


def _segment(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The offsets of the part of a sentence that says one thing of all."""
    low = max((mark.end() for mark in _SEGMENT.finditer(sentence, 0, start)), default=0)
    high = _SEGMENT.search(sentence, end)
    return low, high.start() if high else len(sentence)
