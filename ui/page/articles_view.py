"""The list of a collection's articles, as HTML. Pure."""

from collections.abc import Sequence

from index.sources.files import KINDS
from index.types import Hit, Summaries, Summary
from ui.page.evidence import attributes, published_and_source, text_html, title_of
from ui.uploads import MAX_FILE_BYTES

PAGE_SIZE = 50


def add_form() -> str:
    """The form for files, a folder and addresses, and the list of jobs below it."""
    kinds = ", ".join(kind[1:] for kind in KINDS)
    accept = ",".join(KINDS)
    return (
        f'<div class="aq-drop" data-largest="{MAX_FILE_BYTES}">'
        '<p class="aq-drop-buttons">'
        f'<label class="aq-choose">Choose files<input type="file" multiple accept="{accept}" '
        'class="aq-files"></label>'
        '<label class="aq-choose">Choose a folder<input type="file" webkitdirectory '
        'class="aq-folder"></label></p>'
        f"<p>Or drop them here: {kinds}; at most {MAX_FILE_BYTES // 1_000_000} MB each.</p></div>"
        '<p class="aq-keep"><label><input type="checkbox" class="aq-keep-pdfs"> '
        "Keep PDF files, to see their pages beside the text</label></p>"
        '<form class="aq-addresses"><label for="aq-address">Address of a page or a feed</label>'
        '<div><input id="aq-address" type="url" placeholder="https://" maxlength="2000" required>'
        '<button type="submit">Add page</button></div></form>'
        '<p class="aq-sending" role="status"></p>'
        '<section class="aq-jobs" aria-label="What is being added"></section>'
    )


def listing(
    summaries: Summaries,
    offset: int,
    words: str,
    collection: str,
    *,
    samples: int = 0,
    told: str = "",
) -> str:
    """A page of the list, with what can be done to each article.

    Args:
        summaries: The articles of the page.
        offset: How many come before them.
        words: What was searched for.
        collection: The name of the collection.
        samples: How many articles of the product itself are among those of the user.
        told: HTML of what has just happened.
    """
    total = summaries.total
    count = (
        f'<p class="aq-count" role="status">{_count(total, offset, len(summaries.articles))}</p>'
    )
    head = f"{told}{_samples(samples)}"
    if not total:
        reason = "No article matches." if words.strip() else "This collection is empty."
        body = f'<p class="aq-nothing" role="status">{reason}</p>'
    else:
        items = "".join(_row(article) for article in summaries.articles)
        pager = _pager(total, offset, offset + len(summaries.articles))
        body = f'{count}{_selection()}<ul class="aq-articles">{items}</ul>{pager}'
    return f"<div{attributes(collection=collection)}>{head}{body}</div>"


def hits_listing(hits: Sequence[Hit], collection: str, told: str = "") -> str:
    """The articles in whose texts something was found, each with the nearest of its passages."""
    nearest: dict[str, Hit] = {}
    for hit in hits:
        nearest.setdefault(hit.article.id, hit)
    if not nearest:
        body = '<p class="aq-nothing" role="status">No article matches.</p>'
    else:
        items = "".join(
            _row(
                Summary(
                    hit.article.id,
                    hit.article.title,
                    hit.article.published,
                    hit.article.source,
                    len(hit.article.text),
                ),
                f'<p class="aq-snippet">{text_html(_short(hit.text))}</p>',
            )
            for hit in nearest.values()
        )
        count = f"The {len(nearest)} articles whose texts are nearest"
        body = (
            f'<p class="aq-count" role="status">{count}</p>{_selection()}'
            f'<ul class="aq-articles">{items}</ul>'
        )
    return f"<div{attributes(collection=collection)}>{told}{body}</div>"


def deleted(count: int, key: str) -> str:
    """The number of deleted articles, and the button that brings them back."""
    words = f"{count:,} article{'' if count == 1 else 's'} deleted."
    undo = f'<button type="button"{attributes(action="undo", key=key)}>Undo</button>' if key else ""
    return f'<p class="aq-told" role="status">{words} {undo}</p>'


def told(words: str) -> str:
    """A line about what has just happened."""
    return f'<p class="aq-told" role="status">{text_html(words)}</p>'


def problem(words: str) -> str:
    """A line about what could not be done."""
    return f'<p class="aq-problem" role="alert">{text_html(words)}</p>'


def _samples(count: int) -> str:
    if not count:
        return ""
    return (
        f'<p class="aq-told" role="note">Still among yours: {_samples_in_words(count)}. '
        f'<button type="button"{attributes(action="samples")}>Remove the samples</button></p>'
    )


def _samples_in_words(count: int) -> str:
    return "the sample article" if count == 1 else f"the {count} sample articles"


def _selection() -> str:
    return (
        '<p class="aq-selection"><label><input type="checkbox" class="aq-all"> Select all shown'
        f'</label> <button type="button" class="aq-delete-selected" hidden'
        f"{attributes(action='delete', articles='')}>Delete</button></p>"
    )


def _row(article: Summary, more: str = "") -> str:
    title = text_html(title_of(article))
    key = attributes(article=article.id)
    published = article.published.isoformat() if article.published else ""
    return (
        f'<li><input type="checkbox" class="aq-select"{key} aria-label="Select {title}">'
        f'<div class="aq-row-text"><h3>{title}</h3><p class="aq-meta">'
        f"{published_and_source(article)} · {article.characters:,} characters</p>{more}"
        f'<details class="aq-edit"><summary>Edit</summary><div>'
        f'<label>Title<input type="text" class="aq-edit-title" maxlength="500" '
        f'value="{text_html(article.title)}"></label>'
        f'<label>Published on<input type="text" class="aq-edit-date" maxlength="10" '
        f'placeholder="2019-01-19, or empty" value="{published}"></label>'
        f'<button type="button" class="aq-save"{attributes(action="save")}{key}>Save</button>'
        f"</div></details></div>"
        f'<div class="aq-row-actions">'
        f'<button type="button" data-action="open"{key} aria-label="Read {title}">Read</button>'
        f'<button type="button" class="aq-delete" data-action="delete"{key} '
        f'aria-label="Delete {title}">Delete</button></div></li>'
    )


def _short(text: str) -> str:
    return text if len(text) <= 240 else f"{text[:240].rsplit(' ', 1)[0]} …"


def _count(total: int, offset: int, shown: int) -> str:
    articles = f"{total:,} article{'' if total == 1 else 's'}"
    return articles if shown == total else f"{offset + 1:,} to {offset + shown:,} of {articles}"


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
