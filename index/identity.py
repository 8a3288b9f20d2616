"""The identity of an article: its id, and the digest of its text, title, date and source."""

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.types import Article


def article_id(source: str) -> str:
    """A short, readable id, the same for the same source."""
    try:
        path = urlsplit(source).path if "://" in source else source
    except ValueError:  # It only looks like an address.
        path = source
    stem = re.sub(r"[^\w]+", "-", PurePosixPath(path).stem).strip("-")[:40]
    suffix = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{stem}-{suffix}" if stem else suffix


def digest(article: Article) -> str:
    """A hash of everything in an article that a search or an answer shows."""
    fields = (article.title, str(article.published), str(article.source), article.text)
    return hashlib.sha256("\0".join(fields).encode()).hexdigest()
