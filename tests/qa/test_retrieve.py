"""The passages that are read for a question that names a time."""

from dataclasses import replace
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


def found(collection, question, filters=NO_FILTERS, today=TODAY):
    return [
        hit.article.published.year for hit in passages_for(collection, question, 5, filters, today)
    ]


@pytest.mark.parametrize(
    ("question", "year"),
    [
        ("Who won the Orm regatta last year?", 2009),
        ("Who won the Orm regatta two years ago?", 2008),
        ("Who won the Orm regatta the year before last?", 2008),
    ],
)
def test_the_report_of_a_time_in_other_words_is_read(regattas, question, year):
    plain = [hit.article.published.year for hit in regattas.search(question, 5)]
    assert year not in plain
    assert year in found(regattas, question, today=date(2010, 5, 1))


def test_more_is_read_of_a_decade(regattas):
    question = "Who won the Orm regatta in the 2000s?"
    plain = [hit.article.published.year for hit in regattas.search(question, 5)]
    assert not all(year >= 2000 for year in plain)
    assert all(year >= 2000 for year in found(regattas, question))


def test_what_is_published_soon_after_tells_of_a_time(regattas):
    assert 2003 in found(regattas, "Who won at Orm in May 2003?")


class _Replacing:
    """A retriever between whose searches all articles are replaced."""

    def __init__(self, collection):
        self.collection = collection
        self.searches = 0

    def search(self, question, k, filters=None):
        self.searches += 1
        if self.searches > 1:
            self.collection.add(
                replace(article, text=f"Correction: {article.text}")
                for article in list(self.collection.articles())
            )
        return self.collection.search(question, k, filters)


def test_each_article_is_read_in_one_version(tmp_path):
    with Collection(tmp_path / "c", create=True) as collection:
        collection.add(
            Article(str(year), "Regatta", f"{winner} won the regatta of Orm.", date(year, 6, 3))
            for year, winner in enumerate(WINNERS, start=1990)
        )
        retriever = _Replacing(collection)
        hits = passages_for(retriever, "Who won at Orm in the 2000s?", 8, NO_FILTERS, TODAY)
        assert retriever.searches == 2
        versions = {}
        for hit in hits:
            assert versions.setdefault(hit.article.id, hit.article.text) == hit.article.text


def test_hits_are_ordered_by_score_and_filters_hold(regattas):
    question = "Who won the Orm regatta in 1999?"
    hits = passages_for(regattas, question, 5, NO_FILTERS, TODAY)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert len({hit.passage for hit in hits}) == 5
    late = Filters(since=date(2005, 1, 1))
    assert all(year >= 2005 for year in found(regattas, question, late))
    assert found(regattas, question, Filters(articles=frozenset({"none"}))) == []
