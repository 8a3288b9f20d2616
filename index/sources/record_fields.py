"""The fields of a record: their names, and values of the same name."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

FIELD_NAMES = {
    "text": (
        "text",
        "body",
        "content",
        "article",
        "articlebody",
        "article_body",
        "maintext",
        "main_text",
        "full_text",
        "fulltext",
        "story",
        "content_text",
        "plain_text",
        "content_html",
    ),
    "title": ("title", "headline", "heading", "subject"),
    "url": ("url", "link", "permalink", "web_url", "weburl", "source_url", "canonical_url"),
    "source": ("source", "publisher", "publication", "newspaper", "source_name", "domain"),
    "published": (
        "published",
        "date",
        "published_at",
        "publishedat",
        "publish_date",
        "date_publish",
        "publication_date",
        "date_published",
        "datepublished",
        "pubdate",
        "pub_date",
        "published_date",
        "published_on",
    ),
    "id": ("id", "_id", "guid", "uuid"),
    "byline": ("byline", "author", "authors", "creator", "dc:creator"),
}
"""Names of each field of an article, the likeliest first, in any case; a field map goes first."""


class Repeated(list[Any]):
    """The values of a field that a record names more than once, in their order."""


def named_values(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The fields of a record; no value is lost where two have one name."""
    pairs = list(pairs)
    record = dict(pairs)
    if len(record) < len(pairs):
        for name, count in Counter(name for name, _ in pairs).items():
            if count > 1:
                record[name] = Repeated(value for other, value in pairs if other == name)
    return record
