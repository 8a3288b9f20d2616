"""Dates with what stands beside them, and dates that come back."""

from datetime import date

import pytest

from qa.dates import find_times, times_of_answer

WRITTEN = date(2024, 3, 6)  # a Wednesday


def told(text, words=None, asked=None):
    start = text.index(words) if words else 0
    end = start + len(words) if words else len(text)
    (time, *_) = times_of_answer(text, WRITTEN, start, end, asked=asked)
    return None if time.resolved is None else str(time.resolved)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("She gave up the post three years ago, in April.", "2021-04"),
        ("Six years ago, on 9 July, the pier burned.", "2018-07-09"),
        ("On 9 July, six years ago, the pier burned.", "2018-07-09"),
        ("The club was sold last year, in November.", "2023-11"),
        ("Next year, in February, it will be sold.", "2025-02"),
        ("Two weeks ago, on Monday, the roof fell in.", "2024-02-19"),
        ("The pier was shut a fortnight ago.", "2024-02-19/2024-02-25"),
        ("He sailed a week last Monday.", None),
        ("He sailed a year ago last June.", None),
        ("Three decades ago, in June, he sailed.", None),
    ],
)
def test_a_date_is_read_with_its_distance(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The guild of Arl meets every third Thursday.",
        "The medal is awarded every five years in October.",
        "The regatta is rowed in July every year.",
        "The regatta is rowed on 3 July each year.",
        "Prizes are given out annually in June.",
        "The choir meets weekly on Thursday.",
        "The fair comes twice a year, in May and October.",
        "The annual fair is held in August.",
        "It is traditionally sung on 6 January.",
        "The ferry runs Monday through Saturday.",
        "The museum is open Tuesday to Sunday.",
        "Elections are held every four years, on the first Sunday in May.",
    ],
)
def test_what_comes_back_has_no_one_date(text):
    assert [time.resolved for time in times_of_answer(text, WRITTEN, 0, len(text))] == [
        None for _ in find_times(text)
    ]
    assert told(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The annual fair will be held on 3 August.", "2024-08-03"),
        ("The annual fair was held in August.", "2023-08"),
        ("Every seat was sold on 3 March.", "2024-03-03"),
    ],
)
def test_one_occasion_of_what_comes_back_has_its_date(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The lock was shut for three weeks from 8 January.", "8 January"),
        ("The lock was shut for three weeks from 8 January.", "three weeks from 8 January"),
        ("The lock was shut from 8 January for three weeks.", "8 January"),
        ("The repairs began on 8 January and lasted three weeks.", "8 January"),
    ],
)
def test_a_stretch_ends_after_its_length(text, words):
    assert told(text, words, "last") == "2024-01-29"
    assert told(text, words, "first") == "2024-01-08"


def test_a_length_from_a_day_that_may_be_a_distance_is_not_told():
    assert told("The vote is three weeks from 8 January.", "8 January", "last") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The chapel dates from the 1700s.", "1700-01-01/1799-12-31"),
        ("It was the first war of the 20th century.", "1900-01-01/1999-12-31"),
        ("Rome fell in the 5th century.", "0400-01-01/0499-12-31"),
        ("The mosque was begun in AD842.", "842"),
        ("He died on 30 September 420.", "0420-09-30"),
        ("She died in December of 384.", "384-12"),
        ("In 987, a new king was chosen.", "987"),
        ("The abbey (c. 781) stands on a hill.", "781"),
        ("Great Bath. 1596, begun by the old king. It has nine domes.", "1596"),
    ],
)
def test_centuries_and_years_before_1000(text, expected):
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Power failed in 300 homes.",
        "One in 200, they say, is left-handed.",
        "Flight 370 was lost.",
        "In 150 of the cases nothing was found.",
    ],
)
def test_three_digits_that_count_are_no_year(text):
    assert find_times(text) == ()


def test_a_number_after_a_day_counts_what_follows_it():
    assert [e.quote for e in find_times("On 12 June 200 Syrians fled.")] == ["12 June"]
