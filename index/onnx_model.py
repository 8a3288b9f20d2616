"""A bundled ONNX model: verified when loaded, run in batches packed by length."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

from index.errors import UserError

BUNDLED_MODELS = Path(__file__).resolve().parent.parent / "qa" / "models"
"""The folder of the bundled models: data beside the code, not an import."""

BATCH_TOKENS = 4096
"""Padded tokens of one batch: large enough to fill the cores, small enough for their caches."""


def verified_bytes(folder: Path, name: str) -> bytes:
    """Read a model file whose sha256 is the one that `manifest.json` beside it records.

    Raises:
        UserError: If a file is missing, unreadable or not the one that was recorded.
    """
    try:
        manifest = json.loads((folder / "manifest.json").read_text())
        content = (folder / name).read_bytes()
    except (OSError, ValueError) as error:
        raise UserError(
            f"{folder / name}: cannot be read ({error}); reinstall article-qa"
        ) from None
    if hashlib.sha256(content).hexdigest() != manifest["sha256"][name]:
        raise UserError(f"{folder / name}: damaged (its checksum is wrong); reinstall article-qa")
    return content


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the verified `tokenizer.json` of a model folder."""
    return Tokenizer.from_buffer(verified_bytes(folder, "tokenizer.json"))


def pack_by_length(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Group items of like length, so that padding each group to its longest wastes little.

    Args:
        lengths: Tokens of each item.
        budget: The most tokens of a padded group; an item longer than that goes alone.

    Returns:
        Groups of positions in `lengths`, shortest first; each position occurs once.
    """
    groups: list[list[int]] = []
    group: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Sorted ascending, so this item is the longest of the group it joins.
        if group and lengths[position] * (len(group) + 1) > budget:
            groups.append(group)
            group = []
        group.append(position)
    if group:
        groups.append(group)
    return groups


class OnnxModel:
    """A model folder with `model.onnx`, `tokenizer.json` and `manifest.json`, ready to run.

    Attributes:
        tokenizer: Its tokenizer, without padding; truncation is the caller's choice.
        fingerprint: The sha256 of `model.onnx`: which model this is.
    """

    def __init__(self, folder: Path) -> None:
        content = verified_bytes(folder, "model.onnx")
        self.fingerprint = hashlib.sha256(content).hexdigest()
        self.tokenizer = load_tokenizer(folder)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"]
        )

    def run(self, encodings: Sequence[Encoding]) -> list[npt.NDArray[np.float32]]:
        """Run one padded batch.

        Args:
            encodings: At least one tokenised input.

        Returns:
            The outputs in the graph's order; the first axis is the batch, and for outputs by
            token the second is padded to the longest input.
        """
        width = max(len(encoding.ids) for encoding in encodings)
        shape = (len(encodings), width)
        ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            ids[row, :length] = encoding.ids
            mask[row, :length] = 1
            types[row, :length] = encoding.type_ids
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        outputs: list[npt.NDArray[np.float32]] = self._session.run(None, feeds)
        return outputs
