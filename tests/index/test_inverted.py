"""Inverted lists and scans, against numpy over the same vectors."""

import io

import numpy as np
import pytest
from hypothesis import given, settings, strategies

from index.local.exact import Scan
from index.local.inverted_lists import InvertedLists
from index.local.selection import Selection
from index.maintenance.verify import check
from tests.index.helpers import assert_whole, is_found, open_collection

COUNT = 3_000
DIMENSION = 48
NEAREST = 20
IDS = np.arange(COUNT, dtype=np.int64) * 3 + 5  # as after removals, of two passages in three


def made_vectors():
    random = np.random.default_rng(11)
    centres = random.standard_normal((60, DIMENSION)) * np.linspace(2, 0.1, DIMENSION)
    made = centres[random.integers(0, 60, COUNT)]
    made += 0.5 * random.standard_normal((COUNT, DIMENSION)) * np.linspace(2, 0.1, DIMENSION)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float16)


VECTORS = made_vectors()


def filled(kind):
    if kind is Scan:
        index = Scan.empty(DIMENSION)
    else:
        index = InvertedLists.trained(COUNT, lambda size: VECTORS[:size])
    for first in range(0, COUNT, 700):
        index.add(IDS[first : first + 700], VECTORS[first : first + 700])
    return index


def expected(asked, among):
    rows = np.flatnonzero(np.isin(IDS, among))
    return IDS[rows[np.argsort(-(VECTORS[rows].astype(np.float32) @ asked))][:NEAREST]]


def recall(index, among, selection):
    hits = []
    for asked in VECTORS[::101].astype(np.float32):
        neighbours = index.nearest(asked, NEAREST, selection)
        assert set(neighbours.ids) <= set(among)
        assert len(set(neighbours.ids)) == min(NEAREST, len(among))
        assert list(neighbours.similarities) == sorted(neighbours.similarities, reverse=True)
        rows = np.searchsorted(IDS, neighbours.ids)
        np.testing.assert_allclose(neighbours.similarities, VECTORS[rows] @ asked, atol=0.02)
        hits.append(
            len(set(neighbours.ids) & set(expected(asked, among))) / max(1, len(neighbours.ids))
        )
    return np.mean(hits)


@pytest.mark.parametrize("kind", [Scan, InvertedLists])
@pytest.mark.parametrize("every", [1, 2, 9, 400])
def test_the_nearest_of_a_selection(kind, every, monkeypatch):
    monkeypatch.setattr("index.local.inverted_lists._NARROW", 10)
    index = filled(kind)
    chosen = IDS[::every]
    assert recall(index, chosen, None if every == 1 else Selection(chosen)) > 0.93
    monkeypatch.setattr("index.local.inverted_lists._NARROW", 10_000)
    assert recall(index, chosen, Selection(chosen)) > 0.93


@pytest.mark.parametrize("kind", [Scan, InvertedLists])
def test_what_is_removed_is_gone_and_the_rest_is_found(kind):
    index = filled(kind)
    index.remove(np.concatenate([IDS[::2], [1, 10**9]]))
    left = IDS[1::2]
    assert len(index) == len(left)
    assert index.ids().tolist() == left.tolist()
    assert recall(index, left, None) > 0.93
    # A filter may have been looked up before the removal.
    assert recall(index, left, Selection(IDS)) > 0.93
    late = np.array([IDS[-1] + 1, IDS[-1] + 9], dtype=np.int64)
    index.add(late, -VECTORS[:2])
    assert index.nearest(-VECTORS[1].astype(np.float32), 1, None).ids.tolist() == [late[1]]
    index.remove(index.ids())
    assert len(index) == 0
    assert index.ids().tolist() == []


@pytest.mark.parametrize("kind", [Scan, InvertedLists])
def test_what_is_written_is_read(kind):
    index = filled(kind)
    index.remove(IDS[3:40])
    file = io.BytesIO()
    index.write(file.write)
    file.write(b"checksum")
    file.seek(0)
    again = kind.read(file)
    assert file.read() == b"checksum"
    assert again.ids().tolist() == index.ids().tolist()
    for asked in VECTORS[::97].astype(np.float32):
        before, after = index.nearest(asked, NEAREST, None), again.nearest(asked, NEAREST, None)
        assert before.ids.tolist() == after.ids.tolist()
        assert before.similarities.tolist() == after.similarities.tolist()
    again.add(IDS[-1:] + 1, VECTORS[:1])
    again.remove(IDS[:1])
    assert len(again) == len(index)


@given(
    strategies.integers(1, 40),
    strategies.sets(strategies.integers(0, 60), min_size=1),
    strategies.integers(1, 50),
)
@settings(max_examples=settings().max_examples // 2)
def test_a_comparison_of_some_vectors_is_exact(held, asked_for, k):
    index = Scan.empty(DIMENSION)
    index.add(IDS[:held], VECTORS[:held])
    asked = VECTORS[-1].astype(np.float32)
    candidates = np.array(sorted(asked_for), dtype=np.int64)
    neighbours = index._vectors.among(asked, k, candidates)
    rows = np.flatnonzero(np.isin(IDS[:held], candidates))
    exact = VECTORS[rows].astype(np.float32) @ asked
    assert sorted(neighbours.ids) == sorted(IDS[rows[np.argsort(-exact)[:k]]])
    np.testing.assert_allclose(neighbours.similarities, np.sort(exact)[::-1][:k], atol=1e-5)


@pytest.mark.parametrize("dimension", [2, 5, 64])
def test_vectors_of_few_or_uncommon_dimensions(dimension):
    random = np.random.default_rng(dimension)
    vectors = random.standard_normal((200, dimension))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)
    index = InvertedLists.trained(200, lambda size: vectors)
    index.add(np.arange(1, 201), vectors)
    neighbours = index.nearest(vectors[7].astype(np.float32), 5, None)
    assert neighbours.similarities[0] == pytest.approx(1, abs=0.01)
    assert 8 in neighbours.ids


def test_a_checkpoint_of_another_version_is_made_anew(folder, monkeypatch):
    path = folder / "vectors.faiss"
    with monkeypatch.context() as older:
        older.setattr("index.local.checkpoint._MAGIC", b"article-qa checkpoint 2\n")
        path.unlink()
        with open_collection(folder, create=False) as collection:
            collection.backend.settle()
    before = path.read_bytes()
    with open_collection(folder, create=False) as collection:
        assert check(collection).problems == ["vectors.faiss: damaged or of another version"]
        assert all(is_found(collection, number) for number in range(30))
        collection.backend.settle()
    assert path.read_bytes() != before
    assert_whole(folder)
