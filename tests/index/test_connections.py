"""Connections to the database of a collection: who opens them, how, and for how long."""

import errno
import shutil
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from index.errors import UserError
from index.local.folder import STORE
from index.maintenance.backup import backup, restore
from tests.index.helpers import (
    assert_whole,
    is_found,
    make_article,
    open_collection,
)

OPEN_FILES = Path("/proc/self/fd")


@contextmanager
def read_only(folder, target):
    """A folder at a second place, where nobody can write to it, not even root."""
    target.mkdir()
    mount = ["mount", "--bind", str(folder), str(target)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount here")
    try:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(target)], check=True)
        yield target
    finally:
        subprocess.run(["umount", "-l", str(target)], check=True)


def test_a_read_only_folder(folder, tmp_path):
    with read_only(folder, tmp_path / "readonly") as target:
        with open_collection(target, create=False) as collection:
            assert all(is_found(collection, number) for number in range(5))
            assert collection.counts()[0] == 30
            with pytest.raises(UserError, match="read-only"):
                collection.add([make_article(99)])
            with pytest.raises(UserError, match="read-only"):
                collection.remove(["1"])
        with pytest.raises(UserError, match="cannot be created"):
            open_collection(target / "new")


def test_a_folder_that_only_others_write(tmp_path):
    # What is committed is in the write-ahead log alone as long as the writer goes on.
    with open_collection(tmp_path / "c") as writer:
        writer.add([make_article(1)])
        with (
            read_only(tmp_path / "c", tmp_path / "readonly") as target,
            open_collection(target, create=False) as reader,
        ):
            assert is_found(reader, 1)
            writer.add([make_article(2)])
            assert is_found(reader, 2)
            with pytest.raises(UserError, match="read-only"):
                reader.remove(["1"])


def test_a_folder_that_others_begin_to_write_again(folder, tmp_path):
    with read_only(folder, tmp_path / "readonly") as target:
        assert not (target / f"{STORE}-wal").exists()
        with open_collection(target, create=False) as reader:
            assert is_found(reader, 1)
            with open_collection(folder, create=False) as writer:
                writer.add([make_article(50)])
                assert is_found(reader, 50)
                writer.add([make_article(51)])
            assert is_found(reader, 51)
        with open_collection(target, create=False) as reader:
            assert is_found(reader, 51)


def test_a_reader_between_whose_looks_others_write_and_end(folder, tmp_path):
    with (
        read_only(folder, tmp_path / "readonly") as target,
        open_collection(target, create=False) as reader,
    ):
        assert is_found(reader, 1)
        with open_collection(folder, create=False) as writer:
            writer.add([make_article(50)])
        assert not (target / f"{STORE}-wal").exists()
        assert is_found(reader, 50)


def test_a_backup_from_a_folder_that_cannot_be_written_and_back(folder, tmp_path):
    with read_only(folder, tmp_path / "readonly") as target:
        assert backup(target, tmp_path / "copy") == 30
        with open_collection(folder, create=False) as writer:
            writer.add([make_article(50)])
            assert backup(target, tmp_path / "later") == 31
    with read_only(tmp_path / "copy", tmp_path / "media") as target:
        assert restore(target, folder) == 30
    assert_whole(folder)


def test_a_read_only_folder_whose_indexes_are_missing(folder, tmp_path, monkeypatch):
    shutil.rmtree(folder / "lexical")
    (folder / "vectors.faiss").unlink()
    monkeypatch.setattr("index.local.connections._cannot_write", lambda path: True)

    def refuse(*arguments, **options):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("index.local.lexical.FileLock.acquire", refuse)
    with open_collection(folder, create=False) as collection:
        assert all(is_found(collection, number) for number in range(5))


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="open files are counted on Linux")
def test_many_additions_leave_few_files_open(tmp_path):
    with open_collection(tmp_path / "c") as collection:
        opened = []
        for number in range(12):
            collection.add([make_article(number)])
            opened.append(len(list(OPEN_FILES.iterdir())))
        assert max(opened[4:]) <= max(opened[:4])
        assert len(collection.backend.store._connections._opened) <= 4


def test_threads_that_have_ended_do_not_close_those_that_go_on(tmp_path):
    with open_collection(tmp_path / "c") as collection, ThreadPoolExecutor(2) as pool:
        both = threading.Barrier(2)

        def count(_):
            both.wait()
            return threading.current_thread(), collection.counts()

        threads = {thread for thread, _ in pool.map(count, range(2))}
        for number in range(6):
            collection.add([make_article(number)])
        assert {*pool.map(count, range(2))} == {(thread, (6, 6)) for thread in threads}
        assert threads <= collection.backend.store._connections._opened.keys()
