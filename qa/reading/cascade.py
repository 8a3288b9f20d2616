"""Which readers read a question: one, or one after the other, each the best of what is left."""

import json
import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from index.types import Article, Hit, Passage
from qa.question.answer_type import kind_of
from qa.ranking.evidence import Calibration, Place, weigh
from qa.reading.onnx import SPANS_PER_PASSAGE, Reader
from qa.types import Span

DEFAULT_READER = "cascade"
BUNDLED_READERS = "small", "base", "cascade"

SPANS_OF_A_LIST = 40
"""Spans of each passage where several answers are wanted, which may all stand in one."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A reader, and how many of the passages that the one before has read it reads.

    Attributes:
        model: What `Reader` takes.
        passages: How many; None for all.
        before: What the scores of the reader before weigh in the mean of both, in [0, 1].
    """

    model: str
    passages: int | None = None
    before: float = 0.0

    def load(self) -> Reader:
        """The reader itself.

        Raises:
            UserError: If the model cannot be loaded.
        """
        return Reader(self.model)


@dataclass(frozen=True, slots=True)
class Stages:
    """The readers of a question, in their order, and what their scores are worth.

    Attributes:
        stages: At least one. What the last one finds counts, together with what the one before
            finds in the same passages.
        calibration: What its scores are worth.
        choosing: The same of each stage but the last, for choosing what the next one reads.
    """

    stages: tuple[Stage, ...]
    calibration: Calibration
    choosing: tuple[Calibration, ...]

    def load(self) -> tuple[Reader, ...]:
        """The readers themselves.

        Raises:
            UserError: If a model cannot be loaded.
        """
        return tuple(stage.load() for stage in self.stages)


def reader_name(name: str | None) -> str:
    """The reader that is meant: `name`, or what `QA_READER` names, or else the default."""
    return name or os.environ.get("QA_READER") or DEFAULT_READER


def stages_of(name: str | None) -> Stages:
    """What a reader's name stands for. No model is loaded yet.

    Args:
        name: `small`, `base` or `cascade`, which are bundled; a folder that `article-qa train
            export` wrote; or a question-answering model of transformers, by name or folder. A
            model without a `calibration.json` of its own is taken at the worth of `base`.

    Raises:
        UserError: If a folder's manifest cannot be read.
    """
    name = reader_name(name)
    folder = BUNDLED_MODELS / name if name in BUNDLED_READERS else Path(name)
    manifest = _manifest(folder)
    if manifest.get("kind") != "cascade":
        return Stages((Stage(str(folder)),), _calibration(folder), ())
    first, second = ((folder / each).resolve() for each in manifest["readers"])
    return Stages(
        (Stage(str(first)), Stage(str(second), manifest["passages"], manifest["first_weighs"])),
        _calibration(folder),
        (_calibration(first),),
    )


class StagedReader:
    """Reads passages, with the second reader again those that look best to the first.

    Attributes:
        stages: The readers' names and worth.
    """

    def __init__(self, stages: Stages, article: Callable[[str], Article]) -> None:
        """Prepare; the models load with the first question.

        Args:
            stages: What to read with.
            article: Gives the article of an id.
        """
        self.stages = stages
        self._article = article

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        """The loaded readers, in their order."""
        return self.stages.load()

    def read(self, question: str, hits: Sequence[Hit]) -> list[Place]:
        """What the readers find in these passages, one by one."""
        return self.again(question, hits, self.first(question, hits))

    def each(self, question: str, hits: Sequence[Hit]) -> tuple[list[Place], ...]:
        """What each of the readers alone finds in all of these passages."""
        return tuple(self._read(reader, question, hits) for reader in self.readers)

    def first(self, question: str, hits: Sequence[Hit]) -> list[Place]:
        """What the first reader finds."""
        return self._read(self.readers[0], question, hits)

    def again(
        self, question: str, hits: Sequence[Hit], places: list[Place], readings: int = 1
    ) -> list[Place]:
        """What all readers find, each after the first in what looks best to the one before.

        Args:
            question: As for `first`.
            hits: As for `first`.
            places: What that found; it is all that there is where one reader reads alone.
            readings: Of so many understandings of a question this is one; they share the number
                of passages, so that a follow-up takes little longer than a plain question.
        """
        following = zip(self.readers[1:], self.stages.stages[1:], self.stages.choosing, strict=True)
        for reader, stage, choosing in following:
            if stage.passages is not None:
                count = math.ceil(stage.passages / readings)
                hits = most_promising(hits, places, choosing.retrieval, count)
            places = blend(places, self._read(reader, question, hits), stage.before)
        return places

    def _read(self, reader: Reader, question: str, hits: Sequence[Hit]) -> list[Place]:
        passages = [(self._article(hit.passage.article_id), hit.passage) for hit in hits]
        readings = reader.read_many(
            [(question, [passage]) for passage in passages],
            SPANS_OF_A_LIST if kind_of(question) == "list" else SPANS_PER_PASSAGE,
        )
        places: list[Place] = []
        for (article, _), hit, found in zip(passages, hits, readings, strict=True):
            places.extend((span, article.text[span.start : span.end], hit) for span in found)
        return places


def most_promising(
    hits: Sequence[Hit], places: Sequence[Place], worth: float, count: int
) -> list[Hit]:
    """The passages in which a reader found the best places, in the order of retrieval.

    Args:
        hits: What was read.
        places: What was found there.
        worth: `Calibration.retrieval` of the reader.
        count: How many passages, at most.
    """
    best: dict[Passage, float] = {}
    for each in weigh(places, 0.0, worth):
        best[each.hit.passage] = max(each.score, best.get(each.hit.passage, each.score))
    chosen = set(sorted(best, key=lambda passage: -best[passage])[:count])
    return [hit for hit in hits if hit.passage in chosen]


def blend(first: Sequence[Place], second: Sequence[Place], share: float) -> list[Place]:
    """What two readers found in the same passages, each place with the mean of their scores.

    What one of them does not name is worth to it what the least of its places there is worth.

    Args:
        first: Of one reader, over at least the passages of the other.
        second: Of the other reader.
        share: The weight of the first reader's scores, in [0, 1].
    """
    own, other = _by_passage(first), _by_passage(second)
    blended: list[Place] = []
    for passage, found in other.items():
        known = own.get(passage, {})
        sides = (known, share), (found, 1 - share)
        for (start, end), (_, quote, hit) in {**known, **found}.items():
            score = sum(
                weight * (side.get((start, end)) or min(side.values(), key=_score))[0].score
                for side, weight in sides
                if side
            )
            blended.append((Span(passage.article_id, start, end, score), quote, hit))
    return sorted(blended, key=lambda place: -place[0].score)


def _by_passage(places: Sequence[Place]) -> dict[Passage, dict[tuple[int, int], Place]]:
    """Of each passage the places by their offsets, of equal ones the best."""
    found: dict[Passage, dict[tuple[int, int], Place]] = {}
    for place in sorted(places, key=_score):
        span, _, hit = place
        found.setdefault(hit.passage, {})[span.start, span.end] = place
    return found


def _score(place: Place) -> float:
    return place[0].score


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
    return Calibration.load(own if own.is_file() else BUNDLED_MODELS / "base" / own.name)
