"""The collections and models that a process keeps open."""

import threading

import pytest

import qa
from index import Article, Collection
from qa.reading import shared
from qa.reading.cascade import Stage
from qa.reading.shared import load_reader
from qa.registry import Registry

QUESTION = "Who opened the fair?"


def folder_with(path, name):
    with Collection(path, create=True) as collection:
        collection.add([Article("fair", "", f"The fair was opened by {name} on 3 May 2021.")])
    return path


def test_a_closed_collection_does_not_stand_for_its_folder(tmp_path):
    folder = folder_with(tmp_path / "one", "Ida Moor")
    with Collection(folder) as collection:
        assert qa.ask(QUESTION, collection).text == "Ida Moor"
    assert qa.ask(QUESTION, folder).text == "Ida Moor"


def test_a_relative_folder_is_the_one_of_this_directory(tmp_path, monkeypatch):
    for place, name in (("here", "Ida Moor"), ("there", "Jon Vik")):
        (tmp_path / place).mkdir()
        folder_with(tmp_path / place / "fair", name)
    for place, name in (("here", "Ida Moor"), ("there", "Jon Vik"), ("here", "Ida Moor")):
        monkeypatch.chdir(tmp_path / place)
        assert qa.ask(QUESTION, "fair").text == name


def test_the_environment_is_read_at_each_call(tmp_path, monkeypatch):
    for place, name in (("a", "Ida Moor"), ("b", "Jon Vik")):
        monkeypatch.setenv("QA_COLLECTION", str(folder_with(tmp_path / place, name)))
        assert qa.ask(QUESTION).text == name


def test_the_one_asked_longest_ago_is_closed_when_nobody_asks_it(tmp_path):
    folders = [folder_with(tmp_path / str(number), "Ida Moor") for number in range(3)]
    held = Registry(max_open=1)
    with held.answerer(folders[0]) as first:
        with held.answerer(folders[1]), held.answerer(folders[2]):
            pass
        # It is in use, and so it is the one that stays open.
        assert first.ask(QUESTION).text == "Ida Moor"
    with held.answerer(folders[0]) as again:
        assert again is first
    held.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        first.search(QUESTION)


def test_collections_share_their_models(tmp_path):
    held = Registry()
    old, new = (folder_with(tmp_path / name, "Ida Moor") for name in "ab")
    with held.answerer(old) as first, held.answerer(new) as second:
        assert first.reader.readers == second.reader.readers
        assert first.collection.embedder is second.collection.embedder
    held.close()


def test_threads_that_ask_first_load_a_model_once(tmp_path, monkeypatch):
    loaded = []
    begin = threading.Barrier(8)

    class SlowStage(Stage):
        def load(self):
            loaded.append(self.model)
            return Stage(self.model).load()

    monkeypatch.setattr(shared, "_readers", type(shared._readers)())
    stage = SlowStage("qa/models/small")
    got = []

    def first():
        begin.wait()
        got.append(load_reader(stage))

    threads = [threading.Thread(target=first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 1
    assert len({id(reader) for reader in got}) == 1
