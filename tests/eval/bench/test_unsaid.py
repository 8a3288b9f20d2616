"""The bench of what is not said."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from eval.bench.unsaid import compare, main, requests, without_answer
from index.embedding.onnx_model import BUNDLED_MODELS
from qa.squad import Gold, read_squad
from qa.training.data import holds_answer

DAM = (
    "The dam of Millbrook was built by hand over three long winters, and eleven villages gave "
    "their stones for it. Helen Brandt opened it in 1931. Twice since then the river has risen "
    "above its crest, but the town has never been flooded, and no one was ever hurt there."
)


def squad(path: Path, text: str) -> Path:
    answer = {"text": "Helen Brandt", "answer_start": text.index("Helen Brandt")}
    qas = [{"id": "1", "question": "Who opened the dam?", "answers": [answer]}]
    paragraphs = [{"context": text, "qas": qas}]
    path.write_text(json.dumps({"data": [{"title": "", "paragraphs": paragraphs}]}))
    return path


def test_what_is_left_of_a_paragraph_is_read_too(tmp_path: Path) -> None:
    file = squad(tmp_path / "dam.json", DAM)
    (whole, rest), *others = requests(read_squad(file))
    assert not others
    assert whole[1][0][0].text == DAM
    assert rest[1][0][0].text == DAM.replace(" Helen Brandt opened it in 1931.", "")
    result = CliRunner().invoke(
        main, [str(file), "--reader", str(BUNDLED_MODELS / "small")], catch_exceptions=False
    )
    assert "1 questions" in result.stdout
    assert "| small | 1.000 | 0.0 % |" in result.stdout


def test_readers_are_compared_at_nine_answers_of_ten() -> None:
    said = np.arange(10.0)
    assert compare(said, said - 20) == (1, 0)
    assert compare(said, said) == pytest.approx((0.5, 0.9))
    assert compare(said, said + 20) == (0, 1)


def test_a_file_without_anything_else_to_read_is_refused(tmp_path: Path) -> None:
    short = squad(tmp_path / "short.json", DAM[DAM.index("Helen") :])
    result = CliRunner().invoke(main, [str(short), "--reader", str(BUNDLED_MODELS / "small")])
    assert result.exit_code == 1
    assert "can do without its answer" in result.output


def test_a_passage_is_cut_to_what_does_not_say() -> None:
    text = "The river is long. Anna was born in Lima. She died in Oslo. Lima is a town."
    oslo, lima = (Gold(text.index(town), town) for town in ("Oslo", "Lima"))
    assert (
        without_answer(text, [oslo]) == "The river is long. Anna was born in Lima. Lima is a town."
    )
    assert without_answer(text, [lima]) is None  # it still says "Lima"
    both = [Gold(text.index("She"), "She"), Gold(text.index("Anna"), "Anna")]
    assert without_answer(text, both) == "The river is long. Lima is a town."
    said = Gold(text.index("She"), "She died in Oslo.")
    assert without_answer(text, [said]) == without_answer(text, [oslo])
    assert without_answer("Anna was born in Lima.", [Gold(0, "Anna")]) is None


SENTENCES = st.lists(st.integers(0, 999).map("The number {} came out.".format), min_size=1)


@given(SENTENCES, st.lists(st.integers(0, 99), min_size=1, max_size=3))
def test_only_whole_sentences_are_cut_and_all_that_hold_the_answers(
    sentences: list[str], asked: list[int]
) -> None:
    text = " ".join(sentences)
    numbers = {i % len(sentences) for i in asked}
    places = [text.find(s, len(" ".join(sentences[:i]))) for i, s in enumerate(sentences)]
    golds = [Gold(places[i] + 11, sentences[i].split()[2]) for i in sorted(numbers)]
    assert all(text[g.start : g.end] == g.text for g in golds)
    left = " ".join(s for i, s in enumerate(sentences) if i not in numbers)
    rest = without_answer(text, golds)
    assert rest == (None if not left or holds_answer(left, golds) else left)
