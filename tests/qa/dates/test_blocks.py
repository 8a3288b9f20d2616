"""Finding times in part of an article: the same times, and no work for the rest of it."""

from datetime import date

import pytest

from qa.dates import find_times, times_of_answer
from qa.dates.parse import find
from qa.dates.parse.blocks import BLOCK, times_between

FILLER = "The tide left shells along the quay, and the gulls came for them at noon. "
LONG = "\n\n".join(
    f"{FILLER * 9}On {day} March 2015 the pier lost a plank; in late April, more. {FILLER * 7}"
    for day in range(1, 29)
)


@pytest.fixture
def tokenised(monkeypatch):
    """Counts the characters that are made into tokens."""
    counts = []
    tokens_of = find.tokens_of

    def counting(text, first, last):
        counts.append(last - first)
        return tokens_of(text, first, last)

    monkeypatch.setattr(find, "tokens_of", counting)
    return counts


@pytest.mark.parametrize("text", [LONG, LONG.replace("\n\n", " "), "3 May 2019", ""])
def test_all_blocks_together_have_the_times_of_the_whole(text):
    assert times_between(text, 0, len(text)) == find_times(text)


@pytest.mark.parametrize("place", range(0, len(LONG), 997))
def test_a_part_has_the_times_that_the_whole_has_there(place):
    expected = [e for e in find_times(LONG) if e.start < place + 300 and place < e.end]
    assert list(times_between(LONG, place, place + 300)) == expected


def test_a_long_article_costs_no_more_than_the_places_that_are_read(tokenised):
    text = LONG * 20
    place = text.index("14 March 2015", len(text) // 2)
    for _ in range(50):
        (time,) = times_of_answer(text, date(2016, 1, 1), place, place + 13)
    assert time.resolved is not None
    assert time.resolved.start == date(2015, 3, 14)
    assert sum(tokenised) < 6 * BLOCK < len(text) / 20


def test_the_latest_date_of_an_article_is_found_from_the_latest_year_back(tokenised):
    text = "The lock of Brae broke on 4 May 2017. They met in April. " + LONG * 20
    place = text.index("April")
    (time,) = times_of_answer(text, None, place, place + 5)
    assert time.resolved is not None
    assert (time.resolved.start, time.resolved.inferred) == (date(2017, 4, 1), True)
    assert sum(tokenised) < 4 * BLOCK


@pytest.mark.parametrize("run", ["–" * 300_000, "- " * 150_000, "9/" * 150_000, "May " * 75_000])
def test_a_run_of_marks_costs_a_question_nothing(run, tokenised):
    text = f"The reed fair was held on 3 July 2019. {run}\nThe reed fair was held on 12 July."
    place = text.rindex("12 July")
    (time,) = times_of_answer(text, date(2019, 8, 1), place, place + 7)
    assert time.resolved is not None
    assert time.resolved.start == date(2019, 7, 12)
    assert sum(tokenised) < 6 * BLOCK


def test_the_order_of_day_and_month_is_shown_by_any_part_of_an_article():
    text = f"Signed on 03/04/2018. {FILLER * 200} Sealed on 3 April 2018. {FILLER * 100}"
    (time,) = times_of_answer(text, None, 10, 20)
    assert time.resolved is not None
    assert time.resolved.start == date(2018, 4, 3)
