"""Articles that were just deleted, for who wants them back."""

import secrets
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
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
    originals: dict[str, Path]
    due: float

    @property
    def characters(self) -> int:
        return sum(len(article.text) for article in self.articles)


class Bin:
    """Deletes articles, and keeps them for an hour in memory, their files in a temporary folder."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._deleted: OrderedDict[str, _Deleted] = OrderedDict()
        self._lock = Lock()
        self._files: tempfile.TemporaryDirectory[str] | None = None

    def delete(self, collection: str, article_ids: Sequence[str]) -> tuple[str, int]:
        """Delete articles; returns what brings them back, hard to guess, and how many they were."""
        searched = self._library.collection(collection)
        articles = [
            article for article_id in article_ids if (article := searched.article(article_id))
        ]
        key = secrets.token_urlsafe(12)
        originals = {
            article.id: self._copied(path, f"{key}-{number}")
            for number, article in enumerate(articles)
            if (path := searched.original_of(article))
        }
        removed = set(searched.remove([article.id for article in articles]))
        gone = tuple(article for article in articles if article.id in removed)
        due = time.monotonic() + KEPT_SECONDS
        with self._lock:
            self._deleted[key] = _Deleted(collection, gone, originals, due)
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
        collection = self._library.collection(deleted.collection)
        collection.add(deleted.articles)
        for article in deleted.articles:
            if path := deleted.originals.get(article.id):
                collection.keep_original(article, path)
        with self._lock:
            self._forget(key)
        return len(deleted.articles)

    def _copied(self, path: Path, name: str) -> Path:
        with self._lock:
            if self._files is None:
                self._files = tempfile.TemporaryDirectory(prefix="article-qa-deleted-")
            copied = Path(self._files.name) / name
        shutil.copyfile(path, copied)
        return copied

    def _forget(self, key: str) -> None:
        if deleted := self._deleted.pop(key, None):
            for path in deleted.originals.values():
                path.unlink(missing_ok=True)

    def _expire(self) -> None:
        now = time.monotonic()
        for key in [key for key, deleted in self._deleted.items() if deleted.due < now]:
            self._forget(key)
        kept = sum(deleted.characters for deleted in self._deleted.values())
        while kept > MAX_CHARACTERS and len(self._deleted) > 1:
            key, oldest = next(iter(self._deleted.items()))
            self._forget(key)
            kept -= oldest.characters
