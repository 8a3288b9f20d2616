from datetime import date
from pathlib import Path

import pytest

from qa.dates import (
    Anchor,
    anchor_for,
    combine,
    find_times,
    resolve,
    time_of_answer,
    times_of_answer,
)

SEEDS = Path(__file__).parents[3] / "seeds"

UNDATED = (
    "Mr Trump cancelled the 12 June summit last week, but both sides agreed to move forward.\n\n"
    "The photo shows him arriving at his hotel in NY on May 30, 2018. They met on Friday."
)


def stated(text, answer, published=None, **options):
    start = text.index(answer)
    return time_of_answer(text, published, start, start + len(answer), **options)


def test_an_expression_inside_the_answer_wins():
    answer = stated(UNDATED, "the 12 June summit last week")
    assert (answer.expression.quote, answer.place) == ("12 June", "inside")
    assert str(answer.resolved) == "2018-06-12"
    assert answer.resolved.inferred
    assert "whose latest date is 30 May 2018" in answer.resolved.derivation


def test_an_answer_that_is_a_piece_of_an_expression_is_all_of_it():
    answer = stated(UNDATED, "12")
    assert (answer.expression.quote, answer.place) == ("12 June", "overlapping")
    assert UNDATED[answer.expression.start : answer.expression.end] == "12 June"


def test_the_sentence_is_used_only_when_asked():
    assert stated(UNDATED, "his hotel") is None
    answer = stated(UNDATED, "his hotel", in_sentence=True)
    assert (answer.expression.quote, answer.place) == ("May 30, 2018", "sentence")
    assert stated(UNDATED, "Mr Trump", in_sentence=True).expression.quote == "12 June"


def test_all_times_of_an_answer_come_best_first():
    text = "He met them last year, in June, the day after, and a few days ago."
    answers = times_of_answer(text, date(2019, 1, 19), 0, len(text))
    quotes = [answer.expression.quote for answer in answers]
    assert quotes == ["last year, in June", "the day after", "a few days ago"]


@pytest.mark.parametrize("answer", ["the week before Christmas", "week before Christmas"])
def test_what_an_answer_counts_from_is_not_its_time(answer):
    text = "He died in his sleep the week before Christmas, aged 71."
    times = stated(text, answer, date(2023, 12, 28))
    assert times.expression.quote == "the week before"
    assert str(times.resolved) == "2023-12-18/2023-12-24"


def test_what_is_counted_from_elsewhere_leaves_the_answer_its_time():
    text = "He spoke the day after the summit in June, as he had in May 2017."
    assert stated(text, "May 2017").expression.quote == "May 2017"
    assert stated(text, "June").expression.quote == "June"
    unsaid = stated(text.replace("the day", "days"), "days after the summit in June")
    assert unsaid.resolved is None


def test_an_answer_without_time_has_none():
    assert stated(UNDATED, "Mr Trump cancelled") is None
    assert time_of_answer("", None, 0, 0) is None


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 10_000)])
def test_a_span_outside_the_text_is_refused(start, end):
    with pytest.raises(ValueError, match="no span"):
        time_of_answer(UNDATED, None, start, end)


def test_an_expression_of_another_text_is_refused():
    expression = find_times("They met in June.")[0]
    with pytest.raises(ValueError, match="does not stand"):
        resolve(expression, "They met long ago in June.", None)


def test_the_publication_date_is_the_anchor():
    assert anchor_for(UNDATED, date(2018, 6, 2)) == Anchor(date(2018, 6, 2), inferred=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UNDATED, Anchor(date(2018, 5, 30), inferred=True)),
        ("They met.", None),
        ("They met on 12 June.", None),
        (" date 2019-01-19 A top envoy began talks.", Anchor(date(2019, 1, 19))),
        ("Published: 12 June 2018\n\nThey met on 1 July 2018.", Anchor(date(2018, 6, 12))),
        ("A title\n\nJune 12, 2018\n\nThey met.", Anchor(date(2018, 6, 12))),
        ("A title\nLast updated: 12 June 2018, 10:30\nThey met.", Anchor(date(2018, 6, 12))),
        ("WASHINGTON, June 12, 2018 (Reuters) - They met.", Anchor(date(2018, 6, 12))),
        # A time to come does not show when an article was written.
        (
            "They met on 3 May 2018. They will meet on 9 June 2030.",
            Anchor(date(2018, 5, 3), inferred=True, distant=True),
        ),
        ("They will meet on 9 June 2030.", None),
        # Written well after its latest full date.
        ("He was born on 3 May 1950. In 2018 he resigned.", None),
        ("He was born on 3 May 1950.", Anchor(date(1950, 5, 3), inferred=True, distant=True)),
        (
            "On 3 May 2018, he resigned, he said in May 2018.",
            Anchor(date(2018, 5, 3), inferred=True, distant=True),
        ),
        ("It happened on 31 February 2018 and on Friday, 12 June 2018.", None),
    ],
)
def test_anchor_without_a_publication_date(text, expected):
    assert anchor_for(text, None) == expected


def test_a_day_counted_from_an_inferred_date_is_not_told():
    text = UNDATED + " They dined yesterday. They met last week. They will meet on Thursday."
    assert stated(text, "yesterday").resolved is None
    assert str(stated(text, "Thursday").resolved) == "2018-05-31"
    # Two days after is nearer than five before, whatever the tense.
    assert str(stated(text, "on Friday").resolved) == "2018-06-01"


@pytest.mark.parametrize(
    "told",
    [
        "The lock was dug on 4 May 1871.",
        "Ida Moor was born on 4 May 1971.",
        "The trial began on 4 May 2021.",
        "A file photo shows the lock on 4 May 2011.",
    ],
)
@pytest.mark.parametrize("relative", ["Friday night", "last week", "two years ago", "next June"])
def test_a_date_that_an_undated_article_tells_is_no_day_to_count_from(told, relative):
    text = f"The lock of Brae broke {relative}. {told}"
    assert stated(text, relative).resolved is None
    assert stated(text, relative, date(2022, 3, 9)).resolved is not None


def test_a_caption_tells_about_when_it_was_written():
    text = "Ida Moor speaks to reporters on 4 May 2021. The lock of Brae broke on Monday."
    assert str(stated(text, "Monday").resolved) == "2021-05-03"
    # What lacks a year takes the nearest, whoever tells of it.
    text = "The trial began on 4 May 2021. It was adjourned until 9 June."
    assert str(stated(text, "9 June").resolved) == "2021-06-09"


def test_the_seed_articles_together_date_the_summit():
    dated = (SEEDS / "000_cf0a1eb87af6c4d3.txt").read_text(encoding="utf-8")
    undated = (SEEDS / "002_8cbef51147ba1b69.txt").read_text(encoding="utf-8")
    answers = [
        stated(undated, "the 12 June summit last week"),
        stated(dated, "in June", date(2019, 1, 19)),
        stated(dated, "last year", date(2019, 1, 19)),
    ]
    assert [a.expression.quote for a in answers] == ["12 June", "June", "last year"]
    assert [str(a.resolved) for a in answers] == ["2018-06-12", "2018-06", "2018"]
    assert answers[2].resolved.derivation == '"last year" in an article of 19 January 2019 is 2018'
    combined = combine(
        [answer.evidence(score) for answer, score in zip(answers, (3, 2, 1), strict=True)]
    )
    assert str(combined.resolved) == "2018-06-12"
    assert combined.supporting == (0, 1, 2)
    assert combined.conflicts == ()
    assert not combined.resolved.inferred
    # Each pair that names month and year will do.
    assert str(combine([answers[0].evidence(), answers[2].evidence()]).resolved) == "2018-06-12"
    assert str(combine([answers[1].evidence(), answers[2].evidence()]).resolved) == "2018-06"
