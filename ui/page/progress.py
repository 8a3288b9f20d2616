"""A pipeline that says what it does, while it does it."""

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from functools import cached_property

from index.collection import Collection
from index.types import Article, Filters, Hit
from qa.answerer import Answerer
from qa.ranking.evidence import Place
from qa.reading.cascade import StagedReader, Stages
from qa.reading.onnx import Reader

Progress = Callable[[str], None]

progress: ContextVar[Progress | None] = ContextVar("progress", default=None)
"""Is told, in the thread that answers, what is being done."""


class WatchedReader(StagedReader):
    """A `StagedReader` that says what it does, with readers that others share."""

    def __init__(
        self,
        stages: Stages,
        article: Callable[[str], Article],
        shared: Callable[[], tuple[Reader, ...]],
    ) -> None:
        super().__init__(stages, article)
        self._shared = shared

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        """The shared readers."""
        return self._shared()

    def first(self, question: str, hits: Sequence[Hit]) -> list[Place]:
        """As `StagedReader.first`."""
        _tell(f"reading {len(hits)}")
        return super().first(question, hits)


class WatchedAnswerer(Answerer):
    """An `Answerer` that says what it does, and reads with readers that others share."""

    def __init__(
        self, collection: Collection, stages: Stages, shared: Callable[[], tuple[Reader, ...]]
    ) -> None:
        """Prepare the pipeline.

        Args:
            collection: Where the articles are.
            stages: What it reads with.
            shared: Gives the readers of these stages.
        """
        super().__init__(collection, reader=stages)
        self.reading = WatchedReader(stages, self._article, shared)

    def search(
        self, question: str, filters: Filters | None = None, passages: int | None = None
    ) -> list[Hit]:
        """As `Answerer.search`."""
        if progress.get() is not None:  # counting takes a look into the store
            _tell(f"searching {self.collection.counts()[1]:,} passages")
        return super().search(question, filters, passages)


def _tell(what: str) -> None:
    told = progress.get()
    if told is not None:
        told(what)
