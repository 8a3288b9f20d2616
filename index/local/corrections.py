"""Corrections of titles and dates, stored so that reading a file again does not undo them."""

import sqlite3
from dataclasses import replace

from index.local.rows import day_of
from index.types import Article, Correction

_UNDATED = ""


def keep(connection: sqlite3.Connection, article_id: str, correction: Correction) -> None:
    """Store a correction; fields that it leaves open keep the value of an earlier one."""
    published = correction.published.isoformat() if correction.published else None
    connection.execute(
        "INSERT INTO corrections VALUES (?1, ?2, ?3) ON CONFLICT (article_id) DO UPDATE SET "
        "title = coalesce(?2, title), published = coalesce(?3, published)",
        (article_id, correction.title, _UNDATED if correction.undated else published),
    )


def corrected(connection: sqlite3.Connection, article: Article) -> Article:
    """The article with its stored correction applied."""
    row = connection.execute(
        "SELECT title, published FROM corrections WHERE article_id = ?", (article.id,)
    ).fetchone()
    if row is None:
        return article
    title, published = row
    return replace(
        article,
        title=article.title if title is None else title,
        published=article.published if published is None else day_of(published),
    )


def forget(connection: sqlite3.Connection, article_id: str) -> None:
    """Delete the correction of an article."""
    connection.execute("DELETE FROM corrections WHERE article_id = ?", (article_id,))
