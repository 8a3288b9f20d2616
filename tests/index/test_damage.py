"""Broken, foreign and left-over parts of a collection's folder are told and mended."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import UserError
from index.local.folder import LEXICAL, STORE
from index.local.lexical import LexicalIndex
from index.local.temporary import unfinished
from index.maintenance.backup import backup, restore
from index.maintenance.verify import check, repair
from tests.index.helpers import assert_whole, is_found, make_article, open_collection
from tests.index.test_schema import make_second_format

ROOT = Path(__file__).resolve().parents[2]


def change(folder, *statements):
    with closing(sqlite3.connect(folder / STORE)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def overwrite(folder, start, content):
    change(folder, "PRAGMA wal_checkpoint(TRUNCATE)")
    with (folder / STORE).open("r+b") as file:
        file.seek(start)
        file.write(content)


def cut(folder):
    change(folder, "PRAGMA wal_checkpoint(TRUNCATE)")
    os.truncate(folder / STORE, 10_000)


def flip_a_letter(folder):
    change(folder, "UPDATE articles SET text = replace(text, 'Here', 'hERE') WHERE id = '4'")


DAMAGES = {
    "header": lambda folder: overwrite(folder, 0, b"x" * 100),
    "pages": lambda folder: overwrite(folder, 4096, bytes(range(256)) * 40),
    "cut": cut,
    "letter": flip_a_letter,
    "no text": lambda folder: change(folder, "UPDATE articles SET text = CAST(x'ff' AS TEXT)"),
    "date": lambda folder: change(folder, "UPDATE articles SET published = '2021-02-30'"),
    "counter": lambda folder: change(folder, "DELETE FROM settings WHERE name = 'counter'"),
    "embedder": lambda folder: change(folder, "DELETE FROM settings WHERE name = 'embedder'"),
    "table": lambda folder: change(folder, "DROP TABLE bands"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_collection_is_restored_and_not_backed_up(folder, tmp_path, damage):
    backup(folder, tmp_path / "copy")
    damage(folder)
    with pytest.raises(UserError):
        backup(folder, tmp_path / "of-damaged")
    assert not list((tmp_path).glob("of-damaged/*"))
    told = []
    assert restore(tmp_path / "copy", folder, told.append) == 30
    assert_whole(folder)
    (line,) = told
    assert (folder / line.split()[-1]).is_file()


def test_a_collection_whose_articles_are_gone_is_restored(folder, tmp_path):
    backup(folder, tmp_path / "copy")
    for path in folder.glob(f"{STORE}*"):
        path.unlink()
    with pytest.raises(UserError, match="articles are gone"):
        open_collection(folder)
    assert restore(tmp_path / "copy", folder) == 30
    assert_whole(folder)


def test_who_has_a_damaged_collection_open_finds_the_restored_one(folder, tmp_path):
    backup(folder, tmp_path / "copy")
    with open_collection(folder) as collection:
        assert is_found(collection, 3)
        flip_a_letter(folder)
        restore(tmp_path / "copy", folder)
        assert is_found(collection, 3)
        # What is added now is not added to the file that was set aside.
        collection.add([make_article(40)])
    with open_collection(folder) as collection:
        assert is_found(collection, 40)
        assert check(collection).problems == []


def test_nothing_is_added_to_a_collection_that_has_been_deleted(folder):
    with open_collection(folder) as collection:
        for path in folder.glob(f"{STORE}*"):
            path.unlink()
        with pytest.raises(UserError, match="cannot be opened any more"):
            collection.add([make_article(40)])
    assert not (folder / STORE).exists()


STRANGE = (
    "CREATE TABLE mine (x)",
    "CREATE INDEX mine_x ON mine (x)",
    'CREATE VIEW "a ""view""" AS SELECT * FROM articles',
    "CREATE TRIGGER thief AFTER INSERT ON articles BEGIN DELETE FROM articles; END",
)


def schema(folder):
    with closing(sqlite3.connect(folder / STORE)) as connection:
        return set(connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall())


def test_a_backup_of_a_stranger_brings_nothing_but_articles(folder, tmp_path):
    clean = schema(folder)
    backup(folder, tmp_path / "copy")
    change(tmp_path / "copy", *STRANGE)
    for target in (folder, tmp_path / "new"):
        assert restore(tmp_path / "copy", target) == 30
        assert schema(target) == clean
        assert_whole(target)
    backup(tmp_path / "copy", tmp_path / "second")
    assert schema(tmp_path / "second") == clean


def test_foreign_triggers_and_views_are_told_and_dropped(folder):
    clean = schema(folder)
    change(folder, *STRANGE[2:])
    with open_collection(folder) as collection:
        with pytest.raises(UserError, match="did not make"):
            collection.add([make_article(40)])
        with pytest.raises(UserError, match="did not make"):
            collection.edit(make_article(1).id, title="Another title")
        assert collection.backend.corrected(make_article(1)) == make_article(1)
        report = check(collection)
        assert [line.split()[2] for line in report.problems] == ["trigger", "view"]
        repair(collection, report)
        collection.add([make_article(40)])
    assert schema(folder) == clean
    assert_whole(folder, [*range(30), 40])


def test_a_trigger_in_a_store_of_an_earlier_format_does_not_act(folder):
    with closing(sqlite3.connect(folder / STORE)) as connection:
        make_second_format(connection)
        connection.commit()
    change(folder, "CREATE TRIGGER thief AFTER UPDATE ON articles BEGIN DELETE FROM passages; END")
    assert_whole(folder)


def test_a_table_that_is_another_is_not_restored(folder, tmp_path):
    backup(folder, tmp_path / "copy")
    change(
        tmp_path / "copy",
        "ALTER TABLE settings RENAME TO kept",
        "CREATE VIEW settings AS SELECT * FROM kept",
    )
    with pytest.raises(UserError):
        restore(tmp_path / "copy", folder)
    assert_whole(folder)


@pytest.mark.parametrize("stored", ["x''", "x'00'", "x'003c003c'", "vector || x'0000'"])
@pytest.mark.parametrize("checkpoint", [True, False])
def test_a_vector_of_a_wrong_size(folder, stored, checkpoint):
    change(folder, f"UPDATE passages SET vector = CAST({stored} AS BLOB) WHERE id IN (1, 5)")
    if not checkpoint:
        (folder / "vectors.faiss").unlink()
    with open_collection(folder) as collection:
        with pytest.raises(UserError, match="check --repair"):
            is_found(collection, 0)
        report = check(collection)
        assert report.broken_articles
        repair(collection, report)
    assert_whole(folder)


def test_vectors_that_all_have_another_size(folder):
    change(folder, "UPDATE passages SET vector = x'003c0000'")
    (folder / "vectors.faiss").unlink()
    with open_collection(folder) as collection, pytest.raises(UserError, match="2 dimensions"):
        is_found(collection, 0)


def add_stale_document(folder):
    """As if a merge had kept the document of a passage that is removed."""
    index = LexicalIndex(folder / LEXICAL)
    writer = index._index.writer(15_000_000, 1)
    writer.add_document(index._document(id=999, title="Old", text="harbour"))
    writer.commit()
    writer.wait_merging_threads()
    index._index.reload()
    assert 999 in index.ids()


def test_a_removed_passage_that_stays_in_the_lexical_index_is_found_out(folder):
    add_stale_document(folder)
    with open_collection(folder) as collection:
        assert collection.search("harbour", 50)
        assert check(collection).problems == []
        add_stale_document(folder)
        collection.add([make_article(30)])
        assert is_found(collection, 30)
        assert check(collection).problems == []
    assert_whole(folder)


@pytest.mark.parametrize("name", ["vectors.faiss", "lexical", "lexical.lock", "reembedding.sqlite"])
def test_a_folder_where_a_file_should_be_or_a_file_for_a_folder(folder, name):
    path = folder / name
    if path.is_dir():
        for inner in path.iterdir():
            inner.unlink()
        path.rmdir()
        path.write_text("No folder.")
    else:
        path.unlink(missing_ok=True)
        path.mkdir()
        (path / "kept").touch()
    with open_collection(folder) as collection:
        assert is_found(collection, 3)
        repair(collection, check(collection))
    assert_whole(folder)


def test_a_folder_where_the_articles_should_be(folder, tmp_path):
    backup(folder, tmp_path / "copy")
    for path in folder.glob(f"{STORE}*"):
        path.unlink()
    (folder / STORE).mkdir()
    with pytest.raises(UserError, match="a folder where a file should be"):
        open_collection(folder)
    assert restore(tmp_path / "copy", folder) == 30
    assert_whole(folder)
    (tmp_path / "odd" / STORE).mkdir(parents=True)
    with pytest.raises(UserError):
        restore(tmp_path / "odd", folder)
    with pytest.raises(UserError):
        backup(folder, tmp_path / "copy" / STORE)


def test_a_path_that_is_not_utf_8(folder, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    for use in (
        lambda: open_collection(odd),
        lambda: backup(folder, odd),
        lambda: restore(odd, folder),
        lambda: restore(folder, odd),
    ):
        with pytest.raises(UserError, match=r"caf\\xe9: this path is not in UTF-8"):
            use()
    assert not odd.exists()


def test_what_killed_runs_leave_is_removed_by_the_next(folder, tmp_path):
    left = (".restore-x1", ".articles.sqlite.unfinished", ".vectors.faiss.ab", "lexical/.tmpAb12")
    (folder / left[0]).mkdir()
    (folder / left[0] / STORE).touch()
    for name in left[1:]:
        (folder / name).touch()
    clean = [path for path in folder.rglob("*") if not any(name in str(path) for name in left)]
    with open_collection(folder) as collection:
        assert is_found(collection, 3)
    assert {path.relative_to(folder).parts[0] for path in folder.rglob("*")} == {
        path.relative_to(folder).parts[0] for path in clean
    }
    assert not (folder / left[3]).exists()
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / left[1]).touch()
    assert backup(folder, tmp_path / "copy") == 30
    assert [path.name for path in (tmp_path / "copy").iterdir()] == [STORE]


MAKER = """
import sys, time
from pathlib import Path
from index.local.temporary import unfinished
with unfinished(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("x")
    print(folder, flush=True)
    time.sleep(600)
"""


def test_what_is_unfinished_is_left_alone_until_its_process_is_dead(folder):
    maker = subprocess.Popen(
        [sys.executable, "-c", MAKER, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert maker.stdout is not None
        half = Path(maker.stdout.readline().strip()) / "half"
        open_collection(folder).close()
        assert half.exists()
    finally:
        maker.send_signal(signal.SIGKILL)
        maker.wait()
    assert half.exists()
    open_collection(folder).close()
    assert not half.parent.exists()


def test_what_is_finished_leaves_nothing(tmp_path):
    with unfinished(tmp_path) as made:
        (made / "file").touch()
    assert not list(tmp_path.iterdir())


NO_LOCKS = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#define WITHOUT_LOCKS(name) int name(int file, int command, ...) { \\
    va_list rest; va_start(rest, command); void *given = va_arg(rest, void *); va_end(rest); \\
    if (command == F_SETLK || command == F_SETLKW) { errno = ENOLCK; return -1; } \\
    int (*real)(int, int, ...) = dlsym(RTLD_NEXT, #name); return real(file, command, given); }
WITHOUT_LOCKS(fcntl)
WITHOUT_LOCKS(fcntl64)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="takes the locks away as Linux allows it")
def test_a_file_system_without_locks_is_told_at_once(tmp_path):
    (tmp_path / "no_locks.c").write_text(NO_LOCKS)
    library = tmp_path / "no_locks.so"
    try:
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-o", library, tmp_path / "no_locks.c", "-ldl"], check=True
        )
    except FileNotFoundError:
        pytest.skip("no compiler")
    # Less than the minute for which SQLite waits for a lock.
    (tmp_path / "empty").mkdir()
    outcome = subprocess.run(
        [sys.executable, "-m", "qa.cli.main", "list", "--collection", str(tmp_path / "empty")],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert outcome.returncode == 2
    assert "no file locks" in outcome.stderr
