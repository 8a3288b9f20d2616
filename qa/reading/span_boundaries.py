"""Give a span whole brackets and quotation marks, which a token model often cuts. Pure."""

_PAIRS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»"}
_CLOSING = {closing: opening for opening, closing in _PAIRS.items()}
_LOOSE = " \t\r\n,;:"


def tidy_span(text: str, start: int, end: int) -> tuple[int, int]:
    """Adjust a span by a few characters, so that it reads as a whole.

    White space, commas and colons at its ends are left out. A bracket or quotation mark whose
    partner is the very next character outside takes it in; one that stands at the span's edge
    without a partner is left out. Words are never added or dropped.

    Args:
        text: The passage.
        start: Offset of the span's first character.
        end: Offset after its last; `0 <= start < end <= len(text)`.

    Returns:
        The adjusted offsets; those given if nothing but loose characters would remain.
    """
    first, last = start, end
    changed = True
    while changed and first < last:
        before = (first, last)
        first, last = _stripped(text, first, last)
        first, last = _completed(text, first, last)
        first, last = _without_lone_marks(text, first, last)
        changed = before != (first, last)
    return (first, last) if any(each.isalnum() for each in text[first:last]) else (start, end)


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
    """How many more opening than closing marks there are."""
    return inside.count(opening) - inside.count(closing)
