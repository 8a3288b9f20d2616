"""Helpers of the tests of the index: a tiny embedder, made-up articles, an independent check."""

import random
import zipfile
import zlib

import numpy as np

from index.collection import Collection
from index.maintenance.verify import check
from index.sources.files import read_articles
from index.types import Article

DIMENSION = 48


class WordEmbedder:
    """Each word is a fixed random direction, a text their sum: quick, and alike for like texts."""

    name = "test:words"

    def __init__(self, dimension=DIMENSION):
        self._dimension = dimension
        self._words = {}

    def embed(self, texts):
        vectors = np.empty((len(texts), self._dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            total = np.sum([self._direction(word) for word in text.lower().split()], axis=0)
            vectors[row] = total / np.linalg.norm(total)
        return vectors

    def _direction(self, word):
        if word not in self._words:
            source = np.random.default_rng(zlib.crc32(word.encode()))
            self._words[word] = source.standard_normal(self._dimension)
        return self._words[word]


EMBEDDER = WordEmbedder()


def open_collection(path, *, create=True):
    return Collection(path, create=create, embedder=EMBEDDER)


def make_article(identity, version=0, sentences=12):
    """An article of several passages, with a word that no other article and version has."""
    chance = random.Random(f"{identity}/{version}")
    words = ["harbour", "mayor", "ship", "bridge", "storm", "market", "school", "river", "train"]
    lines = [
        " ".join(chance.choices(words, k=9)).capitalize() + f" {chance.randrange(10**6)}."
        for _ in range(sentences)
    ]
    lines.insert(1, f"Here is {unique_word(identity, version)} again.")
    return Article(str(identity), f"Title {identity}", " ".join(lines), None, f"/{identity}.txt")


def passes(article, filters):
    """Return whether an article passes the filters, by the plainest means."""
    if filters.articles and article.id not in filters.articles:
        return False
    if filters.since and (article.published is None or article.published < filters.since):
        return False
    if filters.until and (article.published is None or article.published > filters.until):
        return False
    # Letters beyond ASCII count as they are; bytes know of no others.
    return (filters.source or "").encode().lower() in (article.source or "").encode().lower()


def unique_word(identity, version=0):
    return "q" + "".join(chr(97 + int(digit)) for digit in str(identity)) + "z" * (version + 1)


def is_found(collection, identity, version=0):
    """Return whether the article comes first for its own word, by the words alone too."""
    hits = collection.search(f"here is {unique_word(identity, version)} again", 50)
    return any(
        hit.passage.article_id == str(identity) and hit.lexical_rank is not None for hit in hits
    )


def assert_whole(path, identities=range(30)):
    with open_collection(path, create=False) as collection:
        for identity in identities:
            assert is_found(collection, identity), identity
        assert check(collection).problems == []


def read(*paths, **options):
    """The articles of files and folders, and the problems that were told."""
    problems = []
    return list(read_articles(paths, problems.append, **options)), problems


def zipped(path, members, **options):
    """Write an archive of these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def added(folder, *paths):
    """The articles of a collection once these were added to it, and what was skipped."""
    problems = []
    with open_collection(folder) as collection:
        collection.add(read_articles(paths, problems.append))
        return list(collection.articles()), problems
