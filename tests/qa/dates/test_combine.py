from datetime import date

import pytest

from qa.dates import Anchor, CalendarFields, Evidence, combine, find_times, readings
from qa.types import ResolvedDate

JAN19 = Anchor(date(2019, 1, 19))
WED16 = Anchor(date(2019, 1, 16))


def said(text, anchor=None, score=1.0):
    """The evidence of the first time expression of a text."""
    expression = find_times(text)[0]
    meant = readings(expression, text, anchor)
    partial = None if any(not r.inferred for r in meant) else expression.partial
    return Evidence(expression.quote, meant, partial, score)


@pytest.mark.parametrize(
    ("texts", "expected", "granularity"),
    [
        (["in 2018", "in June 2018", "on 12 June 2018"], "2018-06-12", "day"),
        (["on 12 June", "in 2018"], "2018-06-12", "day"),
        (["on 12 June", "in June 2018"], "2018-06-12", "day"),
        (["in June", "in 2018"], "2018-06", "month"),
        (["on the 12th, they met", "in June 2018"], "2018-06-12", "day"),
        (["on Friday", "on the 15th", "in June 2018"], "2018-06-15", "day"),
        (["in 2018", "in the 2010s"], "2018", "year"),
        (["on 12/06/2018", "in June 2018"], "2018-06-12", "day"),
        (["on 12/06/2018", "in December 2018"], "2018-12-06", "day"),
        (["in winter 2018", "in December 2018"], "2018-12", "month"),
        (["from 1950 to 1953", "in the 1950s"], "1950-01-01/1953-12-31", "range"),
        (["from 3 to 9 May 2018", "from 5 to 12 May 2018"], "2018-05-05/2018-05-09", "range"),
    ],
)
def test_compatible_evidence_is_intersected(texts, expected, granularity):
    combined = combine([said(text) for text in texts])
    assert str(combined.resolved) == expected
    assert combined.resolved.granularity == granularity
    assert combined.supporting == tuple(range(len(texts)))
    assert combined.conflicts == ()
    assert not combined.resolved.inferred


def test_relative_dates_of_different_articles_meet():
    combined = combine(
        [
            said("They met last year.", JAN19),
            said("They met in June.", JAN19),
            said("The 12 June summit was off, said officials."),
        ]
    )
    assert str(combined.resolved) == "2018-06-12"
    assert combined.resolved.derivation == (
        '12 June 2018: "last year" (2018), "June" (June 2018) and "12 June"'
    )


def test_a_weekday_alone_does_not_choose_a_day_of_a_month():
    combined = combine([said("on Friday"), said("in June 2018")])
    assert str(combined.resolved) == "2018-06"
    assert combined.supporting == (1,)


def test_a_day_and_month_do_not_choose_a_year_of_a_decade():
    combined = combine([said("on 12 June"), said("in the 2010s")])
    assert combined.supporting == (1,)


def test_an_impossible_completion_is_no_support():
    combined = combine([said("on 29 February"), said("in 2018")])
    assert combined.supporting == (1,)


def test_partial_dates_alone_have_no_year():
    assert combine([said("on 12 June"), said("in June")]) is None
    assert combine([]) is None
    assert combine([Evidence("a few days ago", ())]) is None


def test_conflicts_are_kept_apart_and_the_better_supported_wins():
    combined = combine(
        [
            said("on 12 June 2018", score=1.0),
            said("on 5 July 2018", score=1.5),
            said("in June 2018", score=1.0),
            said("a few days ago"),
        ]
    )
    assert str(combined.resolved) == "2018-06-12"
    assert combined.supporting == (0, 2)
    assert combined.score == 2.0
    (conflict,) = combined.conflicts
    assert str(conflict.resolved) == "2018-07-05"
    assert conflict.supporting == (1,)
    assert conflict.conflicts == ()


def test_a_conflict_may_share_coarse_support():
    combined = combine([said("on 12 June", score=2.0), said("on 5 July"), said("in 2018")])
    assert str(combined.resolved) == "2018-06-12"
    assert [str(c.resolved) for c in combined.conflicts] == ["2018-07-05"]
    assert combined.conflicts[0].supporting == (1, 2)


def test_scores_outweigh_numbers():
    pieces = [said("in 2017", score=0.2), said("in 2017", score=0.2), said("in 2018", score=0.9)]
    combined = combine(pieces)
    assert str(combined.resolved) == "2018"
    assert combined.conflicts[0].supporting == (0, 1)


def test_among_equal_scores_the_first_wins():
    assert str(combine([said("in 2017"), said("in 2018")]).resolved) == "2017"


@pytest.mark.parametrize(
    ("text", "anchor", "other"),
    [
        ("The office opened on 1/2/2018.", None, "1 February 2018"),
        ("The summit, Friday.", WED16, "18 January 2019"),
        ("The fair: 12 June", JAN19, "12 June 2019"),
    ],
)
def test_two_readings_are_never_decided_silently(text, anchor, other):
    combined = combine([said(text, anchor)])
    assert combined.resolved.inferred
    assert combined.resolved.derivation.endswith(f"; its words may as well mean {other}")
    settled = combine([said(text, anchor), said(f"on {other}")])
    assert not settled.resolved.inferred
    assert "may as well" not in settled.resolved.derivation


def test_an_inferred_date_stays_inferred_unless_others_state_the_same():
    late = Anchor(date(2018, 5, 30), inferred=True)
    day = said("The summit will be held on 12 June.", late)
    assert combine([day]).resolved.inferred
    assert combine([day]).resolved.derivation == day.readings[0].derivation
    assert not combine([day, said("in 2018")]).resolved.inferred


def test_an_earlier_event_lends_no_year_to_a_younger_article():
    anchor = Anchor(date(2018, 5, 30), inferred=True)
    day = said("The mill burned down on 12 March.", anchor)
    combined = combine([day, said("in March 1987", score=2.0)])
    assert str(combined.resolved) == "1987-03"
    assert [str(conflict.resolved) for conflict in combined.conflicts] == ["2018-03-12"]


def test_an_inferred_year_gives_way_to_a_stated_one():
    wrong = Anchor(date(2015, 5, 30), inferred=True)
    day = said("The summit will be held on 12 June.", wrong)
    assert str(day.readings[0]) == "2015-06-12"
    combined = combine([day, said("in June 2018", score=2.0)])
    assert str(combined.resolved) == "2018-06-12"
    assert not combined.resolved.inferred


def test_a_stated_year_does_not_give_way():
    day = said("The summit will be held on 12 June.", JAN19)
    combined = combine([day, said("in June 2018", score=2.0)])
    assert str(combined.resolved) == "2018-06"
    assert [str(c.resolved) for c in combined.conflicts] == ["2019-06-12"]


@pytest.mark.parametrize("score", [-1.0, float("nan"), float("inf")])
def test_scores_must_be_finite_and_not_negative(score):
    with pytest.raises(ValueError, match="score"):
        Evidence("2018", (), None, score)


def test_no_score_is_still_evidence():
    reading = ResolvedDate(date(2018, 1, 1), date(2018, 12, 31), "year", "2018")
    combined = combine([Evidence("2018", (reading,), None, 0.0)])
    assert combined.resolved == reading
    assert combined.score == 0.0


def test_many_pieces_take_little_time():
    pieces = [said(f"on {1 + i % 28} June {1990 + i % 30}") for i in range(60)]
    pieces += [Evidence("12 June", (), CalendarFields(month=6, day=1 + i)) for i in range(20)]
    assert combine(pieces).score >= 1.0
