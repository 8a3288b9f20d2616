"""The list of articles is made without their texts, however many and long these are."""

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from index.local.folder import STORE
from index.local.store import Store
from index.types import Article, Summary
from tests.index.helpers import EMBEDDER, make_article, open_collection

COUNT = 5_000
CHARACTERS = 8_000


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """A collection of long articles, 40 MB of text."""
    folder = tmp_path_factory.mktemp("large")
    Store(folder / STORE, create_with=EMBEDDER.name).close()
    connection = sqlite3.connect(folder / STORE)
    # Not by adding them, which would embed them and compare each to the others.
    connection.executemany(
        "INSERT INTO articles VALUES (?, ?, hex(zeroblob(?)), NULL, ?, ?, ?, '')",
        [
            (
                f"{number:05}",
                f"Title {number}",
                CHARACTERS // 2,
                f"/{number % 7}.txt",
                "",
                CHARACTERS,
            )
            for number in range(COUNT)
        ],
    )
    connection.commit()
    connection.close()
    return folder


def test_no_text_is_read_for_a_list(large):
    with open_collection(large, create=False) as collection:
        connection = collection.backend.store._connections.get()
        columns, statements = set(), []

        def allow(action, table, column, *_):
            if action == sqlite3.SQLITE_READ:
                columns.add((table, column))
            return sqlite3.SQLITE_OK

        connection.set_authorizer(allow)
        connection.set_trace_callback(statements.append)
        assert collection.summaries("title 3.TXT", 10, 50).total > 500
        assert len(collection.summaries(limit=COUNT).articles) == COUNT
        connection.set_trace_callback(None)
        assert ("articles", "title") in columns
        assert ("articles", "text") not in columns
        # A table's row is read from its beginning, and source comes after the text.
        selects = [statement for statement in statements if statement.startswith("SELECT")]
        assert len(selects) == 4
        for select in selects:
            plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {select}")]
            assert len(plan) == 1
            assert "USING COVERING INDEX" in plan[0]


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the bytes read are Linux's to tell")
def test_few_bytes_are_read_for_a_list(large):
    def bytes_read():
        return int(Path("/proc/self/io").read_text().split()[1])

    with open_collection(large, create=False) as collection:
        before = bytes_read()
        assert collection.summaries("4999").total == 1
        assert collection.summaries(offset=COUNT - 1).articles[0].id == "04999"
        read = bytes_read() - before
        list(collection.articles())
        texts = bytes_read() - before - read
    assert texts > COUNT * CHARACTERS
    assert read < texts / 20


def test_pages_make_up_the_list(large):
    with open_collection(large, create=False) as collection:
        for query, expected in (
            ("", range(COUNT)),
            ("/3.TXT", range(3, COUNT, 7)),
            (
                "49 tItLe 4",
                [
                    number
                    for number in range(COUNT)
                    if "49" in f"{number:05}"
                    and any("4" in part for part in (f"{number:05}", f"/{number % 7}."))
                ],
            ),
            ("nowhere", []),
        ):
            listed, offset = [], 0
            while (page := collection.summaries(query, offset, 333)).articles:
                assert page.total == len(expected)
                assert len(page.articles) <= 333
                listed += [int(article.id) for article in page.articles]
                offset += 333
            assert listed == list(expected)


def test_what_a_summary_says(tmp_path):
    text = "Straße\0 – ".ljust(40, "x")
    with open_collection(tmp_path / "c") as collection:
        collection.add(
            [
                Article("a", "MÜNCHEN heute", text, date(2019, 1, 19), "https://example.org/a"),
                Article("b", "", "Ohne alles."),
                make_article(1),
            ]
        )
        first = Summary("a", "MÜNCHEN heute", date(2019, 1, 19), "https://example.org/a", 40)
        assert collection.summaries("münchen 2019-01").articles == (first,)
        assert collection.summaries("STRASSE").total == 0
        assert collection.summaries("none").total == 0
        assert collection.summaries("b").articles == (Summary("b", "", None, None, 11),)
        collection.remove(["a"])
        assert collection.summaries("münchen").total == 0
        assert collection.summaries().total == 2
