"""The dense index: FAISS, derived from the store."""

from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

from index.checkpoint import read_checkpoint, write_checkpoint
from index.store import State, Store

_CATCH_UP_BATCH = 16_384
_CHECKPOINT_SHARE = 0.1
"""A checkpoint is written once this share of the index is newer than the last one."""


class Neighbours(NamedTuple):
    """Nearest passages, best first: their ids, and cosine similarities in [-1, 1]."""

    ids: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float32]


class VectorIndex:
    """An exact scan over float16 vectors that follows a store.

    It holds nothing of its own: without its checkpoint, or with a damaged one, it is made again
    from the store.
    """

    def __init__(self, checkpoint: Path) -> None:
        self._checkpoint = checkpoint
        self._lock = Lock()
        self._index: Any = None
        self._state = State(0, 0)
        self._saved = State(0, 0)
        self._load()

    def catch_up(self, store: Store) -> None:
        """Bring the index to what the store holds now."""
        with self._lock, store.changes_since(self._state) as changes:
            if changes.state == self._state:
                return
            removed = changes.removed()
            if removed and self._index is not None:
                self._index.remove_ids(np.array(removed, dtype=np.int64))
            for ids, vectors in changes.added(_CATCH_UP_BATCH):
                if self._index is None:
                    self._index = _new_index(vectors.shape[1])
                self._index.add_with_ids(vectors.astype(np.float32), ids)
            self._state = changes.state

    def search(
        self,
        vector: npt.NDArray[np.float32],
        k: int,
        allowed: npt.NDArray[np.int64] | None = None,
    ) -> Neighbours:
        """Find the nearest passages.

        Args:
            vector: Shape (dimension,), of unit length.
            k: How many at most.
            allowed: Only these passage ids; None is all.
        """
        with self._lock:
            if self._index is None or self._index.ntotal == 0:
                return Neighbours(np.empty(0, np.int64), np.empty(0, np.float32))
            parameters = None
            if allowed is not None:
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
            k = min(k, self._index.ntotal)
            similarities, ids = self._index.search(vector[None, :], k, params=parameters)
        found = ids[0] >= 0
        return Neighbours(ids[0][found], np.clip(similarities[0][found], -1.0, 1.0))

    def save(self) -> None:
        """Write a checkpoint if enough has changed since the last one to be worth it."""
        with self._lock:
            if self._index is None or self._state == self._saved:
                return
            new = self._state.last_passage - self._saved.last_passage
            changed = new + self._state.counter - self._saved.counter
            if changed < _CHECKPOINT_SHARE * self._index.ntotal:
                return
            header = {"counter": self._state.counter, "last_passage": self._state.last_passage}
            write_checkpoint(self._checkpoint, header, faiss.serialize_index(self._index).data)
            self._saved = self._state

    def _load(self) -> None:
        found = read_checkpoint(self._checkpoint)
        if found is None:
            return
        header, payload = found
        self._index = faiss.deserialize_index(np.frombuffer(payload, dtype=np.uint8))
        self._state = self._saved = State(header["counter"], header["last_passage"])


def _new_index(dimension: int) -> Any:  # noqa: ANN401 - faiss has no types
    scan = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return faiss.IndexIDMap2(scan)
