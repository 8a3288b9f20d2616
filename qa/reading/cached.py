"""A reader that remembers what it read lately, for questions that are asked again."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import date
from threading import Lock

from index.types import Passage
from qa.reading.base import Reader, Request
from qa.types import Span

_Key = tuple[str, Passage, str, str, date | None, int]
"""The question, the passage, its text, its article's title and date, and how many spans."""

LIMIT = 4_096
"""Readings that are kept: of about 250 questions, in some 10 MB."""


class CachedReader:
    """A `Reader` that reads a passage for a question once, as long as it remembers it.

    A reading is known by the question, the passage's text and what else the reader sees of the
    article, so that no change of a collection can make it wrong. Threads may share one.

    Example:
        >>> from qa.reading.cached import CachedReader
        >>> from qa.reading.cascade import Cascade, stages_of
        >>> cascade = Cascade(stages_of("cascade")).wrapped(CachedReader)
    """

    def __init__(self, reader: Reader, limit: int | None = LIMIT) -> None:
        """Wrap a reader.

        Args:
            reader: Does the reading.
            limit: Readings that are kept; those used longest ago go first. None keeps all.
        """
        self._reader = reader
        self._limit = limit
        self._spans: OrderedDict[_Key, list[Span]] = OrderedDict()
        self._lock = Lock()

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        """As `Reader.read_many`, of requests with one passage each."""
        keys: list[_Key] = [
            (
                question,
                passage,
                article.text[passage.start : passage.end],
                article.title,
                article.published,
                per_passage,
            )
            for question, [(article, passage)] in requests
        ]
        with self._lock:
            known = {key: self._spans[key] for key in keys if key in self._spans}
            for key in known:
                self._spans.move_to_end(key)
        new = {
            key: request for key, request in zip(keys, requests, strict=True) if key not in known
        }
        if new:
            read = self._reader.read_many(list(new.values()), per_passage)
            known.update(zip(new, read, strict=True))
            with self._lock:
                self._spans.update((key, known[key]) for key in new)
                while self._limit is not None and len(self._spans) > self._limit:
                    self._spans.popitem(last=False)
        return [known[key] for key in keys]
