import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Hit, Passage
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Evidence, members, overlap, rank, weigh
from qa.settings import MEMBER_LOGITS, SUPPORT_LOGITS
from qa.types import Span


def evidence(quote, score, start=0, article="a", similarity=0.5):
    text = Article(article, "", quote.rjust(start + len(quote)))
    hit = Hit(Passage(article, 0, 1000), 1.0, 1, 1, similarity, article=text)
    return Evidence(Span(article, start, start + len(quote), score), quote, hit, score)


def test_retrieval_counts_relative_to_the_best_passage():
    near = Hit(Passage("a", 0, 9), 0.9, 1, 1, 0.6, article=Article("a", "", "x"))
    far = Hit(Passage("b", 0, 9), 0.4, 9, None, 0.3, article=Article("b", "", "y"))
    spans = [
        Evidence(Span("a", 0, 1, 2.0), "x", near, 2.0),
        Evidence(Span("b", 0, 1, 2.0), "y", far, 2.0),
    ]
    best, second = weigh(spans, best_retrieval=0.9, retrieval=12.0)
    assert best.score == 2.0
    assert second.score == pytest.approx(2.0 - 0.5 * 12.0)


def test_the_same_words_in_two_places_are_one_stronger_answer():
    candidates = rank(
        [
            evidence("Singapore", 3.0),
            evidence("Hanoi", 3.2, 100),
            evidence("singapore.", 3.0, 50, "b"),
        ]
    )
    assert [candidate.evidence[0].quote for candidate in candidates] == ["Singapore", "Hanoi"]
    assert candidates[0].score == pytest.approx(3.0 + math.log(2))
    assert len(candidates[0].evidence) == 2


def test_one_place_read_twice_counts_once():
    candidates = rank([evidence("Singapore", 3.0), evidence("Singapore", 2.5)])
    assert len(candidates) == 1
    assert candidates[0].score == 3.0
    assert len(candidates[0].evidence) == 1


def test_the_same_words_about_something_else_are_not_cited():
    far = evidence("Trump", 5.0 - SUPPORT_LOGITS - 0.1, 40, "b")
    (candidate,) = rank([evidence("Trump", 5.0), far])
    assert [piece.span.article_id for piece in candidate.evidence] == ["a"]


def test_two_readings_of_one_place_are_one_answer():
    candidates = rank(
        [
            evidence("12 June", 5.0, 10),
            evidence("the 12 June summit", 4.0, 6),
            evidence("May", 1, 50),
        ]
    )
    assert [candidate.evidence[0].quote for candidate in candidates] == ["12 June", "May"]
    assert candidates[0].score == pytest.approx(math.log(math.exp(5) + math.exp(4)))
    assert len(candidates[0].evidence) == 1


def test_shares_and_no_answer_add_up_to_one():
    candidates = rank([evidence("one", 1.0), evidence("two", 0.5, 20)])
    no_answer = 1 / (1 + math.exp(1.0) + math.exp(0.5))
    assert sum(candidate.share for candidate in candidates) == pytest.approx(1 - no_answer)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["one", "the one", "two", "three.", "“", "a"]),
            st.integers(-9, 9),
            st.integers(0, 30),
            st.sampled_from(["a", "b"]),
        ),
        min_size=1,
    )
)
def test_ranking_keeps_the_best_and_never_contradicts_itself(items):
    pieces = [evidence(quote, score, start, article) for quote, score, start, article in items]
    candidates = rank(pieces)
    assert max(candidate.evidence[0].score for candidate in candidates) == max(
        e.score for e in pieces
    )
    assert [candidate.score for candidate in candidates] == sorted(
        (candidate.score for candidate in candidates), reverse=True
    )
    assert sum(candidate.share for candidate in candidates) <= 1 + 1e-9
    for position, likelier in enumerate(candidates):
        for candidate in candidates[:position]:
            assert not overlap(likelier.evidence[0].span, candidate.evidence[0].span)


def test_members_of_a_list_do_not_contend_with_each_other():
    far = 9.0 - MEMBER_LOGITS - 0.1
    pieces = [evidence("one", 9.0), evidence("two", 8.0, 20), evidence("three", far, 40)]
    apart = rank(pieces)
    listed = members(apart)
    assert [candidate.share for candidate in listed[:2]] == pytest.approx(
        [1 / (1 + math.exp(-9)), 1 / (1 + math.exp(-8))]
    )
    assert listed[2] == apart[2]
    assert members([]) == []


PLACES = st.lists(
    st.tuples(
        st.sampled_from(["one", "the one", "two", "three.", "One"]),
        st.floats(-9, 9),
        st.integers(0, 30),
        st.sampled_from(["a", "b"]),
    ),
    min_size=1,
    unique_by=lambda item: item[1],
)


@given(PLACES)
def test_a_copy_of_an_article_changes_nothing_but_the_citations(items):
    pieces = [evidence(quote, score, start, article) for quote, score, start, article in items]
    copied = [evidence(q, score, start, "copy") for q, score, start, a in items if a == "a"]
    before = rank(pieces)
    after = rank([*pieces, *copied], {"a": 7, "copy": 7, "b": 8})
    assert len(before) == len(after)
    for alone, with_copy in zip(before, after, strict=True):
        assert with_copy.evidence[0].quote == alone.evidence[0].quote
        assert with_copy.score == pytest.approx(alone.score)
        assert with_copy.share == pytest.approx(alone.share)
        cited = {piece.span for piece in with_copy.evidence}
        assert {piece.span for piece in alone.evidence} <= cited
        if copied and any(piece.span.article_id == "a" for piece in alone.evidence):
            assert "copy" in {span.article_id for span in cited}


@given(PLACES)
def test_an_independent_article_raises_what_it_says(items):
    pieces = [evidence(quote, score, start, article) for quote, score, start, article in items]
    (best, *_) = rank(pieces)
    copied = evidence(best.evidence[0].quote, best.evidence[0].score, 5, "other")
    (raised, *_) = rank([*pieces, copied], {"a": 7, "b": 8, "other": 9})
    assert raised.score > best.score
    assert raised.share > best.share or best.share > 0.999


def test_of_edited_copies_the_one_that_says_it_best_counts():
    places = [evidence("12 June", 3.0), evidence("12 June", 4.0, 50, "b")]
    (copies,) = rank(places, {"a": 1, "b": 1})
    assert copies.score == pytest.approx(4.0)
    (apart,) = rank(places, {"a": 1, "b": 2})
    assert apart.score == pytest.approx(math.log(math.exp(3) + math.exp(4)))


@given(st.floats(-1e6, 1e6), st.floats(-1, 1))
def test_confidence_is_a_probability_that_grows_with_the_score(score, similarity):
    calibration = Calibration(
        bias=-4, score=0.4, share=1, similarity=3, threshold=0.3, retrieval=12
    )
    (lower,) = rank([evidence("x", score, similarity=similarity)])
    (higher,) = rank([evidence("x", score + 1, similarity=similarity)])
    assert 0 < calibration.probability(lower) <= calibration.probability(higher) < 1


def test_of_a_question_that_names_a_time_confidence_is_less_extreme():
    calibration = Calibration(bias=0, score=1, share=0, similarity=0, threshold=0.3, retrieval=0)
    for score in (-5.0, 5.0):
        (plain,) = rank([evidence("x", score)])
        timed = replace(plain, timed=True)
        certain = abs(calibration.probability(plain) - 0.5)
        assert abs(calibration.probability(timed) - 0.5) < certain
