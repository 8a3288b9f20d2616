"""Corrections of titles and dates of articles on Milvus.

A correction is a row among the pieces of texts that belongs to no article, so that replacing the
article does not delete it.
"""

import json
import time
from dataclasses import replace
from datetime import date
from threading import Lock

from index.errors import UserError
from index.milvus import rows
from index.milvus.connection import Connection, literal, literals
from index.milvus.schema import NOTHING, TEXT_BYTES
from index.types import Article, Correction

_VERSION = "correction"
_FRESH_SECONDS = 1.0
"""Seconds for which the corrections are cached; a request for each article would take too long."""

_UNDATED = ""

Kept = dict[str, str | None]
"""Title and date of a correction; None where it leaves them as they are."""


class Corrections:
    """Reads and writes corrections; threads may share it."""

    def __init__(self, connection: Connection, texts: str) -> None:
        """Prepare.

        Args:
            connection: To the server.
            texts: The name of the Milvus collection that holds them.
        """
        self._connection = connection
        self._texts = texts
        self._lock = Lock()
        self._kept: dict[str, Kept] = {}
        self._due = 0.0

    def keep(self, article_id: str, correction: Correction) -> None:
        """Store a correction; fields that it leaves open keep the value of an earlier one.

        Raises:
            UserError: If the title is longer than Milvus can store.
        """
        published = correction.published.isoformat() if correction.published else None
        stated = {
            "title": correction.title,
            "published": _UNDATED if correction.undated else published,
        }
        with self._lock:
            kept = dict(self._read().get(article_id, {}))
            kept |= {name: value for name, value in stated.items() if value is not None}
            text = json.dumps({"article": article_id, **kept}, ensure_ascii=False)
            if len(text.encode()) > TEXT_BYTES:
                raise UserError(
                    f"article {article_id[:80]}: this title is longer than Milvus keeps "
                    f"({TEXT_BYTES:,} bytes)"
                )
            row = {
                "id": rows.key(article_id, _VERSION),
                "article": "",
                "version": _VERSION,
                "piece": 0,
                "text": text,
                "nothing": NOTHING,
            }
            self._connection.upsert(self._texts, [row], 1)
            self._kept[article_id] = kept

    def corrected(self, article: Article) -> Article:
        """The article with its stored correction applied."""
        with self._lock:
            if time.monotonic() > self._due:
                self._read()
            kept = self._kept.get(article.id)
        if kept is None:
            return article
        title, published = kept.get("title"), kept.get("published")
        if published is not None:
            day = date.fromisoformat(published) if published != _UNDATED else None
            article = replace(article, published=day)
        return article if title is None else replace(article, title=title)

    def forget(self, article_ids: list[str]) -> None:
        """Delete the corrections of articles."""
        with self._lock:
            gone = [article_id for article_id in article_ids if article_id in self._read()]
            if gone:
                ids = literals([rows.key(article_id, _VERSION) for article_id in gone])
                self._connection.delete(self._texts, f"id in {ids}")
            for article_id in gone:
                del self._kept[article_id]

    def _read(self) -> dict[str, Kept]:
        condition = f"version == {literal(_VERSION)}"
        kept: dict[str, Kept] = {}
        for row in self._connection.in_order(self._texts, ["id", "text"], condition):
            correction = json.loads(row["text"])
            kept[correction.pop("article")] = correction
        self._kept = kept
        self._due = time.monotonic() + _FRESH_SECONDS
        return kept
