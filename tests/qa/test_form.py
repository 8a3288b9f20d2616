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
    assert "not said" not in features("Who was Lena Fors?", "like a gun", "a miller")[1]


def test_in_an_interview_nothing_is_told_to_be_said():
    text = "How do you row?\n\nI row at night. My boat is called Orm."
    asked = "What does Lena Fors say about her boat?"
    assert not any("not said" in f for f in features(asked, "at night", "called Orm", text=text))


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
