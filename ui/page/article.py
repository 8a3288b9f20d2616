"""A whole article as HTML, opened at the words of a citation."""

from index.errors import UserError
from index.page_breaks import PAGE_BREAK, page_of
from index.sources.pdf_pages import PageImage
from index.sources.sandbox import sandbox
from index.types import Article
from ui.library import Library
from ui.page.evidence import attributes, passage_html, published_and_source, text_html, title_of
from ui.shown import source_name

MAX_SHOWN = 400_000
"""Characters of an article that are shown at once; a browser stalls on much more."""

_PRINTED_BUTTON = (
    '<button type="button" class="aq-alone" data-action="printed" aria-expanded="false" '
    'aria-controls="aq-printed">Show the page</button>'
)
_PRINTED = (
    '<section id="aq-printed" aria-label="The printed page" hidden>'
    '<p><button type="button" data-action="leaf" data-step="-1">Previous page</button>'
    '<span role="status"></span>'
    '<button type="button" data-action="leaf" data-step="1">Next page</button></p>'
    '<div class="aq-sheet" tabindex="0" role="region" aria-label="Picture of the page">'
    '<img alt=""></div></section>'
)
"""The pages of a PDF, which a script fills."""

_QUOTE_CHARACTERS = 1_000
_BEFORE_CHARACTERS = 60


def open_article(
    library: Library,
    collection: str,
    article_id: str,
    marked: tuple[int, int],
    passage: tuple[int, int] | None,
) -> str:
    """An article of a collection, with the words of a citation marked.

    Raises:
        UserError: If it is not in the collection any more.
    """
    article = library.collection(collection).article(article_id)
    if article is None:
        raise UserError("this article is not in the collection any more")
    printed = library.collection(collection).original_of(article) is not None
    return article_view(article, *marked, passage=passage, printed=printed)


def article_view(
    article: Article,
    start: int,
    end: int,
    *,
    passage: tuple[int, int] | None = None,
    printed: bool = False,
) -> str:
    """A whole article with `text[start:end]` marked, and its passage set off from the rest.

    Args:
        article: The article.
        start: Of the words that are marked.
        end: Of the words that are marked.
        passage: Offsets of the passage around them.
        printed: Whether its pages can be shown as they are printed.
    """
    start, end = _within(start, end, 0, len(article.text))
    first, last = _within(*(passage or (start, end)), 0, len(article.text))
    first, last = min(first, start), max(last, end)
    shown_from, shown_to = _window(start, len(article.text))
    parts = [
        _left_out(shown_from, "before"),
        _html(article, shown_from, first),
        '<span class="aq-passage">' if last > first else "",
        _html(article, first, start),
        f'<mark tabindex="-1">{_html(article, start, end)}</mark>' if end > start else "",
        _html(article, end, last),
        "</span>" if last > first else "",
        _html(article, last, shown_to),
        _left_out(len(article.text) - shown_to, "after"),
    ]
    return (
        f'<header class="aq-article-head"><h2 id="aq-article-title">'
        f"{text_html(title_of(article))}</h2>"
        f"<p>{published_and_source(article, page_of(article, start))}</p>"
        f"{_byline(article.byline)}"
        f'<button type="button" class="aq-alone"{attributes(action="alone", article=article.id)}>'
        "Ask only this article</button>"
        f'<button type="button" class="aq-alone"{attributes(action="place")}>Copy link</button>'
        f"{_PRINTED_BUTTON if printed else ''}</header>"
        f'<div class="aq-article-parts"><div class="aq-article-text" tabindex="0" role="region" '
        f'aria-label="Text of the article">{"".join(parts)}</div>'
        f"{_PRINTED if printed else ''}</div>"
    )


def printed_page(
    library: Library, collection: str, article_id: str, marked: tuple[int, int], page: int | None
) -> PageImage:
    """A page of the PDF that an article was read from, as a picture.

    Args:
        library: The collections.
        collection: The name of the article's.
        article_id: The article.
        marked: Offsets of words in its text, which are marked where they stand on the page.
        page: The number of the page, from 1; None is that of the words.

    Raises:
        UserError: If the article or its file is not there, or the page cannot be drawn.
    """
    searched = library.collection(collection)
    article = searched.article(article_id)
    file = searched.original_of(article) if article else None
    if article is None or file is None:
        raise UserError("the file of this article is not kept")
    start, end = _within(*marked, 0, len(article.text))
    quote = article.text[start : min(end, start + _QUOTE_CHARACTERS)]
    before = article.text[max(0, start - _BEFORE_CHARACTERS) : start]
    number = page_of(article, start) or 1
    if page is not None and page != number:
        number, quote = page, ""
    name = source_name(article.source) or article.id
    return sandbox().page_image(name, file.read_bytes(), number, quote, before)


def _html(article: Article, start: int, end: int) -> str:
    """A part of the text, in which the pages of a PDF are numbered."""
    first, *others = article.text[start:end].split(PAGE_BREAK)
    parts, at = [passage_html(first)], start + len(first)
    for text in others:
        page = page_of(article, at)
        number = f'<span class="aq-page" data-page="{page}"></span>' if page else ""
        parts.append(number + passage_html(PAGE_BREAK + text))
        at += 1 + len(text)
    return "".join(parts)


def _byline(byline: str) -> str:
    return f'<p class="aq-byline">{" · ".join(map(text_html, byline.splitlines()))}</p>' * bool(
        byline
    )


def _window(centre: int, length: int) -> tuple[int, int]:
    first = max(0, min(centre - MAX_SHOWN // 2, length - MAX_SHOWN))
    return first, min(length, first + MAX_SHOWN)


def _within(start: int, end: int, low: int, high: int) -> tuple[int, int]:
    start = max(low, min(start, high))
    return start, max(start, min(end, high))


def _left_out(characters: int, where: str) -> str:
    if characters <= 0:
        return ""
    return f'<p class="aq-left-out">{characters:,} characters {where} this are not shown.</p>'
