"""BM25 as an inner product of sparse vectors of a passage and a question; pure.

A passage's sparse vector holds the part of BM25 that depends on the passage, the question's vector
the part that depends on the collection. The first part also needs the mean length of all
passages, which changes with each that is added; so it is written with a fixed length in its place,
which is good enough to find candidates, and `score` scores these with the real one.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.settings import TITLE_WEIGHT

Sparse = dict[int, float]

K1 = 1.2
B = 0.75

_PIVOT_WORDS = 80.0
_PIVOT_TITLE_WORDS = 8.0
_MOST_TITLE_WORDS = 1_000
_DIMENSIONS = 2**31 - 2  # so that each fits an INT32 of Milvus
_NO_WORD = 0
"""Dimension of a passage without words, since a sparse vector may not be empty."""

_EXACT_LENGTHS = 24
_KEPT_BITS = 4


@dataclass(frozen=True, slots=True)
class Lengths:
    """Numbers of words, or their means over a collection.

    Attributes:
        text: Of a passage.
        title: Of its article's title and date.
    """

    text: float
    title: float


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a question.

    Attributes:
        text: Its dimension where it stands in a passage.
        title: Its dimension where it stands in a title.
    """

    text: int
    title: int


def terms(words: Sequence[str]) -> list[Term]:
    """The distinct words of a question."""
    return [
        Term(_dimension("text", word), _dimension("title", word)) for word in dict.fromkeys(words)
    ]


def document(words: Sequence[str], title: Sequence[str]) -> tuple[Sparse, Lengths]:
    """The sparse vector of a passage, and the numbers of words that it was made from."""
    title = title[:_MOST_TITLE_WORDS]
    lengths = Lengths(len(words), len(title))
    vector: Sparse = {}
    for kind, counted, norm in (
        ("text", words, _norm(lengths.text, _PIVOT_WORDS)),
        ("title", title, _norm(lengths.title, _PIVOT_TITLE_WORDS)),
    ):
        for word, times in Counter(counted).items():
            vector[_dimension(kind, word)] = _saturated(times, norm)
    return vector or {_NO_WORD: 1.0}, lengths


def question(asked: Sequence[Term], idf: Mapping[int, float]) -> Sparse:
    """The sparse vector of a question: the weight of each of its words in this collection."""
    vector = {term.title: TITLE_WEIGHT * idf[term.title] for term in asked}
    return vector | {term.text: idf[term.text] for term in asked}


def score(
    asked: Sequence[Term],
    idf: Mapping[int, float],
    means: Lengths,
    vector: Mapping[int, float],
    lengths: Lengths,
) -> float:
    """The BM25 score of a passage, from its stored vector."""
    total = 0.0
    for weight, kind, length, mean, pivot in (
        (1.0, "text", lengths.text, means.text, _PIVOT_WORDS),
        (TITLE_WEIGHT, "title", lengths.title, means.title, _PIVOT_TITLE_WORDS),
    ):
        written, real = _norm(length, pivot), _norm(length, mean)
        for term in asked:
            dimension = term.text if kind == "text" else term.title
            stored = vector.get(dimension, 0.0)
            if stored > 0.0:
                times = round(stored * written / (K1 + 1 - stored))
                total += weight * idf[dimension] * _saturated(times, real)
    return total


def inverse_frequency(passages: int, holding: int) -> float:
    """Inverse document frequency of a word that `holding` of all passages hold; never negative.

    The two numbers are counted one after the other: while articles are added, `holding` may be the
    greater one.
    """
    holding = min(holding, passages)
    return math.log1p((passages - holding + 0.5) / (holding + 0.5))


def _saturated(times: int, norm: float) -> float:
    return (K1 + 1) * times / (times + norm)


def _norm(length: float, mean: float) -> float:
    return K1 * (1 - B + B * _rounded(int(length)) / max(mean, 1e-9))


def _rounded(length: int) -> int:
    """A length as tantivy keeps it, in one byte, so that both backends score alike."""
    above = length - _EXACT_LENGTHS
    if above < 2**_KEPT_BITS:
        return length
    shift = above.bit_length() - _KEPT_BITS
    return _EXACT_LENGTHS + (above >> shift << shift)


def _dimension(kind: str, word: str) -> int:
    """A hash of a word: of a million words, one in two thousand shares its dimension."""
    digest = hashlib.blake2b(f"{kind}:{word}".encode(), digest_size=8).digest()
    return 1 + int.from_bytes(digest, "big") % _DIMENSIONS
