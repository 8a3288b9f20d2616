"""One reader for many threads: what they ask at the same time is read in one batch."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from threading import Thread
from typing import NamedTuple

from qa.reading.base import Reader, Request
from qa.reading.cascade import Cascade
from qa.types import Span

MAX_PASSAGES = 160
"""Passages that are read together: sixteen questions of ten. More only makes the first wait."""


class _Job(NamedTuple):
    requests: Sequence[Request]
    per_passage: int
    spans: "Future[list[list[Span]]]"
    passages: int


class BatchedReader:
    """A `Reader` whose calls from many threads are served by one thread, in batches.

    A batch is whatever has been asked while the one before was read: nobody waits for others to
    come, and under load the batches grow by themselves.
    """

    def __init__(self, reader: Reader, *, max_passages: int = MAX_PASSAGES) -> None:
        """Start to serve.

        Args:
            reader: Does the reading.
            max_passages: Passages of one batch; 1 reads every question for itself.
        """
        self._reader = reader
        self._max_passages = max_passages
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread = Thread(target=self._serve, name="reader", daemon=True)
        self._thread.start()

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        """As `Reader.read_many`; other threads' requests may be read along with these."""
        passages = sum(len(pairs) for _, pairs in requests)
        job = _Job(requests, per_passage, Future(), passages)
        self._jobs.put(job)
        return job.spans.result()

    def close(self) -> None:
        """End the thread, after what was asked already."""
        self._jobs.put(None)
        self._thread.join()

    def _serve(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch, size, ends = [job], job.passages, False
            while size < self._max_passages:
                try:
                    more = self._jobs.get_nowait()
                except Empty:
                    break
                if more is None:
                    ends = True
                    break
                batch.append(more)
                size += more.passages
            for per_passage in {job.per_passage for job in batch}:
                self._answer([job for job in batch if job.per_passage == per_passage])
            if ends:
                return

    def _answer(self, batch: Sequence[_Job]) -> None:
        try:
            requests = [request for job in batch for request in job.requests]
            spans = self._reader.read_many(requests, batch[0].per_passage)
        except Exception as error:  # noqa: BLE001 - whoever waits must hear of any failure
            if len(batch) == 1:
                batch[0].spans.set_exception(error)
                return
            # One bad request must not take the others down.
            for job in batch:
                self._answer([job])
            return
        taken = 0
        for job in batch:
            job.spans.set_result(spans[taken : taken + len(job.requests)])
            taken += len(job.requests)


@contextmanager
def batched(cascade: Cascade) -> Iterator[Cascade]:
    """The same cascade for many threads; its serving threads end with the block."""
    readers: list[BatchedReader] = []

    def serve(reader: Reader) -> BatchedReader:
        readers.append(BatchedReader(reader))
        return readers[-1]

    try:
        yield cascade.wrapped(serve)
    finally:
        for reader in readers:
            reader.close()
