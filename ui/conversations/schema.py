"""The tables of the conversations, and their rows as values."""

import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

from index.errors import UserError
from index.local.connections import Connections
from qa.types import Answer
from ui.conversations.types import Exchange, Heading, filters_from_dict

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, collection TEXT NOT NULL,
    changed TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversations_listed ON conversations (person, changed);
CREATE TABLE IF NOT EXISTS exchanges (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, key TEXT NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL,
    filters TEXT NOT NULL, restricted_to TEXT NOT NULL, text TEXT, answer TEXT,
    problem TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '[]', verdict TEXT,
    PRIMARY KEY (conversation, number), UNIQUE (conversation, key)
) STRICT;
"""

SELECT_HEADING = (
    "SELECT id, name, collection, changed, (SELECT count(*) FROM exchanges WHERE conversation = id)"
)
SELECT_EXCHANGE = (
    "SELECT number, question, asked, filters, restricted_to, answer, problem, why, verdict "
    "FROM exchanges"
)


def opened(path: Path) -> Connections:
    """Open the file, and make it and its tables if they are not there.

    Raises:
        UserError: If it cannot be opened, or a newer version made it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connections = Connections(path)
    try:
        _check_version(connections.get(), path)
        connections.get().execute("PRAGMA journal_mode = WAL")
        with connections.writing() as connection:
            for statement in _SCHEMA.split(";")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
    except sqlite3.DatabaseError as error:
        connections.close()
        raise UserError(f"{path}: cannot be opened ({error})") from None
    except UserError:
        connections.close()
        raise
    return connections


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, _VERSION):
        raise UserError(f"{path}: made by a newer version of article-qa")


def heading_of(row: tuple[Any, ...]) -> Heading:
    """The heading in a row of `SELECT_HEADING`."""
    id_, name, collection, changed, exchanges = row
    return Heading(id_, name, collection, datetime.fromisoformat(changed), exchanges)


def exchange_of(row: tuple[Any, ...]) -> Exchange:
    """The exchange in a row of `SELECT_EXCHANGE`."""
    number, question, asked, filters, restricted_to, stored, problem, why, verdict = row
    answer = None
    if stored is not None:
        try:
            answer = Answer.from_dict(json.loads(stored))
        except UserError:
            problem = "answered by another version of article-qa, which this one cannot read"
    return Exchange(
        number,
        question,
        datetime.fromisoformat(asked),
        filters_from_dict(json.loads(filters)),
        restricted_to,
        answer,
        problem,
        tuple(json.loads(why)),
        verdict,
    )
