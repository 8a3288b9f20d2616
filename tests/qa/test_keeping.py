"""`check`, `backup` and `restore`: what they do and what they print."""

import io
import sqlite3
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest

from index.local.folder import STORE
from qa.cli.main import main


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    (tmp_path / "news").mkdir()
    for number, text in enumerate(("The elephant is called Bertha.", "The old quay was closed.")):
        (tmp_path / "news" / f"{number}.txt").write_text(text)
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*arguments, folder="c"):
        where = ["--collection", str(tmp_path / folder)]
        monkeypatch.setattr(sys, "argv", ["article-qa", *map(str, arguments), *where])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return SimpleNamespace(returncode=ended.value.code, stdout=out, stderr=err)

    assert run("add", tmp_path / "news").returncode == 0
    return run


def test_check_and_repair(run, tmp_path):
    whole = run("check")
    assert whole.stdout == "2 articles and 2 passages checked; problems: none\n"
    assert (whole.returncode, whole.stderr) == (0, "")
    with closing(sqlite3.connect(tmp_path / "c" / STORE)) as connection:
        connection.execute('UPDATE passages SET "end" = 99999 WHERE id = 1')
        connection.commit()
    broken = run("check")
    assert broken.returncode == 2
    assert "passage 0-99999 is not inside it" in broken.stdout
    assert "problems: 1" in broken.stdout
    assert "check --repair" in broken.stderr
    repaired = run("check", "--repair")
    assert repaired.returncode == 0
    assert repaired.stdout.splitlines()[1:] == [
        "repaired",
        "2 articles and 2 passages checked; problems: none",
    ]


def test_damaged_articles_are_not_repaired_but_restored(run, tmp_path):
    assert run("backup", tmp_path / "copy").stdout.startswith("2 articles copied")
    with closing(sqlite3.connect(tmp_path / "c" / STORE)) as connection:
        connection.execute("UPDATE articles SET text = 'The elephant is called Berta.'")
        connection.commit()
    for arguments in (["check"], ["check", "--repair"]):
        damaged = run(*arguments)
        assert damaged.returncode == 2
        assert "its text is not what was stored" in damaged.stdout
        assert damaged.stderr.count("\n") == 1
        assert "restore" in damaged.stderr
    assert run("restore", tmp_path / "copy", "--yes").stdout.startswith("2 articles restored")
    assert run("check").returncode == 0


def test_backup_and_restore(run, tmp_path):
    assert run("backup", tmp_path / "copy").returncode == 0
    taken = run("backup", tmp_path / "copy")
    assert (taken.returncode, taken.stderr.count("\n")) == (2, 1)
    assert "not empty" in taken.stderr
    first = run("list").stdout.split()[0]
    assert run("remove", first).returncode == 0
    unasked = run("restore", tmp_path / "copy")
    assert unasked.returncode == 2
    assert "--yes" in unasked.stderr
    assert run("list").stdout.count("\n") == 1
    missing = run("restore", tmp_path / "nothing", "--yes")
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)
    assert "no backup here" in missing.stderr
    for folder in ("c", "elsewhere"):
        assert run("restore", tmp_path / "copy", "--yes", folder=folder).returncode == 0
        assert run("list", folder=folder).stdout.count("\n") == 2
        assert run("ask", "What is the elephant called?", folder=folder).stdout.startswith("Bertha")
