"""The choice between interpretations of a question, by their evidence. Pure."""

from collections.abc import Sequence

from qa.ranking.same_answer import agree
from qa.settings import TIE
from qa.trace import Interpretation


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


def _best_quote(way: Interpretation) -> str:
    return way.candidates[0].evidence[0].quote if way.candidates else ""
