"""The signatures of articles against those of datasketch."""

import numpy as np
from datasketch import MinHash
from hypothesis import given, strategies

from index.near_duplicates import _mixed, _permutations, signature

hashes = strategies.lists(strategies.integers(0, 2**32 - 1), min_size=1, max_size=50)


def sketch(values):
    made = MinHash(hashfunc=int, num_perm=128, seed=1, scheme="affine32")
    made.update_batch(values)
    return made.hashvalues


@given(hashes)
def test_permutations_are_its_permutations(values):
    factors, terms = _permutations()
    mixed = _mixed(np.array(values, dtype=np.uint32))[:, np.newaxis]
    assert ((mixed * factors + terms).min(axis=0) == sketch(values)).all()


def test_a_long_text_is_signed_as_a_whole():
    words = [str(number) for number in np.random.default_rng(3).integers(0, 10**9, 30_000)]
    whole = signature(" ".join(words))
    # The shingles of two halves that overlap by all but one word of a shingle are those of all.
    halves = signature(" ".join(words[:15_003])), signature(" ".join(words[15_000:]))
    assert (whole == np.minimum(*halves)).all()
    assert not (whole == halves[0]).all()
