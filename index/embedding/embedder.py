"""Embedders: the bundled model, or any sentence-transformers model."""

import json
from collections.abc import Sequence
from functools import cache, cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from index.embedding.hub import only_local
from index.errors import UserError

if TYPE_CHECKING:
    from index.embedding.onnx_model import OnnxModel

MAX_TOKENS = 256
"""The longest input that all-MiniLM-L6-v2 was made for."""

DIMENSION = 384
"""Number of dimensions of the bundled embedder's vectors."""

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Anything that turns texts into unit vectors; models load when first used.

    Attributes:
        name: Stored with each collection, so that the vectors of two embedders are never mixed.
    """

    name: str

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: shape (len(texts), dimension), rows of unit length."""
        ...


class BundledEmbedder:
    """all-MiniLM-L6-v2, int8, by onnxruntime: no torch, no network."""

    def __init__(self) -> None:
        from index.embedding.onnx_model import BUNDLED_MODELS

        self._folder = BUNDLED_MODELS / "embedder"
        manifest = json.loads((self._folder / "manifest.json").read_text())
        self.name = f"bundled:{manifest['sha256']['model.onnx'][:16]}"
        self._loading = Lock()
        self._loaded: OnnxModel | None = None

    @property
    def _model(self) -> "OnnxModel":
        from index.embedding.onnx_model import OnnxModel

        with self._loading:
            if self._loaded is None:
                self._loaded = OnnxModel(self._folder)
                self._loaded.tokenizer.enable_truncation(MAX_TOKENS)
            return self._loaded

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: shape (len(texts), 384), rows of unit length."""
        encodings = self._model.tokenizer.encode_batch_fast(list(texts))
        vectors = np.empty((len(texts), DIMENSION), dtype=np.float32)
        for row, (vector,) in enumerate(self._model.run(encodings)):
            vectors[row] = vector
        return vectors


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or folder, on its own device."""

    def __init__(self, model: str) -> None:
        self.name = model

    @cached_property
    def _model(self) -> Any:  # noqa: ANN401 - sentence-transformers is imported when used
        local = only_local("embedder", self.name)
        from sentence_transformers import SentenceTransformer

        try:
            return SentenceTransformer(self.name, local_files_only=local)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(f"embedder {self.name!r}: cannot be loaded ({reason})") from None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Embed texts: shape (len(texts), dimension), rows of unit length."""
        vectors = self._model.encode(
            list(texts), normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(vectors, dtype=np.float32)


@cache
def load_embedder(name: str | None = None) -> Embedder:
    """Load an embedder by the name that a collection stores or a user gives.

    All collections of a process share it; the model loads when it is first used.

    Args:
        name: A sentence-transformers name or folder, or None for the bundled embedder.

    Raises:
        UserError: If it names a bundled embedder that this version does not bring.
    """
    if name is not None and not name.startswith("bundled:"):
        return SentenceTransformerEmbedder(name)
    if name is not None and is_superseded(name):
        raise UserError(
            "this collection was embedded by another version of article-qa; "
            "`article-qa check --repair` embeds its articles anew"
        )
    return BundledEmbedder()


def is_superseded(name: str) -> bool:
    """True for the name of a bundled embedder of another version of this program."""
    return name.startswith("bundled:") and name != BundledEmbedder().name
