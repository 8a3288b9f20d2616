"""Equality of answers: by their words, as a name, or as a number. Pure."""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from qa.question.phrases import is_office
from qa.squad_metrics import normalise

_REMEMBERED = 4_096
"""Quotes whose parts are kept: each quote of a question is compared with many others."""

_TITLES = frozenset(
    """
    mr mrs ms miss dr sir lord lady president premier chancellor minister secretary state prime
    foreign defence defense interior finance vice general admiral colonel captain senator
    congressman congresswoman representative governor mayor king queen prince princess pope
    cardinal bishop judge justice professor chairman chairwoman leader director chief spokesman
    spokeswoman former us uk u.s of
    """.split()
)
_TITLES_OR_NAMES = frozenset(
    """
    prof rev fr sgt count countess duke duchess baron earl major sergeant corporal lieutenant
    commander inspector detective constable sheriff marshal pastor rabbi imam
    """.split()
)
"""Titles that may be a forename or a surname, too: "Earl Warren", "John Major"."""

QUALIFIERS = frozenset(
    """
    north south east west northern southern eastern western northeast northwest southeast southwest
    new old upper lower inner outer central greater great little papua equatorial american british
    french
    """.split()
)
"""Words that make another place of a place: West Virginia, New York, South Korea."""

_FORENAMES = re.compile(r"(?:[A-Z][\w’'-]*\.?[ \t]+){1,3}$")
_LONGEST_FORENAMES = 40
_CURRENCY = "$€£¥ "
_WORD = re.compile(r"[^\W_](?:[\w.'’-]*[^\W_])?")

_UNITS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen".split()
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        "twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2
    )
}
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
}
_NUMERAL = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_WRITTEN = re.compile(r"(?:(?<![\w.,:)-])[-−])?\d+(?:[.,:–-]\d+)*")
_MINUS = re.compile(r"[-−](?=\d)|minus\s")
_THOUSANDS = re.compile(r",(?=\d{3}(?!\d))")
_NUMBER_TOKEN = re.compile(rf"(?P<numeral>{_NUMERAL.pattern})|(?P<word>[a-z]+)|(?P<other>[^\s-])")


_normalised = lru_cache(_REMEMBERED)(normalise)


def agree(left: str, right: str) -> bool:
    """Return whether two quotes give the same answer.

    They do if their normalised words are equal; if both are a number and a unit of equal value
    ("twelve", "12"); or if both are names and one is the end of the other once titles are left
    off ("Pompeo", "US Secretary of State Mike Pompeo"). The start of a name is not enough:
    "Kim" may be Kim Jong-un or Kim Yong-chol.
    """
    left_words, right_words = _normalised(left), _normalised(right)
    if left_words == right_words:
        if _numerals(left) != _numerals(right):
            return False  # normalised, "1.5 million" and "15 million" are the same
        return bool(left_words) or left.strip() == right.strip()
    first, second = quantity(left), quantity(right)
    if first is not None or second is not None:
        return first == second
    return _same_name(left, right)


def is_title(word: str) -> bool:
    """Return whether a word before a name is a title or an office: "Mr", "Senator", "Coach"."""
    bare = word.lower().rstrip(".")
    return bare in _TITLES or bare in _TITLES_OR_NAMES or is_office(word)


def full_name(quote: str, text: str) -> str:
    """The one longer form of a short name that its article has; else the quote.

    Example:
        >>> full_name("Holm", "Sculptor Vera Holm sued. Holm lost.")
        'Vera Holm'
    """
    name = _name(quote)
    if len(name) != 1:
        return quote
    word = next(word for word in _WORD.findall(quote) if word.rstrip(".").lower() == name[0])
    forms: dict[tuple[str, ...], str] = {}
    position = text.find(word)
    while position >= 0:
        before = _FORENAMES.search(text, max(0, position - _LONGEST_FORENAMES), position)
        if before:
            form = before.group() + word
            # "Sculptor Vera Holm": a word that begins a sentence may be no forename.
            full = _name(form)[-2:]
            if len(full) == 2 and full[0] not in QUALIFIERS:
                forms.setdefault(tuple(full), " ".join(form.split()[-2:]))
        position = text.find(word, position + len(word))
    return next(iter(forms.values())) if len(forms) == 1 else quote


class Namesakes:
    """Knows which short names are those of several: "Clinton" beside Bill and Hillary."""

    def __init__(self, names: Iterable[str]) -> None:
        """Look at all names that answer a question, in their fullest forms."""
        self._longer: dict[tuple[str, ...], set[str]] = {}
        for quote in set(names):
            name = _name(quote)
            for first in range(1, len(name)):
                # Forms of one name differ in front: "George W. Bush", "W. Bush".
                self._longer.setdefault(tuple(name[first:]), set()).add(name[first - 1])

    def agree(self, left: str, right: str) -> bool:
        """As `agree`, but a short name that several bear is nobody's."""
        if not agree(left, right):
            return False
        shorter, longer = sorted((tuple(_name(left)), tuple(_name(right))), key=len)
        return len(shorter) == len(longer) or len(self._longer.get(shorter, ())) < 2


def comparable(left: str, right: str) -> bool:
    """Return whether two quotes are values of one kind: both names, or both numbers of one unit."""
    first, second = quantity(left.lstrip(_CURRENCY)), quantity(right.lstrip(_CURRENCY))
    if first is not None and second is not None:
        return first[1] == second[1] or not (first[1] and second[1])
    return first is None and second is None and bool(_name(left)) and bool(_name(right))


def is_part(part: str, whole: str) -> bool:
    """Return whether one quote says nothing that the other does not say: "June" of "12 June".

    Its words are among the other's, in their order; or it is the same number without a unit.
    """
    first, second = quantity(part), quantity(whole)
    if first is not None and second is not None and not first[1]:
        return first[0] == second[0]
    words = iter(_words(whole))
    return all(word in words for word in _words(part))


@lru_cache(_REMEMBERED)
def quantity(text: str) -> tuple[Fraction, str] | None:
    """The value and the unit of a quote that is one number, in digits or words, and a unit.

    "5 million dollars" is (5000000, "dollars"), "-5" is (-5, ""); "about forty-two" is None,
    since it is not just a number; so is "12 June 2018", which has two.
    """
    text = text.lower().strip()
    minus = _MINUS.match(text)
    sign = -1 if minus else 1
    tokens = list(_NUMBER_TOKEN.finditer(text, minus.end() if minus else 0))
    value = Fraction(0)
    group = Fraction(0)
    position = 0
    for position, token in enumerate(tokens):
        word, numeral = token["word"], token["numeral"]
        if numeral and position == 0:
            group = Fraction(numeral.replace(",", ""))
        elif word in _UNITS:
            group += _UNITS[word]
        elif word in _TENS:
            group += _TENS[word]
        elif word in _SCALES and position > 0:
            group *= _SCALES[word]
            if _SCALES[word] > 100:
                value, group = value + group, Fraction(0)
        elif not (word == "and" and position > 0):
            break
    else:
        position = len(tokens)
    if position == 0:
        return None
    unit = tokens[position:]
    if any(token["numeral"] or token["other"] for token in unit):
        return None
    return sign * (value + group), " ".join(token["word"] for token in unit)


@lru_cache(_REMEMBERED)
def _numerals(text: str) -> list[str]:
    """The numbers of a quote as they are written, but for how thousands are set apart."""
    written = (_THOUSANDS.sub("", number) for number in _WRITTEN.findall(text))
    return [number.replace(":", ".").replace("−", "-").replace("–", "-") for number in written]


def _same_name(left: str, right: str) -> bool:
    shorter, longer = sorted((_name(left), _name(right)), key=len)
    if not shorter or longer[len(longer) - len(shorter) :] != shorter:
        return False
    return not QUALIFIERS.intersection(longer[: len(longer) - len(shorter)])


def _words(text: str) -> list[str]:
    words = re.findall(r"\d+(?:[.,]\d+)+|[^\W_]+", text.lower())
    return [word for word in words if word not in ("the", "a", "an")]


@lru_cache(_REMEMBERED)
def _name(text: str) -> list[str]:
    """The words of a name in lower case without titles; empty for what is no name."""
    named, _, office = text.partition(",")
    words = [word.rstrip(".") for word in _WORD.findall(named)]
    words = [word for word in words if word.lower() not in ("the", "a", "an")]
    untitled = [word for word in words if word.lower() not in _TITLES]
    if untitled and words[-1] not in untitled and words[-1][0].isupper():
        untitled.append(words[-1])  # "Stephen King"
    untitled += [word for word in _WORD.findall(office) if word.lower().rstrip(".") not in _TITLES]
    if not untitled or not all(word[0].isupper() for word in untitled):
        return []
    return [word.lower() for word in untitled]
