"""Load the web service on the loopback: latency, throughput, errors, and the end under load.

Run with `python -m eval.bench.service DATA... [--out FILE]`, where DATA are SQuAD v1.1 files
(JSON or gzip). Their paragraphs become a collection; their questions are asked by 1, 8 and 32
users, each sending the next one when the last is answered, with and without batching.
"""

import json
import math
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
import httpx

from index.collection import Collection
from index.cores import usable_cores
from index.types import Article
from qa.squad import read_squad

USERS = (1, 8, 32)
_SERVE = (
    "from pathlib import Path; from ui.server import Options, run; "
    "run(Options(Path({folder!r}), Path({library!r}), batch_passages={passages}))"
)


@dataclass(frozen=True, slots=True)
class Load:
    """The replies of the service to some simultaneous users.

    Attributes:
        batching: Whether questions were read together.
        users: Number of users that asked at the same time.
        questions: Number of questions in all.
        errors: Number of replies without an answer, by status or kind of failure.
        p50: Median seconds from question to answer.
        p95: Seconds within which 95 % were answered.
        per_second: Answers per second.
    """

    batching: bool
    users: int
    questions: int
    errors: dict[str, int]
    p50: float
    p95: float
    per_second: float


@click.command()
@click.argument(
    "data", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--passages", default=5_000, show_default=True, help="Size of the collection.")
@click.option("--questions", default=500, show_default=True, help="Asked by each set of users.")
@click.option("--keep", type=click.Path(path_type=Path), help="Keep the collection in this folder.")
@click.option("--out", type=click.Path(path_type=Path), help="Also write the figures as JSON.")
def main(
    data: tuple[Path, ...], passages: int, questions: int, keep: Path | None, out: Path | None
) -> None:
    """Measure the service over the paragraphs and questions of DATA."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch) / "collection"
        asked, count = _build(data, folder, passages, questions)
        click.echo(f"{count:,} passages, {len(asked)} questions, {usable_cores()} cores")
        end = _end_under_load(folder, asked)
        click.echo(json.dumps({"SIGTERM": end}))
        loads = []
        for batching in (True, False):
            with _served(folder, batching=batching) as (url, _):
                _ask(url, asked[:16], 8)
                for users in reversed(USERS):
                    loads.append(_measure(url, asked, users, batching=batching))
                    click.echo(_line(loads[-1]))
        if out:
            figures = {"passages": count, "loads": [asdict(load) for load in loads], "end": end}
            out.write_text(json.dumps(figures, indent=1) + "\n")


def _build(
    files: Sequence[Path], folder: Path, passages: int, questions: int
) -> tuple[list[str], int]:
    """Make the collection; returns the questions to ask and the number of passages."""
    asked: list[str] = []
    with Collection(folder, create=True) as collection:
        articles: list[Article] = []
        for number, (title, text, own) in enumerate(_paragraphs(files)):
            articles.append(Article(f"p{number}", title, text, None, "squad"))
            asked += own
            if len(articles) == 250:
                collection.add(articles)
                articles = []
                if collection.counts()[1] >= passages:
                    break
        collection.add(articles)
        count = collection.counts()[1]
    random.Random(5).shuffle(asked)  # noqa: S311 - a fixed choice of questions
    return asked[:questions], count


def _paragraphs(files: Sequence[Path]) -> Iterator[tuple[str, str, list[str]]]:
    """Title, text and questions of each paragraph."""
    for file in map(read_squad, files):
        own: dict[str, list[str]] = {name: [] for name in file.contexts}
        for question in file.questions:
            own[question.context].append(question.question)
        for name, context in file.contexts.items():
            yield context.title, context.text, own[name]


@contextmanager
def _served(folder: Path, *, batching: bool) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    passages = 160 if batching else 1
    code = _SERVE.format(
        folder=str(folder), library=str(folder.parent / "others"), passages=passages
    )
    process = subprocess.Popen(  # noqa: S603 - our own server
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    )
    try:
        for line in process.stdout or ():
            if address := re.search(r"http://\S+", line):
                yield address.group(0), process
                break
        else:
            raise RuntimeError("the server ended before it was up")
    finally:
        process.terminate()
        process.wait(90)


def _ask(
    url: str, questions: Sequence[str], users: int, began: threading.Event | None = None
) -> tuple[list[float], Counter[str]]:
    """Ask all questions, `users` at a time; returns seconds of the answers, and outcomes."""
    waiting = iter(questions)
    lock = threading.Lock()
    seconds: list[float] = []
    outcomes: Counter[str] = Counter()

    def user() -> None:
        with httpx.Client(base_url=url, timeout=120) as client:
            while True:
                with lock:
                    question = next(waiting, None)
                if question is None:
                    return
                start = time.perf_counter()
                try:
                    reply = client.post("/api/ask", json={"question": question})
                    outcome = str(reply.status_code)
                except httpx.HTTPError as error:
                    outcome = type(error).__name__
                with lock:
                    outcomes[outcome] += 1
                    if outcome == "200":
                        seconds.append(time.perf_counter() - start)
                        if began is not None and len(seconds) > len(questions) // 5:
                            began.set()

    with ThreadPoolExecutor(users) as pool:
        for future in [pool.submit(user) for _ in range(users)]:
            future.result()
    return seconds, outcomes


def _measure(url: str, questions: Sequence[str], users: int, *, batching: bool) -> Load:
    start = time.perf_counter()
    seconds, outcomes = _ask(url, questions, users)
    took = time.perf_counter() - start
    ordered = sorted(seconds)
    return Load(
        batching,
        users,
        len(questions),
        {kind: count for kind, count in outcomes.items() if kind != "200"},
        statistics.median(ordered),
        ordered[math.ceil(0.95 * len(ordered)) - 1],
        len(seconds) / took,
    )


def _end_under_load(folder: Path, questions: Sequence[str]) -> dict[str, Any]:
    """End the server while 32 users ask; returns how it ended, and their replies."""
    with _served(folder, batching=True) as (url, process):
        began = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            asking = pool.submit(_ask, url, questions, 32, began)
            began.wait(120)
            start = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            status = process.wait(90)
            took = time.perf_counter() - start
            said = process.stdout.read() if process.stdout else ""
            _, outcomes = asking.result()
    return {
        "exit status": status,
        "seconds to end": round(took, 2),
        "server": said.strip(),
        "clients": dict(outcomes),
    }


def _line(load: Load) -> str:
    return (
        f"{'batched  ' if load.batching else 'unbatched'} {load.users:3d} users: "
        f"p50 {1000 * load.p50:6.0f} ms  p95 {1000 * load.p95:6.0f} ms  "
        f"{load.per_second:5.1f} answers/s  {sum(load.errors.values())} errors {load.errors or ''}"
    )


if __name__ == "__main__":
    main()
