"""The paths of the server: which there are, and what each may be sent."""

import re

MAX_UPLOAD_BYTES = 200_000_000
MAX_ARTICLE_BODY = 12_000_000
MAX_BODY = 2_500_000
MAX_QUESTION_BODY = 256_000
MAX_LOGIN_BODY = 4_000

MCP = "/mcp"
LOGIN = ("/login", "/logout")
CONVERSATION = re.compile(r"/c/([\w-]{1,64})")
PAGE_ADDRESS = re.compile(r"/(?:c/[\w-]{1,64})?(?:\?[!-\[\]-~]*)?")
"""An address within the page: of a conversation, a question or an article."""

OPEN = re.compile(r"/api/(?:health|docs|openapi\.json)|/fonts/[\w-]+\.woff2|/login|/logout")
"""Paths that need no login."""

# The requests of the page to Gradio, which has many more routes. A new one stays closed until
# somebody has looked at what it reads and put it here.
GRADIO_ROUTES = {
    "GET": re.compile(
        r"/?|/config|/theme\.css|/favicon\.ico|/robots\.txt|/manifest\.json|/(?:assets|static)/.+|"
        r"/gradio_api/(?:heartbeat/[^/]+|startup-events|info|app_id)"
    ),
    "POST": re.compile(r"/gradio_api/run/[^/]+"),
}

_JOBS = "/api/jobs"
_PAGE = "/page/"


def is_page(path: str) -> bool:
    """Return whether a browser shows this path as the page: its root, or a conversation."""
    return path in ("", "/") or CONVERSATION.fullmatch(path) is not None


def is_api(path: str) -> bool:
    """Return whether a path belongs to the REST API."""
    return path == "/api" or path.startswith("/api/")


def is_upload(path: str) -> bool:
    """Return whether files are sent to this path."""
    return path == _JOBS or path.startswith(f"{_JOBS}/")


def answers_at_once(path: str) -> bool:
    """Return whether a request is done with its reply, unlike a stream of events."""
    is_own = is_api(path) or path == MCP or path.startswith(_PAGE)
    return is_own and not path.endswith("/events")


def is_known(method: str, path: str, *, has_login: bool) -> bool:
    """Return whether the server answers this path; of Gradio's, only what the page needs."""
    if is_api(path) or path == MCP or path.startswith(("/fonts/", _PAGE)):
        return True
    if path in LOGIN:
        return has_login and method == "POST"
    if CONVERSATION.fullmatch(path):
        return method in ("GET", "HEAD")
    routes = GRADIO_ROUTES.get("GET" if method == "HEAD" else method)
    return routes is not None and routes.fullmatch(path) is not None


def max_body_bytes(path: str) -> int:
    """The largest body that a request to this path may have."""
    if is_upload(path):
        return MAX_UPLOAD_BYTES
    if path in LOGIN:
        return MAX_LOGIN_BODY
    if path.startswith("/api/articles"):
        return MAX_ARTICLE_BODY
    return MAX_QUESTION_BODY if is_api(path) else MAX_BODY
