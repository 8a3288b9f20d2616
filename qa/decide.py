"""The last step: which interpretation is answered, and its answer in the words of the articles."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.page_breaks import page_of
from index.types import Hit
from qa.ranking.calibration import Calibration
from qa.ranking.conflicts import compared
from qa.ranking.evidence import Candidate
from qa.ranking.same_answer import agree
from qa.settings import TIE, Settings
from qa.trace import Interpretation
from qa.types import Answer, Citation


def likeliest(resolved: Sequence[Interpretation], threshold: float) -> Interpretation:
    """The first interpretation that is as sure as any, or gives the answer of the surest.

    Where none answers, it is the likeliest by its words: what nobody would ask is not shown.

    Args:
        resolved: The likeliest by its words first.
        threshold: A less sure one answers nothing.
    """
    surest = max(resolved, key=lambda way: way.confidence)
    if surest.confidence < threshold:
        return resolved[0]
    for way in resolved:
        if way.confidence >= surest.confidence - TIE:
            return way
        if way.confidence >= threshold and agree(_best_quote(way), _best_quote(surest)):
            return way
    return surest


def answer_of(
    question: str,
    chosen: Interpretation,
    calibration: Calibration,
    settings: Settings,
    *,
    calibrated: bool,
) -> Answer:
    """The answer of an interpretation, beside it those that contradict it and other guesses.

    Below the calibration's threshold there is none: the guesses and the nearest passages are
    given, and the silence is "not said".

    Args:
        question: As asked.
        chosen: With its candidates, dates and confidence.
        calibration: Turns scores into probabilities.
        settings: How much is shown.
        calibrated: Whether the calibration was fitted on this pipeline.
    """
    answers = [
        _of_candidate(question, candidate, calibration, settings, calibrated)
        for candidate in chosen.candidates
    ]
    shown = chosen.natural and chosen.question != question
    understood_as = chosen.question if shown else None
    if not answers or chosen.confidence < calibration.threshold:
        return Answer(
            question,
            None,
            chosen.confidence,
            tuple(_near(hit) for hit in chosen.hits[: settings.nearest]),
            alternatives=tuple(answers[: settings.alternatives]),
            understood_as=understood_as,
            silence="not said",
            calibrated=calibrated,
        )
    best, others = compared(answers, chosen.question, calibration.threshold, date.today())
    related = [answer for answer in others if answer.relation is not None]
    guesses = [answer for answer in others if answer.relation is None]
    beside = (*related[: settings.related], *guesses[: settings.alternatives])
    return replace(best, alternatives=beside, understood_as=understood_as)


def cite(hit: Hit, start: int, end: int) -> Citation:
    """The citation of the characters from `start` to `end` of a passage's article."""
    article = hit.article
    return Citation(
        article.id,
        article.title,
        article.published,
        article.source,
        start,
        end,
        article.text[start:end],
        hit.passage.start,
        hit.passage.end,
        hit.text,
        page_of(article, start),
    )


def _of_candidate(
    question: str,
    candidate: Candidate,
    calibration: Calibration,
    settings: Settings,
    calibrated: bool,
) -> Answer:
    places = candidate.evidence[: settings.citations]
    citations = tuple(cite(place.hit, place.span.start, place.span.end) for place in places)
    return Answer(
        question,
        citations[0].quote,
        calibration.probability(candidate),
        citations,
        candidate.date,
        calibrated=calibrated,
    )


def _near(hit: Hit) -> Citation:
    """A passage that is no answer: its citation has an empty quote."""
    return cite(hit, hit.passage.start, hit.passage.start)


def _best_quote(way: Interpretation) -> str:
    return way.candidates[0].evidence[0].quote if way.candidates else ""
