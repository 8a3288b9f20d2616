"""The sentence around a span of a text."""

import re

# A mark that may end a sentence, with the quotes and brackets that close after it.
_END = re.compile(r"""[.!?…]["'”’)\]]{0,3}(?=\s+["'“‘(\[]?[A-Z0-9])|\n\s*\n""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mrs?|Ms|Dr|St|Gen|Col|Sen|Rep|Gov|Lt|Sgt|Prof|Rev|Hon|vs|No|Inc|Ltd|Co|Corp|Jr|Sr"
    r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Fri|Sat|Sun|a\.m|p\.m"
    r"|approx|ca?)|(?<![A-Za-z])[A-Z])\.$"
)
_REACH = 600


def sentence_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The offsets of the sentence that holds `text[start:end]`.

    At most 600 characters are looked at on either side, so that it costs the same in a text of
    any length.
    """
    low = max(start - _REACH, 0)
    high = min(end + _REACH, len(text))
    first = low
    # Past the start, since what follows a full stop decides whether it ends a sentence.
    for match in _END.finditer(text, low, min(start + 2, len(text))):
        if match.end() <= start and _ends_sentence(text, match):
            first = match.end()
    last = first_sentence_end(text, end, high) or high
    while first < start and text[first].isspace():
        first += 1
    return first, last


def first_sentence_end(text: str, low: int, high: int) -> int | None:
    """The offset after the first sentence that ends in `text[low:high]`, or None."""
    for match in _END.finditer(text, low, high):
        if _ends_sentence(text, match):
            return match.end()
    return None


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    if match.group()[0] != ".":
        return True
    dot = match.start() + 1
    return not _ABBREVIATION.search(text, max(dot - 8, 0), dot)
