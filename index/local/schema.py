"""The tables of a collection, and the migration of older versions."""

import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from index.errors import UserError

APPLICATION_ID = 0x41515131  # "AQQ1": marks the file as ours
SCHEMA_VERSION = 5

_WAL_SECONDS = 60.0

_DROPPED_IN_ORDER = ("trigger", "view", "index", "table")
_STATISTICS = {("table", "sqlite_stat1"), ("table", "sqlite_stat4")}
"""Tables that SQLite's own ANALYZE makes."""

_CREATE = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    published TEXT,
    source TEXT,
    digest TEXT NOT NULL
) STRICT;
CREATE INDEX articles_published ON articles (published);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    article_id TEXT NOT NULL REFERENCES articles (id),
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    vector BLOB NOT NULL
) STRICT;
CREATE INDEX passages_article ON passages (article_id);
CREATE TABLE removals (passage_id INTEGER PRIMARY KEY, counter INTEGER NOT NULL) STRICT;
CREATE INDEX removals_counter ON removals (counter);
INSERT INTO settings VALUES ('counter', '0');
"""

_FROM_1_TO_2 = """
CREATE TABLE likeness (
    article_id TEXT PRIMARY KEY REFERENCES articles (id) ON DELETE CASCADE,
    group_id INTEGER NOT NULL,
    signature BLOB NOT NULL
) STRICT;
CREATE INDEX likeness_group ON likeness (group_id);
CREATE TABLE bands (
    band INTEGER NOT NULL,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    PRIMARY KEY (band, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX bands_article ON bands (article_id);
INSERT INTO settings VALUES ('pruned', '0');
INSERT INTO settings VALUES ('groups', '0');
"""

_FROM_2_TO_3 = """
ALTER TABLE articles ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;
CREATE INDEX articles_listed ON articles (id, title, published, source, characters);
"""

# A correction outlasts the article's rows, which a new version replaces.
_FROM_3_TO_4 = """
CREATE TABLE corrections (
    article_id TEXT PRIMARY KEY,
    title TEXT,
    published TEXT
) STRICT, WITHOUT ROWID;
"""


_FROM_4_TO_5 = """
ALTER TABLE articles ADD COLUMN byline TEXT NOT NULL DEFAULT '';
"""

_NEWEST = _CREATE + _FROM_1_TO_2 + _FROM_2_TO_3 + _FROM_3_TO_4 + _FROM_4_TO_5


@dataclass(frozen=True, slots=True)
class Differences:
    """The differences between the schema of a file and that of a collection.

    Attributes:
        foreign: Kinds and names of objects that a collection does not have, triggers and views
            first.
        missing_indexes: The statements that create them.
        altered: Names of tables and indexes that are missing or not as they should be.
    """

    foreign: tuple[tuple[str, str], ...]
    missing_indexes: tuple[str, ...]
    altered: tuple[str, ...]


def differences(connection: sqlite3.Connection) -> Differences:
    """Compare the schema of a file of this version to that of a new collection."""
    expected = _expected_schema()
    actual = _schema(connection)
    foreign = sorted(
        (key for key in actual.keys() - expected.keys() if key not in _STATISTICS),
        key=lambda key: (_DROPPED_IN_ORDER.index(key[0]), key[1]),
    )
    missing = {key: sql for key, sql in expected.items() if key not in actual}
    changed = {key for key, sql in actual.items() if key in expected and expected[key] != sql}
    return Differences(
        tuple(foreign),
        tuple(sql for (kind, _), sql in missing.items() if kind == "index" and sql),
        (
            *sorted(name for kind, name in missing if kind != "index"),
            *sorted(name for _, name in changed),
        ),
    )


def foreign_actions(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Kinds and names of the triggers and views in a file, of which a collection has none."""
    query = "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')"
    return connection.execute(query).fetchall()


def mend_schema(connection: sqlite3.Connection, *, drop_tables: bool) -> None:
    """Drop objects that a collection does not have, and create missing indexes.

    Args:
        connection: To a file of this version, inside a transaction.
        drop_tables: Drop also tables, with what is in them.

    Raises:
        sqlite3.Error: If something cannot be dropped.
    """
    wrong = differences(connection)
    for kind, name in wrong.foreign:
        if drop_tables or kind != "table":
            _drop(connection, kind, name)
    for statement in wrong.missing_indexes:
        connection.execute(statement)


def drop_actions(connection: sqlite3.Connection) -> None:
    """Drop triggers and views, of which a collection of any version has none."""
    for kind, name in foreign_actions(connection):
        _drop(connection, kind, name)


def _drop(connection: sqlite3.Connection, kind: str, name: str) -> None:
    quoted = name.replace('"', '""')
    # It may have gone with the table that it belonged to.
    connection.execute(f'DROP {kind} IF EXISTS "{quoted}"')


def _schema(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute("SELECT type, name, sql FROM sqlite_master")
    return {(kind, name): " ".join((sql or "").split()) for kind, name, sql in rows}


@lru_cache(maxsize=1)
def _expected_schema() -> dict[tuple[str, str], str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        _run(connection, _NEWEST)
        return _schema(connection)


def prepare(
    connection: sqlite3.Connection,
    path: Path,
    create_with: str | None,
    liken: Callable[[sqlite3.Connection], None],
) -> None:
    """Create the tables of a new collection, or migrate those of an older version.

    Args:
        connection: To the file, outside any transaction.
        path: For messages.
        create_with: The embedder of a new collection; None refuses a file without tables.
        liken: Groups near-duplicates among articles of an older version, which did not.

    Raises:
        UserError: If the file is not ours, is of a newer version, or cannot be migrated.
    """
    application, tables = _look(connection)
    if application == 0:
        if tables:
            raise UserError(f"{path}: a database, but not of article-qa")
        if create_with is None:
            raise UserError(f"{path.parent}: no collection here; make one with `article-qa add`")
        _use_wal(connection)
        connection.execute("BEGIN IMMEDIATE")
        # Another process may have won the race while this one waited for the lock.
        if _pragma(connection, "application_id") == 0:
            _run(connection, _NEWEST)
            connection.execute("INSERT INTO settings VALUES ('embedder', ?)", (create_with,))
            connection.execute("INSERT INTO settings VALUES ('identity', ?)", (new_identity(),))
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    elif application != APPLICATION_ID:
        raise UserError(f"{path}: a database, but not of article-qa")
    version = _pragma(connection, "user_version")
    if version > SCHEMA_VERSION:
        raise UserError(
            f"{path}: made by a newer version of article-qa (format {version}, this one reads "
            f"up to {SCHEMA_VERSION}); install that version"
        )
    if version < SCHEMA_VERSION:
        _migrate(connection, path, liken)


def new_identity() -> str:
    """A name for one history of changes, so that no index follows another by mistake."""
    return uuid.uuid4().hex


def _migrate(
    connection: sqlite3.Connection, path: Path, liken: Callable[[sqlite3.Connection], None]
) -> None:
    try:
        connection.execute("BEGIN IMMEDIATE")
        drop_actions(connection)
        version = _pragma(connection, "user_version")
        if version < 2:
            _run(connection, _FROM_1_TO_2)
            connection.execute("INSERT INTO settings VALUES ('identity', ?)", (new_identity(),))
            liken(connection)
        if version < 3:
            _run(connection, _FROM_2_TO_3)
            # SQLite's own length() ends at a NUL.
            connection.create_function("characters_of", 1, len)
            connection.execute("UPDATE articles SET characters = characters_of(text)")
        if version < 4:
            _run(connection, _FROM_3_TO_4)
        if version < 5:
            _run(connection, _FROM_4_TO_5)
        if version < SCHEMA_VERSION:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise UserError(
            f"{path}: of an older format, which cannot be brought up to date ({error})"
        ) from None


def _look(connection: sqlite3.Connection) -> tuple[int, int]:
    # Both in one read transaction: another process may be creating the tables meanwhile.
    connection.execute("BEGIN")
    application = _pragma(connection, "application_id")
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    connection.execute("COMMIT")
    return application, tables


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)


def _run(connection: sqlite3.Connection, statements: str) -> None:
    # Not executescript, which would commit the transaction first.
    for statement in statements.split(";\n"):
        connection.execute(statement)


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for this lock by itself as it does for others.
    due = time.monotonic() + _WAL_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > due:
                raise
            time.sleep(0.01)
        else:
            return
