"""The protocol of a measured system: a process of its own, JSON lines in and out.

An adapter runs in the environment of its system, which need not have this project: this module and
the adapters of the peers import only the standard library and their own system.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text of the corpus, with the title of the article that it is from."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Guess:
    """The best answer of a system with its score; None if it finds none.

    Scores are comparable within one system only.
    """

    text: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that a system is started with.

    Attributes:
        folder: Folder of its index; it exists, and is empty before `index`.
        embedder: A sentence-transformers folder, or "" for the system's own.
        reader: A question-answering model of transformers, or "" for the system's own.
        options: Options of the adapter, by name.
    """

    folder: Path
    embedder: str
    reader: str
    options: dict[str, Any]


class System(Protocol):
    """A question-answering system, as the bench sees it."""

    def index(self, paragraphs: Sequence[Paragraph]) -> None:
        """Index paragraphs and store the index in the folder."""

    def open(self) -> None:
        """Load the index from the folder."""

    def answer(self, question: str) -> Guess:
        """The best answer by retrieval and reading, as users of the system get it."""

    def retrieve(self, question: str) -> Sequence[str]:
        """Ids of the retrieved paragraphs for a question, best first, ten at most."""

    def remove(self, ids: Sequence[str]) -> None:
        """Remove paragraphs from the index in memory."""


def main(make: Callable[[Settings], System]) -> None:
    """Serve a system on standard input and output until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--embedder", default="")
    parser.add_argument("--reader", default="")
    parser.add_argument("--options", type=json.loads, default={})
    settings = Settings(**vars(parser.parse_args()))
    # The output of libraries must not get between the replies.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as replies:
        os.dup2(2, 1)
        serve(make(settings), sys.stdin, replies)


def serve(system: System, requests: IO[str], replies: IO[str]) -> None:
    """Answer requests, one JSON object a line; see `handle`."""
    for reply in (handle(system, json.loads(line)) for line in _lines(requests)):
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def handle(system: System, request: dict[str, Any]) -> dict[str, Any]:
    """Execute a request; the reply states the time that the system itself took.

    `seconds` is wall time, `cpu` the CPU time of all threads.
    """
    reply: dict[str, Any] = {}
    began, used = time.perf_counter(), time.process_time()
    match request["do"]:
        case "index":
            paragraphs = [Paragraph(*fields) for fields in request["paragraphs"]]
            began, used = time.perf_counter(), time.process_time()
            system.index(paragraphs)
        case "open":
            system.open()
        case "answer":
            guess = system.answer(request["question"])
            reply = {"text": guess.text, "score": guess.score}
        case "retrieve":
            reply = {"ids": list(system.retrieve(request["question"]))}
        case "remove":
            system.remove(request["ids"])
        case "memory":
            reply = {"bytes": peak_memory()}
        case unknown:
            raise ValueError(f"unknown request {unknown!r}")
    seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return {"seconds": seconds, "cpu": cpu, **reply}


def peak_memory() -> int:
    """The most memory that this process ever held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def first_distinct(ids: Sequence[str], count: int) -> list[str]:
    """The first `count` different ids, in order."""
    return list(dict.fromkeys(ids))[:count]


def _lines(requests: IO[str]) -> Iterator[str]:
    # Iterating over the file would read ahead and wait for more than one line.
    while line := requests.readline():
        yield line
