"""From the spans of all passages to answers: weigh and merge. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from index.types import Hit
from qa.ranking.same_answer import Namesakes, full_name
from qa.settings import MEMBER_LOGITS, SUPPORT_LOGITS
from qa.types import ResolvedDate, Span

Groups = Mapping[str, int]
"""For ids of articles, the number of the text that they are copies of; without one, of none."""

NO_COPIES: Groups = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One place that may answer the question.

    Attributes:
        span: Where it is, with the reader's score.
        quote: The words there.
        hit: The passage in which it was read.
        score: In logits: the reader's, and once it is weighed, reader and retrieval together.
    """

    span: Span
    quote: str
    hit: Hit
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer, with every place that gives it, best first.

    Attributes:
        evidence: Its places.
        score: Log of the summed odds of its places, so that an answer found twice outranks an
            equally likely one that is found once; copies of one text count once.
        share: Its part, in [0, 1], of the odds of all answers and of no-answer together
            (normalised over all passages, Clark & Gardner 2018).
        by_article: What each article alone adds to the score, in log odds.
        date: What it means on the calendar, if the question asks for that.
        timed: Whether the question names the time that the answer must hold for.
    """

    evidence: tuple[Evidence, ...]
    score: float
    share: float
    by_article: Mapping[str, float]
    date: ResolvedDate | None = None
    timed: bool = False


def weigh(evidence: Sequence[Evidence], best_retrieval: float, retrieval: float) -> list[Evidence]:
    """Add to each span's reader score what its passage's retrieval score is worth.

    Args:
        evidence: What was read.
        best_retrieval: The fused score of the question's best passage.
        retrieval: Logits for one point of fused retrieval score.
    """
    return [
        replace(place, score=place.span.score + retrieval * (place.hit.score - best_retrieval))
        for place in evidence
    ]


def rank(evidence: Sequence[Evidence], groups: Groups = NO_COPIES) -> list[Candidate]:
    """Merge evidence into distinct answers, best first.

    A span that overlaps a better one is another reading of the same place ("12 June", "the
    12 June summit"): its odds go to the better one. Places whose quotes agree with an answer's
    best quote belong to that answer. Each article is a witness, but copies of one text together
    are only one: all are cited, and the one that says it best counts.

    Args:
        evidence: Places, in any order.
        groups: Which of their articles are copies of one text.
    """
    names = {place: full_name(place.quote, place.hit.article.text) for place in evidence}
    namesakes = Namesakes(names.values())
    answers: list[list[Evidence]] = []
    odds: list[dict[str, list[float]]] = []
    for piece in sorted(evidence, key=lambda item: -item.score):
        article = piece.span.article_id
        for places, scores in zip(answers, odds, strict=True):
            if any(overlap(piece.span, place.span) for place in places):
                # The same characters read in two passages are one observation, not two.
                if all(_place(piece.span) != _place(p.span) for p in places):
                    scores[article].append(piece.score)
                break
        else:
            for places, scores in zip(answers, odds, strict=True):
                if namesakes.agree(names[places[0]], names[piece]):
                    places.append(piece)
                    scores[article].append(piece.score)
                    break
            else:
                answers.append([piece])
                odds.append(defaultdict(list, {article: [piece.score]}))
    alone = [{a: log_sum_exp(scores) for a, scores in by_article.items()} for by_article in odds]
    totals = [_log_odds(by_article, groups) for by_article in alone]
    everything = log_sum_exp([*totals, 0.0])  # no-answer is the zero of all scores
    candidates = [
        Candidate(tuple(_supporting(places)), total, math.exp(total - everything), by_article)
        for places, total, by_article in zip(answers, totals, alone, strict=True)
    ]
    return sorted(candidates, key=lambda candidate: -candidate.score)


def _log_odds(by_article: Mapping[str, float], groups: Groups) -> float:
    """The sum of the log-odds of articles; of those in one group of copies, only the best."""
    best: dict[int | str, float] = {}
    for article, odds in by_article.items():
        group = groups.get(article, article)
        best[group] = max(odds, best.get(group, odds))
    return log_sum_exp(list(best.values()))


def members(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates as members of a list: all may be right, so they do not share the odds.

    Each contends with no-answer alone. What is far below the best one is no member but the
    reader's second thought about some passage, and keeps its part of all odds.
    """
    floor = max((candidate.score for candidate in candidates), default=0.0) - MEMBER_LOGITS
    return [
        replace(candidate, share=math.exp(candidate.score - log_sum_exp([candidate.score, 0.0])))
        if candidate.score >= floor
        else candidate
        for candidate in candidates
    ]


def together(candidates: Iterable[Candidate], groups: Groups) -> tuple[float, Mapping[str, float]]:
    """Score and `by_article` of what would be one answer if all of these were the same."""
    odds: dict[str, list[float]] = defaultdict(list)
    for candidate in candidates:
        for article, alone in candidate.by_article.items():
            odds[article].append(alone)
    by_article = {article: log_sum_exp(scores) for article, scores in odds.items()}
    return _log_odds(by_article, groups), by_article


def _supporting(places: Sequence[Evidence]) -> list[Evidence]:
    """Those of an answer's places, best first, that are about the question.

    A name that answers it in one passage may stand in another for something else.
    """
    return [place for place in places if place.score >= places[0].score - SUPPORT_LOGITS]


def _place(span: Span) -> tuple[str, int, int]:
    return span.article_id, span.start, span.end


def overlap(left: Span, right: Span) -> bool:
    """Return whether two spans share a character."""
    return left.article_id == right.article_id and left.start < right.end and right.start < left.end


def log_sum_exp(values: Sequence[float]) -> float:
    """The log of a sum of odds, of their logs; at least one."""
    highest = max(values)
    return highest + math.log(sum(math.exp(value - highest) for value in values))
