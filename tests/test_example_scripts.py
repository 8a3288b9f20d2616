"""Each script of `examples/` runs to its end, where the framework that it shows is installed."""

import ast
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = sorted((ROOT / "examples").glob("*.py"))
FRAMEWORKS = {
    "qa.integrations.haystack": "haystack",
    "qa.integrations.langchain": "langchain_core",
    "qa.integrations.llama_index": "llama_index",
}


def imported(script):
    tree = ast.parse(script.read_text())
    return {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_there_is_a_script_for_each_framework():
    assert set(FRAMEWORKS) <= set().union(*map(imported, SCRIPTS))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_an_example_runs(script, tmp_path, furnish):
    for module in imported(script) & set(FRAMEWORKS):
        if importlib.util.find_spec(FRAMEWORKS[module]) is None:
            pytest.skip(f"{FRAMEWORKS[module]} is not installed")
    furnish(tmp_path)
    own = {"XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    environment = {**os.environ, **own}
    environment.pop("QA_COLLECTION", None)
    ran = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:__main__", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )
    assert not ran.returncode, ran.stderr
    assert ran.stdout.strip()
