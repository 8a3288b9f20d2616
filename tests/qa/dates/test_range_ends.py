from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.dates import end_asked, times_of_answer
from qa.dates.parse.find import find_times
from qa.dates.resolve.range_ends import end_of
from qa.dates.resolve.resolve import readings
from qa.dates.types import Anchor

LIFE = (
    "Anna Lind (12 June 1920 – 3 May 1999) taught from 1951 to 1963. It opened 28 June to 2 July."
)
PUBLISHED = date(2024, 1, 5)


def told(answer, asked=None):
    start = LIFE.index(answer)
    (time,) = times_of_answer(LIFE, PUBLISHED, start, start + len(answer), asked=asked)
    return str(time.resolved)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("12 June 1920 – 3 May 1999", "1920-06-12/1999-05-03"),
        ("12 June 1920", "1920-06-12"),
        ("12 June", "1920-06-12"),
        ("3 May 1999", "1999-05-03"),
        ("1999", "1999-05-03"),
        ("1951", "1951"),
        ("1963", "1963"),
        ("from 1951", "1951"),
        ("1951 to 1963", "1951-01-01/1963-12-31"),
        ("1951 to", "1951-01-01/1963-12-31"),
        ("28 June", "2023-06-28"),
        ("2 July", "2023-07-02"),
    ],
)
def test_words_of_one_end_of_a_range_mean_that_end(answer, expected):
    assert told(answer) == expected


def test_an_end_that_is_asked_for_is_told_where_the_answer_has_both():
    assert told("28 June to 2 July", "first") == "2023-06-28"
    assert told("28 June to 2 July", "last") == "2023-07-02"
    assert told("1951 to 1963", "last") == "1963"
    # What the answer says goes before what was asked.
    assert told("3 May 1999", "first") == "1999-05-03"


def test_the_derivation_says_which_end_it_is():
    start = LIFE.index("28 June")
    (time,) = times_of_answer(LIFE, PUBLISHED, start, start + 17, asked="last")
    assert time.resolved.derivation.endswith(", which ends on 2 July 2023")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("In 1971-74 it rained.", "1971", "1974"),
        ("Open from March to October 2004.", "2004-03", "2004-10"),
        ("It ran from 2018-06-12 to 2018-06-14.", "2018-06-12", "2018-06-14"),
        ("The fair (12-14 May 2018) was good.", "2018-05-12", "2018-05-14"),
        ("Between 2015 and 2017 it fell.", "2015", "2017"),
        # No range, and one without an end of its own: all of it.
        ("In June 2018 it rained.", "2018-06", "2018-06"),
    ],
)
def test_ends_are_as_fine_as_the_range_names_them(text, first, last):
    (expression,) = find_times(text)
    (whole,) = readings(expression, text, Anchor(PUBLISHED))
    assert str(end_of(expression, whole, "first")) == first
    assert str(end_of(expression, whole, "last")) == last


@pytest.mark.parametrize(
    ("question", "end"),
    [
        ("When does the festival start?", "first"),
        ("when did the war begin", "first"),
        ("When was she born?", "first"),
        ("When did he take office?", "first"),
        ("Since when has it been closed?", "first"),
        ("When does the festival end?", "last"),
        ("When is the end of the festival?", "last"),
        ("When did the war end", "last"),
        ("When did she die?", "last"),
        ("Until when is the fair?", "last"),
        ("When did the talks at the end of the street take place?", None),
        ("When was the festival?", None),
        ("When does the museum open?", "first"),
        ("When will the museum close?", "last"),
        ("When is the museum open?", None),
        ("When was the museum closed?", None),
        ("When was the war over?", "last"),
        ("When did she take over?", None),
        ("When did the war begin and end?", None),
    ],
)
def test_a_question_may_ask_for_an_end(question, end):
    assert end_asked(question) == end


@given(st.dates(date(1500, 1, 1), date(2100, 1, 1)), st.integers(1, 900), st.sampled_from("dmy"))
def test_an_end_lies_in_its_range(first, days, fineness):
    last = date.fromordinal(first.toordinal() + days)
    form = {"d": "%-d %B %Y", "m": "%B %Y", "y": "%Y"}[fineness]
    text = f"It ran from {first:{form}} to {last:{form}}."
    for expression in find_times(text):
        for whole in readings(expression, text, None):
            begun, ended = (end_of(expression, whole, end) for end in ("first", "last"))
            assert whole.start == begun.start <= begun.end <= whole.end
            assert whole.start <= ended.start <= ended.end == whole.end
