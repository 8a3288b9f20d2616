"""The guard that every request passes first: its host, origin, path, size and person."""

import asyncio
import secrets
from collections.abc import Collection
from contextlib import nullcontext
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware

from ui.asgi import (
    SECURITY_HEADERS,
    App,
    Message,
    Receive,
    Scope,
    Send,
    headers_of,
    is_secure,
    path_of,
    query_of,
    redirect,
    reply,
    without_body,
)
from ui.auth import Login, cookie, set_cookie
from ui.bodies import Body, Refusal, RefusedError
from ui.entrance import Entrance, program_of
from ui.paths import (
    CONVERSATION,
    LOGIN,
    answers_at_once,
    is_api,
    is_known,
    is_page,
    max_body_bytes,
)
from ui.service import Service

VISITOR = "article-qa-visitor"
VISITOR_SECONDS = 365 * 86_400

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """Middleware that refuses requests before the application reads anything of them."""

    def __init__(
        self,
        app: App,
        *,
        service: Service,
        login: Login,
        host: str,
        allowed_hosts: Collection[str],
        behind_proxy: bool,
        cors_origins: Collection[str] = (),
    ) -> None:
        self._app = app
        self._service = service
        self._has_login = login.needed
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
        has_one_user = host in _LOOPBACK and not named and not behind_proxy
        self._entrance = Entrance(login, has_one_user=has_one_user)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] != "websocket":
                await self._app(scope, receive, send)
            return
        path, headers = path_of(scope), headers_of(scope)
        refusal = self._refusal(scope["method"], path, headers)
        if refusal is not None:
            await reply(send, *refusal)
        elif self._lets_in(path, headers):
            await self._answer_other_sites(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    def _refusal(self, method: str, path: str, headers: dict[str, str]) -> Refusal | None:
        """The refusal of a request that is let in from nobody."""
        if self._hosts is not None and _name(headers.get("host", "")) not in self._hosts:
            return 421, "this server does not answer under this name; --allowed-host lets it"
        is_change = method not in ("GET", "HEAD")
        if is_change and _is_foreign(headers) and not self._lets_in(path, headers):
            return 403, "a page of another site may not do this"
        if not is_known(method, path, has_login=self._has_login):
            return 404, "not found"
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return 400, "the length is not a number"
        if int(length) > max_body_bytes(path):
            return 413, f"the body is larger than {max_body_bytes(path):,} bytes"
        return None

    def _lets_in(self, path: str, headers: dict[str, str]) -> bool:
        """Return whether a page asks for the API whose site was allowed to."""
        return is_api(path) and headers.get("origin", "").lower() in self._origins

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if the person who sends it may enter."""
        path = path_of(scope)
        if scope["method"] == "HEAD" and is_api(path):
            # The reply to GET, without its body.
            scope, send = {**scope, "method": "GET"}, without_body(send)
        body = Body(receive, path)
        try:
            if path in LOGIN:
                await self._entrance.log_in_or_out(scope, body, send)
                return
            person, refusal = self._entrance.person(scope)
            if refusal is not None:
                await self._turn_away(scope, send, refusal)
            elif conversation := CONVERSATION.fullmatch(path):
                # The page is at one address, and gives itself this one again once it is there.
                query = f"c={conversation[1]}{'&' if query_of(scope) else ''}{query_of(scope)}"
                await redirect(send, f"{scope.get('root_path', '')}/?{query}")
            else:
                to_gradio = scope["method"] == "POST" and path.startswith("/gradio_api/")
                content = await body.checked() if to_gradio else body.receive
                await self._pass_on(scope, body, content, send, person)
        except RefusedError:
            await reply(send, *(body.refused or (400, "the body cannot be read")))

    async def _turn_away(self, scope: Scope, send: Send, refusal: Refusal) -> None:
        """Show the login page to a browser, and the refusal to all others."""
        path = path_of(scope)
        if scope["method"] in ("GET", "HEAD") and is_page(path):
            query = f"?{query_of(scope)}" if query_of(scope) else ""
            await self._entrance.show_login(scope, send, 401, target=f"{path or '/'}{query}")
        else:
            await reply(send, *refusal)

    async def _pass_on(
        self, scope: Scope, body: Body, content: Receive, send: Send, person: str
    ) -> None:
        """Let the application answer, and add the headers of every reply.

        Args:
            scope: Of the request, to which the person and the visitor are added.
            body: Of the request.
            content: What the application reads of it.
            send: Of the request.
            person: Who has logged in, or "".
        """
        path, headers = path_of(scope), headers_of(scope)
        visitor = cookie(headers, VISITOR)
        more = list(SECURITY_HEADERS)
        if not visitor and path in ("", "/"):
            visitor = secrets.token_hex(16)
            root = scope.get("root_path", "")
            line = set_cookie(VISITOR, visitor, root, VISITOR_SECONDS, secure=is_secure(scope))
            more.append((b"set-cookie", line.encode()))
        scope["visitor"] = visitor or program_of(headers)
        scope["person"] = person or self._entrance.owner(visitor)
        started = replaced = completed = False

        async def send_on(message: Message) -> None:
            nonlocal started, replaced, completed
            if body.refused and not started:
                # Whatever the application makes of a body that was cut off, this is the reason.
                started = replaced = True
                await reply(send, *body.refused)
            if replaced:
                return
            if message["type"] == "http.response.start":
                started = True
                # Gradio lets the page of any site read what it replies to a user who is logged in.
                kept = (line for line in message.get("headers", ()) if not _is_cors(line[0]))
                message["headers"] = [*kept, *more]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body", False):
                completed = True

        with self._service.replying() if answers_at_once(path) else nullcontext():
            try:
                await self._app(scope, content, send_on)
            except RefusedError:
                if not started:
                    raise
            except asyncio.CancelledError:
                # At the end of the server this is the stream of a page that is still open.
                if not (self._service.ending and started):
                    raise
                if not completed:
                    await send({"type": "http.response.body", "body": b""})


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_foreign(headers: dict[str, str]) -> bool:
    """Return whether a browser sends this for a page of another site.

    Only browsers name an origin.
    """
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
