"""Export an embedder or a reader to int8 ONNX, with its post-processing in the graph.

A graph takes one text (or pair) at a time: without padding it needs no attention mask, and the
scale of its int8 activations does not depend on what else is read in the same call.
"""

import hashlib
import json
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import torch

Precision = Literal["int8", "fp32"]

_MOST_FILE_BYTES = 95_000_000  # hosts of code take files of up to 100 MB
_LARGEST_TENSOR = "largest_tensor.bin"


def export_embedder(model_dir: Path, out_dir: Path, precision: Precision = "int8") -> None:
    """Write a BERT-style sentence embedder whose output is the normalised mean of its tokens.

    Args:
        model_dir: A folder with `config.json`, `model.safetensors` and `tokenizer.json`.
        out_dir: Gets `model.onnx`, `tokenizer.json`, `manifest.json`, and the model's card.
        precision: Of the matrix products' weights.
    """
    import torch
    from transformers import AutoModel

    from qa.training.quantize.sample_inputs import input_names, typical_inputs
    from qa.training.quantize.smooth_quant import find_factors, smooth

    names = input_names(model_dir)

    class MeanPooled(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = AutoModel.from_pretrained(
                model_dir, attn_implementation="eager", dtype=torch.float32
            )
            if precision == "int8":
                examples = typical_inputs(model_dir, names, pairs=False)
                smooth(self.encoder, find_factors(self.encoder, examples))

        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            hidden = self.encoder(**dict(zip(names, inputs, strict=True))).last_hidden_state
            return torch.nn.functional.normalize(hidden.mean(1), dim=-1)

    axes = {name: {1: "tokens"} for name in names}
    _export(MeanPooled().eval(), axes, ["vectors"], model_dir, out_dir, precision, "embedder")


def export_reader(model_dir: Path, out_dir: Path, precision: Precision = "int8") -> None:
    """Write a BERT-style extractive reader that returns start and end logits.

    Args:
        model_dir: A folder that `AutoModelForQuestionAnswering` loads, with `tokenizer.json`.
        out_dir: Gets `model.onnx`, `tokenizer.json`, `manifest.json`, `config.json`, and the
            model's card. What is too large for one file has its largest tensor in another.
        precision: Of the matrix products' weights.
    """
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModelForQuestionAnswering

    from qa.training.quantize.quantization_aware import LEVELS, fake_quantize_linears
    from qa.training.quantize.sample_inputs import input_names
    from qa.training.quantize.smooth_quant import FACTORS_FILE, smooth, typical_factors

    names = input_names(model_dir)

    class StartEnd(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.reader = AutoModelForQuestionAnswering.from_pretrained(
                model_dir, attn_implementation="eager", dtype=torch.float32
            )
            if precision == "int8":
                encoder, learned = self.reader.base_model, model_dir / FACTORS_FILE
                known = learned.exists()
                smooth(
                    encoder, load_file(learned) if known else typical_factors(encoder, model_dir)
                )
                fake_quantize_linears(encoder, LEVELS)

        def forward(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            out = self.reader(**dict(zip(names, inputs, strict=True)))
            return out.start_logits, out.end_logits

    outputs = ["start_logits", "end_logits"]
    axes = {name: {1: "tokens"} for name in (*names, *outputs)}
    _export(StartEnd().eval(), axes, outputs, model_dir, out_dir, precision, "reader")
    shutil.copy(model_dir / "config.json", out_dir)  # to train it on from what is exported


def _export(
    module: "torch.nn.Module",
    axes: dict[str, dict[int, str]],
    outputs: list[str],
    model_dir: Path,
    out_dir: Path,
    precision: Precision,
    kind: str,
) -> None:
    import torch

    from qa.training.quantize.channel_scaling import scale_channels
    from qa.training.quantize.quantization_aware import LEVELS
    from qa.training.quantize.sample_inputs import typical_inputs

    inputs = [name for name in axes if name not in outputs]
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        with warnings.catch_warnings():
            # The graph of the tracing exporter runs 20 % faster in onnxruntime than dynamo's;
            # that it is older and might trace a length as a constant needs no user's attention.
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                tuple(torch.ones((1, 16), dtype=torch.int64) for _ in inputs),
                str(exported),
                input_names=inputs,
                output_names=outputs,
                dynamic_axes=axes,
                opset_version=18,
                dynamo=False,
            )
        target = out_dir / "model.onnx"
        if precision == "int8":
            _quantize(exported, target)
            if kind == "reader":
                store_levels(target, LEVELS)
                texts = typical_inputs(model_dir, inputs, pairs=True)
                scale_channels(
                    target, ({name: ids.numpy() for name, ids in text.items()} for text in texts)
                )
        else:
            shutil.move(exported, target)
    _split(target)
    _copy_tokenizer(model_dir, out_dir)
    if (model_dir / "CARD.md").exists():
        shutil.copy(model_dir / "CARD.md", out_dir)
    _write_manifest(model_dir, out_dir, kind, precision)


def _quantize(source: Path, target: Path) -> None:
    """Quantise weights per output channel to int8, activations as they come (dynamically).

    The last layer of a reader, of two columns, stays in float: nothing to gain, all to lose.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    last = [node.name for node in onnx.load(source).graph.node if "qa_outputs" in node.name]

    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Gather"],
        nodes_to_exclude=last,
    )


def store_levels(path: Path, levels: int) -> None:
    """Store rounded weights as the numbers of their levels, which is exact.

    Spread over all of int8 they would be off by up to half a unit, and where a processor has no
    instruction for sums of int8 products (VNNI), it adds them in pairs of 16 bits, which overflow:
    a reader of twelve layers lost 2.8 F1 so. Up to 64 levels they cannot.

    Args:
        path: A quantised graph whose weights were rounded (`quantization_aware`); is changed.
        levels: On either side of 0.
    """
    import numpy as np
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    most = np.iinfo(np.int8).max
    for node in model.graph.node:
        if node.op_type == "MatMulInteger" and node.input[1] in tensors:
            weights = tensors[node.input[1]]
            scale = tensors[weights.name.removesuffix("_quantized") + "_scale"]
            spread, steps = numpy_helper.to_array(weights), numpy_helper.to_array(scale)
            numbers = np.rint(spread.astype(np.float32) * (levels / most)).astype(np.int8)
            steps = (steps * (most / levels)).astype(np.float32)
            weights.CopyFrom(numpy_helper.from_array(numbers, weights.name))
            scale.CopyFrom(numpy_helper.from_array(steps, scale.name))
    onnx.save(model, path)


def _split(path: Path) -> None:
    """Put the largest tensor of too large a file into one beside it, as ONNX knows to find."""
    import onnx
    from onnx.external_data_helper import set_external_data

    (path.parent / _LARGEST_TENSOR).unlink(missing_ok=True)
    if path.stat().st_size > _MOST_FILE_BYTES:
        model = onnx.load(path)
        largest = max(model.graph.initializer, key=lambda tensor: tensor.ByteSize())
        set_external_data(largest, location=_LARGEST_TENSOR)
        onnx.save(model, path)


def _copy_tokenizer(model_dir: Path, out_dir: Path) -> None:
    """Copy `tokenizer.json` without the padding and truncation that its last user set."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model_dir / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.save(str(out_dir / "tokenizer.json"), pretty=False)


def _write_manifest(model_dir: Path, out_dir: Path, kind: str, precision: Precision) -> None:
    """Record the sha256 of each file, which is checked whenever the model is loaded."""
    names = "model.onnx", _LARGEST_TENSOR, "tokenizer.json"
    files = {
        name: hashlib.sha256((out_dir / name).read_bytes()).hexdigest()
        for name in names
        if (out_dir / name).exists()
    }
    manifest: dict[str, Any] = {"kind": kind, "precision": precision}
    if kind == "reader":
        config = json.loads((model_dir / "config.json").read_text())
        manifest["context"] = bool(config.get("takes_context"))
    manifest["sha256"] = files
    (out_dir / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")
