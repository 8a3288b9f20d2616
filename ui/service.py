"""Answers for many at once: a bounded queue in front of one model."""

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from index.errors import UserError
from index.milvus.address import Place
from index.types import NO_FILTERS, Filters
from qa.reader import Reader
from qa.types import Answer, Turn
from ui.batching import MAX_PASSAGES, BatchingReader
from ui.library import Library, Progress, progress
from ui.metrics import Metrics

T = TypeVar("T")

WORKERS = 16
QUEUE_LIMIT = 64
ASK_SECONDS = 60.0
_RETRY_SECONDS = 2


class BusyError(UserError):
    """More questions wait already than will be answered in good time.

    Attributes:
        retry_after: Seconds after which to try again.
    """

    def __init__(self, retry_after: int = _RETRY_SECONDS) -> None:
        super().__init__("too many questions at once; try again in a moment")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Query:
    """A question with all that belongs to it."""

    question: str
    collection: str | None = None
    history: tuple[Turn, ...] = ()
    filters: Filters = NO_FILTERS


class Service:
    """What page, REST and MCP share: the library, the model, the queue and the counters."""

    def __init__(
        self,
        main: Place | None,
        others: Path,
        *,
        workers: int = WORKERS,
        queue_limit: int = QUEUE_LIMIT,
        batch_passages: int = MAX_PASSAGES,
    ) -> None:
        """Prepare; the models load with `warm_up` or the first question.

        Args:
            main: Where the first collection is, or None for the user's own.
            others: Folder of the other collections.
            workers: Questions that are worked on at the same time.
            queue_limit: Questions that are worked on or wait, at most.
            batch_passages: Passages that are read together, at most; 1 turns batching off.
        """
        self.library = Library(self._reader, main, others)
        self.metrics = Metrics(lambda: self.accepted)
        self._batch_passages = batch_passages
        self._queue_limit = queue_limit
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="ask")
        self._lock = threading.Lock()
        self._idle = threading.Condition(self._lock)
        self._loading = threading.Lock()
        self._loaded: BatchingReader | None = None
        self.accepted = 0
        self._replies = 0
        self.ending = False
        self._taken = 0
        self._finished = 0

    def _reader(self) -> Reader:
        with self._loading:
            if self._loaded is None:
                self._loaded = BatchingReader(Reader(), max_passages=self._batch_passages)
            return self._loaded

    def warm_up(self) -> None:
        """Open the first collection and load the models."""
        self.library.answerer().ask("what is this about")

    def submit(self, query: Query, door: str, told: Progress | None = None) -> Future[Answer]:
        """Accept a question, to be answered in its turn.

        Args:
            query: The question.
            door: Where it came from, for the counters.
            told: Is told, from another thread, what is being done.

        Raises:
            BusyError: If the queue is full.
        """
        return self.submit_work(lambda: self._answer(query, door), door, told)

    def submit_work(
        self, work: Callable[[], T], door: str, told: Progress | None = None
    ) -> "Future[T]":
        """Accept anything else that takes the models' time, under the same limit.

        Raises:
            BusyError: If the queue is full.
        """
        with self._lock:
            if self.accepted >= self._queue_limit:
                self.metrics.refused.labels(door).inc()
                raise BusyError
            self.accepted += 1
            self._taken += 1
        context = contextvars.copy_context()
        context.run(progress.set, told)
        try:
            future: Future[T] = self._pool.submit(context.run, work)
        except RuntimeError:
            self._done()
            raise BusyError from None
        # Also called for work that is cancelled before its turn.
        future.add_done_callback(lambda _: self._done())
        return future

    def ask(self, query: Query, door: str) -> Answer:
        """Accept a question and wait for its answer.

        Raises:
            BusyError: If the queue is full.
            TimeoutError: If it takes longer than `ASK_SECONDS`.
        """
        future = self.submit(query, door)
        try:
            return future.result(ASK_SECONDS)
        finally:
            future.cancel()

    def drain(self, seconds: float) -> bool:
        """Wait until every accepted question is answered; whether that came to pass."""
        with self._idle:
            self.ending = True
            return self._idle.wait_for(lambda: self.accepted == 0, seconds)

    def tally(self) -> str:
        """How much was accepted and finished, in words."""
        return f"{self._taken} questions accepted, {self._finished} finished"

    def close(self) -> None:
        """Accept nothing more, and end the threads after what was accepted."""
        self._pool.shutdown(wait=True)

    @contextmanager
    def replying(self) -> Iterator[None]:
        """Around a request whose reply must have gone out before the server ends."""
        with self._lock:
            self._replies += 1
        try:
            yield
        finally:
            with self._idle:
                self._replies -= 1
                self._idle.notify_all()

    def await_replies(self, seconds: float) -> bool:
        """Wait until no request is under way; whether that came to pass."""
        with self._idle:
            return self._idle.wait_for(lambda: self._replies == 0, seconds)

    def _answer(self, query: Query, door: str) -> Answer:
        began = time.perf_counter()
        outcome = "error"
        only = query.filters
        try:
            answer = self.library.answerer(query.collection).ask(
                query.question, query.history, only.since, only.until, only.source, [*only.articles]
            )
            outcome = "answered" if answer.text is not None else "not-said"
        except UserError:
            outcome = "refused"
            raise
        finally:
            self.metrics.asked(door, outcome, time.perf_counter() - began)
        return answer

    def _done(self) -> None:
        with self._idle:
            self.accepted -= 1
            self._finished += 1
            self._idle.notify_all()
