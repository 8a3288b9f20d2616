"""What is read of a collection for a question that names a time."""

from datetime import date

import pytest

from index import Article, Collection
from index.types import NO_FILTERS, Filters
from qa.retrieve import passages_for

TODAY = date(2024, 6, 1)
WINNERS = (
    "Ada Brill,Jon Orr,Una Fay,Bo Lind,Per Holt,Ines Vega,Ole Dahl,Ida Strand,Per Moe,Lea Vik,"
    "Rolf Haug,Kit Noor,Max Ohl,Tom Reyes,Ana Costa,Leo Falk,Ben Oss,Eva Lund,Nils Berg,Olga Hartz"
).split(",")


@pytest.fixture(scope="module")
def regattas(tmp_path_factory):
    """Twenty reports that tell the year in their date alone, from 1990 on."""
    with Collection(tmp_path_factory.mktemp("regattas") / "c", create=True) as collection:
        collection.add(
            Article(
                str(year),
                "Regatta",
                f"{winner} won the regatta of Orm on Sunday, two lengths ahead of the field.",
                date(year, 6, 3),
                None,
            )
            for year, winner in enumerate(WINNERS, start=1990)
        )
        yield collection


def found(collection, question, filters=NO_FILTERS):
    return [
        hit.article.published.year for hit in passages_for(collection, question, 5, filters, TODAY)
    ]


@pytest.mark.parametrize("year", range(1990, 2010))
def test_the_report_of_the_year_asked_for_is_read(regattas, year):
    assert year in found(regattas, f"Who won the Orm regatta in {year}?")


def test_what_is_published_soon_after_tells_of_a_time(regattas):
    assert 2003 in found(regattas, "Who won at Orm in May 2003?")


def test_hits_are_ordered_by_score_and_filters_hold(regattas):
    question = "Who won the Orm regatta in 1999?"
    hits = passages_for(regattas, question, 5, NO_FILTERS, TODAY)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage for hit in hits}) == 5
    late = Filters(since=date(2005, 1, 1))
    assert all(year >= 2005 for year in found(regattas, question, late))
    assert found(regattas, question, Filters(articles=frozenset({"none"}))) == []
