"""A collection whose vectors are of the embedder that another version brought."""

import sqlite3

import numpy as np
import pytest

import index.maintenance.reembedding
from index.collection import Collection
from index.embedding.embedder import BundledEmbedder
from index.errors import UserError
from index.local.folder import STORE
from index.local.store import Store
from index.maintenance.backup import restore
from index.maintenance.reembedding import embed_anew
from index.maintenance.verify import check, repair
from index.passages import embedding_text, split
from tests.index.helpers import make_article

OLD = "bundled:0000000000000000"
COUNT = 40


class CountingEmbedder(BundledEmbedder):
    """The bundled embedder, which counts what it embeds."""

    def __init__(self):
        super().__init__()
        self.embedded = 0

    def embed(self, texts):
        self.embedded += len(texts)
        return super().embed(texts)


def put(store, article):
    passages = split(article)
    vectors = np.eye(len(passages), 384, dtype=np.float16)
    store.put([(article, passages, vectors)])


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    """The work takes several batches, as that over a real collection does."""
    monkeypatch.setattr(index.maintenance.reembedding, "BATCH_PASSAGES", 16)


@pytest.fixture
def old(tmp_path):
    """The folder of a collection that an older version made."""
    store = Store(tmp_path / STORE, create_with=OLD)
    for number in range(COUNT):
        put(store, make_article(number))
    store.close()
    return tmp_path


def stored_vectors(folder):
    connection = sqlite3.connect(folder / STORE)
    rows = connection.execute("SELECT vector FROM passages ORDER BY id").fetchall()
    connection.close()
    return np.array([np.frombuffer(row[0], np.float16) for row in rows], np.float32)


def test_it_is_refused_until_it_is_repaired_and_then_searched(old):
    with Collection(old) as collection:
        with pytest.raises(UserError, match="check --repair"):
            collection.search("anything")
        report = check(collection)
        assert report.problems == ["vectors: made by the embedder of another version of article-qa"]
        told = []
        repair(collection, report, lambda done, total: told.append((done, total)))
        assert told[-1] == (COUNT, COUNT)
        assert check(collection).problems == []
        question = make_article(7).text
        assert collection.search(question)[0].passage.article_id == make_article(7).id
        expected = collection.embedder.embed(["x"]).shape
    vectors = stored_vectors(old)
    assert vectors.shape == (COUNT, expected[1])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=0.01)
    assert np.abs(vectors @ vectors[0]).min() > 0  # none is a row of the old unit matrix
    assert {path.name for path in old.iterdir()} & {"reembedding.sqlite"} == set()


def test_an_interrupted_repair_goes_on(old):
    def interrupt(done, total):
        raise KeyboardInterrupt

    embedder = CountingEmbedder()
    store = Store(old / STORE)
    before = stored_vectors(old)
    with pytest.raises(KeyboardInterrupt):
        embed_anew(store, old / "reembedding.sqlite", embedder, interrupt)
    assert 0 < embedder.embedded < COUNT
    assert np.array_equal(stored_vectors(old), before)
    assert store.embedder == OLD
    embed_anew(store, old / "reembedding.sqlite", embedder, lambda done, total: None)
    assert embedder.embedded == COUNT
    assert store.embedder == embedder.name
    store.close()


def test_what_is_added_meanwhile_is_embedded_too_and_late_writers_are_refused(old):
    embedder = CountingEmbedder()
    store, writer = Store(old / STORE), Store(old / STORE)
    late = iter(range(COUNT, COUNT + 2))

    def add_another(done, total):
        if (number := next(late, None)) is not None:
            put(writer, make_article(number))

    embed_anew(store, old / "reembedding.sqlite", embedder, add_another)
    assert embedder.embedded == COUNT + 2 == store.counts()[1]
    with pytest.raises(UserError, match="open it again"):
        put(writer, make_article(999))
    store.close()
    writer.close()
    with Collection(old) as collection:
        for number in (COUNT, COUNT + 1):
            hit = collection.search(make_article(number).text)[0]
            assert hit.passage.article_id == make_article(number).id
        assert check(collection).problems == []


def test_what_was_gathered_before_a_restore_is_not_given_to_other_passages(old, tmp_path_factory):
    backed_up = tmp_path_factory.mktemp("other")
    made = Store(backed_up / STORE, create_with=OLD)
    for number in range(COUNT):
        put(made, make_article(1000 + number))
    made.close()

    def restore_and_interrupt(done, total):
        restore(backed_up, old)
        raise KeyboardInterrupt

    store = Store(old / STORE)
    with pytest.raises(KeyboardInterrupt):
        embed_anew(store, old / "reembedding.sqlite", BundledEmbedder(), restore_and_interrupt)
    store.close()
    store = Store(old / STORE)
    embed_anew(store, old / "reembedding.sqlite", BundledEmbedder(), lambda done, total: None)
    store.close()
    articles = [make_article(1000 + number) for number in range(COUNT)]
    texts = [embedding_text(article, passage) for article in articles for passage in split(article)]
    expected = BundledEmbedder().embed(texts)
    assert np.allclose(stored_vectors(old), expected, atol=1e-3)
