import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qa.reading.decode import NEAR, DecodedSpans, decode, distinct


def brute_force(start, end, blocks, max_tokens, n_best):
    """Every allowed span of every passage, by loops."""
    kept = []
    for p in range(start.shape[0]):
        null = start[p, 0] + end[p, 0]
        scores = {}
        for i in range(start.shape[1]):
            for j in range(i, min(i + max_tokens, start.shape[1])):
                if blocks[p, i] and blocks[p, j]:
                    last = i
                    while last < j and blocks[p, last + 1] == blocks[p, i]:
                        last += 1
                    score = start[p, i] + end[p, j] - null
                    scores[i, last] = max(score, scores.get((i, last), score))
        spans = sorted((-score, p, i, j) for (i, j), score in scores.items())
        kept += [(-score, *place) for score, *place in spans[:n_best]]
    return sorted(kept, key=lambda s: (-s[0], s[1], s[2], s[3]))


@st.composite
def batches(draw):
    shape = (draw(st.integers(1, 4)), draw(st.integers(2, 12)))
    # Whole numbers make sums exact and ties common.
    logits = hnp.arrays(np.float32, shape, elements=st.integers(-5, 5).map(float))
    mask = draw(hnp.arrays(np.int64, shape, elements=st.integers(0, 3)))
    mask[:, 0] = False
    return draw(logits), draw(logits), mask


@given(batches(), st.integers(1, 15), st.integers(1, 20))
@settings(max_examples=3 * settings().max_examples)
def test_equals_brute_force(batch, max_tokens, n_best):
    start, end, mask = batch
    spans = decode(start, end, mask, max_tokens, n_best)
    decoded = list(zip(spans.score, spans.passage, spans.start, spans.end, strict=True))
    assert [tuple(map(float, span)) for span in decoded] == [
        tuple(map(float, span)) for span in brute_force(start, end, mask, max_tokens, n_best)
    ]


def places_of(spans):
    """The number of the best span of each place, and of those that are variants of it."""
    places = {}
    for number, (passage, start, end) in enumerate(zip(*spans[:3], strict=True)):
        same = [
            best
            for best in places
            if spans.passage[best] == passage
            and spans.start[best] <= end
            and start <= spans.end[best]
            and (abs(spans.start[best] - start) <= NEAR or abs(spans.end[best] - end) <= NEAR)
        ]
        for best in same:
            places[best] += 1
        if not same:
            places[number] = 1
    return places


@given(batches(), st.integers(1, 12), st.integers(1, 12), st.integers(1, 4))
def test_distinct_spans_are_the_best_of_each_place(batch, max_tokens, n_best, variants):
    start, end, mask = batch
    every = decode(start, end, mask, max_tokens, 1_000)
    kept = distinct(every, n_best, variants)
    rows, some = set(zip(*every, strict=True)), list(zip(*kept, strict=True))
    assert set(some) <= rows
    assert some == [row for row in zip(*every, strict=True) if row in set(some)]  # in their order
    for passage in range(len(start)):
        own = kept.passage == passage
        assert own.sum() <= n_best
        assert own.any() == (every.passage == passage).any()
    assert all(count <= variants for count in places_of(kept).values())


def test_another_place_comes_up_beside_the_variants_of_the_best():
    spans = DecodedSpans(
        np.zeros(6, int),
        np.array([2, 3, 2, 1, 9, 2]),
        np.array([3, 3, 4, 3, 9, 2]),
        np.array([9, 8, 7, 6, 5, 4], np.float32),
    )
    assert distinct(spans, 3, variants=2).start.tolist() == [2, 3, 9]
    assert distinct(spans, 6).start.tolist() == [2, 3, 2, 1, 9]


def test_a_name_comes_up_beside_the_variants_of_a_clause_around_it():
    spans = DecodedSpans(
        np.zeros(4, int),
        np.array([3, 3, 8, 3]),
        np.array([20, 8, 20, 14]),
        np.array([9, 8, 7, 6], np.float32),
    )
    name = DecodedSpans(
        *(np.append(whole, one) for whole, one in zip(spans, (0, 11, 11, 5), strict=True))
    )
    assert distinct(name, 5).start.tolist() == [3, 3, 8, 3, 11]


@given(batches(), st.integers(1, 15))
def test_spans_are_bounded_and_inside_the_context(batch, max_tokens):
    start, end, mask = batch
    spans = decode(start, end, mask, max_tokens)
    assert mask[spans.passage, spans.start].all()
    assert mask[spans.passage, spans.end].all()
    assert (spans.start <= spans.end).all()
    assert (spans.end - spans.start < max_tokens).all()


def test_score_is_relative_to_each_passage_s_own_no_answer():
    start = np.array([[9.0, 10.0], [0.0, 5.0]], dtype=np.float32)
    end = np.array([[9.0, 10.0], [0.0, 5.0]], dtype=np.float32)
    mask = np.array([[False, True], [False, True]])
    spans = decode(start, end, mask, max_tokens=5)
    assert spans.passage.tolist() == [1, 0]
    assert spans.score.tolist() == [10.0, 2.0]


def test_empty_batch_and_empty_context():
    nothing = np.zeros((0, 0), dtype=np.float32)
    assert len(decode(nothing, nothing, nothing.astype(bool), 3).score) == 0
    logits = np.zeros((2, 4), dtype=np.float32)
    assert len(decode(logits, logits, np.zeros((2, 4), dtype=bool), 3).score) == 0


@pytest.mark.parametrize(
    ("shape", "max_tokens", "n_best", "says"),
    [((2, 3), 1, 1, "shape"), ((2, 4), 0, 1, "at least 1"), ((2, 4), 1, 0, "at least 1")],
)
def test_bad_arguments(shape, max_tokens, n_best, says):
    logits = np.zeros((2, 4), dtype=np.float32)
    with pytest.raises(ValueError, match=says):
        decode(logits, logits, np.zeros(shape, dtype=bool), max_tokens, n_best)


def test_position_0_cannot_be_context():
    logits = np.zeros((1, 3), dtype=np.float32)
    with pytest.raises(ValueError, match="no-answer"):
        decode(logits, logits, np.ones((1, 3), dtype=bool), 2)


def test_a_span_that_runs_on_is_cut_at_the_end_of_its_block():
    start = np.array([[0.0, 0.0, 9.0, 0.0, 0.0]], dtype=np.float32)
    end = np.array([[0.0, 0.0, 1.0, 0.0, 8.0]], dtype=np.float32)
    spans = decode(start, end, np.array([[0, 1, 1, 2, 2]]), max_tokens=5, n_best=1)
    assert (spans.start[0], spans.end[0], spans.score[0]) == (2, 2, 17.0)
