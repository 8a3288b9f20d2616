"""A reader that reads nothing twice, for asking the same questions in several ways."""

from collections.abc import Sequence

from index.types import Passage
from qa.reading.base import Reader, Request
from qa.types import Span


class CachedReader:
    """Reads as another reader does, each passage of a question once."""

    def __init__(self, reader: Reader) -> None:
        """Wrap `reader`."""
        self._reader = reader
        self._cache: dict[tuple[str, Passage, int], list[Span]] = {}

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        """As `Reader.read_many`, of requests with one passage each."""
        keys = [(question, passage, per_passage) for question, [(_, passage)] in requests]
        new = {
            key: request
            for key, request in zip(keys, requests, strict=True)
            if key not in self._cache
        }
        spans = self._reader.read_many(list(new.values()), per_passage)
        self._cache.update(zip(new, spans, strict=True))
        return [self._cache[key] for key in keys]

    def forget(self) -> None:
        """Empty the cache, before another question."""
        self._cache.clear()
