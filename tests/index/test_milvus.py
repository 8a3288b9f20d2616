"""Milvus alone: a server that dies or is away, and writers that meet there."""

import random
import threading
from collections import Counter
from contextlib import contextmanager

import pytest

from index.collection import Collection
from index.errors import UserError
from index.milvus import weights
from index.passages import split
from index.types import Article
from tests.index.helpers import EMBEDDER, make_article, open_collection
from tests.index.milvus import NEEDS_MILVUS, Server, has_milvus

needs_milvus = pytest.mark.skipif(not has_milvus(), reason=NEEDS_MILVUS)


@pytest.fixture
def server(tmp_path):
    served = Server(tmp_path / "data", MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES="40000")
    served.start()
    yield served
    served.kill()


@contextmanager
def impatience():
    """Give up soon."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("READ_SECONDS", "WRITE_SECONDS", "LOAD_SECONDS", "CONNECT_SECONDS"):
            patch.setattr(f"index.milvus.connection.{name}", 1.0)
        yield


def stored_passages(collection):
    """The passages of all articles, each as often as Milvus has it, in the stored version."""
    backend = collection.backend
    if not backend._tables.has_passages():
        return Counter(), 0
    fields = ["article", "version", "start", "end"]
    rows = list(backend._connection.in_order(backend._names.passages, fields))
    current = {row["id"] for row in backend._articles.current(rows)}
    passages = Counter(
        (row["article"], row["start"], row["end"]) for row in rows if row["id"] in current
    )
    return passages, len(rows)


def passages_of(articles):
    return Counter(
        (passage.article_id, passage.start, passage.end)
        for article in articles
        for passage in split(article)
    )


@needs_milvus
def test_a_server_that_is_killed_while_articles_are_added(server, request, monkeypatch):
    monkeypatch.setattr("index.ingest.BATCH_PASSAGES", 8)
    chance = random.Random(8)
    kills = request.config.getoption("--kills") // 4
    acknowledged = {}
    survived = 0
    for kill in range(kills):
        # Of some articles there is an older version already.
        articles = [
            make_article(chance.randrange(60), version=kill % 3, sentences=chance.randrange(4, 40))
            for _ in range(40)
        ]
        articles = list({article.id: article for article in articles}.values())
        stop = threading.Timer(chance.uniform(0.0, 2.0), server.kill)
        with open_collection(server.address("news")) as collection:
            begun = {}
            stop.start()

            def acknowledge(article, passages, begun=begun):
                begun[article.id] = article

            problem = None
            try:
                with impatience():
                    collection.add(articles, acknowledge)
            except UserError as error:
                problem = str(error)
            survived += problem is None
            assert problem is None or "does not answer" in problem
            stop.join()
        acknowledged |= begun
        server.start()
        with open_collection(server.address("news")) as collection:
            doubtful = {article.id: article for article in articles if article.id not in begun}
            for article in collection.articles():
                expected = [acknowledged.get(article.id), doubtful.get(article.id)]
                assert article in expected
            assert begun.keys() <= {article.id for article in collection.articles()}
            whole, _ = stored_passages(collection)
            assert whole == passages_of(collection.articles())
            # The same articles once more, as one would after a failure.
            collection.add(articles)
            acknowledged |= {article.id: article for article in articles}
            whole, rows = stored_passages(collection)
            assert whole == passages_of(acknowledged.values())
            assert set(whole.values()) == {1}
            assert rows == len(whole) == collection.counts()[1]
    assert survived < kills


class DiedError(Exception):
    """Stands for the end of the writing process."""


@needs_milvus
def test_a_writer_that_dies_between_any_two_requests(server, monkeypatch):
    from index.milvus.connection import Connection

    real = {name: getattr(Connection, name) for name in ("upsert", "delete")}
    left = [0]

    def dying(name):
        def call(*arguments, **options):
            left[0] -= 1
            if left[0] == 0:
                raise DiedError
            return real[name](*arguments, **options)

        return call

    def versions(number):
        # Ids that are new, and those that have an older version already; one of many pieces.
        made = [make_article(identity, number, 12) for identity in ("1", "2", f"3{number}")]
        return [*made, Article("long", "Long", f"Version {number}. " * 4_000)]

    def write(collection, articles):
        collection.remove(["2"])
        collection.add(articles)

    with open_collection(server.address("news")) as collection:
        collection.add(versions(0))
        before = {article.id: article for article in versions(0)}
        deaths = 0
        while True:
            new = versions(deaths + 1)
            left[0] = deaths + 1
            with monkeypatch.context() as patch:
                for name in real:
                    patch.setattr(Connection, name, dying(name))
                try:
                    write(collection, new)
                except DiedError:
                    deaths += 1
                else:
                    break
            with open_collection(server.address("news"), create=False) as reader:
                # Each article is the one or the other, or "2" is gone; each with its passages.
                stored = {article.id: article for article in reader.articles()}
                allowed = [before, {article.id: article for article in new}]
                for article_id, article in stored.items():
                    assert article in [version.get(article_id) for version in allowed]
                assert before.keys() - stored.keys() <= {"2"}
                assert stored_passages(reader)[0] == passages_of(stored.values())
                for hit in reader.search("the mayor and the harbour", 50):
                    place = hit.passage
                    text = stored[place.article_id].text
                    assert 0 <= place.start < place.end <= len(text)
            write(collection, new)
            before |= {article.id: article for article in new}
            assert {article.id: article for article in collection.articles()} == before
            whole, rows = stored_passages(collection)
            assert whole == passages_of(before.values())
            assert rows == len(whole)
        assert deaths >= 10


@needs_milvus
def test_two_writers_of_one_article_leave_one_of_its_versions(server, monkeypatch):
    from index.milvus.connection import Connection

    def version(number):
        long = Article("long", "Long", f"Version {number}. " * 4_000)
        return [long, make_article("1", number, 12), make_article(f"9{number // 2}", number, 12)]

    real = {name: getattr(Connection, name) for name in ("upsert", "delete")}
    with (
        open_collection(server.address("news")) as writer,
        open_collection(server.address("news")) as rival,
    ):
        writer.add(version(0))
        left = [0]

        def interrupted(name):
            def call(self, *arguments, **options):
                if self is writer.backend._connection:
                    left[0] -= 1
                    if left[0] == 0:
                        rival.add(version(number + 1))
                return real[name](self, *arguments, **options)

            return call

        for name in real:
            monkeypatch.setattr(Connection, name, interrupted(name))
        for at in range(1, 20):
            number = 2 * at
            left[0] = at
            writer.add(version(number))
            if left[0] > 0:
                break
            stored = {article.id: article for article in rival.articles()}
            for first, second in zip(version(number), version(number + 1), strict=True):
                assert stored[first.id] in (first, second)
            assert stored_passages(rival)[0] == passages_of(stored.values())
        assert at >= 6


@needs_milvus
def test_a_server_that_is_away_and_comes_back(server):
    with open_collection(server.address("news")) as collection:
        collection.add([make_article(number) for number in range(10)])
        before = collection.search("the mayor and the harbour")
        assert len(before) == 10
        server.kill()
        for call in (
            lambda: collection.search("the mayor"),
            lambda: collection.add([make_article(11)]),
            lambda: collection.remove(["1"]),
            lambda: open_collection(server.address("news")),
        ):
            with (
                impatience(),
                pytest.raises(UserError, match="the Milvus server does not answer"),
            ):
                call()
        server.start()
        assert collection.search("the mayor and the harbour") == before
        collection.add([make_article(11)])
        assert collection.counts()[0] == 11


@needs_milvus
def test_a_short_absence_is_waited_out(server):
    with open_collection(server.address("news")) as collection:
        collection.add([make_article(number) for number in range(10)])
        server.kill()
        back = threading.Timer(1.0, server.start)
        back.start()
        try:
            assert collection.add([make_article(number) for number in range(20)]).added == 10
        finally:
            # Else a server that starts later would outlive the test.
            back.join()
        assert collection.counts()[0] == 20


@needs_milvus
def test_readers_while_articles_are_replaced(server):
    versions = [[make_article(n, version, 30) for n in range(12)] for version in range(4)]
    known = passages_of(article for version in versions for article in version)
    problems, asked = [], []
    done = threading.Event()

    def read():
        with open_collection(server.address("news"), create=False) as reader:
            while not done.is_set():
                hits = reader.search("the mayor and the harbour", 50)
                asked.append(len(hits))
                for hit in hits:
                    place = hit.passage
                    if (place.article_id, place.start, place.end) not in known:
                        problems.append(hit)
                if not hits:
                    problems.append("nothing was found")

    with open_collection(server.address("news")) as collection:
        collection.add(versions[0])
        readers = [threading.Thread(target=read) for _ in range(2)]
        for thread in readers:
            thread.start()
        for version in versions[1:]:
            collection.add(version)
        done.set()
        for thread in readers:
            thread.join()
        assert problems == []
        assert len(asked) >= 2
        assert stored_passages(collection)[0] == passages_of(versions[-1])


@needs_milvus
def test_words_are_counted_one_by_one_in_a_large_collection(server, monkeypatch):
    articles = [make_article(number, sentences=20) for number in range(40)]
    with open_collection(server.address("news")) as collection:
        collection.add(articles)
        statistics = collection.backend._statistics
        asked = weights.terms(["mayor", "titl", "storm", "nowher", "7"])
        exact, means = statistics.of(asked)
        monkeypatch.setattr("index.milvus.statistics._SAMPLE", 20)
        statistics.forget()
        counted, estimated = statistics.of(asked)
        assert counted == exact
        assert estimated.text == pytest.approx(means.text, rel=0.2)
        # A word that nothing had is not taken to be missing for ever.
        collection.add([Article("new", "", "Nowhere is a place.")])
        assert collection.search("nowhere", 1)[0].passage.article_id == "new"


@needs_milvus
def test_what_milvus_cannot_keep_is_refused(server):
    with open_collection(server.address("news")) as collection:
        long = Article("x", "t" * 70_000, "Some text.", None, None)
        with pytest.raises(UserError, match="its title is longer than 65,535 bytes"):
            collection.add([long])
        assert collection.counts() == (0, 0)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pymilvus", None)
    with pytest.raises(UserError, match=r"pip install 'article-qa\[milvus\]'"):
        Collection("milvus://127.0.0.1:1/news", embedder=EMBEDDER)
