"""Articles of the web: pages, those that feeds and sitemaps list, and entries of feeds."""

import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial

from index.errors import UserError
from index.identity import article_id
from index.sources.feeds import Listed, absolute
from index.sources.fetcher import Fetched, Fetcher
from index.sources.files import problem_of, read_input
from index.sources.inputs import Input, Problem
from index.sources.sandbox import sandbox
from index.types import Article

_LISTING_DEPTH = 3
_MAX_PAGES = 100_000

_KINDS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}
_LISTINGS = ("xml", "rss", "atom", "gzip")


class WebArticles:
    """The articles at some addresses: pages, or the pages that a feed or a sitemap lists.

    Reading can be interrupted and begun again: a listed page that is `known` is not fetched again,
    so that a second run goes on where the first one ended. The addresses themselves are always
    fetched.

    Attributes:
        unit: "pages", what `done` and `total` count.
    """

    unit = "pages"

    def __init__(
        self,
        urls: Iterable[str],
        problem: Problem,
        known: Callable[[str], bool] = lambda article_id: False,
        fetcher: Fetcher | None = None,
    ) -> None:
        """Nothing is fetched before the articles are asked for.

        Args:
            urls: Addresses of http or https.
            problem: Called once for each page that was skipped.
            known: Called with an article id; whether that article is stored already.
            fetcher: A fetcher with other limits than the default.
        """
        self._urls = list(urls)
        self._problem = problem
        self._known = known
        self._fetcher = fetcher or Fetcher()
        self._done = 0
        self._total = len(self._urls)

    @property
    def done(self) -> int:
        """Pages that were fetched, known or skipped so far."""
        return self._done

    @property
    def total(self) -> int | None:
        """Pages found so far."""
        return self._total

    def __iter__(self) -> Iterator[Article]:
        for url in self._urls:
            yield from self._read(Listed(absolute("", url), None), depth=0)

    def _read(self, page: Listed, depth: int) -> Iterator[Article]:
        try:
            fetched = self._fetcher.fetch(page.url)
            if _is_listing(fetched):
                yield from self._read_listing(fetched, depth)
            else:
                yield from self._articles_of(page, fetched)
        except (UserError, ValueError, LookupError) as error:
            # Servers send what no library expects; only their page is skipped.
            self._problem(problem_of(error, page.url))
        self._done += 1

    def _read_listing(self, fetched: Fetched, depth: int) -> Iterator[Article]:
        listing = sandbox().listed_pages(fetched.content, fetched.url)
        if depth >= _LISTING_DEPTH:
            raise UserError(f"{fetched.url}: a sitemap within {depth} others; give it by itself")
        if len(listing.pages) + self._total > _MAX_PAGES:
            raise UserError(f"{fetched.url}: lists too many pages; give a smaller sitemap")
        for line in listing.skipped:
            self._problem(line)
        yield from listing.articles
        self._total += len(listing.pages) + len(listing.listings)
        for url in listing.listings:
            yield from self._read(Listed(url, None), depth + 1)
        for page in listing.pages:
            if self._known(article_id(page.url)):
                self._done += 1
            else:
                yield from self._read(page, depth + 1)

    def _articles_of(self, page: Listed, fetched: Fetched) -> Iterator[Article]:
        kind = _KINDS.get(fetched.content_type)
        if kind is None:
            raise UserError(f"{page.url}: {fetched.content_type or 'no stated type'}, not a page")
        document = Input(
            name=page.url,
            source=page.url,
            kind=kind,
            size=len(fetched.content),
            open=partial(io.BytesIO, fetched.content),
            charset=fetched.charset,
        )
        for article in read_input(document, self._problem, {}):
            yield _dated(article, page.published)


def is_url(name: str) -> bool:
    """Return whether this is the address of a page rather than a path."""
    return name.lower().startswith(("http://", "https://"))


def _dated(article: Article, published: date | None) -> Article:
    """The article with the date that its feed states, if the page states none."""
    return article if article.published else replace(article, published=published)


def _is_listing(fetched: Fetched) -> bool:
    kind = fetched.content_type
    return kind not in _KINDS and any(word in kind for word in _LISTINGS)
