"""A whole article as HTML, opened at the words of a citation."""

from index.errors import UserError
from index.page_breaks import PAGE_BREAK, page_of
from index.types import Article
from ui.library import Library
from ui.page.evidence import attributes, passage_html, published_and_source, text_html, title_of

MAX_SHOWN = 400_000
"""Characters of an article that are shown at once; a browser stalls on much more."""


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
    return article_view(article, *marked, passage=passage)


def article_view(
    article: Article, start: int, end: int, *, passage: tuple[int, int] | None = None
) -> str:
    """A whole article with `text[start:end]` marked, and its passage set off from the rest."""
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
        "</header>"
        f'<div class="aq-article-text" tabindex="0" role="region" aria-label="Text of the article">'
        f"{''.join(parts)}</div>"
    )


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
