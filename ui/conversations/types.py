"""A conversation, and the questions and answers in it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from index.types import NO_FILTERS, Filters
from qa.types import Answer, Turn
from ui.feedback import Verdict


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and what became of it.

    Attributes:
        number: Its place in the conversation, from 0.
        question: As it was typed.
        asked: When, in UTC.
        filters: Which articles it was asked of.
        restricted_to: The filters in words, or "".
        answer: The answer, once there is one.
        problem: Why there is none, in one line. Without either it is still to be answered.
        why: What each step of the pipeline found, in lines.
        verdict: What the reader of the answer thought of it.
    """

    number: int
    question: str
    asked: datetime
    filters: Filters = NO_FILTERS
    restricted_to: str = ""
    answer: Answer | None = None
    problem: str = ""
    why: tuple[str, ...] = ()
    verdict: Verdict | None = None

    @property
    def settled(self) -> bool:
        """True if it is known what became of it."""
        return self.answer is not None or bool(self.problem)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; the answer is that of `Answer.to_dict`."""
        return {
            "number": self.number,
            "question": self.question,
            "asked": self.asked.isoformat(),
            "filters": filters_to_dict(self.filters),
            "answer": self.answer.to_dict() if self.answer else None,
            "problem": self.problem or None,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Heading:
    """A conversation in a list.

    Attributes:
        id: Names it in addresses.
        name: Its first question, until somebody gives it another name.
        collection: The name of the collection that is asked.
        changed: When it was last asked, in UTC.
        exchanges: How many questions it has.
    """

    id: str
    name: str
    collection: str
    changed: datetime
    exchanges: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with all that was asked in it, oldest first."""

    heading: Heading
    exchanges: tuple[Exchange, ...]

    def history_before(self, number: int) -> tuple[Turn, ...]:
        """The history of an exchange, as the pipeline takes it; without what failed."""
        return tuple(
            Turn(exchange.answer.understood_as or exchange.question, exchange.answer.text)
            for exchange in self.exchanges[:number]
            if exchange.answer is not None
        )


def filters_to_dict(filters: Filters) -> dict[str, Any]:
    """The JSON form of filters."""
    return {
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "source": filters.source,
        "articles": sorted(filters.articles),
    }


def filters_from_dict(stored: dict[str, Any]) -> Filters:
    """Filters from their JSON form."""
    since, until = (
        date.fromisoformat(stored[name]) if stored[name] else None for name in ("since", "until")
    )
    return Filters(since, until, stored["source"], frozenset(stored["articles"]))
