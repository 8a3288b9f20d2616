import subprocess
import sys

import pytest
from click.testing import CliRunner

from qa.training.commands import train


def test_the_commands_import_nothing_heavy():
    code = (
        "import sys, qa.training.commands; "
        "print([m for m in ('torch', 'transformers', 'sklearn') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_trains_from_the_command_line(bert, squad_file, tmp_path):
    run = CliRunner().invoke(
        train,
        [
            "reader",
            "--data",
            f"{squad_file}:0.5",
            "--base",
            str(bert),
            "--out",
            str(tmp_path / "out"),
            "--dev",
            str(squad_file),
            "--licence",
            "Mine",
        ],
    )
    assert run.exit_code == 0, run.output
    assert "12 questions" in run.output or "questions" in run.output
    assert "| 0.5 |" in (tmp_path / "out" / "CARD.md").read_text()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("{file}:-1", "more than 0"),
        ("none.json", "does not exist"),
        ("{bad}", "data: field required"),
    ],
)
def test_errors_are_one_line(bert, squad_file, tmp_path, data, message):
    bad = tmp_path / "bad.json"
    bad.write_text("{}")
    word = data.format(file=squad_file, bad=bad)
    run = CliRunner().invoke(
        train, ["reader", "--data", word, "--base", str(bert), "--out", str(tmp_path / "o")]
    )
    assert run.exit_code != 0
    assert message in run.output
    assert "Traceback" not in run.output


def test_a_colon_may_be_of_the_name(bert, squad_file, tmp_path):
    odd = tmp_path / "births:v2.json.gz"
    odd.write_bytes(squad_file.read_bytes())
    from qa.training.commands import WeightedFile

    assert WeightedFile().convert(str(odd), None, None) == (odd, 1.0)
    assert WeightedFile().convert(f"{odd}:2", None, None) == (odd, 2.0)
