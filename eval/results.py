"""results.json: written after a run, read again as the baseline of a later one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter, ValidationError

from eval.metrics import paired_p_value
from eval.records import Record
from eval.summary import Value, groups, summarise
from index.errors import UserError

Passages = Literal["collection", "gold", "all"]

SIGNIFICANT = 0.05


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """One suite after its run.

    Attributes:
        name: The suite's name.
        passages: Where the passages came from: a collection, the gold paragraph of each
            question, or all paragraphs of the file.
        records: One of each question, in order.
        values: The metrics over all records.
        types: The number of questions and the metrics, by type of question.
    """

    name: str
    passages: Passages
    records: tuple[Record, ...]
    values: Mapping[str, Value]
    types: Mapping[str, tuple[int, Mapping[str, Value]]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric over the questions of both runs, before and now, in [0, 1]."""

    before: float
    now: float
    p_value: float

    @property
    def is_loss(self) -> bool:
        """True if it is significantly worse."""
        return self.now < self.before and self.p_value < SIGNIFICANT


@dataclass(frozen=True, slots=True)
class Comparison:
    """A suite beside its baseline.

    Attributes:
        name: The suite's name.
        shared: Number of questions that both runs asked.
        added: Number of questions that only this run asked.
        gone: Number of questions that only the baseline asked.
        differences: By metric: "em" and "f1".
        changes: The shared questions that got another answer or date, before and now, the
            largest loss of F1 first.
    """

    name: str
    shared: int
    added: int
    gone: int
    differences: Mapping[str, Difference]
    changes: tuple[tuple[Record, Record], ...]

    @property
    def is_loss(self) -> bool:
        """True if a metric is significantly worse."""
        return any(difference.is_loss for difference in self.differences.values())


@dataclass(frozen=True, slots=True)
class _SavedSuite:
    records: tuple[Record, ...]


@dataclass(frozen=True, slots=True)
class _Saved:
    suites: dict[str, _SavedSuite]


_SAVED = TypeAdapter(_Saved)


def result(name: str, passages: Passages, records: Sequence[Record]) -> SuiteResult:
    """Compute the metrics of a suite's records, at least one."""
    # A reader alone states no confidence that could be wrong.
    without = {"ece"} if passages == "gold" else set[str]()

    def values(of: Sequence[Record]) -> dict[str, Value]:
        return {**summarise(of), **dict.fromkeys(without, Value(None, None, None))}

    types = {kind: (len(group), values(group)) for kind, group in groups(records).items()}
    return SuiteResult(name, passages, tuple(records), values(records), types)


def write(results: Sequence[SuiteResult], path: Path) -> None:
    """Write results.json: `{"suites": {NAME: {"em": 0-1, ..., "records": [...]}}}`.

    Raises:
        UserError: If it cannot be written.
    """
    document = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": installed_version(),
        "suites": {suite.name: _suite_json(suite) for suite in results},
    }
    write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a file of a run.

    Raises:
        UserError: If it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error


def read(path: Path) -> dict[str, tuple[Record, ...]]:
    """The records of each suite of a results.json.

    Raises:
        UserError: If it cannot be read or is something else.
    """
    try:
        saved = _SAVED.validate_json(path.read_bytes(), strict=True)
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UserError(f"{path}: not a results.json: {field}: {first['msg']}") from error
    return {name: suite.records for name, suite in saved.suites.items()}


def compare(suite: SuiteResult, baseline: Sequence[Record]) -> Comparison:
    """Pair a suite with its baseline, question by question.

    Raises:
        UserError: If they have no question in common.
    """
    before = {record.id: record for record in baseline}
    pairs = [(before[now.id], now) for now in suite.records if now.id in before]
    if not pairs:
        raise UserError(f"suite {suite.name}: the baseline has none of its questions")
    differences = {
        "em": _difference([(old.em, now.em) for old, now in pairs]),
        "f1": _difference([(old.f1, now.f1) for old, now in pairs]),
    }
    changes = [(old, now) for old, now in pairs if (old.text, old.date) != (now.text, now.date)]
    changes.sort(key=lambda pair: pair[1].f1 - pair[0].f1)
    return Comparison(
        suite.name,
        len(pairs),
        len(suite.records) - len(pairs),
        len(before) - len(pairs),
        differences,
        tuple(changes),
    )


def installed_version() -> str:
    """The version of article-qa, or "unknown" in a checkout that was never installed."""
    try:
        return version("article-qa")
    except PackageNotFoundError:
        return "unknown"


def _difference(scores: Sequence[tuple[float, float]]) -> Difference:
    old, now = np.array(scores, dtype=np.float64).T
    return Difference(float(old.mean()), float(now.mean()), paired_p_value(now - old))


def _suite_json(suite: SuiteResult) -> dict[str, Any]:
    return {
        "passages": suite.passages,
        **_values_json(len(suite.records), suite.values),
        "types": {kind: _values_json(*group) for kind, group in suite.types.items()},
        "records": [asdict(record) for record in suite.records],
    }


def _values_json(questions: int, values: Mapping[str, Value]) -> dict[str, Any]:
    return {
        "questions": questions,
        **{name: value.value for name, value in values.items()},
        "intervals": {
            name: [value.low, value.high] for name, value in values.items() if value.low is not None
        },
    }
