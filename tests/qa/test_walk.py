"""The walk with one question that CONTRIBUTING describes is the way that a question takes."""

import re
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

import qa

ROOT = Path(__file__).resolve().parents[2]
ROW = re.compile(r"^\| `([\w/]+)\.py` \| `([\w.]+)` \| .+ \|$", re.MULTILINE)


class Function(NamedTuple):
    module: str
    name: str


class Call(NamedTuple):
    caller: Function | None
    called: Function


def walk():
    """The functions of the table, in its order."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text[text.index("### A walk with one question") :]
    return [
        Function(path.replace("/", ".").removesuffix(".__init__"), name)
        for path, name in ROW.findall(section[: section.index("<!--")])
    ]


def function_of(frame):
    """Our function that runs in a frame, a class for its `__init__`; None for anything else."""
    module = frame.f_globals.get("__name__", "")
    if module.split(".")[0] not in ("qa", "index"):
        return None
    if frame.f_code.co_name == "__init__":
        return Function(module, type(frame.f_locals["self"]).__qualname__)
    return Function(module, frame.f_code.co_qualname)


def calls_of(asking):
    """Each call of a function of ours in this thread, and the function of ours that led to it."""
    calls = []

    def record(frame, event, _):
        called = function_of(frame) if event == "call" else None
        if called is None:
            return
        before = frame.f_back
        while before is not None and function_of(before) is None:
            before = before.f_back
        calls.append(Call(function_of(before) if before else None, called))

    sys.setprofile(record)
    try:
        asking()
    finally:
        sys.setprofile(None)
    return calls


@pytest.fixture(scope="module")
def calls(seed_collection, tmp_path_factory):
    folder = shutil.copytree(seed_collection, tmp_path_factory.mktemp("walk") / "collection")
    answers = []
    recorded = calls_of(lambda: answers.append(qa.ask("Who met Kim Yong-chol?", folder)))
    assert answers[0].citations[0].quote == answers[0].text
    return recorded


def test_the_walk_is_short_and_goes_from_ask_to_an_answer():
    functions = walk()
    assert len({function.module for function in functions}) == len(functions) <= 12
    assert functions[0] == ("qa", "ask")
    assert functions[-1] == ("qa.types", "Answer")


def test_a_question_takes_the_walk_in_its_order(calls):
    order = list(dict.fromkeys(call.called for call in calls))
    functions = walk()
    assert set(functions) <= set(order)
    assert sorted(functions, key=order.index) == functions


def test_each_module_of_the_walk_is_entered_from_one_before(calls):
    functions = walk()
    for number, function in enumerate(functions[1:], start=1):
        before = {earlier.module for earlier in functions[:number]}
        callers = {call.caller.module for call in calls if call.called == function and call.caller}
        assert callers & before, f"{function} is called from {callers}"


def test_each_step_enters_the_module_that_the_walk_names(calls):
    modules = [function.module for function in walk()]
    steps = {
        "_understand": "qa.question.understand",
        "search": "qa.retrieve",
        "_read": "qa.reading.cascade",
        "_ranked": "qa.ranking.ranker",
        "_resolved": "qa.ranking.ranker",
        "_decide": "qa.decide",
    }
    for step, module in steps.items():
        entered = {
            call.called.module
            for call in calls
            if call.caller is not None
            and call.caller.name.split(".<locals>")[0] == f"Answerer.{step}"
        }
        assert (entered & set(modules)) - {"qa.pipeline"} == {module}, step
