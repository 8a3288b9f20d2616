"""Rows of a collection's tables, and what they stand for."""

import sqlite3
from datetime import date

from index.types import Article

SELECT_ARTICLE = "SELECT id, title, text, published, source FROM articles"
"""Gives the rows of which `article_of` makes articles."""


def article_of(row: tuple[str, str, str, str | None, str | None]) -> Article:
    """The article of a row that `SELECT_ARTICLE` gave."""
    published = date.fromisoformat(row[3]) if row[3] else None
    return Article(row[0], row[1], row[2], published, row[4])


def setting(connection: sqlite3.Connection, name: str) -> str:
    """One of the settings, such as "counter" or "embedder"."""
    (value,) = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(value)
