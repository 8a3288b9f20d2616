"""The members of a list: spans that name several are split, their neighbours collected. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.dates.sentences import first_sentence_end
from qa.ranking.evidence import Evidence
from qa.types import Span

_SEPARATOR = re.compile(
    r"[\"”’]?(?:\s*;\s*(?:and\s+|or\s+|then\s+)?"
    r"|\s*,[\"”’]?\s*(?:and\s+|or\s+|as\s+well\s+as\s+|then\s+)?"
    r"|\s+(?:and|or|as\s+well\s+as|&)\s+)[\"“‘]?"
)
_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|am|be|been|has|have|had|do|does|did|will|would|can|could|said|says|who"
    r"|which|that|because|while|but|not|never)\b",
    re.IGNORECASE,
)
_LONGEST = 9
"""Words of a member; what is longer is a clause."""

_LINE = re.compile(r"[^\n]+")
_ITEM = re.compile(r"\s*(?:[-*•‣▪–]|\d{1,2}[.)])\s+(\S.*?)[\s,;.]*")
_FEWEST_ITEMS = 2
_PART_OF_NAME = re.compile(r"\b(?:for|of|between|on)\s+(?:the\s+)?[\w-]+$")
_NAME = (
    r"(?:the\s+)?[A-Z][\w'’.&-]*(?:\s+(?:(?:of|de|del|la|von|van|der|al|the)\s+){0,2}"
    r"[A-Z0-9][\w'’.&-]*)*"
)
_SUBJECT = re.compile(
    rf"(?P<name>{_NAME})\s+(?:{_CLAUSE.pattern}|(?:refused|declined|failed|opposed|abstained)\b)"
)
_NAME_AFTER = re.compile(rf"({_SEPARATOR.pattern})(?:[a-z]+\s+)?({_NAME})")
_LIKEWISE = re.compile(
    r"[^.;!?]*?,?\s(?:nor|and\s+neither|neither|as|and\s+so)\s"
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would)\s"
    rf"({_NAME}(?:(?:,\s|,?\sand\s|\sor\s){_NAME})*)\s*(?:[.;!?,]|$)"
)
_ROW_GOES_ON = re.compile(r"\s*(?:[,;.:)]|(?:and|or)\b|$)")
_NAME_BEFORE = re.compile(rf"({_NAME})(?:{_SEPARATOR.pattern})$")
_WHERE = re.compile(r"\b(?:in|at|near)\s(?:the\s)?$")
_REACH = 200


def split_members(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence with every span that names several things as several spans.

    "A, B and C" becomes three. Where a span that scores above no-answer is a name in such a row,
    the names beside it in the sentence are members too, as likely as it is; and so are the items
    of a list with bullets, which is all that its article says.

    Args:
        evidence: Places that may answer a question for a list.
    """
    members: dict[tuple[str, int, int], Evidence] = {}
    whole = _whole_list(evidence)
    for place in evidence:
        text = place.hit.article.text
        offsets = _parts(text, place.span.start, place.span.end)
        passage = place.hit.passage
        items = _items_around(place)
        if whole and items != whole and place.span.article_id == _best(evidence).span.article_id:
            continue
        if items and place.score > 0:
            offsets = items
        elif place.score > 0:
            offsets += _names_beside(text, offsets, passage.start, passage.end)
            offsets += _names_likewise(text, place.span.end, passage.end)
        for start, end in offsets:
            key = place.span.article_id, start, end
            if key not in members or members[key].score < place.score:
                span = Span(place.span.article_id, start, end, place.span.score)
                members[key] = replace(place, span=span, quote=text[start:end])
    return list(members.values())


def _best(evidence: Sequence[Evidence]) -> Evidence:
    return max(evidence, key=lambda place: place.score)


def _whole_list(evidence: Sequence[Evidence]) -> list[tuple[int, int]]:
    """The items of the list with bullets that the best place stands in: what is asked for."""
    if not evidence or _best(evidence).score <= 0:
        return []
    return _items_around(_best(evidence))


def _items_around(place: Evidence) -> list[tuple[int, int]]:
    passage = place.hit.passage
    return _items(place.hit.article.text, place.span.start, passage.start, passage.end)


def _items(text: str, start: int, low: int, high: int) -> list[tuple[int, int]]:
    """The offsets of the items of the list with bullets or numbers that a place stands in."""
    lines: list[list[tuple[int, int]]] = [[]]
    for line in _LINE.finditer(text, low, high):
        if item := _ITEM.fullmatch(text, *line.span()):
            lines[-1].append(item.span(1))
        elif lines[-1]:
            lines.append([])
    mine = [items for items in lines if any(first <= start < last for first, last in items)]
    if not mine or len(mine[0]) < _FEWEST_ITEMS:
        return []
    return mine[0] if all(_is_member(text[first:last]) for first, last in mine[0]) else []


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The offsets of what a span enumerates; its own if it is one thing."""
    quote = text[start:end]
    separators = list(_SEPARATOR.finditer(quote))
    if ";" in quote:
        # "Lyon, France; Porto, Portugal": commas are within the members.
        separators = [mark for mark in separators if ";" in mark.group() or "," not in mark.group()]
    separators = [mark for mark in separators if not _within_name(quote, mark)]
    cuts = [0, *(offset for mark in separators for offset in mark.span()), len(quote)]
    pieces = [(cuts[i], cuts[i + 1]) for i in range(0, len(cuts), 2)]
    pieces = [(first, last) for first, last in pieces if first < last]
    if len(pieces) == 1:
        first, last = _without_clause(quote, *pieces[0])
        return [(start + first, start + last)]
    if not pieces or not all(_is_member(quote[first:last]) for first, last in pieces):
        return [(start, end)]
    trimmed = [_without_clause(quote, first, last) for first, last in pieces]
    return [(start + first, start + last) for first, last in trimmed]


def _without_clause(quote: str, first: int, last: int) -> tuple[int, int]:
    """The offsets of a member; of "Chad refused to sign it" those of "Chad"."""
    subject = _SUBJECT.match(quote, first, last)
    return (first, subject.end("name")) if subject else (first, last)


def _is_member(piece: str) -> bool:
    return len(piece.split()) <= _LONGEST and not _CLAUSE.search(piece)


def _within_name(quote: str, mark: re.Match[str]) -> bool:
    """Return whether a separator is part of one name: "Peace and Trade", "Lyon, France"."""
    before, after = re.sub(r"^the\s", "", quote[: mark.start()]), quote[mark.end() :]
    word = mark.group().strip(' ,;"“”‘’')
    if word == "&":
        return True
    if not word:
        # Of two names with a comma and nothing more, the second says where the first is.
        rest = _SEPARATOR.search(after)
        return rest is None and "," not in before and before[:1].isupper() and after[:1].isupper()
    one_name = before[:1].isupper() and after[:1].isupper()
    return word == "and" and one_name and bool(_PART_OF_NAME.search(before))


def _names_likewise(text: str, end: int, high: int) -> list[tuple[int, int]]:
    """The names of which a sentence says the same: "as is Chad", "nor do Mali and Oman"."""
    high = first_sentence_end(text, end, min(high, end + _REACH)) or high
    match = _LIKEWISE.match(text, end, high)
    if match is None:
        return []
    first, last = match.span(1)
    names = _parts(text, first, last - text[first:last].endswith("."))
    return [(first, last) for first, last in names if re.fullmatch(_NAME, text[first:last])]


def _names_beside(
    text: str, offsets: Sequence[tuple[int, int]], low: int, high: int
) -> list[tuple[int, int]]:
    """The names that follow or precede names in a row of them."""
    start, end = offsets[0][0], offsets[-1][1]
    if not re.fullmatch(_NAME, text[start : offsets[0][1]]) or _WHERE.search(
        text, max(0, start - 9), start
    ):
        return []
    beside = []
    while match := _NAME_AFTER.match(text, end, min(high, end + _REACH)):
        if not re.search(r"\b(?:and|or|as)\b", match.group(1)) and not _ROW_GOES_ON.match(
            text, match.end(), high
        ):
            break  # "in Oslo, Mayor Holt said"
        beside.append(match.span(2))
        end = match.end(2)
    first = max(low, start - _REACH)
    while match := _NAME_BEFORE.search(text[first:start]):
        start = first + match.start(1)
        beside.append((start, first + match.end(1)))
    # One name more may be an apposition: "Vera Holm, Mayor".
    return beside if len(beside) + len(offsets) > 2 else []
