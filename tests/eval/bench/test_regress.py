"""Two commits are compared on the same questions, and a ratio comes with its interval."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from eval.bench.peers.corpus import Corpus
from eval.bench.peers.measure import Outcome
from eval.bench.peers.process import Process, Spec
from eval.bench.peers.wire import Guess
from eval.bench.regress import PROJECT, checked_out, lines, main, ratio_of_means
from eval.suites import Question
from index.errors import UserError

in_git = pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="no checkout of git")


def test_a_ratio_lies_in_its_interval_and_pairs_questions() -> None:
    random = np.random.default_rng(3)
    hard = random.lognormal(size=200)  # how hard each question is, for both
    ratio = ratio_of_means(hard, 0.5 * hard * random.normal(1.0, 0.02, 200))
    assert ratio.low < ratio.value < ratio.high
    assert ratio.value == pytest.approx(0.5, abs=0.02)
    # Unpaired, questions that differ so much would leave the ratio open by far more.
    assert ratio.high - ratio.low < 0.05


def outcome(cpu: float, texts: list[str]) -> Outcome:
    return Outcome(
        Spec("x", "ours"),
        index_cpu=2.0,
        cold_starts=[3.0, 2.0],
        memory=5_000_000,
        guesses=[Guess(text, 1.0) for text in texts],
        seconds=[cpu] * 2,
        cpu=[cpu] * 2,
    )


def test_the_table_has_ratios_and_says_how_many_guesses_stayed() -> None:
    questions = tuple(Question(f"q{n}", ("yes",), ("a",), id=str(n)) for n in range(2))
    table = lines(
        outcome(0.4, ["yes", "no"]), outcome(0.1, ["Yes", "maybe"]), Corpus(questions, ())
    )
    assert "| CPU ms a question, mean | 400 | 100 | x0.25 (0.25-0.25) |" in table
    assert "| F1 of the best guess | 50.0 | 50.0 | |" in table
    assert table[-1] == "The same best guess to 1 of 2 questions."


@in_git
def test_the_code_of_a_commit_runs_with_the_adapter_of_this_checkout(tmp_path: Path) -> None:
    with checked_out("HEAD") as root:
        marker = root / "index" / "types.py"
        marker.write_text("raise RuntimeError('the code of the commit')\n")
        with (
            Process(Spec("old", "ours", root=str(root)), tmp_path) as process,
            pytest.raises(UserError, match="the code of the commit"),
        ):
            process.request("open")


@in_git
def test_a_commit_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(UserError, match="no-such-commit: cannot be checked out"),
        checked_out("no-such-commit"),
    ):
        pass


@in_git
def test_the_command_compares_a_commit_with_itself(tmp_path: Path) -> None:
    paragraphs = []
    for name in ("Orm", "Elb"):
        text, opener = f"The fair of {name} was opened by Ida {name}son in 2021.", f"Ida {name}son"
        answer = {"text": opener, "answer_start": text.index(opener)}
        asked = {"id": name, "question": f"Who opened the fair of {name}?", "answers": [answer]}
        paragraphs.append({"context": text, "qas": [asked]})
    squad = tmp_path / "fairs.json"
    squad.write_text(json.dumps({"data": [{"title": "Fairs", "paragraphs": paragraphs}]}))
    head = subprocess.run(
        ["git", "-C", str(PROJECT), "rev-parse", "HEAD"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    result = CliRunner().invoke(main, [head, head, str(squad), "--reader", "small"])
    assert result.exit_code == 0, result.output
    assert "The same best guess to 2 of 2 questions." in result.output
