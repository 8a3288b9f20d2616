"""The bench of gold passages."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.bench.gold import BestSpan, main, scores
from index.embedding.onnx_model import BUNDLED_MODELS
from qa.squad import half, read_squad

TEXTS = {
    "Ada Holm": "The lighthouse of Skagen was painted red by Ada Holm in 1931.",
    "Otto Brandt": "The mill at the river was bought by Otto Brandt, who never ran it.",
}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    articles = []
    for number, (name, text) in enumerate(TEXTS.items()):
        verb = "painted the lighthouse" if number == 0 else "bought the mill"
        twin_verb = "sold the lighthouse" if number == 0 else "burned the mill"
        answer = {"text": name, "answer_start": text.index(name)}
        qas = [
            {"id": f"{number}", "question": f"Who {verb}?", "answers": [answer]},
            {
                "id": f"{number}t",
                "question": f"Who {twin_verb}?",
                "answers": [],
                "is_impossible": True,
                "twin_of": f"{number}",
            },
        ]
        articles.append({"title": "", "paragraphs": [{"context": text, "qas": qas}]})
    path = tmp_path / "two.json"
    path.write_text(json.dumps({"data": articles}))
    return path


def test_each_half_is_reported_for_itself(squad: Path) -> None:
    run = CliRunner().invoke(
        main, [str(squad), "--reader", str(BUNDLED_MODELS / "small")], catch_exceptions=False
    )
    rows = [line for line in run.stdout.splitlines() if line.startswith("| small")]
    assert [row.split(" | ")[1:5] for row in rows] == [
        ["choosing", "1", "100.0", "100.0"],
        ["reporting", "1", "100.0", "100.0"],
    ]


def test_twins_are_compared_with_their_own_originals(squad: Path) -> None:
    file = read_squad(squad)
    high, low, higher, lowest = file.questions
    best_spans = {
        high: BestSpan("Ada Holm", 2.0),
        low: BestSpan("Ada Holm", 1.0),
        higher: BestSpan("the mill", 0.5),
        lowest: BestSpan("", 0.7),
    }
    earned = scores(file, best_spans)
    assert (earned.questions, earned.exact_match, earned.f1) == (2, 50.0, 50.0)
    assert earned.pairs == 0.5
    assert earned.auc == 0.5
    assert scores(half(file, "choosing"), best_spans).pairs == 1.0


def test_a_file_without_answers_is_refused(squad: Path, tmp_path: Path) -> None:
    content = json.loads(squad.read_text())
    for article in content["data"]:
        article["paragraphs"][0]["qas"].pop(0)
    path = tmp_path / "none.json"
    path.write_text(json.dumps(content))
    run = CliRunner().invoke(main, [str(path), "--reader", str(BUNDLED_MODELS / "small")])
    assert run.exit_code == 1
    assert "has no answerable question" in run.output
