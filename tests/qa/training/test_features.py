import random
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.reading.windows import QUESTION_TOKENS, SHARE, Input
from qa.squad import Gold
from qa.training.data import Example
from qa.training.features import (
    LENGTH_STEP,
    learnable,
    load_tokenizer,
    padded,
    plan_batches,
    token_span,
    width,
    windows,
)

words = st.text(string.ascii_letters + string.digits + "é-.'’", min_size=1, max_size=8)


@st.composite
def passage_and_answer(draw):
    """A passage of words with uneven spaces, and an answer that may begin inside a word."""
    text = "".join(
        draw(words) + draw(st.sampled_from([" ", "  ", ", ", "\n"]))
        for _ in range(draw(st.integers(1, 40)))
    )
    start = draw(st.integers(0, len(text) - 1).filter(lambda i: not text[i].isspace()))
    end = draw(st.integers(start + 1, len(text)).filter(lambda i: not text[i - 1].isspace()))
    return text, start, end


@given(passage_and_answer())
@settings(max_examples=2 * settings().max_examples)
def test_the_token_span_covers_the_answer_and_no_token_more(tokenizer, case):
    text, start, end = case
    (window,) = windows(tokenizer, [Input("who was born", text)], 512)[0]
    first, last = token_span(window, start, end)
    assert window.first <= first <= last <= window.last
    begins, ends = window.offsets[first][0], window.offsets[last][1]
    assert begins <= start < end <= ends
    # Both end tokens hold some of the answer: the span is the smallest that covers it.
    assert window.offsets[first][1] > start
    assert window.offsets[last][0] < end


@given(passage_and_answer(), st.integers(0, 60))
def test_windows_of_a_long_passage_agree_with_the_whole(tokenizer, case, extra):
    text, start, end = case
    (whole,) = windows(tokenizer, [Input("who", text)], 1024)[0]
    first, last = token_span(whole, start, end)
    wanted = whole.offsets[first][0], whole.offsets[last][1]
    length = 64 + extra
    parts = windows(tokenizer, [Input("who", text)], length)[0]
    by_part = [(part, token_span(part, start, end)) for part in parts]
    spans = [(p.offsets[s[0]][0], p.offsets[s[1]][1]) for p, s in by_part if s]
    assert set(spans) <= {wanted}
    # What two windows share is a quarter: a shorter answer is whole in one of them.
    assert spans or last - first >= length // SHARE


def test_passage_tokens_are_those_of_the_passage(tokenizer):
    text = "Anna was born in Lima"
    (window,) = windows(tokenizer, [Input("Who was born", text)], 64)[0]
    inside = window.offsets[window.first : window.last + 1]
    assert [text[a:b] for a, b in inside] == text.split()
    assert set(window.types[window.first : window.last + 1]) == {1}
    assert token_span(window, 4, 5) is None  # the space


def test_a_long_question_is_cut_and_the_tokenizer_left_as_it_was(tokenizer):
    (window,) = windows(tokenizer, [Input("who " * 200, "Anna was born")], 384)[0]
    assert window.first == QUESTION_TOKENS + 2
    assert tokenizer.truncation is None


def test_an_empty_passage_has_no_window(tokenizer):
    assert windows(tokenizer, [Input("who", " "), Input("who", "Anna")], 64)[0] == []


def test_groups_hold_all_passages_and_answers_of_a_question(tokenizer):
    gold = Gold(17, " Lima ")
    example = Example(
        "who", ("Anna was born in  Lima and", "the river"), ((gold, gold), ()), ("", "")
    )
    _, ((one, two),) = learnable(tokenizer, [example], 64)
    assert one.spans == ((one.last - 1, one.last - 1),) * 2
    assert two.spans == ()


def test_an_answer_that_no_window_holds_is_no_example(tokenizer):
    text = "born " * 300
    cut = Example("who", (text,), ((Gold(0, text.strip()),),), ("",))
    kept = Example("who", (text,), ((Gold(0, "born"),),), ("",))
    nothing = Example("who", ("the river",), ((),), ("",))
    examples, made = learnable(tokenizer, [cut, kept, nothing], 128)
    assert examples == [kept, nothing]
    assert made[0][0].spans
    assert not made[1][0].spans


def test_batches_hold_each_group_once_within_the_budget(tokenizer):
    rng = random.Random(5)
    sizes = [rng.randint(1, 110) for _ in range(200)]
    _, made = learnable(
        tokenizer, [Example("who", ("born " * n,), ((),), ("",)) for n in sizes], 128
    )
    made = [group * (1 + i % 2) for i, group in enumerate(made)]
    batches = plan_batches(made, 512, random.Random(1))
    assert sorted(i for batch in batches for i in batch) == list(range(200))
    for batch in batches:
        longest = max(width(made[i]) for i in batch)
        assert longest % LENGTH_STEP == 0
        assert sum(len(made[i]) for i in batch) * longest <= 512
    assert batches == plan_batches(made, 512, random.Random(1))
    assert batches != plan_batches(made, 512, random.Random(2))


def test_a_pair_shares_a_batch_however_many_batches_there_are(tokenizer):
    rng = random.Random(3)
    sizes = [rng.randint(1, 90) for _ in range(120)]
    _, made = learnable(
        tokenizer, [Example("who", ("born " * n,), ((),), ("",)) for n in sizes], 128
    )
    names = [f"pair {i % 60}" if i % 3 else "" for i in range(120)]
    batches = plan_batches(made, 384, random.Random(1), names)
    assert sorted(i for batch in batches for i in batch) == list(range(120))
    place = {i: number for number, batch in enumerate(batches) for i in batch}
    for i in range(60):
        if i % 3:
            assert place[i] == place[i + 60]


def test_context_stands_before_the_passage_in_every_window_and_holds_no_span(tokenizer):
    text = "Anna was born in Lima " * 30
    with_context = windows(tokenizer, [Input("who", text, "Boris and Clara")], 64)[0]
    assert len(with_context) > 1
    for window in with_context:
        before = tokenizer.decode(list(map(int, window.ids[: window.first])), False)
        assert before == "[CLS] who [SEP] boris and clara [SEP]"
        assert token_span(window, 0, 5) is None or window is with_context[0]
        inside = window.offsets[window.first : window.last + 1]
        assert {text[a:b] for a, b in inside} <= set(text.split())


@pytest.mark.parametrize(("length", "result"), [(1, 16), (16, 16), (17, 32)])
def test_lengths_are_rounded_up(length, result):
    assert padded(length) == result


def test_what_is_no_tokenizer_is_refused(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{}")
    for name in ("tokenizer.json", "none.json"):
        with pytest.raises(ValueError, match=name):
            load_tokenizer(tmp_path / name)
