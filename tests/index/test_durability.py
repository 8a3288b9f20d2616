"""Damage, full disks, and many users at once."""

import os
import sqlite3
import subprocess
import time
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
import tantivy

from index.analyzer import analyzer
from index.collection import Collection
from index.errors import UserError
from index.ingest import embedded
from index.local.changes import NOTHING_SEEN
from index.local.folder import STORE
from index.local.lexical import LexicalIndex
from index.local.store import Store
from index.maintenance.verify import check, repair
from index.passages import split
from index.types import Article
from tests.index.helpers import (
    EMBEDDER,
    assert_whole,
    is_found,
    make_article,
    open_collection,
)


@pytest.mark.parametrize("where", [0.0, 0.001, 0.5, 0.999])
def test_a_flipped_bit_in_the_checkpoint(folder, where):
    path = folder / "vectors.faiss"
    content = bytearray(path.read_bytes())
    content[int(where * len(content))] ^= 4
    path.write_bytes(content)
    assert_after_repair(folder)


@pytest.mark.parametrize("kept", [0, 10, 0.5, -1])
def test_a_truncated_checkpoint(folder, kept):
    path = folder / "vectors.faiss"
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content)) if isinstance(kept, float) else kept])
    assert_after_repair(folder)


def assert_after_repair(folder):
    with open_collection(folder, create=False) as collection:
        assert all(is_found(collection, number) for number in range(30))
        report = check(collection)
        assert len(report.problems) == 1
        repair(collection, report)
    assert_whole(folder)


def test_a_deleted_checkpoint(folder):
    (folder / "vectors.faiss").unlink()
    assert_whole(folder)


@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "meta", "garbage"])
def test_damage_of_the_lexical_index(folder, damage):
    lexical = folder / "lexical"
    files = [path for path in lexical.iterdir() if path.suffix in (".idx", ".term", ".store")]
    if damage == "meta":
        (lexical / "meta.json").write_text("{}")
    for article in files:
        content = article.read_bytes()
        if damage == "missing":
            article.unlink()
        elif damage == "empty":
            article.write_bytes(b"")
        elif damage == "cut":
            article.write_bytes(content[: len(content) // 2])
        elif damage == "garbage":
            article.write_bytes(b"\xff" * len(content))
    with open_collection(folder, create=False) as collection:
        report = check(collection)
        if report.problems:
            repair(collection, report)
    assert_whole(folder)


def test_a_lexical_index_is_reloaded_only_with_what_it_says_it_has_seen(folder):
    with open_collection(folder, create=False) as reader, open_collection(folder) as writer:
        lexical = reader.backend.lexical
        lexical.catch_up(reader.backend.store, reader.backend.store.state())
        before = lexical.ids()
        writer.remove(["3"])
        writer.backend.follow()
        time.sleep(1.5)  # tantivy's own thread would have looked by now; it does twice a second
        assert lexical.ids() == before
        reader.backend.follow()
        assert set(lexical.ids()) == set(reader.backend.store.passage_ids()) < set(before)


def test_a_lexical_index_that_lost_its_place_begins_anew(folder):
    Store(folder / STORE).remove(["3"])
    lose_place(folder)
    with open_collection(folder, create=False) as collection:
        assert not is_found(collection, 3)
    assert_whole(folder, [number for number in range(30) if number != 3])


def test_passages_that_are_indexed_twice_are_a_problem(folder):
    with open_collection(folder, create=False) as collection:
        collection.backend.follow()
        index_all_again(folder)
        collection.backend.lexical._index.reload()
        report = check(collection)
        assert report.problems == [f"lexical: {report.passages} passages are in it twice"]
        repair(collection, report)
    assert_whole(folder)


def test_passages_that_are_indexed_twice_are_found_out_when_it_is_opened(folder):
    index_all_again(folder)
    with open_collection(folder, create=False) as collection:
        assert check(collection).problems == []
    assert_whole(folder)


def index_all_again(folder):
    """Add every passage to the lexical index once more."""
    assert lose_place(folder) == [0]
    with Store(folder / STORE).changes_since(NOTHING_SEEN) as changes:
        LexicalIndex(folder / "lexical")._commit(changes, anew=False)


def lose_place(folder):
    """Delete the document that says how far the index has seen; returns what was deleted."""
    index = tantivy.Index.open(str(folder / "lexical"))
    index.register_tokenizer("article-qa", analyzer())
    place = tantivy.Query.term_set_query(index.schema, "id", [0])
    searcher = index.searcher()
    addresses = [address for _, address in searcher.search(place, 2).hits]
    writer = index.writer(15_000_000, 1)
    writer.delete_documents_by_query(place)
    writer.commit()
    writer.wait_merging_threads()
    return searcher.fast_field_values("id", addresses)


def test_a_damaged_database_is_told_and_not_mended_by_guessing(folder):
    path = folder / STORE
    content = bytearray(path.read_bytes())
    for start in range(8192, len(content) - 4096, 4096 * 3):
        content[start : start + 64] = os.urandom(64)
    path.write_bytes(content)
    with open_collection(folder, create=False) as collection:
        report = check(collection)
        assert report.beyond_repair
        with pytest.raises(UserError, match="backup"):
            repair(collection, report)


def test_wrong_vectors_and_passages_are_found_and_made_anew(folder):
    connection = sqlite3.connect(folder / STORE)
    connection.execute("UPDATE passages SET \"end\" = 99999 WHERE article_id = '3'")
    connection.execute("UPDATE passages SET vector = zeroblob(96) WHERE article_id = '4'")
    connection.execute("DELETE FROM passages WHERE article_id = '5'")
    connection.commit()
    connection.close()
    with open_collection(folder, create=False) as collection:
        report = check(collection)
        assert report.broken_articles == ["3", "4", "5"]
        repair(collection, report)
    assert_whole(folder)


class Broken:
    """An embedder whose files are gone since the collection was made."""

    name = EMBEDDER.name

    def embed(self, texts):
        raise UserError("its files are gone")


def test_a_repair_that_is_broken_off_loses_no_article(folder):
    damage_vector(folder, "4")
    before = all_of(folder)
    with Collection(folder, embedder=Broken()) as collection:
        report = check(collection)
        assert report.broken_articles == ["4"]
        with pytest.raises(UserError, match="gone"):
            repair(collection, report)
    assert all_of(folder) == before
    with open_collection(folder, create=False) as collection:
        repair(collection, check(collection))
    assert_whole(folder)


def test_a_repair_that_fails_while_it_writes_loses_no_article(folder, monkeypatch):
    damage_vector(folder, "4")
    before = all_of(folder)

    def fail(*arguments):
        raise sqlite3.OperationalError("database or disk is full")

    with open_collection(folder, create=False) as collection:
        report = check(collection)
        with monkeypatch.context() as patched:
            patched.setattr("index.near_duplicates.store", fail)
            with pytest.raises(UserError, match="full"):
                repair(collection, report)
        assert all_of(folder) == before


def test_a_repair_leaves_alone_what_has_changed_since_the_look(folder):
    damage_vector(folder, "4")
    with open_collection(folder, create=False) as collection:
        store = collection.backend.store
        old = collection.article("4")
        rows = embedded(
            [(article, split(article)) for article in (old, make_article(70))], EMBEDDER
        )
        new = replace(make_article(4, version=1), id="4")
        collection.add([new])
        store.renew(rows)
        assert collection.article("4") == new
        assert collection.article("70") is None
        assert is_found(collection, 4, version=1)
        assert check(collection).problems == []


def damage_vector(folder, identity):
    with closing(sqlite3.connect(folder / STORE)) as connection:
        connection.execute(
            "UPDATE passages SET vector = zeroblob(96) WHERE article_id = ?", (identity,)
        )
        connection.commit()


def all_of(folder):
    with closing(sqlite3.connect(folder / STORE)) as connection:
        return connection.execute(
            "SELECT articles.*, passages.* FROM articles JOIN passages ON article_id = articles.id"
        ).fetchall()


@contextmanager
def small_disk(path, size):
    path.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)],
        capture_output=True,
        check=False,
    ).returncode:
        pytest.skip("cannot mount a small disk here")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)


def test_a_full_disk(tmp_path):
    acknowledged = []
    with small_disk(tmp_path / "disk", "3m") as disk:
        folder = disk / "collection"
        with open_collection(folder) as collection:
            with pytest.raises(UserError, match="full"):
                collection.add(
                    (make_article(number, sentences=60) for number in range(4000)),
                    lambda article, count: acknowledged.append(article.id),
                )
            assert len(acknowledged) > 10
            for article_id in acknowledged[:: len(acknowledged) // 10]:
                assert is_found(collection, article_id)
            stored = {article.id for article in collection.articles()}
            assert set(acknowledged) <= stored
        with open_collection(folder, create=False) as collection:
            assert all(is_found(collection, article_id) for article_id in acknowledged[-5:])


def test_old_removals_are_forgotten_and_indexes_begin_anew(folder, monkeypatch):
    monkeypatch.setattr("index.local.writes._KEPT_REMOVALS", 5)
    with open_collection(folder, create=False) as behind:
        assert is_found(behind, 1)
        with open_collection(folder, create=False) as writer:
            for number in range(10, 30):
                writer.remove([str(number)])
        assert not is_found(behind, 15)
        assert is_found(behind, 1)
        assert check(behind).problems == []
    connection = sqlite3.connect(folder / STORE)
    assert connection.execute("SELECT count(*) FROM removals").fetchone()[0] < 40
    connection.close()


def test_near_duplicates_are_one_group(tmp_path):
    report = make_article(1, sentences=40).text
    articles = [
        Article("a", "Report", report),
        Article("b", "The same elsewhere", report.replace("mayor", "major", 2) + " By our staff."),
        replace(make_article(2, sentences=40), id="c"),
    ]
    with open_collection(tmp_path / "c") as collection:
        collection.add(articles)
        groups = collection.groups(["a", "b", "c", "missing"])
        assert groups["a"] == groups["b"] != groups["c"]
        assert "missing" not in groups
        collection.add([Article("a", "Other", make_article(3, sentences=40).text)])
        groups = collection.groups(["a", "b"])
        assert groups["a"] != groups["b"]


def test_an_exception_among_articles_keeps_what_came_before(tmp_path):
    told = []

    def articles():
        yield from (make_article(number) for number in range(300))
        raise UserError("the network is gone")

    with open_collection(tmp_path / "c") as collection:
        with pytest.raises(UserError, match="network"):
            collection.add(articles(), lambda article, count: told.append(article.id))
        assert len(told) > 100
        assert {article.id for article in collection.articles()} == set(told)
        assert len(told) == 300
        assert is_found(collection, told[0])
        assert is_found(collection, told[-1])
