"""Lets the weights of an exported reader take a part of its activations' outliers.

All inputs of a product share one int8 scale, and a few channels, always the same, are many times
larger than the others and leave these few of its steps. Weights that were rounded to few levels
(`quantization_aware`) are stored as small whole numbers with room above them. So a channel's
weights are multiplied by a whole number and its inputs divided by it: the product is the same,
the weights are exact still, and the steps of the inputs become finer. Smoothing before the
rounding (`smooth_quant`) has less room: there, weights that grow make the levels of all others
coarser.
"""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

Floats = npt.NDArray[np.float32]
Feeds = dict[str, npt.NDArray[np.int64]]

MOST = 64
"""The largest weight whose sums of two products with activations of 8 bits fit into 16 bits:
processors without VNNI add them so."""


def scale_channels(path: Path, examples: Iterable[Feeds]) -> None:
    """Multiplies weights and divides inputs, where that makes products more exact.

    Args:
        path: A quantised graph with smoothed inputs and its weights stored as numbers of levels
            (`qa.training.quantize.export.store_levels`); is changed.
        examples: Its inputs for some typical texts.
    """
    model = onnx.load(path)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    products = _products(model.graph, tensors)
    ranges = _ranges(model, {name: inputs for name, (inputs, _) in products.items()}, examples)
    for name, (_, weights) in products.items():
        inverse = numpy_helper.to_array(tensors[name])
        levels = [numpy_helper.to_array(tensors[name]) for name in weights]
        scales = [
            numpy_helper.to_array(tensors[name.removesuffix("_quantized") + "_scale"])
            for name in weights
        ]
        pairs = zip(levels, scales, strict=True)
        power = np.sum([((k * scale) ** 2).sum(1) for k, scale in pairs], axis=0)
        largest = np.max([abs(k.astype(np.int64)).max(1) for k in levels], axis=0)
        factors = find_factors(*ranges[name], power, MOST // np.maximum(largest, 1))
        divided = (inverse / factors).astype(np.float32)
        tensors[name].CopyFrom(numpy_helper.from_array(divided, name))
        for name, k in zip(weights, levels, strict=True):
            grown = (k * factors[:, None]).astype(np.int8)
            tensors[name].CopyFrom(numpy_helper.from_array(grown, name))
    onnx.save(model, path)


def find_factors(
    low: Floats, high: Floats, power: Floats, most: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The divisor of each input channel of a product that gives its outputs the least error.

    An input is off by up to half a step, which is a 255th of the range of all; divided by a
    factor it is off by so many times as much. The squared error of the outputs is the sum over
    the channels of their squared steps times their weights' squares.

    Args:
        low: Shape (channels,), the least of each channel's inputs, at most 0.
        high: Shape (channels,), the greatest, at least 0.
        power: Shape (channels,), the sum of the squares of each channel's weights.
        most: Shape (channels,), each channel's largest factor, at least 1.

    Returns:
        Shape (channels,), at least 1. Of several as good, the smallest.
    """
    magnitude = np.maximum(high, -low)
    best, least = np.ones_like(most), np.inf
    top = magnitude.max()
    # The largest input after the division, in the best case: that of a channel that is not
    # divided, or that of the largest one divided by a whole number.
    targets = {*np.sort(magnitude)[-MOST:].tolist(), *(top / np.arange(1, MOST + 1)).tolist()}
    for target in sorted((peak for peak in targets if peak > top / (MOST + 1)), reverse=True):
        wanted = np.ceil(magnitude / target * (1 - 1e-6))
        factors = np.clip(wanted, 1, most).astype(np.int64)
        step = (high / factors).max() - (low / factors).min()
        error = step**2 * (factors**2 * power).sum()
        if error < least:
            best, least = factors, error
    return best


def _products(
    graph: onnx.GraphProto, tensors: dict[str, onnx.TensorProto]
) -> dict[str, tuple[str, list[str]]]:
    """The smoothed inputs of products, by the name of the factors that smooth them.

    Returns:
        The name of the smoothed inputs, and those of all weights that they are multiplied with.
        Products of the same inputs share their factors, and must go on to.
    """
    readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
    alias: dict[str, str] = {}
    for node in graph.node:
        for name in node.input:
            readers[name].append(node)
        if node.op_type == "Identity" and node.input[0] in tensors:
            alias[node.output[0]] = node.input[0]
    shared: dict[str, tuple[str, list[str]]] = {}
    for node in graph.node:
        names = [alias.get(name, name) for name in node.input]
        if node.op_type == "Mul" and names[1] in tensors and names[1].endswith(".inverse"):
            _, weights = shared.setdefault(names[1], (node.output[0], []))
            for quantised in readers[node.output[0]]:
                weights += [reader.input[1] for reader in readers[quantised.output[0]]]
    return shared


def _ranges(
    model: onnx.ModelProto, inputs: dict[str, str], examples: Iterable[Feeds]
) -> dict[str, tuple[Floats, Floats]]:
    """The least (at most 0) and greatest (at least 0) value of each channel of some tensors."""
    import onnxruntime

    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    for name in inputs.values():
        watched.graph.output.append(onnx.ValueInfoProto(name=name))
    session = onnxruntime.InferenceSession(watched.SerializeToString())
    low: dict[str, Floats] = {}
    high: dict[str, Floats] = {}
    for feeds in examples:
        values = session.run(list(inputs.values()), feeds)
        for name, value in zip(inputs, values, strict=True):
            rows = value.reshape(-1, value.shape[-1])
            low[name] = np.minimum(low.get(name, np.float32(0)), rows.min(0))
            high[name] = np.maximum(high.get(name, np.float32(0)), rows.max(0))
    return {name: (low[name], high[name]) for name in inputs}
