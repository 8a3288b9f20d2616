"""What a question comes back as."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Granularity = Literal["day", "week", "month", "season", "year", "decade", "century", "range"]

Relation = Literal["contradicts", "listed"]
Day = date  # `Answer.date` hides the name in its class


@dataclass(frozen=True, slots=True)
class Span:
    """The characters `article.text[start:end]`, as an answer that the reader proposes.

    `score` is the reader's logit difference between this span and "no answer here";
    it is comparable across the passages of one question.
    """

    article_id: str
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Where an answer stands: `article.text[start:end] == quote`.

    `passage_start` and `passage_end` bound the passage around it, in the same text.
    A citation of a passage that is near but no answer has an empty quote
    (`start == end == passage_start`).
    """

    article_id: str
    title: str
    published: date | None
    source: str | None
    start: int
    end: int
    quote: str
    passage_start: int
    passage_end: int
    passage: str

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; dates are ISO strings."""
        return {
            "article_id": self.article_id,
            "title": self.title,
            "published": self.published.isoformat() if self.published else None,
            "source": self.source,
            "start": self.start,
            "end": self.end,
            "quote": self.quote,
            "passage_start": self.passage_start,
            "passage_end": self.passage_end,
            "passage": self.passage,
        }


@dataclass(frozen=True, slots=True)
class ResolvedDate:
    """The calendar interval that a time expression means.

    Attributes:
        start: First day of the interval.
        end: Last day of the interval, inclusive.
        granularity: How fine the expression is.
        derivation: One sentence that says how it was resolved.
        inferred: True if a part of it rests on a date that no source states outright, or if the
            sources' words allow another time, which the derivation then names.
    """

    start: date
    end: date
    granularity: Granularity
    derivation: str
    inferred: bool = False

    def __str__(self) -> str:
        """ISO form: a day, a month, a year, or `start/end`."""
        if self.granularity == "day":
            return self.start.isoformat()
        if self.granularity == "month":
            return f"{self.start:%Y-%m}"
        if self.granularity == "year":
            return f"{self.start:%Y}"
        return f"{self.start.isoformat()}/{self.end.isoformat()}"

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; dates are ISO strings."""
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "granularity": self.granularity,
            "derivation": self.derivation,
            "inferred": self.inferred,
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of a conversation, with the answer it got (None if it got none)."""

    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class Help:
    """What someone who asked nothing of the articles is told.

    Attributes:
        words: What can be asked, in a sentence or two.
        examples: Questions that the collection answers; none if it has no articles.
    """

    words: str
    examples: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"words": self.words, "examples": list(self.examples)}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, in the words of the articles.

    Attributes:
        question: The question as asked.
        text: A verbatim quote, or None when the articles do not say.
        confidence: Calibrated probability that `text` is right; when `text` is None,
            that the best guess (the first alternative) would have been.
        citations: Each place that says so, best first; the nearest passages if none does.
        date: What the answer means on the calendar, if it is an answer in time.
        alternatives: Other answers that were found, best first, without their own.
        understood_as: The question that was answered, where a conversation completed it.
        relation: Of an alternative: "contradicts" if it is as well supported as an answer must
            be and cannot be right beside the one that is given; "listed" if it belongs to the
            list that was asked for. None if it is only another guess.
        help: How to ask, where nothing was asked ("hello", "what can you do?"); `text` is None.
    """

    question: str
    text: str | None
    confidence: float
    citations: tuple[Citation, ...] = ()
    date: ResolvedDate | None = None
    alternatives: tuple["Answer", ...] = ()
    understood_as: str | None = None
    relation: Relation | None = None
    help: Help | None = None

    @property
    def items(self) -> tuple["Answer", ...]:
        """The list that was asked for, likeliest first, this answer among it; else empty."""
        listed = [each for each in self.alternatives if each.relation == "listed"]
        return tuple(sorted((self, *listed), key=lambda each: -each.confidence)) if listed else ()

    @property
    def disagreeing(self) -> tuple["Answer", ...]:
        """This answer and those that contradict it, the newest first; empty if none does.

        What has no date comes last. Only the order of presentation depends on the dates.
        """
        against = [each for each in self.alternatives if each.relation == "contradicts"]
        if not against:
            return ()
        return tuple(
            sorted((self, *against), key=lambda each: each.published or date.min, reverse=True)
        )

    @property
    def published(self) -> Day | None:
        """When the newest article that gives this answer was published, if any says."""
        days = [each.published for each in self.citations if each.published is not None]
        return max(days, default=None)

    def to_dict(self) -> dict[str, Any]:
        """The one JSON form, shared by the command line, the web API and the eval suite."""
        return {
            "question": self.question,
            "text": self.text,
            "confidence": self.confidence,
            "citations": [citation.to_dict() for citation in self.citations],
            "date": self.date.to_dict() if self.date else None,
            "alternatives": [other.to_dict() for other in self.alternatives],
            "understood_as": self.understood_as,
            "relation": self.relation,
            "help": self.help.to_dict() if self.help else None,
        }

    def __str__(self) -> str:
        from qa.rendering import plain_text

        return plain_text(self)
