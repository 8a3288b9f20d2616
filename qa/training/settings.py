"""The settings of a run, and those of them that decide the weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.squad import QuestionFile
from qa.training.card import sha256
from qa.training.model import weights_file
from qa.training.quantize.quantization_aware import LEVELS


@dataclass(frozen=True, slots=True)
class Source:
    """A file of questions, and how often an epoch takes each of them (0.1: every tenth)."""

    path: Path
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """A run.

    Attributes:
        data: What to learn from.
        base: The folder of the weights to begin with, of transformers or exported.
        out: The folder for the result, and for checkpoints while the run lasts.
        dev: A SQuAD file to measure on, never to learn from.
        teacher: The folder of a reader to learn from too.
        layers: Keeps only so many of the base's layers.
        trained_layers: Lets only so many of the last layers learn.
        quantization_aware: Computes with the weights rounded as the export will round them.
        epochs: How often to go through the data.
        learning_rate: The highest; it rises linearly to there, and falls linearly to 0.
        negatives: Passages without the answer, for each passage with one.
        cropped: The share of the questions whose passages are cut down to a few sentences.
        batch_tokens: Tokens of a batch, padding included.
        max_tokens: Tokens of a window of a passage, question included.
        seed: Decides the order, the negatives and the last layer's first weights.
        checkpoint_minutes: Time between checkpoints, by the clock.
        evaluate_minutes: Time between evaluations, in computing time, so that a run which has to
            wait for others does not spend its share on being measured.
        evaluate_questions: How many questions these ask; the last asks all.
        command: What the card names as the command that reproduces the run.
        licences: The licences of base weights and data, for the card.
    """

    data: tuple[Source, ...]
    base: Path
    out: Path
    dev: Path | None = None
    teacher: Path | None = None
    layers: int | None = None
    trained_layers: int | None = None
    quantization_aware: bool = False
    epochs: int = 1
    learning_rate: float = 5e-5
    negatives: float = 0.3
    cropped: float = 0.0
    batch_tokens: int = 4096
    max_tokens: int = 384
    seed: int = 0
    checkpoint_minutes: float = 10.0
    evaluate_minutes: float = 20.0
    evaluate_questions: int = 200
    command: str = ""
    licences: tuple[str, ...] = ()


def make_recipe(settings: Settings, files: Sequence[QuestionFile]) -> dict[str, Any]:
    """All that decides the weights: a checkpoint is of the same run if this is the same."""
    recipe: dict[str, Any] = {
        "data": [
            {
                "name": source.path.name,
                "weight": source.weight,
                "questions": len(file.questions),
                "sha256": sha256(source.path),
            }
            for source, file in zip(settings.data, files, strict=True)
        ],
        "base": _weights(settings.base),
        "epochs": settings.epochs,
        "learning_rate": settings.learning_rate,
        "negatives": settings.negatives,
        "batch_tokens": settings.batch_tokens,
        "max_tokens": settings.max_tokens,
        "seed": settings.seed,
    }
    if settings.layers:
        recipe["layers"] = settings.layers
    if settings.trained_layers:
        recipe["trained_layers"] = settings.trained_layers
    if settings.cropped:
        recipe["cropped"] = settings.cropped
    if settings.quantization_aware:
        recipe["levels"] = LEVELS
    if settings.teacher:
        recipe["teacher"] = _weights(settings.teacher)
    return recipe


def _weights(folder: Path) -> dict[str, str]:
    return {"name": folder.name, "sha256": sha256(weights_file(folder))}
