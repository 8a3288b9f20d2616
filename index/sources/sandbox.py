"""Reads untrusted documents in worker processes with limits on time, memory and length.

The parsers of HTML, Markdown, PDF, Word, EPUB and feeds take minutes or gigabytes for a few crafted
bytes, and some are written in C. A worker that goes beyond a limit is killed; its file is refused
with one line, and the next file gets another worker. A worker reads many files, one at a time.
"""

import atexit
import json
import os
import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore, Lock, Timer
from typing import Any, BinaryIO

from index.errors import UserError
from index.sources.archives import unpacked_size
from index.sources.feeds import Listed, Listing
from index.sources.inputs import MAX_DOCUMENT_BYTES, Input, Note, Problem
from index.sources.pdf_pages import PageImage
from index.types import Article


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the reading of one input.

    Attributes:
        cpu_seconds: Processor time for a small input.
        cpu_seconds_per_mb: Further processor time for each megabyte of it.
        cpu_seconds_per_unpacked_mb: The same for what a Word document or a book unpacks to, where
            that gives more.
        most_cpu_seconds: Processor time for an input of any size.
        wall_factor: How many times its processor time it may take by the clock: other programs may
            keep it waiting.
        memory_bytes: Address space of a worker, on systems that limit it.
    """

    cpu_seconds: float = 10.0
    cpu_seconds_per_mb: float = 20.0
    cpu_seconds_per_unpacked_mb: float = 5.0
    most_cpu_seconds: float = 600.0
    wall_factor: float = 3.0
    memory_bytes: int = 3_000_000_000

    def seconds(self, size: int, unpacked: int = 0) -> float:
        """Processor time for an input of `size` bytes that unpacks to `unpacked` bytes."""
        further = max(
            self.cpu_seconds_per_mb * size / 1e6, self.cpu_seconds_per_unpacked_mb * unpacked / 1e6
        )
        return min(self.cpu_seconds + further, self.most_cpu_seconds)


MAX_WORKERS = 4
"""The most workers of this process; a caller that needs another one waits."""

_PACKED = (".docx", ".epub")
"""Kinds that are zip archives."""

_MAX_REPLY_BYTES = 200_000_000
_ROOT = Path(__file__).resolve().parents[2]
# The root comes first in the path: what lies in the current folder must not stand in for it.
_COMMAND = [
    sys.executable,
    "-P",
    "-c",
    f"import sys; sys.path.insert(0, {str(_ROOT)!r}); from index.sources.worker import main; "
    "main()",
]


class Sandbox:
    """Worker processes, each started when no other is idle."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Prepare; a worker is started with the first input."""
        self._limits = limits or Limits()
        self._idle: list[_Worker] = []
        self._lock = Lock()
        self._free = BoundedSemaphore(MAX_WORKERS)

    def read(self, document: Input, problem: Problem) -> Iterator[Article]:
        """Read the articles of one input of a kind that is read here.

        Args:
            document: The input; its bytes are taken here and parsed in the worker.
            problem: Called with a line for each thing that the worker skipped, and with notes.

        Raises:
            UserError: If it is not readable, or reading it takes too much.
        """
        content = document.read(MAX_DOCUMENT_BYTES)
        request = {
            "task": "articles",
            "name": document.name,
            "source": document.source,
            "kind": document.kind,
            "size": document.size,
            "charset": document.charset,
        }
        unpacked = unpacked_size(content) if document.kind in _PACKED else 0
        reply = self._call(document.name, request, content, unpacked)
        for line in reply["problems"]:
            problem(line)
        for line in reply["notes"]:
            problem(Note(line))
        for fields in reply["articles"]:
            yield _article(fields)

    def listed_pages(self, content: bytes, url: str) -> Listing:
        """The pages that a feed or sitemap lists: `index.sources.feeds.listed_pages` in a worker.

        Raises:
            UserError: If it is neither, or reading it takes too much.
        """
        reply = self._call(url, {"task": "listing", "url": url}, content)
        pages = tuple(Listed(str(address), _day(day)) for address, day in reply["pages"])
        return Listing(
            pages,
            tuple(map(str, reply["listings"])),
            tuple(map(_article, reply["articles"])),
            tuple(map(str, reply["skipped"])),
        )

    def page_image(
        self, name: str, content: bytes, number: int, quote: str = "", before: str = ""
    ) -> PageImage:
        """A page of a PDF as a picture: `index.sources.pdf_pages.page_image` in a worker.

        Raises:
            UserError: If it cannot be drawn, or drawing it takes too much.
        """
        request = {"task": "page", "name": name, "number": number, "quote": quote, "before": before}
        reply = self._call(name, request, content)
        return PageImage(b64decode(reply["png"]), reply["page"], reply["pages"], reply["marked"])

    def fragment_text(self, html: str, name: str) -> str:
        """The text of a fragment of HTML: `index.sources.html.fragment_text` in a worker.

        Args:
            html: The fragment.
            name: Its name in messages.

        Raises:
            UserError: If reading it takes too much.
        """
        reply = self._call(name, {"task": "fragment", "name": name}, html.encode())
        return str(reply["text"])

    def close(self) -> None:
        """End the idle workers; a later call starts new ones."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()

    def _call(
        self, name: str, request: dict[str, Any], content: bytes, unpacked: int = 0
    ) -> dict[str, Any]:
        seconds = self._limits.seconds(len(content), unpacked)
        with self._worker() as worker:
            reply = worker.call(
                {**request, "seconds": seconds}, content, seconds * self._limits.wall_factor
            )
            if reply is None:
                raise UserError(f"{name}: {worker.why_it_ended(seconds)}")
        if (error := reply.get("error")) is not None:
            raise UserError(str(error))
        return reply

    @contextmanager
    def _worker(self) -> "Iterator[_Worker]":
        with self._free:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            if worker is None or not worker.alive:
                worker = _Worker(self._limits.memory_bytes)
            try:
                yield worker
            except BaseException:
                worker.kill()
                raise
            if worker.spent:
                worker.kill()
                return
            with self._lock:
                self._idle.append(worker)


class _Worker:
    """One process, which answers one request after another over its standard streams.

    Attributes:
        spent: Whether it has grown so large that it is better ended.
    """

    def __init__(self, memory_bytes: int) -> None:
        self.spent = False
        self._late = False
        self._process = subprocess.Popen(  # noqa: S603 - the command is a constant
            [*_COMMAND, str(memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C is for the process that the user started.
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        self._requests: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._replies: BinaryIO = self._process.stdout  # type: ignore[assignment]

    @property
    def alive(self) -> bool:
        """True if the process is running."""
        return self._process.poll() is None

    def call(
        self, request: dict[str, Any], content: bytes, wall_seconds: float
    ) -> dict[str, Any] | None:
        """The reply to a request; None if the process has ended without one."""
        timer = Timer(wall_seconds, self._end_late)
        timer.daemon = True
        timer.start()
        try:
            write_frame(self._requests, json.dumps(request).encode())
            write_frame(self._requests, content)
            reply = json.loads(read_frame(self._replies, _MAX_REPLY_BYTES))
        except (OSError, EOFError, ValueError):
            self.kill()
            return None
        finally:
            timer.cancel()
        self.spent = bool(reply.get("spent"))
        return dict(reply)

    def why_it_ended(self, seconds: float) -> str:
        """Why there was no reply, in words."""
        code = self._process.returncode
        if self._late or code == -getattr(signal, "SIGXCPU", 0):
            return f"takes more than {seconds:.0f} seconds to read"
        return f"reading it ended the process that did it ({code})"

    def kill(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for stream in (self._requests, self._replies):
            with suppress(OSError):  # Unsent bytes cannot be flushed any more.
                stream.close()

    def _end_late(self) -> None:
        self._late = True
        self._process.kill()


def write_frame(stream: BinaryIO, content: bytes) -> None:
    """Write the number of bytes, then the bytes."""
    stream.write(len(content).to_bytes(8, "big"))
    stream.write(content)
    stream.flush()


def read_frame(stream: BinaryIO, limit: int) -> bytes:
    """Read what `write_frame` wrote.

    Raises:
        EOFError: If the stream ends before.
        ValueError: If there are more than `limit` bytes.
    """
    size = int.from_bytes(_exactly(stream, 8), "big")
    if size > limit:
        raise ValueError(f"{size} bytes")
    return _exactly(stream, size)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _article(fields: dict[str, Any]) -> Article:
    identity, title, text, source = (fields[name] for name in ("id", "title", "text", "source"))
    return Article(
        str(identity),
        str(title),
        str(text),
        _day(fields["published"]),
        str(source),
        str(fields["byline"]),
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


@cache
def sandbox() -> Sandbox:
    """The workers that this process shares; they end with it."""
    made = Sandbox()
    atexit.register(made.close)
    return made


if hasattr(os, "register_at_fork"):
    # A fork must not talk to the workers of its parent.
    os.register_at_fork(after_in_child=sandbox.cache_clear)
