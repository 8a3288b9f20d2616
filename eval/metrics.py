"""Metrics over the questions of a suite, each vectorised over bootstrap resamples.

Arrays hold one value a question, in one order. Every metric takes `weights`, shape (..., n):
how often each question counts. A row of ones is the suite itself; a matrix of resample counts
(`resamples`) gives the metric of every resample in one call. The result has shape (...), and is NaN
if no question counts for the metric.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from qa.reliability import BINS, members

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_BLOCK = 2_000_000
"""Cells of one block of resamples; limits memory to some 50 MB."""


def mean(values: Floats, among: Bools, weights: Floats) -> Floats:
    """The mean of values over the questions `among`.

    Shares are means too: precision is the mean of "answerable" among the answered, recall the mean
    of "answered" among the answerable.

    Args:
        values: Shape (n,); may be NaN outside `among`.
        among: Shape (n,).
        weights: Shape (..., n).
    """
    return _ratio(weights @ np.where(among, values, 0.0), weights @ among.astype(np.float64))


def quantile(values: Floats, q: float, weights: Floats) -> Floats:
    """The smallest value that at least a share `q` of the questions do not exceed."""
    if not len(values):
        return np.full(weights.shape[:-1], np.nan)
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[..., order], axis=-1)
    # Counts are whole: a slack far below one undoes the rounding of q * n.
    enough = reached >= q * reached[..., -1:] - 1e-9
    return np.asarray(values[order][np.argmax(enough, axis=-1)], dtype=np.float64)


def auc(scores: Floats, positive: Bools, weights: Floats) -> Floats:
    """The probability that a positive scores higher than a negative; a tie counts half."""
    if not len(scores):
        return np.full(weights.shape[:-1], np.nan)
    order, groups = _tied(scores)
    ordered = weights[..., order]
    positives = np.add.reduceat(ordered * positive[order], groups, axis=-1)
    negatives = np.add.reduceat(ordered * ~positive[order], groups, axis=-1)
    below = np.cumsum(negatives, axis=-1) - negatives
    pairs = positives.sum(axis=-1) * negatives.sum(axis=-1)
    return _ratio((positives * (below + negatives / 2)).sum(axis=-1), pairs)


class RiskCoverage(NamedTuple):
    """Share answered and share wrong among them, at every threshold of the confidence.

    Both have shape (..., t) for t distinct confidences, from the strictest threshold down.
    """

    coverage: Floats
    risk: Floats

    def area(self) -> Floats:
        """The mean risk over all coverages (AURC), in [0, 1]; lower is better."""
        steps = np.diff(self.coverage, axis=-1, prepend=0.0)
        return np.asarray((self.risk * steps).sum(axis=-1), dtype=np.float64)


def risk_coverage(confidence: Floats, right: Bools, weights: Floats) -> RiskCoverage:
    """The share of wrong answers if only the most confident are given, at every threshold.

    Questions of equal confidence are answered together: no threshold tells them apart.
    """
    if not len(confidence):
        nothing = np.full((*weights.shape[:-1], 1), np.nan)
        return RiskCoverage(nothing, nothing)
    order, groups = _tied(-confidence)
    ordered = weights[..., order]
    covered = np.cumsum(np.add.reduceat(ordered, groups, axis=-1), axis=-1)
    wrong = np.cumsum(np.add.reduceat(ordered * ~right[order], groups, axis=-1), axis=-1)
    # A resample may lack the most confident questions: it covers nothing there, at no risk.
    risk = np.divide(wrong, covered, out=np.zeros_like(wrong), where=covered > 0)
    return RiskCoverage(covered / covered[..., -1:], risk)


class Reliability(NamedTuple):
    """Mean confidence, share right and number of questions of each bin, shape (bins,)."""

    confidence: Floats
    right: Floats
    questions: Floats


def reliability(confidence: Floats, right: Bools, bins: int = BINS) -> Reliability:
    """The share of right answers by bins of confidence; NaN in bins without questions."""
    inside = members(confidence, bins)
    count = inside.sum(axis=0)
    return Reliability(
        _ratio(confidence @ inside, count),
        _ratio(right.astype(np.float64) @ inside, count),
        count,
    )


def reciprocal_ranks(ranks: Floats) -> Floats:
    """1 / rank; 0 for rank infinity (not found)."""
    return np.asarray(1.0 / ranks, dtype=np.float64)


def resamples(questions: int, count: int = 1000, seed: int = 0) -> Iterator[Floats]:
    """Bootstrap resamples, as blocks of weights of shape (b, questions), `count` rows in all.

    Each row says how often each question was drawn, with replacement.
    """
    random = np.random.default_rng(seed)
    block = max(1, min(count, _BLOCK // max(questions, 1)))
    for first in range(0, count, block):
        rows = min(block, count - first)
        drawn = random.integers(questions, size=(rows, questions))
        drawn += np.arange(rows)[:, None] * questions
        counts = np.bincount(drawn.ravel(), minlength=rows * questions)
        yield counts.reshape(rows, questions).astype(np.float64)


def paired_p_value(differences: Floats, count: int = 10_000, seed: int = 0) -> float:
    """Two-sided p-value of a mean difference, by the paired bootstrap.

    The differences are shifted to mean zero, which is the null hypothesis, and resampled: the
    p-value is the share of resamples whose mean is at least as far from zero as the one seen.

    Args:
        differences: New score minus old score of each question, shape (n,).
        count: Number of resamples.
        seed: Seed of the random draws.
    """
    if not differences.any():
        return 1.0
    seen = differences.mean()
    centred = differences - seen
    means = [block @ centred / len(centred) for block in resamples(len(centred), count, seed)]
    # A tie in exact arithmetic must count as one after rounding too.
    extreme = np.count_nonzero(np.abs(np.concatenate(means)) >= abs(seen) - 1e-12)
    return float((1 + extreme) / (1 + count))


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    nan = np.full(np.shape(numerator), np.nan)
    known = np.asarray(denominator) > 0
    return np.asarray(np.divide(numerator, denominator, out=nan, where=known), dtype=np.float64)


def _tied(keys: Floats) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The ascending order of keys, and where in it each run of equal keys begins."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    return order, np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
