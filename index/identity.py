"""Ids of articles."""

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import urlsplit


def article_id(source: str) -> str:
    """A short, readable id, the same for the same source."""
    path = urlsplit(source).path if "://" in source else source
    stem = re.sub(r"[^\w]+", "-", PurePosixPath(path).stem).strip("-")[:40]
    digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{stem}-{digest}" if stem else digest
