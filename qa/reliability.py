"""Reliability of stated probabilities: the calibration error. Pure."""

import numpy as np
import numpy.typing as npt

BINS = 10
"""Of the confidence, equally wide: [0, 0.1), [0.1, 0.2), ..., [0.9, 1]."""

Floats = npt.NDArray[np.float64]


def calibration_error(
    confidence: Floats,
    right: npt.NDArray[np.bool_],
    weights: Floats | None = None,
    bins: int = BINS,
) -> Floats:
    """The expected calibration error (ECE; Naeini et al. 2015), over equally wide bins.

    The distance of mean confidence and share right in each bin, averaged over the answers.

    Args:
        confidence: Shape (n,), in [0, 1].
        right: Shape (n,).
        weights: Shape (..., n), how often each answer counts; None counts each once.
        bins: How many.

    Returns:
        Shape (...); NaN where no answer counts.

    Example:
        >>> import numpy as np
        >>> float(calibration_error(np.array([0.5, 0.5]), np.array([True, False])))
        0.0
    """
    weights = np.ones(len(confidence)) if weights is None else weights
    gaps = np.abs((weights * (confidence - right)) @ members(confidence, bins)).sum(axis=-1)
    total = np.asarray(weights.sum(axis=-1))
    nan = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(gaps, total, out=nan, where=total > 0), dtype=np.float64)


def members(confidence: Floats, bins: int = BINS) -> Floats:
    """Shape (n, bins): 1 where an answer falls in a bin; 1.0 belongs to the last bin."""
    index = np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
    return np.asarray(index[:, None] == np.arange(bins), dtype=np.float64)
