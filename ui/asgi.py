"""ASGI requests and replies, as the guard reads and sends them."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Gradio's page loads its scripts in line and makes its templates with `Function`. Everything
# comes from here: the page works offline, and what slipped through could not call home.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'self'"
)
SECURITY_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)


def path_of(scope: Scope) -> str:
    """The path of a request, below the path under which the server is shown."""
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def query_of(scope: Scope) -> str:
    """The query of a request, without its question mark."""
    query: bytes = scope["query_string"]
    return query.decode("latin-1")


def headers_of(scope: Scope) -> dict[str, str]:
    """The headers of a request, by their names in lower case."""
    return {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}


def address_of(scope: Scope) -> str:
    """The address that a request comes from; "" if the server cannot tell."""
    client = scope.get("client")
    return client[0] if client else ""


def is_secure(scope: Scope) -> bool:
    """Return whether a request came by HTTPS."""
    return scope.get("scheme") == "https"


def without_body(send: Send) -> Send:
    """A `send` that leaves the body out, for the reply to HEAD."""

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_on


async def reply(send: Send, status: int, words: str, more: dict[str, str] | None = None) -> None:
    """Refuse a request whose body may not have been read.

    Args:
        send: Of the request.
        status: Of the reply.
        words: The reason; the `detail` of the JSON that is sent.
        more: Further headers.
    """
    headers = [
        (b"content-type", b"application/json"),
        # The rest of a refused body is not read, so nothing can follow it.
        (b"connection", b"close"),
        *((name.encode(), value.encode()) for name, value in (more or {}).items()),
    ]
    await send_whole(send, status, headers, json.dumps({"detail": words}).encode())


async def redirect(send: Send, location: str, cookie_line: str = "") -> None:
    """Send a browser to another address, with a cookie if one is given."""
    headers = [(b"location", location.encode())]
    if cookie_line:
        headers.append((b"set-cookie", cookie_line.encode()))
    await send_whole(send, 303, [*headers, *SECURITY_HEADERS], b"")


async def send_whole(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    """Send a reply in one piece."""
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
