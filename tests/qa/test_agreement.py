from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.ranking.same_answer import Namesakes, agree, comparable, full_name, is_part, quantity

SAME = [
    ("12 June", "12 june."),
    ("the summit", "Summit"),
    ("Mike Pompeo", "Pompeo"),
    ("Pompeo", "US Secretary of State Mike Pompeo"),
    ("Mr Trump", "President Donald Trump"),
    ("Nils Bishop", "Mr Nils Bishop"),
    ("Mike Pompeo, Secretary of State", "Pompeo"),
    ("Donald Trump", "Trump"),
    ("twelve", "12"),
    ("1,204", "1204"),
    ("5 million dollars", "5,000,000 dollars"),
    ("forty-two", "42"),
    ("two hundred and five", "205"),
    ("3.5 billion", "3,500 million"),
    ("9.30", "9:30"),
    ("-5 degrees", "minus five degrees"),
]
DIFFERENT = [
    ("Kim", "Kim Jong-un"),
    ("Kim Jong-un", "Kim Yong-chol"),
    ("North Korea", "South Korea"),
    ("Nils Bishop", "Ada Nils"),
    ("John Major", "Olga John"),
    ("Earl Warren", "Elizabeth Warren"),
    ("Korea", "North Korea"),
    ("Virginia", "West Virginia"),
    ("Guinea", "Papua New Guinea"),
    ("12 June", "12 July"),
    ("12 June", "12"),
    ("twelve", "13"),
    ("5 million dollars", "5 million euros"),
    ("5 dollars", "5 million dollars"),
    ("a letter", "a summit"),
    ("president", "vice president"),
    ("Trump", "trump card"),
    ("1950-53", "1950"),
    ("$1.5 million", "$15 million"),
    ("3.5%", "35%"),
    ("2-1", "21"),
    ("-5 degrees", "5 degrees"),
    ("-5", "five"),
    ("“", "’"),
]


@pytest.mark.parametrize(("left", "right"), SAME)
def test_the_same_answer(left, right):
    assert agree(left, right)
    assert agree(right, left)


@pytest.mark.parametrize(("left", "right"), DIFFERENT)
def test_different_answers(left, right):
    assert not agree(left, right)
    assert not agree(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("June", "12 June"),
        ("Kim", "the Kim Jong-un"),
        ("Donald Trump", "Donald J. Trump"),
        ("12", "twelve people"),
        ("12 June", "12 June"),
    ],
)
def test_a_part_of_an_answer(left, right):
    assert is_part(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("12 June", "June"),
        ("12", "13 people"),
        ("12 people", "12 dogs"),
        ("Jong-un", "un Jong"),
        ("5", "5.5 million"),
    ],
)
def test_no_part_of_an_answer(left, right):
    assert not is_part(left, right)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("12", 12, ""),
        ("two thousand and eighteen", 2018, ""),
        ("one hundred twenty-three thousand four hundred", 123_400, ""),
        ("5.5 percent", Fraction(11, 2), "percent"),
        ("three days", 3, "days"),
    ],
)
def test_quantities(text, value, unit):
    assert quantity(text) == (value, unit)


@pytest.mark.parametrize("text", ["", "June", "12 June 2018", "about forty-two", "$5", "hundred"])
def test_what_is_no_quantity(text):
    assert quantity(text) is None


@given(st.integers(0, 10**12))
def test_digits_with_and_without_commas(number):
    assert quantity(f"{number:,}") == quantity(str(number)) == (number, "")


@given(st.text(max_size=40), st.text(max_size=40))
def test_agreement_is_symmetric_and_reflexive(left, right):
    assert agree(left, left)
    assert agree(left, right) == agree(right, left)


def test_a_short_name_is_the_one_long_form_of_its_article():
    assert full_name("Moe", "Mayor Per Moe spoke. Moe left.") == "Per Moe"
    assert full_name("Moe", "Per Moe spoke. Lea Moe sang. Moe left.") == "Moe"
    assert full_name("Korea", "North Korea and South Korea met. Korea hoped.") == "Korea"
    assert full_name("the boat", "The boat sank.") == "the boat"


def test_a_short_name_of_two_people_is_nobody_s():
    two = Namesakes(["Moe", "Per Moe", "Lea Moe"])
    assert not two.agree("Moe", "Per Moe")
    assert two.agree("Per Moe", "Mr Per Moe")
    assert Namesakes(["Moe", "Per Moe"]).agree("Moe", "Per Moe")


@pytest.mark.parametrize(
    ("left", "right", "same_kind"),
    [
        ("Oslo", "Riga", True),
        ("17 people", "12 people", True),
        ("$17", "12", True),
        ("17 people", "12 ships", False),
        ("Oslo", "12", False),
        ("by boat", "on foot", False),
    ],
)
def test_values_of_one_kind(left, right, same_kind):
    assert comparable(left, right) == same_kind
