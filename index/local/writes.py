"""Writes articles, with their passages, vectors and near-duplicate groups, inside a transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from index import near_duplicates
from index.backend import Outcome, Vectors
from index.identity import digest
from index.types import Article, Passage

_KEPT_REMOVALS = 100_000
"""The least number of removals that are kept, for indexes that have not seen them."""


class PreparedRow(NamedTuple):
    """An article with everything that is stored of it.

    Attributes:
        article: The article.
        digest: Its digest.
        passages: Its passages.
        vectors: Their vectors; shape (len(passages), dimension).
        signature: The MinHash signature of its text.
    """

    article: Article
    digest: str
    passages: Sequence[Passage]
    vectors: Vectors
    signature: near_duplicates.Signature


def prepared(rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[PreparedRow]:
    """Compute digests and signatures, before the transaction for which other writers wait."""
    return [
        PreparedRow(
            article, digest(article), passages, vectors, near_duplicates.signature(article.text)
        )
        for article, passages, vectors in rows
    ]


def stored_digest(connection: sqlite3.Connection, article_id: str) -> str | None:
    """The digest of the stored version of an article, None if it is not stored."""
    query = "SELECT digest FROM articles WHERE id = ?"
    row = connection.execute(query, (article_id,)).fetchone()
    return row[0] if row else None


def put(connection: sqlite3.Connection, counter: int, row: PreparedRow) -> Outcome:
    """Add or replace an article, unless it is stored just so; `counter` numbers the change."""
    known = stored_digest(connection, row.article.id)
    if known == row.digest:
        return Outcome.UNCHANGED
    replace(connection, counter, row)
    return Outcome.UPDATED if known else Outcome.ADDED


def replace(connection: sqlite3.Connection, counter: int, row: PreparedRow) -> None:
    """Write an article in the place of any earlier version."""
    article = row.article
    delete(connection, article.id, counter)
    published = article.published.isoformat() if article.published else None
    connection.execute(
        "INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            article.id,
            article.title,
            article.text,
            published,
            article.source,
            row.digest,
            len(article.text),
            article.byline,
        ),
    )
    connection.executemany(
        'INSERT INTO passages (article_id, start, "end", vector) VALUES (?, ?, ?, ?)',
        [
            (passage.article_id, passage.start, passage.end, vector.tobytes())
            for passage, vector in zip(row.passages, row.vectors, strict=True)
        ],
    )
    near_duplicates.store(connection, article.id, row.signature)


def delete(connection: sqlite3.Connection, article_id: str, counter: int) -> bool:
    """Delete an article and record its passages as removed; True if it was stored."""
    connection.execute(
        "INSERT INTO removals SELECT id, ? FROM passages WHERE article_id = ?",
        (counter, article_id),
    )
    connection.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))
    return connection.execute("DELETE FROM articles WHERE id = ?", (article_id,)).rowcount > 0


def prune_removals(connection: sqlite3.Connection) -> None:
    """Forget the older half of the removals once there are twice as many as are kept."""
    (count,) = connection.execute("SELECT count(*) FROM removals").fetchone()
    if count <= 2 * _KEPT_REMOVALS:
        return
    (counter,) = connection.execute(
        "SELECT counter FROM removals ORDER BY counter DESC LIMIT 1 OFFSET ?", (_KEPT_REMOVALS,)
    ).fetchone()
    connection.execute("DELETE FROM removals WHERE counter <= ?", (counter,))
    connection.execute("UPDATE settings SET value = ? WHERE name = 'pruned'", (str(counter),))
