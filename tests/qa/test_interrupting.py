"""Ctrl-C while articles are added, as a user presses it."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from index.local.folder import STORE
from tests.index.helpers import make_article

COUNT = 800


def count_articles(folder):
    """The number of articles in a collection that another process is filling."""
    try:
        with closing(sqlite3.connect(f"file:{folder / STORE}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT count(*) FROM articles").fetchone()[0]
    except sqlite3.OperationalError:  # It, or its tables, are not there yet.
        return 0


def test_ctrl_c_stops_between_articles_and_a_rerun_goes_on(tmp_path):
    folder = tmp_path / "collection"
    (tmp_path / "news").mkdir()
    for number in range(COUNT):
        (tmp_path / "news" / f"{number}.txt").write_text(make_article(number, sentences=1).text)
    command = [sys.executable, "-m", "qa.cli.main"]
    where = ["--collection", str(folder)]
    adding = subprocess.Popen(
        [*command, "add", str(tmp_path / "news"), *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path)},
    )
    while not count_articles(folder):
        assert adding.poll() is None
        time.sleep(0.02)
    adding.send_signal(signal.SIGINT)
    out, err = adding.communicate(timeout=120)
    assert adding.returncode == 130
    assert out == ""
    added = count_articles(folder)
    assert 0 < added < COUNT
    assert err == f"interrupted; {added} articles are in; the same command goes on from there\n"

    def run(*arguments):
        return subprocess.run(
            [*command, *arguments, *where], capture_output=True, text=True, check=True, timeout=300
        ).stdout

    # What is in is whole, and is neither embedded nor written a second time.
    assert re.search(rf"^{added} articles and \d+ passages checked; problems: none$", run("check"))
    with closing(sqlite3.connect(folder / STORE)) as connection:
        (before,) = connection.execute("SELECT max(id) FROM passages").fetchone()
        kept = connection.execute("SELECT id FROM passages").fetchall()
    assert f"{COUNT - added} added, 0 updated, {added} unchanged" in run(
        "add", str(tmp_path / "news")
    )
    with closing(sqlite3.connect(folder / STORE)) as connection:
        rows = connection.execute("SELECT id FROM passages WHERE id <= ?", (before,)).fetchall()
    assert rows == kept
    assert count_articles(folder) == COUNT
