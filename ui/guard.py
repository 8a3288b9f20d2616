"""What every request passes first: whose it is, where it goes, and how large it may be."""

import asyncio
import hmac
import re
from base64 import b64decode
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit

from ui.service import Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_UPLOAD_BYTES = 200_000_000
MAX_ARTICLE_BODY = 12_000_000
MAX_BODY = 2_500_000
MAX_QUESTION_BODY = 256_000
BODY_SECONDS = 60.0

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_MCP = "/gradio_api/mcp"
_OPEN = frozenset({"/api/health", "/api/docs", "/api/openapi.json"})
# Gradio fetches files of other servers here, for pages that embed them. Wherever in the path, as
# it may follow that of a proxy.
_FETCHES = re.compile(r"/gradio_api/(?:proxy=|file[=/]https?:)", re.IGNORECASE)
# Gradio's page loads its scripts in line and makes its templates with `Function`. Everything
# comes from here: the page works offline, and what slipped through could not call home.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


class _RefusedError(Exception):
    """The body is not taken any further."""


class Guard:
    """Middleware that refuses requests before anything of them is read."""

    def __init__(
        self, app: App, *, service: Service, host: str, auth: str | None, api_key: str | None,
        behind_proxy: bool,
    ) -> None:  # fmt: skip
        self._app = app
        self._service = service
        self._auth = auth
        self._api_key = api_key
        # A page of another site can make its own name mean 127.0.0.1 and then read ours.
        self._check_host = host in _LOOPBACK and not behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        headers = {
            key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
        }
        refusal = self._refusal(scope["method"], path, headers)
        if refusal is not None:
            await _reply(send, *refusal)
            return
        body = _Body(receive, _limit(path))
        started = replaced = completed = False

        async def send_on(message: Message) -> None:
            nonlocal started, replaced, completed
            if body.refused and not started:
                # Whatever the application makes of a body that was cut off, this is the reason.
                started = replaced = True
                await _reply(send, *body.refused)
            if replaced:
                return
            if message["type"] == "http.response.start":
                started = True
                # Gradio lets the page of any site read what it replies to a user who is logged in.
                kept = (each for each in message.get("headers", ()) if not _is_cors(each[0]))
                message["headers"] = [*kept, *_HEADERS]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                completed = True

        must_reply = _is_api(path) or (path.startswith(_MCP) and scope["method"] == "POST")
        with self._service.replying() if must_reply else nullcontext():
            try:
                await self._app(scope, body.receive, send_on)
            except _RefusedError:
                if body.refused and not started:
                    await _reply(send, *body.refused)
            except asyncio.CancelledError:
                # At the end of the server this is the stream of a page that is still open.
                if not (self._service.ending and started):
                    raise
                if not completed:
                    await send({"type": "http.response.body", "body": b""})

    def _refusal(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str] | None:
        if self._check_host and not _is_loopback(headers.get("host", "")):
            return 421, "this server answers only as localhost"
        if method not in ("GET", "HEAD") and _is_foreign(headers):
            return 403, "a page of another site may not do this"
        closed = (_is_api(path) and path not in _OPEN) or path.startswith(_MCP)
        if closed and not self._may(headers):
            return 401, "a key is needed: send it as 'Authorization: Bearer KEY'"
        if _FETCHES.search(path):
            return 404, "not found"
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400, "the length is not a number"
        if int(length) > _limit(path):
            return 413, f"the body is larger than {_limit(path):,} bytes"
        return None

    def _may(self, headers: dict[str, str]) -> bool:
        if self._api_key is None and self._auth is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if self._api_key is not None:
            sent = given if scheme.lower() == "bearer" else headers.get("x-api-key", "")
            if _same(sent, self._api_key):
                return True
        if self._auth is not None and scheme.lower() == "basic":
            try:
                return _same(b64decode(given, validate=True).decode(), self._auth)
            except ValueError:
                return False
        return False


def _is_loopback(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").hostname in _LOOPBACK
    except ValueError:
        return False


def _is_foreign(headers: dict[str, str]) -> bool:
    """Whether a browser sends this for a page of another site; only browsers name an origin."""
    origin = headers.get("origin")
    # A page can set neither of the two others: the first at all, the second without a preflight,
    # which is refused. So they may vouch for a proxy that puts its own name for `Host`.
    if origin is None or headers.get("sec-fetch-site") == "same-origin":
        return False
    forwarded = headers.get("x-forwarded-host", "").partition(",")[0].strip()
    try:
        site = urlsplit(origin).netloc.lower()
    except ValueError:
        return True
    return not site or site not in (headers.get("host", "").lower(), forwarded.lower())


def _is_cors(header: bytes) -> bool:
    return header.lower().startswith(b"access-control-")


def _is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _limit(path: str) -> int:
    if path.startswith("/gradio_api/upload"):
        return MAX_UPLOAD_BYTES
    if path.startswith("/api/articles"):
        return MAX_ARTICLE_BODY
    return MAX_QUESTION_BODY if _is_api(path) else MAX_BODY


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


class _Body:
    """A request's body, which fails when it is too long or too slow.

    Attributes:
        refused: Status and words of the reply, once it has failed.
    """

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._taken = 0
        self._complete = False
        self.refused: tuple[int, str] | None = None

    async def receive(self) -> Message:
        """The next part."""
        if self._complete:
            # From here on it waits for the client to leave, which may take as long as it likes.
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), BODY_SECONDS)
        except TimeoutError:
            self.refused = 408, "the body did not come in time"
            raise _RefusedError from None
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._taken > self._limit:
            self.refused = 413, f"the body is larger than {self._limit:,} bytes"
            raise _RefusedError
        return message


async def _reply(send: Send, status: int, words: str) -> None:
    import json

    body = json.dumps({"detail": words}).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        # The rest of a refused body is not read, so nothing can follow it.
        (b"connection", b"close"),
    ]
    if status == 401:
        headers.append((b"www-authenticate", b'Basic realm="article-qa", charset="UTF-8"'))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
