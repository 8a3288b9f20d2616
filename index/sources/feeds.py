"""The pages that a feed or a sitemap lists."""

import gzip
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_tz
from typing import Any
from urllib.parse import urldefrag, urljoin

from index.errors import UserError
from index.sources.archives import UNREADABLE
from index.sources.dates import stated_date

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
    """The pages of a feed or sitemap, and the further sitemaps that an index of them names."""

    pages: tuple[Listed, ...]
    listings: tuple[str, ...]


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
    for entry in parsed.entries:
        if link := entry.get("link"):
            page = Listed(absolute(url, link), _entry_date(entry, parsed.version))
            pages.setdefault(page.url, page)
    if not pages:
        raise UserError(f"{url}: neither a page nor a feed or sitemap that lists pages")
    return Listing(tuple(pages.values()), ())


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
