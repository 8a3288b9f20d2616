"""A writer is killed at random moments, and at those where most could go wrong."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from index.maintenance.verify import check
from tests.index.helpers import is_found, make_article, open_collection

ROOT = Path(__file__).resolve().parents[2]
POINTS = ["commit", "checkpoint", "lexical"]


class Expected:
    """The states that a collection may be in after all that writers said before they died."""

    def __init__(self):
        # The versions that an article may have; None is its absence.
        self.versions = defaultdict(lambda: {None})
        self.begun = defaultdict(list)

    def hear(self, line):
        match line.split():
            case ["begin", "add", identity, version]:
                self.versions[identity] |= {int(version)}
                self.begun[identity].append(int(version))
            case ["begin", "remove", identity]:
                self.versions[identity] |= {None}
            case ["added", identity]:
                # The same article may come twice in one call; each is acknowledged in turn.
                version = self.begun[identity].pop(0)
                self.versions[identity] = {version, *self.begun[identity]}
            case ["removed", identity]:
                self.versions[identity] = {None}

    def died(self):
        self.begun.clear()


def run_writer(folder, seed, expected, *, point=None, seconds=None):
    """Let a writer work until it dies; returns how many lines it said."""
    command = [sys.executable, "-m", "tests.index.crash_writer", str(folder), str(seed)]
    process = subprocess.Popen(
        [*command, *([point] if point else [])],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    if process.stdout.readline() != "open\n":
        process.wait(10)
        assert process.returncode == -signal.SIGKILL
        return 0
    if seconds is not None:
        time.sleep(seconds)
        process.kill()
    lines = process.stdout.read().splitlines(keepends=True)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL
    for line in lines:
        if line.endswith("\n"):
            expected.hear(line)
    expected.died()
    return len(lines)


def verify(folder, expected):
    """Everything acknowledged is there and of_version, nothing else is, and the check is clean."""
    with open_collection(folder, create=False) as collection:
        for identity, versions in expected.versions.items():
            article = collection.article(identity)
            texts = {
                version: make_article_texts(identity, version)
                for version in versions
                if version is not None
            }
            if article is None:
                assert None in versions, f"{identity} is lost, {versions}"
                continue
            matching = [
                version for version, of_version in texts.items() if article.text in of_version
            ]
            assert matching, f"{identity} has none of the versions {versions}"
            assert is_found(collection, identity, matching[0])
            expected.versions[identity] = {matching[0]}
        for identity in expected.versions:
            if collection.article(identity) is None:
                expected.versions[identity] = {None}
                assert not any(is_found(collection, identity, number) for number in range(3))
        assert check(collection).problems == []
    return len(expected.versions)


def make_article_texts(identity, version):
    return {make_article(identity, version, length).text for length in range(4, 40)}


def test_a_writer_that_is_killed_loses_nothing(tmp_path, request):
    kills = request.config.getoption("--kills")
    chance = random.Random(11)
    expected = Expected()
    folder = tmp_path / "collection"
    said = 0
    for kill in range(kills):
        if kill % 4 == 3:
            said += run_writer(folder, kill, expected, point=POINTS[kill // 4 % len(POINTS)])
        else:
            said += run_writer(folder, kill, expected, seconds=chance.uniform(0.0, 0.6))
        verify(folder, expected)
    assert said > kills


@pytest.mark.parametrize("point", POINTS)
def test_a_writer_that_is_killed_at_a_certain_point(tmp_path, point):
    expected = Expected()
    assert run_writer(tmp_path / "collection", 1, expected, point=point) > 0
    assert verify(tmp_path / "collection", expected) > 0
