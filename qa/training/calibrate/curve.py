"""The cost of reading less: the quality of answers, and their agreement with full reading."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from typing import NamedTuple

import numpy as np

from qa.reading.cascade import Reading, Stages
from qa.reliability import calibration_error
from qa.squad_metrics import RIGHT_FROM_F1, f1
from qa.training.calibrate.stopping import Candidates, Read, outcome, replay

FACTORS = (0.0, 0.5, 1.0, 2.0, 4.0)
"""What the limit is multiplied with; 0 reads everything but passages that do not contend."""


class Question(NamedTuple):
    """A question that was read for, and its answers; none where nothing answers it."""

    read: Read
    golds: Sequence[str]


def curve(questions: Sequence[Question], stages: Stages, candidates: Candidates) -> list[str]:
    """The table of the model card about reading less, in Markdown.

    Args:
        questions: Of the reporting half.
        stages: Two readers with their rules.
        candidates: Makes answers of what was read.
    """
    from sklearn.metrics import roc_auc_score

    rows = [("everything", replace(stages, rules=None))]
    rows += [(f"limit x {factor:g}", _with_limit(stages, factor)) for factor in FACTORS]
    lines = [
        "The full reading was the teacher on the choosing half. On the other half, at the limit "
        "that was taken (x 1) and beside them; same: answers, dates and contradictions that are "
        "those of the full reading.",
        "",
        "| | passages read | read again | same | F1 | AUC | calibration error |",
        "|---|---|---|---|---|---|---|",
    ]
    full = [
        _outcome(question, replay(rows[0][1], question.read), stages, candidates)
        for question in questions
    ]
    for label, tried in rows:
        readings = [replay(tried, question.read) for question in questions]
        seen = [
            _outcome(question, reading, stages, candidates)
            for question, reading in zip(questions, readings, strict=True)
        ]
        earned = np.array([result[1] for result in seen])
        sure = np.array([result[2] for result in seen])
        answerable = np.array([bool(question.golds) for question in questions])
        same = fmean(
            result[0] == full_result[0] for result, full_result in zip(seen, full, strict=True)
        )
        area = roc_auc_score(answerable, sure) if 0 < answerable.sum() < len(sure) else np.nan
        error = float(calibration_error(sure, earned >= RIGHT_FROM_F1))
        lines.append(
            f"| {label} | {fmean(reading.read for reading in readings):.1f} "
            f"| {fmean(reading.again for reading in readings):.2f} | {same:.1%} "
            f"| {100 * earned[answerable].mean():.1f} | {area:.3f} | {error:.3f} |"
        )
    return lines


def _outcome(
    question: Question, reading: Reading, stages: Stages, candidates: Candidates
) -> tuple[object, float, float]:
    """The outcome that people see, its F1 and its confidence."""
    made = candidates(question.read, reading.evidence)
    seen = outcome(made, stages.calibration)
    if not made:
        return seen, 0.0, 0.0
    earned = f1(made[0].evidence[0].quote, question.golds) if question.golds else 0.0
    return seen, earned, stages.calibration.probability(made[0])


def _with_limit(stages: Stages, factor: float) -> Stages:
    rules = stages.rules
    if rules is None:
        return stages
    more = replace(rules.more, limit=min(1.0, factor * rules.more.limit))
    return replace(stages, rules=replace(rules, more=more))
