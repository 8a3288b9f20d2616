"""The lexical and the dense index against independent implementations."""

import numpy as np
import pytest
from rank_bm25 import BM25Okapi

from index.local.backend import LocalBackend
from index.local.dense import VectorIndex
from index.local.lexical import LexicalIndex
from index.types import Article, Filters, Passage
from tests.index.helpers import EMBEDDER, make_article

COUNT = 1_500
DIMENSION = 48


@pytest.fixture(scope="module")
def backend(tmp_path_factory):
    """Articles of one passage each, with vectors in clusters."""
    random = np.random.default_rng(5)
    centres = random.standard_normal((40, DIMENSION))
    vectors = centres[random.integers(0, 40, COUNT)] + 0.7 * random.standard_normal(
        (COUNT, DIMENSION)
    )
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    made = LocalBackend(tmp_path_factory.mktemp("comparison") / "c", EMBEDDER.name)
    made.put(
        (
            Article(str(number), "", article.text, None, f"/{number % 7}/x.txt"),
            [Passage(str(number), 0, len(article.text))],
            vector[None].astype(np.float16),
        )
        for number, vector in enumerate(vectors)
        for article in [make_article(number, sentences=number % 9 + 1)]
    )
    made.follow()
    yield made, vectors.astype(np.float16).astype(np.float32)
    made.close()


def test_bm25_ranks_as_rank_bm25_does(backend):
    made, _ = backend
    lexical: LexicalIndex = made.lexical
    analyze = lexical._analyzer.analyze
    texts = [analyze(made.article(str(number)).text) for number in range(COUNT)]
    # tantivy's k1 and b; rank_bm25's idf differs for words in more than half of the texts, so
    # the questions are of rare ones.
    theirs = BM25Okapi(texts, k1=1.2, b=0.75, epsilon=0.0)
    for number in range(0, COUNT, 97):
        question = made.article(str(number)).text.split(".")[0]
        rare = [word for word in analyze(question) if any(sign.isdigit() for sign in word)]
        rare += [next(word for word in texts[number] if word.startswith("q"))]
        ours = lexical.search(" ".join(rare), 10)
        expected = theirs.get_scores(analyze(" ".join(rare)))
        assert next(iter(ours)) - 1 == int(np.argmax(expected))


def exact(vectors, asked, allowed):
    order = sorted(allowed, key=lambda each: -float(vectors[each - 1] @ asked))
    return order[:10]


@pytest.mark.parametrize("lists", [False, True])
def test_the_dense_index_finds_what_a_scan_finds(backend, tmp_path, monkeypatch, lists):
    made, vectors = backend
    monkeypatch.setattr("index.local.dense.LISTS_FROM", 300 if lists else 10**9)
    index = VectorIndex(tmp_path / "v")
    index.catch_up(made.store, made.store.state())
    assert index.is_exact != lists
    monkeypatch.setitem(made.__dict__, "vectors", index)
    hits = 0
    for number in range(0, COUNT, 50):
        expected = exact(vectors, vectors[number], range(1, COUNT + 1))
        hits += len(set(expected) & set(made.nearest(vectors[number], 10)))
    assert hits >= (0.9 if lists else 0.999) * COUNT / 5


@pytest.mark.parametrize("lists", [False, True])
@pytest.mark.parametrize(
    ("filters", "allowed"),
    [
        (Filters(source="/3/"), [n + 1 for n in range(3, COUNT, 7)]),
        (Filters(source="/"), range(1, COUNT + 1)),
        (Filters(articles=frozenset(map(str, range(0, COUNT, 50)))), range(1, COUNT + 1, 50)),
        (Filters(articles=frozenset(map(str, range(0, COUNT, 3)))), range(1, COUNT + 1, 3)),
    ],
    ids=["some by source", "all by source", "few by id", "many by id"],
)
def test_filters_are_inside_the_search(backend, tmp_path, monkeypatch, lists, filters, allowed):
    made, vectors = backend
    monkeypatch.setattr("index.local.dense.LISTS_FROM", 300 if lists else 10**9)
    monkeypatch.setattr("index.local.lexical._NARROW", 100)
    index = VectorIndex(tmp_path / "v")
    index.catch_up(made.store, made.store.state())
    monkeypatch.setitem(made.__dict__, "vectors", index)
    for number in range(3, 200, 13):
        found = made.find("the harbour and the mayor", vectors[number], 20, filters)
        assert len(found.dense) == 20
        assert len(found.lexical) == 20
        assert {*found.dense, *found.lexical} <= set(allowed)
        expected = exact(vectors, vectors[number], allowed)
        assert len(set(expected) & set(found.dense)) >= 9
