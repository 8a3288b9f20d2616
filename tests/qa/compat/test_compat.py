"""A program written for transformers' question-answering pipeline changes its import only."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from index.errors import UserError
from qa.compat import pipeline

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
TEXT = "The ferry to Lismore leaves Oban at noon. Captain Rhona Baird has steered it since 2009."


@pytest.fixture(scope="module")
def oracle():
    return pipeline("question-answering", model="small")


@pytest.fixture(scope="module")
def found(transformers_folder, tmp_path_factory):
    """The results of the old program with its import changed."""
    old = (HERE / "old_script.py").read_text()
    import_line = "from transformers import pipeline\n"
    assert old.count(import_line) == 1
    script = tmp_path_factory.mktemp("script") / "script.py"
    script.write_text(old.replace(import_line, "from qa.compat import pipeline\n"))
    ran = subprocess.run(
        [sys.executable, script, transformers_folder, ROOT],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=_environment(),
    )
    assert not ran.returncode, ran.stderr
    return json.loads(ran.stdout)


def _environment():
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}


RECORDED = json.loads((HERE / "recorded.json").read_text())


@pytest.mark.parametrize("call", RECORDED)
def test_an_old_program_finds_what_it_found(found, call):
    assert call in found
    if call == "refused":
        assert found[call] == RECORDED[call]
        return
    now, then = _flat(found[call]), _flat(RECORDED[call])
    assert len(now) == len(then)
    for answer, old in zip(now, then, strict=True):
        assert set(answer) == {"score", "start", "end", "answer"}
        assert answer["score"] == pytest.approx(min(old["score"], 1.0), abs=2e-4)
        assert {**answer, "score": 0} == {**old, "score": 0}


def test_the_form_of_a_result_is_the_old_one(found):
    for call, results in RECORDED.items():
        assert _form(found[call]) == _form(results), call


def _flat(results):
    if isinstance(results, dict):
        return [results]
    return [answer for result in results for answer in _flat(result)]


def _form(results):
    return [_form(result) for result in results] if isinstance(results, list) else type(results)


@pytest.mark.parametrize("name", ["small", "base", None])
def test_the_bundled_readers_answer(name):
    answer = pipeline(model=name)("Who steers the ferry?", TEXT)
    assert answer["answer"] == TEXT[answer["start"] : answer["end"]]
    assert "Rhona Baird" in answer["answer"]
    assert 0 < answer["score"] <= 1


def test_a_loaded_model_is_taken(transformers_folder):
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    loaded = AutoModelForQuestionAnswering.from_pretrained(transformers_folder)
    tokenizer = AutoTokenizer.from_pretrained(transformers_folder)
    reader = pipeline("question-answering", model=loaded, tokenizer=tokenizer, device=-1)
    assert reader(question="When does it leave?", context=TEXT)["answer"] in ("noon", "at noon")


def test_an_answer_behind_many_windows_has_its_place_in_the_whole_text(oracle):
    text = "The river is wide and slow. " * 300 + TEXT + " The hills are green." * 300
    answer = oracle(question="Who is the captain?", context=text)
    assert "Rhona Baird" in answer["answer"]
    assert text[answer["start"] : answer["end"]] == answer["answer"]
    assert answer["start"] > 8000
    assert 0 < answer["score"] <= 1


def test_a_score_is_at_most_one_where_windows_repeat_an_answer(oracle):
    answer = oracle(question="Who steers the ferry?", context=TEXT * 40, top_k=3)
    assert all(0 < span["score"] <= 1 for span in answer)


def test_examples_of_transformers_are_taken(oracle):
    example = SimpleNamespace(question_text="Where does the ferry leave?", context_text=TEXT)
    assert oracle(example) == oracle([example])
    assert oracle(example)["answer"] == "Oban"


def test_options_of_the_pipeline_hold_for_its_calls():
    reader = pipeline("question-answering", model="small", top_k=2, handle_impossible_answer=True)
    assert len(reader("Who burnt the bridge?", TEXT)) == 2
    assert reader("Who burnt the bridge?", TEXT, top_k=1)["answer"] == ""


def test_threads_share_one(oracle):
    texts = [f"{'Gulls cry. ' * number}{TEXT}" for number in range(0, 400, 25)]
    alone = [oracle("Who steers it?", text) for text in texts]
    together = {}
    threads = [
        Thread(target=lambda text=text: together.update({text: oracle("Who steers it?", text)}))
        for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[text] for text in texts] == alone


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"question": ["Who?", "When?"], "context": [TEXT]}, "2 questions do not go with 1"),
        ({"question": "Who?"}, "a question and a context"),
        ({"question": "Who?", "context": ""}, "context: must be"),
        ({"question": "Who?", "context": TEXT, "max_answer_len": 0}, "max_answer_len"),
        ({"question": "Who?", "context": TEXT, "doc_stride": 500}, "doc_stride"),
        ({"question": "who " * 500, "context": TEXT}, "no room for the context"),
    ],
)
def test_what_cannot_be_is_a_value_error(oracle, given, message):
    with pytest.raises(ValueError, match=message):
        oracle(**given)


def test_a_dict_without_its_keys_is_a_key_error(oracle):
    with pytest.raises(KeyError, match="'context'"):
        oracle({"question": "Who?", "text": TEXT})


def test_an_option_that_there_never_was_is_told(oracle):
    with pytest.raises(TypeError, match="topk_answers"):
        oracle("Who?", TEXT, topk_answers=3)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"task": "summarization"}, ValueError),
        ({"model": "cascade"}, UserError),
        ({"model": "small", "trust_remote_code": True}, ValueError),
        ({"model": "/nowhere/at/all"}, UserError),
    ],
)
def test_what_cannot_be_loaded_is_one_line(options, error):
    with pytest.raises(error) as raised:
        pipeline(**options)
    assert "\n" not in str(raised.value)
