"""Round weights to fewer levels than int8 has, so that a file of them compresses.

A wheel is compressed, and weights of 127 levels on either side of 0 fill nearly all of their eight
bits. With fewer levels the file is as large and the network as fast, but what is downloaded
shrinks with the entropy of the levels.
"""

import torch
from torch import Tensor


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
    """Weights at the nearest of evenly spaced levels, the highest at each channel's largest.

    Levels that lose less in the mean square, by clipping the largest weights, cost a reader of
    twelve layers 0.8 F1 at 19 levels.

    Args:
        weights: Shape (outputs, inputs).
        levels: On either side of 0.

    Returns:
        Shape (outputs, inputs).
    """
    smallest = torch.finfo(weights.dtype).tiny
    step = weights.abs().amax(1, keepdim=True).clamp(min=smallest) / levels
    return (weights / step).round() * step
