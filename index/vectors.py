"""The dense index: FAISS, derived from the store."""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread
from typing import Any, BinaryIO, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

from index.checkpoint import discard_unfinished, read_checkpoint, write_checkpoint
from index.locks import ReadWriteLock
from index.store import NOTHING_SEEN, Changes, State, Store

LISTS_FROM = 40_000
"""Passages from which inverted lists are faster than a scan of all float16 vectors (4 ms)."""

RETRAIN_GROWTH = 4.0
"""Lists that were trained on so much less than there is now are trained anew."""

_TRAINING_PER_LIST = 48
_PROBED_ROOT = 4.2
"""Lists that are looked into, as a multiple of the root of their number (recall@20 of 0.98)."""
_CATCH_UP_BATCH = 16_384
_CHECKPOINT_SHARE = 0.1
"""A checkpoint is written once this share of the index is newer than the last one."""


class Neighbours(NamedTuple):
    """Nearest passages, best first: their ids, and cosine similarities in [-1, 1]."""

    ids: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float32]


class Selection:
    """The passages that a search may find.

    Attributes:
        ids: Ascending.
    """

    def __init__(self, ids: npt.NDArray[np.int64]) -> None:
        self.ids = ids

    @cached_property
    def bitmap(self) -> npt.NDArray[np.uint8]:
        """One bit for each id up to the greatest, the lowest first."""
        bits = np.zeros(int(self.ids[-1]) + 1 if len(self.ids) else 0, dtype=bool)
        bits[self.ids] = True
        return np.packbits(bits, bitorder="little")

    def __contains__(self, passage_id: int) -> bool:
        byte, bit = divmod(passage_id, 8)
        return byte < len(self.bitmap) and bool(self.bitmap[byte] >> bit & 1)

    @cached_property
    def selector(self) -> Any:  # noqa: ANN401 - faiss has no types
        """The same for faiss; it points into `bitmap`, which lives as long."""
        return faiss.IDSelectorBitmap(self.bitmap)


class VectorIndex:
    """An index of unit vectors that follows a store.

    Few vectors are scanned, all of them, as float16. Many are sorted into inverted lists and
    kept as bytes; the lists are trained in the background while searches go on in the old index.
    It holds nothing of its own: without its checkpoint, or with a damaged one, it is made again
    from the store.
    """

    def __init__(self, checkpoint: Path) -> None:
        """Load the checkpoint if there is a whole one."""
        self._checkpoint = checkpoint
        self._lock = ReadWriteLock()  # held by searches and by each change of the index
        self._updating = Lock()  # held by whoever brings it up to date
        self._training: Thread | None = None
        self._index: Any = None
        self._trained_on = 0
        self._state = NOTHING_SEEN
        self._saved = NOTHING_SEEN
        self._stamp = 0
        self._adopt_checkpoint()

    @property
    def state(self) -> State:
        """How far it has seen the store."""
        return self._state

    @property
    def is_exact(self) -> bool:
        """Whether its similarities are those of the stored vectors, and none is missed."""
        return not isinstance(self._index, faiss.IndexIVF)

    def catch_up(self, store: Store) -> None:
        """Bring the index to what the store holds now."""
        if self._state == store.state() and self._stamp == _stamp(self._checkpoint):
            return
        with self._updating:
            if self._stamp != _stamp(self._checkpoint):
                self._adopt_checkpoint()
            with store.changes_since(self._state) as changes:
                self._take(changes)

    def search(
        self,
        vector: npt.NDArray[np.float32],
        k: int,
        selection: Selection | None = None,
    ) -> Neighbours:
        """Find the nearest passages.

        Args:
            vector: Shape (dimension,), of unit length.
            k: How many at most.
            selection: Only these passages; None is all.
        """
        with self._lock.reading():
            index = self._index
            if index is None or index.ntotal == 0:
                return Neighbours(np.empty(0, np.int64), np.empty(0, np.float32))
            options: dict[str, Any] = {"sel": selection.selector} if selection else {}
            parameters: Any
            if isinstance(index, faiss.IndexIVF):
                parameters = faiss.SearchParametersIVF(nprobe=_probes(index, selection), **options)
            else:
                parameters = faiss.SearchParameters(**options)
            # One question is work for one thread; a team of them only waits for its last.
            with _threads(1):
                similarities, ids = index.search(
                    vector[None, :], min(k, index.ntotal), params=parameters
                )
        found = ids[0] >= 0
        return Neighbours(ids[0][found], np.clip(similarities[0][found], -1.0, 1.0))

    def ids(self) -> npt.NDArray[np.int64]:
        """All passage ids in it, ascending."""
        with self._lock.reading():
            if self._index is None:
                return np.empty(0, np.int64)
            if isinstance(self._index, faiss.IndexIVF):
                lists = self._index.invlists
                parts = [
                    faiss.rev_swig_ptr(lists.get_ids(each), lists.list_size(each)).copy()
                    for each in range(lists.nlist)
                    if lists.list_size(each)
                ]
                return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)
            return np.sort(faiss.vector_to_array(self._index.id_map))

    def maintain(self, store: Store, *, wait: bool) -> None:
        """Train the inverted lists if they are due, and write a checkpoint if that is worth it.

        Args:
            store: Which it follows.
            wait: Return when that is done; else it goes on in a thread of its own.
        """
        if self._training is not None and self._training.is_alive():
            if wait:
                self._training.join()
            return
        if not self._training_is_due():
            self._save()
            return
        self._training = Thread(target=self._train, args=(store,), daemon=True)
        self._training.start()
        if wait:
            self._training.join()

    def discard(self) -> None:
        """Forget everything, also the checkpoint."""
        with self._updating, self._lock.writing():
            self._checkpoint.unlink(missing_ok=True)
            self._index, self._trained_on = None, 0
            self._state = self._saved = NOTHING_SEEN
            self._stamp = _stamp(self._checkpoint)

    def _take(self, changes: Changes) -> None:
        if changes.state == self._state:
            return
        if changes.anew or self._index is None:
            index, trained_on = self._from_all(changes)
            with self._lock.writing():
                self._index, self._trained_on = index, trained_on
                self._state, self._saved = changes.state, NOTHING_SEEN
            return
        removed = changes.removed()
        if removed:
            with self._lock.writing():
                self._index.remove_ids(np.array(removed, dtype=np.int64))
        for ids, vectors in changes.added(_CATCH_UP_BATCH):
            with self._lock.writing():
                self._index.add_with_ids(vectors.astype(np.float32), ids)
        self._state = changes.state

    def _from_all(self, changes: Changes) -> tuple[Any, int]:
        """A new index of all that the store holds, and how many it was trained on (0: a scan)."""
        index: Any = None
        trained_on = 0
        count = changes.count()
        with _threads(os.cpu_count() or 1):
            for ids, vectors in changes.added(_CATCH_UP_BATCH):
                if index is None and count >= LISTS_FROM:
                    index, trained_on = _trained(changes, count), count
                elif index is None:
                    index = _scan(vectors.shape[1])
                index.add_with_ids(vectors.astype(np.float32), ids)
        return index, trained_on

    def _training_is_due(self) -> bool:
        count = self._index.ntotal if self._index is not None else 0
        return bool(count >= max(LISTS_FROM, RETRAIN_GROWTH * self._trained_on))

    def _train(self, store: Store) -> None:
        with store.changes_since(NOTHING_SEEN) as changes:
            index, trained_on = self._from_all(changes)
        with self._updating:
            with self._lock.writing():
                self._index, self._trained_on = index, trained_on
                self._state, self._saved = changes.state, NOTHING_SEEN
            with store.changes_since(self._state) as later:
                self._take(later)
            del index
        if self._save():
            # Lists that grew step by step hold up to twice the memory that they need.
            with self._updating:
                self._adopt_checkpoint()
        store.close_thread()

    def _save(self) -> bool:
        """Write a checkpoint if enough has changed since the last one; whether it was written."""
        with self._updating, self._lock.reading():
            if self._index is None or self._state == self._saved:
                return False
            new = self._state.last_passage - self._saved.last_passage
            changed = new + self._state.counter - self._saved.counter
            if changed < _CHECKPOINT_SHARE * self._index.ntotal:
                return False
            header = {"state": self._state, "trained_on": self._trained_on}
            index = self._index
            try:
                discard_unfinished(self._checkpoint)
                write_checkpoint(
                    self._checkpoint,
                    header,
                    lambda take: faiss.write_index(index, faiss.PyCallbackIOWriter(take)),
                )
            except OSError:
                # A full disk costs the next opening some seconds; the store has everything.
                return False
            self._saved = self._state
            self._stamp = _stamp(self._checkpoint)
            return True

    def _adopt_checkpoint(self) -> None:
        """Load the checkpoint, which this or another process has written, unless it is older."""
        self._stamp = _stamp(self._checkpoint)

        def load(header: dict[str, Any], file: BinaryIO) -> tuple[State, int, Any]:
            state = State(*header["state"])
            mine = self._state
            if state.identity == mine.identity and state.counter < mine.counter:
                return mine, self._trained_on, None
            index = faiss.read_index(faiss.PyCallbackIOReader(file.read))
            return state, header["trained_on"], index

        try:
            found = read_checkpoint(self._checkpoint, load)
        except (KeyError, TypeError, RuntimeError):  # Of another version, or not of FAISS.
            found = None
        if found is None or found[2] is None:
            return
        with self._lock.writing():
            self._state, self._trained_on, self._index = found
            self._saved = self._state


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let faiss use this many threads, for a while.

    The setting is OpenMP's, one of each calling thread, and torch may share it: left behind, it
    would put a torch reader in the same thread on one core.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _scan(dimension: int) -> Any:  # noqa: ANN401 - faiss has no types
    scan = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return faiss.IndexIDMap(scan)


def _trained(changes: Changes, count: int) -> Any:  # noqa: ANN401 - faiss has no types
    """Empty inverted lists, trained on a sample of the store's vectors."""
    lists = 2 ** round(math.log2(2 * math.sqrt(count)))
    sample = changes.sample(_TRAINING_PER_LIST * lists).astype(np.float32)
    dimension = sample.shape[1]
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.spherical = True
    index.cp.niter = 10
    index.train(sample)
    return index


def _probes(index: Any, selection: Selection | None) -> int:  # noqa: ANN401 - faiss has no types
    """How many lists to look into: more where a filter leaves little in each."""
    lists = int(index.nlist)
    share = 1.0 if selection is None else max(len(selection.ids), 1) / max(index.ntotal, 1)
    return min(lists, max(16, round(_PROBED_ROOT * math.sqrt(lists) / max(share, 1e-9))))


def _stamp(path: Path) -> int:
    """Changes whenever a checkpoint is replaced; 0 while there is none."""
    try:
        found = path.stat()
    except OSError:
        return 0
    return found.st_mtime_ns ^ found.st_ino
