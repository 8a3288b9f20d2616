"""Searches go on, with right results, while inverted lists are trained and switched to."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from index.local import dense
from index.local.backend import LocalBackend
from index.types import Article, Passage
from tests.index.helpers import EMBEDDER

COUNT = 1_200
DIMENSION = 48
NEAREST = 10


def test_searches_during_the_switch_to_lists(tmp_path, monkeypatch):
    random = np.random.default_rng(3)
    centres = random.standard_normal((30, DIMENSION))
    made = centres[random.integers(0, 30, COUNT)] + random.standard_normal((COUNT, DIMENSION)) / 2
    made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float16)
    backend = LocalBackend(tmp_path / "c", EMBEDDER.name)
    backend.put(
        (Article(f"{number}", "", f"text {number}"), [Passage(f"{number}", 0, 4)], vector[None])
        for number, vector in enumerate(made)
    )
    backend.follow()
    assert backend.vectors.is_exact
    exact = made.astype(np.float32)
    asked = exact[::37]
    expected = [set(np.argsort(-(exact @ question))[:NEAREST] + 1) for question in asked]
    gone = next(
        number for number in range(COUNT) if not any(number + 1 in near for near in expected)
    )

    # The real training, held until searches have been seen to go on beside it.
    training, searched = threading.Event(), threading.Event()
    real = dense.InvertedLists.trained

    def held(count, sample):
        training.set()
        assert searched.wait(60)
        return real(count, sample)

    monkeypatch.setattr(dense.InvertedLists, "trained", held)
    monkeypatch.setattr(dense, "LISTS_FROM", 300)
    backend.vectors.maintain(backend.store, wait=False)
    assert training.wait(60)

    done = threading.Event()
    exact_searches = [0] * 4
    list_searches = [0] * 4
    recalls = [[], [], [], []]

    def search(worker):
        place = worker
        while not done.is_set() or not list_searches[worker]:
            before = backend.vectors.is_exact
            near = backend.nearest(asked[place % len(asked)], NEAREST)
            after = backend.vectors.is_exact
            assert len(set(near)) == NEAREST
            recall = len(set(near) & expected[place % len(asked)]) / NEAREST
            if before and after:
                assert recall == 1.0
                exact_searches[worker] += 1
            else:
                list_searches[worker] += 1
            recalls[worker].append(recall)
            place += 4
            if exact_searches[worker] > 20:
                searched.set()

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(search, worker) for worker in range(4)]
        try:
            assert searched.wait(60)
            # What is added while they are trained is in them too.
            backend.put(
                [(Article("late", "", "later"), [Passage("late", 0, 4)], -exact[:1].astype("f2"))]
            )
            backend.remove([f"{gone}"])
            backend.vectors.maintain(backend.store, wait=True)
        finally:
            searched.set()
            done.set()
        for future in workers:
            future.result()
    assert not backend.vectors.is_exact
    assert sum(exact_searches) > 20
    assert min(list_searches) > 0
    assert np.mean(np.concatenate(recalls)) > 0.95
    assert backend.nearest(-exact[0], 1) == [COUNT + 1]
    assert gone + 1 not in backend.nearest(exact[gone], NEAREST)
    assert set(backend.vectors.ids().tolist()) == set(backend.store.passage_ids())
    backend.close()
