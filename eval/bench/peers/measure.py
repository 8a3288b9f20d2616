"""Measure systems over one corpus, in turn."""

import hashlib
import json
import math
import os
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eval.bench.peers.corpus import Corpus
from eval.bench.peers.process import Process, Spec, busy_seconds
from eval.bench.peers.wire import Guess
from eval.suites import Question

BLOCK = 20
"""Questions that one system answers before the next one takes its turn."""

COLD_STARTS = 3

Tell = Callable[[str], None]
"""Called with a line for each step."""


@dataclass(slots=True)
class Load:
    """The load of the machine while a system was timed.

    Attributes:
        seconds: Seconds timed so far.
        others: CPU seconds that other processes used in that time; NaN if unknown.
        average: The highest load average over one minute.
    """

    seconds: float = 0.0
    others: float = 0.0
    average: float = 0.0

    def share_of_others(self) -> float:
        """The share of all cores that went to other processes, in [0, 1]."""
        cores = os.cpu_count() or 1
        share = self.others / (self.seconds * cores) if self.seconds else 0.0
        return share if math.isnan(share) else max(0.0, share)


@dataclass(slots=True)
class Outcome:
    """The measurements of one system; lists hold one value a question.

    Attributes:
        spec: The system.
        index_seconds: Seconds to load the models, index and store all paragraphs.
        index_cpu: CPU seconds of all threads in that time.
        index_memory: Peak memory of the process that indexed, in bytes.
        cold_starts: Seconds from no process to the first answer over the stored index.
        guesses: The best answers.
        seconds: Seconds of each answer.
        cpu: CPU seconds of all threads for each answer.
        ranked: Ids of the retrieved paragraphs, best first.
        without: The best answers after the articles that answer were removed.
        memory: Peak memory of the process that answered, in bytes.
        indexing: The load while indexing.
        answering: The load while answering.
    """

    spec: Spec
    index_seconds: float = 0.0
    index_cpu: float = 0.0
    index_memory: int = 0
    cold_starts: list[float] = field(default_factory=list)
    guesses: list[Guess] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    ranked: list[list[str]] = field(default_factory=list)
    without: list[Guess] = field(default_factory=list)
    memory: int = 0
    indexing: Load = field(default_factory=Load)
    answering: Load = field(default_factory=Load)


def measure(
    specs: Sequence[Spec],
    corpus: Corpus,
    folder: Path,
    tell: Tell = lambda _: None,
    *,
    unanswered: bool = True,
) -> list[Outcome]:
    """Measure systems: index, start, answer, and answer without the articles that answer.

    Args:
        specs: The systems.
        corpus: The paragraphs that they index, and the questions.
        folder: Folder of their indexes. An index that exists is not built again; the measurements
            of its building are read from the folder.
        tell: Called with a line for each step.
        unanswered: Also ask everything after the articles that answer were removed.

    Raises:
        UserError: If a system fails.
    """
    outcomes = [Outcome(spec) for spec in specs]
    folders = [folder / _fingerprint(spec, corpus) for spec in specs]
    for outcome, place in zip(outcomes, folders, strict=True):
        tell(f"{outcome.spec.name}: indexing {len(corpus.paragraphs):,} paragraphs")
        _index(outcome, corpus, place)
        tell(f"{outcome.spec.name}: indexed in {outcome.index_seconds:.0f} s")
    for number in range(COLD_STARTS):
        for outcome, place in zip(outcomes, folders, strict=True):
            tell(f"{outcome.spec.name}: cold start {number + 1} of {COLD_STARTS}")
            _cold_start(outcome, corpus.questions[0], place)
    # A system may remove on disk, and the indexes may be kept.
    copies = [place.with_suffix(".copy") for place in folders]
    for place, copy in zip(folders, copies, strict=True):
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(place, copy)
    with ExitStack() as stack:
        running = [
            stack.enter_context(Process(outcome.spec, place))
            for outcome, place in zip(outcomes, copies, strict=True)
        ]
        _answer(outcomes, running, corpus.questions, tell)
        for outcome, process in zip(outcomes, running, strict=True) if unanswered else ():
            tell(f"{outcome.spec.name}: without the articles that answer")
            process.request("remove", ids=corpus.gold_articles)
            for question in corpus.questions:
                guess, _ = _ask(process, question)
                outcome.without.append(guess)
    for copy in copies:
        shutil.rmtree(copy)
    return outcomes


def _fingerprint(spec: Spec, corpus: Corpus) -> str:
    """A name for the index of a system over a corpus."""
    content = json.dumps([asdict(spec), [asdict(paragraph) for paragraph in corpus.paragraphs]])
    return f"{spec.module}-{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _index(outcome: Outcome, corpus: Corpus, folder: Path) -> None:
    record = folder.with_suffix(".json")
    if record.exists():
        made = json.loads(record.read_text())
        outcome.index_seconds, outcome.index_cpu, outcome.index_memory, load = made
        outcome.indexing = Load(**load)
        return
    # Remains of a run that was stopped.
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    paragraphs = [
        (paragraph.id, paragraph.title, paragraph.text) for paragraph in corpus.paragraphs
    ]
    with Process(outcome.spec, folder) as process:
        reply = _timed(process, outcome.indexing, "index", paragraphs=paragraphs)
        outcome.index_seconds, outcome.index_cpu = reply["seconds"], reply["cpu"]
        outcome.index_memory = process.request("memory")["bytes"]
    numbers = [outcome.index_seconds, outcome.index_cpu, outcome.index_memory]
    made = [*numbers, asdict(outcome.indexing)]
    record.write_text(json.dumps(made))


def _cold_start(outcome: Outcome, question: Question, folder: Path) -> None:
    began = time.perf_counter()
    with Process(outcome.spec, folder) as process:
        process.request("open")
        _ask(process, question)
        outcome.cold_starts.append(time.perf_counter() - began)


def _answer(
    outcomes: Sequence[Outcome],
    running: Sequence[Process],
    questions: Sequence[Question],
    tell: Tell,
) -> None:
    pairs = list(zip(outcomes, running, strict=True))
    for _, process in pairs:
        process.request("open")
        # Warm-up: threads, caches and kernels are set up on first use.
        for question in questions[:5]:
            _ask(process, question)
    done = 0
    for first in range(0, len(questions), BLOCK):
        block = questions[first : first + BLOCK]
        for outcome, process in pairs:
            for question in block:
                reply = _timed(process, outcome.answering, "answer", question=question.question)
                outcome.guesses.append(Guess(reply["text"], reply["score"]))
                outcome.seconds.append(reply["seconds"])
                outcome.cpu.append(reply["cpu"])
        done += len(block)
        tell(f"{done} of {len(questions)} questions answered by all")
    for outcome, process in pairs:
        # The peak while answering, before retrieving alone and removing.
        outcome.memory = process.request("memory")["bytes"]
        for question in questions:
            outcome.ranked.append(process.request("retrieve", question=question.question)["ids"])


def _ask(process: Process, question: Question) -> tuple[Guess, float]:
    reply = process.request("answer", question=question.question)
    return Guess(reply["text"], reply["score"]), reply["seconds"]


def _timed(process: Process, load: Load, do: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401
    """Request something and note what the rest of the machine did in the meantime."""
    before, began = busy_seconds(), time.perf_counter()
    reply = process.request(do, **arguments)
    after = busy_seconds()
    load.seconds += time.perf_counter() - began
    known = before is not None and after is not None
    # The clock of the whole machine ticks coarsely, so only the sum over many requests counts.
    load.others += (after or 0.0) - (before or 0.0) - reply["cpu"] if known else float("nan")
    load.average = max(load.average, os.getloadavg()[0])
    return reply
