"""A folder that is added again with what was taken out of it."""

import zipfile

import pytest

from index.errors import UserError
from index.sources.files import read_articles
from index.sources.sync import remove_vanished, synced_folders
from index.types import Article
from tests.index.helpers import open_collection


def synced(collection, folder):
    folders = synced_folders([folder])
    files = read_articles([folder], lambda line: None)
    collection.add(files)
    remove_vanished(collection, folders, files)
    return sorted(article.text for article in collection.articles())


def test_articles_of_files_that_are_gone_are_removed(tmp_path):
    folder = tmp_path / "papers"
    (folder / "deep").mkdir(parents=True)
    for name in ("one", "two", "deep/three"):
        (folder / f"{name}.txt").write_text(f"Text of {name}.")
    (folder / "lines.jsonl").write_text('{"text": "First."}\n{"text": "Second."}\n')
    with zipfile.ZipFile(folder / "z!.zip", "w") as archive:
        archive.writestr("in.txt", "In an archive.")
    with open_collection(tmp_path / "c") as collection:
        collection.add([Article("x", "", "Of elsewhere.", source=f"{folder}-2/one.txt")])
        assert len(synced(collection, folder)) == 7
        (folder / "deep/three.txt").unlink()
        (folder / "deep").rmdir()
        (folder / "one.txt").write_text("Text of one, corrected.")
        (folder / "lines.jsonl").write_text('{"text": "Second."}\n')
        (folder / "z!.zip").unlink()
        assert synced(collection, folder) == [
            "Of elsewhere.",
            "Second.",
            "Text of one, corrected.",
            "Text of two.",
        ]


def test_what_cannot_be_read_any_more_stays(tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "one.txt").write_text("Text of one.")
    (folder / "lines.jsonl").write_text('{"text": "First."}\n{"text": "Second."}\n')
    with open_collection(tmp_path / "c") as collection:
        synced(collection, folder)
        (folder / "one.txt").write_bytes(b"\0\1\2")
        (folder / "lines.jsonl").write_text('{"text": "First."}\n{"text": "Sec')
        assert synced(collection, folder) == ["First.", "Second.", "Text of one."]


def test_a_folder_that_is_away_removes_nothing(tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "one.txt").write_text("Text of one.")
    with open_collection(tmp_path / "c") as collection:
        synced(collection, folder)
        (folder / "one.txt").unlink()
        with pytest.raises(UserError, match="nothing was removed"):
            synced(collection, folder)
        folder.rmdir()
        with pytest.raises(UserError, match="nothing was added or removed"):
            synced(collection, folder)
        assert collection.counts()[0] == 1
