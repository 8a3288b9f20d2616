"""Answers for many at once: bounded queues in front of one model and its collections."""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from index.collection import Collection
from index.errors import UserError
from index.place import Place
from index.types import NO_FILTERS, Filters
from qa.loading import collection_place
from qa.pipeline import Answerer
from qa.reading.batched import MAX_PASSAGES, BatchedReader
from qa.reading.cached import CachedReader
from qa.reading.cascade import Cascade, Stage, stages_of
from qa.reading.shared import load_reader
from qa.trace import Trace
from qa.types import Answer, Turn
from ui.jobs.worker import Jobs
from ui.library import Library
from ui.metrics import Metrics
from ui.queues import BusyError, WorkQueue

T = TypeVar("T")

WORKERS = 16
QUEUE_LIMIT = 64
ASK_SECONDS = 60.0
CHANGE_SECONDS = 60.0
"""After so long, who asked for a change is told where to see whether it is done."""

CHANGES_AT_ONCE = 4
"""Changes that are made at the same time: while one is written, others are embedded."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question with all that belongs to it."""

    question: str
    collection: str | None = None
    history: tuple[Turn, ...] = ()
    filters: Filters = NO_FILTERS


class Service:
    """The parts that page, REST and MCP share: the library, the model, the queues, the counters."""

    def __init__(
        self,
        main: Place | None,
        others: Path,
        *,
        reader: str | None = None,
        workers: int = WORKERS,
        queue_limit: int = QUEUE_LIMIT,
        batch_passages: int = MAX_PASSAGES,
    ) -> None:
        """Prepare; the models load with `warm_up` or the first question.

        Args:
            main: Where the first collection is, or None for the user's own.
            others: Folder of the other collections.
            reader: As `Answerer` takes it.
            workers: Questions that are worked on at the same time.
            queue_limit: Questions that are worked on or wait, at most; so many changes of
                collections may do so beside them.
            batch_passages: Passages that are read together, at most; 1 turns batching off.
        """
        self.library = Library(self._pipeline, main, others)
        self.metrics = Metrics(lambda: self.accepted)
        self._batch_passages = batch_passages
        self._cascade = Cascade(stages_of(reader), self._shared_reader)
        self._questions = WorkQueue("questions", workers, queue_limit)
        self._changes = WorkQueue("changes", CHANGES_AT_ONCE, queue_limit)
        self._queues = (self._questions, self._changes)
        self._loading = threading.Lock()
        self._preparing: set[Answerer] = set()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="examples")
        digest = hashlib.sha256(str(main or collection_place()).encode()).hexdigest()[:12]
        # Of each first collection, for "main" means another one to another server.
        self.jobs = Jobs(
            others / ".jobs" / digest,
            self.library.collection,
            lambda: self._questions.accepted > 0,
        )
        self._idle = threading.Condition()
        self._replies = 0
        self.ending = False

    def _pipeline(self, collection: Collection) -> Answerer:
        """All collections read with the same readers, so that their questions share batches."""
        return Answerer(collection, self._cascade)

    def _shared_reader(self, stage: Stage) -> CachedReader:
        """One that all questions share: many ask the same, as the examples on the page."""
        reader = BatchedReader(load_reader(stage), max_passages=self._batch_passages)
        return CachedReader(reader)

    def warm_up(self) -> None:
        """Open the first collection and load the models."""
        answerer = self.library.answerer()
        answerer.ask("what is this about")
        _ = self._cascade.readers  # also those that the question did not need
        self.prepare_examples(answerer)

    def prepare_examples(self, answerer: Answerer) -> None:
        """Begin to find the examples of a collection, beside everything else."""
        with self._loading:
            if answerer in self._preparing:
                return
            self._preparing.add(answerer)

        def prepare() -> None:
            try:
                answerer.examples()
            finally:
                with self._loading:
                    self._preparing.discard(answerer)

        with suppress(RuntimeError):  # The server is ending.
            self._beside.submit(prepare)

    def rename_collection(self, old: str, new: str) -> str:
        """Give a collection another name, and let its jobs go on; errors as of the library."""
        with self.jobs.held(old):
            made = self.library.rename(old, new)
            self.jobs.store.rename_collection(old, made)
        return made

    def delete_collection(self, name: str) -> None:
        """Delete a collection with all of its articles; errors as of the library."""
        with self.jobs.held(name):
            self.library.delete(name)

    def submit(self, query: Query, door: str, trace: Trace | None = None) -> Future[Answer]:
        """Accept a question, to be answered in its turn.

        Args:
            query: The question.
            door: Where it came from, for the counters.
            trace: Records, from another thread, what each step does.

        Raises:
            BusyError: If the queue is full.
        """
        return self.submit_work(lambda: self._answer(query, door, trace), door)

    def submit_work(self, work: Callable[[], T], door: str) -> "Future[T]":
        """Accept anything else that only looks, under the same limit.

        Raises:
            BusyError: If the queue is full.
        """
        return self._submit(self._questions, work, door)

    def submit_change(self, work: Callable[[], T], door: str) -> "Future[T]":
        """Accept something that changes a collection; however many do, questions go on.

        Raises:
            BusyError: If the queue is full.
        """
        return self._submit(self._changes, work, door)

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

    @property
    def accepted(self) -> int:
        """The number of requests that are worked on or wait."""
        return sum(queue.accepted for queue in self._queues)

    def drain(self, seconds: float) -> bool:
        """Wait until all that was accepted is done; whether that came to pass."""
        self.ending = True
        due = time.monotonic() + seconds
        return all(queue.drain(max(0.0, due - time.monotonic())) for queue in self._queues)

    def tally(self) -> str:
        """The numbers of requests that were accepted and finished, in words."""
        taken = sum(queue.taken for queue in self._queues)
        return (
            f"{taken} requests accepted, {sum(queue.finished for queue in self._queues)} finished"
        )

    def close(self) -> None:
        """Accept nothing more, and end the threads after what was accepted."""
        self.jobs.close()
        self._beside.shutdown(wait=False, cancel_futures=True)
        for queue in self._queues:
            queue.close()

    @contextmanager
    def replying(self) -> Iterator[None]:
        """Around a request whose reply must have gone out before the server ends."""
        with self._idle:
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

    def _submit(self, queue: WorkQueue, work: Callable[[], T], door: str) -> "Future[T]":
        try:
            return queue.submit(work)
        except BusyError:
            self.metrics.refused.labels(door).inc()
            raise

    def _answer(self, query: Query, door: str, trace: Trace | None) -> Answer:
        began = time.perf_counter()
        outcome = "error"
        try:
            answerer = self.library.answerer(query.collection)
            steps = trace or Trace()
            answer = answerer.ask(query.question, query.history, query.filters, steps)
            self.metrics.traced(steps)
            if trace is None:
                # A trace holds the articles that were read; who did not ask for it need not.
                answer = replace(answer, trace=None)
            if answer.help is not None and not answer.help.examples:
                self.prepare_examples(answerer)
            outcome = "answered" if answer.text is not None else "not-said"
        except UserError:
            outcome = "refused"
            raise
        finally:
            self.metrics.asked(door, outcome, time.perf_counter() - began)
        return answer
