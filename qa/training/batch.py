"""Batches as tensors."""

from collections.abc import Sequence

import torch
from torch import Tensor

from qa.training.features import Group, width
from qa.training.loss import Targets


def collate(
    groups: Sequence[Group], pad: int, types: bool, device: torch.device | None = None
) -> tuple[dict[str, Tensor], Targets]:
    """Pads the windows of groups into one batch.

    Args:
        groups: The windows of each question.
        pad: The id of the padding token.
        types: Whether the model takes `token_type_ids`.
        device: Where both go; the CPU by default.

    Returns:
        The model's inputs, (P, L) int64 each, and the targets.
    """
    rows = [(number, window) for number, group in enumerate(groups) for window in group]
    shape = len(rows), max(width(group) for group in groups)
    ids = torch.full(shape, pad)
    attention = torch.zeros(shape, dtype=torch.long)
    segments = torch.zeros(shape, dtype=torch.long)
    mask = torch.zeros(shape, dtype=torch.bool)
    gold: list[tuple[int, int, int]] = []
    for row, (_, window) in enumerate(rows):
        length = len(window.ids)
        ids[row, :length] = torch.from_numpy(window.ids)
        attention[row, :length] = 1
        segments[row, :length] = torch.from_numpy(window.types)
        mask[row, window.first : window.last + 1] = True
        gold += ((row, first, last) for first, last in window.spans)
    inputs = {"input_ids": ids, "attention_mask": attention}
    if types:
        inputs["token_type_ids"] = segments
    return {name: tensor.to(device) for name, tensor in inputs.items()}, Targets(
        torch.tensor([number for number, _ in rows]).to(device),
        mask.to(device),
        torch.tensor(gold, dtype=torch.long).reshape(-1, 3).to(device),
        len(groups),
    )
