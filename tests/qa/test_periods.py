"""The time of which a place in a text speaks, and how it stands to the time asked for."""

from datetime import date

import pytest

from qa.dates import question_interval
from qa.question.restrictions import restrictions_of
from qa.ranking.periods import place_time, relation

TODAY = date(2024, 6, 1)
PRIZES = (
    "The medal went to Ada Brill in 2011, to Jon Orr and Una Fay in 2012, and to Bo Lind in 2014."
)
KEEPERS = (
    "Ole Dahl (1961–1972) kept the light before Ida Strand (1972–1990). In 1990, Per Moe took "
    "over, and in 2003 Lea Vik did."
)


@pytest.mark.parametrize(
    ("text", "quote", "year"),
    [
        (PRIZES, "Ada Brill", 2011),
        (PRIZES, "Jon Orr and Una Fay", 2012),
        (PRIZES, "Bo Lind", 2014),
        (KEEPERS, "Ole Dahl", 1961),
        (KEEPERS, "Ida Strand", 1972),
        (KEEPERS, "Per Moe", 1990),
        (KEEPERS, "Lea Vik", 2003),
        ("Rolf Haug (3 May 1912 – 18 January 1955) wrote plays.", "plays", None),
        # A clause in brackets has its time, a name in front of them its own.
        ("The Old Barn was the town's stage for three summers (1961 to 1963).", "Old Barn", 1961),
        ("Lea Vik followed Per Moe (1990 to 2003) at the lamp.", "Lea Vik", None),
        ("In most years a field gives 9 tons; in 1999 it was 2.", "9 tons", None),
        ("In most years a field gives 9 tons; in 1999 it was 4.", "4", 1999),
        ("Una Fay (born Orr; Fay since 1961) wrote plays.", "Una Fay", 1961),
        ("It was built as the Swan (S-4) in 1951, renamed Heron in 1960.", "Heron", 1960),
    ],
)
def test_each_place_has_the_time_of_its_clause(text, quote, year):
    start = text.index(quote)
    told = place_time(text, None, start, start + len(quote))
    assert (told and told.start.year) == year


@pytest.mark.parametrize(
    ("quote", "asked", "expected"),
    [
        ("Ole Dahl", "from 1962 to 1970", "covers"),
        ("Ole Dahl", "in 1980", "over"),
        ("Ida Strand", "in 1965", "later"),
        ("Ida Strand", "in 1985", "covers"),
        ("Per Moe", "in 1995", "in force"),
        ("Per Moe", "in 2010", "over"),
        ("Lea Vik", "in 2003", "within"),
    ],
)
def test_periods(quote, asked, expected):
    start = KEEPERS.index(quote)
    others = [
        place_time(KEEPERS, None, KEEPERS.index(name), KEEPERS.index(name) + len(name))
        for name in ("Ole Dahl", "Ida Strand", "Per Moe", "Lea Vik")
    ]
    told = place_time(KEEPERS, None, start, start + len(quote))
    time = question_interval(f"Who kept the light {asked}?", TODAY)
    assert relation(told, time.start, time.end, others) == expected


def test_years_that_follow_each_other_are_one_time():
    text = "In 1974 and 1975, the team shared the Old Barn. It won in 1980 and 1984."
    start = text.index("the Old Barn")
    told = place_time(text, None, start, start + len("the Old Barn"))
    assert told
    assert (told.start, told.end) == (date(1974, 1, 1), date(1975, 12, 31))
    asked = restrictions_of("Where did the team play from March to May 1974?", TODAY).time
    assert asked
    assert relation(told, asked.start, asked.end, ()) == "covers"
    won = place_time(text, None, text.index("won"), text.index("won") + 3)
    assert won
    assert won.start.year == won.end.year
