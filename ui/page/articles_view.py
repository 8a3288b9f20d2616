"""The list of a collection's articles, as HTML."""

from index.types import Summaries, Summary
from ui.page.evidence import attributes, published_and_source, text_html, title_of

PAGE_SIZE = 50


def listing(found: Summaries, offset: int, words: str) -> str:
    """A page of the list, with what can be done to each article."""
    total = found.total
    if not total:
        reason = "No article matches." if words.strip() else "This collection is empty."
        return f'<p class="aq-nothing" role="status">{reason}</p>'
    last = offset + len(found.articles)
    items = "".join(_row(each) for each in found.articles)
    return (
        f'<p class="aq-count" role="status">{_count(total, offset, last)}</p>'
        f'<ul class="aq-articles">{items}</ul>{_pager(total, offset, last)}'
    )


def _row(article: Summary) -> str:
    title = text_html(title_of(article))
    key = attributes(article=article.id)
    return (
        f'<li><div><h3>{title}</h3><p class="aq-meta">{published_and_source(article)} · '
        f"{article.characters:,} characters</p></div>"
        f'<div class="aq-row-actions">'
        f'<button type="button" data-action="open"{key} aria-label="Read {title}">Read</button>'
        f'<button type="button" class="aq-delete" data-action="delete"{key} '
        f'aria-label="Delete {title}">Delete</button></div></li>'
    )


def _count(total: int, offset: int, last: int) -> str:
    articles = f"{total:,} article{'' if total == 1 else 's'}"
    return articles if last - offset == total else f"{offset + 1:,} to {last:,} of {articles}"


def _pager(total: int, offset: int, last: int) -> str:
    if last - offset == total:
        return ""
    parts = []
    if offset > 0:
        earlier = attributes(action="page", offset=max(0, offset - PAGE_SIZE))
        parts.append(f'<button type="button"{earlier}>Earlier</button>')
    if last < total:
        parts.append(f'<button type="button"{attributes(action="page", offset=last)}>More</button>')
    return f'<nav class="aq-pager" aria-label="Pages of the list">{"".join(parts)}</nav>'
