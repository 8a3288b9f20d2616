"""Dates of several places are put together only where the places speak of one event."""

from datetime import date

import pytest

from index import Article, Hit, Passage
from qa.ranking.evidence import Evidence, rank
from qa.ranking.temporal import pool_times
from qa.types import Span

FLOOD_A = Article(
    "a", "Flood in Bran", "The Ode flooded the lower town of Bran on 9 March.", date(2017, 3, 20)
)
FLOOD_B = Article(
    "b", "Sund dries out", "The flood in Sund in March ruined the archive.", date(2017, 4, 2)
)
VISIT = Article(
    "visit",
    "Envoy flies home",
    "The envoy Lio Arden left on Friday. His aide said that the Quayside talks went well.\n\n"
    "Mr Arden had put off the 7 May talks once. A photograph shows him on May 2, 2016.",
)
LATER = Article(
    "later",
    "",
    "It was the day after the Quayside talks in May of last year that Arden resigned.",
    date(2017, 1, 8),
)
SPELLINGS = [
    "When were the Quayside talks?",
    "when were the quayside talks",
    "WHEN, QUAYSIDE TALKS?",
]


def evidence(article, quote, score):
    start = article.text.index(quote)
    passage = Passage(article.id, 0, len(article.text))
    hit = Hit(passage, 1.0, 1, 1, 0.5, article=article)
    return Evidence(Span(article.id, start, start + len(quote), score), quote, hit, score)


def pooled(question, *places):
    articles = {place.hit.article.id: place.hit.article for place in places}
    return pool_times(rank(places), articles.__getitem__, question=question)


def test_a_finer_date_of_another_place_is_another_answer():
    places = evidence(FLOOD_B, "March", 6.0), evidence(FLOOD_A, "9 March", 5.0)
    sund, bran = pooled("When was the flood in Sund?", *places)
    assert (str(sund.date), [place.quote for place in sund.evidence]) == ("2017-03", ["March"])
    assert str(bran.date) == "2017-03-09"


@pytest.mark.parametrize("question", SPELLINGS)
def test_a_finer_date_of_the_same_event_is_told_in_every_spelling(question):
    places = evidence(LATER, "May of last year", 9.0), evidence(VISIT, "7 May", 1.5)
    (answer,) = pooled(question, *places)
    assert answer.evidence[0].quote == "7 May"
    assert str(answer.date) == "2016-05-07"


def test_a_place_far_below_the_best_is_heard_only_of_the_same_event():
    far = Article("far", "", "The Hillside talks of Max Ohl fell on 7 May.", date(2016, 6, 1))
    places = evidence(LATER, "May of last year", 9.0), evidence(far, "7 May", 1.5)
    best, second = pooled("When were the Quayside talks?", *places)
    assert (str(best.date), second.date) == ("2016-05", None)


@pytest.mark.parametrize(
    ("coarse", "fine"),
    [
        ("The bank of Orla was robbed in April.", "The bank of Pell was robbed on 3 April."),
        ("Una Roy resigned in April, she said.", "The mayor, Per Lund, resigned on 3 April."),
        ("In Orla the school shut in April.", "The Pell school shut on 3 April."),
        ("The fire in Orla was in April.", "The brewer Max Ohl bought a new van on 3 April."),
    ],
)
@pytest.mark.parametrize(
    "question",
    [
        "When was the bank of Orla robbed?",
        "when did una roy resign",
        "When did the school in Orla shut?",
        "When was the fire?",
    ],
)
def test_other_names_are_another_event(coarse, fine, question):
    first = Article("first", "", coarse, date(2018, 5, 1))
    second = Article("second", "", fine, date(2018, 5, 2))
    answers = pooled(question, evidence(first, "April", 5.0), evidence(second, "3 April", 4.5))
    assert [str(answer.date) for answer in answers] == ["2018-04", "2018-04-03"]


def test_places_that_share_the_name_agree():
    first = Article("first", "", "The bridge of Orla fell in April.", date(2018, 5, 1))
    second = Article("second", "", "In Orla the bridge fell on 3 April.", date(2018, 5, 2))
    answers = pooled(
        "When did the bridge of Orla fall?",
        evidence(first, "April", 5.0),
        evidence(second, "3 April", 4.5),
    )
    assert [str(answer.date) for answer in answers] == ["2018-04-03"]


@pytest.mark.parametrize(
    "question",
    [
        "when was the Singapore summit",
        "When was the singapore summit?",
        "WHEN WAS THE SINGAPORE SUMMIT?",
        "What was the date of the Singapore summit?",
        "on which day was the Singapore summit held",
    ],
)
def test_a_question_has_the_same_date_in_every_spelling(answerer, question):
    answer = answerer.ask(question)
    assert (answer.text, str(answer.date)) == ("12 June", "2018-06-12")
