"""Answers, and the parts that they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from index.errors import UserError

if TYPE_CHECKING:
    from qa.trace import Trace

JSON_VERSION = 2
"""Of the JSON form of an answer. It rises when a field changes its meaning or goes."""

Granularity = Literal["day", "week", "month", "season", "year", "decade", "century", "range"]

Relation = Literal["contradicts", "changed", "listed"]

Silence = Literal[
    "not said",
    "nothing asked",
    "no articles",
    "filtered out",
    "summary",
    "count",
    "translation",
    "other language",
]
"""Why there is no answer: the articles do not say; nothing was asked of them ("hello"); the
collection is empty; the filters leave no article; a summary, a count of articles or mentions, or a
translation was asked for, which no quotation can give; the question is not in English."""

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
    """The place of an answer: `article.text[start:end] == quote`.

    `passage_start` and `passage_end` bound the passage around it, in the same text.
    A citation of a passage that is near but no answer has an empty quote
    (`start == end == passage_start`). `page` is the page of a PDF on which the quote begins, from
    1; None for everything else.
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
    page: int | None = None

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Citation":
        """The citation of a JSON form."""
        return cls(**{**fields, "published": _day(fields["published"])})

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
            "page": self.page,
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

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "ResolvedDate":
        """The date of a JSON form."""
        days = {name: date.fromisoformat(fields[name]) for name in ("start", "end")}
        return cls(**{**fields, **days})

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
    """The reply to someone who asked nothing of the articles.

    Attributes:
        words: What can be asked, in a sentence or two.
        examples: Questions that the collection answers; none if it has no articles.
    """

    words: str
    examples: tuple[str, ...] = ()

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Help":
        """The help of a JSON form."""
        return cls(fields["words"], tuple(fields["examples"]))

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {"words": self.words, "examples": list(self.examples)}


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question, in the words of the articles.

    Attributes:
        question: The question as asked.
        text: A verbatim quote, or None when the articles do not say.
        confidence: Probability that `text` is right; when `text` is None, that the best guess
            (the first alternative) would have been. Where `calibrated` is False it is only a
            score in [0, 1].
        citations: Each place that says so, best first; the nearest passages if none does.
        date: What the answer means on the calendar, if it is an answer in time.
        alternatives: Other answers that were found, best first, without their own.
        understood_as: The question that was answered, where a conversation completed it.
        relation: Of an alternative: "contradicts" if it is as well supported as an answer must
            be and cannot be right beside the one that is given; "changed" if it was so at another
            time; "listed" if it belongs to the list that was asked for. None if it is only
            another guess.
        held: When it was so, where its own sentence tells: "from 1992 to 2005". One that began
            and goes on ends on `date.max`, one that only ended begins on `date.min`.
        help: How to ask, where nothing was asked ("hello", "what can you do?"); `text` is None.
        silence: Why `text` is None; None where there is an answer.
        calibrated: Whether `confidence` was fitted on this reader, this embedder and this
            number of passages.
        trace: What each step did, if `ask` was given a trace.
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
    silence: Silence | None = None
    calibrated: bool = True
    held: ResolvedDate | None = None
    trace: "Trace | None" = field(default=None, compare=False, repr=False)

    @property
    def items(self) -> tuple["Answer", ...]:
        """The list that was asked for, likeliest first, this answer among it; else empty."""
        listed = [answer for answer in self.alternatives if answer.relation == "listed"]
        if not listed:
            return ()
        return tuple(sorted((self, *listed), key=lambda answer: -answer.confidence))

    @property
    def disagreeing(self) -> tuple["Answer", ...]:
        """This answer and those that contradict it, the newest first; empty if none does.

        What has no date comes last. Only the order of presentation depends on the dates.
        """
        against = [answer for answer in self.alternatives if answer.relation == "contradicts"]
        if not against:
            return ()
        return tuple(
            sorted((self, *against), key=lambda answer: answer.published or date.min, reverse=True)
        )

    @property
    def changes(self) -> tuple["Answer", ...]:
        """The answers at different times, the newest first; empty if it did not change."""
        changed = [answer for answer in self.alternatives if answer.relation == "changed"]
        return tuple(sorted((self, *changed), key=day_held, reverse=True)) if changed else ()

    @property
    def published(self) -> Day | None:
        """The date of the newest article that gives this answer, if any is dated."""
        days = [citation.published for citation in self.citations if citation.published is not None]
        return max(days, default=None)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> "Answer":
        """The answer of a JSON form; a trace is not read back.

        Raises:
            UserError: If the form is of another version, or a field is missing.
        """
        if fields.get("version") != JSON_VERSION:
            raise UserError(
                f"answer: JSON of version {fields.get('version')!r}, not {JSON_VERSION}; "
                "ask again with this version of article-qa"
            )
        return cls._of_fields(fields)

    @classmethod
    def _of_fields(cls, fields: Mapping[str, Any]) -> "Answer":
        try:
            return cls(
                fields["question"],
                fields["text"],
                fields["confidence"],
                tuple(Citation.from_dict(citation) for citation in fields["citations"]),
                ResolvedDate.from_dict(fields["date"]) if fields["date"] else None,
                tuple(cls._of_fields(other_fields) for other_fields in fields["alternatives"]),
                fields["understood_as"],
                fields["relation"],
                Help.from_dict(fields["help"]) if fields["help"] else None,
                fields["silence"],
                fields["calibrated"],
                ResolvedDate.from_dict(fields["held"]) if fields.get("held") else None,
            )
        except (KeyError, TypeError) as error:
            raise UserError(f"answer: a field of its JSON is missing or wrong ({error})") from None

    def to_dict(self) -> dict[str, Any]:
        """The one JSON form, shared by all doors.

        Beside the fields it has the texts of `items`, `disagreeing` and `changes`, in their order.

        Example:
            >>> from qa import Answer, ask
            >>> answer = ask("when was the Singapore summit")
            >>> Answer.from_dict(answer.to_dict()) == answer
            True
        """
        form: dict[str, Any] = {"version": JSON_VERSION, **self._fields()}
        form["items"] = [answer.text for answer in self.items]
        form["disagreeing"] = [answer.text for answer in self.disagreeing]
        form["changes"] = [answer.text for answer in self.changes]
        if self.trace is not None:
            form["trace"] = self.trace.to_dict()
        return form

    def _fields(self) -> dict[str, Any]:
        return {
            "question": self.question,
            "text": self.text,
            "confidence": self.confidence,
            "citations": [citation.to_dict() for citation in self.citations],
            "date": self.date.to_dict() if self.date else None,
            "alternatives": [answer._fields() for answer in self.alternatives],
            "understood_as": self.understood_as,
            "relation": self.relation,
            "help": self.help.to_dict() if self.help else None,
            "silence": self.silence,
            "calibrated": self.calibrated,
            "held": self.held.to_dict() if self.held else None,
        }

    def __str__(self) -> str:
        from qa.rendering import plain_text

        return plain_text(self)


def day_held(answer: Answer) -> date:
    """The day since or until which an answer held, else that of the article that says it best.

    A newer one may only name who was something beside who is.
    """
    if answer.held is None:
        told = answer.citations[0].published if answer.citations else None
        return told or answer.published or date.min
    return answer.held.start if answer.held.start > date.min else answer.held.end


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
