"""Follow-ups: a question that leans on earlier ones is tried in several readings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from qa.types import Answer, Turn

if TYPE_CHECKING:
    from qa.answerer import Answerer

_PERSON = r"he|she|him|her|his|hers|himself|herself"
_THING = r"it|its|they|them|their|theirs|this|that|these|those"
_PRONOUN = re.compile(rf"\b({_PERSON}|{_THING})\b", re.IGNORECASE)
_PLACE_OR_TIME = re.compile(r"\b(there|then)\b", re.IGNORECASE)
_POSSESSIVE = {"his", "hers", "its", "their", "theirs"}
_LEAD_IN = re.compile(r"^(and|but|so|or|ok|okay)\b[\s,]*", re.IGNORECASE)
_QUESTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        who whom whose what which when where why how is are was were do does did has have had
        can could will would should may might the a an and but so of in on at to for by with
        from about
        """,
    )
)
_WORD = re.compile(r"[\w][\w'’.-]*")
_FEW_WORDS = 3


@dataclass(frozen=True, slots=True)
class Understanding:
    """One way to read what was asked, as a question that stands alone."""

    question: str


def understandings(question: str, history: Sequence[Turn]) -> list[Understanding]:
    """The ways to read a question after what was said before, the literal one first.

    A question that leans on nothing has only the literal reading. One with a pronoun is also
    read with the subject of the last question, or with the last answer, in its place; one of
    a few words ("Why?", "And in Singapore?") also with the words of the last question.
    """
    readings = [question]
    if history:
        last = history[-1]
        subject = subject_of(last.question)
        referents = [each for each in (subject, last.answer) if each]
        readings += [_with_referent(question, referent) for referent in referents]
        if len(_content_words(question)) < _FEW_WORDS and not _PRONOUN.search(question):
            readings.append(f"{_LEAD_IN.sub('', question).rstrip('?. ')} {_stem(last.question)}")
    return [Understanding(each) for each in dict.fromkeys(readings)]


def subject_of(question: str) -> str:
    """The first name in a question, or else its longest run of content words."""
    words = _WORD.findall(question)
    runs: list[list[str]] = [[]]
    names: list[list[str]] = [[]]
    for position, word in enumerate(words):
        if word.lower() in _QUESTION_WORDS:
            runs.append([])
            names.append([])
            continue
        runs[-1].append(word)
        if word[0].isupper() and position > 0:
            names[-1].append(word)
        else:
            names.append([])
    named = [run for run in names if run]
    longest = max(runs, key=lambda run: len(run))
    return " ".join(named[0] if named else longest)


class Chat:
    """A conversation that remembers what was asked and answered."""

    def __init__(
        self,
        answerer: "Answerer | None" = None,
        *,
        since: date | None = None,
        until: date | None = None,
        source: str | None = None,
    ) -> None:
        """Begin a conversation.

        Args:
            answerer: The pipeline; by default one over the default collection.
            since: As in `ask`, for every question.
            until: As in `ask`, for every question.
            source: As in `ask`, for every question.
        """
        if answerer is None:
            from qa import default_answerer

            answerer = default_answerer()
        self._answerer = answerer
        self._filters = (since, until, source)
        self.history: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """Answer a question, which may lean on earlier ones."""
        answer = self._answerer.ask(question, self.history, *self._filters)
        self.history.append(Turn(answer.understood_as or question, answer.text))
        return answer


def _with_referent(question: str, referent: str) -> str:
    def put(match: re.Match[str]) -> str:
        return f"{referent}'s" if match.group(0).lower() in _POSSESSIVE else referent

    replaced, count = _PRONOUN.subn(put, question, count=1)
    if count:
        return replaced
    return _PLACE_OR_TIME.sub(f"in {referent}", question, count=1)


def _content_words(question: str) -> list[str]:
    return [word for word in _WORD.findall(question) if word.lower() not in _QUESTION_WORDS]


def _stem(question: str) -> str:
    """The last question without its question word: what it was about."""
    words = question.rstrip("?. ").split()
    while words and words[0].lower() in _QUESTION_WORDS:
        words = words[1:]
    return " ".join(words)
