"""The contract of every backend: the same ids in the same order on the same data."""

import uuid
from dataclasses import replace
from datetime import date

import pytest

from index.backend import Backend, Outcome
from index.errors import UserError
from index.types import Article, Filters, Order
from tests.index.helpers import (
    EMBEDDER,
    WordEmbedder,
    make_article,
    open_collection,
    passes,
    unique_word,
)
from tests.index.milvus import NEEDS_MILVUS, Server, cluster_address, drop, has_milvus
from tests.index.test_sync import synced

DAYS = [None, date(1999, 12, 31), date(2019, 1, 19), date(2024, 2, 29)]
ODD = "a \"quoted\" \\ 50%_off 'name' 😀\n\tünï"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    served = Server(tmp_path_factory.mktemp("server") / "data")
    served.start()
    yield served
    served.kill()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("file") / "lite.db"


@pytest.fixture(params=["folder", "milvus-file", "milvus-server", "milvus-cluster"])
def place(request, tmp_path):
    """A place where there is no collection yet."""
    name = f"test_{uuid.uuid4().hex}"
    if request.param == "folder":
        yield tmp_path / name
        return
    if not has_milvus():
        pytest.skip(NEEDS_MILVUS)
    if request.param == "milvus-file":
        address = f"milvus://{request.getfixturevalue('file')}/{name}"
    elif request.param == "milvus-server":
        address = request.getfixturevalue("server").address(name)
    else:
        address = cluster_address(name)
    yield address
    drop(address)


@pytest.fixture
def collection(place):
    with open_collection(place) as opened:
        yield opened


def corpus(count=60):
    """Articles of one to several passages, of different days and sources."""
    made = []
    for number in range(count):
        article = make_article(f"{number:02d}", sentences=3 + 9 * (number % 8))
        source = f"/Desk_{number % 5}/{'Été' if number % 2 else 'été'}%{number}.TXT"
        made.append(Article(article.id, article.title, article.text, DAYS[number % 4], source))
    return made


QUESTIONS = [
    "what did the mayor say about the harbour",
    "storms, bridges and the schools of Title 12 in February 2024",
    "ship ship ship market",
    "the of and",
    "zebra 31 December 1999 title",
    "",
]
FILTERS = [
    None,
    Filters(since=date(2019, 1, 19)),
    Filters(until=date(2019, 1, 19)),
    Filters(since=date(2019, 1, 20), until=date(2024, 2, 29), source="desk_3"),
    Filters(source="Été%1"),
    Filters(source="k_2/"),
    Filters(articles=frozenset({"07", "15", "nobody", ODD})),
    Filters(articles=frozenset({"01", "05", "07", "27"}), until=date(2000, 1, 1), source="%2"),
    Filters(articles=frozenset({"01", "05", "27"}), since=date(1999, 12, 31)),
    Filters(articles=frozenset(f"{number:02d}" for number in range(60))),
    Filters(articles=frozenset({"nobody", '"] or 1 == 1', "7"})),
    Filters(source='"; or 1 == 1'),
]


def seen(collection, question, filters=None, k=12):
    hits = collection.search(question or "train", k, filters)
    return [(hit.passage, hit.dense_rank, hit.lexical_rank) for hit in hits], hits


def holds_word(collection, word):
    """Return whether a search for a word finds it in the text of a stored article."""
    passages = [hit.passage for hit in collection.search(f"here is {word} again", 50)]
    texts = [
        collection.article(passage.article_id).text[passage.start : passage.end]
        for passage in passages
    ]
    return any(f" {word} " in text for text in texts)


def test_the_same_passages_in_the_same_order_as_in_a_folder(collection, tmp_path):
    with open_collection(tmp_path / "folder") as folder:
        for target in (folder, collection):
            added = target.add(corpus())
            assert (added.added, added.updated, added.unchanged) == (60, 0, 0)
            assert target.counts() == (60, added.passages)
        assert added.passages > 2 * 60
        for filters in FILTERS:
            for question in QUESTIONS:
                expected, theirs = seen(folder, question, filters)
                actual, ours = seen(collection, question, filters)
                assert actual == expected
                assert [hit.score for hit in ours] == pytest.approx(
                    [hit.score for hit in theirs], abs=1e-5
                )
        for filters in FILTERS:
            passing = {
                article.id for article in corpus() if filters is None or passes(article, filters)
            }
            hits = collection.search(QUESTIONS[0], 1_000, filters)
            assert {hit.passage.article_id for hit in hits} == passing
            assert len(seen(collection, QUESTIONS[0], filters)[0]) == min(12, len(hits))


def test_articles_of_any_id_can_be_searched_alone(collection):
    ids = [ODD, "a, b", "a", "']", "\\", "%", "_"]
    collection.add(
        Article(article_id, "", f"The mayor of {article_id}.", None, None) for article_id in ids
    )
    for some in ([article_id] for article_id in ids):
        hits = collection.search("the mayor", 50, Filters(articles=frozenset(some)))
        assert [hit.passage.article_id for hit in hits] == some
        assert hits[0].dense_rank == hits[0].lexical_rank == 1
    hits = collection.search("the mayor", 50, Filters(articles=frozenset({*ids[:3], "b"})))
    assert {hit.passage.article_id for hit in hits} == set(ids[:3])
    assert collection.search("the mayor", 50, Filters(articles=frozenset({"b"}))) == []
    collection.remove(["a"])
    assert collection.search("the mayor", 50, Filters(articles=frozenset({"a"}))) == []
    # More than one request of SQLite or Milvus would take if each were a part of it.
    many = frozenset({"%", *(f"nobody-{number}" for number in range(35_000))})
    hits = collection.search("the mayor", 50, Filters(articles=many))
    assert [hit.passage.article_id for hit in hits] == ["%"]


def test_articles_come_back_as_they_went_in(collection):
    articles = [
        Article(ODD, ODD, ODD, DAYS[1], ODD, ODD),
        Article("empty", "", "", None, ""),
        Article("long", "Long", "Ünï 😀 text. " * 20_000, DAYS[2], None),
        *corpus(40),
    ]
    collection.add(articles)
    expected = sorted(articles, key=lambda article: article.id.encode())
    assert list(collection.articles()) == expected
    for article in articles:
        assert collection.article(article.id) == article
    assert collection.article("nobody") is None
    assert collection.counts()[0] == 43


def test_the_list_is_sorted(collection):
    listed = (
        ("a", "pear", 1),
        ("b", "Apple", None),
        ("c", "", 3),
        ("d", "fig", 2),
        ("e", "fig", 2),
    )
    collection.add(
        Article(name, title, f"Text {'of some length ' * place}", day and date(2020, 1, day))
        for place, (name, title, day) in enumerate(listed)
    )
    wanted = {
        Order.ID: "abcde",
        Order.TITLE: "bdeac",
        Order.NEWEST: "cdeab",
        Order.OLDEST: "adecb",
        Order.LONGEST: "edcba",
    }
    for order, ids in wanted.items():
        summaries = collection.summaries(order=order)
        assert "".join(article.id for article in summaries.articles) == ids
        parts = [collection.summaries("", offset, 2, order).articles for offset in (0, 2, 4)]
        assert sum(parts, ()) == summaries.articles


def test_the_list_of_articles(collection, tmp_path):
    articles = [*corpus(30), Article(ODD, ODD, "Text", DAYS[1], ODD), Article("x", "", "", None)]
    with open_collection(tmp_path / "folder") as folder:
        for target in (folder, collection):
            target.add(articles)
        for query in (
            "",
            "été",
            "DESK_3 title",
            "desk-3",
            "2019-01",
            "50%_off",
            "\\ 'name'",
            "none",
        ):
            expected = folder.summaries(query, 0, 1_000)
            assert collection.summaries(query, 0, 1_000) == expected
            parts = [collection.summaries(query, offset, 3) for offset in range(0, 33, 3)]
            assert {part.total for part in parts} == {expected.total}
            assert (
                tuple(article for part in parts for article in part.articles) == expected.articles
            )
            assert collection.summaries(query, 5, 4).articles == expected.articles[5:9]
        assert folder.summaries("DESK_3 title").total == 6


def test_what_is_added_updated_and_removed(collection, place):
    assert collection.is_new
    articles = corpus(20)
    collection.add(articles)
    assert not collection.is_new
    before = collection.counts()
    with open_collection(place, create=False) as second:
        added = second.add(articles)
        assert (added.added, added.updated, added.unchanged) == (0, 0, 20)
        assert collection.counts() == before
        new = make_article("07", version=1, sentences=80)
        added = second.add([new])
        assert (added.added, added.updated, added.unchanged) == (0, 1, 0)
        # The second one searches with its next question in what this one has written.
        assert holds_word(collection, unique_word("07", 1))
        assert not holds_word(collection, unique_word("07", 0))
        assert collection.article("07") == new
        assert second.remove(["07", "nobody", "03"]) == ["07", "03"]
        assert collection.article("03") is None
        assert {"03", "07"}.isdisjoint(
            hit.passage.article_id for hit in collection.search("the mayor", 200)
        )
        assert collection.remove(["03"]) == []
        assert collection.counts()[0] == 18
        collection.add([articles[3]])
        assert holds_word(second, unique_word("03"))
        others = {str(number).zfill(2) for number in range(20)} - {"07"}
        collection.remove(sorted(others))
        assert collection.counts() == (0, 0)
        assert collection.search("the mayor") == []


def test_an_id_that_comes_twice_ends_as_the_last(collection):
    collection.add([make_article("1"), make_article("2"), make_article("1", version=2)])
    assert collection.article("1") == make_article("1", version=2)
    assert collection.counts()[0] == 2
    backend: Backend = collection.backend
    rows = [
        (article, [], EMBEDDER.embed(["x"])[:0])
        for article in (make_article("5"), make_article("5", version=1), make_article("2"))
    ]
    assert backend.put(rows) == [Outcome.ADDED, Outcome.UPDATED, Outcome.UNCHANGED]
    assert collection.article("5") == make_article("5", version=1)
    assert backend.holds(make_article("2"))
    assert not backend.holds(make_article("2", version=1))


def test_near_duplicates_are_a_group(collection):
    text = " ".join(f"word{number}" for number in range(300))
    articles = [
        Article("agency", "A", text),
        Article("paper", "B", text + " And one sentence more."),
        Article("other", "C", make_article("9", sentences=40).text),
    ]
    collection.add(articles)
    groups = collection.groups(["agency", "paper", "other", "nobody"])
    assert groups.keys() == {"agency", "paper", "other"}
    assert groups["agency"] == groups["paper"] != groups["other"]


def test_a_collection_of_an_older_bundled_embedder(place):
    from index.collection import Collection

    older = WordEmbedder()
    older.name = "bundled:0000000000000000"
    with Collection(place, create=True, embedder=older) as collection:
        collection.add([make_article("1")])
    with Collection(place) as collection:
        assert collection.article("1") == make_article("1")
        with pytest.raises(UserError, match="another version of article-qa"):
            collection.search("the mayor")


def test_a_collection_remembers_its_embedder(place):
    with pytest.raises(UserError, match="no collection here"):
        open_collection(place, create=False)
    open_collection(place).close()
    foreign = WordEmbedder()
    foreign.name = "test:other"
    from index.collection import Collection

    with pytest.raises(UserError, match="embedded with test:words, not test:other"):
        Collection(place, embedder=foreign)
    with open_collection(place, create=False) as opened:
        assert opened.search("nothing is in it") == []
        assert opened.is_new


def test_what_was_corrected_stays_so_until_the_article_is_removed(place):
    as_read = Article("quay", "Qauy opens", "The mayor spoke.", date(2020, 2, 3), "/quay.txt")
    with open_collection(place) as collection:
        collection.add([as_read, Article("b", "", "It rained.")])
        edited = collection.edit("quay", title=" Ribbon  of Rostock ")
        assert (edited.title, edited.published) == ("Ribbon of Rostock", date(2020, 2, 3))
        collection.edit("quay", published=date(1920, 2, 3))
        assert collection.search("Rostock ribbon", 1)[0].passage.article_id == "quay"
        hits = collection.search("mayor", 5, Filters(until=date(1921, 1, 1)))
        assert [hit.passage.article_id for hit in hits] == ["quay"]
        with pytest.raises(UserError, match="no article with id x"):
            collection.edit("x", title="Y")
    with open_collection(place) as collection:
        assert collection.add([as_read]).unchanged == 1
        added = collection.add([replace(as_read, text="The mayor spoke twice.")])
        assert (added.added, added.updated) == (0, 1)
        article = collection.article("quay")
        assert (article.title, article.published) == ("Ribbon of Rostock", date(1920, 2, 3))
        assert article.text == "The mayor spoke twice."
        assert collection.edit("quay", undated=True).published is None
        assert collection.add([as_read]).updated == 1
        assert collection.article("quay") == replace(
            as_read, title="Ribbon of Rostock", published=None
        )
        assert collection.counts() == (2, 2)
        collection.remove(["quay"])
        collection.add([as_read])
        assert collection.article("quay") == as_read


def test_a_correction_by_another_process_is_kept(place):
    article = Article("quay", "Qauy opens", "The mayor spoke.")
    with open_collection(place) as collection, open_collection(place) as second:
        collection.add([article])
        second.edit("quay", title="Quay opens")
        second.edit("quay", published=date(2020, 2, 3))
        collection.edit("quay", title="The quay opens")
        kept = collection.article("quay")
        assert (kept.title, kept.published) == ("The quay opens", date(2020, 2, 3))


def test_a_folder_that_is_added_again(place, tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(f"Text of {name}.")
    (folder / "lines.jsonl").write_text(
        '{"url": "https://a.example/1", "text": "First."}\n{"title": "S", "text": "Second."}\n'
    )
    with open_collection(place) as collection:
        assert len(synced(collection, folder)) == 5
        (folder / "one.txt").unlink()
        (folder / "two.txt").write_text("Text of two, rewritten.")
        (folder / "lines.jsonl").write_text(
            '{"url": "https://a.example/1", "text": "First, corrected."}\n'
        )
        left = ["First, corrected.", "Text of three.", "Text of two, rewritten."]
        assert synced(collection, folder) == left
        assert synced(collection, folder) == left
