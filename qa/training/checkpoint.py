"""Checkpoints that a run can be stopped at and go on from as if it had not been."""

import os
import shutil
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch.optim import Optimizer
    from transformers import PreTrainedModel

    from qa.training.distil import Teacher

PREFIX = "checkpoint-"
STATE = "state.pt"


@dataclass(slots=True)
class Position:
    """The position of a run.

    Attributes:
        epoch: The epoch, from 0.
        batch: The next batch in the order of this epoch, from 0.
        step: Optimiser steps so far.
        tokens: Tokens read so far, padding included.
        seconds: Computing time of the steps so far: it stands still while the run is stopped,
            or waits for others on the same machine.
        evaluations: What the development file said, one record each.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    evaluations: list[dict[str, float]] = field(default_factory=list)


def save(
    folder: Path,
    recipe: dict[str, Any],
    position: Position,
    model: "PreTrainedModel",
    optimizer: "Optimizer",
    teacher: "Teacher | None" = None,
) -> Path:
    """Writes a checkpoint into `folder`, complete or not at all, and removes older ones.

    Each is a model folder that transformers can load, with the state of the run beside it.

    Args:
        folder: Where checkpoints are.
        recipe: What the run is; only a run with the same recipe may go on from here.
        position: Where the run stands.
        model: Its weights.
        optimizer: Its moments.
        teacher: Who may remember what it said.

    Returns:
        The checkpoint's folder.
    """
    import torch

    final = folder / f"{PREFIX}{position.step:06d}"
    partial = folder / f"{final.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    model.save_pretrained(partial)
    state = {
        "recipe": recipe,
        "position": asdict(position),
        "optimizer": optimizer.state_dict(),
        "rng": torch.get_rng_state(),
        "taught": teacher.memory() if teacher else None,
    }
    torch.save(state, partial / STATE)
    for path in partial.iterdir():
        sync(path)
    sync(partial)
    shutil.rmtree(final, ignore_errors=True)
    partial.rename(final)
    sync(folder)
    remove(folder, keep=final)
    return final


def remove(folder: Path, keep: Path | None = None) -> None:
    """Removes all checkpoints but one, and what a kill left half written."""
    for path in folder.glob(f"{PREFIX}*"):
        if path != keep:
            shutil.rmtree(path)


def sync(path: Path) -> None:
    """Has a file or folder written to the disk, so that a power cut leaves no half of it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def checkpoints(folder: Path) -> list[Path]:
    """The complete checkpoints in a folder, oldest first."""
    paths = sorted(folder.glob(f"{PREFIX}*"), key=lambda path: path.name)
    return [path for path in paths if path.name.removeprefix(PREFIX).isdigit()]


def load(
    path: Path,
    recipe: dict[str, Any],
    model: "PreTrainedModel",
    optimizer: "Optimizer",
    teacher: "Teacher | None" = None,
) -> Position:
    """Puts a checkpoint's state into model, optimiser, teacher and torch's random numbers.

    Raises:
        ValueError: The checkpoint belongs to a run with another recipe.
    """
    import torch
    from safetensors.torch import load_file

    state = torch.load(path / STATE, map_location="cpu", weights_only=True)
    changed = sorted(
        key
        for key in recipe.keys() | state["recipe"].keys()
        if recipe.get(key) != state["recipe"].get(key)
    )
    if changed:
        raise ValueError(
            f"{path}: is of a run with other {', '.join(changed)}; "
            "give the same options to go on, or another folder to begin anew"
        )
    model.load_state_dict(load_file(path / "model.safetensors"))
    optimizer.load_state_dict(state["optimizer"])
    torch.set_rng_state(state["rng"])
    if teacher and "taught" in state:  # one of an earlier version has none
        teacher.recall(state["taught"])
    return Position(**state["position"])
