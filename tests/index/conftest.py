import pytest


@pytest.fixture
def small_lists(monkeypatch):
    """Train inverted lists from a few hundred passages on, and save always."""
    monkeypatch.setattr("index.vectors.LISTS_FROM", 300)
    monkeypatch.setattr("index.vectors._CHECKPOINT_SHARE", 0.0)
