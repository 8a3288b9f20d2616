"""Articles from PDF. The libraries are imported when one is read."""

from collections import Counter
from collections.abc import Iterator
from threading import Lock
from typing import Any

from index.errors import UserError
from index.sources.documents import damaged, document_article
from index.sources.html import title_of
from index.sources.inputs import MAX_ARTICLE_BYTES, MAX_DOCUMENT_BYTES, Fields, Input, Note, Problem
from index.sources.pdf_tables import Box, has_rules, tables_of
from index.sources.printed import Line, printed_blocks, stated_title
from index.sources.tables import Cell, row_texts
from index.types import Article

_MAX_PAGES = 10_000
_PASSWORD = 4
"""PDFium's error code for a document that needs a password."""

_LINE_HYPHENS = (0x2, 0xFFFE)
"""Codes of PDFium for the hyphen of a word that goes on in the next line."""

_SAME_WORDS = 0.95
"""The least share of the words printed in its place that a table must hold to be one."""

_UNKNOWN = 0.05
"""The share of unknown characters from which on a page is reported as hard to find."""

_pdfium = Lock()
"""PDFium is not safe for threads."""


def read_pdf(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """The text of a PDF, lines joined to paragraphs and rows of tables apart, as one article.

    PDFium was chosen by measurement. On 54 documents of other projects' tests it finds 97.4 % of
    the words that two of three libraries agree on (pypdf 96.7 %, pdfminer.six 91.6 %), in the
    same order as pypdf, in a tenth of its time, and opens four that pypdf does not.
    """
    content = document.read(MAX_DOCUMENT_BYTES)
    with _pdfium:
        title, pages = _read(document, content, problem)
    blocks = printed_blocks(pages)
    name = stated_title(title) or title_of(blocks)
    yield document_article(document, name, blocks)


class _Missing:
    """Numbers of the pages of which something is not read, by reason."""

    def __init__(self) -> None:
        self.unreadable: list[int] = []
        self.pictures: list[int] = []
        self.filled_in: list[int] = []
        self.unknown: list[int] = []

    def notes(self) -> Iterator[str]:
        """One note for each reason."""
        if self.unreadable:
            yield f"{_numbered(self.unreadable)} cannot be read"
        if self.pictures:
            have = "have" if len(self.pictures) > 1 else "has"
            they = "they may be scans" if len(self.pictures) > 1 else "it may be a scan"
            yield f"{_numbered(self.pictures)} {have} no text; {they}"
        if self.filled_in:
            yield f"what is filled in or noted on {_numbered(self.filled_in)} is not read"
        if self.unknown:
            yield f"the fonts of {_numbered(self.unknown)} do not tell all of their characters"


def _numbered(pages: list[int]) -> str:
    """Numbers of pages in words: "pages 3-7, 9"."""
    ranges: list[list[int]] = []
    for page in pages:
        if ranges and page == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], page]
        else:
            ranges.append([page])
    listed = ", ".join("-".join(map(str, pages)) for pages in ranges)
    return f"page{'s' if len(pages) > 1 else ''} {listed}"


def _read(document: Input, content: bytes, problem: Problem) -> tuple[str, list[list[Line]]]:
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD:
            raise UserError(f"{document.name}: needs a password") from None
        raise damaged(document, "PDF", error) from None
    pages: list[list[Line]] = []
    missing = _Missing()
    length = 0
    try:
        if len(pdf) > _MAX_PAGES:
            problem(Note(f"{document.name}: only {_MAX_PAGES:,} of {len(pdf):,} pages are read"))
        for number in range(min(len(pdf), _MAX_PAGES)):
            try:
                pages.append(_page_lines(pdf, number, content, missing))
            except pypdfium2.PdfiumError:
                missing.unreadable.append(number + 1)
                pages.append([])
            length += sum(len(line.text) for line in pages[-1])
            if length > MAX_ARTICLE_BYTES:
                break  # The caller refuses it for its length.
        if length:  # Otherwise the caller refuses it.
            for note in missing.notes():
                problem(Note(f"{document.name}: {note}"))
        return str(pdf.get_metadata_value("Title") or ""), pages
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise damaged(document, "PDF", error) from None
    finally:
        pdf.close()


def _page_lines(
    pdf: Any,  # noqa: ANN401 - pypdfium2 has no types
    number: int,
    content: bytes,
    missing: _Missing,
) -> list[Line]:
    page = pdf[number]
    textpage = page.get_textpage()
    try:
        lines = list(_text_lines(textpage))
        if not lines and _has_pictures(page):
            missing.pictures.append(number + 1)
        if _is_filled_in(page):
            missing.filled_in.append(number + 1)
        if _unknown_characters(textpage) > _UNKNOWN:
            missing.unknown.append(number + 1)
        if not lines or not has_rules(page):
            return lines
        return _with_tables(lines, tables_of(content, number, page.get_height()))
    finally:
        textpage.close()
        page.close()


def _has_pictures(page: Any) -> bool:  # noqa: ANN401
    from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

    return any(True for _ in page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _is_filled_in(page: Any) -> bool:  # noqa: ANN401
    """Return whether there is text in the fields of a form, or in notes that stand on the page."""
    from pypdfium2 import raw

    for place in range(raw.FPDFPage_GetAnnotCount(page)):
        annotation = raw.FPDFPage_GetAnnot(page, place)
        if not annotation:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(annotation)
            if kind == raw.FPDF_ANNOT_WIDGET:
                written = _stated(annotation, b"FT") in ("Tx", "Ch") and _stated(annotation, b"V")
            else:
                written = kind == raw.FPDF_ANNOT_FREETEXT and _stated(annotation, b"Contents")
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if written and any(map(str.isalnum, written)):
            return True
    return False


def _stated(annotation: Any, key: bytes) -> str:  # noqa: ANN401
    """A value of an annotation that is text or a name, "" if it has none."""
    import ctypes

    from pypdfium2.raw import FPDF_WCHAR, FPDFAnnot_GetStringValue

    size = FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    FPDFAnnot_GetStringValue(annotation, key, ctypes.cast(buffer, ctypes.POINTER(FPDF_WCHAR)), size)
    return buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")


def _unknown_characters(textpage: Any) -> float:  # noqa: ANN401
    """The share of the characters of a page that PDFium cannot map to Unicode."""
    from pypdfium2.raw import FPDFText_HasUnicodeMapError

    count: int = textpage.count_chars()
    unknown = sum(FPDFText_HasUnicodeMapError(textpage, place) == 1 for place in range(count))
    return float(unknown / max(1, count))


def _text_lines(textpage: Any) -> Iterator[Line]:  # noqa: ANN401 - pypdfium2 has no types
    from pypdfium2.raw import FPDFText_GetUnicode

    text: list[str] = []
    places: list[int] = []
    for place in range(textpage.count_chars()):
        code = FPDFText_GetUnicode(textpage, place)
        character = chr(code) if code else " "
        if character in "\r\n" or code in _LINE_HYPHENS:
            if code in _LINE_HYPHENS:
                text.append("-")
            if line := _line(textpage, text, places):
                yield line
            text, places = [], []
        else:
            text.append(character)
            if not character.isspace():
                places.append(place)
    if line := _line(textpage, text, places):
        yield line


def _line(textpage: Any, characters: list[str], places: list[int]) -> Line | None:  # noqa: ANN401
    if not places:
        return None
    # PDFium gives the halves of a character beyond the first plane one by one.
    text = "".join(characters).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    left, bottom, _, top = textpage.get_charbox(places[0], loose=True)
    right = textpage.get_charbox(places[-1], loose=True)[2]
    return Line(" ".join(text.split()), left, bottom, right, top)


def _with_tables(lines: list[Line], tables: list[tuple[Box, list[list[Cell]]]]) -> list[Line]:
    """The lines of a page, those in a table replaced by its rows."""
    for box, rows in tables:
        inside = [line for line in lines if not line.row and box.holds(line.middle)]
        printed = Counter(word for line in inside for word in line.text.split())
        cells = Counter(word for row in rows for cell in row for word in cell.text.split())
        # If words are lost or cut in two, the drawn rules are not those of table cells.
        if not inside or (printed & cells).total() < _SAME_WORDS * printed.total():
            continue
        first = lines.index(inside[0])
        lines = [line for line in lines if line not in inside]
        lines[first:first] = [
            Line(text, box.left, box.bottom, box.right, box.top, True) for text in row_texts(rows)
        ]
    return lines
