"""Round weights to fewer levels than int8 has, so that a file of them compresses.

A wheel is compressed, and weights of 127 levels on either side of 0 fill nearly all of their eight
bits. With fewer levels the file is as large and the network as fast, but what is downloaded
shrinks with the entropy of the levels.
"""

import torch
from torch import Tensor

_CLIPS = 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.6
"""Shares of a channel's largest weight that its highest level is tried at."""


def round_linears(network: torch.nn.Module, levels: int) -> None:
    """Rounds the weights of all linear layers, for each output channel by itself.

    Args:
        network: Is changed.
        levels: On either side of 0.
    """
    for layer in network.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.weight.data = rounded(layer.weight.data, levels)


def rounded(weights: Tensor, levels: int) -> Tensor:
    """Weights at evenly spaced levels, whose spacing loses the least squares of each channel.

    Args:
        weights: Shape (outputs, inputs).
        levels: On either side of 0.

    Returns:
        Shape (outputs, inputs).
    """
    best = weights
    least = torch.full((len(weights), 1), torch.inf)
    largest = weights.abs().amax(1, keepdim=True).clamp(min=torch.finfo(weights.dtype).tiny)
    for clip in _CLIPS:
        step = clip * largest / levels
        tried = (weights / step).round().clamp(-levels, levels) * step
        loss = ((tried - weights) ** 2).sum(1, keepdim=True)
        best, least = torch.where(loss < least, tried, best), torch.minimum(loss, least)
    return best
