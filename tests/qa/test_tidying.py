import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reading.span_boundaries import tidy_span


@pytest.mark.parametrize(
    ("text", "span", "tidied"),
    [
        (
            "by Rose Tyler (Billie Piper), who",
            "Rose Tyler (Billie Piper",
            "Rose Tyler (Billie Piper)",
        ),
        ('said "very nice" and', 'very nice"', '"very nice"'),
        ('said "very nice" and', '"very nice', '"very nice"'),
        ("the “big surprise” in", "big surprise”", "“big surprise”"),
        ("in 2018 (a record", "2018 (", "2018"),
        ("a record) in 2018", ") in 2018", "in 2018"),
        ("in Paris, on Monday", "Paris,", "Paris"),
        ("in Paris on Monday", "Paris", "Paris"),
        ('so "it said', '"it said', "it said"),
        ("f(x) and g(y)", "f(x) and g(y)", "f(x) and g(y)"),
        ("an ().", "().", "()."),
    ],
)
def test_whole_marks(text, span, tidied):
    start = text.index(span)
    first, last = tidy_span(text, start, start + len(span))
    assert text[first:last] == tidied


@given(st.text('ab ()"“”,', min_size=1, max_size=30), st.data())
def test_words_stay_and_a_second_pass_changes_nothing(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = tidy_span(text, start, end)
    assert 0 <= first < last <= len(text)

    def letters(part):
        return [each for each in part if each.isalnum()]

    assert letters(text[first:last]) == letters(text[start:end])
    assert tidy_span(text, first, last) == (first, last)
