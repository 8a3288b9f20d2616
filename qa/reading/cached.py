"""A reader that reads nothing twice, for asking the same questions in several ways."""

from collections.abc import Sequence

from index.types import Passage
from qa.reading.onnx import SPANS_PER_PASSAGE, Reader, Request
from qa.types import Span


class Remembering(Reader):
    """Reads as another reader does, each passage of a question once."""

    def __init__(self, reader: Reader) -> None:
        """Reads as `reader` does."""
        self._reader = reader
        self._read: dict[tuple[str, Passage, int], list[Span]] = {}

    def read_many(
        self, requests: Sequence[Request], per_passage: int = SPANS_PER_PASSAGE
    ) -> list[list[Span]]:
        """As `Reader.read_many`, of requests with one passage each."""
        keys = [(question, passage, per_passage) for question, [(_, passage)] in requests]
        new = {key: each for key, each in zip(keys, requests, strict=True) if key not in self._read}
        found = self._reader.read_many(list(new.values()), per_passage)
        self._read.update(zip(new, found, strict=True))
        return [self._read[key] for key in keys]

    def forget(self) -> None:
        """Before another question."""
        self._read.clear()
