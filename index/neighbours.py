"""Nearest neighbours among unit vectors, by FAISS: a scan of all, or inverted lists."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

from index.selection import Selection

_TRAINING_PER_LIST = 48
_PROBED_ROOT = 4.2
"""Lists that are looked into, as a multiple of the root of their number (recall@20 of 0.98)."""


class Neighbours(NamedTuple):
    """Nearest passages, best first: their ids, and cosine similarities in [-1, 1]."""

    ids: npt.NDArray[np.int64]
    similarities: npt.NDArray[np.float32]


def scan(dimension: int) -> Any:  # noqa: ANN401 - faiss has no types
    """An empty index of float16 vectors, all of which each search looks at."""
    vectors = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return faiss.IndexIDMap(vectors)


def inverted_lists(count: int, sample: Callable[[int], npt.NDArray[np.float16]]) -> Any:  # noqa: ANN401 - faiss has no types
    """Empty inverted lists for about so many vectors, which they keep as bytes.

    Args:
        count: Of the vectors that will be in them.
        sample: Gives about so many of those, to train on: shape (n, dimension).
    """
    lists = 2 ** round(math.log2(2 * math.sqrt(count)))
    vectors = sample(_TRAINING_PER_LIST * lists).astype(np.float32)
    dimension = vectors.shape[1]
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.spherical = True
    index.cp.niter = 10
    index.train(vectors)
    return index


def is_exact(index: Any) -> bool:  # noqa: ANN401 - faiss has no types
    """Whether an index misses none; inverted lists do, and round the similarities."""
    return not isinstance(index, faiss.IndexIVF)


def nearest(
    index: Any,  # noqa: ANN401 - faiss has no types
    vector: npt.NDArray[np.float32],
    k: int,
    selection: Selection | None,
) -> Neighbours:
    """Search an index, in this thread alone; arguments as of `VectorIndex.search`."""
    options: dict[str, Any] = {"sel": selection.selector} if selection else {}
    parameters: Any
    if is_exact(index):
        parameters = faiss.SearchParameters(**options)
    else:
        parameters = faiss.SearchParametersIVF(nprobe=_probes(index, selection), **options)
    # One question is work for one thread; a team of them only waits for its last.
    with threads(1):
        similarities, ids = index.search(vector[None, :], min(k, index.ntotal), params=parameters)
    found = ids[0] >= 0
    return Neighbours(ids[0][found], np.clip(similarities[0][found], -1.0, 1.0))


def ids_in(index: Any) -> npt.NDArray[np.int64]:  # noqa: ANN401 - faiss has no types
    """All ids in an index, ascending."""
    if is_exact(index):
        return np.sort(faiss.vector_to_array(index.id_map))
    lists = index.invlists
    parts = [
        faiss.rev_swig_ptr(lists.get_ids(each), lists.list_size(each)).copy()
        for each in range(lists.nlist)
        if lists.list_size(each)
    ]
    return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)


@contextmanager
def threads(count: int) -> Iterator[None]:
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


def _probes(index: Any, selection: Selection | None) -> int:  # noqa: ANN401 - faiss has no types
    """How many lists to look into: more where a filter leaves little in each."""
    lists = int(index.nlist)
    share = 1.0 if selection is None else max(len(selection.ids), 1) / max(index.ntotal, 1)
    return min(lists, max(16, round(_PROBED_ROOT * math.sqrt(lists) / max(share, 1e-9))))
