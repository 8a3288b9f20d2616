from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Hit, Passage
from qa.dates import question_interval
from qa.question.restrictions import restrictions_of
from qa.ranking.around import Around, sentences
from qa.ranking.evidence import Evidence
from qa.ranking.satisfies import observe, satisfied
from qa.settings import SATISFACTION
from qa.types import Span

TODAY = date(2024, 6, 1)


def place(text, quote, published=None, title=""):
    start = text.index(quote)
    return Around(text, start, start + len(quote), Article("a", title, text, published))


def seen(question, *places):
    return [
        set(features) for features in observe(question, restrictions_of(question, TODAY), places)
    ]


def test_what_a_question_restricts():
    asked = restrictions_of("How many people did not vote in Orm in May 2018?", TODAY)
    assert str(asked.time) == "2018-05"
    assert asked.negated
    assert asked.places == (frozenset({"orm"}),)
    plain = restrictions_of("Who opened the bakery, not only the shop?", TODAY)
    assert (plain.time, plain.negated, plain.places, plain.current) == (None, False, (), False)
    assert restrictions_of("Who currently runs the bakery?", TODAY).current


def test_an_answer_for_a_time_does_not_run_across_another():
    text = "The ship was built as the Swan in 1951, renamed the Heron in 1960."
    question = "What was the ship called in 1970?"
    wide, name = seen(
        question, place(text, "Swan in 1951, renamed the Heron"), place(text, "the Heron")
    )
    assert "runs on" in wide
    assert "runs on" not in name
    untimed, _ = seen(
        "What was the ship called?",
        place(text, "Swan in 1951, renamed the Heron"),
        place(text, "the Heron"),
    )
    assert "runs on" not in untimed


def test_an_article_does_not_know_what_came_after_it():
    question = "Who won the regatta in 2018?"
    old = place("Ada Brill won the regatta.", "Ada Brill", date(2015, 5, 5))
    planned = place("Ada Brill will sail the regatta.", "Ada Brill", date(2015, 5, 5))
    same = place("Ada Brill won the regatta.", "Ada Brill", date(2018, 5, 5))
    before, unknown, within = seen(question, old, planned, same)
    assert before == {"published before"}
    assert "published before" not in unknown
    assert within == {"published within"}


def test_polarity():
    text = (
        "Judge Anna Roth did not sign the letter, while Leo Falk did. Ben Oss refused to sign it."
    )
    roth, falk, oss = seen(
        "Who signed the letter?",
        *(place(text, name) for name in ("Anna Roth", "Leo Falk", "Ben Oss")),
    )
    assert "negated" in roth
    assert "ellipsis" in falk
    assert "negated" in oss
    roth, falk = seen(
        "Who did not sign the letter?", place(text, "Anna Roth"), place(text, "Leo Falk")
    )
    assert "negation missing" not in roth
    assert "negation missing" in falk
    assert seen("Why did the judge stay?", place("She did not stay long.", "She")) == [{"pronoun"}]


def test_the_number_of_another_place():
    text = "In Chad it dug nine wells. In Peru it dug forty wells."
    nine, forty = seen(
        "How many wells were dug in Chad?", place(text, "nine"), place(text, "forty")
    )
    assert nine == set()
    assert forty == {"other place"}


@pytest.mark.parametrize(
    ("question", "text", "wrong", "right"),
    [
        (
            "Who voted against the tunnel?",
            "Nine members voted for the tunnel, Jon Vik against it.",
            "Nine members",
            "Jon Vik",
        ),
        (
            "Where was Lea Pohl born?",
            "Lea Pohl, who was born in Velm, grew up in Orm.",
            "Orm",
            "Velm",
        ),
        (
            "Who welcomed the ban?",
            "Max Ohl condemned the ban, which Kit Noor applauded.",
            "Max Ohl",
            "Kit Noor",
        ),
        (
            "Which shop closed in May?",
            "The Blue Hat opened in May and the Red Door closed.",
            "The Blue Hat",
            "the Red Door",
        ),
        (
            "Who was acquitted?",
            "Ana Costa was convicted and Tom Okello acquitted.",
            "Ana Costa",
            "Tom Okello",
        ),
    ],
)
def test_what_is_said_nearest_may_be_the_contrary(question, text, wrong, right):
    contrary, plain = seen(question, place(text, wrong), place(text, right))
    assert "contrary" in contrary
    assert "contrary" not in plain


def test_an_answer_may_hold_the_contrary_itself():
    text = "Lea Pohl grew up in Orm."
    (told,) = seen("Where was Lea Pohl born?", place(text, "grew up in Orm"))
    assert "contrary" in told


def test_both_sides_in_a_question_restrict_nothing():
    text = "Lea Pohl was born in Velm."
    told = seen("Was Lea Pohl born in Velm, or did she die there?", place(text, "Velm"))
    assert "contrary" not in told[0]
    # A reason may say anything.
    text = "The rule was rejected because it excluded half of the members."
    told = seen("Why were members not included?", place(text, "it excluded half of the members"))
    assert "contrary" not in told[0]


def test_the_time_of_a_thing_is_not_when_something_was_done_to_it():
    text = "The mayor postponed the 9 May concert on Monday, and the fair of 3 July yesterday."
    question = "When did the mayor postpone the concert?"
    quotes = "9 May", "9 May concert on Monday", "Monday"
    thing, wide, done = seen(question, *(place(text, quote) for quote in quotes))
    assert "time of object" in thing
    assert "time of object" in wide
    assert "time of object" not in done
    fair, done = seen(
        "When did the mayor postpone the fair?", place(text, "3 July"), place(text, "yesterday")
    )
    assert "time of object" in fair
    assert "time of object" not in done
    # What takes place is no object.
    assert "time of object" not in seen("When was the concert?", place(text, "9 May"))[0]
    assert "time of object" not in seen("When did the concert start?", place(text, "9 May"))[0]


def test_what_the_text_asks_is_no_answer():
    text = "How long did you sail, Lea? For how many years? Thirty years."
    question = "How long did Lea sail?"
    asked, told = seen(question, place(text, "how many years"), place(text, "Thirty years"))
    assert "is asked" in asked
    assert "is asked" not in told


def test_who_was_in_another_place():
    oslo = place("She flew to Oslo to meet Per Lund.", "Per Lund")
    riga = place("In Riga she met Ana Kalns.", "Ana Kalns")
    question = "Whom did she meet in Riga?"
    assert ["other place" in features for features in seen(question, oslo, riga)] == [True, False]
    # A name that describes is no place.
    films = place("In the Riga films she met Ana Kalns, and in Oslo Per Lund.", "Per Lund")
    assert "other place" not in seen("Whom did she meet in Riga films?", oslo, films, riga)[0]
    # Where nothing tells of Riga, the story may go on there.
    assert "other place" not in seen(question, oslo)[0]


def test_what_holds_now_is_told_by_the_newest():
    old = place("The abbot is Per Holt.", "Per Holt", date(1987, 1, 1))
    new = place("The abbot is Ines Vega.", "Ines Vega", date(2004, 1, 1))
    assert seen("Who is the abbot?", old, new) == [{"older"}, set()]


def test_the_label_before_a_cell():
    text = "Oats\n\n12\n\nRye\n\n31"
    twelve, thirty = seen("What is the price of rye?", place(text, "12"), place(text, "31"))
    assert (twelve, thirty) == (set(), {"labelled"})


WORDS = st.lists(
    st.sampled_from(
        ["Ada", "not", "in", "2012", "Peru.", "The", "signed", ",", "\n\n", "while", "(", ")"]
    ),
    min_size=2,
    max_size=30,
)


@given(WORDS, st.data())
def test_every_place_of_any_text_has_features_with_weights(words, data):
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    article = Article("a", "", text, date(2013, 1, 1))
    hit = Hit(Passage("a", 0, len(text)), 1.0, article=article)
    evidence = [Evidence(Span("a", start, end, 1.0), text[start:end], hit, 1.0)]
    question = "How many did not sign in Peru in 2012?"
    asked = restrictions_of(question, TODAY)
    (moved,) = satisfied(question, asked, evidence)
    assert moved.span == evidence[0].span
    (features,) = observe(question, asked, [Around(text, start, end, article)])
    assert features.keys() <= SATISFACTION.keys()
    bounds = sentences(text)
    assert all(first <= last for first, last in bounds)
    assert [bound[0] for bound in bounds] == sorted(bound[0] for bound in bounds)


@pytest.mark.parametrize(
    ("question", "year"),
    [
        ("Once the club moved to Orm in 2016 it played in what hall from 2020 to 2021?", 2020),
        ("In 1994 the club left Elby. What hall did it play in from 1996 to 2003?", 1996),
        ("Who lived in the tower that was built between 1772 and 1774 in Orm before 1781?", 1),
        ("Ida Moor, born in 1936, led which firm from 1962 to 1974?", 1962),
        ("When the club played at Elby in 1946, who trained it?", 1946),
        ("Who won the race in 2018 after the strike in 2017?", 2018),
    ],
)
def test_the_time_of_what_is_asked_and_not_of_what_is_said_beside_it(question, year):
    assert question_interval(question, TODAY).start.year == year


def test_what_one_sentence_tells_without_a_time_another_tells_with_it():
    text = (
        "The cup was unveiled in May 2009. It stood in the Old Hall. Much later came the press.\n\n"
        "From September 2011 to March 2012 it stood in the Old Hall. Since 2013 it is in Elby."
    )
    question = "Where did the cup stand in June 2009?"
    first = text.index("the Old Hall")
    again = text.index("the Old Hall", first + 1)
    places = [
        Around(text, start, start + len("the Old Hall"), Article("a", "", text, None))
        for start in (first, again)
    ]
    assert seen(question, *places) == [{"time later"}, {"time later"}]
    assert seen(question, places[0]) == [{"time in force"}]


@pytest.mark.parametrize(
    ("text", "quote", "year", "dead"),
    [
        ("Per Moe ran the mill. He died in 1970.", "Per Moe", 1980, True),
        ("Per Moe ran the mill. He died in 1970.", "Per Moe", 1960, False),
        ("The mill was run by Per Moe, who died in 1970.", "by Per Moe", 1980, True),
        ("The mill was run by Per Ole Moe, who died in 1970.", "Per", 1980, True),
        ("Per Moe (1890–1970) ran the mill.", "Per Moe", 1980, True),
        ("Per Moe (1961–1970) ran the mill.", "Per Moe", 1980, False),
        ("Per Moe ran the mill. Ida Strand died in 1970.", "Per Moe", 1980, False),
        # A reader likes who died in the year that is asked for.
        ("Per Moe ran the mill from 1950 to 1962; he died in 1970.", "Per Moe", 1970, True),
    ],
)
def test_who_was_dead_cannot_have_done_it(text, quote, year, dead):
    (features,) = seen(f"Who ran the mill in {year}?", place(text, quote))
    assert ("dead" in features) == dead


def test_the_time_of_a_death_is_not_that_of_an_office():
    text = "Per Moe ran the mill. Lea Vik died in 1970."
    assert seen("Who ran the mill in 1970?", place(text, "Lea Vik")) == [{"time unknown"}]
    assert seen("Who died in 1970?", place(text, "Lea Vik")) == [{"time within"}]
    until = place("Per Moe ran the mill until his death in 1970.", "Per Moe")
    assert seen("Who ran the mill in 1965?", until) == [{"time covers"}]


def test_an_answer_that_crosses_sentences_has_no_time():
    text = "The mill was run by Per Moe. Lea Vik ran it from 1971 to 1990."
    across, within = seen(
        "Who ran the mill in 1980?", place(text, "Per Moe. Lea Vik"), place(text, "Lea Vik")
    )
    assert "time unknown" in across
    assert within == {"time covers"}


def test_who_did_it_is_answered_with_no_clause_about_a_pronoun():
    text = "Friends, I ask for a school. Kit Noor asked for a mill."
    asked, named = (place(text, quote) for quote in ("I ask for a school", "Kit Noor"))
    assert "pronoun" in seen("Who asked for a school?", asked)[0]
    assert "pronoun" not in seen("Who asked for a mill?", named)[0]
    assert "pronoun" not in seen("What did Kit Noor say?", asked)[0]


def test_an_abbreviation_ends_no_sentence():
    saint = place("From 1911 to 1913 it was named St. George Hall.", "St. George Hall")
    assert seen("What was its name in 1912?", saint) == [{"time covers"}]


def test_a_title_dates_what_its_article_tells():
    text = "The kite show of Velm drew 900 people. The cup went to Bea Frey."
    titled = place(text, "Bea Frey", title="Kite Show 2011")
    plain = place(text, "Bea Frey", title="Kite Show")
    question = "Who won the cup at the kite show of Velm in {}?"
    assert seen(question.format(2009), titled) == [{"title of another time"}]
    assert seen(question.format(2011), titled) == [{"title within"}]
    assert seen(question.format(2009), plain) == [{"time unknown"}]


def test_before_a_move_and_after_it():
    text = "The club played at the Coliseum before moving to Anker Field in Orm in 1980."
    old, new = seen(
        "Where did the club play from 1946 to 1980?",
        place(text, "the Coliseum"),
        place(text, "Anker Field"),
    )
    assert (old, new) == ({"time covers"}, {"time later"})


def test_until_a_year_is_not_always_before_it():
    text = "Until 2000 it was named Dale College."
    (late,) = seen("What was its name in 1990?", place(text, "Dale College"))
    (early,) = seen("What was its name in 1918?", place(text, "Dale College"))
    assert (late, early) == ({"time covers"}, {"time meets"})


@pytest.mark.parametrize(
    ("question", "text", "right", "wrong"),
    [
        (
            "Which countries' ministers attended the talks?",
            "Ministers from Peru, Chad and Oman attended the talks, and Japan sent a deputy.",
            ["Peru", "Chad", "Oman"],
            ["Japan"],
        ),
        (
            "Who signed the letter?",
            "Anna Roth signed the letter, and Leo Falk signed it a day later, but Ben Oss left.",
            ["Anna Roth", "Leo Falk"],
            ["Ben Oss"],
        ),
        (
            "Which towns voted for the bridge?",
            "Orm, Elby and Tarn voted for the bridge; Holm stayed away.",
            ["Orm", "Elby", "Tarn"],
            ["Holm"],
        ),
        (
            "Who was paid for the roof?",
            "The roofer was not paid for the roof, but Kit Noor was; Jo Hall sent a bill.",
            ["Kit Noor"],
            ["Jo Hall"],
        ),
    ],
)
def test_who_does_something_else_in_a_clause_of_its_own_is_no_answer(question, text, right, wrong):
    for name in (*right, *wrong):
        (features,) = seen(question, place(text, name))
        assert ("other clause" in features) == (name in wrong), name
