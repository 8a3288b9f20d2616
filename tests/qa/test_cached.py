"""A reading is remembered for just what was read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from index.types import Article, Passage
from qa.reading.base import Reader, Request
from qa.reading.cached import CachedReader
from qa.reading.cascade import stages_of
from qa.types import Span

ARTICLE = Article(
    "a",
    "The lock",
    "The lock was opened by Una Roy in 1817. It was shut in 1903.",
    date(2020, 5, 4),
)
WHOLE = Passage("a", 0, len(ARTICLE.text))
QUESTION = "Who opened the lock?"


class Counting:
    """The bundled reader, and what it was asked to read."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.asked: list[Request] = []

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        self.asked += requests
        return self._reader.read_many(requests, per_passage)


@pytest.fixture(scope="module")
def small() -> Reader:
    return stages_of("small").stages[0].load()


@pytest.fixture
def counting(small: Reader) -> Counting:
    return Counting(small)


def test_what_was_read_is_not_read_again(counting: Counting) -> None:
    reader = CachedReader(counting)
    request: Request = (QUESTION, [(ARTICLE, WHOLE)])
    first = reader.read_many([request, request])
    assert ARTICLE.text[first[0][0].start : first[0][0].end] == "Una Roy"
    assert first[0] == first[1]
    assert len(counting.asked) == 1
    assert reader.read_many([request]) == first[:1]
    assert len(counting.asked) == 1


@pytest.mark.parametrize(
    "other",
    [
        (QUESTION, [(replace(ARTICLE, text=ARTICLE.text.replace("Una", "Ida")), WHOLE)]),
        (QUESTION, [(replace(ARTICLE, title="The mill"), WHOLE)]),
        (QUESTION, [(replace(ARTICLE, published=date(1999, 1, 1)), WHOLE)]),
        (QUESTION, [(ARTICLE, Passage("a", 0, 38))]),
        ("When was the lock shut?", [(ARTICLE, WHOLE)]),
    ],
    ids=["text", "title", "date", "passage", "question"],
)
def test_whatever_is_different_is_read(counting: Counting, other: Request) -> None:
    reader = CachedReader(counting)
    reader.read_many([(QUESTION, [(ARTICLE, WHOLE)])])
    spans = reader.read_many([other])
    assert counting.asked[1:] == [other]
    assert spans == counting.read_many([other])


def test_another_number_of_spans_is_another_reading(counting: Counting) -> None:
    reader = CachedReader(counting)
    request: Request = (QUESTION, [(ARTICLE, WHOLE)])
    assert len(reader.read_many([request], 1)[0]) == 1
    assert len(reader.read_many([request], 3)[0]) == 3


def test_what_was_used_longest_ago_is_forgotten_first(counting: Counting) -> None:
    reader = CachedReader(counting, limit=2)
    first, second, third = (
        (question, [(ARTICLE, WHOLE)])
        for question in (QUESTION, "When was it opened?", "When was it shut?")
    )
    reader.read_many([first, second])
    reader.read_many([first])
    reader.read_many([third])
    assert len(counting.asked) == 3
    reader.read_many([first, third])
    assert len(counting.asked) == 3
    reader.read_many([second])
    assert counting.asked[3:] == [second]
