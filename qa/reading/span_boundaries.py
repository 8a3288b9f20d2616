"""Boundaries of spans: within one block of text, with whole brackets and quotation marks. Pure."""

import re

_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_LOOSE = " \t\r\n,;:|"
_LONGEST_WORD = 24
_INNER_MARK = re.compile(r"\d[.,:]\d")
_SCALE = re.compile(
    r"(?:\s?%|\s(?:percent|per\scent|hundred|thousand|million|billion|trillion)\b)+", re.IGNORECASE
)
_BLOCK_END = re.compile(r"\n[^\S\n]*\n|\t|\s\|\s")


def block_ends(text: str) -> list[int]:
    r"""The offsets at which paragraphs and table cells end: an empty line, a tab, or a bar.

    Example:
        >>> block_ends("Skag | 5\n\nVelm | 0")
        [4, 8, 14]
    """
    return [match.start() for match in _BLOCK_END.finditer(text)]


def tidy_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Adjust a span by a few characters, so that it reads as a whole.

    White space, commas and colons at its ends are left out. A bracket or quotation mark whose
    partner is the very next character outside takes it in; one that stands at the span's edge
    without a partner is left out. A word or number that is cut is completed, and a number keeps
    its currency, percent sign and "million". No word is dropped.

    Args:
        text: The passage.
        start: Offset of the span's first character.
        end: Offset after its last; `0 <= start < end <= len(text)`.

    Returns:
        The adjusted offsets; those given if nothing but loose characters would remain.

    Example:
        >>> text = "It cost €2.5 million then."
        >>> first, last = tidy_span(text, 9, 12)
        >>> text[first:last]
        '€2.5 million'
    """
    first, last = start, end
    changed = True
    while changed and first < last:
        before = (first, last)
        first, last = _stripped(text, first, last)
        first, last = _whole_words(text, first, last)
        first, last = _completed(text, first, last)
        first, last = _without_lone_marks(text, first, last)
        changed = before != (first, last)
    return (
        (first, last)
        if any(character.isalnum() for character in text[first:last])
        else (start, end)
    )


def _whole_words(text: str, first: int, last: int) -> tuple[int, int]:
    """The offsets with words and numbers at the ends completed."""
    if first >= last:
        return first, last
    low, high = max(0, first - _LONGEST_WORD), min(len(text), last + _LONGEST_WORD)
    begun, ended = first, last
    while begun > low and _in_word(text, begun):
        begun -= 1
    while ended < high and _in_word(text, ended):
        ended += 1
    # What has no end within reach is no word, as in writing without spaces.
    first = begun if begun > low or not low else first
    last = ended if ended < high or high == len(text) else last
    if first and text[first].isdigit() and text[first - 1] in "$€£¥":
        first -= 1
    if text[last - 1].isdigit() and (scale := _SCALE.match(text, last)):
        last = scale.end()
    return first, last


def _in_word(text: str, offset: int) -> bool:
    """Return whether a word or a number goes on over an offset."""
    before, after = text[offset - 1], text[offset]
    if before.isalnum() and after.isalnum():
        return True
    pair = text[max(0, offset - 2) : offset + 1], text[offset - 1 : offset + 2]
    return any(_INNER_MARK.fullmatch(three) for three in pair)


def _stripped(text: str, first: int, last: int) -> tuple[int, int]:
    while first < last and text[first] in _LOOSE:
        first += 1
    while first < last and text[last - 1] in _LOOSE:
        last -= 1
    return first, last


def _completed(text: str, first: int, last: int) -> tuple[int, int]:
    inside = text[first:last]
    if last < len(text):
        outside = text[last]
        opening = _CLOSING.get(outside)
        if opening and _excess(inside, opening, outside) > 0:
            return first, last + 1
        if outside == '"' and inside.count('"') % 2:
            return first, last + 1
    if first > 0:
        outside = text[first - 1]
        closing = _PAIRS.get(outside)
        if closing and _excess(inside, outside, closing) < 0:
            return first - 1, last
        if outside == '"' and inside.count('"') % 2:
            return first - 1, last
    return first, last


def _without_lone_marks(text: str, first: int, last: int) -> tuple[int, int]:
    inside = text[first:last]
    if not inside:
        return first, last
    head, tail = inside[0], inside[-1]
    if head in _CLOSING or (head in _PAIRS and _excess(inside, head, _PAIRS[head]) > 0):
        return first + 1, last
    if tail in _PAIRS or (tail in _CLOSING and _excess(inside, _CLOSING[tail], tail) < 0):
        return first, last - 1
    if inside.count('"') % 2:
        if head == '"':
            return first + 1, last
        if tail == '"':
            return first, last - 1
    return first, last


def _excess(inside: str, opening: str, closing: str) -> int:
    """The number of opening marks less that of closing marks."""
    return inside.count(opening) - inside.count(closing)
