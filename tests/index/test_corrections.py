"""Titles and dates that somebody has put right."""

from datetime import date

import pytest

from index.errors import UserError
from index.maintenance.backup import backup, restore
from index.sources.files import read_articles
from index.types import Article
from tests.command_line import call
from tests.index.helpers import open_collection


def test_what_was_corrected_stays_so_when_the_file_is_read_again(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Title: Qauy opens\nDate: 2020-02-03\n\nThe mayor spoke.")
    with open_collection(tmp_path / "c") as collection:
        collection.add(read_articles([path], pytest.fail))
        (article,) = collection.articles()
        edited = collection.edit(article.id, title=" Quay  opens ")
        assert (edited.title, edited.published) == ("Quay opens", date(2020, 2, 3))
        collection.edit(article.id, published=date(1920, 2, 3))
        path.write_text("Title: Qauy opens\nDate: 2020-02-03\n\nThe mayor spoke twice.")
        added = collection.add(read_articles([path], pytest.fail))
        assert (added.added, added.updated) == (0, 1)
        assert collection.add(read_articles([path], pytest.fail)).unchanged == 1
    with open_collection(tmp_path / "c") as collection:
        (article,) = collection.articles()
        assert (article.title, article.published) == ("Quay opens", date(1920, 2, 3))
        assert "twice" in article.text
        assert collection.edit(article.id, undated=True).published is None
        collection.remove([article.id])
        collection.add(read_articles([path], pytest.fail))
        (article,) = collection.articles()
        assert (article.title, article.published) == ("Qauy opens", date(2020, 2, 3))


def test_corrections_are_found_and_copied(tmp_path):
    with open_collection(tmp_path / "c") as collection:
        collection.add([Article("a", "Old", "The mayor spoke."), Article("b", "", "It rained.")])
        collection.edit("a", title="Ribbon of Rostock")
        assert collection.search("Rostock ribbon", 1)[0].passage.article_id == "a"
        with pytest.raises(UserError, match="no article with id x"):
            collection.edit("x", title="Y")
    backup(tmp_path / "c", tmp_path / "copy")
    restore(tmp_path / "copy", tmp_path / "d")
    with open_collection(tmp_path / "d") as collection:
        collection.add([Article("a", "Old", "The mayor spoke again.")])
        article = collection.article("a")
        assert article is not None
        assert article.title == "Ribbon of Rostock"


def test_edit_on_the_command_line(tmp_path):
    def run(*words):
        return call(*words, "--collection", str(tmp_path / "c"))

    path = tmp_path / "a.txt"
    path.write_text("Title: Qauy opens\nDate: 01/02/2020\n\nThe mayor spoke.")
    added = run("add", str(path))
    assert added.returncode == 0
    assert "note: " in added.stdout
    assert "two readings" in added.stderr
    identity = run("list").stdout.split()[0]
    edited = run("edit", identity, "--title", "Quay opens", "--date", "2020-02-01")
    assert edited.stdout == f"{identity}  2020-02-01  Quay opens\n"
    assert run("edit", identity).returncode == 2
    assert "1 unchanged" in run("add", str(path)).stdout
