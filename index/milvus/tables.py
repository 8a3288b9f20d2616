"""Creates, opens and writes the Milvus collections of a collection."""

import json
from collections.abc import Container, Sequence

from index.errors import UserError
from index.milvus import rows, schema
from index.milvus.articles import ROWS_A_REQUEST
from index.milvus.connection import Connection, Row, literal, literals
from index.milvus.rows import Entry

_PASSAGES_A_REQUEST = 250
_CONDITIONS_A_REQUEST = 50
_SETTINGS = "settings"


class Tables:
    """Creates, opens and writes them; threads may share it."""

    def __init__(self, connection: Connection, names: schema.Names) -> None:
        self._connection = connection
        self._names = names
        self._has_passages = False

    def open(self, create_with: str | None) -> str:
        """Open a collection and load it into the server's memory; returns its embedder.

        Args:
            create_with: Embedder of a new collection; None opens an existing one only.

        Raises:
            UserError: If there is none, or it is of a newer version.
        """
        missing = f"{self._connection.address}: no collection here; make one with `article-qa add`"
        kept = (self._names.articles, schema.articles), (self._names.texts, schema.texts)
        for name, made in kept:
            if not self._connection.has(name, schema.LAST_INDEX):
                if create_with is None:
                    raise UserError(missing)
                self._connection.create(name, *made())
            self._connection.load(name)
        settings = self._settings()
        if settings is None and create_with is not None:
            self._connection.upsert(self._names.texts, [_settings_row(create_with)], 1)
            settings = self._settings()
        if settings is None:
            raise UserError(missing)
        version = int(settings["format"])
        if version > schema.FORMAT:
            raise UserError(
                f"{self._connection.address}: made by a newer version of article-qa (format "
                f"{version}, this one reads up to {schema.FORMAT}); install that version"
            )
        if self.has_passages():
            self._connection.load(self._names.passages)
        return str(settings["embedder"])

    def _settings(self) -> dict[str, str | int] | None:
        settings = self._connection.query(
            self._names.texts, f"id == {literal(_SETTINGS)}", ["text"]
        )
        return dict(json.loads(settings[0]["text"])) if settings else None

    def has_passages(self) -> bool:
        """True once there is a table of passages, which is made with the first of them."""
        if not self._has_passages:
            self._has_passages = self._connection.has(
                self._names.passages, schema.LAST_PASSAGE_INDEX
            )
        return self._has_passages

    def _make_passages(self, dimension: int) -> None:
        if self.has_passages():
            return
        made, indexes = schema.passages(dimension)
        self._connection.create(
            self._names.passages, made, indexes, {schema.TERMS_INDEX}, schema.PASSAGE_SHARDS
        )
        self._connection.load(self._names.passages)
        self._has_passages = True

    def write(self, entries: Sequence[Entry], stored: Container[str]) -> None:
        """Write articles, so that each is stored in one version at any moment.

        An article's row says whether rows of its older version may be left. If the process dies
        before they are deleted, the article counts as changed when it is added again.
        """
        fresh = [entry for entry in entries if entry.article.id not in stored]
        changed = [entry for entry in entries if entry.article.id in stored]
        # Refuses values that are too long before anything is written.
        heads = [rows.head_row(entry, cleared=True) for entry in fresh]
        heads += [rows.head_row(entry, cleared=False) for entry in changed]
        passages = [row for entry in entries for row in rows.passage_rows(entry)]
        pieces = [row for entry in entries for row in rows.piece_rows(entry)]
        if passages:
            self._make_passages(len(passages[0]["dense"]))
            self._connection.upsert(self._names.passages, passages, _PASSAGES_A_REQUEST)
        self._connection.upsert(self._names.texts, pieces, ROWS_A_REQUEST)
        self._delete_others(fresh)
        self._connection.upsert(self._names.articles, heads, ROWS_A_REQUEST)
        self._delete_others(changed)
        cleared = [rows.head_row(entry, cleared=True) for entry in changed]
        self._connection.upsert(self._names.articles, cleared, ROWS_A_REQUEST)
        self._write_missing(self._names.passages, passages)
        self._write_missing(self._names.texts, pieces)

    def _write_missing(self, collection: str, written: Sequence[Row]) -> None:
        """Write rows again that another process deleted when it wrote the same articles.

        The process that wrote an article's row last gets here after all deletions by the others.
        """
        for first in range(0, len(written), _PASSAGES_A_REQUEST):
            part = written[first : first + _PASSAGES_A_REQUEST]
            ids = literals([row["id"] for row in part])
            stored = {
                row["id"] for row in self._connection.query(collection, f"id in {ids}", ["id"])
            }
            missing = [row for row in part if row["id"] not in stored]
            self._connection.upsert(collection, missing, ROWS_A_REQUEST)

    def delete(self, article_ids: Sequence[str]) -> None:
        """Delete articles with all of their rows, also those that a dead process left."""
        for first in range(0, len(article_ids), _CONDITIONS_A_REQUEST):
            part = literals(article_ids[first : first + _CONDITIONS_A_REQUEST])
            self._connection.delete(self._names.articles, f"id in {part}")
            if self.has_passages():
                self._connection.delete(self._names.passages, f"article in {part}")
            self._connection.delete(self._names.texts, f"article in {part}")

    def _delete_others(self, entries: Sequence[Entry]) -> None:
        """Delete rows of other versions of these articles."""
        conditions = [
            f"(article == {literal(entry.article.id)} and version != {literal(entry.version)})"
            for entry in entries
        ]
        for first in range(0, len(conditions), _CONDITIONS_A_REQUEST):
            condition = " or ".join(conditions[first : first + _CONDITIONS_A_REQUEST])
            if self.has_passages():
                self._connection.delete(self._names.passages, condition)
            self._connection.delete(self._names.texts, condition)


def _settings_row(embedder: str) -> Row:
    return {
        "id": _SETTINGS,
        "article": "",
        "version": "",
        "piece": 0,
        "text": json.dumps({"format": schema.FORMAT, "embedder": embedder}),
        "nothing": schema.NOTHING,
    }
