"""The output of the command line on a terminal, in a log, and without a network."""

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest

import qa.loading
from index.embedding import hub
from index.errors import UserError
from index.sources.files import read_articles
from tests.index.helpers import open_collection

COMMANDS = (
    "add",
    "ask",
    "backup",
    "chat",
    "check",
    "edit",
    "eval",
    "eval run",
    "eval new",
    "eval squad",
    "feedback",
    "list",
    "mcp",
    "remove",
    "restore",
    "serve",
    "train",
    "train reader",
    "train pseudo-label",
    "train export",
    "train calibrate",
)


def on_terminal(arguments, tmp_path, *, columns=60, typed=()):
    """The output of a command on a terminal; each of `typed` is sent after the next prompt."""
    parent, child = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli.main", *arguments],
        stdin=child,
        stdout=child,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={
            **os.environ,
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_STATE_HOME": str(tmp_path),
            "COLUMNS": str(columns),
            "TERM": "xterm",
        },
    )
    os.close(child)
    shown, left, due = b"", list(typed), time.monotonic() + 200
    while time.monotonic() < due:
        if select.select([parent], [], [], 0.2)[0]:
            try:
                block = os.read(parent, 65_536)
            except OSError:
                break
            if not block:
                break
            shown += block
            # A prompt may come in several pieces.
            if left and shown.endswith((b"> ", b"> \x1b[0m")):
                os.write(parent, left.pop(0))
    process.wait(60)
    os.close(parent)
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x01\x02]", "", shown.decode())


def test_an_answer_fits_the_width_and_breaks_between_words(tmp_path, furnish):
    furnish(tmp_path)
    for columns in (44, 60):
        shown = on_terminal(["ask", "Who is Kim Yong-chol?"], tmp_path, columns=columns)
        lines = [line.rstrip() for line in shown.splitlines()]
        assert len(lines) > 10
        assert max(map(len, lines)) <= columns
        assert {"Trump", "summit,", "have", "expressed"} <= set(shown.split())


def test_a_line_of_a_conversation_is_edited_and_repeated(tmp_path, furnish):
    furnish(tmp_path)
    # A letter too many is taken back with the left arrow; then the line is repeated.
    typed = (b"Who is Mike Pompeox?\x1b[D\x7f\r", b"\x1b[A\r", b"\r")
    shown = on_terminal(["chat"], tmp_path, columns=100, typed=typed)
    assert shown.count("ecretary of") >= 2
    history = (tmp_path / "article-qa" / "chat_history").read_text()
    assert "Who is Mike Pompeo?" in history


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_each_command_shows_its_use(command):
    from click.testing import CliRunner

    from qa.cli.main import cli

    shown = CliRunner().invoke(cli, [*command.split(), "--help"], prog_name="article-qa").output
    example = re.search(rf"Examples?:\n +article-qa {command}.*", shown)
    assert example, shown


def test_completion_is_told_and_knows_all_commands(tmp_path):
    from click.testing import CliRunner

    from qa.cli.main import cli

    assert "_ARTICLE_QA_COMPLETE=bash_source" in CliRunner().invoke(cli, ["--help"]).output
    for words, wanted in (("article-qa s", "serve"), ("article-qa add --", "--sync")):
        count = str(len(words.split()) - 1)
        environment = {
            **os.environ,
            "_ARTICLE_QA_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": count,
        }
        done = subprocess.run(
            [sys.executable, "-m", "qa.cli.main"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert wanted in done.stdout, done.stderr


def test_a_log_is_told_how_far_adding_has_come(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(qa.loading, "_LINE_SECONDS", 0.0)
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.txt").write_text(f"The lock number {number} was opened. " * 4)
    problems = []
    with open_collection(tmp_path / "c") as collection:
        qa.loading.add_with_progress(collection, read_articles([folder], problems.append))
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4
    assert re.fullmatch(r"1 article, \d+ passages/s, \d+%, \d+ s left", lines[0])
    shares = [int(re.search(r"(\d+)%", line).group(1)) for line in lines]
    assert shares == sorted(shares)
    assert shares[-1] == 100
    assert not problems


@pytest.mark.parametrize("name", ["nobody/such-model", "such-model"])
def test_a_model_of_the_hub_without_a_network_is_one_line(name, monkeypatch):
    for proxy in hub._PROXIES:
        monkeypatch.delenv(proxy, raising=False)
    # Nothing listens there.
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UserError, match="out of reach") as caught:
        hub.only_local("reader", name)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["./models/mine", "/no/such/folder", "a/b/c", "~/m", "c:\\m"])
def test_a_folder_that_is_not_there_is_looked_for_nowhere_else(name, monkeypatch):
    monkeypatch.setattr(hub, "_reachable", lambda: pytest.fail("the network was asked"))
    with pytest.raises(UserError, match="no such folder"):
        hub.only_local("reader", name)
