"""The list of a collection's articles on Milvus, page by page, without their texts."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import islice
from threading import Lock
from typing import Any

from index.milvus.connection import Connection, Row
from index.milvus.rows import like, pattern_is_exact
from index.types import Order, Summaries, Summary

_FIELDS = ("id", "title", "published", "source", "characters", "listed")
_FRESH_SECONDS = 60.0
_PLACES_KEPT = 100

_KEYS: dict[Order, Callable[[Row], Any]] = {
    Order.ID: lambda row: row["id"],
    Order.TITLE: lambda row: (not row["title"], row["title"].lower(), row["id"]),
    Order.NEWEST: lambda row: (*_days_ago(row), row["id"]),
    Order.OLDEST: lambda row: (not row["published"], row["published"] or "", row["id"]),
    Order.LONGEST: lambda row: (-row["characters"], row["id"]),
}


class Listing:
    """Lists articles; threads may share it."""

    def __init__(self, connection: Connection, articles: str) -> None:
        self._connection = connection
        self._articles = articles
        self._lock = Lock()
        self._places: dict[tuple[tuple[str, ...], int], tuple[float, str]] = {}

    def part(
        self, words: Sequence[str], offset: int, limit: int, order: Order = Order.ID
    ) -> Summaries:
        """The articles that match all words, from `offset` on, and the number of all that match."""
        condition = " and ".join(f"listed like {like(word)}" for word in words)
        if order is Order.ID and all(pattern_is_exact(word) for word in words):
            total = self._connection.count(self._articles, condition)
            part = self._from(tuple(words), condition, offset, limit)
        else:
            # The condition may match a few other rows, so all have to be read to be counted.
            matching = [
                row for row in self._rows(condition) if all(word in row["listed"] for word in words)
            ]
            # Milvus returns rows in the order of their ids only.
            matching.sort(key=_KEYS[order])
            total, part = len(matching), matching[offset : offset + limit]
        return Summaries(tuple(_summary(row) for row in part), total)

    def forget(self) -> None:
        """Drop what is cached."""
        with self._lock:
            self._places.clear()

    def _from(self, words: tuple[str, ...], condition: str, offset: int, limit: int) -> list[Row]:
        """A page of rows; begins where the page before it ended, if that was read recently."""
        now = time.monotonic()
        with self._lock:
            until, last = self._places.get((words, offset), (0.0, ""))
        begun = offset if now < until else 0
        skipped = offset - begun
        rows = self._rows(condition, last if begun else "", skipped + limit)
        part = list(islice(rows, skipped, None))
        if part:
            with self._lock:
                while len(self._places) >= _PLACES_KEPT:
                    self._places.pop(next(iter(self._places)))
                self._places[words, offset + len(part)] = now + _FRESH_SECONDS, part[-1]["id"]
        return part

    def _rows(self, condition: str, after: str = "", wanted: int | None = None) -> Iterator[Row]:
        rows = self._connection.in_order(self._articles, _FIELDS, condition, after)
        return islice(rows, wanted)


def _days_ago(row: Row) -> tuple[bool, int]:
    published = row["published"]
    return not published, -date.fromisoformat(published).toordinal() if published else 0


def _summary(row: Row) -> Summary:
    published = date.fromisoformat(row["published"]) if row["published"] else None
    return Summary(row["id"], row["title"], published, row["source"], row["characters"])
