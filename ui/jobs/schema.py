"""The tables of jobs, and what earlier versions did not have."""

import json
import sqlite3

from ui.jobs.types import Item, ItemState

SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, collection TEXT NOT NULL,
    expected INTEGER NOT NULL, made REAL NOT NULL, touched REAL NOT NULL,
    cancelled INTEGER NOT NULL DEFAULT 0, keep_pdfs INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE IF NOT EXISTS items (
    job TEXT NOT NULL REFERENCES jobs ON DELETE CASCADE, number INTEGER NOT NULL,
    name TEXT NOT NULL, address INTEGER NOT NULL, bytes INTEGER NOT NULL, state TEXT NOT NULL,
    added INTEGER NOT NULL DEFAULT 0, updated INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0, passages INTEGER NOT NULL DEFAULT 0,
    problems TEXT NOT NULL DEFAULT '[]', notes TEXT NOT NULL DEFAULT '[]',
    PRIMARY KEY (job, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_state ON items (state, job, number);
"""


def migrate(connection: sqlite3.Connection) -> None:
    """Add what an earlier version did not have.

    Args:
        connection: Inside a transaction: another process may do so at the same time.
    """
    columns = [row[1] for row in connection.execute("PRAGMA table_info(jobs)")]
    if "keep_pdfs" not in columns:
        connection.execute("ALTER TABLE jobs ADD COLUMN keep_pdfs INTEGER NOT NULL DEFAULT 0")


def item_of(row: tuple[int, str, int, int, str, int, int, int, int, str, str]) -> Item:
    """The item of a row of `items`, without its job."""
    number, name, address, size, state, added, updated, unchanged, passages, problems, notes = row
    return Item(
        number,
        name,
        bool(address),
        size,
        ItemState(state),
        added,
        updated,
        unchanged,
        passages,
        tuple(json.loads(problems)),
        tuple(json.loads(notes)),
    )
