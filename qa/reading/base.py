"""The protocol of a reader: anything that proposes spans of passages as answers."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from index.types import Article, Passage
from qa.types import Span

Request = tuple[str, Sequence[tuple[Article, Passage]]]
"""A question, and the passages (with their articles) to read for it."""


@runtime_checkable
class Reader(Protocol):
    """Proposes spans of passages as answers.

    `qa.reading.onnx.Reader` is the bundled one. Wrappers take the reader that they wrap:
    `CachedReader` reads nothing twice, `BatchedReader` serves many threads. A reader of your own
    needs this one method.
    """

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        """The spans that may answer each question, over all its passages, best first.

        A span's score is its logit difference to "no answer in this passage": above 0 the reader
        prefers the span. Offsets count in the article's text.

        Args:
            requests: Questions with their passages.
            per_passage: How many spans of each passage to return at most.
        """
        ...
