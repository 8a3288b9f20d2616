"""The metrics against independent implementations, over random input."""

import itertools
import math
import string
from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from sklearn.metrics import roc_auc_score

from eval import metrics
from qa.reliability import calibration_error
from qa.squad_metrics import exact_match, f1

TEXTS = st.one_of(
    st.text(max_size=30),
    st.lists(
        st.sampled_from(
            ["the", "The", "a", "an", "Kim", "kim", "Yong-chol", "U.S.", "12", "", "“x”", "'s"]
        ),
        max_size=8,
    ).map(" ".join),
)
CONFIDENCES = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5, 0.7, 0.99, 1.0]) | st.floats(0, 1)
JUDGED = st.lists(st.tuples(CONFIDENCES, st.booleans(), st.integers(0, 3)), min_size=1, max_size=40)


def columns(rows):
    confidence, right, weights = zip(*rows, strict=True)
    return np.array(confidence), np.array(right), np.array(weights, dtype=float)


def repeated(rows):
    """The rows as often as their weight says: what weights mean."""
    return [(confidence, right) for confidence, right, weight in rows for _ in range(weight)]


# --- exact match and F1, beside a normaliser that scans characters


def squad_words(text):
    kept = "".join(character for character in text.lower() if character not in string.punctuation)
    pieces = (
        (known, "".join(run)) for known, run in itertools.groupby(kept, lambda c: c.isalnum())
    )
    return "".join(
        " " if known and run in {"a", "an", "the"} else run for known, run in pieces
    ).split()


def squad_f1(answer, gold):
    left, right = squad_words(answer), squad_words(gold)
    if not left or not right:
        return float(left == right)
    common = sum(min(count, right.count(word)) for word, count in Counter(left).items())
    if common == 0:
        return 0.0
    precision, recall = common / len(left), common / len(right)
    return 2 * precision * recall / (precision + recall)


@given(TEXTS, st.lists(TEXTS, min_size=1, max_size=4))
@settings(max_examples=4 * settings().max_examples)
def test_exact_match_and_f1_are_those_of_squad(answer, golds):
    assert exact_match(answer, golds) == any(squad_words(answer) == squad_words(g) for g in golds)
    assert f1(answer, golds) == pytest.approx(max(squad_f1(answer, gold) for gold in golds))


# --- metrics with weights


@given(JUDGED)
def test_mean(rows):
    confidence, right, weights = columns(rows)
    among = [value for value, chosen in repeated(rows) if chosen]
    measured = metrics.mean(confidence, right, weights)
    assert math.isnan(measured) if not among else measured == pytest.approx(np.mean(among))


@given(JUDGED)
def test_auc_is_that_of_scikit_learn(rows):
    confidence, right, weights = columns(rows)
    values = repeated(rows)
    measured = metrics.auc(confidence, right, weights)
    if len({right for _, right in values}) < 2:
        assert math.isnan(measured)
    else:
        scores, labels = zip(*values, strict=True)
        assert measured == pytest.approx(roc_auc_score(labels, scores))


@given(JUDGED)
def test_area_under_risk_coverage(rows):
    confidence, right, weights = columns(rows)
    values = repeated(rows)
    assume(values)
    # The risk at each question's own threshold, averaged over the questions.
    risks = []
    for threshold, _ in values:
        answered = [is_right for own, is_right in values if own >= threshold]
        risks.append(answered.count(False) / len(answered))
    curve = metrics.risk_coverage(confidence, right, weights)
    assert curve.area() == pytest.approx(np.mean(risks))
    assert curve.coverage[-1] == 1
    assert curve.risk[-1] == pytest.approx(
        sum(not is_right for _, is_right in values) / len(values)
    )


@given(JUDGED, st.integers(1, 12))
def test_calibration_error(rows, bins):
    confidence, right, weights = columns(rows)
    values = repeated(rows)
    assume(values)
    gap = 0.0
    for number in range(bins):
        inside = [v for v in values if min(int(v[0] * bins), bins - 1) == number]
        gap += abs(sum(c for c, _ in inside) - sum(r for _, r in inside))
    measured = calibration_error(confidence, right, weights, bins)
    assert measured == pytest.approx(gap / len(values))


@given(JUDGED)
def test_reliability_bins_add_up(rows):
    confidence, right, _ = columns(rows)
    bins = metrics.reliability(confidence, right)
    filled = bins.questions > 0
    assert bins.questions.sum() == len(rows)
    assert np.isnan(bins.right[~filled]).all()
    assert (bins.right * bins.questions)[filled].sum() == pytest.approx(right.sum())
    assert (bins.confidence * bins.questions)[filled].sum() == pytest.approx(confidence.sum())


@given(JUDGED, st.sampled_from([0.05, 0.5, 0.9, 0.95, 1.0]))
def test_quantile(rows, q):
    values, _, weights = columns(rows)
    assume(weights.sum())
    expected = np.quantile(np.repeat(values, weights.astype(int)), q, method="inverted_cdf")
    assert metrics.quantile(values, q, weights) == expected


@pytest.mark.parametrize(
    "metric",
    [
        lambda x, y, w: metrics.mean(x, y, w),
        lambda x, y, w: metrics.auc(x, y, w),
        lambda x, y, w: metrics.risk_coverage(x, y, w).area(),
        lambda x, y, w: calibration_error(x, y, w),
        lambda x, _, w: metrics.quantile(x, 0.95, w),
    ],
)
def test_a_matrix_of_weights_is_each_of_its_rows(metric):
    random = np.random.default_rng(1)
    confidence, right = random.random(30).round(1), random.random(30) < 0.6
    weights = np.concatenate(list(metrics.resamples(30, 50, seed=2)))
    together = metric(confidence, right, weights)
    assert together.shape == (50,)
    alone = np.array([metric(confidence, right, row) for row in weights])
    assert together == pytest.approx(alone)


def test_no_questions_give_nan():
    nothing, no_one, weights = np.array([]), np.array([], dtype=bool), np.ones((3, 0))
    assert np.isnan(metrics.auc(nothing, no_one, weights)).all()
    assert np.isnan(metrics.risk_coverage(nothing, no_one, weights).area()).all()
    assert np.isnan(metrics.quantile(nothing, 0.5, weights)).all()


def test_reciprocal_ranks():
    assert metrics.reciprocal_ranks(np.array([1.0, 4.0, math.inf])).tolist() == [1, 0.25, 0]


# --- the bootstrap


def test_resamples_draw_with_replacement_and_repeat_with_their_seed():
    blocks = list(metrics.resamples(7, 40, seed=3))
    weights = np.concatenate(blocks)
    assert weights.shape == (40, 7)
    assert (weights.sum(axis=1) == 7).all()
    assert (weights == np.concatenate(list(metrics.resamples(7, 40, seed=3)))).all()
    assert (weights != np.concatenate(list(metrics.resamples(7, 40, seed=4)))).any()


def test_many_resamples_come_in_bounded_blocks(monkeypatch):
    monkeypatch.setattr(metrics, "_BLOCK", 100)
    assert [len(block) for block in metrics.resamples(30, 8)] == [3, 3, 2]


def test_the_bootstrap_interval_has_its_coverage():
    random = np.random.default_rng(5)
    covered = 0
    for trial in range(200):
        values = (random.random(80) < 0.7).astype(float)
        weights = np.concatenate(list(metrics.resamples(80, 400, seed=trial)))
        low, high = np.quantile(metrics.mean(values, np.ones(80, bool), weights), [0.025, 0.975])
        covered += low <= 0.7 <= high
    assert 0.89 <= covered / 200 <= 0.99


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.1, 0.2])
def test_the_paired_p_value_is_near_that_of_a_t_test(shift):
    differences = np.random.default_rng(8).normal(shift, 0.5, 150)
    expected = ttest_1samp(differences, 0).pvalue
    assert metrics.paired_p_value(differences) == pytest.approx(expected, abs=0.015)


def test_the_paired_p_value_of_no_change_is_one_and_never_zero():
    assert metrics.paired_p_value(np.zeros(20)) == 1
    assert 0 < metrics.paired_p_value(np.ones(20)) < 0.001
