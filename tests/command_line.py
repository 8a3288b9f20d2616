"""`article-qa` in the process of the tests: its imports and models are loaded once for all."""

import os
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from qa.cli.main import main


@dataclass(frozen=True)
class Ended:
    """The output of a command and its exit status; named as in `subprocess.CompletedProcess`."""

    returncode: int
    stdout: str
    stderr: str


def call(*arguments: str, text: str = "", **environment: str) -> Ended:
    """Run a command as its process does, from the arguments to the exit status.

    Args:
        arguments: The words after `article-qa`.
        text: What it reads on standard input.
        environment: Variables that differ from those of the tests.
    """
    with (
        pytest.MonkeyPatch.context() as patch,
        CliRunner().isolation(text, {**os.environ, **environment}) as (out, err, _),
    ):
        patch.setattr("sys.argv", ["article-qa", *arguments])
        with pytest.raises(SystemExit) as caught:
            main()
        code = caught.value.code
        assert isinstance(code, int)
        return Ended(code, out.getvalue().decode(), err.getvalue().decode())
