import pytest

from tests.index.helpers import make_article, open_collection
from tests.index.website import Site


@pytest.fixture
def small_lists(monkeypatch):
    """Train inverted lists from a few hundred passages on, and save always."""
    monkeypatch.setattr("index.local.dense.LISTS_FROM", 300)
    monkeypatch.setattr("index.local.dense._CHECKPOINT_SHARE", 0.0)


@pytest.fixture
def site():
    """A website on the loopback."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def folder(tmp_path, small_lists):
    """A collection of thirty articles."""
    path = tmp_path / "collection"
    with open_collection(path) as collection:
        collection.add(make_article(number, sentences=40) for number in range(30))
    return path
