"""The record of a question: the answer given, its scores, and the passages read."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from eval.intervals import parse_interval
from eval.suites import Question
from index.types import Article, Passage
from qa.squad_metrics import exact_match, f1, normalise
from qa.types import Answer, Turn

Outcome = Literal[
    "right",
    "partly right",
    "misread",
    "not retrieved",
    "abstained",
    "should abstain",
    "wrong place",
    "wrong date",
]

OUTCOMES: dict[Outcome, str] = {
    "right": "the answer, or the silence, that the suite expects",
    "partly right": "shares words with an acceptable answer",
    "misread": "the passage with the answer was read, and something else in it or beside it taken",
    "not retrieved": "no passage with the answer was read",
    "abstained": "the articles say, but no answer was given",
    "should abstain": "answered, although the articles do not say",
    "wrong place": "the right words, cited from a place that does not say so",
    "wrong date": "the right words, put on the wrong day or on none",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """The characters `[start:end]` of an excerpt: the answer given, or a gold answer."""

    start: int
    end: int
    kind: Literal["answer", "gold"]


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an article with the marked answers in it."""

    title: str
    source: str
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """The outcome of one question.

    Attributes:
        id: The question's id in its suite.
        question: As asked.
        type: The type of question.
        answerable: Whether the articles answer it.
        answers: The acceptable answers.
        dates: The acceptable ISO dates.
        history: The turns before it.
        understood_as: The question that was answered, where the history completed it.
        text: The answer given; None for "the articles do not say".
        guess: The best guess, given or not; None if there was none at all.
        confidence: The stated probability that the guess is right.
        date: The ISO date stated with the answer.
        em: Exact match of `text` as the SQuAD v2.0 script counts it: 1 for rightly no answer.
        f1: F1 of `text`, in the same way.
        guess_em: Exact match of the guess; 0 for an unanswerable question.
        guess_f1: F1 of the guess; 0 for an unanswerable question.
        cited: Whether the first citation's words contain a gold answer and lie in an allowed
            article; None without answer or for an unanswerable question.
        date_right: Whether the stated date is acceptable; None for a question without date.
        rank: Rank, from 1, of the first passage read with a gold answer in an allowed article;
            None if none was read.
        read: Number of passages read; None if the passage was given.
        milliseconds: Milliseconds from question to answer.
        outcome: One of `OUTCOMES`.
        excerpts: Excerpts with the guess and the gold answer; empty if the outcome is right.
    """

    id: str
    question: str
    type: str
    answerable: bool
    answers: tuple[str, ...]
    dates: tuple[str, ...]
    history: tuple[Turn, ...]
    understood_as: str | None
    text: str | None
    guess: str | None
    confidence: float
    date: str | None
    em: float
    f1: float
    guess_em: float
    guess_f1: float
    cited: bool | None
    date_right: bool | None
    rank: int | None
    read: int | None
    milliseconds: float
    outcome: Outcome
    excerpts: tuple[Excerpt, ...]


def contains(text: str, answers: Sequence[str]) -> bool:
    """Return whether a text has an answer: as whole words, verbatim or normalised.

    The first finds "Workers' Party" in "Workers' Party's", the second "the U.S. envoy" in
    "A US envoy".
    """
    return any(occurrences(text, answer) for answer in answers) or _same_words(text, answers)


def occurrences(text: str, answer: str) -> list[tuple[int, int]]:
    """Offsets of the places where an answer stands verbatim, in any case, as whole words."""
    matches = re.finditer(rf"(?<!\w){re.escape(answer)}(?!\w)", text, re.IGNORECASE)
    return [match.span() for match in matches]


def _same_words(text: str, answers: Sequence[str]) -> bool:
    words = f" {normalise(text)} "
    return any(f" {normalise(answer)} " in words for answer in answers)


def score(
    question: Question,
    allowed: frozenset[str],
    answer: Answer,
    passages: Sequence[tuple[Article, Passage]] | None,
    milliseconds: float,
) -> Record:
    """Compare an answer with what its question's suite expects.

    Args:
        question: The question.
        allowed: Ids of the articles that may be cited; any may if it is empty.
        answer: The answer to it.
        passages: The passages that were read, best first; None if the passage was given.
        milliseconds: Milliseconds from question to answer.

    Returns:
        The record, without excerpts.
    """
    best = best_guess(answer)
    guess = best.text if best else None
    golds = question.answers
    rank = None if passages is None else _rank(passages, golds, allowed)
    given, guessed = answer.text or "", guess or ""
    em = exact_match(given, golds) if golds else float(answer.text is None)
    word_overlap = f1(given, golds) if golds else float(answer.text is None)
    date_right = _date_right(question, answer)
    cited = None
    if answer.text is not None and question.answerable:
        cited = _cited(answer, golds, allowed)
    record = Record(
        id=question.id,
        question=question.question,
        type=question.type,
        answerable=question.answerable,
        answers=golds,
        dates=question.dates,
        history=question.history,
        understood_as=answer.understood_as,
        text=answer.text,
        guess=guess,
        confidence=answer.confidence,
        date=str(answer.date) if answer.date else None,
        em=em,
        f1=word_overlap,
        guess_em=exact_match(guessed, golds),
        guess_f1=f1(guessed, golds),
        cited=cited,
        date_right=date_right,
        rank=rank,
        read=None if passages is None else len(passages),
        milliseconds=milliseconds,
        outcome="right",
        excerpts=(),
    )
    return replace(record, outcome=_outcome(record))


def best_guess(answer: Answer) -> Answer | None:
    """The answer itself, or the one that would have been given if silence were not allowed."""
    if answer.text is not None:
        return answer
    return answer.alternatives[0] if answer.alternatives else None


def _cited(answer: Answer, golds: tuple[str, ...], allowed: frozenset[str]) -> bool:
    """Return whether the first citation, the one that a user checks, bears the answer out."""
    if not answer.citations:
        return False
    first = answer.citations[0]
    return (not allowed or first.article_id in allowed) and contains(first.quote, golds)


def _rank(
    passages: Sequence[tuple[Article, Passage]], golds: tuple[str, ...], allowed: frozenset[str]
) -> int | None:
    for rank, (article, passage) in enumerate(passages, start=1):
        if allowed and article.id not in allowed:
            continue
        if contains(article.text[passage.start : passage.end], golds):
            return rank
    return None


def _date_right(question: Question, answer: Answer) -> bool | None:
    if not question.dates:
        return None
    if answer.date is None:
        return False
    return (answer.date.start, answer.date.end) in {parse_interval(iso) for iso in question.dates}


def _outcome(record: Record) -> Outcome:
    if not record.answerable:
        return "right" if record.text is None else "should abstain"
    if record.text is None:
        return "abstained"
    if record.em:
        if record.cited is False:
            return "wrong place"
        return "wrong date" if record.date_right is False else "right"
    if record.f1:
        return "partly right"
    return "not retrieved" if record.read is not None and record.rank is None else "misread"
