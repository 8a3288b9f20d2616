"""From the spans of one question to its distinct answers, by the type of answer it asks for."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from index.types import Article, Hit
from qa.dates import end_asked, question_interval
from qa.question.answer_type import answer_type_of
from qa.question.restrictions import restrictions_of
from qa.ranking.evidence import Candidate, Evidence, Groups, members, rank, weigh
from qa.ranking.lists import split_members
from qa.ranking.polarity import with_subjects
from qa.ranking.quotes import named, whole_quotation, whole_sentences, with_unit
from qa.ranking.rows import with_rows
from qa.ranking.satisfies import satisfied
from qa.ranking.temporal import plain_times, pool_times

_WORD = re.compile(r"\w")


class Ranker(Protocol):
    """Merges spans into distinct answers and orders them."""

    def rank(
        self, question: str, hits: Sequence[Hit], evidence: Sequence[Evidence], retrieval: float
    ) -> list[Candidate]:
        """The distinct answers, best first.

        Args:
            question: In words that stand alone.
            hits: The passages that were read.
            evidence: The spans that the reader proposes in them.
            retrieval: `Calibration.retrieval`.
        """
        ...

    def resolve(
        self, question: str, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> list[Candidate]:
        """The same answers with their dates, those that mean one time merged; best first."""
        ...


class EvidenceRanker:
    """Adds up what independent articles say; copies of one text are one witness."""

    def rank(
        self, question: str, hits: Sequence[Hit], evidence: Sequence[Evidence], retrieval: float
    ) -> list[Candidate]:
        """As `Ranker.rank`."""
        if not evidence:
            return []
        answer_type = answer_type_of(question)
        says = [place for place in evidence if _WORD.search(place.quote)]
        weighed = weigh(says, max(hit.score for hit in hits), retrieval)
        if answer_type == "list":
            weighed = split_members(weighed)
        if answer_type == "yes or no":
            weighed = whole_sentences(weighed, [place.hit.text for place in weighed])
        else:
            weighed = _fitting(question, weighed)
        if answer_type == "when":
            weighed = plain_times(weighed, _articles(hits).__getitem__)
        candidates = rank(weighed, _groups(hits))
        if answer_type != "when" and question_interval(question, date.today()) is not None:
            candidates = [replace(candidate, timed=True) for candidate in candidates]
        return members(candidates) if answer_type == "list" else candidates

    def resolve(
        self, question: str, hits: Sequence[Hit], candidates: Sequence[Candidate]
    ) -> list[Candidate]:
        """As `Ranker.resolve`; only a question that asks for a time has dates to resolve."""
        if answer_type_of(question) != "when":
            return list(candidates)
        return pool_times(
            candidates, _articles(hits).__getitem__, _groups(hits), end_asked(question), question
        )


def _fitting(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The evidence in words that answer, each place with what it says of the restrictions."""
    whole = [
        whole_quotation(question, with_unit(question, named(question, place))) for place in evidence
    ]
    asked = restrictions_of(question, date.today())
    return satisfied(
        question, asked, with_subjects(question, asked, with_rows(question, asked, whole))
    )


def _articles(hits: Sequence[Hit]) -> dict[str, Article]:
    return {hit.article.id: hit.article for hit in hits}


def _groups(hits: Sequence[Hit]) -> Groups:
    """The near-duplicates among the articles of these hits."""
    return {hit.article.id: hit.duplicate_group for hit in hits if hit.duplicate_group is not None}
