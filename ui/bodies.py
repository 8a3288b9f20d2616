"""Bodies of requests: read within limits of size and time, and checked before Gradio has them."""

import asyncio
import json
import time

from ui.asgi import Message, Receive
from ui.paths import is_upload, max_body_bytes

BODY_SECONDS = 60.0
UPLOAD_SECONDS = 1_200.0

Refusal = tuple[int, str] | tuple[int, str, dict[str, str]]
"""Status, words, and headers if there are any."""


class RefusedError(Exception):
    """The body is not taken any further."""


class Body:
    """A request's body, which fails when it is too long or too slow.

    Attributes:
        refused: Status and words of the reply, once it has failed.
    """

    def __init__(self, receive: Receive, path: str) -> None:
        """Prepare.

        Args:
            receive: Of the request.
            path: It sets how long the body may be and take.
        """
        self._receive = receive
        self._limit = max_body_bytes(path)
        self._due = time.monotonic() + (UPLOAD_SECONDS if is_upload(path) else BODY_SECONDS)
        self._taken = 0
        self._complete = False
        self.refused: Refusal | None = None

    async def receive(self) -> Message:
        """The next part.

        Raises:
            RefusedError: If it is too long or does not come in time.
        """
        if self._complete:
            # From here on it waits for the client to leave, which may take as long as it likes.
            return await self._receive()
        try:
            left = min(BODY_SECONDS, self._due - time.monotonic())
            message = await asyncio.wait_for(self._receive(), max(0.0, left))
        except TimeoutError:
            self.refused = 408, "the body did not come in time"
            raise RefusedError from None
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._taken > self._limit:
            self.refused = 413, f"the body is larger than {self._limit:,} bytes"
            raise RefusedError
        return message

    async def read(self) -> bytes:
        """All of it.

        Raises:
            RefusedError: As `receive`.
        """
        parts = []
        while not self._complete:
            parts.append((await self.receive()).get("body", b""))
        return b"".join(parts)

    async def checked(self) -> Receive:
        """The body for Gradio, as it was understood here.

        It is written anew, so that nothing in it can mean one thing here and another there.

        Raises:
            RefusedError: As `receive`; if it is not JSON, or names a file of the server.
        """
        content = await self.read()
        try:
            value = json.loads(content) if content else None
        except (ValueError, RecursionError):
            self.refused = 400, "the body is not JSON"
            raise RefusedError from None
        if names_a_file(value):
            self.refused = 403, "no file of the server can be named"
            raise RefusedError
        return self._again(json.dumps(value).encode() if content else b"")

    def _again(self, content: bytes) -> Receive:
        """A `receive` that gives this content, and then waits for the client to leave."""
        given = False

        async def receive() -> Message:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            return {"type": "http.request", "body": content, "more_body": False}

        return receive


def names_a_file(body: object) -> bool:
    """Return whether something posted to Gradio names a file, at any depth.

    Gradio opens, copies or fetches whatever is given to it as a file. The page sends none: files
    go to `/api/jobs`. A mapping that has a path, or says that it is a file, counts as one at any
    depth and in any spelling.
    """
    left = [body]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left.extend(value)
        elif isinstance(value, dict):
            fields = {field.casefold() for field in value}
            if fields & {"path", "_type"} or "filedata" in str(value.get("meta", "")).casefold():
                return True
            left.extend(value.values())
    return False
