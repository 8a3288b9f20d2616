"""The peers' table: statistics of outcomes, and their ratios to one of them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np

from eval.bench.peers.corpus import Corpus
from eval.bench.peers.measure import Outcome
from eval.metrics import Floats, auc, mean, paired_p_value, quantile, resamples
from qa.squad_metrics import exact_match, f1

_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Statistics:
    """The numbers of one system; shares are in percent, `f1s` has one value a question."""

    name: str
    em: float
    f1: float
    f1_low: float
    f1_high: float
    recall: float
    abstention: float
    p50: float
    p95: float
    cpu: float
    indexed: float
    indexed_cpu: float
    cold_start: float
    memory: float
    index_memory: float
    others_answering: float
    others_indexing: float
    load: float
    f1s: Floats


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; with `ratio`, each value is also shown relative to the reference."""

    label: str
    value: Callable[[Statistics], float]
    digits: int = 1
    ratio: bool = False


ROWS = (
    Row("EM", lambda system: system.em),
    Row("F1", lambda system: system.f1),
    Row("F1, 95 % from", lambda system: system.f1_low),
    Row("F1, 95 % to", lambda system: system.f1_high),
    Row("gold paragraph among the first 10, %", lambda system: system.recall),
    Row("abstention AUC", lambda system: system.abstention, 3),
    Row("ms per question, p50", lambda system: system.p50, 0, ratio=True),
    Row("ms per question, p95", lambda system: system.p95, 0, ratio=True),
    Row("CPU ms per question, p50", lambda system: system.cpu, 0, ratio=True),
    Row("paragraphs indexed per second", lambda system: system.indexed, 1, ratio=True),
    Row("paragraphs indexed per CPU second", lambda system: system.indexed_cpu, 1, ratio=True),
    Row("cold start to first answer, s", lambda system: system.cold_start, 2, ratio=True),
    Row("peak memory answering, MB", lambda system: system.memory, 0, ratio=True),
    Row("peak memory indexing, MB", lambda system: system.index_memory, 0, ratio=True),
    Row("CPU taken by others while answering, %", lambda system: system.others_answering),
    Row("CPU taken by others while indexing, %", lambda system: system.others_indexing),
    Row("load average, highest", lambda system: system.load),
)


def statistics(outcome: Outcome, corpus: Corpus) -> Statistics:
    """The numbers of one system over its corpus."""
    golds = [question.answers for question in corpus.questions]
    texts = [guess.text or "" for guess in outcome.guesses]
    f1s = np.array([f1(text, gold) for text, gold in zip(texts, golds, strict=True)])
    ems = np.array([exact_match(text, gold) for text, gold in zip(texts, golds, strict=True)])
    everyone = np.ones(len(golds), dtype=np.bool_)
    drawn = [mean(f1s, everyone, block) for block in resamples(len(golds))]
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
    gold_ranked = [
        question.articles[0] in ranked[:10]
        for question, ranked in zip(corpus.questions, outcome.ranked, strict=True)
    ]
    milliseconds = 1000 * np.array(outcome.seconds)
    once = np.ones(len(golds))
    return Statistics(
        name=outcome.spec.name,
        em=100 * float(ems.mean()),
        f1=100 * float(f1s.mean()),
        f1_low=100 * float(low),
        f1_high=100 * float(high),
        recall=100 * float(np.mean(gold_ranked)),
        abstention=abstention_auc(outcome),
        p50=float(quantile(milliseconds, 0.5, once)),
        p95=float(quantile(milliseconds, 0.95, once)),
        cpu=1000 * float(quantile(np.array(outcome.cpu), 0.5, once)),
        indexed=len(corpus.paragraphs) / outcome.index_seconds,
        indexed_cpu=len(corpus.paragraphs) / outcome.index_cpu,
        cold_start=median(outcome.cold_starts),
        memory=outcome.memory / _MEGABYTE,
        index_memory=outcome.index_memory / _MEGABYTE,
        others_answering=100 * outcome.answering.share_of_others(),
        others_indexing=100 * outcome.indexing.share_of_others(),
        load=max(outcome.answering.average, outcome.indexing.average),
        f1s=f1s,
    )


def abstention_auc(outcome: Outcome) -> float:
    """The AUC of scores of questions with their articles against the same ones without.

    It is the probability that a question with its article scores higher than a question whose
    article has been removed.
    """
    scores = [guess.score for guess in [*outcome.guesses, *outcome.without]]
    answerable = np.arange(len(scores)) < len(outcome.guesses)
    return float(auc(np.array(scores), answerable, np.ones(len(scores))))


def table(systems: Sequence[Statistics], reference: Statistics) -> str:
    """The systems side by side, as an aligned Markdown table.

    Args:
        systems: The columns.
        reference: The system that ratios refer to.
    """
    lines = [["", *(system.name for system in systems)]]
    for row in ROWS:
        lines.append([row.label, *(_cell(row, system, reference) for system in systems)])
        if row.label == "F1":
            values = (_p_value(system, reference) for system in systems)
            lines.append([f"p of the difference in F1 to {reference.name}", *values])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in [lines[0], rule, *lines[1:]]
    )


def _cell(row: Row, system: Statistics, reference: Statistics) -> str:
    value = row.value(system)
    if math.isnan(value):
        return "unknown"
    text = f"{value:,.{row.digits}f}"
    if row.ratio and system is not reference:
        text += f" (x{value / row.value(reference):.2f})"
    return text


def _p_value(system: Statistics, reference: Statistics) -> str:
    if system is reference:
        return "-"
    return f"{paired_p_value(system.f1s - reference.f1s):.4f}"
