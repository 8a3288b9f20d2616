"""The row of a list that the time of a question asks for."""

from datetime import date

import pytest

from index import Article, Hit, Passage
from qa.question.restrictions import restrictions_of
from qa.ranking.evidence import Evidence
from qa.ranking.rows import with_rows
from qa.types import Span

TODAY = date(2024, 6, 1)
DASHES = "Chiefs: Ida Moor (1981 to 1992)-Jon Vik (1992 to 2005)-Lea Pohl (2005 to present)"
COMMAS = "The chairs were Ida Moor (1981–1992), Jon Vik (1992–2005) and Lea Pohl (since 2005)."
YEARS_FIRST = "1981–1992: Ida Moor\n1992–2005: Jon Vik\n2005–2023: Lea Pohl\n"
TABLE = "Mayor | Ida Moor | 1981–1992\nMayor | Jon Vik | 1992–2005\nMayor | Lea Pohl | 2005–2023"


def rows(question, text, read):
    """The rows that are added to the one place that was read."""
    article = Article("a", "Orm", text, None)
    hit = Hit(Passage("a", 0, len(text)), 1.0, article=article)
    start = text.index(read)
    place = Evidence(Span("a", start, start + len(read), 3.0), read, hit, 3.0)
    evidence = with_rows(question, restrictions_of(question, TODAY), [place])
    assert evidence[0] == place
    for row in evidence[1:]:
        assert article.text[row.span.start : row.span.end] == row.quote
        assert row.score < place.score
    return [row.quote for row in evidence[1:]]


@pytest.mark.parametrize("text", [DASHES, COMMAS, YEARS_FIRST, TABLE])
@pytest.mark.parametrize(
    ("read", "asked", "right"),
    [
        ("Jon Vik", "in 1985", "Ida Moor"),
        ("Ida Moor", "from 1994 to 2001", "Jon Vik"),
        ("Ida Moor", "in May 2010", "Lea Pohl"),
        ("Lea Pohl", "in the 1980s", "Ida Moor"),
    ],
)
def test_the_row_of_the_time_asked_for_is_found(text, read, asked, right):
    assert rows(f"Who led Orm {asked}?", text, read) == [right]


@pytest.mark.parametrize(
    "text",
    [
        "Ida Moor took over in 2006. Before her Jon Vik had been head from 1995 to 2006.",
        "Ida Moor leads Orm. Jon Vik, who led it between 1995 and 2006, has died.",
        "Ida Moor leads Orm. From 1995 to 2006 Jon Vik was its head.",
        "Ida Moor leads Orm. From 1995 to 2006 it was led by Jon Vik.",
    ],
)
def test_who_held_an_office_is_told_beside_who_holds_it(text):
    assert rows("Who led Orm in 2001?", text, "Ida Moor") == ["Jon Vik"]
    assert rows("Who led Orm in 2010?", text, "Ida Moor") == []
    assert rows("Which town did Orm lead in 2001?", text, "Ida Moor") == []


def test_now_is_the_row_that_goes_on():
    assert rows("Who currently leads Orm?", DASHES, "Jon Vik") == ["Lea Pohl"]


@pytest.mark.parametrize(
    "text",
    [
        "He met Ida Moor (1981) and was glad when Jon Vik came (1992).",
        "Ida Moor (1981 to 1992) was followed by Jon Vik, who left in 1994. Lea Pohl (1990) wrote.",
    ],
)
def test_a_story_is_no_list(text):
    assert rows("Who led Orm in 1992?", text, "Ida Moor") == []


def test_without_a_time_nothing_is_added():
    assert rows("Who led Orm?", DASHES, "Jon Vik") == []


def test_empty_cells_between_two_times_are_gone_through_in_one_way():
    """Each empty cell must not double the ways to match: a wide table would take for ever."""
    text = "Ida Moor (1981) " + " | " * 200 + "x (1992)"
    assert rows("Who was chief in 1985?", text, "Ida Moor") == []
