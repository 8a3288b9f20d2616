"""From the spans of all passages to answers: weigh, merge, calibrate. Pure."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.types import Hit
from qa.scoring import normalise
from qa.types import Span

RETRIEVAL_WEIGHT = 12.0
"""Logits that one point of fused retrieval score is worth; chosen on held-out questions."""


SUPPORT_LOGITS = 4.0
"""A place of the same words that scores this much less is not cited for them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place that may answer the question.

    Attributes:
        span: Where it is, with the reader's score.
        quote: The words there.
        hit: The passage in which it was read.
        score: Reader and retrieval together, in logits.
    """

    span: Span
    quote: str
    hit: Hit
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer, with every place that gives it, best first.

    `score` is the log of the summed odds of its places: an answer found twice outranks an
    equally likely one that is found once.
    """

    evidence: tuple[Evidence, ...]
    score: float


def weigh(spans: Sequence[tuple[Span, str, Hit]], best_retrieval: float) -> list[Evidence]:
    """Add to each span's reader score what its passage's retrieval score is worth.

    Args:
        spans: Spans with their words and the passage they were read in.
        best_retrieval: The fused score of the question's best passage.
    """
    return [
        Evidence(span, quote, hit, span.score + RETRIEVAL_WEIGHT * (hit.score - best_retrieval))
        for span, quote, hit in spans
    ]


def rank(evidence: Sequence[Evidence]) -> list[Candidate]:
    """Merge evidence into distinct answers, best first.

    The same characters read in two overlapping passages are one place. Places with the same
    normalised words are one answer.
    """
    answers: dict[str, list[Evidence]] = {}
    seen = set()
    for each in sorted(evidence, key=lambda item: -item.score):
        place = (each.span.article_id, each.span.start, each.span.end)
        if place not in seen:
            seen.add(place)
            # A quote of nothing but articles and punctuation stays apart from other such quotes.
            key = normalise(each.quote) or each.quote.lower()
            answers.setdefault(key, []).append(each)
    candidates = [
        Candidate(tuple(_supporting(places)), _log_sum_exp([each.score for each in places]))
        for places in answers.values()
    ]
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _supporting(places: Sequence[Evidence]) -> list[Evidence]:
    """Those of an answer's places, best first, that are about the question.

    A name that answers it in one passage may stand in another for something else.
    """
    return [each for each in places if each.score >= places[0].score - SUPPORT_LOGITS]


def without_rivals_in_place(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the answers whose best place overlaps no place of a better answer.

    "12 June" and "the 12 June summit" are two readings of one place, not two answers.
    """
    kept: list[Candidate] = []
    taken: list[Span] = []
    for candidate in candidates:
        if not any(overlap(candidate.evidence[0].span, span) for span in taken):
            kept.append(candidate)
        taken.extend(each.span for each in candidate.evidence)
    return kept


def overlap(one: Span, other: Span) -> bool:
    """Whether two spans share a character."""
    return one.article_id == other.article_id and one.start < other.end and other.start < one.end


@dataclass(frozen=True, slots=True)
class Calibration:
    """Turns an answer's score into the probability that it is right.

    Logistic regression (Platt 1999) over the candidate's score and the cosine similarity of
    question and passage; fitted by `article-qa train calibrate`.

    Attributes:
        bias: The intercept.
        score: Weight of `Candidate.score`.
        similarity: Weight of the best place's similarity.
        threshold: An answer below this probability is not given.
    """

    bias: float
    score: float
    similarity: float
    threshold: float

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Read what `save` wrote."""
        fields = json.loads(path.read_text())
        return cls(fields["bias"], fields["score"], fields["similarity"], fields["threshold"])

    def probability(self, candidate: Candidate) -> float:
        """The probability, in (0, 1), that this answer is right."""
        best = candidate.evidence[0]
        logit = self.bias + self.score * candidate.score + self.similarity * best.hit.similarity
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))


def _log_sum_exp(values: Sequence[float]) -> float:
    highest = max(values)
    return highest + math.log(sum(math.exp(value - highest) for value in values))
