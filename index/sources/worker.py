"""The process that reads untrusted documents for `index.sources.sandbox`, within limits."""

import io
import json
import os
import signal
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any, BinaryIO

from index.errors import UserError
from index.sources.feeds import listed_pages
from index.sources.files import problem_of, read_isolated
from index.sources.html import fragment_text
from index.sources.inputs import MAX_DOCUMENT_BYTES, Input, Note
from index.sources.pdf_pages import page_image
from index.sources.sandbox import read_frame, write_frame
from index.types import Article

_LARGE_BYTES = 500_000_000
"""A worker that needed more memory than this is ended after its reply, to free the memory."""


def main() -> None:
    """Answer requests from standard input until it ends; `argv[1]` limits the bytes of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, replies = sys.stdin.buffer, _replies()
    _limit_memory(int(sys.argv[1]))
    while True:
        try:
            request = json.loads(read_frame(requests, 1_000_000))
            content = read_frame(requests, 2 * MAX_DOCUMENT_BYTES)
        except EOFError:
            return
        _limit_time(request["seconds"])
        reply = _reply(request, content)
        reply.setdefault("spent", _peak_bytes() > _LARGE_BYTES)
        try:
            write_frame(replies, json.dumps(reply).encode())
        except OSError:  # Whoever asked has ended.
            return


def _reply(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    try:
        if request["task"] == "listing":
            return _listing(content, request["url"])
        if request["task"] == "fragment":
            return {"text": fragment_text(content.decode())}
        if request["task"] == "page":
            return _page(content, request["number"], request["quote"], request["before"])
        return _articles(request, content)
    except UserError as error:
        return {"error": str(error)}
    except MemoryError:
        return {"error": f"{_name(request)}: takes too much memory to read", "spent": True}
    except Exception as error:  # noqa: BLE001 - libraries raise anything for a damaged file
        return {"error": problem_of(error, _name(request))}


def _articles(request: dict[str, Any], content: bytes) -> dict[str, Any]:
    document = Input(
        name=request["name"],
        source=request["source"],
        kind=request["kind"],
        size=request["size"],
        open=lambda: io.BytesIO(content),
        charset=request["charset"],
    )
    told: list[str] = []
    articles = [_fields(article) for article in read_isolated(document, told.append)]
    return {
        "articles": articles,
        "problems": [line for line in told if not isinstance(line, Note)],
        "notes": [line for line in told if isinstance(line, Note)],
    }


def _listing(content: bytes, url: str) -> dict[str, Any]:
    listing = listed_pages(content, url)
    pages = [(page.url, page.published and page.published.isoformat()) for page in listing.pages]
    return {
        "pages": pages,
        "listings": listing.listings,
        "articles": [_fields(article) for article in listing.articles],
        "skipped": listing.skipped,
    }


def _page(content: bytes, number: int, quote: str, before: str) -> dict[str, Any]:
    image = page_image(content, number, quote, before)
    return {**image._asdict(), "png": b64encode(image.png).decode()}


def _fields(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "title": article.title,
        "text": article.text,
        "published": article.published and article.published.isoformat(),
        "source": article.source,
        "byline": article.byline,
    }


def _name(request: dict[str, Any]) -> str:
    return str(request.get("name") or request.get("url"))


def _replies() -> BinaryIO:
    """Standard output; what a library prints goes nowhere instead of among the replies."""
    replies = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return replies


if sys.platform == "win32":

    def _limit_memory(most_bytes: int) -> None:
        """Windows has no such limit; the parent process limits the time."""

    def _limit_time(seconds: float) -> None:
        """As for memory."""

    def _peak_bytes() -> int:
        return 0

else:
    import resource

    def _limit_memory(most_bytes: int) -> None:
        """Make allocations beyond the limit fail, and write no core dumps."""
        _set(resource.RLIMIT_CORE, 0)
        _set(resource.RLIMIT_AS, most_bytes)

    def _limit_time(seconds: float) -> None:
        """Make the system end this process after so many more seconds of processor time."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        _set(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)

    def _set(which: int, most: int) -> None:
        _, hard = resource.getrlimit(which)
        try:
            # Only the limit that can be raised again: the next file has its own time.
            resource.setrlimit(which, (most, hard))
        except (ValueError, OSError):
            return  # macOS has no limit on memory that holds.

    def _peak_bytes() -> int:
        # On Linux `ru_maxrss` counts what the parent had when it began this process.
        status = Path("/proc/self/status")
        if status.is_file():
            for line in status.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
