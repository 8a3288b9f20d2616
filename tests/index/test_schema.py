"""Stores of other versions, and folders of something else."""

import sqlite3

import pytest

from index.errors import UserError
from index.local.folder import STORE
from index.local.schema import SCHEMA_VERSION
from index.maintenance.verify import check
from index.types import Article
from tests.index.helpers import EMBEDDER, assert_whole, make_article, open_collection


def make_second_format(connection):
    for statement in (
        "DROP TABLE corrections",
        "DROP INDEX articles_listed",
        "ALTER TABLE articles DROP COLUMN characters",
        "ALTER TABLE articles DROP COLUMN byline",
        "PRAGMA user_version = 2",
    ):
        connection.execute(statement)


def test_a_store_of_the_second_format_is_migrated(folder):
    with open_collection(folder) as collection:
        collection.add([Article("nul", "", "A\0 b")])
    connection = sqlite3.connect(folder / STORE)
    make_second_format(connection)
    connection.commit()
    connection.close()
    with open_collection(folder, create=False) as collection:
        lengths = {article.id: article.characters for article in collection.summaries().articles}
        assert lengths == {article.id: len(article.text) for article in collection.articles()}
        assert lengths["nul"] == 4
        collection.add([make_article(3, 1)])
        assert check(collection).problems == []
        collection.add([make_article(3, sentences=40)])
    assert_whole(folder)


def test_a_store_of_the_first_format_is_migrated(folder):
    connection = sqlite3.connect(folder / STORE)
    make_second_format(connection)
    for statement in (
        "DROP TABLE likeness",
        "DROP TABLE bands",
        "DELETE FROM settings WHERE name IN ('identity', 'pruned', 'groups')",
        "PRAGMA user_version = 1",
    ):
        connection.execute(statement)
    connection.commit()
    connection.close()
    with open_collection(folder, create=False) as collection:
        assert len(collection.groups(str(number) for number in range(30))) == 30
    assert_whole(folder)


@pytest.mark.parametrize("version", [SCHEMA_VERSION + 1, 999])
def test_a_store_of_a_later_format_is_refused(folder, version):
    connection = sqlite3.connect(folder / STORE)
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(UserError, match="newer version"):
        open_collection(folder, create=False)


def test_folders_that_are_something_else(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.jpg").touch()
    (tmp_path / "db").mkdir()
    connection = sqlite3.connect(tmp_path / "db" / STORE)
    connection.execute("CREATE TABLE t (x)")
    connection.close()
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / STORE).write_text("This is not a database, it is a text. " * 40)
    for name in ("file", "photos", "db", "text", "missing"):
        with pytest.raises(UserError):
            open_collection(tmp_path / name, create=False)
    for name in ("file", "photos", "db", "text"):
        with pytest.raises(UserError):
            open_collection(tmp_path / name)
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["a.jpg"]


def test_another_embedder_is_refused(folder):
    from index.collection import Collection

    with pytest.raises(UserError, match=EMBEDDER.name):
        Collection(folder, embedder="another")
