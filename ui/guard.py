"""What every request passes first: whose it is, where it goes, and how large it may be."""

import asyncio
import hashlib
import json
import math
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from contextlib import nullcontext
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.middleware.cors import CORSMiddleware

from ui.auth import COOKIE, Login, cookie, set_cookie
from ui.service import Service

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_Refusal = tuple[int, str] | tuple[int, str, dict[str, str]]
"""Status, words, and headers if there are any."""

MAX_UPLOAD_BYTES = 200_000_000
MAX_ARTICLE_BODY = 12_000_000
MAX_BODY = 2_500_000
MAX_QUESTION_BODY = 256_000
MAX_LOGIN_BODY = 4_000
BODY_SECONDS = 60.0
UPLOAD_SECONDS = 1_200.0

VISITOR = "article-qa-visitor"
VISITOR_SECONDS = 365 * 86_400
OWNER = "owner"
"""Everybody who reaches a server that only its own machine reaches."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_MCP = "/mcp"
_JOBS = "/api/jobs"
_PAGE = "/page/"
_CONVERSATION = re.compile(r"/c/([\w-]{1,64})")
_ADDRESS = re.compile(r"/(?:c/[\w-]{1,64})?(?:\?[!-\[\]-~]*)?")
"""What of the page has an address: a conversation, a question, an article."""

_OPEN = re.compile(r"/api/(?:health|docs|openapi\.json)|/fonts/[\w-]+\.woff2|/login|/logout")
# What the page asks of Gradio. It has many more routes; a new one stays closed until somebody has
# looked at what it reads and put it here.
PAGE_ROUTES = {
    "GET": re.compile(
        r"/?|/config|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/(?:assets|static)/.+|"
        r"/gradio_api/(?:heartbeat/[^/]+|queue/data|startup-events|info|app_id)"
    ),
    "POST": re.compile(r"/gradio_api/(?:queue/join|run/[^/]+|cancel|reset)"),
}

_TOO_MANY = "too many wrong keys or passwords; wait a moment"
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
    """Middleware that refuses requests before the application reads anything of them."""

    def __init__(
        self, app: App, *, service: Service, login: Login, host: str,
        allowed_hosts: Collection[str], behind_proxy: bool, cors_origins: Collection[str] = (),
    ) -> None:  # fmt: skip
        self._app = app
        self._service = service
        self._login = login
        self._origins = {origin.lower().rstrip("/") for origin in cors_origins}
        # Without credentials: a page of another site sends a key, and never the cookie of a login.
        self._answer_other_sites = CORSMiddleware(
            self._answer,
            allow_origins=self._origins,
            allow_methods=("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "X-API-Key"),
            expose_headers=("Link", "Location", "Retry-After"),
        )
        # A page of another site can make its own name mean our address and then read from here.
        named = {name.lower() for name in allowed_hosts}
        checked = named or (host in _LOOPBACK and not behind_proxy)
        self._hosts = _LOOPBACK | named if checked else None
        self._has_one_user = host in _LOOPBACK and not named and not behind_proxy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] != "websocket":
                await self._app(scope, receive, send)
            return
        path, headers = _path(scope), _headers(scope)
        refusal = self._refusal(scope["method"], path, headers)
        if refusal is not None:
            await _reply(send, *refusal)
        elif self._lets_in(path, headers):
            await self._answer_other_sites(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what nothing forbids to everybody, for who may come in."""
        path, headers = _path(scope), _headers(scope)
        visitor = cookie(headers, VISITOR)
        if scope["method"] == "HEAD" and _is_api(path):
            # What GET would say, without its body.
            scope, send = {**scope, "method": "GET"}, _without_body(send)
        body = _Body(receive, _limit(path), upload=_is_upload(path))
        if path in ("/login", "/logout"):
            await self._enter_or_leave(scope, path, body, send)
            return
        person, stopped = self._entered(scope, path, headers)
        conversation = _CONVERSATION.fullmatch(path)
        if stopped is not None:
            if scope["method"] in ("GET", "HEAD") and (path in ("", "/") or conversation):
                query = scope["query_string"].decode("latin-1")
                then = f"{path or '/'}?{query}" if query else path or "/"
                await self._show_login(scope, send, 401, then=then)
            else:
                await _reply(send, *stopped)
            return
        if conversation:
            # The page is at one address, and gives itself this one again once it is there.
            query = scope["query_string"].decode("latin-1")
            more = f"&{query}" if query else ""
            await _redirect(send, f"{scope.get('root_path', '')}/?c={conversation[1]}{more}")
            return
        given: Receive = body.receive
        if scope["method"] == "POST" and path.startswith("/gradio_api/"):
            checked = await self._checked(body, send)
            if checked is None:
                return
            given = checked
        new_visitor = not visitor and path in ("", "/")
        if new_visitor:
            visitor = secrets.token_hex(16)
        scope["visitor"] = visitor or _program(headers)
        scope["person"] = person or self._without_login(visitor)
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
                if new_visitor:
                    line = set_cookie(
                        VISITOR, visitor, scope.get("root_path", ""), VISITOR_SECONDS,
                        secure=_is_secure(scope),
                    )  # fmt: skip
                    message["headers"].append((b"set-cookie", line.encode()))
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                completed = True

        answers = _is_api(path) or path == _MCP or path.startswith(_PAGE)
        must_reply = answers and not path.endswith("/events")
        with self._service.replying() if must_reply else nullcontext():
            try:
                await self._app(scope, given, send_on)
            except _RefusedError:
                if body.refused and not started:
                    await _reply(send, *body.refused)
            except asyncio.CancelledError:
                # At the end of the server this is the stream of a page that is still open.
                if not (self._service.ending and started):
                    raise
                if not completed:
                    await send({"type": "http.response.body", "body": b""})

    def _refusal(self, method: str, path: str, headers: dict[str, str]) -> _Refusal | None:
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            return 421, "this server does not answer under this name; --allowed-host lets it"
        if (
            method not in ("GET", "HEAD")
            and _is_foreign(headers)
            and not self._lets_in(path, headers)
        ):
            return 403, "a page of another site may not do this"
        if not self._is_ours(method, path):
            return 404, "not found"
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400, "the length is not a number"
        if int(length) > _limit(path):
            return 413, f"the body is larger than {_limit(path):,} bytes"
        return None

    def _lets_in(self, path: str, headers: dict[str, str]) -> bool:
        """Whether this is a request for the API by a page of a site that was allowed to ask."""
        return _is_api(path) and headers.get("origin", "").lower() in self._origins

    def _is_ours(self, method: str, path: str) -> bool:
        if _is_api(path) or path == _MCP or path.startswith(("/fonts/", _PAGE)):
            return True
        if path in ("/login", "/logout"):
            return self._login.needed and method == "POST"
        if _CONVERSATION.fullmatch(path):
            return method in ("GET", "HEAD")
        routes = PAGE_ROUTES.get("GET" if method == "HEAD" else method)
        return routes is not None and routes.fullmatch(path) is not None

    def _without_login(self, visitor: str) -> str:
        """Whose the conversations are where nobody logs in; "" for somebody without a cookie."""
        if self._login.needed:
            return ""
        return OWNER if self._has_one_user else visitor and f"visitor {visitor}"

    def _entered(
        self, scope: Scope, path: str, headers: dict[str, str]
    ) -> tuple[str, _Refusal | None]:
        """Who has come in, "" for nobody, and what is said to someone who may not."""
        login = self._login
        if not login.needed or _OPEN.fullmatch(path):
            return "", None
        if person := login.by_cookie(headers):
            return person, None
        challenge = {"www-authenticate": login.challenge} if _is_api(path) or path == _MCP else {}
        sent = login.by_header(headers)
        if sent is None:
            needed = "a key is needed: send it as 'Authorization: Bearer KEY'"
            return "", (401, needed, challenge)
        wait = login.throttle.wait(_address(scope))
        if wait > 0:
            return "", (429, _TOO_MANY, {"retry-after": str(math.ceil(wait))})
        if sent:
            login.throttle.succeeded(_address(scope))
            return sent, None
        login.throttle.failed(_address(scope))
        return "", (401, "this key or password is wrong", challenge)

    async def _enter_or_leave(self, scope: Scope, path: str, body: "_Body", send: Send) -> None:
        login, address = self._login, _address(scope)
        root = scope.get("root_path", "")
        try:
            content = await body.read()
        except _RefusedError:
            await _reply(send, *(body.refused or (400, "the body cannot be read")))
            return
        if path == "/logout":
            line = set_cookie(COOKIE, "", root, 0, secure=_is_secure(scope))
            await _redirect(send, f"{root}/", line)
            return
        then = _then(scope)
        if login.throttle.wait(address) > 0:
            await self._show_login(scope, send, 429, f"{_TOO_MANY}.", then)
        elif person := login.by_form(content):
            login.throttle.succeeded(address)
            line = login.set_cookie(person, root, secure=_is_secure(scope))
            await _redirect(send, f"{root}{then}", line)
        else:
            login.throttle.failed(address)
            await self._show_login(scope, send, 401, "That is not right.", then)

    async def _show_login(
        self, scope: Scope, send: Send, status: int, problem: str = "", then: str = "/"
    ) -> None:
        page = self._login.page(scope.get("root_path", ""), problem, then)
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
        await _send_whole(send, status, [*headers, *_HEADERS], page)

    async def _checked(self, body: "_Body", send: Send) -> Receive | None:
        """Give Gradio the body as it was understood here, or refuse it.

        It is written anew, so that nothing in it can mean one thing here and another there.
        """
        try:
            content = await body.read()
            value = json.loads(content) if content else None
        except _RefusedError:
            await _reply(send, *(body.refused or (400, "the body cannot be read")))
            return None
        except (ValueError, RecursionError):
            await _reply(send, 400, "the body is not JSON")
            return None
        if _names_a_file(value):
            await _reply(send, 403, "no file of the server can be named")
            return None
        return body.again(json.dumps(value).encode() if content else b"")


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _then(scope: Scope) -> str:
    """Where a login leads: to an address of the page, and nowhere else."""
    given = parse_qs(scope["query_string"].decode("latin-1")).get("then", ["/"])[0]
    return given if _ADDRESS.fullmatch(given) else "/"


def _is_secure(scope: Scope) -> bool:
    return scope.get("scheme") == "https"


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


def _path(scope: Scope) -> str:
    return str(scope["path"]).removeprefix(scope.get("root_path", ""))


def _headers(scope: Scope) -> dict[str, str]:
    return {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}


def _without_body(send: Send) -> Send:
    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_on


def _is_cors(header: bytes) -> bool:
    return header.lower().startswith(b"access-control-")


def _is_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def _is_upload(path: str) -> bool:
    return path == _JOBS or path.startswith(f"{_JOBS}/")


def _names_a_file(body: object) -> bool:
    """Whether something posted to Gradio names a file, wherever it is said to be.

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


def _program(headers: dict[str, str]) -> str:
    """Who a program is that keeps no cookies: whoever has its key."""
    given = headers.get("authorization") or headers.get("x-api-key")
    return f"key {hashlib.sha256(given.encode()).hexdigest()}" if given else ""


def _limit(path: str) -> int:
    if _is_upload(path):
        return MAX_UPLOAD_BYTES
    if path in ("/login", "/logout"):
        return MAX_LOGIN_BODY
    if path.startswith("/api/articles"):
        return MAX_ARTICLE_BODY
    return MAX_QUESTION_BODY if _is_api(path) else MAX_BODY


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else ""


class _Body:
    """A request's body, which fails when it is too long or too slow.

    Attributes:
        refused: Status and words of the reply, once it has failed.
    """

    def __init__(self, receive: Receive, limit: int, *, upload: bool = False) -> None:
        self._receive = receive
        self._limit = limit
        self._due = time.monotonic() + (UPLOAD_SECONDS if upload else BODY_SECONDS)
        self._taken = 0
        self._complete = False
        self.refused: tuple[int, str] | None = None

    async def receive(self) -> Message:
        """The next part."""
        if self._complete:
            # From here on it waits for the client to leave, which may take as long as it likes.
            return await self._receive()
        try:
            left = min(BODY_SECONDS, self._due - time.monotonic())
            message = await asyncio.wait_for(self._receive(), max(0.0, left))
        except TimeoutError:
            self.refused = 408, "the body did not come in time"
            raise _RefusedError from None
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._taken > self._limit:
            self.refused = 413, f"the body is larger than {self._limit:,} bytes"
            raise _RefusedError
        return message

    async def read(self) -> bytes:
        """All of it."""
        parts = []
        while not self._complete:
            parts.append((await self.receive()).get("body", b""))
        return b"".join(parts)

    def again(self, content: bytes) -> Receive:
        """What gives this instead, once it was read."""
        given = False

        async def receive() -> Message:
            nonlocal given
            if given:
                return await self._receive()
            given = True
            return {"type": "http.request", "body": content, "more_body": False}

        return receive


async def _reply(send: Send, status: int, words: str, more: dict[str, str] | None = None) -> None:
    headers = [
        (b"content-type", b"application/json"),
        # The rest of a refused body is not read, so nothing can follow it.
        (b"connection", b"close"),
        *((name.encode(), value.encode()) for name, value in (more or {}).items()),
    ]
    await _send_whole(send, status, headers, json.dumps({"detail": words}).encode())


async def _redirect(send: Send, location: str, cookie_line: str = "") -> None:
    headers = [(b"location", location.encode())]
    if cookie_line:
        headers.append((b"set-cookie", cookie_line.encode()))
    await _send_whole(send, 303, [*headers, *_HEADERS], b"")


async def _send_whole(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    headers = [*headers, (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
