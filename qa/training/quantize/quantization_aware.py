"""Round weights to fewer levels than int8 has, so that a file of them compresses.

A wheel is compressed, and weights of 127 levels on either side of 0 fill nearly all of their eight
bits. With fewer levels the file is as large and the network as fast, but what is downloaded
shrinks with the entropy of the levels.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from qa.training.quantize.smooth_quant import Factors

LEVELS = 19
"""Of linear layers' weights on either side of 0: what a wheel of 100 MB has room for."""

_TABLE_STEPS = 255  # from the least to the greatest number of a table of words or positions


class FakeQuantization:
    """Rounds the weights of an encoder for as long as it computes.

    A network that learns with rounded weights learns to read well with them. Each step computes
    with the rounded weights, and its gradients change those behind them, which stay exact; that
    rounding has no gradient of its own is ignored ("straight through", Jacob et al. 2018).
    Weights that do not learn are rounded once and for all.
    """

    def __init__(self, encoder: torch.nn.Module, factors: Factors) -> None:
        """Finds the weights that an export rounds: all linear layers', and all tables'.

        Args:
            encoder: A network of transformers.
            factors: How its export will smooth it (`qa.training.quantize.smooth_quant`).
        """
        self.factors = factors
        self._weights: list[tuple[Tensor, Callable[[Tensor], Tensor]]] = []
        for name, layer in encoder.named_modules():
            if isinstance(layer, torch.nn.Linear):
                self._take(layer.weight, _linear_rounding(factors.get(name)))
            elif isinstance(layer, torch.nn.Embedding):
                self._take(layer.weight, _round_table)

    def _take(self, weight: Tensor, quantization: Callable[[Tensor], Tensor]) -> None:
        if weight.requires_grad:
            self._weights.append((weight, quantization))
        else:
            weight.data = quantization(weight.data)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Within it, the weights are the rounded ones; after it, the exact ones again."""
        exact = [weight.data for weight, _ in self._weights]
        self.keep()
        try:
            yield
        finally:
            for (weight, _), data in zip(self._weights, exact, strict=True):
                weight.data = data

    def keep(self) -> None:
        """Rounds the weights for good."""
        for weight, quantization in self._weights:
            weight.data = quantization(weight.data)


def _linear_rounding(factors: Tensor | None) -> Callable[[Tensor], Tensor]:
    if factors is None:
        return lambda weights: fake_quantize(weights, LEVELS)
    return lambda weights: fake_quantize(weights * factors, LEVELS).div_(factors)


def _round_table(table: Tensor) -> Tensor:
    low, high = table.aminmax()
    step = (high.clamp(min=0) - low.clamp(max=0)) / _TABLE_STEPS
    return (table / step).round_().mul_(step)


def fake_quantize_linears(network: torch.nn.Module, levels: int) -> None:
    """Rounds the weights of all linear layers, for each output channel by itself.

    Args:
        network: Is changed.
        levels: On either side of 0.
    """
    for layer in network.modules():
        if isinstance(layer, torch.nn.Linear):
            layer.weight.data = fake_quantize(layer.weight.data, levels)


def fake_quantize(weights: Tensor, levels: int) -> Tensor:
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
    return (weights / step).round_().mul_(step)
