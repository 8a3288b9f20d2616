"""Models as readers: loading, reading in bfloat16, saving."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from qa.training.device import attention, computes_bfloat16
from qa.training.features import load_tokenizer

if TYPE_CHECKING:
    from transformers import PreTrainedModel

WEIGHT_DECAY = 0.01
TOKENIZER_FILES = "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"


def load_model(folder: Path, device: torch.device | None = None) -> "PreTrainedModel":
    """Loads weights as a reader without dropout; a last layer that is not there is made.

    A reader that was exported begins where its rounded weights left it.

    Args:
        folder: Of transformers, or exported.
        device: Where it computes; the CPU by default.

    Raises:
        ValueError: The folder holds no model.
    """
    from transformers import AutoConfig, AutoModelForQuestionAnswering
    from transformers.utils import logging

    # transformers would report at length that the last layer is new, and draw bars into the log.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    device = device or torch.device("cpu")
    kind = attention(device)
    try:
        config = AutoConfig.from_pretrained(folder)
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
            if hasattr(config, name):
                setattr(config, name, 0.0)
        model: PreTrainedModel
        if weights_file(folder).suffix == ".onnx":
            make = AutoModelForQuestionAnswering.from_config
            model = make(config, attn_implementation=kind)  # type: ignore[no-untyped-call]
            _take_weights(model, folder)
        else:
            model = AutoModelForQuestionAnswering.from_pretrained(
                folder, config=config, attn_implementation=kind, dtype=torch.float32
            )
    except (OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{folder}: holds no model ({reason})") from error
    return cast("PreTrainedModel", model.to(device))  # type: ignore[arg-type]


def weights_file(folder: Path) -> Path:
    """The file of a model folder's weights."""
    trained, exported = folder / "model.safetensors", folder / "model.onnx"
    return exported if exported.exists() and not trained.exists() else trained


def _take_weights(model: "PreTrainedModel", folder: Path) -> None:
    from qa.training.quantize.exported import read_exported

    missing = model.load_state_dict(read_exported(folder), strict=False)
    if any(missing):
        raise ValueError(f"its config.json is not of the same network: {missing[0] or missing[1]}")


def keep_layers(model: "PreTrainedModel", layers: int) -> None:
    """Cuts a model down to so many of its layers, evenly spaced (Sanh et al. 2019).

    The last one stays: the answers are read off it. A teacher's layers are a better beginning for
    its student than any other weights.

    Raises:
        ValueError: The model has fewer layers.
    """
    encoder = cast(torch.nn.Module, model.base_model.encoder)
    every = cast(torch.nn.ModuleList, encoder.layer)
    if not 1 <= layers <= len(every):
        raise ValueError(f"the base model has {len(every)} layers, not {layers}")
    step = len(every) / layers
    encoder.layer = torch.nn.ModuleList(every[round(step * (n + 1)) - 1] for n in range(layers))
    model.config.num_hidden_layers = layers


def freeze_all_but(model: "PreTrainedModel", layers: int) -> None:
    """Lets only the last layers of a model learn, and what reads the answers off them.

    Words, positions and the layers below stay as they are, so that no gradient has to pass them.

    Args:
        model: Is changed.
        layers: How many of the last layers learn.

    Raises:
        ValueError: The model has fewer layers.
    """
    every = cast(torch.nn.ModuleList, cast(torch.nn.Module, model.base_model.encoder).layer)
    if not 1 <= layers <= len(every):
        raise ValueError(f"the base model has {len(every)} layers, not {layers}")
    model.base_model.requires_grad_(False)
    every[-layers:].requires_grad_(True)


def save_reader(model: "PreTrainedModel", base: Path, out: Path) -> None:
    """Writes a reader as a folder that transformers loads, with its base's tokenizer."""
    model.config.takes_context = True  # as `qa.training.data.examples` teaches
    model.save_pretrained(out)
    load_tokenizer(base / "tokenizer.json").save(str(out / "tokenizer.json"))
    for name in TOKENIZER_FILES:
        if (base / name).exists():
            shutil.copyfile(base / name, out / name)
    settings = out / "tokenizer_config.json"
    if settings.exists():  # the base may prescribe the short texts of an embedder
        read = json.loads(settings.read_text(encoding="utf-8"))
        read["model_max_length"] = 512
        read.pop("max_length", None)
        settings.write_text(json.dumps(read, indent=2) + "\n", encoding="utf-8")


def takes_types(model: "PreTrainedModel") -> bool:
    """True if the model tells the segments apart (BERT does; MPNet and RoBERTa do not)."""
    return int(getattr(model.config, "type_vocab_size", 1) or 1) > 1


def logits(model: "PreTrainedModel", inputs: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Start and end logits of a question answering model for P rows of L tokens, (P, L) float32.

    The encoder runs in bfloat16 where the device computes in it. The last layer never does,
    because logits near 8 would come in steps of 1/32, too coarse to rank spans by.
    """
    head = cast(torch.nn.Module, model.qa_outputs)
    device = model.device
    with torch.autocast(device.type, torch.bfloat16, enabled=computes_bfloat16(device)):
        hidden = model.base_model(**inputs)[0]
    start, end = head(hidden.float()).unbind(-1)
    return start, end


def make_optimizer(model: "PreTrainedModel", learning_rate: float) -> torch.optim.AdamW:
    """AdamW over what learns; biases and normalisation weights are not decayed."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=learning_rate,
        fused=True,
    )
