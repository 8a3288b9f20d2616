"""Reads the weights back out of an exported model, so that it can be trained on.

What is bundled is a graph with rounded weights, and no other file of a reader may be at hand.
Its weights are multiplied out to floats and the smoothing of its inputs is undone; trained on from
there, it begins as good as it is.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from google.protobuf.message import DecodeError
from onnx import numpy_helper
from torch import Tensor

Arrays = dict[str, npt.NDArray[np.float32]]


def read_exported(folder: Path) -> dict[str, Tensor]:
    """The weights of an exported reader by the names that its network has in transformers.

    Args:
        folder: With `model.onnx`, as `qa.training.quantize.export.export_reader` writes it.

    Raises:
        ValueError: A file cannot be read, or is no such graph.
    """
    try:
        graph = onnx.load(folder / "model.onnx").graph
        stored = _initializers(graph)
        return {name: torch.tensor(array) for name, array in _by_layer(graph, stored).items()}
    except (OSError, KeyError, ValueError, onnx.checker.ValidationError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"no exported reader: {reason}") from error
    except DecodeError as error:
        raise ValueError("model.onnx is damaged") from error


def _initializers(graph: onnx.GraphProto) -> Arrays:
    """The graph's constants as floats; a name that stands for another one's is there too."""
    raw = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights: Arrays = {}
    for name, array in raw.items():
        whole = name.removesuffix("_quantized")
        if whole != name:
            zero = raw[f"{whole}_zero_point"].astype(np.float32)
            weights[whole] = (array.astype(np.float32) - zero) * raw[f"{whole}_scale"]
        elif array.dtype == np.float32:
            weights[name] = array
    for node in graph.node:
        if node.op_type == "Identity" and node.input[0] in weights:
            weights[node.output[0]] = weights[node.input[0]]
    return weights


def _by_layer(graph: onnx.GraphProto, stored: Arrays) -> Arrays:
    """Named weights under their names, and those of linear layers under their layers'."""
    inverse = ".inverse"
    weights = {
        _layer(name): array
        for name, array in stored.items()
        if name.startswith("reader.") and not name.endswith((inverse, "_scale"))
    }
    for node in graph.node:
        kind = node.name.rpartition("/")[2]
        source = node.input[1].removesuffix("_quantized") if len(node.input) > 1 else ""
        if kind in ("MatMul", "MatMul_quant") and source in stored:
            path = node.name.strip("/").replace("/", ".").removesuffix(f".{kind}")
            weight = stored[source].T
            smoothing = path.removesuffix(".linear") + inverse
            if smoothing in stored:
                weight = weight * stored[smoothing]
            weights[_layer(f"{path}.weight")] = np.ascontiguousarray(weight)
    return weights


def _layer(name: str) -> str:
    """A weight's name in the reader, without the wrappings of its export."""
    return name.removeprefix("reader.").replace(".linear.", ".")
