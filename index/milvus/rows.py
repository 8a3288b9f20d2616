"""Articles and passages as rows of Milvus, and back; pure."""

import base64
import hashlib
import json
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from index import near_duplicates
from index.analyzer import analyzer, title_text
from index.backend import Vectors
from index.errors import UserError
from index.milvus import weights
from index.milvus.connection import Row, literal, literals
from index.milvus.schema import ID_BYTES, NOTHING, TEXT_BYTES, VERSION_CHARACTERS
from index.types import Article, Filters, Passage

HEAD_FIELDS = ("id", "digest", "title", "published", "source", "pieces", "characters")

_PIECE_CHARACTERS = TEXT_BYTES // 4  # no character takes more than four bytes
_NO_DAY = -1
_SPECIAL = {*"%_\\", *map(chr, range(32))}
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


@dataclass(frozen=True, slots=True)
class Entry:
    """An article that is about to be stored.

    Attributes:
        article: The article.
        fingerprint: Its digest.
        passages: Its passages.
        vectors: One vector for each passage.
    """

    article: Article
    fingerprint: str
    passages: Sequence[Passage]
    vectors: Vectors

    @property
    def version(self) -> str:
        """The key of this version, which all of its rows have."""
        return version_of(self.fingerprint)


def version_of(fingerprint: str) -> str:
    """The key of a version of an article, which all rows of that version have."""
    return fingerprint[:VERSION_CHARACTERS]


def head_row(entry: Entry, *, cleared: bool) -> Row:
    """The row of an article.

    Args:
        entry: The article.
        cleared: True if nothing is left of an older version.

    Raises:
        UserError: If its id, title or source is longer than Milvus can keep.
    """
    article = entry.article
    for name, value, most in (
        ("id", article.id, ID_BYTES),
        ("title", article.title, TEXT_BYTES),
        ("source", article.source or "", TEXT_BYTES),
    ):
        if len(value.encode()) > most:
            raise UserError(
                f"article {article.id[:80]}: its {name} is longer than {most:,} bytes, the most "
                "that Milvus keeps"
            )
    pieces = _pieces(article)
    return {
        "id": article.id,
        "digest": entry.fingerprint,
        "cleared": cleared,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "source": article.source,
        "text": pieces[0],
        "pieces": len(pieces),
        "characters": len(article.text),
        "listed": _listed(article),
        "signature": base64.b64encode(near_duplicates.signature(article.text).tobytes()).decode(),
        "nothing": NOTHING,
    }


def piece_rows(entry: Entry) -> list[Row]:
    """The rows of all pieces of the text but the first, which is in the row of the article."""
    article = entry.article
    return [
        {
            "id": key(article.id, entry.fingerprint, "text", number),
            "article": article.id,
            "version": entry.version,
            "piece": number,
            "text": piece,
            "nothing": NOTHING,
        }
        for number, piece in enumerate(_pieces(article))
        if number > 0
    ]


def passage_rows(entry: Entry) -> list[Row]:
    """The rows of the passages; the same passage of the same version always gets the same id."""
    cut = analyzer()
    article = entry.article
    title = cut.analyze(title_text(article.title, article.published))
    rows = []
    for passage, vector in zip(entry.passages, entry.vectors, strict=True):
        words = cut.analyze(article.text[passage.start : passage.end])
        sparse, lengths = weights.document(words, title)
        row: Row = {
            "id": key(article.id, entry.fingerprint, passage.start, passage.end),
            "article": article.id,
            "version": entry.version,
            "start": passage.start,
            "end": passage.end,
            "day": article.published.toordinal() if article.published else _NO_DAY,
            "words": int(lengths.text),
            "title_words": int(lengths.title),
            "source": _lower(article.source or ""),
            "terms": list(sparse),
            "dense": vector.astype(np.float32),
            "sparse": sparse,
        }
        rows.append(row)
    return rows


def article_of(head: Row, further: Sequence[str]) -> Article:
    """The article of a row and the further pieces of its text."""
    published = date.fromisoformat(head["published"]) if head["published"] else None
    whole, length = "".join((head["text"], *further)), head["characters"]
    return Article(
        head["id"], head["title"], whole[:length], published, head["source"], whole[length:]
    )


def signature_of(head: Row) -> near_duplicates.Signature:
    """The MinHash of an article's text."""
    return np.frombuffer(base64.b64decode(head["signature"]), dtype=np.uint32)


def condition(filters: Filters | None) -> str:
    """A Milvus filter expression for the passages that pass the filters; "" matches all.

    It may match a few other passages too, which `passes` tells apart.
    """
    if filters is None:
        return ""
    parts = []
    if filters.since is not None:
        parts.append(f"day >= {filters.since.toordinal()}")
    if filters.until is not None:
        parts.append(f"day >= 0 and day <= {filters.until.toordinal()}")
    if filters.source is not None:
        parts.append(f"source like {like(_lower(filters.source))}")
    if filters.articles:
        parts.append(f"article in {literals(sorted(filters.articles))}")
    return " and ".join(parts)


def like(part: str) -> str:
    """A LIKE pattern for texts that contain this part; see `pattern_is_exact`."""
    # Milvus and milvus-lite escape characters differently; "_" matches any character in both.
    return literal(
        f"%{''.join('_' if character in _SPECIAL else character for character in part)}%"
    )


def pattern_is_exact(part: str) -> bool:
    """True if the pattern of this part matches only texts that contain it."""
    return _SPECIAL.isdisjoint(part)


def passes(row: Row, filters: Filters | None) -> bool:
    """True if a passage that matches the condition of the filters passes the filters too."""
    return filters is None or filters.source is None or _lower(filters.source) in row["source"]


def _lower(text: str) -> str:
    """In lower case as SQLite's lower() gives it: ASCII letters only."""
    return text.translate(_LOWER)


def _listed(article: Article) -> str:
    """The text that the words of a search in the list of articles are matched against."""
    published = article.published.isoformat() if article.published else ""
    fields = "\n".join((article.id, article.title, article.source or "", published))
    return fields.casefold().encode()[:TEXT_BYTES].decode(errors="ignore")


def _pieces(article: Article) -> list[str]:
    """The text, followed by the byline, for which tables made before bylines have no field."""
    text = article.text + article.byline
    starts = range(0, max(1, len(text)), _PIECE_CHARACTERS)
    return [text[start : start + _PIECE_CHARACTERS] for start in starts]


def key(*parts: str | int) -> str:
    """The id of a row: a hash of what it belongs to."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]
