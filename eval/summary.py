"""The metrics of a suite, with bootstrap intervals, overall and by type of question."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from eval import metrics
from eval.metrics import Bools, Floats
from eval.records import Record
from qa.reliability import calibration_error
from qa.squad_metrics import RIGHT_FROM_F1

RANKS = (1, 3, 5, 10)

_LEVEL = 0.95


class Columns:
    """Records as arrays, one value a question."""

    def __init__(self, records: Sequence[Record]) -> None:
        def floats(value: Callable[[Record], float]) -> Floats:
            return np.array([value(record) for record in records], dtype=np.float64)

        def bools(value: Callable[[Record], bool]) -> Bools:
            return np.array([value(record) for record in records], dtype=np.bool_)

        self.everything = np.ones(len(records), dtype=np.bool_)
        self.em = floats(lambda record: record.em)
        self.f1 = floats(lambda record: record.f1)
        self.guess_em = floats(lambda record: record.guess_em)
        self.guess_f1 = floats(lambda record: record.guess_f1)
        self.confidence = floats(lambda record: record.confidence)
        self.guess_right = self.guess_f1 >= RIGHT_FROM_F1
        self.answerable = bools(lambda record: record.answerable)
        self.answered = bools(lambda record: record.text is not None)
        self.cited = floats(lambda record: float(record.cited or 0))
        self.citable = bools(lambda record: record.cited is not None)
        self.date_right = floats(lambda record: float(record.date_right or 0))
        self.dated = bools(lambda record: record.date_right is not None)
        self.rank = floats(lambda record: record.rank or math.inf)
        self.retrieved = bools(lambda record: record.answerable and record.read is not None)
        self.read = floats(lambda record: record.read or 0)
        self.milliseconds = floats(lambda record: record.milliseconds)


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric of a suite.

    Attributes:
        label: Its name in tables.
        of: Computes it from columns of n questions and weights (..., n); shape (...).
        better: Whether higher or lower values are better.
        unit: Its unit in tables: a share in percent, milliseconds, or a plain number.
        meaning: One sentence for readers of the report.
    """

    label: str
    of: Callable[[Columns, Floats], Floats]
    better: Literal["higher", "lower"]
    unit: Literal["percent", "ms", "number"]
    meaning: str


def _recall(k: int) -> Metric:
    return Metric(
        f"Recall@{k}",
        lambda c, w: metrics.mean((c.rank <= k).astype(np.float64), c.retrieved, w),
        "higher",
        "percent",
        f"Answerable questions with a gold answer among the first {k} passages read.",
    )


METRICS: dict[str, Metric] = {
    "em": Metric(
        "Exact match",
        lambda c, w: metrics.mean(c.em, c.everything, w),
        "higher",
        "percent",
        "As the SQuAD v2.0 script counts: the answer is a gold answer, or rightly none.",
    ),
    "f1": Metric(
        "F1",
        lambda c, w: metrics.mean(c.f1, c.everything, w),
        "higher",
        "percent",
        "As the SQuAD v2.0 script counts: word overlap with the nearest gold answer.",
    ),
    "answerable_em": Metric(
        "Exact match, answerable",
        lambda c, w: metrics.mean(c.em, c.answerable, w),
        "higher",
        "percent",
        "The same over the answerable questions; no answer counts 0.",
    ),
    "answerable_f1": Metric(
        "F1, answerable",
        lambda c, w: metrics.mean(c.f1, c.answerable, w),
        "higher",
        "percent",
        "The same over the answerable questions; no answer counts 0.",
    ),
    "forced_em": Metric(
        "Exact match, forced",
        lambda c, w: metrics.mean(c.guess_em, c.answerable, w),
        "higher",
        "percent",
        "Over the answerable questions, if the best guess had always been given.",
    ),
    "forced_f1": Metric(
        "F1, forced",
        lambda c, w: metrics.mean(c.guess_f1, c.answerable, w),
        "higher",
        "percent",
        "Over the answerable questions, if the best guess had always been given.",
    ),
    "answer_precision": Metric(
        "Answered, precision",
        lambda c, w: metrics.mean(c.answerable.astype(np.float64), c.answered, w),
        "higher",
        "percent",
        "Of the questions that got an answer, those that have one.",
    ),
    "answer_recall": Metric(
        "Answered, recall",
        lambda c, w: metrics.mean(c.answered.astype(np.float64), c.answerable, w),
        "higher",
        "percent",
        "Of the questions that have an answer, those that got one.",
    ),
    "no_answer_precision": Metric(
        "No answer, precision",
        lambda c, w: metrics.mean((~c.answerable).astype(np.float64), ~c.answered, w),
        "higher",
        "percent",
        "Of the questions that got no answer, those that have none.",
    ),
    "no_answer_recall": Metric(
        "No answer, recall",
        lambda c, w: metrics.mean((~c.answered).astype(np.float64), ~c.answerable, w),
        "higher",
        "percent",
        "Of the questions that have no answer, those that got none.",
    ),
    "citation_accuracy": Metric(
        "Citation accuracy",
        lambda c, w: metrics.mean(c.cited, c.citable, w),
        "higher",
        "percent",
        "Answers whose first citation contains a gold answer in an allowed article.",
    ),
    "date_accuracy": Metric(
        "Date accuracy",
        lambda c, w: metrics.mean(c.date_right, c.dated, w),
        "higher",
        "percent",
        "Questions with an ISO date whose answer was put on that date.",
    ),
    **{f"recall@{k}": _recall(k) for k in RANKS},
    "mrr": Metric(
        "MRR",
        lambda c, w: metrics.mean(metrics.reciprocal_ranks(c.rank), c.retrieved, w),
        "higher",
        "number",
        "Mean reciprocal rank of the first passage with a gold answer.",
    ),
    "abstention_auc": Metric(
        "Abstention AUC",
        lambda c, w: metrics.auc(c.confidence, c.answerable, w),
        "higher",
        "number",
        "How often an answerable question gets more confidence than one that is not.",
    ),
    "aurc": Metric(
        "Risk-coverage area",
        lambda c, w: metrics.risk_coverage(c.confidence, c.guess_right, w).area(),
        "lower",
        "number",
        "Mean share of wrong guesses over all thresholds of confidence.",
    ),
    "ece": Metric(
        "Calibration error",
        lambda c, w: calibration_error(c.confidence, c.guess_right, w),
        "lower",
        "number",
        "Expected calibration error over ten equally wide bins: mean gap of confidence and the "
        "share of guesses that are right (F1 of at least one half).",
    ),
    "latency_p50_ms": Metric(
        "Latency, median",
        lambda c, w: metrics.quantile(c.milliseconds, 0.5, w),
        "lower",
        "ms",
        "Time from question to answer.",
    ),
    "latency_p95_ms": Metric(
        "Latency, p95",
        lambda c, w: metrics.quantile(c.milliseconds, 0.95, w),
        "lower",
        "ms",
        "Time that 95 % of the questions did not exceed.",
    ),
    "passages_read": Metric(
        "Passages read",
        lambda c, w: metrics.mean(c.read, c.retrieved, w),
        "lower",
        "number",
        "Mean number of passages read for a question.",
    ),
}


@dataclass(frozen=True, slots=True)
class Value:
    """A metric with its 95 % bootstrap interval; None if no question counts for it."""

    value: float | None
    low: float | None
    high: float | None


def summarise(records: Sequence[Record]) -> dict[str, Value]:
    """Every metric over records, at least one."""
    columns = Columns(records)
    whole = np.ones(len(records))
    drawn: dict[str, list[Floats]] = {name: [] for name in METRICS}
    for weights in metrics.resamples(len(records)):
        for name, metric in METRICS.items():
            drawn[name].append(metric.of(columns, weights))
    return {
        name: Value(
            _number(float(metric.of(columns, whole))), *_bounds(np.concatenate(drawn[name]))
        )
        for name, metric in METRICS.items()
    }


def groups(records: Sequence[Record]) -> Mapping[str, list[Record]]:
    """The records by type of question, the largest group first.

    Questions with a history are counted under their type, and once more as "follow-up".
    """
    by_type: dict[str, list[Record]] = {}
    for record in records:
        by_type.setdefault(record.type, []).append(record)
        if record.history:
            by_type.setdefault("follow-up", []).append(record)
    return dict(sorted(by_type.items(), key=lambda item: -len(item[1])))


def _bounds(values: Floats) -> tuple[float | None, float | None]:
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None
    low, high = np.quantile(known, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
