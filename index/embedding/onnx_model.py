"""A bundled ONNX model: verified when loaded, run on all cores, one text on each."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Encoding, Tokenizer

from index.cores import usable_cores
from index.errors import UserError

BUNDLED_MODELS = Path(__file__).resolve().parents[2] / "qa" / "models"
"""The folder of the bundled models: data beside the code, not an import."""

THREADS_OF_A_TEXT = 2
"""Threads that work on one text: with fewer texts than cores, a second core helps. One passage then
takes the `base` reader 0.55 to 0.70 of the time, and two at the same time take no longer than
before; CPU time and outputs are the same, to the last bit (two cores of an EPYC, one of them
busy)."""

FloatArray = npt.NDArray[np.float32]

_FIELDS = {"input_ids": "ids", "token_type_ids": "type_ids"}


def verify(folder: Path, *names: str) -> None:
    """Check files of a model folder against the sha256 that its `manifest.json` records.

    Args:
        folder: The model folder.
        names: The files to check; without any, all that the manifest records.

    Raises:
        UserError: If a file is missing, unreadable or not the one that was recorded.
    """
    path = folder / "manifest.json"
    try:
        recorded = json.loads(path.read_text())["sha256"]
        for name in names or recorded:
            path = folder / name
            with path.open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
            if actual != recorded[name]:
                raise UserError(f"{path}: damaged (its checksum is wrong); reinstall article-qa")
    except (OSError, ValueError, KeyError) as error:
        raise UserError(f"{path}: cannot be read ({error}); reinstall article-qa") from None


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the verified `tokenizer.json` of a model folder."""
    verify(folder, "tokenizer.json")
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


class OnnxModel:
    """A model folder with `model.onnx`, `tokenizer.json` and `manifest.json`, ready to run.

    Weights may be in further files, as long as the manifest records them.

    Each core runs one text after the other. That is faster than a padded batch on all cores (the
    activations of one passage stay in a core's cache, and nothing is padded), and a text's result
    does not depend on the rest of its batch, as it would if they shared int8 scales. A core without
    a text of its own helps with another one's.

    Attributes:
        tokenizer: Its tokenizer, without padding; truncation is the caller's choice.
    """

    def __init__(self, folder: Path) -> None:
        verify(folder)
        self.tokenizer = load_tokenizer(folder)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = min(THREADS_OF_A_TEXT, usable_cores())
        # Threads that spin while they wait take the cores from other texts.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            # By path, so that onnxruntime finds further files with weights.
            folder / "model.onnx",
            options,
            providers=["CPUExecutionProvider"],
            # The fused operator is not vectorised: eight times slower than its two parts.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
        self._inputs = [tensor.name for tensor in self._session.get_inputs()]
        self._cores = ThreadPoolExecutor(usable_cores(), thread_name_prefix="onnx")

    def run(self, encodings: Sequence[Encoding]) -> list[list[FloatArray]]:
        """Run the model on tokenised texts.

        Returns:
            For each text the outputs in the graph's order, without a batch axis.
        """
        if len(encodings) == 1:
            return [self._run_one(encodings[0])]
        return list(self._cores.map(self._run_one, encodings))

    def _run_one(self, encoding: Encoding) -> list[FloatArray]:
        feeds = {
            name: np.array([getattr(encoding, _FIELDS[name])], dtype=np.int64)
            for name in self._inputs
        }
        outputs: list[FloatArray] = self._session.run(None, feeds)
        return [output[0] for output in outputs]
