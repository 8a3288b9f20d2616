"""Rows of a collection's tables, and what they stand for."""

import sqlite3
from datetime import date

from index.types import Article, Summary

SELECT_ARTICLE = "SELECT id, title, text, published, source FROM articles"
"""Gives the rows of which `article_of` makes articles."""

SELECT_SUMMARY = "SELECT id, title, published, source, characters"
"""Gives those of `summary_of`."""


def article_of(row: tuple[str, str, str, str | None, str | None]) -> Article:
    """The article of a row that `SELECT_ARTICLE` gave."""
    return Article(row[0], row[1], row[2], _day(row[3]), row[4])


def summary_of(row: tuple[str, str, str | None, str | None, int]) -> Summary:
    """The summary of a row that `SELECT_SUMMARY` gave."""
    return Summary(row[0], row[1], _day(row[2]), row[3], row[4])


def setting(connection: sqlite3.Connection, name: str) -> str:
    """One of the settings, such as "counter" or "embedder"."""
    (value,) = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return str(value)


def _day(stored: str | None) -> date | None:
    return date.fromisoformat(stored) if stored else None
