"""A bundled ONNX model: verified when loaded, run on all cores, one text at a time on each."""

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
"""Where fewer texts than cores are read, a second core helps with each. One passage by `base` takes
0.55 to 0.70 times as long so, two at the same time no longer than before; neither takes more CPU
time, and the outputs are the same to the last bit (two cores of an EPYC, one of them busy)."""

FloatArray = npt.NDArray[np.float32]

_FIELDS = {"input_ids": "ids", "token_type_ids": "type_ids"}


def verify(folder: Path, *names: str) -> None:
    """Check files of a model folder against the sha256 that its `manifest.json` records.

    Args:
        folder: The model's.
        names: Of the files; none given is all that are recorded.

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
    activations of one passage stay in a core's cache, and nothing is padded), and a text's
    result does not depend on its company, as it would where a batch shares its int8 scales.
    A core that has no text of its own helps with that of another.

    Attributes:
        tokenizer: Its tokenizer, without padding; truncation is the caller's choice.
    """

    def __init__(self, folder: Path) -> None:
        verify(folder)
        self.tokenizer = load_tokenizer(folder)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.intra_op_num_threads = min(THREADS_OF_A_TEXT, usable_cores())
        # Threads that wait for work in a loop take the cores from the other texts.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            # By its path, from which it finds the other files.
            folder / "model.onnx",
            options,
            providers=["CPUExecutionProvider"],
            # The fused operator is not vectorised: eight times slower than its two parts.
            disabled_optimizers=["SkipLayerNormFusion"],
        )
        self._inputs = [tensor.name for tensor in self._session.get_inputs()]
        self._cores = ThreadPoolExecutor(usable_cores(), thread_name_prefix="onnx")

    def run(self, encodings: Sequence[Encoding]) -> list[list[FloatArray]]:
        """Run the network on each of some tokenised texts.

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
