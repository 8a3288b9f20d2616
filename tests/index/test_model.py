"""Any sequence of additions, removals and searches equals a brute-force model of it."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from index.maintenance.verify import check
from index.passages import embedding_text, split
from index.types import Article, Filters
from tests.index.helpers import EMBEDDER, open_collection, passes

WORDS = ["harbour", "mayor", "ship", "bridge", "storm", "market", "school", "river"]
texts = strategies.lists(strategies.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)
articles = strategies.builds(
    Article,
    id=strategies.sampled_from("abcdefg"),
    title=strategies.sampled_from(["", "Harbour news", "Storm"]),
    text=texts,
    published=strategies.dates().filter(lambda day: day.year > 1900) | strategies.none(),
    source=strategies.sampled_from(["/news/one.txt", "/blog/two.txt", None]),
)


class CollectionMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "collection"
        self.collection = open_collection(self.folder)
        self.other = open_collection(self.folder)
        self.model = {}

    def teardown(self):
        assert check(self.collection).problems == []
        self.collection.close()
        self.other.close()
        shutil.rmtree(self.folder.parent)

    @rule(batch=strategies.lists(articles, max_size=4))
    def add(self, batch):
        added = self.collection.add(batch)
        outcomes = [0, 0, 0]
        for article in batch:
            known = self.model.get(article.id)
            outcomes[0 if known is None else 2 if known == article else 1] += 1
            self.model[article.id] = article
        assert [added.added, added.updated, added.unchanged] == outcomes

    @rule(ids=strategies.lists(strategies.sampled_from("abcdefgh"), max_size=3, unique=True))
    def remove(self, ids):
        assert self.collection.remove(ids) == [
            article_id for article_id in ids if article_id in self.model
        ]
        for article_id in ids:
            self.model.pop(article_id, None)

    @rule()
    def reopen(self):
        self.collection.close()
        self.collection = open_collection(self.folder, create=False)

    @rule()
    def lose_what_is_derived(self):
        self.collection.close()
        (self.folder / "vectors.faiss").unlink(missing_ok=True)
        shutil.rmtree(self.folder / "lexical", ignore_errors=True)
        self.collection = open_collection(self.folder, create=False)
        self.other.close()
        self.other = open_collection(self.folder, create=False)

    @precondition(lambda self: self.model)
    @rule(
        question=texts,
        second=strategies.booleans(),
        filters=strategies.sampled_from(
            [
                None,
                Filters(source="news"),
                Filters(source="nowhere"),
                Filters(since=date(2000, 1, 1)),
                Filters(articles=frozenset("bdh")),
                Filters(articles=frozenset("h")),
                Filters(articles=frozenset("abc"), source="blog"),
            ]
        ),
    )
    def search(self, question, second, filters):
        collection = self.other if second else self.collection
        hits = collection.search(question, 100, filters)
        asked = EMBEDDER.embed([question])[0]
        expected = {}
        for article in self.model.values():
            if filters and not passes(article, filters):
                continue
            for passage in split(article):
                vector = EMBEDDER.embed([embedding_text(article, passage)])[0].astype(np.float16)
                expected[passage] = float(vector.astype(np.float32) @ asked)
        assert {hit.passage for hit in hits} == set(expected)
        for hit in hits:
            assert abs(hit.similarity - expected[hit.passage]) < 1e-3
            assert hit.score >= hit.similarity - 1e-3
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    @invariant()
    def holds_what_the_model_holds(self):
        assert {article.id: article for article in self.other.articles()} == self.model
        assert self.collection.counts()[0] == len(self.model)
        listed = self.collection.summaries()
        assert listed.total == len(self.model)
        assert [
            (article.id, article.title, article.published, article.source, article.characters)
            for article in listed.articles
        ] == [
            (article.id, article.title, article.published, article.source, len(article.text))
            for _, article in sorted(self.model.items())
        ]

    @invariant()
    def groups_hold_equal_texts(self):
        groups = self.collection.groups(self.model)
        assert groups.keys() == self.model.keys()
        for article in self.model.values():
            for twin in self.model.values():
                if article.text == twin.text:
                    assert groups[article.id] == groups[twin.id]


TestCollection = CollectionMachine.TestCase
TestCollection.settings = settings(
    max_examples=settings().max_examples // 8, stateful_step_count=12
)
