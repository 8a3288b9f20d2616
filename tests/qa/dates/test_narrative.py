"""Dates that count from what a text told before, and whether a year is lent."""

from datetime import date

import pytest

from qa.dates import times_of_answer

WRITTEN = date(2021, 3, 10)


def resolved(marked, published=WRITTEN):
    """The readings of the expression in square brackets; "?" marks an inferred one."""
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    (time, *_) = times_of_answer(text, published, start, end)
    return [f"{reading}{'?' if reading.inferred else ''}" for reading in time.readings]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("She was made mayor in April 1998. [The following month] she fell ill.", "1998-05"),
        ("The ship sank in 1907. [Two years later] it was raised.", "1909"),
        ("They sailed on 2 July 1983. [The day before], a storm had passed.", "1983-07-01"),
        ("The siege began in 1643. It ended in [May of that year].", "1643-05"),
        ("He enlisted in 1915. [The next year, in August], he was wounded.", "1916-08"),
        ("Snow fell in the summer of 1962. [That same year] the river froze.", "1962"),
        ("The drought of 1976 was long. [That July] the well ran dry.", "1976-07"),
        ("She sat down on 5 May 2018. [A week later] she rose. ", "2018-05-12"),
    ],
)
def test_distances_count_from_the_last_date_told(marked, expected):
    assert resolved(marked) == [expected]


@pytest.mark.parametrize(
    "marked",
    [
        "He wed in 1950. [The next day] he sailed.",
        "The strike lasted three weeks. [The next day] he sailed.",
        "They met on 4 May 2018.\n\n[The next day] he sailed.",
    ],
)
def test_distances_are_not_told_from_what_gives_no_day(marked):
    assert resolved(marked) == []


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("In 1867 the guild split. In [July] it met again.", "1867-07?"),
        ("It opened in 1921. In May 1923 it grew, and in [October] it closed.", "1923-10?"),
    ],
)
def test_a_story_lends_its_year_and_says_that_it_is_inferred(marked, expected):
    assert resolved(marked) == [expected]


def test_an_article_without_a_date_takes_the_year_of_its_story():
    text = "The fort was built in April 1833. On [2 October] its garrison rose."
    assert resolved(text, None) == ["1833-10-02?"]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("The poet was born on 8 July 1939 in Sund. She died on [2 March] in Arl.", "2021-03-02"),
        ("The poet, born in May 1939, died on [2 November].", "2020-11-02"),
        ("Two men sought for a theft in 2004 were caught on [1 March].", "2021-03-01"),
        ("Police looking into a theft in 2004 caught two men on [9 October].", "2020-10-09"),
        ("A storm tore off the roof in 1987. On [4 March] it tore off another.", "2021-03-04"),
        ("The church was begun in 1311. It fell on [6 March].", "2021-03-06"),
        ("He stole it in 1999. He was caught on [5 June].", "2020-06-05"),
        ("The abbey was founded in 1120. It closed four days after [Christmas].", "2020-12-25"),
    ],
)
def test_another_event_lends_no_year_to_news(marked, expected):
    assert resolved(marked) == [expected]


def test_what_may_be_news_or_story_is_told_as_neither():
    assert resolved("In 1999 he stole it. He was caught on [5 March].") == [
        "2021-03-05",
        "1999-03-05?",
    ]
