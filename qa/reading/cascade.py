"""One reader, or two one after the other: the second reads again what looks best to the first.

`qa.reading.adaptive` says when enough is read.
"""

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from index.types import Hit, Passage
from qa.question.answer_type import answer_type_of
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Evidence, weigh
from qa.reading.adaptive import RULES, Rules, contenders, needed, needs_everything, read_enough
from qa.reading.base import Reader
from qa.settings import SETTINGS, Settings

DEFAULT_READER = "cascade"
BUNDLED_READERS = "small", "base", "cascade"


@dataclass(frozen=True, slots=True)
class Stage:
    """A reader, and how many of the passages that the one before has read it reads.

    Attributes:
        model: A folder that `article-qa train export` wrote, or a question-answering model of
            transformers, by name or folder.
        passages: How many; None for all.
        first_weight: What the scores of the reader before weigh in the mean of both, in [0, 1].
    """

    model: str
    passages: int | None = None
    first_weight: float = 0.0

    def load(self) -> Reader:
        """The reader itself, loaded anew.

        Raises:
            UserError: If the model cannot be loaded.
        """
        from qa.reading import onnx

        return onnx.Reader(self.model)


@dataclass(frozen=True, slots=True)
class Stages:
    """The readers of a question by name, in their order, and what their scores are worth.

    Attributes:
        stages: At least one. The spans of the last one count, with the scores of the one before
            averaged in.
        calibration: Turns the scores into probabilities.
        choosing: The same for each stage but the last, for choosing what the next one reads.
        rules: When two readers have read enough; None reads everything.
    """

    stages: tuple[Stage, ...]
    calibration: Calibration
    choosing: tuple[Calibration, ...] = ()
    rules: Rules | None = None


class Reading(NamedTuple):
    """The evidence of some passages, and how many were read for it.

    Attributes:
        evidence: The spans that the readers propose.
        read: How many of the passages, the first ones, the first reader has read.
        again: How many of them the other readers have read.
    """

    evidence: list[Evidence]
    read: int
    again: int = 0


def reader_name(name: str | None) -> str:
    """The reader that is meant: `name`, or what `QA_READER` names, or else the default."""
    return name or os.environ.get("QA_READER") or DEFAULT_READER


def stages_of(name: str | None) -> Stages:
    """The stages that a reader's name stands for. No model is loaded yet.

    Args:
        name: `small`, `base` or `cascade`, which are bundled; a folder that `article-qa train
            export` wrote; or a question-answering model of transformers, by name or folder. A
            model without a `calibration.json` of its own has the calibration of `base`, and its
            confidence is called uncalibrated.

    Raises:
        UserError: If a folder's manifest cannot be read.
    """
    name = reader_name(name)
    folder = BUNDLED_MODELS / name if name in BUNDLED_READERS else Path(name)
    manifest = _manifest(folder)
    if manifest.get("kind") != "cascade":
        return Stages((Stage(str(folder)),), _calibration(folder))
    first, second = ((folder / reader).resolve() for reader in manifest["readers"])
    return Stages(
        (Stage(str(first)), Stage(str(second), manifest["passages"], manifest["first_weighs"])),
        _calibration(folder),
        (_calibration(first),),
        Rules.load(folder / RULES) if (folder / RULES).is_file() else None,
    )


class Cascade:
    """Reads the passages of a question with the readers of some stages.

    Example:
        >>> from qa.reading.cascade import Cascade, stages_of
        >>> len(Cascade(stages_of("cascade")).stages.stages)
        2

    Attributes:
        stages: The readers' names and worth.
    """

    def __init__(
        self,
        stages: Stages,
        load: Callable[[Stage], Reader] = Stage.load,
        settings: Settings = SETTINGS,
    ) -> None:
        """Prepare; the models load with the first question.

        Args:
            stages: What to read with.
            load: Gives the reader of a stage, so that several cascades can share it.
            settings: How many spans of a passage are looked at.
        """
        self.stages = stages
        self._load = load
        self._settings = settings
        self._lock = Lock()
        self._readers: dict[int, Reader] = {}

    @classmethod
    def of_reader(cls, reader: Reader, calibration: Calibration | None = None) -> "Cascade":
        """A cascade of one loaded reader.

        Args:
            reader: Does all of the reading.
            calibration: What was fitted on it. None takes that of `base`, and a confidence is
                called uncalibrated.
        """
        if calibration is None:
            calibration = replace(_calibration(BUNDLED_MODELS / "base"), fitted=None)
        return cls(Stages((Stage(type(reader).__name__),), calibration), lambda _: reader)

    def wrapped(self, wrap: Callable[[Reader], Reader]) -> "Cascade":
        """The same cascade with each of its readers wrapped."""
        return Cascade(self.stages, lambda stage: wrap(self._load(stage)), self._settings)

    def reader(self, number: int) -> Reader:
        """One of the readers; it is loaded when it is first needed.

        Raises:
            UserError: If the model cannot be loaded.
        """
        with self._lock:
            if number not in self._readers:
                self._readers[number] = self._load(self.stages.stages[number])
            return self._readers[number]

    @property
    def readers(self) -> tuple[Reader, ...]:
        """All readers, in their order.

        Raises:
            UserError: If a model cannot be loaded.
        """
        return tuple(self.reader(number) for number in range(len(self.stages.stages)))

    def read(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The spans that the readers propose in these passages, one reader after the other."""
        return self.reread(question, hits, self.first(question, hits))

    def each(self, question: str, hits: Sequence[Hit]) -> tuple[list[Evidence], ...]:
        """The spans that each of the readers alone proposes in all of these passages."""
        numbers = range(len(self.stages.stages))
        return tuple(self._read(number, question, hits) for number in numbers)

    def first(self, question: str, hits: Sequence[Hit]) -> Reading:
        """The spans that the first reader proposes, in as many passages as it takes."""
        rules = self._rules(question)
        if rules is None or not hits:
            return Reading(self._read(0, question, hits), len(hits))
        worth = self.stages.choosing[0].retrieval
        return Reading(
            *read_enough(
                lambda some: self._read(0, question, some),
                hits,
                rules,
                worth,
                least=needed(question, hits),
            )
        )

    def reread(
        self, question: str, hits: Sequence[Hit], reading: Reading, interpretations: int = 1
    ) -> Reading:
        """Let each further reader read what looks best to the one before, and average the scores.

        Args:
            question: As for `first`.
            hits: As for `first`.
            reading: What `first` returned; with one reader it is returned as it is.
            interpretations: Of so many interpretations of a question this is one. They share the
                number of passages, so that a follow-up takes little longer than a plain question.
        """
        rules = self._rules(question)
        for number, stage in enumerate(self.stages.stages[1:], start=1):
            worth = self.stages.choosing[number - 1].retrieval
            if stage.passages is not None:
                count = math.ceil(stage.passages / interpretations)
                hits = most_promising(hits, reading.evidence, worth, count)
            if rules is not None and hits:
                first = [place for place in reading.evidence if place.hit in hits]
                hits = contenders(first, hits, rules, worth)
            again = average(
                reading.evidence, self._read(number, question, hits), stage.first_weight
            )
            reading = Reading(again, reading.read, len(hits))
        return reading

    def _rules(self, question: str) -> Rules | None:
        """None where everything is to be read."""
        wanted = self._settings.adaptive and len(self.stages.stages) == 2
        return self.stages.rules if wanted and not needs_everything(question) else None

    def _read(self, number: int, question: str, hits: Sequence[Hit]) -> list[Evidence]:
        """The evidence that the reader of this number proposes."""
        if not hits:
            return []
        settings = self._settings
        of_a_list = answer_type_of(question) == "list"
        spans = self.reader(number).read_many(
            [(question, [(hit.article, hit.passage)]) for hit in hits],
            settings.spans_of_a_list if of_a_list else settings.spans_per_passage,
        )
        return [
            Evidence(span, hit.article.text[span.start : span.end], hit, span.score)
            for hit, of_hit in zip(hits, spans, strict=True)
            for span in of_hit
        ]


def most_promising(
    hits: Sequence[Hit], evidence: Sequence[Evidence], retrieval: float, count: int
) -> list[Hit]:
    """The passages with the best spans of a reader, in the order of retrieval.

    Args:
        hits: What was read.
        evidence: The reader's spans.
        retrieval: `Calibration.retrieval` of the reader.
        count: How many passages, at most.
    """
    best: dict[Passage, float] = {}
    for span in weigh(evidence, 0.0, retrieval):
        best[span.hit.passage] = max(span.score, best.get(span.hit.passage, span.score))
    chosen = set(sorted(best, key=lambda passage: -best[passage])[:count])
    return [hit for hit in hits if hit.passage in chosen]


def average(
    first: Sequence[Evidence], second: Sequence[Evidence], first_weight: float
) -> list[Evidence]:
    """The spans of two readers in the same passages, with the weighted mean of their scores.

    A span that one reader did not propose gets that reader's lowest score in the passage.

    Args:
        first: Of one reader, over at least the passages of the other.
        second: Of the other reader.
        first_weight: The weight of the first reader's scores, in [0, 1].
    """
    own, second_spans = _by_passage(first), _by_passage(second)
    averaged: list[Evidence] = []
    for passage, spans in second_spans.items():
        known = own.get(passage, {})
        sides = (known, first_weight), (spans, 1 - first_weight)
        for offsets, evidence in {**known, **spans}.items():
            score = sum(
                weight * (side.get(offsets) or min(side.values(), key=_score)).score
                for side, weight in sides
                if side
            )
            span = replace(evidence.span, score=score)
            averaged.append(replace(evidence, span=span, score=score))
    return sorted(averaged, key=lambda evidence: -evidence.score)


def _by_passage(evidence: Sequence[Evidence]) -> dict[Passage, dict[tuple[int, int], Evidence]]:
    """Of each passage the spans by their offsets, of equal ones the best."""
    passages: dict[Passage, dict[tuple[int, int], Evidence]] = {}
    for place in sorted(evidence, key=_score):
        offsets = place.span.start, place.span.end
        passages.setdefault(place.hit.passage, {})[offsets] = place
    return passages


def _score(evidence: Evidence) -> float:
    return evidence.score


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UserError(f"{folder / 'manifest.json'}: cannot be read ({error})") from None
    return manifest


def _calibration(folder: Path) -> Calibration:
    own = folder / "calibration.json"
    if own.is_file():
        return Calibration.load(own)
    return replace(Calibration.load(BUNDLED_MODELS / "base" / own.name), fitted=None)
