"""Exceptions: some that a sentence takes out of all that it speaks of."""

from datetime import date

import pytest

from index import Article, Collection
from qa.pipeline import Answerer
from qa.question.restrictions import restrictions_of
from qa.ranking.exceptions import exclusions, without_exclusions


@pytest.mark.parametrize(
    ("sentence", "taken_out", "excepted"),
    [
        ("All guests but Una Roy and Max Ohl stayed.", "Una Roy and Max Ohl", "denied"),
        ("Apart from the Gull, every boat sank.", "the Gull", "denied"),
        ("With the exception of Hill farm, all farms paid.", "Hill farm", "denied"),
        ("Every shop in the lane shut early bar Bell's.", "Bell's", "denied"),
        ("Save for the onions, everything is grown here.", "the onions", "denied"),
        ("Nobody but the cook may open it.", "the cook", "affirmed"),
        ("No judge other than Bo Lind agreed.", "Bo Lind", "affirmed"),
        ("They took the tram rather than the bus.", "the bus", "denied"),
    ],
)
def test_what_is_taken_out_and_what_is_said_of_it(sentence, taken_out, excepted):
    (exclusion,) = exclusions(sentence)
    assert sentence[exclusion.first : exclusion.last] == taken_out
    assert exclusion.excepted == excepted
    assert len(without_exclusions(sentence)) == len(sentence)
    assert taken_out not in without_exclusions(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Una Roy stayed, but Max Ohl left.",
        "Apart from Una Roy, Max Ohl stayed, too.",
        "The bar Merle was full.",
        "All of them tried to save Hill farm.",
    ],
)
def test_other_uses_of_these_words_take_nothing_out(sentence):
    assert not exclusions(sentence)


def test_who_else_is_no_denial():
    asked = restrictions_of("Who besides Una Roy stayed?", date(2024, 6, 1))
    assert not asked.negated
    assert asked.beside >= {"una", "roy"}


ARTICLES = {
    "Locks on the canal": (
        "Engineers tested the locks of the canal in spring. All locks except Lock Nine and the "
        "Mill Lock held. The work went on until July."
    ),
    "A walkout": (
        "The tram crews of Esk walked out at noon. Save for the depot of Hurn, every depot joined "
        "the walkout. Buses ran as usual."
    ),
    "Frost in the orchards": (
        "A late frost hit the valley. With the exception of the Bramley trees, all apple trees "
        "lost their blossom. Pears bloom later."
    ),
    "The vault": (
        "The vault under the town hall of Reth is old. No one but the archivist, Tessa Grove, has "
        "a key to it. Visitors see it on Sundays."
    ),
    "The rally of Corm": (
        "Nine cars started in the rally of Corm. The team of Delta did not reach the finish, while "
        "the team of Sigma did. It rained all day."
    ),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Collection(tmp_path_factory.mktemp("own") / "collection", create=True) as collection:
        collection.add(Article(title, title, text) for title, text in ARTICLES.items())
        yield Answerer(collection)


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("Which locks did not hold?", {"Lock Nine", "Mill Lock"}),
        ("Which depot did not join the walkout?", {"the depot of Hurn", "depot of Hurn", "Hurn"}),
        ("Which apple trees did not lose their blossom?", {"Bramley trees", "Bramley"}),
        ("Who has a key to the vault?", {"Tessa Grove", "archivist", "the archivist, Tessa Grove"}),
        ("Which team reached the finish of the rally?", {"Sigma", "team of Sigma"}),
    ],
)
def test_the_answer_is_what_is_taken_out_or_what_is_not(own, question, right):
    answer = own.ask(question)
    given = {answer.text, *(member.text for member in answer.items)}
    assert given & right
    assert {words.removeprefix("the ") for words in given if words} <= {
        words.removeprefix("the ") for words in right
    }
