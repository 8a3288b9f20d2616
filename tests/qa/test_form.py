"""What the words of a quote tell, and what stands around them: a time, a number, a speech."""

from datetime import date

import pytest

from index import Article
from qa.question.restrictions import restrictions_of
from qa.ranking.around import Around
from qa.ranking.satisfies import observe

TODAY = date(2024, 6, 1)
REPORT = (
    'The weir broke in March. "It sounded like a gun," said Lena Fors, a miller who stood on the '
    "bank with Omar Said. The council said the weir would be raised by a metre before winter. "
    "Nobody was hurt, and no boats were lost."
)


def places(*quotes, text=REPORT):
    article = Article("a", "", text)
    starts = [text.index(quote) for quote in quotes]
    spans = zip(starts, quotes, strict=True)
    return [Around(text, start, start + len(quote), article) for start, quote in spans]


def features(question, *quotes, text=REPORT):
    found = observe(question, restrictions_of(question, TODAY), places(*quotes, text=text))
    return [set(of_place) for of_place in found]


def test_beside_what_is_told_to_be_said_nothing_else_is():
    quoted, beside, reported = features(
        "What did Lena Fors say?", "like a gun", "a miller", "raised by a metre"
    )
    assert "not said" in beside
    assert "not said" not in quoted | reported
    for question in ("Who was Lena Fors?", "What does the report say about Fors?"):
        assert "not said" not in features(question, "like a gun", "a miller")[1]


def test_who_says_i_in_quotation_marks_does_not_say_what_stands_beside_them():
    text = '"We know. I saw it," said Lena Fors, a miller of Velm.'
    quoted, beside = features("What did Lena Fors say?", "saw it", "a miller", text=text)
    assert "not said" in beside - quoted


def test_in_an_interview_nothing_is_told_to_be_said():
    text = 'How do you row?\n\nI row at night. It is called the "Orm" by all. It is of oak.'
    asked = "What does Lena Fors say about her boat?"
    quotes = "at night", "Orm", "of oak"
    assert not any("not said" in f for f in features(asked, *quotes, text=text))


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ('"The weir is old.\n\n"It will break again," she said. "We know."', "old"),
        ("“The weir is old.\n\n“It will break again,” she said.", "old"),
        ("‘The weir is old. It will break again,’ she said.", "old"),
        ('is old." He left. "It will break again," she said.', "old"),
        ("The miller said Omar Said would mend it.", "Omar Said would mend it"),
        ("The miller told reporters the weir was old.", "the weir was old"),
        ("The weir is old, according to the miller.", "old"),
        ("LENA FORS: The weir is old.", "old"),
        ("She told the board:\n\nThe weir is old.", "old"),
    ],
)
def test_what_may_be_said_counts_as_said(text, quote):
    text = f'{text}\n\nThe council has a "plan" of its own.'
    of_quote, plan, own = features("What did Fors say?", quote, "plan", "of its own", text=text)
    assert "not said" not in of_quote | plan
    assert "not said" in own


def test_a_closing_mark_does_not_open_a_quotation():
    (of_place, _) = features(
        "What did Fors say?",
        "He left",
        "again",
        text=('It is old." He left. "It will break again," she said.'),
    )
    assert "not said" in of_place


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ("in March", "It broke in March."),
        ("April", "The best month is April."),
        ("the flood", "It broke during the flood."),
        ("after the flood", "It broke after the flood."),
        ("18th", "It was built in the 18th century."),
        ("eighteenth", "It was built in the eighteenth century."),
        ("447BC", "It was begun in 447BC."),
        ("when the ice came", "It broke when the ice came."),
        ("Christmas", "It broke at last in the winter, near Christmas."),
        ("the Middle Ages", "It was built in the Middle Ages."),
        ("Roman times", "It was built in Roman times."),
        ("the nineties", "It broke in the nineties."),
        ("the second half", "She scored in the second half."),
        ("aged five", "She came to Velm aged five."),
        ("five", "She came to Velm at the age of five."),
        ("his childhood", "It broke in his childhood."),
        ("10am", "It opens for all in Velm, 10am sharp."),
        ("on his return", "He wrote it on his return."),
    ],
)
def test_what_says_when(quote, text):
    (of_place,) = features("When was it?", quote, text=text)
    assert "no time" not in of_place


@pytest.mark.parametrize(
    "quote", ["fourth place", "Lena Fors", "the weir of Velm", "a city in Italy", "her family"]
)
def test_what_does_not_say_when(quote):
    text = f"It took {quote} from them."
    (of_place,) = features("When did it break?", quote, text=text)
    assert "no time" in of_place
    (of_place,) = features("What did it break?", quote, text=text)
    assert "no time" not in of_place


def test_none_is_how_many():
    for quote in ("Nobody", "no boats"):
        (of_place,) = features("How many boats were lost?", quote)
        assert not of_place & {"negated", "negation near", "no number", "echo"}
    (of_place,) = features("Which boats were lost?", "no boats")
    assert of_place & {"negated", "negation near"}


def test_a_length_is_not_when():
    for quote in ("just a week", "three months"):
        (of_place,) = features("When did it open?", quote, text=f"It took {quote} to open.")
        assert "no time" in of_place
    (of_place,) = features("When did it open?", "a week ago", text="It opened a week ago.")
    assert "no time" not in of_place


@pytest.mark.parametrize(
    ("question", "own", "other"),
    [
        ("When was the fair of Velm?", "The fair of Velm was on 3 May.", "Lind came on 9 June."),
        ("when did the mill burn down", "The mill burned in 1911.", "Ida Moor died in 1930."),
        ("What year did Lind buy the boat?", "Lind bought it in 1990.", "It rained in 1985."),
    ],
)
def test_a_time_of_something_else_counts_less_beside_one_of_what_is_asked(question, own, other):
    text = f"{own} {other}"
    times = [
        sentence.removesuffix(".").split(" in ")[-1].split(" on ")[-1] for sentence in (own, other)
    ]
    right, wrong = features(question, *times, text=text)
    assert "apart" in wrong
    assert "apart" not in right
    assert not any("apart" in f for f in features(question, times[1], text=other))
