"""Articles from EPUB books, and helpers for documents of all kinds."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from index.errors import UserError
from index.identity import article_id
from index.sources.archives import refuse_bomb
from index.sources.dates import stated_date
from index.sources.encodings import decode_html
from index.sources.headers import read_header
from index.sources.html import Block, blocks_of, join_blocks, may_begin_with_headline, parse_html
from index.sources.inputs import (
    MAX_ARTICLE_BYTES,
    MAX_DOCUMENT_BYTES,
    Fields,
    Input,
    Problem,
)
from index.types import Article

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff]")


def read_epub(document: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """A book, its chapters in reading order, as one article."""
    content = io.BytesIO(document.read(MAX_DOCUMENT_BYTES))
    refuse_large(content, document)
    try:
        with zipfile.ZipFile(content) as archive:
            root, package = _epub_package(archive)
            blocks = [
                block
                for path in _epub_spine(archive, root, package)
                for block in _chapter_blocks(archive.read(path), f"{document.name}!{path}", problem)
            ]
        title = first_text(package, ".//{*}metadata/{*}title")
        published = next(
            (
                stated_date(element.text)
                for element in package.iterfind(".//{*}metadata/{*}date")
                if element.get("{http://www.idpf.org/2007/opf}event", "publication")
                == "publication"
            ),
            None,
        )
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise damaged(document, "EPUB", error) from None
    article = document_article(document, title, blocks)
    yield replace(article, published=published or article.published)


def document_article(document: Input, title: str | None, blocks: list[Block]) -> Article:
    """The article of a document, with the title and date that the head of its text states.

    Args:
        document: The document.
        title: The title in its metadata; without one, that at the head of the text.
        blocks: The blocks of the whole text.

    Raises:
        UserError: If there is no text, or too much.
    """
    text = _CONTROL.sub("", join_blocks(blocks))
    if not text.strip():
        raise UserError(f"{document.name}: no text in it (pictures of pages are not read)")
    if len(text) > MAX_ARTICLE_BYTES:
        raise UserError(f"{document.name}: its text is too long for one article; split it")
    header = read_header(text, has_headline=may_begin_with_headline(blocks))
    # The dates in a file's properties are those of the file, not of the publication.
    name = " ".join(_CONTROL.sub("", title or "").split()) or header.title
    return Article(article_id(document.source), name, text, header.published, document.source)


def damaged(document: Input, kind: str, error: Exception) -> UserError:
    """The error for a document that a library could not read."""
    reason = (str(error) or type(error).__name__).splitlines()[0][:120]
    return UserError(f"{document.name}: cannot be read as {kind} ({reason})")


def refuse_large(content: io.BytesIO, document: Input) -> None:
    """Refuse a document in a zip archive that unpacks to too much.

    Raises:
        UserError: If it does, or is no zip archive.
    """
    try:
        with zipfile.ZipFile(content) as archive:
            refuse_bomb(archive, len(content.getbuffer()), document.name)
            if sum(member.file_size for member in archive.infolist()) > MAX_DOCUMENT_BYTES:
                raise UserError(f"{document.name}: too large when unpacked")
    except zipfile.BadZipFile as error:
        raise UserError(f"{document.name}: cannot be read ({error})") from None
    content.seek(0)


def page_blocks(page: str) -> list[Block]:
    """The blocks of a page of HTML, none if it has no elements."""
    root = parse_html(page)
    return [] if root is None else blocks_of(root)


def parse_xml(content: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """The root element of an XML document; nothing outside of it is loaded."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    return etree.fromstring(content, parser)


def _epub_package(archive: zipfile.ZipFile) -> tuple[str, Any]:
    container = parse_xml(archive.read("META-INF/container.xml"))
    path = container.find(".//{*}rootfile").get("full-path")
    return posixpath.dirname(path), parse_xml(archive.read(path))


def _epub_spine(archive: zipfile.ZipFile, root: str, package: Any) -> Iterator[str]:  # noqa: ANN401
    # The navigation document (EPUB 3) is the book's list of contents, no text of it.
    files = {
        item.get("id"): item.get("href")
        for item in package.iterfind(".//{*}manifest/{*}item")
        if "nav" not in (item.get("properties") or "").split()
    }
    names = set(archive.namelist())
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = files.get(reference.get("idref"))
        if href:  # Notes that stand beside the reading order ("linear" is "no") are text, too.
            path = posixpath.normpath(posixpath.join(root, unquote(href.split("#")[0])))
            if path in names:
                names.remove(path)  # A chapter that is named again is not read again.
                yield path


def _chapter_blocks(content: bytes, name: str, problem: Problem) -> list[Block]:
    return page_blocks(decode_html(content, name, None, problem)) if content.strip() else []


def first_text(package: Any, path: str) -> str:  # noqa: ANN401 - lxml has no types
    """The text of the first element at a path, "" if there is none."""
    element = package.find(path)
    return "" if element is None else (element.text or "").strip()
