"""The source of truth of a collection: articles, passages and vectors in SQLite.

FAISS and BM25 indexes are derived from it, and follow it by `index.local.changes`.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index import near_duplicates
from index.backend import Outcome, Vectors
from index.errors import UserError
from index.identity import digest
from index.local import corrections, writes
from index.local.changes import Changes, State, state_of
from index.local.connections import Connections, is_damage
from index.local.rows import (
    SELECT_ARTICLE,
    SELECT_ARTICLE_WITH_DIGEST,
    SELECT_SUMMARY,
    article_of,
    count_setting,
    setting,
    summary_of,
    vector_of,
)
from index.local.schema import (
    Differences,
    differences,
    foreign_actions,
    mend_schema,
    new_identity,
    prepare,
)
from index.types import Article, Correction, Filters, Order, Passage, Summaries

_SQL_VARIABLES = 30_000
_ORDER = {
    Order.ID: "id",
    Order.TITLE: "title = '', title COLLATE NOCASE, id",
    Order.NEWEST: "published IS NULL, published DESC, id",
    Order.OLDEST: "published IS NULL, published, id",
    Order.LONGEST: "characters DESC, id",
}


class Store:
    """One SQLite file. Safe to share between threads; processes may each open their own.

    Attributes:
        embedder: Name of the embedder of the stored vectors.
    """

    embedder: str

    def __init__(self, path: Path, *, create_with: str | None = None) -> None:
        """Open the file, or create it.

        Args:
            path: The SQLite file.
            create_with: Name of the embedder of a new collection; None opens an existing one only.

        Raises:
            UserError: If it is missing, not ours, or of another version.
        """
        self._path = path
        self._connections = Connections(path)
        if create_with is None and not path.is_file():
            raise UserError(f"{path.parent}: no collection here; make one with `article-qa add`")
        try:
            prepare(self._connections.get(), path, create_with, near_duplicates.store_all)
            self.embedder = setting(self._connections.get(), "embedder")
            self._foreign = foreign_actions(self._connections.get())
        except UserError:
            self.close()
            raise
        except sqlite3.DatabaseError as error:
            self.close()
            hint = "; `article-qa restore` a backup" if is_damage(error) else ""
            raise UserError(f"{path}: cannot be opened as a collection ({error}){hint}") from error

    @property
    def read_only(self) -> bool:
        """True if its folder cannot be written to."""
        return self._connections.read_only

    def close(self) -> None:
        """Close the connections of all threads."""
        self._connections.close()

    def close_thread(self) -> None:
        """Close the connection of this thread, which is about to end."""
        self._connections.close_thread()

    def state(self) -> State:
        """The state after the last committed change, which an up-to-date index has, too."""
        with self._connections.reading() as connection:
            return state_of(connection)

    def state_to_search(self) -> State:
        """As `state`, after a check that the vectors are still of the embedder it was opened with.

        Raises:
            UserError: If another process has embedded the collection anew.
        """
        with self._connections.reading() as connection:
            self._check_embedder(connection)
            return state_of(connection)

    def article(self, article_id: str) -> Article | None:
        """One article, or None."""
        row = (
            self._connections.get()
            .execute(f"{SELECT_ARTICLE} WHERE id = ?", (article_id,))
            .fetchone()
        )
        return article_of(row) if row else None

    def articles(self) -> Iterator[Article]:
        """All articles, by id, read one at a time."""
        last = ""
        query = f"{SELECT_ARTICLE} WHERE id > ? ORDER BY id LIMIT 1"
        while row := self._connections.get().execute(query, (last,)).fetchone():
            yield article_of(row)
            last = row[0]

    def summaries(
        self, words: Sequence[str], offset: int, limit: int, order: Order = Order.ID
    ) -> Summaries:
        """One page of the list of articles, read from the covering index `articles_listed`."""

        def matches(*fields: str | None) -> bool:
            folded = [field.casefold() for field in fields if field]
            return all(any(word in field for field in folded) for word in words)

        with self._connections.reading() as connection:
            connection.create_function("matches", 4, matches)
            where = "WHERE matches(id, title, published, source)" if words else ""
            source = f"FROM articles INDEXED BY articles_listed {where}"
            (total,) = connection.execute(f"SELECT count(*) {source}").fetchone()
            rows = connection.execute(
                f"{SELECT_SUMMARY} {source} ORDER BY {_ORDER[order]} LIMIT ? OFFSET ?",
                (limit, offset),
            )
            return Summaries(tuple(summary_of(row) for row in rows), total)

    def counts(self) -> tuple[int, int]:
        """Numbers of articles and passages."""
        query = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM passages)"
        articles, passages = self._connections.get().execute(query).fetchone()
        return articles, passages

    def holds(self, article: Article) -> bool:
        """True if the article is stored with exactly this text, title, date and source."""
        query = "SELECT 1 FROM articles WHERE id = ? AND digest = ?"
        row = self._connections.get().execute(query, (article.id, digest(article))).fetchone()
        return row is not None

    def put(self, rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> list[Outcome]:
        """Add or replace articles with their passages and vectors, all or none of them.

        An article that is stored exactly so already is left alone.
        """
        prepared = writes.prepared(rows)
        with self._writing() as (connection, counter):
            self._check_embedder(connection)
            return [writes.put(connection, counter, row) for row in prepared]

    def renew(self, rows: Iterable[tuple[Article, Sequence[Passage], Vectors]]) -> None:
        """Replace the passages and vectors of stored articles.

        An article that has been changed or removed since it was read is left alone.
        """
        prepared = writes.prepared(rows)
        with self._writing() as (connection, counter):
            self._check_embedder(connection)
            for row in prepared:
                if writes.stored_digest(connection, row.article.id) == row.digest:
                    writes.replace(connection, counter, row)

    def remove(self, article_ids: Iterable[str]) -> list[str]:
        """Remove articles, all or none of them; returns the ids that were there."""
        with self._writing() as (connection, counter):
            removed = [
                article_id
                for article_id in article_ids
                if writes.delete(connection, article_id, counter)
            ]
            for article_id in removed:
                corrections.forget(connection, article_id)
            return removed

    def correct(self, article_id: str, correction: Correction) -> None:
        """Store a correction of an article, which applies to every later version of it."""
        self._refuse_foreign_actions()
        with self._connections.writing() as connection:
            corrections.keep(connection, article_id, correction)

    def corrected(self, article: Article) -> Article:
        """The article with its stored correction applied."""
        return corrections.corrected(self._connections.get(), article)

    def groups(self, article_ids: Iterable[str]) -> dict[str, int]:
        """The near-duplicate group of each article, by id; ids that are not stored are left out."""
        with self._connections.reading() as connection:
            return near_duplicates.groups_of(connection, article_ids)

    def passages_with_vectors(self, ids: Sequence[int]) -> "dict[int, StoredPassage]":
        """Passages by id; ids that are no longer stored are left out."""
        select = (
            'SELECT passages.id, article_id, start, "end", vector, digest FROM passages '
            "JOIN articles ON articles.id = article_id WHERE passages.id"
        )
        return {
            row[0]: StoredPassage(Passage(*row[1:4]), vector_of(row[4]), row[5])
            for row in self._in_chunks(select, ids)
        }

    def articles_of(self, digests: Mapping[str, str]) -> dict[str, Article]:
        """Articles by id; those that are not stored with exactly this digest are left out."""
        select = f"{SELECT_ARTICLE_WITH_DIGEST} WHERE id"
        return {
            row[0]: article_of(row[:6])
            for row in self._in_chunks(select, list(digests))
            if row[6] == digests[row[0]]
        }

    def allowed(self, filters: Filters) -> npt.NDArray[np.int64]:
        """Ids of all passages whose article passes the filters, ascending."""
        select = (
            "SELECT passages.id FROM articles JOIN passages ON article_id = articles.id "
            "WHERE (?1 IS NULL OR published >= ?1) AND (?2 IS NULL OR published <= ?2) "
            "AND (?3 IS NULL OR instr(lower(source), lower(?3)) > 0)"
        )
        values = (
            filters.since.isoformat() if filters.since else None,
            filters.until.isoformat() if filters.until else None,
            filters.source,
        )
        if filters.articles:
            rows = self._in_chunks(f"{select} AND articles.id", list(filters.articles), values)
        else:
            rows = self._connections.get().execute(select, values)
        return np.sort(np.fromiter((row[0] for row in rows), dtype=np.int64))

    def integrity(self) -> list[str]:
        """The problems that SQLite finds in its file, one line each."""
        try:
            rows = self._connections.get().execute("PRAGMA integrity_check(10)").fetchall()
            rows += self._connections.get().execute("PRAGMA foreign_key_check").fetchmany(10)
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return [" ".join(map(str, row)) for row in rows if row != ("ok",)]

    def lost_settings(self) -> list[str]:
        """A line on the settings, if one is missing or no number."""
        try:
            self.state()
            with self._connections.reading() as connection:
                count_setting(connection, "pruned")
                count_setting(connection, "groups")
        except sqlite3.DatabaseError as error:
            return [str(error)]
        return []

    def schema(self) -> Differences:
        """The differences between the tables of the file and those of a new collection."""
        with self._connections.reading() as connection:
            return differences(connection)

    def mend_schema(self) -> None:
        """Drop foreign triggers, views and indexes, and create missing indexes."""
        with self._connections.writing() as connection:
            mend_schema(connection, drop_tables=False)
            self._foreign = foreign_actions(connection)

    def passages_of(self, article_id: str) -> list[tuple[int, Passage]]:
        """The passages of one article with their ids."""
        query = 'SELECT id, article_id, start, "end" FROM passages WHERE article_id = ? ORDER BY id'
        rows = self._connections.get().execute(query, (article_id,)).fetchall()
        return [(row[0], Passage(*row[1:])) for row in rows]

    def exchange_vectors(self, gathered: Path, embedder: str, history: str) -> bool:
        """Replace all stored vectors by those of another embedder.

        Args:
            gathered: An SQLite file whose table `vectors` has them by `passage_id`.
            embedder: Name of the embedder.
            history: Identity of the history that the passage ids belong to.

        Returns:
            True if that was done; False if a passage has no new vector, or the history is another.
        """
        connection = self._connections.get()
        connection.execute("ATTACH ? AS fresh", (str(gathered),))
        try:
            with self._connections.writing():
                (lacking,) = connection.execute(
                    "SELECT EXISTS (SELECT 1 FROM passages "
                    "WHERE id NOT IN (SELECT passage_id FROM fresh.vectors))"
                ).fetchone()
                if lacking or setting(connection, "identity") != history:
                    return False
                connection.execute(
                    "UPDATE passages SET vector = "
                    "(SELECT vector FROM fresh.vectors WHERE passage_id = passages.id)"
                )
                settings = [(embedder, "embedder"), (new_identity(), "identity")]
                connection.executemany("UPDATE settings SET value = ? WHERE name = ?", settings)
        finally:
            connection.execute("DETACH fresh")
        self.embedder = embedder
        return True

    def dimension(self) -> int:
        """The number of dimensions that most stored vectors have; 0 if there is none."""
        row = (
            self._connections.get()
            .execute("SELECT length(vector) / 2 FROM passages GROUP BY 1 ORDER BY count(*) DESC")
            .fetchone()
        )
        return int(row[0]) if row else 0

    def passage_ids(self) -> list[int]:
        """Ids of all passages, ascending."""
        return [
            row[0] for row in self._connections.get().execute("SELECT id FROM passages ORDER BY id")
        ]

    def everything(self) -> Iterator[tuple[Article, str, list[tuple[Passage, Vectors]]]]:
        """Each article with its stored digest ("" if its date is invalid), passages and vectors."""
        connection = self._connections.get()
        last = ""
        query = f"{SELECT_ARTICLE_WITH_DIGEST} WHERE id > ? ORDER BY id LIMIT 1"
        while row := connection.execute(query, (last,)).fetchone():
            last = row[0]
            passages = connection.execute(
                'SELECT article_id, start, "end", vector FROM passages WHERE article_id = ?',
                (last,),
            )
            article = article_of(row[:6])
            yield (
                article,
                "" if row[3] and article.published is None else row[6],
                [(Passage(*passage[:3]), vector_of(passage[3])) for passage in passages],
            )

    @contextmanager
    def changes_since(self, state: State) -> Iterator[Changes]:
        """The changes after `state`, all read from one moment of the store."""
        with self._connections.reading() as connection:
            yield Changes(connection, state)

    def _check_embedder(self, connection: sqlite3.Connection) -> None:
        if setting(connection, "embedder") != self.embedder:
            raise UserError("the collection was embedded anew by another process; open it again")

    def _refuse_foreign_actions(self) -> None:
        if self._foreign:
            kind, name = self._foreign[0]
            raise UserError(
                f"{self._path}: has the {kind} {name!r}, which article-qa did not make; nothing is "
                "written beside it; `article-qa check --repair` drops it"
            )

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        self._refuse_foreign_actions()
        with self._connections.writing() as connection:
            counter = count_setting(connection, "counter") + 1
            yield connection, counter
            writes.prune_removals(connection)
            connection.execute(
                "UPDATE settings SET value = ? WHERE name = 'counter'", (str(counter),)
            )

    def _in_chunks(
        self, select: str, ids: Sequence[int | str], values: Sequence[str | None] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """The rows of a query that ends in the name of a column, for these ids in that column."""
        for first in range(0, len(ids), _SQL_VARIABLES):
            part = ids[first : first + _SQL_VARIABLES]
            marks = ",".join("?" * len(part))
            yield from self._connections.get().execute(f"{select} IN ({marks})", (*values, *part))


class StoredPassage(NamedTuple):
    """A passage, its vector, and the digest of the article that it is a part of."""

    passage: Passage
    vector: Vectors
    digest: str
