"""Articles from documents: PDF, DOCX and EPUB. The libraries are imported when one is read."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from statistics import quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from index.errors import UserError
from index.identity import article_id
from index.sources.archives import refuse_bomb
from index.sources.headers import read_header, stated_date
from index.sources.inputs import MAX_ARTICLE_BYTES, MAX_DOCUMENT_BYTES, Fields, Input, Problem
from index.types import Article

if TYPE_CHECKING:
    import pypdf

_MAX_PAGES = 10_000
_SHORT_LINE = 0.75
"""A printed line below this share of the usual length ends its paragraph."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def read_pdf(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """The text of a PDF, lines joined to paragraphs, as one article.

    pypdf was chosen by measurement: on one and two columns of known text it finds every word in
    order, as pdfium does (ten times as fast, but in C++ that parses strangers' files in our
    process), while pdfminer loses 2 % and markitdown 47 % of two columns.
    """
    import pypdf

    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    try:
        reader = pypdf.PdfReader(content)
        locked = reader.is_encrypted and not reader.decrypt("")
        stated = reader.metadata.title if reader.metadata and not locked else None
        text = "" if locked else _pdf_text(reader)
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise _damaged(given, "PDF", error) from None
    if locked:
        raise UserError(f"{given.name}: needs a password")
    yield _article(given, stated, text)


def _pdf_text(reader: "pypdf.PdfReader") -> str:
    pages: list[str] = []
    length = 0
    for page in reader.pages[:_MAX_PAGES]:
        pages.append(_paragraphs(page.extract_text()))
        length += len(pages[-1])
        if length > MAX_ARTICLE_BYTES:
            break  # The caller refuses it for its length.
    return "\n\n".join(page for page in pages if page)


def read_docx(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """The paragraphs and tables of a Word document as one article."""
    import docx
    from docx.table import Table

    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    _refuse_bomb(content, given)
    blocks: list[str] = []
    heading = ""
    try:
        document = docx.Document(content)
        stated = document.core_properties.title
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                blocks.append("\n".join(_row_text(row) for row in block.rows))
                continue
            style = block.style.name if block.style is not None else ""
            if not heading and style in ("Title", "Heading 1"):
                heading = block.text.strip()
            blocks.append(block.text.strip())
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise _damaged(given, "DOCX", error) from None
    yield _article(given, stated or heading, "\n\n".join(block for block in blocks if block))


def read_epub(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """A book, its chapters in reading order, as one article."""
    from inscriptis import get_text

    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    _refuse_bomb(content, given)
    try:
        with zipfile.ZipFile(content) as archive:
            root, package = _epub_package(archive)
            chapters = [
                get_text(archive.read(path).decode("utf-8", errors="replace")).strip()
                for path in _epub_spine(archive, root, package)
            ]
        title = _first_text(package, ".//{*}metadata/{*}title")
        published = next(
            (
                stated_date(each.text)
                for each in package.iterfind(".//{*}metadata/{*}date")
                if each.get("{http://www.idpf.org/2007/opf}event", "publication") == "publication"
            ),
            None,
        )
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise _damaged(given, "EPUB", error) from None
    article = _article(given, title, "\n\n".join(each for each in chapters if each))
    yield Article(
        article.id, article.title, article.text, published or article.published, article.source
    )


def _article(given: Input, title: str | None, text: str) -> Article:
    text = _CONTROL.sub("", text)
    if not text.strip():
        raise UserError(f"{given.name}: no text in it (pictures of pages are not read)")
    if len(text) > MAX_ARTICLE_BYTES:
        raise UserError(f"{given.name}: its text is too long for one article; split it")
    header = read_header(text)
    # The dates in a file's properties are those of the file, not of the publication.
    name = " ".join(_CONTROL.sub("", title or "").split()) or header.title
    return Article(article_id(given.source), name, text, header.published, given.source)


def _damaged(given: Input, kind: str, error: Exception) -> UserError:
    reason = (str(error) or type(error).__name__).splitlines()[0][:120]
    return UserError(f"{given.name}: cannot be read as {kind} ({reason})")


def _refuse_bomb(content: io.BytesIO, given: Input) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            refuse_bomb(archive, len(content.getbuffer()), given.name)
            if sum(each.file_size for each in archive.infolist()) > MAX_DOCUMENT_BYTES:
                raise UserError(f"{given.name}: too large when unpacked")
    except zipfile.BadZipFile as error:
        raise UserError(f"{given.name}: cannot be read ({error})") from None
    content.seek(0)


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


def _row_text(row: Any) -> str:  # noqa: ANN401 - python-docx has no public type for it
    cells: list[Any] = []
    for cell in row.cells:
        # A cell that spans columns comes once for each of them.
        if not cells or cell._tc is not cells[-1]._tc:
            cells.append(cell)
    return "\t".join(" ".join(cell.text.split()) for cell in cells)


def _parse_xml(content: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(content, parser)


def _epub_package(archive: zipfile.ZipFile) -> tuple[str, Any]:
    container = _parse_xml(archive.read("META-INF/container.xml"))
    path = container.find(".//{*}rootfile").get("full-path")
    return posixpath.dirname(path), _parse_xml(archive.read(path))


def _epub_spine(archive: zipfile.ZipFile, root: str, package: Any) -> Iterator[str]:  # noqa: ANN401
    files = {
        item.get("id"): item.get("href") for item in package.iterfind(".//{*}manifest/{*}item")
    }
    names = set(archive.namelist())
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = files.get(reference.get("idref"))
        if href and reference.get("linear") != "no":
            path = posixpath.normpath(posixpath.join(root, unquote(href.split("#")[0])))
            if path in names:
                yield path


def _first_text(package: Any, path: str) -> str:  # noqa: ANN401 - lxml has no types
    found = package.find(path)
    return "" if found is None else (found.text or "").strip()
