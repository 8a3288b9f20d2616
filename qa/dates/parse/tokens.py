"""A text as tokens, each with the classes of the grammar that it belongs to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from qa.dates import lexicon
from qa.dates.types import CalendarFields, Either, Meaning

# Every alternative starts at a character that the ones before it do not take and repeats only
# one class of characters, so the scan is linear in the text.
_TOKEN = re.compile(
    r"""
    (?P<iso>(?<![\w/.-])[0-9]{4}(?P<s>[-/.])[0-9]{1,2}(?P=s)[0-9]{1,2}(?![0-9]|[-/.][0-9]))
  | (?P<numeric>(?<![\w/.-])[0-9]{1,2}(?P<t>[-/.])[0-9]{1,2}(?P=t)(?:[0-9]{4}|[0-9]{2})
        (?![0-9]|[-/.:][0-9]))
  | (?P<clock>(?<![\w.,])[0-9]{1,2}(?:(?:[:.][0-9]{2}){0,2}[ ]?[ap]\.?m\b\.?|:[0-9]{2}))
  | (?P<quantity>[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|[0-9]+\.[0-9]+)
  | (?P<ordinal>(?<!\w)(?<![0-9][.,])[0-9]{1,2}(?:st|nd|rd|th)(?!\w))
  | (?P<decade>(?<![\w.,])(?:[0-9]{3}|[0-9])0['’]?s(?!\w))
  | (?P<quarter>(?<![\w.,])[qQ][1-4](?!\w))
  | (?P<number>[0-9]+)
  | (?P<numbers>(?<!\w)(?i:"""
    + lexicon.COMPOUND_NUMBER
    + r""")(?!\w))
  | (?P<word>[^\W\d_]+)
  | (?P<mark>--|[^\w\s]|_)
    """,
    re.VERBOSE,
)

_ORDINAL_WORDS = tuple(lexicon.ORDINALS)

Classes = Mapping[str, object]
Gap = Literal["none", "space", "break"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark: `text[start:end]`; `lower` is it in lower case.

    `classes` maps the name of each class of the grammar that it belongs to, to its value there.
    `gap` is the white space before it: none, some, or so much that a new paragraph begins.
    """

    start: int
    end: int
    lower: str
    classes: Classes
    capital: bool
    gap: Gap


def tokens_of(text: str, first: int, last: int) -> list[Token]:
    """The tokens of `text[first:last]`, in order; time is linear in its length."""
    tokens = []
    end = first
    for match in _TOKEN.finditer(text, first, last):
        word = match.group()
        kind = match.lastgroup or ""
        lower = word.lower()
        capital = word[0].isupper()
        if kind == "word":
            classes = _WORDS.get(lower, _NONE)
        elif kind == "mark":
            classes = _MARKS.get(word, _NONE)
        else:
            classes = _number_classes(kind, match)
        gap = _gap(text, end, match.start())
        tokens.append(Token(match.start(), match.end(), lower, classes, capital, gap))
        end = match.end()
    return tokens


def _gap(text: str, start: int, end: int) -> Gap:
    if start == end:
        return "none"
    return "break" if text.count("\n", start, end) > 1 or end - start > 8 else "space"


def _number_classes(kind: str, match: re.Match[str]) -> Classes:
    word = match.group()
    if kind == "iso":
        year, month, day = (int(part) for part in re.split(r"[-/.]", word))
        if not (1000 <= year <= 2199 and 1 <= month <= 12 and 1 <= day <= 31):
            return _NONE
        return {"DATE": CalendarFields(year=year, month=month, day=day)}
    if kind == "numeric":
        meaning = _numeric_date(word, match.group("t"))
        return {"DATE": meaning} if meaning else _NONE
    if kind == "ordinal":
        value = int(word[:-2])
        classes: dict[str, object] = {"ORDINAL": value, "NTH": value}
        if 1 <= value <= 31:
            classes["DAY"] = value
        return classes
    if kind == "numbers":
        count = lexicon.compound_number(word.lower())
        if word.lower().endswith(_ORDINAL_WORDS):
            return {"ORDINAL": count, "NTH": count}
        return {"COUNT": count}
    if kind == "decade":
        return {"ERA": int(re.sub(r"\D", "", word))}
    if kind == "quarter":
        return {"QUARTER": int(word[1])}
    if kind == "number" and len(word) <= 4 and not _in_code(match):
        return _integer_classes(word)
    return _NONE


def _in_code(match: re.Match[str]) -> bool:
    """True if letters touch a number, as in "abc2018", but not as in "AD842"."""
    text, start, end = match.string, match.start(), match.end()
    if (
        text[max(start - 2, 0) : start] == "AD"
        and not text[max(start - 3, 0) : start - 2].isalnum()
    ):
        return text[end : end + 1].isalpha()
    return text[max(start - 1, 0) : start].isalpha() or text[end : end + 1].isalpha()


def _integer_classes(word: str) -> Classes:
    value = int(word)
    classes: dict[str, object] = {}
    if len(word) <= 2:
        classes["TWO_DIGITS" if len(word) == 2 else "ONE_DIGIT"] = value
        if 1 <= value <= 31:
            classes["DAY"] = value
        if len(word) == 2 and 1 <= value <= 12:
            classes["MM"] = value
    if value:
        classes["NUMBER"] = value
    if 1 <= value <= 500:
        classes["COUNT"] = value
    if len(word) == 4 and 1000 <= value <= 2199:
        classes["YEAR"] = value
    if len(word) == 3 and value >= 100:
        classes["EARLY"] = value
    return classes


def _numeric_date(word: str, mark: str) -> Meaning | None:
    """The readings of "12/06/2018"; a date with dots always has its day first."""
    first, second, year = (int(part) for part in word.split(mark))
    if len(word.rsplit(mark, 1)[1]) == 2:
        if mark != "/":
            return None  # "10-12-14" is as often a score or a part number
        year += 2000 if year < 50 else 1900
    orders = [(first, second)] if mark == "." else [(first, second), (second, first)]
    readings = []
    for day, month in orders:
        fields = CalendarFields(year=year, month=month, day=day)
        if is_possible(fields) and fields not in readings:
            readings.append(fields)
    if not readings and 1 <= min(first, second) <= 12 and max(first, second) <= 31:
        return CalendarFields(year=year, month=min(first, second), day=max(first, second))
    if not readings:
        return None
    return readings[0] if len(readings) == 1 else Either(tuple(readings))


def is_possible(fields: CalendarFields) -> bool:
    """True if year, month and day, all named, are a day of the calendar."""
    if fields.year is None or fields.month is None or fields.day is None:
        return False
    try:
        date(fields.year, fields.month, fields.day)
    except ValueError:
        return False
    return True


def _word_classes() -> dict[str, Classes]:
    words: dict[str, dict[str, object]] = {}

    def add(name: str, values: Mapping[str, object]) -> None:
        for word, value in values.items():
            words.setdefault(word, {})[name] = value

    add("MONTH", lexicon.MONTH_NUMBER | lexicon.MONTH_ABBREVIATIONS)
    add("ABBREVIATION", lexicon.MONTH_ABBREVIATIONS)
    add("WEEKDAY", lexicon.WEEKDAY_NUMBER)
    add("WEEKDAY_ABBR", lexicon.WEEKDAY_ABBREVIATIONS | lexicon.WEEKDAY_NUMBER)
    add("SEASON", lexicon.SEASON_NUMBER)
    add("COUNT", lexicon.COUNTS)
    add("ORDINAL", lexicon.ORDINALS)
    add("NTH", lexicon.ORDINALS | {"last": -1})
    add("DECADE_WORD", lexicon.DECADES)
    add("UNIT", lexicon.UNIT)
    add("UNITS", lexicon.UNITS)
    add("DAYPART", {word: word for word in lexicon.DAYPARTS})
    add("DEICTIC", lexicon.DEICTIC_DAYS)
    add("PICK", lexicon.PICKS)
    add("PART", lexicon.PARTS)
    add("TO", {word: word for word in lexicon.UP_TO})
    add("BOUND", lexicon.BOUNDS)
    add("SO_FAR", lexicon.SO_FAR)
    add("NEAR", lexicon.NEAR)
    return dict(words)


_NONE: Classes = {}
_WORDS = _word_classes()
_MARKS: Mapping[str, Classes] = {
    "'": {"APOSTROPHE": "'"},
    "’": {"APOSTROPHE": "’"},
    "-": {"DASH": "-", "TO": "-"},
    "–": {"DASH": "–", "TO": "–"},
    "--": {"DASH": "--", "TO": "--"},
    "(": {"OPEN": "("},
    ")": {"CLOSE": ")"},
}
