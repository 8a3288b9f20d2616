"""The dense index: FAISS, derived from the store."""

from pathlib import Path
from threading import Lock, Thread
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from index.cores import usable_cores
from index.local.changes import NOTHING_SEEN, Changes, State
from index.local.checkpoint import read_checkpoint, write_checkpoint
from index.local.exact import Index, Neighbours, Scan, threads
from index.local.folder import set_aside
from index.local.inverted_lists import InvertedLists
from index.local.locks import ReadWriteLock
from index.local.selection import Selection
from index.local.store import Store

LISTS_FROM = 30_000
"""Number of passages from which on a scan of all float16 vectors takes too long (3 ms)."""

RETRAIN_GROWTH = 4.0
"""Inverted lists are trained anew once there are this many times the vectors of their training."""

_CATCH_UP_BATCH = 16_384
_CHECKPOINT_SHARE = 0.1
"""A checkpoint is written once this share of the index is newer than the last one."""


class VectorIndex:
    """An index of unit vectors that follows a store.

    Below `LISTS_FROM` passages, a search scans all vectors as float16. From there on they are in
    inverted lists, which are trained in the background while searches use the old index. All of it
    is derived: if the checkpoint is missing or damaged, the index is rebuilt from the store.
    """

    def __init__(self, checkpoint: Path) -> None:
        """Load the checkpoint if there is a whole one."""
        self._checkpoint = checkpoint
        self._lock = ReadWriteLock()  # held by searches and by each change of the index
        self._updating = Lock()  # held by whoever brings it up to date
        self._training: Thread | None = None
        self._index: Index | None = None
        self._trained_on = 0
        self._state = NOTHING_SEEN
        self._saved = NOTHING_SEEN
        self._stamp = 0
        self._adopt_checkpoint()

    @property
    def state(self) -> State:
        """The last change of the store that is in this index."""
        return self._state

    @property
    def is_exact(self) -> bool:
        """True if its similarities are those of the stored vectors, and no passage is missed."""
        return self._index is None or self._index.is_exact

    @property
    def dimension(self) -> int | None:
        """Number of dimensions of the vectors; None while the index is empty."""
        index = self._index
        return None if index is None else index.dimension

    def catch_up(self, store: Store, latest: State) -> None:
        """Apply the changes of the store, whose state is `latest` or newer."""
        if self._state == latest and self._stamp == _stamp(self._checkpoint):
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
            k: The most passages to return.
            selection: Restricts the search to these passages; None searches all.
        """
        with self._lock.reading():
            index = self._index
            if index is None or len(index) == 0:
                return Neighbours(np.empty(0, np.int64), np.empty(0, np.float32))
            return index.nearest(vector, k, selection)

    def ids(self) -> npt.NDArray[np.int64]:
        """All passage ids in it, ascending."""
        with self._lock.reading():
            return np.empty(0, np.int64) if self._index is None else self._index.ids()

    def maintain(self, store: Store, *, wait: bool) -> None:
        """Train the inverted lists if they are due; write a checkpoint if enough has changed.

        Args:
            store: The store that it follows.
            wait: Wait for the training; otherwise it goes on in the background.
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
        """Empty the index and delete its checkpoint."""
        with self._updating, self._lock.writing():
            if self._checkpoint.is_dir():
                set_aside(self._checkpoint)
            else:
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
        changes.refuse_sizes_other_than(self._index.dimension)
        removed = changes.removed()
        if removed:
            with self._lock.writing():
                self._index.remove(np.array(removed, dtype=np.int64))
        for ids, vectors in changes.added(_CATCH_UP_BATCH):
            with self._lock.writing():
                self._index.add(ids, vectors)
        self._state = changes.state

    def _from_all(self, changes: Changes) -> tuple[Index | None, int]:
        """A new index of all stored vectors, and how many it was trained on (0 for a scan)."""
        index: Index | None = None
        trained_on = 0
        count = changes.count()
        changes.refuse_sizes_other_than(None)
        with threads(usable_cores()):
            for ids, vectors in changes.added(_CATCH_UP_BATCH):
                if index is None and count >= LISTS_FROM:
                    index, trained_on = InvertedLists.trained(count, changes.sample), count
                elif index is None:
                    index = Scan.empty(vectors.shape[1])
                index.add(ids, vectors)
        return index, trained_on

    def _training_is_due(self) -> bool:
        count = len(self._index) if self._index is not None else 0
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
        """Write a checkpoint if enough has changed since the last one; True if it was written."""
        with self._updating, self._lock.reading():
            if self._index is None or self._state == self._saved:
                return False
            new = self._state.last_passage - self._saved.last_passage
            changed = new + self._state.counter - self._saved.counter
            if changed < _CHECKPOINT_SHARE * len(self._index):
                return False
            header = {"state": self._state, "trained_on": self._trained_on}
            try:
                write_checkpoint(self._checkpoint, header, self._index.write)
            except OSError:
                # A full disk costs the next opening some seconds; the store has everything.
                return False
            self._saved = self._state
            self._stamp = _stamp(self._checkpoint)
            return True

    def _adopt_checkpoint(self) -> None:
        """Load the checkpoint, which this or another process has written, unless it is older."""
        self._stamp = _stamp(self._checkpoint)

        def load(header: dict[str, Any], file: BinaryIO) -> tuple[State, int, Index | None]:
            state = State(*header["state"])
            mine = self._state
            if state.identity == mine.identity and state.counter < mine.counter:
                return mine, self._trained_on, None
            trained_on = int(header["trained_on"])
            return state, trained_on, (InvertedLists if trained_on else Scan).read(file)

        try:
            loaded = read_checkpoint(self._checkpoint, load)
        except (KeyError, TypeError, RuntimeError):  # Of another version, or not of FAISS.
            loaded = None
        if loaded is None or loaded[2] is None:
            return
        with self._lock.writing():
            self._state, self._trained_on, self._index = loaded
            self._saved = self._state


def _stamp(path: Path) -> int:
    """A number that changes whenever the checkpoint is replaced; 0 while there is none."""
    try:
        state = path.stat()
    except OSError:
        return 0
    return state.st_mtime_ns ^ state.st_ino
