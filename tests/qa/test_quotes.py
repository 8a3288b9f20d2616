import pytest

from index import Article, Hit, Passage
from qa.ranking.evidence import Evidence
from qa.ranking.quotes import named, whole_quotation, with_unit
from qa.types import Span


def read(text, quote, title=""):
    start = text.index(quote)
    hit = Hit(Passage("a", 0, len(text)), 1.0, article=Article("a", title, text))
    return Evidence(Span("a", start, start + len(quote), 1.0), quote, hit, 1.0)


@pytest.mark.parametrize(
    ("text", "pronoun", "name"),
    [
        ("The carver Lena Fors sold the boat. She kept the oars.", "She", "Lena Fors"),
        ("Lena Fors met Omar Said. She kept the oars.", "She", "She"),
        ("Lena Fors rowed. He doubted it, harbour master Max Ohl said.", "He", "Max Ohl"),
        ("Lena Fors rowed. They won.", "They", "They"),
        ("It rained. He rowed.", "He", "He"),
        ("Omar Said rowed.", "Omar", "Omar Said"),
        ("Omar. Said rowed.", "Omar", "Omar"),
        ("She is Ida. She rowed.", "Ida", "Ida"),
    ],
)
def test_a_pronoun_is_answered_by_its_name_where_it_is_sure(text, pronoun, name):
    place = named("Who did it?", read(text, pronoun))
    assert place.quote == name == text[place.span.start : place.span.end]
    assert named("What happened?", read(text, pronoun)).quote == pronoun


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Lena Fors", "Lena Fors"),
        ("Lena Fors (1901-1980)", "Lena Fors"),
        ("Lena Fors opens a school", "She"),
        ("Elm Street", "She"),
        ("", "She"),
    ],
)
def test_in_the_life_of_a_person_a_pronoun_is_that_person(title, name):
    text = "Lena Fors was born in Velm.\n\nShe taught Omar Said, and led the school from 1930."
    assert named("Who led the school in 1931?", read(text, "She", title)).quote == name


@pytest.mark.parametrize(
    ("title", "text", "pronoun"),
    [
        ("Lena Fors", "Lena Fors was born in Velm and wed Jon.\n\nHe led it. She wrote.", "He"),
        ("Velm United", "Velm United is a club.\n\nHe led it from 1930.", "He"),
        ("Elm Street", "Elm Street is a film.\n\nShe led the girls in it.", "She"),
    ],
)
def test_a_pronoun_is_not_what_its_title_cannot_be(title, text, pronoun):
    assert named("Who led it?", read(text, pronoun, title)).quote == pronoun


def test_what_was_said_is_the_whole_quotation():
    text = 'Fors was cross. "The fee is a trap and should go," she said of the fee.'
    asked = "What did Fors say about the fee?"
    whole = "The fee is a trap and should go"
    assert whole_quotation(asked, read(text, "a trap")).quote == whole
    assert whole_quotation(asked, read(text, "cross")).quote == "cross"
    assert whole_quotation("What is the fee?", read(text, "a trap")).quote == "a trap"


def test_what_was_reported_is_all_that_was_said():
    text = (
        "On Monday the smith Lena Fors said that the bellows had cracked in the frost. It snowed."
    )
    whole = "the bellows had cracked in the frost"
    for asked in ("What did Fors say?", "What did Fors say about the bellows?"):
        assert whole_quotation(asked, read(text, "cracked")).quote == whole
        assert whole_quotation(asked, read(text, "Monday")).quote == "Monday"
        assert whole_quotation(asked, read(text, "It snowed")).quote == "It snowed"
    assert (
        whole_quotation("What did Fors say had cracked?", read(text, "bellows")).quote == "bellows"
    )


@pytest.mark.parametrize(
    ("text", "number", "whole"),
    [
        ("I ask for 12 million crowns for the school.", "12 million", "12 million crowns"),
        ("It took three and a half hours to row.", "three and a half", "three and a half hours"),
        ("Prices rose by 4.5 per cent.", "4.5", "4.5 per cent"),
        ("Prices rose by 4.5% in May.", "4.5", "4.5%"),
        ("It cost 300 and was sold.", "300", "300"),
        ("It cost $300 million in May.", "$300 million", "$300 million"),
    ],
)
def test_who_asks_how_much_gets_the_unit(text, number, whole):
    assert with_unit("How much was it?", read(text, number)).quote == whole
    assert with_unit("How many were there?", read(text, number)).quote == number


def test_how_many_gets_what_there_are_none_of():
    assert (
        with_unit("How many children did she have?", read("She had no children.", "no")).quote
        == "no children"
    )
    asked = "How many children did she have?"
    assert with_unit(asked, read("No surviving children.", "No")).quote == "No surviving children"
    assert with_unit(asked, read("She had no sons.", "no")).quote == "no sons"
    assert with_unit(asked, read("She had no more than two.", "no")).quote == "no"
    assert with_unit("How much did she pay?", read("She had no money.", "no")).quote == "no"
