import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reading.span_boundaries import block_ends, tidy_span


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
        ("the Palfrey sisters", "frey", "Palfrey"),
        ("paid $1,450.75 for it", "450.75", "$1,450.75"),
        ("grew by 3.5% in", "3", "3.5%"),
        ("spent 4.2 million on", "4", "4.2 million"),
        ("in 2018, 2019 and", "2018", "2018"),
        ("won 3-2 there", "3", "3"),
    ],
)
def test_whole_marks(text, span, tidied):
    start = text.index(span)
    first, last = tidy_span(text, start, start + len(span))
    assert text[first:last] == tidied


def test_blocks_end_at_empty_lines_tabs_and_bars():
    text = "Goals\tCards\nNorth 3 | South 4\n \nSo it ended, a|b, \nafter an hour."
    assert [text[:end].split()[-1] for end in block_ends(text)] == ["Goals", "3", "4"]


@settings(deadline=None)
@given(st.text('ab ()"“”,', min_size=1, max_size=30), st.data())
def test_words_stay_and_a_second_pass_changes_nothing(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    first, last = tidy_span(text, start, end)
    assert 0 <= first < last <= len(text)

    assert letters(text[start:end]) in letters(text[first:last])
    assert tidy_span(text, first, last) == (first, last)


def letters(part):
    return "".join(character for character in part if character.isalnum())
