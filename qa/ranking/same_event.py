"""Identity of events: which places of the evidence speak of one event. Pure.

Dates of different places are put together only then: that a warehouse in Elby burned down on 16
August says nothing of the one in Orm that burned down in August.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.dates import lexicon
from qa.dates.sentences import sentence_around

_REACH = 700
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NO_CONTENT = frozenset(
    """
    a an the and or but of in on at to from by for with as into over after before during since until
    till about around between against under near off up out than that this these those there here it
    its he she him his her they them their we you i who whom whose which what when where why how is
    are was were be been being am do does did done has have had having will would shall should can
    could may might must not no yes if so then also just only ever day date month year years time
    exact exactly whole please tell know me us long ago mr mrs ms dr sir said says
    """.split()
)
_NO_NAMES = frozenset(
    {*lexicon.MONTH_NUMBER, *lexicon.MONTH_ABBREVIATIONS, *lexicon.WEEKDAY_NUMBER, "christmas"}
)
_BEFORE_NAME = frozenset("in of at near from to for outside".split())


@dataclass(frozen=True, slots=True)
class Setting:
    """The surroundings of a span in its article.

    Attributes:
        sentence: Its sentence.
        before: The sentence before that, in the same paragraph; empty if there is none.
        title: The title of its article.
        around: The 700 characters on either side.
    """

    sentence: str
    before: str
    title: str
    around: str


def setting_of(text: str, title: str, start: int, end: int) -> Setting:
    """The surroundings of `text[start:end]`."""
    first, last = sentence_around(text, start, end)
    before = ""
    gap = text[max(first - 3, 0) : first]
    if first > 0 and "\n\n" not in gap:
        before = text[slice(*sentence_around(text, first - 2, first - 1))] if first > 2 else ""
    around = text[max(start - _REACH, 0) : end + _REACH]
    return Setting(text[first:last], before, title, around)


class EventMatcher:
    """Compares places by the names and words of a question.

    Args:
        question: In any spelling: what is a name is told by the articles, where a name is never
            written small.
        settings: The surroundings of all places that are compared.
    """

    def __init__(self, question: str, settings: Sequence[Setting]) -> None:
        texts = [text for s in settings for text in (s.sentence, s.before, s.title, s.around)]
        small = {word for text in texts for word in _WORD.findall(text) if word[0].islower()}
        written = {word.lower() for text in texts for word in _capitals(text)}
        asked = [word.lower() for word in _WORD.findall(question)]
        self._words = [word for word in asked if word not in _NO_CONTENT | _NO_NAMES]
        self._names = {word for word in self._words if word in written and word not in small}
        self._roles = _roles(asked, self._names)

    def same(self, left: Setting, right: Setting) -> bool:
        """True if two places speak of one event.

        They do if the names of the question stand at both or at neither, if no other name stands
        in the place of one, and, where the sentence of only one has such a name, if they share
        another.
        """
        for name in self._names:
            if _stands(name, _near(left)) != _stands(name, _near(right)):
                return False
        if self._is_other(left) != self._is_other(right):
            return False
        if not self._is_about(left) or not self._is_about(right):
            return False
        named, also_named = self._told(left), self._told(right)
        if named != also_named or not self._names:
            first, second = _names_of(left) - self._names, _names_of(right) - self._names
            return bool(first & second) or not (first and second)
        return True

    def _told(self, place: Setting) -> set[str]:
        """The question's names in a place's own sentence and title."""
        return {name for name in self._names if _stands(name, (place.sentence, place.title))}

    def _is_about(self, place: Setting) -> bool:
        """True if the place has one of the question's words near its date."""
        if not self._words:
            return True
        words = {
            word for text in (place.sentence, place.before, place.title) for word in _low(text)
        }
        return any(_alike(word, asked) for asked in self._words for word in words)

    def _is_other(self, place: Setting) -> bool:
        """True if another name stands where the question has one: "the mill of Elby"."""
        if self._told(place):
            return False
        others = (
            match.group(1).lower()
            for role in self._roles
            for text in (place.sentence, place.title)
            for match in role.finditer(text)
        )
        return any(name not in _NO_NAMES for name in others)


def _roles(asked: Sequence[str], names: set[str]) -> list[re.Pattern[str]]:
    """Patterns of another name in the place of a question's: "of Orm", "the Singapore summit"."""
    roles = []
    for index, word in enumerate(asked):
        if word not in names:
            continue
        if index and asked[index - 1] in _BEFORE_NAME:
            roles.append(re.compile(rf"\b{asked[index - 1]}\s(?:\w+\s)?([A-Z][^\W\d_]+)"))
        if index + 1 < len(asked) and asked[index + 1] not in names | _NO_CONTENT:
            roles.append(re.compile(rf"\b([A-Z][^\W\d_]+)\s{re.escape(asked[index + 1])}"))
    return roles


def _near(place: Setting) -> tuple[str, ...]:
    return place.around, place.title


def _stands(name: str, texts: Iterable[str]) -> bool:
    return any(name in _low(text) for text in texts)


def _low(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text)}


def _names_of(place: Setting) -> set[str]:
    """The names of a place's own sentence and title, in small letters."""
    names = {word.lower() for text in (place.sentence, place.title) for word in _capitals(text)}
    return names - _NO_NAMES - _NO_CONTENT


def _capitals(text: str) -> list[str]:
    """The words with a capital that do not begin a sentence or a title."""
    words = []
    for match in _WORD.finditer(text):
        led = text[: match.start()].rstrip(" \"'“‘(")
        if match.group()[0].isupper() and led and led[-1] not in ".!?\n:":
            words.append(match.group())
    return words


def _alike(left: str, right: str) -> bool:
    """True if two words are forms of one: "burn" and "burned"."""
    short, long = sorted((left, right), key=len)
    return short == long or (
        len(short) >= 4 and long.startswith(short[:-1]) and len(long) < len(short) + 4
    )
