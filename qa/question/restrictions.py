"""The restrictions of a question: time, places and polarity of its answer. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import tantivy

from index.analyzer import analyzer
from qa.dates import find_times, question_interval
from qa.question.phrases import FUNCTION_WORDS, is_kind_of_thing, is_office
from qa.types import ResolvedDate

_NOT = (
    r"not|never|neither|nor|nobody|no\s+one|none|nothing|no\s+longer|without|cannot|\w+n['’]t"
    r"|refus\w+|declin(?:e|ed|es|ing)\s+to|fail(?:ed|s)?\s+to|rather\s+than|instead\s+of|except"
    r"|exempt\w*|unable\s+to|unwilling\s+to"
    r"|no(?!\s+(?:doubt|matter|sooner|fewer|less|more|other|better|stranger|denying|question|wonder|secret|\d)|\.)"
)
NEGATION = re.compile(rf"\b(?:{_NOT})\b", re.IGNORECASE)
"""Words that turn what is said into its contrary."""

_NOT_IN_QUESTION = re.compile(rf"\b(?:{_NOT}|lack(?:s|ed|ing)?)\b", re.IGNORECASE)
_BESIDE = re.compile(
    r"\b(?:besides|other\s+than|(?:apart|aside)\s+from|except(?:\s+for)?|not\s+counting|excluding"
    r"|in\s+addition\s+to|rather\s+than|instead\s+of)\s+((?:[\w'’.&-]+[\s,]*){1,4})",
    re.IGNORECASE,
)
_NOT_ONLY = re.compile(r"\bnot\s+(?:only|just|merely|least|yet\s+known)\b", re.IGNORECASE)
_NOW = re.compile(
    r"\b(?:current(?:ly)?|now(?:adays)?|at\s+present|presently|these\s+days|at\s+the\s+moment"
    r"|latest|newest|most\s+recent(?:ly)?|today)\b",
    re.IGNORECASE,
)
_PRESENT = re.compile(r"^\W*(?:who|what|which\s+\w+)\s+(?:is|are)\s+the\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_](?:[\w'’&.-]*[^\W_])?")
_JOINS = frozenset("of the de la von van der and for".split())
_NO_NAME = frozenset(
    """
    who whom whose what which when where why how is are was were do does did has have had can could
    will would should in on at from of for to by with and but so the a an i mr mrs ms dr after
    before since until during between name list give tell
    """.split()
)
_PLACED = re.compile(r"\b(in|at|from|near|outside|inside)\s+(?:the\s+)?$", re.IGNORECASE)
_EVERYWHERE = frozenset(("Earth", "World"))
_DESCRIBES = re.compile(
    r"(?:[A-Z][a-z]+(?:ish|ese|[ie]an)|French|German|Dutch|Greek|Swiss|Welsh|Czech)\s+[a-z]"
)
"""An adjective of a country before what it describes: "British colony", not "Adrian"."""

_BETWEEN_COMMAS = re.compile(r",\s+(?:[A-Z][\w'’.-]*\s*)+(?=,|[?.!\s]*$)")
"""What a question names to say which: "Velm, Illinois?", or whom it asks: ", Mr. Lind?"."""

_ACRONYM = 5
_NAMED_AFTER = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Restrictions:
    """The conditions that an answer must meet beside its type.

    Attributes:
        time: The time that the question names, if any.
        current: Whether it asks for what holds now: "currently", "the latest".
        present: Whether it asks without a time who or what somebody or something is.
        places: The stems of each name that says where: "in India".
        negated: Whether it asks who or what did not.
        terms: Stems of all its content words.
        beside: Stems of what it names as known: "who besides Lind".
        names: The names in it that are no acronyms, without what kind of thing they name.
    """

    time: ResolvedDate | None
    current: bool
    present: bool
    places: tuple[frozenset[str], ...]
    negated: bool
    terms: frozenset[str]
    beside: frozenset[str] = frozenset()
    names: tuple[str, ...] = ()


def restrictions_of(question: str, today: date) -> Restrictions:
    """The restrictions that a question states.

    Args:
        question: As it is read, completed where it follows another.
        today: From which "last week" counts.

    Example:
        >>> found = restrictions_of("Who did not sign in Oslo in May 2018?", date(2020, 1, 1))
        >>> str(found.time), found.negated, [sorted(place) for place in found.places]
        ('2018-05', True, [['oslo']])
    """
    current = bool(_NOW.search(question))
    time = None if current else question_interval(question, today)
    timeless = _without_times(question)
    beside = [stems(match.group(1)) for match in _BESIDE.finditer(timeless)]
    denying = _NOT_ONLY.sub(" ", _BESIDE.sub(" ", question))
    return Restrictions(
        time,
        current,
        time is None and bool(_PRESENT.search(question)),
        tuple(_places(timeless)),
        bool(_NOT_IN_QUESTION.search(denying)),
        stems(timeless) - _ASKING,
        frozenset().union(*beside),
        tuple(_names(timeless)),
    )


def _without_times(question: str) -> str:
    """The question with commas for what it says of time, so that "May" is no name."""
    for time in find_times(question, lenient=True):
        question = question[: time.start] + "," * (time.end - time.start) + question[time.end :]
    return question


@lru_cache(2_048)
def stems(text: str) -> frozenset[str]:
    """The words of a text as the lexical search sees them, without stop words."""
    words: list[str] = _analyzer().analyze(_NAMED_AFTER.sub("", text))
    return frozenset(words)


@lru_cache(1)
def _analyzer() -> tantivy.TextAnalyzer:
    return analyzer()


def _names(question: str) -> list[str]:
    """The names that say which: "Eugene Nida", "Elby" of "Elby Club".

    A word that begins a question may be no name, and acronyms are written out elsewhere. What is
    British or on Earth may be told without these words; a Prime Minister is a premier, too.
    Capitals of a whole question name nothing.
    """
    if _is_in_capitals(question):
        return []
    question = _BETWEEN_COMMAS.sub("", question)
    names: list[str] = []
    last = -1
    for word in list(_WORD.finditer(question)):
        name = _NAMED_AFTER.sub("", word.group())
        if not word.start() or not _is_capital(name) or (name.isupper() and len(name) <= _ACRONYM):
            continue
        if name in _EVERYWHERE or _DESCRIBES.match(question, word.start()):
            continue
        joined = bool(names) and question[last : word.start()] == " "
        if is_kind_of_thing(name):
            last = word.end() if joined else -1
            continue
        before = f"{names.pop()} " if joined else ""
        if is_office(name):
            last = -1
            continue
        names.append(before + name)
        last = word.end() if name == word.group() else -1
    return names


def _is_in_capitals(question: str) -> bool:
    """Return whether a question is written as a headline is: "Who Wrote the Letter?"."""
    words = [match.group() for match in _WORD.finditer(question)]
    lower = [word for word in words[1:] if word.islower() and word not in FUNCTION_WORDS]
    return question.isupper() or (len(words) > 2 and words[1][0].isupper() and not lower)


def _places(question: str) -> list[frozenset[str]]:
    """The stems of capitalised words that follow "in" or the like."""
    places = []
    words = list(_WORD.finditer(question))
    position = 0
    while position < len(words):
        last = position
        if not _is_capital(words[position].group()):
            position += 1
            continue
        for following in range(position + 1, len(words)):
            between = question[words[following - 1].end() : words[following].start()]
            word = words[following].group()
            if between.strip() or words[following - 1].group().endswith(("'s", "’s")):
                break
            if word[0].isupper():
                last = following
            elif word not in _JOINS or following > last + 2:
                break
        start, end = words[position].start(), words[last].end()
        if _PLACED.search(question[:start]) and (place := stems(question[start:end])):
            places.append(place)
        position = last + 1
    return places


def _is_capital(word: str) -> bool:
    return word[0].isupper() and word.lower() not in _NO_NAME


_ASKING = frozenset(
    "who whom whose what which when where whi why how did do doe has have had is are was were can "
    "could will would should name list mani much he she they it his her their s us".split()
)
