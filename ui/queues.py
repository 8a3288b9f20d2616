"""Bounded queues: what waits behind too many others is refused at once, and told when to return."""

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from index.errors import UserError

T = TypeVar("T")

_RETRY_SECONDS = 2


class BusyError(UserError):
    """More waits already than will be done in good time; nothing of this was begun.

    Attributes:
        retry_after: Seconds after which to try again.
    """

    def __init__(self, what: str) -> None:
        super().__init__(f"too many {what} at once: this was not begun; try again in a moment")
        self.retry_after = _RETRY_SECONDS


class WorkQueue:
    """A bounded queue in front of some threads.

    Attributes:
        accepted: How much is worked on or waits.
        taken: How much was accepted since the beginning.
        finished: How much of that is done, or was given up before its turn.
    """

    def __init__(self, what: str, threads: int, limit: int) -> None:
        """Begin.

        Args:
            what: Waits here, in the plural.
            threads: Work on it at the same time.
            limit: How much is worked on or waits, at most.
        """
        self._what = what
        self._limit = limit
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=what)
        self._idle = threading.Condition()
        self.accepted = 0
        self.taken = 0
        self.finished = 0

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Accept work, to be done in its turn and in a context of its own.

        Raises:
            BusyError: If the queue is full.
        """
        with self._idle:
            if self.accepted >= self._limit:
                raise BusyError(self._what)
            self.accepted += 1
            self.taken += 1
        try:
            future = self._pool.submit(contextvars.copy_context().run, work)
        except RuntimeError:
            self._done()
            raise BusyError(self._what) from None
        # Also called for work that is cancelled before its turn.
        future.add_done_callback(lambda _: self._done())
        return future

    def drain(self, seconds: float) -> bool:
        """Wait until all that was accepted is done; whether that came to pass."""
        with self._idle:
            return self._idle.wait_for(lambda: self.accepted == 0, seconds)

    def close(self) -> None:
        """Accept nothing more, and end the threads after what was accepted."""
        self._pool.shutdown(wait=True)

    def _done(self) -> None:
        with self._idle:
            self.accepted -= 1
            self.finished += 1
            self._idle.notify_all()
