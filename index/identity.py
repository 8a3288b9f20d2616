"""The identity of an article: its id, and the digest of its text and of what is told of it."""

import hashlib
import re
from itertools import islice
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.types import Article

_STEM_CHARACTERS = 40
_WORD = re.compile(r"\w+")


def article_id(source: str) -> str:
    """A short, readable id, the same for the same source."""
    try:
        path = urlsplit(source).path if "://" in source else source
    except ValueError:  # It only looks like an address.
        path = source
    # Where nothing else names an article, its source is its whole text: only the first words count.
    words = islice(_WORD.finditer(PurePosixPath(path).stem), _STEM_CHARACTERS)
    stem = "-".join(word.group() for word in words)[:_STEM_CHARACTERS]
    suffix = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{stem}-{suffix}" if stem else suffix


def digest(article: Article) -> str:
    """A hash of everything in an article that a search or an answer shows."""
    fields = [article.title, str(article.published), str(article.source), article.text]
    if article.byline:  # An article without one keeps the digest that it had before there were any.
        fields.append(article.byline)
    return hashlib.sha256("\0".join(fields).encode()).hexdigest()
