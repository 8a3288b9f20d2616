"""Fitting a cascade of two readers: the passages that are read again, and the weights."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from qa.reading.cascade import Stage, Stages
from qa.training.calibrate.confidence import NEARLY

SHARES = (0.0, 0.2, 0.35, 0.5, 0.65, 0.8)
PASSAGES = (1, 2, 3, 4, 6, 10)

Number = TypeVar("Number", int, float)


@dataclass(frozen=True, slots=True)
class Choice:
    """The settings that were tried for the last reader of a cascade, and the chosen ones.

    Attributes:
        stage: The last stage with the chosen values.
        shares: What is earned with each weight of the reader before.
        passages: What is earned with each number of passages, and the chosen weight.
    """

    stage: Stage
    shares: Mapping[float, float]
    passages: Mapping[int, float]

    def lines(self) -> list[str]:
        """The section of the model card about it, in Markdown."""
        return [
            "What answers earn at the best threshold, in percent: their F1, and 100 for silence "
            "where nothing answers. "
            f"Taken: {self.stage.first_weight:g} of the first reader's score, and passages read "
            f"again: {self.stage.passages}.",
            "",
            *_table("share of the first reader", self.shares),
            "",
            *_table("passages read again", self.passages),
        ]

    def save(self, manifest: Path) -> None:
        """Write the chosen values into a cascade's manifest."""
        fields = json.loads(manifest.read_text())
        fields |= {"passages": self.stage.passages, "first_weighs": self.stage.first_weight}
        manifest.write_text(json.dumps(fields, indent=2) + "\n")


def choose(stages: Stages, worth: Callable[[Stages], float]) -> Choice:
    """Try weights, then numbers of passages.

    The best weight is taken, and the fewest passages that earn nearly as much as the best: each
    costs every question time.

    Args:
        stages: Two readers or more.
        worth: What some stages earn.
    """

    def with_last(stage: Stage) -> Stages:
        return replace(stages, stages=(*stages.stages[:-1], stage))

    last = stages.stages[-1]
    shares = {share: worth(with_last(replace(last, first_weight=share))) for share in SHARES}
    last = replace(last, first_weight=max(shares, key=lambda share: shares[share]))
    passages = {count: worth(with_last(replace(last, passages=count))) for count in PASSAGES}
    return Choice(replace(last, passages=least_nearly_best(passages)), shares, passages)


def least_nearly_best(earned: Mapping[Number, float]) -> Number:
    """The least value that earns nearly as much as the best: the rest is chance."""
    best = max(earned.values())
    return min(value for value, f1 in earned.items() if f1 >= best - NEARLY / 2)


def _table(label: str, earned: Mapping[float, float] | Mapping[int, float]) -> list[str]:
    return [
        f"| {label} | {' | '.join(f'{value:g}' for value in earned)} |",
        "|---" * (len(earned) + 1) + "|",
        f"| earned | {' | '.join(f'{100 * f1:.1f}' for f1 in earned.values())} |",
    ]
