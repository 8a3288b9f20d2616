"""The passages that a search may find."""

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt


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
        """The selection for FAISS; it points into `bitmap`, which lives as long."""
        import faiss

        return faiss.IDSelectorBitmap(self.bitmap)
