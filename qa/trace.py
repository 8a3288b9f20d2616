"""The trace of a question: what each step saw and kept, and how long it took."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from index.types import Hit
from qa.ranking.evidence import Candidate, Evidence
from qa.rendering import printable

StepName = Literal["understand", "retrieve", "read", "rank", "resolve", "decide"]


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to understand a question, and what the steps have found for it so far.

    Attributes:
        question: The question in words that stand alone.
        hits: The passages that were retrieved, best first.
        evidence: The spans that the reader proposes in them.
        candidates: The distinct answers, best first.
        confidence: The probability that the best candidate is right.
        natural: Whether a person would have asked it so, so that it can be shown.
        read: How many of the hits, the first ones, were read.
        read_again: How many of these the second reader has read too.
    """

    question: str
    hits: tuple[Hit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    confidence: float = 0.0
    natural: bool = True
    read: int = 0
    read_again: int = 0


@dataclass(slots=True)
class Step:
    """One step of the pipeline.

    Attributes:
        name: Which one.
        kept: The interpretations as they left the step.
        seconds: How long it took.
    """

    name: StepName
    kept: Sequence[Interpretation] = ()
    seconds: float = 0.0


@dataclass(slots=True)
class Trace:
    """The steps of one question, in their order. Each question needs a new one.

    Example:
        >>> from qa import Trace, ask
        >>> trace = Trace()
        >>> answer = ask("when was the Singapore summit", trace=trace)
        >>> [step.name for step in trace.steps]
        ['understand', 'retrieve', 'read', 'rank', 'resolve', 'decide']
        >>> trace.chosen.candidates[0].evidence[0].quote == answer.text
        True

    Attributes:
        on_step: Is told, in the thread that answers, what is about to be done.
        steps: What was done so far.
        chosen: The interpretation that was answered; None before the last step.
    """

    on_step: Callable[[str], None] | None = None
    steps: list[Step] = field(default_factory=list)
    chosen: Interpretation | None = None

    @contextmanager
    def step(self, name: StepName, doing: str = "") -> Iterator[Step]:
        """Record a step; its `kept` is set by who does it.

        Args:
            name: Which one.
            doing: What to tell people that it does.
        """
        if self.on_step is not None and doing:
            self.on_step(doing)
        step = Step(name)
        began = time.perf_counter()
        try:
            yield step
        finally:
            step.seconds = time.perf_counter() - began
            self.steps.append(step)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form: for each step its time and what it kept; no text of an article."""
        return {
            "steps": [
                {
                    "name": step.name,
                    "milliseconds": round(1000 * step.seconds, 3),
                    "interpretations": [_interpretation(kept) for kept in step.kept],
                }
                for step in self.steps
            ],
            "chosen": self.chosen.question if self.chosen else None,
        }

    def lines(self) -> list[str]:
        """The trace for people, a line for each thing that a step kept."""
        lines = []
        for step in self.steps:
            lines.append(f"{step.name}  ({1000 * step.seconds:.0f} ms)")
            for kept in step.kept:
                lines += [f"  {line}" for line in _lines(step.name, kept)]
        return lines


def _interpretation(kept: Interpretation) -> dict[str, Any]:
    return {
        "question": kept.question,
        "hits": [
            {
                "article_id": hit.passage.article_id,
                "start": hit.passage.start,
                "end": hit.passage.end,
                "score": hit.score,
                "similarity": hit.similarity,
                "dense_rank": hit.dense_rank,
                "lexical_rank": hit.lexical_rank,
            }
            for hit in kept.hits
        ],
        "read": kept.read,
        "read_again": kept.read_again,
        "spans": len(kept.evidence),
        "candidates": [
            {
                "text": candidate.evidence[0].quote,
                "score": candidate.score,
                "share": candidate.share,
                "places": len(candidate.evidence),
                "date": str(candidate.date) if candidate.date else None,
            }
            for candidate in kept.candidates[:10]
        ],
        "confidence": kept.confidence,
    }


def _lines(step: StepName, kept: Interpretation) -> list[str]:
    if step == "understand":
        return [printable(kept.question)]
    if step == "retrieve":
        return [
            f"{hit.score:.3f}  cosine {hit.similarity:.2f} (rank {hit.dense_rank or '-'}), "
            f"BM25 rank {hit.lexical_rank or '-'}  {_short(hit.article.title or hit.article.id)}"
            f" [{hit.passage.start}:{hit.passage.end}]"
            for hit in kept.hits
        ]
    if step == "read":
        best = sorted(kept.evidence, key=lambda evidence: -evidence.score)[:5]
        again = f", {kept.read_again} of them by the second reader" if kept.read_again else ""
        said = f"{kept.read} of {len(kept.hits)} passages read{again}"
        return [said, *(f"{evidence.score:+.1f}  {_short(evidence.quote)}" for evidence in best)]
    return [_candidate(candidate) for candidate in kept.candidates[:5]]


def _candidate(candidate: Candidate) -> str:
    date = f"  = {candidate.date}" if candidate.date else ""
    words = _short(candidate.evidence[0].quote)
    return f"{candidate.score:+.1f}  share {candidate.share:.0%}  {words}{date}"


def _short(text: str) -> str:
    line = printable(text)
    return line if len(line) <= 80 else f"{line[:79]}…"
