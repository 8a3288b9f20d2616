"""Merge the dense and the lexical ranking into one; pure."""

from collections.abc import Mapping

from index.settings import LEXICAL_WEIGHT


def fuse(similarities: Mapping[int, float], bm25: Mapping[int, float]) -> dict[int, float]:
    """Score candidates by cosine similarity plus weighted BM25 score.

    A linear combination of the two scores keeps how far apart candidates are, which reciprocal
    rank fusion throws away (Bruch, Gai & Ingber, "An Analysis of Fusion Functions for Hybrid
    Retrieval", TOIS 2023). It needs the similarity of every candidate, also of those that only
    the words found.

    Args:
        similarities: Cosine similarity of question and passage, for every candidate.
        bm25: BM25 scores of the candidates of the lexical search. Any other candidate gets the
            lowest of these, since it may have just missed the list.

    Returns:
        The ids with their fused scores, best first; ties go to the smaller id.
    """
    floor = min(bm25.values(), default=0.0)
    scores = {
        candidate: similarity + LEXICAL_WEIGHT * bm25.get(candidate, floor)
        for candidate, similarity in similarities.items()
    }
    return dict(sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])))
