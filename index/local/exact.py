"""Exact nearest neighbours among unit vectors: a FAISS scan of all of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple, Protocol

import faiss
import numpy as np
import numpy.typing as npt

from index.local.selection import Selection


class Neighbours(NamedTuple):
    """Nearest passages, best first: their ids, and cosine similarities in [-1, 1]."""

    ids: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float32]


class Index(Protocol):
    """Vectors by passage id, added in ascending order of ids.

    Not synchronized: one thread may change it, or many may search it.

    Attributes:
        is_exact: True if similarities are those of the stored vectors, and no passage is missed.
    """

    is_exact: bool

    @property
    def dimension(self) -> int:
        """Number of dimensions of its vectors."""

    def __len__(self) -> int:
        """Number of vectors."""

    def add(self, ids: npt.NDArray[np.int64], vectors: npt.NDArray[np.float16]) -> None:
        """Add vectors (shape (n, dimension)); their ids are greater than all that are there."""

    def remove(self, ids: npt.NDArray[np.int64]) -> None:
        """Remove the vectors of these ids; ids that are not there are ignored."""

    def ids(self) -> npt.NDArray[np.int64]:
        """All ids, ascending."""

    def nearest(
        self, vector: npt.NDArray[np.float32], k: int, selection: Selection | None
    ) -> Neighbours:
        """Search, in the calling thread alone; arguments as for `VectorIndex.search`."""

    def write(self, take: Callable[[Any], None]) -> None:
        """Pass the serialized index to `take`; `read` loads it again."""


class Numbered:
    """Quantized vectors in one flat FAISS array, with their ids."""

    def __init__(self, codes: Any, numbers: Any = None) -> None:  # noqa: ANN401 - faiss has no types
        """Wrap `codes`, a scalar quantizer, and `numbers`, its id map; None makes a new map."""
        self._codes = codes
        self._numbers = faiss.IndexIDMap(codes) if numbers is None else numbers

    @classmethod
    def read(cls, reader: Any) -> "Numbered":  # noqa: ANN401 - faiss has no types
        """Read what `write` wrote."""
        numbers = faiss.read_index(reader)
        return cls(faiss.downcast_index(numbers.index), numbers)

    def write(self, writer: Any) -> None:  # noqa: ANN401 - faiss has no types
        """Serialize it to a FAISS writer."""
        faiss.write_index(self._numbers, writer)

    @property
    def dimension(self) -> int:
        """Number of dimensions of the vectors."""
        return int(self._codes.d)

    def __len__(self) -> int:
        return int(self._numbers.ntotal)

    def add(self, ids: npt.NDArray[np.int64], vectors: npt.NDArray[np.float32]) -> None:
        """Add vectors; their ids are greater than all that are there."""
        self._numbers.add_with_ids(vectors, ids)

    def remove(self, ids: npt.NDArray[np.int64]) -> None:
        """Remove the vectors of these ids; the others move up."""
        self._numbers.remove_ids(ids)

    def ids(self) -> npt.NDArray[np.int64]:
        """All ids, ascending: a view that the next change makes invalid."""
        return _view(self._numbers.id_map, len(self), np.int64)

    def scan(
        self, vector: npt.NDArray[np.float32], k: int, selection: Selection | None
    ) -> Neighbours:
        """The nearest of all vectors, or of the selected ones."""
        parameters = faiss.SearchParameters(**({"sel": selection.selector} if selection else {}))
        similarities, ids = self._numbers.search(
            vector[None, :], min(k, len(self)), params=parameters
        )
        valid = ids[0] >= 0
        return Neighbours(ids[0][valid], np.clip(similarities[0][valid], -1.0, 1.0))

    def among(
        self, vector: npt.NDArray[np.float32], k: int, candidates: npt.NDArray[np.int64]
    ) -> Neighbours:
        """The nearest of the candidates, whose ids are ascending; unknown ids are ignored."""
        ids = self.ids()
        rows = np.searchsorted(ids, candidates)
        rows = rows[: np.searchsorted(rows, len(ids))]
        rows = rows[ids[rows] == candidates[: len(rows)]]
        size = self._codes.sa_code_size()
        codes = _view(self._codes.codes, len(ids) * size, np.uint8).reshape(-1, size)
        vectors = self._codes.sa_decode(codes[rows])
        similarities = np.empty(len(rows), dtype=np.float32)
        # Not numpy's product, which wakes the threads of a BLAS for more than a thousand vectors.
        faiss.fvec_inner_products_ny(
            faiss.swig_ptr(similarities),
            faiss.swig_ptr(vector),
            faiss.swig_ptr(vectors),
            vectors.shape[1],
            len(rows),
        )
        best = np.argsort(-similarities)[:k]
        return Neighbours(ids[rows[best]], np.clip(similarities[best], -1.0, 1.0))


class Scan:
    """Float16 vectors; a search compares all of them."""

    is_exact = True

    def __init__(self, vectors: Numbered) -> None:
        self._vectors = vectors

    @classmethod
    def empty(cls, dimension: int) -> "Scan":
        """An empty scan for vectors of this dimension."""
        codes = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        return cls(Numbered(codes))

    @classmethod
    def read(cls, file: BinaryIO) -> "Scan":
        """Read what `write` wrote."""
        return cls(Numbered.read(faiss.PyCallbackIOReader(file.read)))

    def write(self, take: Callable[[Any], None]) -> None:
        """See `Index`."""
        self._vectors.write(faiss.PyCallbackIOWriter(take))

    @property
    def dimension(self) -> int:
        """See `Index`."""
        return self._vectors.dimension

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, ids: npt.NDArray[np.int64], vectors: npt.NDArray[np.float16]) -> None:
        """See `Index`."""
        self._vectors.add(ids, vectors.astype(np.float32))

    def remove(self, ids: npt.NDArray[np.int64]) -> None:
        """See `Index`."""
        self._vectors.remove(ids)

    def ids(self) -> npt.NDArray[np.int64]:
        """See `Index`."""
        return self._vectors.ids().copy()

    def nearest(
        self, vector: npt.NDArray[np.float32], k: int, selection: Selection | None
    ) -> Neighbours:
        """See `Index`."""
        # One question is too little work for several threads: all would wait for the last one.
        with threads(1):
            return self._vectors.scan(vector, k, selection)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Make FAISS use this many threads within the block.

    The setting is OpenMP's, one for each calling thread, and torch may share it: if it were not
    reset, a torch reader in the same thread would run on one core.
    """
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _view(vector: Any, size: int, dtype: Any) -> npt.NDArray[Any]:  # noqa: ANN401 - faiss has no types
    """A NumPy view of a C++ vector, without a copy."""
    if size == 0:
        return np.empty(0, dtype)
    view: npt.NDArray[Any] = faiss.rev_swig_ptr(vector.data(), size)
    return view.view(dtype)
