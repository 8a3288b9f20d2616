"""Fitting the rules of when to stop reading, with the full reading as their teacher."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from index.types import Hit, Passage
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Candidate, Evidence
from qa.reading.adaptive import (
    ROUNDS,
    Features,
    Odds,
    Rules,
    features,
    needs_everything,
    passages,
)
from qa.reading.base import Request
from qa.reading.cascade import Cascade, Reading, Stages
from qa.settings import CONTRADICTION_SHARE
from qa.squad_metrics import normalise
from qa.types import Span

SAME = (0.99, 0.995)
"""Shares of the choosing half whose answer has to stay that of the full reading: with only the
passages that contend for the second reader; with fewer for the first, too. What is asked of the
other half is 0.98."""

MARGINS = (4.0, 5.0, 6.0, 8.0, 10.0, 12.0)
"""What is tried. Below four logits two passages are too near for few questions to tell apart."""

_FOLDS = 8

ALWAYS = Odds(0.0, {}, 0.0)
"""More is always read."""

EVERYTHING = 1e9


class Read(NamedTuple):
    """The hits of a question, and the evidence of each of two readers in all of them.

    Attributes:
        question: In words.
        group: The file and article that it was written for; folds never split one.
        hits: The passages, best first.
        readings: Of each reader.
    """

    question: str
    group: str
    hits: Sequence[Hit]
    readings: tuple[Sequence[Evidence], ...]


Candidates = Callable[[Read, Sequence[Evidence]], Sequence[Candidate]]
"""The answers, best first, that are made of what was read."""


class Replayed:
    """A reader that says again what it has said of the passages of one question."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._spans: dict[Passage, list[Span]] = {}
        for place in evidence:
            self._spans.setdefault(place.hit.passage, []).append(place.span)

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        """As `Reader.read_many`, of requests with one passage each."""
        return [self._spans.get(passage, [])[:per_passage] for _, [(_, passage)] in requests]


def replay(stages: Stages, asked: Read) -> Reading:
    """The reading of some stages for a question, by their rules."""
    said = {
        stage.model: Replayed(evidence)
        for stage, evidence in zip(stages.stages, asked.readings, strict=True)
    }
    cascade = Cascade(stages, lambda stage: said[stage.model])
    return cascade.read(asked.question, asked.hits)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The parts of an answer that people see.

    Attributes:
        answer: Its words, normalised; None where it is not given.
        date: What it means on the calendar.
        others: What else is likely enough to be shown as a contradiction.
    """

    answer: str | None
    date: str
    others: frozenset[str]


def outcome(candidates: Sequence[Candidate], calibration: Calibration) -> Outcome:
    """The outcome of these candidates."""
    likely = [
        (normalise(candidate.evidence[0].quote), calibration.probability(candidate))
        for candidate in candidates[:5]
    ]
    if not likely or likely[0][1] < calibration.threshold:
        return Outcome(None, "", frozenset())
    against = CONTRADICTION_SHARE * calibration.threshold
    others = frozenset(words for words, probability in likely[1:] if probability >= against)
    return Outcome(likely[0][0], str(candidates[0].date or ""), others)


def fit_rules(asked: Sequence[Read], stages: Stages, candidates: Candidates) -> Rules:
    """The rules that read least while answers stay those of the full reading.

    Args:
        asked: Questions of the choosing half.
        stages: Two readers, and the calibration of their full reading.
        candidates: Makes answers of what was read.
    """
    asked = [read for read in asked if read.hits and not needs_everything(read.question)]
    if not asked:
        return Rules(ALWAYS, EVERYTHING)
    teacher = _Teacher(asked, stages, candidates)
    tried = (Rules(ALWAYS, margin) for margin in MARGINS)
    enough = (rules for rules in tried if teacher.same(rules) >= SAME[0])
    rules = next(enough, Rules(ALWAYS, EVERYTHING))
    return replace(rules, more=_fit_more(teacher, rules))


class _Teacher:
    """Knows what the full reading answers, and compares."""

    def __init__(self, asked: Sequence[Read], stages: Stages, candidates: Candidates) -> None:
        self.asked = asked
        self.stages = stages
        self._candidates = candidates
        full = replace(stages, rules=None)
        self._known: dict[tuple[int, frozenset[Passage]], Outcome] = {}
        self._full = [
            self._outcome(number, replay(full, question)) for number, question in enumerate(asked)
        ]

    def reading(self, number: int, rules: Rules, read: int | None = None) -> Reading:
        """The reading by these rules; of only the first `read` passages, if given."""
        question = self.asked[number]
        if read is not None:
            question = question._replace(hits=question.hits[:read])
        return replay(replace(self.stages, rules=rules), question)

    def is_same(self, number: int, reading: Reading) -> bool:
        """Return whether a reading has the outcome of the full one."""
        return self._outcome(number, reading) == self._full[number]

    def same(self, rules: Rules) -> float:
        """The share of questions whose outcome is that of the full reading."""
        numbers = range(len(self.asked))
        return float(np.mean([self.is_same(n, self.reading(n, rules)) for n in numbers]))

    def _outcome(self, number: int, reading: Reading) -> Outcome:
        # The same passages by the same readers give the same answers.
        read = frozenset(place.hit.passage for place in reading.evidence)
        key = number, read
        if key not in self._known:
            made = self._candidates(self.asked[number], reading.evidence)
            self._known[key] = outcome(made, self.stages.calibration)
        return self._known[key]


def _fit_more(teacher: _Teacher, rules: Rules) -> Odds:
    """Return whether reading on after some passages changes the outcome."""
    worth = teacher.stages.choosing[0].retrieval
    seen: list[Features] = []
    changed: list[bool] = []
    places: list[tuple[int, int]] = []  # the question's number, and how many were read
    for number, question in enumerate(teacher.asked):
        for count in ROUNDS:
            if count < len(question.hits):
                read = {hit.passage for hit in question.hits[:count]}
                first = [place for place in question.readings[0] if place.hit.passage in read]
                seen.append(features(passages(first, question.hits, count, worth)))
                changed.append(not teacher.is_same(number, teacher.reading(number, rules, count)))
                places.append((number, count))
    groups = [teacher.asked[number].group for number, _ in places]
    odds, crossed = _regression(seen, changed, groups)

    def same(limit: float) -> float:
        """The share of questions that stop where nothing changes, by what folds say of others."""
        stopped: dict[int, bool] = {}
        for (number, _), likely, change in zip(places, crossed, changed, strict=True):
            if likely <= limit:
                stopped.setdefault(number, change)
        return 1.0 - sum(stopped.values()) / len(teacher.asked)

    return replace(odds, limit=_highest(crossed, same, SAME[1]))


def _regression(
    seen: Sequence[Features], changed: Sequence[bool], groups: Sequence[str]
) -> tuple[Odds, Sequence[float]]:
    """The odds, with a limit of 0, and what folds that did not see a question say of it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    if len(set(changed)) < 2 or len(set(groups)) < 2:
        return ALWAYS, [1.0] * len(seen)  # nothing to learn from: read everything
    names = list(seen[0])
    table = np.array([[row[name] for name in names] for row in seen])
    # Features lie on scales of their own; what the penalty sees must not depend on these.
    centre, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
    scaled = (table - centre) / spread
    model = LogisticRegression(C=1.0)
    target = np.array(changed)
    folds = GroupKFold(min(_FOLDS, len(set(groups))))
    try:
        crossed = cross_val_predict(
            model, scaled, target, groups=groups, cv=folds, method="predict_proba"
        )[:, 1]
    except ValueError:  # A fold without a change.
        return ALWAYS, [1.0] * len(seen)
    model.fit(scaled, target)
    weights = model.coef_[0] / spread
    bias = float(model.intercept_[0] - (weights * centre).sum())
    return Odds(bias, dict(zip(names, map(float, weights), strict=True)), 0.0), crossed.tolist()


def _highest(likely: Sequence[float], same: Callable[[float], float], wanted: float) -> float:
    """The highest limit that keeps enough answers the same; 0 if none does."""
    tried = sorted(
        {float(f"{probability:.2g}") for probability in likely if probability < 1.0}, reverse=True
    )
    return next((limit for limit in tried if same(limit) >= wanted), 0.0)
