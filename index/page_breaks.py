"""The pages of an article that was printed on pages."""

from index.types import Article

PAGE_BREAK = "\f"
"""Stands in the text of a PDF where a page begins, or where the sentence before it ends."""


def page_of(article: Article, offset: int) -> int | None:
    r"""The number of the page on which a character stands, from 1.

    Args:
        article: The article.
        offset: The place of the character in `article.text`.

    Returns:
        None if the article is no PDF, or its text has no page breaks: one page, or read by a
        version that left them out.

    Example:
        >>> page_of(Article("a", "", "One.\n\n\fTwo.", source="/a.pdf"), 7)
        2
    """
    if PAGE_BREAK not in article.text or not is_pdf(article.source):
        return None
    return article.text.count(PAGE_BREAK, 0, offset + 1) + 1


def is_pdf(source: str | None) -> bool:
    """Return whether a source is the path or the address of a PDF."""
    return (source or "").partition("?")[0].partition("#")[0].lower().endswith(".pdf")
