"""The bundled suite, checked against the texts that it asks about."""

import pytest

from eval.commands import SEEDS_SUITE
from eval.suites import TYPES, load
from qa.loading import seed_articles


@pytest.fixture(scope="module")
def questions():
    return load(SEEDS_SUITE).questions


@pytest.fixture(scope="module")
def texts():
    return {article.source: article.text for article in seed_articles()}


def test_has_enough_of_each_kind(questions):
    single = [question for question in questions if not question.history]
    assert sum(question.answerable for question in single) >= 80
    assert sum(not question.answerable for question in single) >= 40
    assert {question.type for question in single} == set(TYPES) - {"other"}
    assert len({question.history[0].question for question in questions if question.history}) >= 12
    assert sum(question.type == "when" and bool(question.dates) for question in questions) >= 15


def test_every_answer_stands_verbatim_in_an_article_of_its_question(questions, texts):
    for question in questions:
        for answer in question.answers:
            assert any(answer in texts[source] for source in question.articles), answer


def test_every_article_of_a_question_holds_an_answer(questions, texts):
    for question in questions:
        for source in question.articles:
            assert any(answer in texts[source] for answer in question.answers), question.place


def test_the_answers_of_earlier_turns_stand_in_the_articles(questions, texts):
    for question in questions:
        for turn in question.history:
            assert any(turn.answer in text for text in texts.values()), turn
