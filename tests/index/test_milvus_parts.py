"""Milvus without a server: addresses, and what words are worth."""

from collections import Counter

import pytest
from hypothesis import given, strategies

from index.errors import UserError
from index.milvus import weights
from index.place import MilvusAddress, place_of


@pytest.mark.parametrize(
    ("written", "uri", "name"),
    [
        ("milvus://host/news", "http://host:19530", "news"),
        ("milvus://10.0.0.7:1234/a_1", "http://10.0.0.7:1234", "a_1"),
        ("milvus://[::1]:1234/news", "http://[::1]:1234", "news"),
        ("milvus+tls://in01.example.com:443/news", "https://in01.example.com:443", "news"),
        ("milvus:///data/lite.db/news", "/data/lite.db", "news"),
    ],
)
def test_addresses(written, uri, name):
    place = place_of(written)
    assert place == MilvusAddress(uri, name, written)
    assert str(place) == written
    assert place_of(place) is place


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("milvus://host", "a collection's name"),
        ("milvus://host/a__b", "a collection's name"),
        ("milvus://host/a b", "a collection's name"),
        ("milvus://host/a/b", "not an address"),
        ("milvus://host:none/a", "not an address"),
        ("milvus://host/a?b=c", "not an address"),
        ("milvus:///data/lite/news", "ends in .db"),
        ("milvus+tls:///data/lite.db/news", "ends in .db"),
        ("milvus://user:secret@host/news", "no name or password"),
        ("milvus://user:secret@host/", "a collection's name"),
    ],
)
def test_addresses_that_are_none(written, reason):
    with pytest.raises(UserError, match=reason) as error:
        place_of(written)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_folders_are_no_addresses(tmp_path):
    assert place_of(tmp_path) == tmp_path
    assert place_of("some/milvus") == place_of(place_of("some/milvus"))


words = strategies.lists(strategies.sampled_from([f"w{number}" for number in range(12)]))
counts = strategies.integers(0, 10**9)


@given(counts, counts)
def test_what_a_word_is_worth_is_finite_and_never_negative(passages, holding):
    """Milvus refuses a question otherwise, and the counts may be of different moments."""
    assert 0 <= weights.inverse_frequency(passages, holding) < float("inf")


@given(words, words, words, strategies.floats(0.5, 300), strategies.integers(0, 10**9))
def test_a_stored_vector_gives_the_score_of_its_words(text, title, asked, mean, holding):
    vector, lengths = weights.document(text, title)
    terms = weights.terms(asked)
    idf = {
        dimension: weights.inverse_frequency(10**9, holding)
        for term in terms
        for dimension in (term.text, term.title)
    }
    expected = 0.0
    for part, field, average in ((1.0, text, mean), (0.5, title, 2 * mean)):
        counts = Counter(field)
        # Up to this length tantivy keeps it exactly.
        norm = 1.2 * (0.25 + 0.75 * min(len(field), 40) / average)
        for word in set(asked) & counts.keys():
            weight = weights.inverse_frequency(10**9, holding)
            expected += part * weight * 2.2 * counts[word] / (counts[word] + norm)
    if max(len(text), len(title)) <= 40:
        # As Milvus keeps it.
        import numpy as np

        stored = {dimension: float(np.float32(value)) for dimension, value in vector.items()}
        means = weights.Lengths(mean, 2 * mean)
        assert weights.score(terms, idf, means, stored, lengths) == pytest.approx(expected)
    assert vector
    assert all(value > 0 for value in vector.values())
