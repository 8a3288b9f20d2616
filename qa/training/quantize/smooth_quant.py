"""Make a network fit for int8 activations (SmoothQuant, Xiao et al. 2023).

A few channels of a transformer's activations are many times larger than the others. One scale for
all of them leaves the small ones few of the 256 levels. So each linear layer's input channels are
divided, and its weights multiplied, by factors that share the range between both; weights bear it,
since they have a scale for each output channel.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

STRENGTH = 0.3
"""The power of a channel's magnitude that it is divided by; 0 leaves it, 1 makes all alike."""

_LEAST = 1e-4

FACTORS_FILE = "smoothing.safetensors"
"""In the folder of a reader that learned with rounded weights: the factors it learned with."""

Factors = dict[str, Tensor]
"""Shape (inputs,) each, by the name of the linear layer."""


class Smoothed(torch.nn.Module):
    """A linear layer with divided inputs and multiplied weights; it computes what it did before."""

    def __init__(self, linear: torch.nn.Linear, factors: Tensor) -> None:
        """Takes over a layer.

        Args:
            linear: The layer; its weights are changed.
            factors: Shape (inputs,), more than 0.
        """
        super().__init__()
        self.linear = linear
        self.inverse = torch.nn.Parameter(1 / factors, requires_grad=False)
        linear.weight.data *= factors

    def forward(self, inputs: Tensor) -> Tensor:
        """The layer's outputs."""
        return cast(Tensor, self.linear(inputs * self.inverse))


def find_factors(encoder: torch.nn.Module, examples: Iterable[dict[str, Tensor]]) -> Factors:
    """Factors to divide each linear layer's inputs by.

    Args:
        encoder: A network of transformers.
        examples: Its inputs for some typical texts.

    Returns:
        For each linear layer that the examples pass through, by its name.
    """
    largest: dict[torch.nn.Module, Tensor] = {}

    def look(layer: torch.nn.Module, inputs: tuple[Tensor, ...]) -> None:
        peaks = inputs[0].abs().flatten(end_dim=-2).amax(dim=0)
        largest[layer] = torch.maximum(largest.get(layer, peaks), peaks)

    linears = [module for module in encoder.modules() if isinstance(module, torch.nn.Linear)]
    hooks = [linear.register_forward_pre_hook(look) for linear in linears]
    device = next(encoder.parameters()).device
    with torch.no_grad():
        for inputs in examples:
            encoder(**{name: tensor.to(device) for name, tensor in inputs.items()})
    for hook in hooks:
        hook.remove()
    named = encoder.named_modules()
    return {name: _factors(largest[layer]) for name, layer in named if layer in largest}


def smooth(encoder: torch.nn.Module, factors: Factors) -> None:
    """Replaces linear layers by smoothed ones.

    Args:
        encoder: A network of transformers; is changed.
        factors: By the names of its layers.
    """
    for name, divisors in factors.items():
        parent, _, last = name.rpartition(".")
        layer = encoder.get_submodule(name)
        if not isinstance(layer, torch.nn.Linear):
            raise TypeError(f"{name} is no linear layer")
        setattr(encoder.get_submodule(parent), last, Smoothed(layer, divisors))


def _factors(largest: Tensor) -> Tensor:
    """The factor of each input channel.

    Unlike in the paper, weights have no say: with a scale for each output channel they bear the
    factors well, and dividing by their magnitude too cost small models more than it gained.

    Args:
        largest: Shape (inputs,), the largest magnitude of each channel.
    """
    return (largest.clamp(min=_LEAST) / largest.median().clamp(min=_LEAST)) ** STRENGTH


def typical_factors(encoder: torch.nn.Module, folder: Path) -> Factors:
    """Factors for a reader's inputs, measured on typical texts.

    Args:
        encoder: The reader's encoder.
        folder: With its `config.json` and `tokenizer.json`.
    """
    from qa.training.quantize.sample_inputs import input_names, typical_inputs

    return find_factors(encoder, typical_inputs(folder, input_names(folder), pairs=True))
