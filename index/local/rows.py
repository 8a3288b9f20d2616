"""Convert rows of a collection's tables."""

import sqlite3
from datetime import date

import numpy as np

from index.backend import Vectors
from index.errors import UserError
from index.types import Article, Summary

SELECT_ARTICLE = "SELECT id, title, text, published, source, byline FROM articles"
"""Selects the columns that `article_of` takes."""

SELECT_ARTICLE_WITH_DIGEST = (
    "SELECT id, title, text, published, source, byline, digest FROM articles"
)
"""The same columns, and the digest."""

SELECT_SUMMARY = "SELECT id, title, published, source, characters"
"""Selects the columns that `summary_of` takes."""


def article_of(row: tuple[str, str, str, str | None, str | None, str]) -> Article:
    """The article of a row that `SELECT_ARTICLE` gave."""
    return Article(row[0], row[1], row[2], day_of(row[3]), row[4], row[5])


def summary_of(row: tuple[str, str, str | None, str | None, int]) -> Summary:
    """The summary of a row that `SELECT_SUMMARY` gave."""
    return Summary(row[0], row[1], day_of(row[2]), row[3], row[4])


def setting(connection: sqlite3.Connection, name: str) -> str:
    """One of the settings, such as "identity" or "embedder".

    Raises:
        sqlite3.DatabaseError: If it is missing.
    """
    row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise sqlite3.DatabaseError(f"the setting {name!r} is missing")
    return str(row[0])


def count_setting(connection: sqlite3.Connection, name: str) -> int:
    """One of the settings that count, such as "counter" or "pruned".

    Raises:
        sqlite3.DatabaseError: If it is missing or no number.
    """
    value = setting(connection, name)
    if not value.isdecimal():
        raise sqlite3.DatabaseError(f"the setting {name!r} is no number")
    return int(value)


def vector_of(stored: bytes) -> Vectors:
    """A stored vector: shape (dimension,), or (0,) if the bytes are no float16 numbers."""
    return np.frombuffer(b"" if len(stored) % 2 else stored, dtype=np.float16)


def wrong_size(passage_id: int) -> UserError:
    """The error of a vector that cannot be compared to the others."""
    return UserError(
        f"the stored vector of passage {passage_id} has a wrong size; `article-qa check --repair` "
        "makes it anew"
    )


def day_of(stored: str | None) -> date | None:
    """A stored day; None if there is none, or it is damaged."""
    try:
        return date.fromisoformat(stored) if stored else None
    except ValueError:
        # `check` reports the damage by the article's digest.
        return None
