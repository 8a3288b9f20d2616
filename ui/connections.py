"""Limits on connections that uvicorn does not have: on their number, and on idle ones."""

import asyncio
import time

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 15.0
MAX_CONNECTIONS = 512


def most_connections() -> int:
    """The limit of open connections: half of the files that this process may open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit.
        return MAX_CONNECTIONS
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files < 0 else max(16, min(MAX_CONNECTIONS, files // 2))


class Connection(H11Protocol):
    """A connection that is closed unless the head of a request comes in time.

    With the most that may be open, a new one takes the place of the one that has waited longest
    for a request. (uvicorn's `limit_concurrency` would answer everybody with 503 for as long as
    idle connections fill it.)
    """

    most = most_connections()
    _waiting_since = 0.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait, and make room."""
        super().connection_made(transport)
        self._wait()
        if len(self.connections) > self.most:
            waiting = [
                connection
                for connection in self.connections
                if isinstance(connection, Connection) and connection._is_waiting()
            ]
            min(waiting, key=lambda connection: connection._waiting_since).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Go on waiting until the head of a request is complete."""
        super().data_received(data)
        if self._is_waiting():
            self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """From here on uvicorn's own time for idle connections runs, until a byte comes."""
        super().on_response_complete()
        self._waiting_since = time.monotonic()

    def _is_waiting(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _wait(self) -> None:
        if self._deadline is None and not self.transport.is_closing():
            self._waiting_since = time.monotonic()
            self._deadline = self.loop.call_later(HEADER_SECONDS, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
