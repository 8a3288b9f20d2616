import pytest
from hypothesis import settings

from tests.index.website import Site

# A machine that is busy with something else is no failure.
settings.register_profile("index", deadline=None)
settings.load_profile("index")


@pytest.fixture
def small_lists(monkeypatch):
    """Train inverted lists from a few hundred passages on, and save always."""
    monkeypatch.setattr("index.vectors.LISTS_FROM", 300)
    monkeypatch.setattr("index.vectors._CHECKPOINT_SHARE", 0.0)


@pytest.fixture
def site():
    """A website on the loopback."""
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()
