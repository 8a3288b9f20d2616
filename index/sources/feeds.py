"""The pages that a feed or a sitemap lists, and the entries that are articles themselves."""

import gzip
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from email.utils import parsedate_tz
from typing import Any
from urllib.parse import urldefrag, urljoin

from index.errors import UserError
from index.identity import article_id
from index.sources.archives import UNREADABLE
from index.sources.dates import stated_date
from index.sources.headers import with_summary
from index.sources.html import fragment_text
from index.types import Article

_RFC_822 = re.compile(r"\s*(?:[A-Z][a-z]{2},\s*)?\d{1,2} [A-Z][a-z]{2} \d{2}\b")
_NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
_MAX_BYTES = 50_000_000
"""The most that the sitemap protocol allows, unpacked."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page, with the publication date that its feed states."""

    url: str
    published: date | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries of a feed or sitemap.

    Attributes:
        pages: Pages.
        listings: The further sitemaps that an index of them names.
        articles: The entries of a feed that link to no page, each with the text that it holds.
        skipped: A line for each entry that has neither a link nor a text.
    """

    pages: tuple[Listed, ...]
    listings: tuple[str, ...]
    articles: tuple[Article, ...] = ()
    skipped: tuple[str, ...] = ()


def listed_pages(content: bytes, url: str) -> Listing:
    """Read an RSS or Atom feed, a sitemap or an index of sitemaps, also packed by gzip.

    Args:
        content: What the server sent.
        url: Its address, to which the links in it are relative.

    Raises:
        UserError: If it is none of these.
    """
    content = _unpacked(content, url)
    if b"<urlset" in content[:5_000] or b"<sitemapindex" in content[:5_000]:
        return _sitemap(content, url)
    return _feed(content, url)


def _unpacked(content: bytes, url: str) -> bytes:
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as file:
            unpacked = file.read(_MAX_BYTES + 1)
    except (OSError, *UNREADABLE) as error:
        raise UserError(f"{url}: cannot be unpacked ({error})") from None
    if len(unpacked) > _MAX_BYTES:
        raise UserError(f"{url}: larger than {_MAX_BYTES / 1e6:.0f} MB when unpacked")
    return unpacked


def _sitemap(content: bytes, url: str) -> Listing:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:  # Not even a beginning that could be recovered.
        root = None
    if root is None:
        raise UserError(f"{url}: not a sitemap")
    pages: dict[str, Listed] = {}
    for entry in root.iterfind("{*}*"):
        link = entry.findtext("{*}loc") or ""
        if link.strip():
            stated = entry.findtext(f"{_NEWS}news/{_NEWS}publication_date")
            page = Listed(absolute(url, link), stated_date(stated))
            pages.setdefault(page.url, page)
    if etree.QName(root).localname == "sitemapindex":
        return Listing((), tuple(pages))
    return Listing(tuple(pages.values()), ())


def _feed(content: bytes, url: str) -> Listing:
    import feedparser

    parsed = feedparser.parse(content)
    pages: dict[str, Listed] = {}
    articles: dict[str, Article] = {}
    skipped: list[str] = []
    for number, entry in enumerate(parsed.entries, start=1):
        published = _entry_date(entry, parsed.version)
        if link := _link(entry, parsed.version, url):
            pages.setdefault(link, Listed(link, published))
        elif text := _entry_text(entry):
            article = _entry_article(entry, text, published, url)
            while articles.setdefault(article.id, article).text != text:
                # Two entries that say no more of themselves than the same title.
                article = replace(article, id=article_id(f"{article.id}#{text}"))
        else:
            title = fragment_text(entry.get("title") or "")[:60]
            named = f"entry {number}" + (f" ({title!r})" if title else "")
            skipped.append(f"{url}: {named} has neither a link nor a text; skipped")
    if not (pages or articles or skipped):
        raise UserError(f"{url}: neither a page nor a feed or sitemap that lists pages")
    return Listing(tuple(pages.values()), (), tuple(articles.values()), tuple(skipped))


def _link(entry: Mapping[str, Any], version: str, url: str) -> str:
    """The address of the page of an entry, "" if it has none."""
    link = (entry.get("link") or "").strip()
    # feedparser takes an id for a link, as RSS means it; in Atom it need not be an address.
    if not link or (version.startswith("atom") and not entry.get("links")):
        return ""
    address = absolute(url, link)
    return address if address.lower().startswith(("http:", "https:")) else ""


def _entry_article(
    entry: Mapping[str, Any], text: str, published: date | None, url: str
) -> Article:
    title = " ".join(fragment_text(entry.get("title") or "").split())
    identity = " ".join((entry.get("id") or "").split())
    name = identity or (f"{title}\n{published}" if title else text)
    source = f"{url}#{name}" if identity else url
    byline = " ".join((entry.get("author") or "").split())
    return Article(article_id(f"{url}#{name}"), title, text, published, source, byline)


def _entry_text(entry: Mapping[str, Any]) -> str:
    """The text that an entry holds itself."""
    contents = (content.get("value") or "" for content in entry.get("content") or ())
    whole = max(map(fragment_text, contents), key=len, default="")
    return with_summary(fragment_text(entry.get("summary") or ""), whole)


def absolute(base: str, link: str) -> str:
    """The absolute address of a link of a page, without its fragment.

    A link that is no address stays as it is; only the fetch of this one will fail.

    Args:
        base: The page's address; "" for a link that is whole already.
        link: The link as it is written.
    """
    link = link.strip()
    try:
        return urldefrag(urljoin(base, link)).url
    except ValueError:
        return link


def _entry_date(entry: Mapping[str, Any], version: str) -> date | None:
    """The day that an entry states for itself, in the zone that it is written in."""
    stated = entry.get("published") or entry.get("created") or ""
    if not stated and not version.startswith("atom"):
        # In RSS this is Dublin Core's date; in Atom, the last change.
        stated = entry.get("updated") or ""
    if day := stated_date(stated):
        return day
    # RFC 822, of which RSS takes its dates, allows years of two digits.
    parts = parsedate_tz(stated) if _RFC_822.match(stated) else None
    try:
        return date(*parts[:3]) if parts else None
    except ValueError:
        return None
