"""Nothing that we build upon reports to its maker, or prepares to."""

import os
import subprocess
import sys

import pytest

from index.telemetry import SWITCHES

HOMES = "HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"


def files_made(home, code, **extra):
    """The files that a program leaves in an empty home."""
    home.mkdir()
    env = {k: v for k, v in os.environ.items() if k not in SWITCHES} | dict.fromkeys(
        HOMES, str(home)
    )
    subprocess.run([sys.executable, "-c", code], env=env | extra, check=True, timeout=300)
    return [path for path in home.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    "code",
    [
        "from qa import ask; assert ask('when was the Singapore summit').text",
        "import index, onnxruntime",
    ],
)
def test_programs_leave_nothing_but_collections(tmp_path, code):
    made = files_made(tmp_path / "home", code)
    assert [path for path in made if "article-qa" not in path.parts] == []


def test_gradio_and_hugging_face_know_that_they_shall_not_report(tmp_path):
    code = (
        "import qa; from gradio.analytics import analytics_enabled; assert not analytics_enabled();"
        "from huggingface_hub.constants import HF_HUB_DISABLE_TELEMETRY as off; assert off"
    )
    assert files_made(tmp_path / "home", code) == []


def test_who_wants_to_report_may(tmp_path):
    code = "import index, os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '0'"
    files_made(tmp_path / "home", code, ORT_DISABLE_TELEMETRY="0")
