"""The examples in the docstrings of what is public run, and give what they say."""

import doctest
import importlib

import pytest

import qa

MODULES = (
    "qa",
    "qa.chat",
    "qa.compat.question_answering",
    "qa.pipeline",
    "qa.question.followups",
    "qa.question.requests",
    "qa.question.understand",
    "qa.trace",
    "qa.types",
    "qa.reading.cascade",
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module(name, tmp_path, monkeypatch, furnish):
    furnish(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.delenv("QA_COLLECTION", raising=False)
    module = importlib.import_module(name)
    failed, tried = doctest.testmod(module, optionflags=doctest.ELLIPSIS)
    assert tried
    assert not failed


def test_every_public_function_has_an_example():
    for name in ("ask", "ask_many", "aask", "read", "Answerer", "Chat", "Trace"):
        assert ">>>" in getattr(qa, name).__doc__, name
