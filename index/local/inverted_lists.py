"""Approximate nearest neighbours among very many unit vectors: FAISS inverted lists."""

import math
from collections.abc import Callable
from typing import Any, BinaryIO

import faiss
import numpy as np
import numpy.typing as npt

from index.local.exact import Neighbours, Numbered, threads
from index.local.selection import Selection

_TRAINING_PER_LIST = 48

_LISTS_ROOT = 4.0
"""Number of lists, as a multiple of the square root of the number of vectors."""

_PROBED_LEAST = 320
_PROBED_ROOT = 5.0
"""Lists that a search probes: the least, plus a multiple of the square root of their number.

That is half of the 1,024 lists of a hundred thousand passages and a sixth of the 4,096 of a
million: what a recall@20 of 0.98 takes, since questions are not distributed as passages are.
"""

_CANDIDATES = 400
"""Candidates that the short codes choose, to be reranked by the 8-bit codes."""

_CANDIDATES_PER_WANTED = 8

_NARROW = 2_000
"""A filter that leaves at most so many passages skips the lists; their 8-bit codes are compared."""


class InvertedLists:
    """Vectors in two codes: short ones, sorted into lists, and 8-bit ones, which rerank the best.

    A search probes the lists with the nearest centres. The short codes have a sixth of a byte for
    each dimension, in blocks that are compared in the registers of the processor, so that many
    lists can be probed; the 8-bit codes are precise enough to choose the few passages whose stored
    vectors are read.
    """

    is_exact = False

    def __init__(self, lists: Any, vectors: Numbered) -> None:  # noqa: ANN401 - faiss has no types
        """Wrap `lists`, inverted lists behind a PCA, and `vectors`, the 8-bit codes."""
        self._lists = lists
        self._inner = faiss.downcast_index(lists.index)
        self._vectors = vectors

    @classmethod
    def trained(
        cls, count: int, sample: Callable[[int], npt.NDArray[np.float16]]
    ) -> "InvertedLists":
        """Trained lists without vectors.

        Args:
            count: About how many vectors they will hold.
            sample: Called with a number; returns about so many of these vectors, for training:
                shape (n, dimension).
        """
        number = 2 ** round(math.log2(_LISTS_ROOT * math.sqrt(count)))
        vectors = sample(_TRAINING_PER_LIST * number).astype(np.float32)
        dimension = vectors.shape[1]
        codes = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
        codes.train(vectors)
        turned = _principal(vectors)
        inner = faiss.IndexIVFPQFastScan(
            faiss.IndexFlatIP(turned.d_out),
            turned.d_out,
            number,
            turned.balanced_bins,
            4,
            faiss.METRIC_INNER_PRODUCT,
        )
        inner.by_residual = False
        inner.cp.spherical = True
        inner.cp.niter = 10
        # No warning of few points: the sample has gaps where passages were removed.
        inner.cp.min_points_per_centroid = 1
        lists = faiss.IndexPreTransform(turned, inner)
        lists.train(vectors)
        return cls(lists, Numbered(codes))

    @classmethod
    def read(cls, file: BinaryIO) -> "InvertedLists":
        """Read what `write` wrote."""
        reader = faiss.PyCallbackIOReader(file.read)
        return cls(faiss.read_index(reader), Numbered.read(reader))

    def write(self, take: Callable[[Any], None]) -> None:
        """See `Index`."""
        writer = faiss.PyCallbackIOWriter(take)
        faiss.write_index(self._lists, writer)
        self._vectors.write(writer)

    @property
    def dimension(self) -> int:
        """See `Index`."""
        return self._vectors.dimension

    def __len__(self) -> int:
        return len(self._vectors)

    def add(self, ids: npt.NDArray[np.int64], vectors: npt.NDArray[np.float16]) -> None:
        """See `Index`."""
        wide = vectors.astype(np.float32)
        self._vectors.add(ids, wide)
        self._lists.add_with_ids(wide, ids)

    def remove(self, ids: npt.NDArray[np.int64]) -> None:
        """See `Index`."""
        self._lists.remove_ids(ids)
        self._vectors.remove(ids)

    def ids(self) -> npt.NDArray[np.int64]:
        """See `Index`: what the lists hold, which is what a search can find."""
        lists = self._inner.invlists
        parts = [
            faiss.rev_swig_ptr(lists.get_ids(number), lists.list_size(number)).copy()
            for number in range(lists.nlist)
            if lists.list_size(number)
        ]
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.int64)

    def nearest(
        self, vector: npt.NDArray[np.float32], k: int, selection: Selection | None
    ) -> Neighbours:
        """See `Index`; the similarities are rounded."""
        # One question is too little work for several threads: all would wait for the last one.
        with threads(1):
            if selection is not None and len(selection.ids) <= _NARROW:
                return self._vectors.among(vector, k, selection.ids)
            return self._vectors.among(vector, k, self._candidates(vector, k, selection))

    def _candidates(
        self, vector: npt.NDArray[np.float32], k: int, selection: Selection | None
    ) -> npt.NDArray[np.int64]:
        """Ids of the nearest vectors by their short codes, ascending."""
        options: dict[str, Any] = {"sel": selection.selector} if selection else {}
        parameters = faiss.SearchParametersPreTransform(
            index_params=faiss.SearchParametersIVF(nprobe=self._probes(selection), **options)
        )
        wanted = min(max(_CANDIDATES, _CANDIDATES_PER_WANTED * k), len(self))
        ids: npt.NDArray[np.int64] = self._lists.search(vector[None, :], wanted, params=parameters)[
            1
        ][0]
        return np.sort(ids[ids >= 0])

    def _probes(self, selection: Selection | None) -> int:
        """The number of lists to probe: more if a filter leaves little in each."""
        lists = int(self._inner.nlist)
        share = 1.0 if selection is None else max(len(selection.ids), 1) / max(len(self), 1)
        wanted = _PROBED_LEAST + _PROBED_ROOT * math.sqrt(lists)
        return min(lists, round(wanted / max(share, 1e-9)))


def _principal(vectors: npt.NDArray[np.float32]) -> Any:  # noqa: ANN401 - faiss has no types
    """A PCA to the two thirds of the dimensions with the most variance, for codes of their pairs.

    Each pair gets four bits. Along their principal axes, the dimensions of embeddings differ much
    in variance: those left out hold some hundredths of the length, and the others are paired so
    that all pairs have about the same variance.
    """
    dimension = vectors.shape[1]
    pairs = max(1, dimension // 3)
    some = vectors[:: max(1, len(vectors) // (_TRAINING_PER_LIST * dimension))]
    # With the opposite of each vector the mean is zero: a shift would not keep inner products.
    mirrored = np.concatenate([some, -some] * math.ceil(dimension / (2 * len(some))))
    turned = faiss.PCAMatrix(dimension, min(2 * pairs, dimension))
    turned.balanced_bins = pairs
    turned.train(mirrored)
    return turned
