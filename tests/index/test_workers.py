"""Several processes add articles together."""

import multiprocessing

import pytest

from index.collection import Collection
from index.errors import UserError
from tests.index.helpers import make_article, unique_word


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("index.workers._PART_CHARACTERS", 2_000)


def test_workers_store_what_one_process_would(tmp_path, small_parts):
    articles = [make_article(number, sentences=10 + number) for number in range(12)]
    # An id that comes again, later, with another text.
    articles.append(make_article(3, version=1))
    told = []
    with (
        Collection(tmp_path / "one", create=True) as single,
        Collection(tmp_path / "many", create=True) as many,
    ):
        single.add(articles)
        added = many.add(
            articles, lambda article, count: told.append((article.id, count)), workers=2
        )
        assert (added.added, added.updated, added.unchanged) == (12, 1, 0)
        assert sorted(article_id for article_id, _ in told) == sorted(
            article.id for article in articles
        )
        assert sum(count for _, count in told) == added.passages
        assert list(many.articles()) == list(single.articles())
        assert many.counts() == single.counts()
        hits = many.search(f"here is {unique_word(3, 1)} again", 3)
        assert hits[0].passage.article_id == "3"
        again = many.add(articles[:3] + articles[4:], workers=2)
        assert (again.added, again.updated, again.unchanged) == (0, 0, 12)


def test_a_worker_that_dies_loses_nothing_that_was_told(tmp_path, small_parts):
    articles = [make_article(number, sentences=20) for number in range(30)]
    told = []

    def kill(article, _):
        told.append(article.id)
        for worker in multiprocessing.active_children():
            worker.kill()

    with Collection(tmp_path / "c", create=True) as collection:
        with pytest.raises(UserError, match="a worker has died"):
            collection.add(articles, kill, workers=2)
        stored = {article.id for article in collection.articles()}
        assert told
        assert set(told) <= stored < {article.id for article in articles}
        again = collection.add(articles, workers=2)
        assert again.added == len(articles) - len(stored)
        assert list(collection.articles()) == sorted(articles, key=lambda article: article.id)


def test_an_exception_among_articles_keeps_what_came_before(tmp_path, small_parts):
    told = []

    def articles():
        yield from (make_article(number) for number in range(7))
        raise UserError("the network is gone")

    with Collection(tmp_path / "c", create=True) as collection:
        with pytest.raises(UserError, match="network"):
            collection.add(articles(), lambda article, count: told.append(article.id), workers=2)
        assert sorted(told) == [article.id for article in collection.articles()] == list("0123456")


def test_a_file_of_milvus_lite_is_for_one_process(tmp_path):
    from index.place import place_of
    from index.workers import add_with_workers

    place = place_of(f"milvus://{tmp_path}/lite.db/news")
    with pytest.raises(UserError, match="one process at a time"):
        add_with_workers([make_article(1)], place, 2, lambda article, count: None)
