"""The side that a question asks for, in sentences that tell of both."""

from datetime import date

import pytest

from index import Article, Collection
from qa.pipeline import Answerer
from qa.question.contraries import sides_of, telling
from qa.question.restrictions import restrictions_of
from qa.ranking.around import Around, clause_of
from qa.ranking.satisfies import observe

TODAY = date(2024, 6, 1)


def around(text, quote):
    start = text.index(quote)
    return Around(text, start, start + len(quote), Article("a", "", text))


def seen(question, text, quote):
    (features,) = observe(question, restrictions_of(question, TODAY), [around(text, quote)])
    return set(features)


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("Who does not have to wear a helmet?", "Who is exempt?"),
        ("Who need not wear a helmet?", "Who was excused?"),
        ("Which dogs are not allowed on the beach?", "Which dogs are banned?"),
        ("Who did not support the plan?", "Who opposed it?"),
        ("Which guests were not included?", "Which guests were excluded?"),
        ("Which firms are not keen on the deal?", "Which firms are reluctant?"),
    ],
)
def test_what_is_denied_is_the_contrary(question, same):
    assert sides_of(question)
    assert sides_of(question) == sides_of(same)


def test_who_did_not_do_the_one_did_not_always_do_the_other():
    assert sides_of("Who was born in Elby?")
    assert not sides_of("Who was not born in Elby?")
    assert not sides_of("Who did not arrive?")


CYCLISTS = "Only cyclists are obliged to wear a helmet, while riders of scooters are exempt."
WHILE = "While monks were exempt, farmers and millers had to pay."
HELMETS = "Cyclists, riders and skaters must wear a helmet; walkers, mothers and monks need not."


@pytest.mark.parametrize(
    ("text", "place", "told"),
    [
        (CYCLISTS, "cyclists", "contrary"),
        (CYCLISTS, "riders of scooters", "same"),
        (WHILE, "monks", "same"),
        (WHILE, "farmers and millers", "contrary"),
        (HELMETS, "Cyclists", "contrary"),
        (HELMETS, "skaters", "contrary"),
        (HELMETS, "monks", "same"),
        ("Cyclists ride on the left.", "Cyclists", "nothing"),
    ],
)
def test_who_does_not_have_to(text, place, told):
    start = text.index(place)
    asked = sides_of("Who does not have to do it?")
    assert telling(asked, text, start, start + len(place)) == told


@pytest.mark.parametrize(
    ("text", "quote", "clause"),
    [
        ("Two shops, Alto and Brem, sold none.", "Alto", "Alto and Brem, sold none."),
        ("Oslo, Rome and Lund did not, but Bonn did.", "Oslo", "Oslo, Rome and Lund did not"),
        ("Ask not Ida Moor, Jon Vik or Al.", "Al.", "Ask not Ida Moor, Jon Vik or Al."),
        ("Ida Moor came, Jon Vik did not.", "Ida Moor", "Ida Moor came"),
    ],
)
def test_names_between_commas_belong_to_the_clause_that_says_something_of_them(text, quote, clause):
    told, offset = clause_of(around(text, quote))
    assert told.strip() == clause
    assert told[offset:].startswith(quote)


def test_an_exception_denies_what_follows_it():
    text = "All sailors signed the book except the cook and Jon Vik."
    assert "negated" in seen("Who signed the book?", text, "the cook")
    assert "negated" not in seen("Who signed the book?", text, "All sailors")
    assert "negation missing" in seen("Who did not sign the book?", text, "All sailors")
    assert "negation missing" not in seen("Who did not sign the book?", text, "the cook")


def test_what_is_affirmed_contradicts_a_denial_more_than_what_is_left_open():
    asked = "Which crews did not join the strike?"
    text = "The bakers joined the strike. The pilots slept. The drivers did not join it."
    joined, slept, not_joined = (
        observe(asked, restrictions_of(asked, TODAY), [around(text, crew)])[0]
        for crew in ("The bakers", "The pilots", "The drivers")
    )
    assert joined["negation missing"] > slept["negation missing"] > 0
    assert "negation missing" not in not_joined


def test_a_count_is_no_member():
    text = "Two of the five crews, Alto and Brem, joined the strike."
    assert "count" in seen("Which crews joined the strike?", text, "Two of the five crews")
    assert "count" not in seen("Which crews joined the strike?", text, "Alto")
    assert "count" not in seen("How many crews joined the strike?", text, "Two")


def test_none_is_a_negation():
    text = "Chad and Peru won prizes; Oman went home with none."
    asked = "Which country won no prizes?"
    assert "negation missing" in seen(asked, text, "Chad and Peru")
    assert not seen(asked, text, "Oman")
    assert "negation missing" not in seen("Which country, no doubt, won prizes?", text, "Chad")


ARTICLES = {
    "Helmets in Orm": (
        "The council of Orm has passed a new rule for the promenade. Only cyclists are obliged to "
        "wear a helmet, while riders of scooters are exempt. It holds from June."
    ),
    "The toll of Velm": (
        "The toll of Velm was hated. Only carters and drovers were obliged to pay, whereas "
        "pilgrims were exempt. It was abolished in 1790."
    ),
    "Shops and the late opening": (
        "Two of the five shops, Marlow and Tern, are not keen on late opening. Asta, Bell and "
        "Cove are keen, the guild said."
    ),
    "Beach rules": "Dogs are allowed on the beach of Skag. Horses are banned, as are goats.",
    "Painters at the fair of Orm": (
        "Three of the painters, Lea Orth, Bo Lind and Ida Fay, did not come to the fair of Orm. "
        "Max Ohl and Una Roy came."
    ),
    "Vote on the weir": (
        "The parishes of Lorn, Pell and Task were in favour of the weir. Only Quay and Rist were "
        "against it."
    ),
}


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Collection(tmp_path_factory.mktemp("own") / "collection", create=True) as collection:
        collection.add(Article(title, title, text) for title, text in ARTICLES.items())
        yield Answerer(collection)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("Who does not have to wear a helmet?", {"riders of scooters"}, {"cyclists"}),
        ("Who has to wear a helmet?", {"cyclists"}, {"riders of scooters"}),
        ("Who did not have to pay the toll of Velm?", {"pilgrims"}, {"carters and drovers"}),
        ("Which shops are not keen on late opening?", {"Marlow", "Tern"}, {"Asta", "Bell", "Cove"}),
        ("Which shops are keen on late opening?", {"Asta", "Bell", "Cove"}, {"Marlow", "Tern"}),
        (
            "Which painters did not come to the fair?",
            {"Lea Orth", "Bo Lind", "Ida Fay"},
            {"Three of the painters", "Max Ohl", "Una Roy"},
        ),
        ("Which animals are not allowed on the beach?", {"Horses"}, {"Dogs"}),
        ("Which parishes were against the weir?", {"Quay", "Rist"}, {"Lorn", "Pell", "Task"}),
    ],
)
def test_the_answer_is_on_the_side_that_is_asked_for(own, question, right, wrong):
    answer = own.ask(question)
    given = {answer.text, *(member.text for member in answer.items)}
    assert right <= given
    assert not wrong & given


@pytest.mark.parametrize("word", ["7" * 400, "A" * 400, "A7" * 200, "Ab, " * 100, "and" * 130])
def test_no_word_makes_a_clause_endless(word):
    """Names in a row must not be divided in every way: 2 to the length of the word."""
    text = f"The pump, {word} was sold, and the mill stood still."
    assert clause_of(around(text, "pump"))[0] == "The pump"
    assert clause_of(around(text, "sold"))[0].endswith(" was sold")
