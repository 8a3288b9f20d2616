"""The entrance of the server: who has come in, and the login page for who has not."""

import hashlib
import math
from urllib.parse import parse_qs

from ui.asgi import (
    SECURITY_HEADERS,
    Scope,
    Send,
    address_of,
    headers_of,
    is_secure,
    path_of,
    query_of,
    redirect,
    send_whole,
)
from ui.auth import COOKIE, Login, set_cookie
from ui.bodies import Body, Refusal
from ui.paths import MCP, OPEN, PAGE_ADDRESS, is_api

OWNER = "owner"
"""Everybody who reaches a server that only its own machine reaches."""

_TOO_MANY = "too many wrong keys or passwords; wait a moment"


class Entrance:
    """Tells persons apart, and logs them in and out."""

    def __init__(self, login: Login, *, has_one_user: bool) -> None:
        """Prepare.

        Args:
            login: Judges keys, passwords and cookies.
            has_one_user: Whether only this machine reaches the server.
        """
        self._login = login
        self._has_one_user = has_one_user

    def person(self, scope: Scope) -> tuple[str, Refusal | None]:
        """The person who has logged in, "" for nobody, and the reply to one who may not enter."""
        login, path, headers = self._login, path_of(scope), headers_of(scope)
        if not login.needed or OPEN.fullmatch(path):
            return "", None
        if person := login.by_cookie(headers):
            return person, None
        challenge = {"www-authenticate": login.challenge} if is_api(path) or path == MCP else {}
        sent = login.by_header(headers)
        if sent is None:
            return "", (401, login.demand, challenge)
        address = address_of(scope)
        wait = login.throttle.wait(address)
        if wait > 0:
            return "", (429, _TOO_MANY, {"retry-after": str(math.ceil(wait))})
        if sent:
            login.throttle.succeeded(address)
            return sent, None
        login.throttle.failed(address)
        return "", (401, "this key or password is wrong", challenge)

    def owner(self, visitor: str) -> str:
        """The owner of conversations where nobody logs in; "" for one who keeps no cookie."""
        if self._login.needed:
            return ""
        return OWNER if self._has_one_user else visitor and f"visitor {visitor}"

    async def log_in_or_out(self, scope: Scope, body: Body, send: Send) -> None:
        """Answer the form of the login page, or the button that logs out.

        Raises:
            RefusedError: As `Body.read`.
        """
        login, address = self._login, address_of(scope)
        root = scope.get("root_path", "")
        content = await body.read()
        if path_of(scope) == "/logout":
            line = set_cookie(COOKIE, "", root, 0, secure=is_secure(scope))
            await redirect(send, f"{root}/", line)
            return
        target = _target(scope)
        if login.throttle.wait(address) > 0:
            await self.show_login(scope, send, 429, f"{_TOO_MANY}.", target)
        elif person := login.by_form(content):
            login.throttle.succeeded(address)
            line = login.set_cookie(person, root, secure=is_secure(scope))
            await redirect(send, f"{root}{target}", line)
        else:
            login.throttle.failed(address)
            await self.show_login(scope, send, 401, "That is not right.", target)

    async def show_login(
        self, scope: Scope, send: Send, status: int, problem: str = "", target: str = "/"
    ) -> None:
        """Send the login page.

        Args:
            scope: Of the request.
            send: Likewise.
            status: Of the reply.
            problem: The fault of the last attempt.
            target: The address of the page that a login leads to.
        """
        page = self._login.page(scope.get("root_path", ""), problem, target)
        headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
        await send_whole(send, status, [*headers, *SECURITY_HEADERS], page)


def program_of(headers: dict[str, str]) -> str:
    """A name for a program that keeps no cookies, by its key; "" if it has none."""
    given = headers.get("authorization") or headers.get("x-api-key")
    return f"key {hashlib.sha256(given.encode()).hexdigest()}" if given else ""


def _target(scope: Scope) -> str:
    """The address that a login leads to: one of the page, and no other."""
    given = parse_qs(query_of(scope)).get("then", ["/"])[0]
    return given if PAGE_ADDRESS.fullmatch(given) else "/"
