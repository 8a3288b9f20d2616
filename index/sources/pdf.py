"""Articles from PDF: the lines of printed pages made paragraphs again."""

import io
from collections.abc import Iterator
from statistics import quantiles
from typing import TYPE_CHECKING

from index.errors import UserError
from index.sources.documents import damaged, document_article
from index.sources.inputs import MAX_ARTICLE_BYTES, MAX_DOCUMENT_BYTES, Fields, Input, Problem
from index.types import Article

if TYPE_CHECKING:
    import pypdf

_MAX_PAGES = 10_000
_SHORT_LINE = 0.75
"""A printed line below this share of the usual length ends its paragraph."""


def read_pdf(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """The text of a PDF, lines joined to paragraphs, as one article."""
    import pypdf

    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    try:
        reader = pypdf.PdfReader(content)
        locked = reader.is_encrypted and not reader.decrypt("")
        stated = reader.metadata.title if not locked and reader.metadata else None
        text = "" if locked else _pdf_text(reader)
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise damaged(given, "PDF", error) from None
    if locked:
        raise UserError(f"{given.name}: needs a password")
    yield document_article(given, stated, text)


def _pdf_text(reader: "pypdf.PdfReader") -> str:
    pages: list[str] = []
    length = 0
    for page in reader.pages[:_MAX_PAGES]:
        pages.append(_paragraphs(page.extract_text()))
        length += len(pages[-1])
        if length > MAX_ARTICLE_BYTES:
            break  # The caller refuses it for its length.
    return "\n\n".join(page for page in pages if page)


def _paragraphs(page: str) -> str:
    """Undo the line breaks and the hyphens of a printed page."""
    lines = [line.strip() for line in page.splitlines()]
    lengths = [len(line) for line in lines if line]
    usual = quantiles(lengths, n=10)[-1] if len(lengths) > 1 else 0
    text = ""
    for line in lines:
        if not line:
            text = text.rstrip() + "\n\n" if text else ""
        elif text.endswith("-") and line[0].islower():
            text = text[:-1] + line
        else:
            text += (" " if text and not text.endswith("\n") else "") + line
        if line and len(line) < _SHORT_LINE * usual and not text.endswith("-"):
            text += "\n\n"
    return text.strip()
