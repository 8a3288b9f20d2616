"""Questions that the words found do not satisfy: another name, year, place, order."""

from datetime import date

import pytest

from index import Article, Collection
from qa.pipeline import Answerer
from qa.question.other_names import other_names
from qa.question.phrases import phrases
from qa.question.requests import request_of
from qa.question.restrictions import restrictions_of
from qa.question.verbs import asked_verb, has_verb
from qa.ranking.names import is_unheard
from qa.types import Turn

TODAY = date(2024, 6, 1)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("When did Ida Moor teach at Elby University?", ("Ida Moor", "Elby")),
        ("Which lake lies near Velm?", ("Velm",)),
        ("What did the UN say about Lake Tarn in May 2018?", ("Tarn",)),
        ("who led the club?", ()),
        ("Which Swedish port on Earth did Adrian Vane leave?", ("Adrian Vane",)),
        ("Who taught the French?", ("French",)),
        ("Who Wrote the Letter to the Bishop of Velm?", ()),
        ("When Was The Weir Raised?", ()),
        ("WHO RAISED THE WEIR OF TOLM?", ()),
        ("Which German city did Ida Moor leave?", ("Ida Moor",)),
        ("Who is Ida Moor?", ("Ida Moor",)),
        ("Who lives in Velm, Upper Saxony?", ("Velm",)),
        ("Who rowed with Orm, Lind or Vane?", ("Orm", "Lind", "Vane")),
        ("What did the Prime Minister of Velm tell Foreign Secretary Lind?", ("Velm", "Lind")),
    ],
)
def test_the_names_that_say_which(question, names):
    assert restrictions_of(question, TODAY).names == names


@pytest.mark.parametrize(
    ("question", "name", "other"),
    [
        ("Who ruled Holland in 1810?", "Holland", "netherlands"),
        ("Who fled from the United States?", "States", "america"),
        ("What did the European Space Agency launch?", "Space", "esa"),
        ("Who runs the Ministry of Silly Walks?", "Walks", "m.s.w."),
        ("Who rowed with Lind?", "Lind", None),
    ],
)
def test_the_other_names_of_what_a_question_names(question, name, other):
    names = other_names(name, question)
    assert other in names if other else not names


@pytest.mark.parametrize(
    ("name", "text", "unheard"),
    [
        ("Hans Olm", "The mill of Greta Olm burned down.", True),
        ("Elby Rovers", "The cup went to the Orm Rovers.", True),
        ("Hans Olm", "The mill of Greta Olm burned down. Her brother Hans fled.", False),
        ("Hans Olm", "The mill of Olm burned down.", False),
        ("Hans Olm", "They fined Mayor Olm. Miller Olm paid.", False),
        ("Bill Olm", "A fine for William Olm", False),
        ("Joseph Olm", "A fine for Joe Olm", False),
        ("Ida Maria Olm", "A fine for Ida Olm", False),
        ("North Velm", "A flood in South Velm", False),
    ],
)
def test_a_namesake_is_somebody_else(name, text, unheard):
    assert is_unheard([name], f"Who fined {name}?", [text]) is unheard


@pytest.mark.parametrize(
    ("question", "verb", "text"),
    [
        ("Who won the cup in 2012?", "win", "Una Roy won it in 2011."),
        ("Which boats did the town of Skag buy in 2016?", "buy", "It bought two boats in 2018."),
        ("How many people were killed by it in 2003?", "kill", "It killed nine people in 2001."),
    ],
)
def test_the_verb_of_a_question_in_another_form(question, verb, text):
    assert asked_verb(question) == verb
    assert has_verb(text, verb)


def test_what_lasts_is_no_event():
    assert not asked_verb("To whom was Una Roy married in 2003?")
    assert not asked_verb("Who was the coach in 2003?")


@pytest.mark.parametrize(
    "question",
    [
        "Könnt ihr mir sagen, wie viel Tee wir haben?",
        "Peux-tu me dire ce que tu sais ?",
        "Kun je mij zeggen wie de trein rijdt?",
    ],
)
def test_a_question_in_another_language_begins_in_many_ways(question):
    assert request_of(question) == "other language"


@pytest.mark.parametrize(
    "question", ["Van der Bellen en Kurz?", "De la Cruz y los Reyes?", "Les Halles et la Villette?"]
)
def test_bare_names_are_in_no_language(question):
    assert request_of(question) is None


def test_a_count_of_texts_is_asked_for_in_other_words():
    assert request_of("In how many articles is tea named?") == "count"
    assert request_of("In how many races did he ride?") is None


ARTICLES = (
    Article(
        "harp",
        "Harp contest",
        "The harp contest of Lorn was won by Tess Vale in 2015. The winner plays at the town hall.",
        date(2015, 9, 1),
    ),
    Article(
        "mine",
        "Salt mines",
        "The salt mine in Pell was opened in 1804. Some 310 miners work there today. The mine in "
        "Dorst is a museum.",
    ),
    Article(
        "club",
        "The rowing club",
        "Before Nils Orm, the captain of the rowing club was Ada Kehl. Nils Orm handed over to "
        "Pia Senn.",
    ),
    Article("heat", "Weather", "It was 38 degrees in Esk at noon. The sea had 21 degrees."),
    Article(
        "kit",
        "What to take to the camp",
        "Every child takes to the camp:\n\n- a sleeping bag\n- two pairs of boots\n- a tin cup\n\n"
        "Phones stay at home.",
    ),
    Article(
        "smith",
        "A smith's trick",
        "The smith Edda Krohn kept the forge of Wendel for forty years.\n\nShe dipped every blade "
        "in cold milk. Nobody knew why.",
    ),
    Article(
        "hall",
        "Guests of the tower",
        "The tower of Gant had 8,100 guests in 2011 and 9,400 in 2012. A ticket costs 4 euros.",
    ),
    Article(
        "towns",
        "Towns and the canal",
        "The towns of Orle and Pesk are in favour of the canal, as is Tarvo. Ruhl is not in favour "
        "of it, nor are Bost and Vehn.",
    ),
    Article(
        "dike",
        "The dike of Wenn",
        "The Netherlands closed the dike of Wenn in 1931. The premier cut a ribbon, and the WHO "
        "lent forty nurses.",
    ),
    Article(
        "house",
        "The Corner House",
        "The Corner House was built by the brewer Jan Holl. His son sold it to the guild in 1931. "
        "The guild still owns it.",
    ),
)


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    with Collection(tmp_path_factory.mktemp("own") / "collection", create=True) as collection:
        collection.add(ARTICLES)
        yield Answerer(collection)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the harp contest of Quennel in 2015?",
        "Who won the harp contest of Lorn in 2017?",
        "How many miners work in the mine in Dorst?",
        "How many guests did the tower of Gant have in 2010?",
        "How long did Wilm Krohn keep the forge of Wendel?",
    ],
)
def test_what_is_told_of_another_name_year_or_place_is_no_answer(own, question):
    assert own.ask(question).text is None


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("Who won the harp contest of Lorn in 2015?", {"Tess Vale"}),
        ("How many miners work in the mine in Pell?", {"310", "Some 310", "310 miners"}),
        ("Who was the captain of the rowing club before Nils Orm?", {"Ada Kehl"}),
        ("How hot was it in Esk?", {"38 degrees"}),
        ("How many guests did the tower of Gant have in 2012?", {"9,400"}),
        ("Which British jeweller won the harp contest of Lorn in 2015?", {"Tess Vale"}),
        ("Who was captain before Nils Orm of the rwoing club?", {"Ada Kehl"}),
        ("What did Edda Korhn dip in cold milk?", {"every blade"}),
        (
            "Who Owned the Corner House Before The Guild?",
            {"Jan Holl", "His son", "the brewer Jan Holl"},
        ),
        ("How many guests did the tower of Gant, Flanders, have in 2012?", {"9,400"}),
        ("When did Holland close the dike of Wenn?", {"1931", "in 1931"}),
        ("How many nurses did the World Health Organization lend?", {"forty", "forty nurses"}),
        ("Which towns are in favour of the canal?", {"Orle", "Pesk", "Tarvo"}),
        (
            "Which things does every child take to the camp?",
            {"a sleeping bag", "two pairs of boots", "a tin cup"},
        ),
    ],
)
def test_what_is_told_of_it_is_the_answer(own, question, right):
    answer = own.ask(question)
    given = {answer.text, *(member.text for member in answer.items)}
    assert given <= right
    assert len(given) == (len(right) if answer.items else 1)


def test_a_sentence_about_somebody_is_no_name(own):
    assert own.ask("Who dipped every blade in cold milk?").text in {"Edda Krohn", None}


def test_after_is_not_before(own):
    answer = own.ask("Who was the captain of the rowing club after Nils Orm?")
    assert answer.text in {"Pia Senn", None}


def test_what_still_is_comes_before_what_was(own):
    answer = own.ask("Who owns the Corner House now?")
    assert answer.text in {"The guild", "guild", "the guild"}


def test_how_much_something_is_worth_leaves_the_thing(own):
    asked = own.ask("When was it made?", [Turn("How much was the offer worth?", "9 euros")])
    assert asked.understood_as == "When was the offer made?"


def test_a_quotation_of_a_question_is_whole():
    (phrase,) = phrases('Who built the boat "Tern"?')
    assert phrase.text == 'the boat "Tern"'
