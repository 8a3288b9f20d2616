import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Hit, Passage
from qa.question.answer_type import answer_type_of
from qa.ranking.evidence import Evidence
from qa.ranking.lists import split_members
from qa.types import Span


def split(text, quote, score=1.0):
    start = text.index(quote)
    hit = Hit(Passage("a", 0, len(text)), 1.0, article=Article("a", "", text))
    place = Evidence(Span("a", start, start + len(quote), score), quote, hit, score)
    return split_members([place])


def quotes(text, quote, score=1.0):
    return [member.quote for member in split(text, quote, score)]


@pytest.mark.parametrize(
    ("quote", "members"),
    [
        ("oats, rye and spelt", ["oats", "rye", "spelt"]),
        ("Ada Brill, Jon Orr, and Una Fay", ["Ada Brill", "Jon Orr", "Una Fay"]),
        ("rent and wages", ["rent", "wages"]),
        (
            "Lyon, France; Porto, Portugal and Bergen, Norway",
            ["Lyon, France", "Porto, Portugal", "Bergen, Norway"],
        ),
        ('Dune Songs" and "Tide Songs', ["Dune Songs", "Tide Songs"]),
        ("Porto, Portugal", ["Porto, Portugal"]),
        ("Chad refused to sign it, and Peru", ["Chad", "Peru"]),
        ("Chad has not done so", ["Chad"]),
        ("the Centre for Peace and Trade", ["the Centre for Peace and Trade"]),
        ("who came late, and was tired", ["who came late, and was tired"]),
    ],
)
def test_a_span_of_several_is_split(quote, members):
    assert quotes(f"She named {quote}.", quote) == members


def test_names_in_the_same_row_are_members():
    text = "Envoys from Chad, Peru and Laos attended, and Oman sent a letter."
    assert quotes(text, "Chad") == ["Chad", "Peru", "Laos"]
    assert quotes(text, "Laos") == ["Laos", "Peru", "Chad"]
    assert quotes(text, "Chad", score=-1.0) == ["Chad"]
    assert quotes("It opened in Oslo, Norway, and closed.", "Oslo") == ["Oslo"]


@settings(deadline=None)
@given(st.text('Ab ,;&"', min_size=1, max_size=30), st.data())
def test_members_are_parts_of_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    members = split(text, text[start:end])
    assert members
    for member in members:
        assert text[member.span.start : member.span.end] == member.quote != ""


@pytest.mark.parametrize(
    "question",
    ["In which towns did she live?", "Which famous painters besides Moe used tar?"],
)
def test_questions_for_a_list(question):
    assert answer_type_of(question) == "list"
