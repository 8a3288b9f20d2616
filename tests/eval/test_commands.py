"""The command on the real path: seed articles, bundled models."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from eval import report, results
from eval.commands import SEEDS_SUITE, evaluate
from eval.suites import load
from index import Collection
from index.errors import UserError
from qa.loading import seed_articles
from qa.pipeline import Answerer
from ui.commands import feedback
from ui.feedback import store

SQUAD = {
    "data": [
        {
            "title": "Summits",
            "paragraphs": [
                {
                    "context": "The first summit was held in Singapore on 12 June 2018.",
                    "qas": [
                        {
                            "id": "where",
                            "question": "Where was the first summit held?",
                            "answers": [{"text": "Singapore", "answer_start": 29}],
                        }
                    ],
                },
                {
                    "context": "The second summit was held in Hanoi in February 2019.",
                    "qas": [
                        {
                            "id": "second",
                            "question": "In which city was the second summit?",
                            "answers": [{"text": "Hanoi", "answer_start": 30}],
                        }
                    ],
                },
            ],
        }
    ]
}


@pytest.fixture
def squad(tmp_path):
    path = tmp_path / "summits.json"
    path.write_text(json.dumps(SQUAD))
    return path


def call(*arguments):
    return CliRunner().invoke(evaluate, [str(argument) for argument in arguments])


def suites_of(folder):
    return json.loads((folder / "results.json").read_text())["suites"]


def test_the_seeds_by_default(tmp_path):
    done = call("--limit", 6, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "Exact match" in done.output
    seeds = suites_of(tmp_path / "out")["seeds"]
    assert seeds["questions"] == 6
    assert seeds["passages"] == "collection"
    assert 0 <= seeds["em"] <= seeds["f1"] <= 1
    assert "What went wrong" in (tmp_path / "out/report.html").read_text()


def test_the_bundled_suite_is_about_the_seeds_whatever_the_own_collection_is(monkeypatch):
    monkeypatch.setenv("QA_COLLECTION", "somewhere/else")
    assert call("--limit", 1).exit_code == 0


def test_squad_with_gold_and_with_all_passages(squad, tmp_path):
    for passages in ("gold", "all"):
        done = call(squad, "--passages", passages, "--out", tmp_path / passages)
        assert done.exit_code == 0, done.output
        suite = suites_of(tmp_path / passages)["summits"]
        assert suite["passages"] == passages
        assert suite["forced_f1"] == 1
        assert (suite["mrr"] is None) == (passages == "gold")


def test_distractors_join_the_haystack(squad, tmp_path):
    more = tmp_path / "more.json"
    more.write_text(squad.read_text().replace("Singapore", "Brussels"))
    done = call(squad, "--distractors", more, "--out", tmp_path)
    assert done.exit_code == 0, done.output
    assert suites_of(tmp_path)["summits"]["passages_read"] == 4


def test_a_baseline_and_thresholds_decide_the_exit_status(squad, tmp_path):
    gold = (squad, "--passages", "gold")
    assert call(*gold, "--out", tmp_path, "--require", "f1=1").exit_code == 0
    missed = call(*gold, "--require", "f1=1.1", "--require", "latency_p95_ms=0.001")
    assert missed.exit_code == 1
    assert "summits: f1 is 1, below the required 1.1" in missed.output
    assert "above the allowed 0.001" in missed.output
    unmeasured = call(*gold, "--require", "mrr=0.1")
    assert unmeasured.exit_code == 1
    assert "mrr cannot be measured" in unmeasured.output

    baseline = tmp_path / "results.json"
    assert call(*gold, "--baseline", baseline).exit_code == 0
    # A better past: twenty questions whose F1 was 2 cannot be reached by chance.
    past = json.loads(baseline.read_text())
    for record in past["suites"]["summits"]["records"]:
        record.update(f1=2.0, text="better")
    baseline.write_text(json.dumps(past))
    assert "against the baseline: 2 questions in both" in call(*gold, "--baseline", baseline).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.jsonl"], r"gone\.jsonl: No such file"),
        ([SEEDS_SUITE, SEEDS_SUITE], "two suites have one name"),
        ([SEEDS_SUITE, "--passages", "gold"], "only a SQuAD file has gold passages"),
        ([SEEDS_SUITE, "--collection", "gone"], "gone"),
        (["--require", "f1"], "write it as f1=0.5"),
        (["--require", "f2=1"], "no such metric; there are em, f1"),
        (["--baseline", "gone.json"], r"gone\.json: No such file"),
        (["new", "--out", "suite.json"], r"a suite ends in \.jsonl"),
        (["squad", "suite.jsonl", "--out", "dev.jsonl"], r"a SQuAD file ends in \.json"),
    ],
)
def test_what_a_user_can_mend_is_one_line(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=message) as error:
        evaluate.main([str(argument) for argument in arguments], standalone_mode=False)
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["results.json", "report.html"])
def test_a_place_that_cannot_be_written_is_found_before_the_run(squad, tmp_path, monkeypatch, name):
    (tmp_path / "out" / name).mkdir(parents=True)
    monkeypatch.setattr("eval.commands._measure", lambda *_: pytest.fail("it was run"))
    with pytest.raises(UserError, match=rf"out/{name}: cannot be written \(Is a directory\)"):
        evaluate.main([str(squad), "--out", str(tmp_path / "out")], standalone_mode=False)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name]


def test_results_that_cannot_be_written_name_their_place(tmp_path):
    (tmp_path / "taken").mkdir()
    with pytest.raises(UserError, match=r"taken: cannot be written \(Is a directory\)"):
        results.write([], tmp_path / "taken")
    with pytest.raises(UserError, match=r"taken: cannot be written \(Is a directory\)"):
        report.write_html([], [], tmp_path / "taken")


def test_what_feedback_prints_becomes_a_suite(tmp_path, monkeypatch):
    # The page keeps verdicts in the collection that is named; `feedback` must look there.
    monkeypatch.setenv("QA_COLLECTION", str(tmp_path / "own"))
    with Collection(tmp_path / "own", create=True) as collection:
        collection.add(seed_articles())
        answer = Answerer(collection).ask("When was the Singapore summit?")
    store(tmp_path / "own", answer, "like")
    printed = CliRunner().invoke(feedback, [])
    assert printed.exit_code == 0, printed.output
    (tmp_path / "log").write_text(printed.output)
    suite = tmp_path / "mine.jsonl"
    drafted = call("new", "--feedback", tmp_path / "log", "--out", suite, "--per-article", 0)
    assert drafted.exit_code == 0, drafted.output
    (question,) = load(suite).questions
    assert (question.question, question.answers) == (answer.question, (answer.text,))


def test_new_drafts_a_suite_that_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("QA_COLLECTION", raising=False)
    suite = tmp_path / "mine.jsonl"
    drafted = call("new", "--out", suite, "--per-article", 2)
    assert drafted.exit_code == 0, drafted.output
    assert "4 questions in" in drafted.output
    ran = call(suite)
    assert ran.exit_code == 0, ran.output


def test_help_tells_of_both_commands():
    assert "[SUITE]..." in call("--help").output
    assert "eval new" in call("--help").output
    assert "--feedback" in call("new", "--help").output


def test_the_commands_are_cheap_to_import():
    heavy = "{'numpy', 'pydantic', 'faiss', 'torch', 'matplotlib', 'rich'}"
    code = f"import sys, eval.commands; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_suite_becomes_a_squad_file_that_can_be_measured(tmp_path):
    out = tmp_path / "dev.json.gz"
    done = call("squad", SEEDS_SUITE, "--out", out)
    assert done.exit_code == 0, done.output
    follow_ups = sum(bool(question.history) for question in load(SEEDS_SUITE).questions)
    assert done.output.count("left out, a follow-up") == follow_ups
    assert f"{len(load(out).questions)} questions in {out}" in done.output
    assert {article.title for article in load(out).paragraphs} == {
        article.title for article in seed_articles()
    }
