"""Articles that were just deleted, for who wants them back."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from index.errors import UserError
from index.types import Article
from ui.library import Library

KEPT_SECONDS = 3_600.0
MAX_CHARACTERS = 100_000_000
"""What is kept at most; of more, what was deleted first cannot be brought back."""


@dataclass(frozen=True, slots=True)
class _Deleted:
    collection: str
    articles: tuple[Article, ...]
    due: float

    @property
    def characters(self) -> int:
        return sum(len(article.text) for article in self.articles)


class Bin:
    """Deletes articles, and keeps them for an hour in memory."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._deleted: OrderedDict[str, _Deleted] = OrderedDict()
        self._lock = Lock()

    def delete(self, collection: str, article_ids: Sequence[str]) -> tuple[str, int]:
        """Delete articles; returns what brings them back, hard to guess, and how many they were."""
        searched = self._library.collection(collection)
        articles = [
            article for article_id in article_ids if (article := searched.article(article_id))
        ]
        removed = set(searched.remove([article.id for article in articles]))
        gone = tuple(article for article in articles if article.id in removed)
        key = secrets.token_urlsafe(12)
        with self._lock:
            self._deleted[key] = _Deleted(collection, gone, time.monotonic() + KEPT_SECONDS)
            self._expire()
        return key, len(gone)

    def bring_back(self, key: str) -> int:
        """Add articles again that were deleted; returns how many.

        Raises:
            UserError: If they are not kept any more.
        """
        with self._lock:
            self._expire()
            deleted = self._deleted.get(key)
        if deleted is None:
            raise UserError("these articles are not kept any more; add their files again")
        self._library.collection(deleted.collection).add(deleted.articles)
        with self._lock:
            self._deleted.pop(key, None)
        return len(deleted.articles)

    def _expire(self) -> None:
        now = time.monotonic()
        for key in [key for key, deleted in self._deleted.items() if deleted.due < now]:
            del self._deleted[key]
        kept = sum(deleted.characters for deleted in self._deleted.values())
        while kept > MAX_CHARACTERS and len(self._deleted) > 1:
            _, oldest = self._deleted.popitem(last=False)
            kept -= oldest.characters
