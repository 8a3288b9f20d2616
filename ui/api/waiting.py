"""Waiting for work that other threads do, no longer than a client waits."""

import asyncio
from concurrent.futures import Future
from typing import TypeVar

from index.errors import UserError
from ui.queues import BusyError
from ui.service import ASK_SECONDS, CHANGE_SECONDS

T = TypeVar("T")


class UnderWayError(UserError):
    """A change takes long, and goes on."""


async def awaited(future: Future[T]) -> T:
    """Wait for an answer.

    Raises:
        TimeoutError: If it is not there in `ASK_SECONDS`.
    """
    return await asyncio.wait_for(asyncio.wrap_future(future), ASK_SECONDS)


async def changed(future: Future[T], seen_by: str) -> T:
    """Wait for a change, which goes on to its end once it has begun.

    Args:
        future: The change.
        seen_by: The request that shows whether it is done.

    Raises:
        BusyError: If it has not begun in `CHANGE_SECONDS`; it never will.
        UnderWayError: If it is not done by then.
    """
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), CHANGE_SECONDS)
    except TimeoutError:
        if future.cancel():
            raise BusyError("changes") from None
        if future.done():
            return future.result()
        raise UnderWayError(
            f"not done after {CHANGE_SECONDS:.0f} seconds, but going on: {seen_by} shows whether "
            "it is by now; sent again, nothing is done twice"
        ) from None
