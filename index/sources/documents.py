"""Articles from books (EPUB), and what documents of all kinds share."""

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
from index.sources.html import Block, blocks_of, join_blocks, parse_html
from index.sources.inputs import (
    MAX_ARTICLE_BYTES,
    MAX_DOCUMENT_BYTES,
    Fields,
    Input,
    Problem,
)
from index.types import Article

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def read_epub(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """A book, its chapters in reading order, as one article."""
    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    refuse_large(content, given)
    try:
        with zipfile.ZipFile(content) as archive:
            root, package = _epub_package(archive)
            blocks = [
                block
                for path in _epub_spine(archive, root, package)
                for block in _chapter_blocks(archive.read(path), f"{given.name}!{path}", problem)
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
        raise damaged(given, "EPUB", error) from None
    article = document_article(given, title, join_blocks(blocks))
    yield replace(article, published=published or article.published)


def document_article(given: Input, title: str | None, text: str) -> Article:
    """The article of a document, with what its text states about itself.

    Args:
        given: Where it comes from.
        title: That the document states; without one, its text may begin with it.
        text: All of it.

    Raises:
        UserError: If there is no text, or too much.
    """
    text = _CONTROL.sub("", text)
    if not text.strip():
        raise UserError(f"{given.name}: no text in it (pictures of pages are not read)")
    if len(text) > MAX_ARTICLE_BYTES:
        raise UserError(f"{given.name}: its text is too long for one article; split it")
    header = read_header(text)
    # The dates in a file's properties are those of the file, not of the publication.
    name = " ".join(_CONTROL.sub("", title or "").split()) or header.title
    return Article(article_id(given.source), name, text, header.published, given.source)


def damaged(given: Input, kind: str, error: Exception) -> UserError:
    """What a library's error about a document means to its owner."""
    reason = (str(error) or type(error).__name__).splitlines()[0][:120]
    return UserError(f"{given.name}: cannot be read as {kind} ({reason})")


def refuse_large(content: io.BytesIO, given: Input) -> None:
    """Refuse a document in a zip archive that unpacks to too much.

    Raises:
        UserError: If it does, or is no zip archive.
    """
    try:
        with zipfile.ZipFile(content) as archive:
            refuse_bomb(archive, len(content.getbuffer()), given.name)
            if sum(member.file_size for member in archive.infolist()) > MAX_DOCUMENT_BYTES:
                raise UserError(f"{given.name}: too large when unpacked")
    except zipfile.BadZipFile as error:
        raise UserError(f"{given.name}: cannot be read ({error})") from None
    content.seek(0)


def page_blocks(page: str) -> list[Block]:
    """The blocks of a page of HTML, none if it has no elements."""
    root = parse_html(page)
    return [] if root is None else blocks_of(root)


def parse_xml(content: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    """The root element of XML, read without anything from outside it."""
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
    files = {
        item.get("id"): item.get("href") for item in package.iterfind(".//{*}manifest/{*}item")
    }
    names = set(archive.namelist())
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = files.get(reference.get("idref"))
        if href and reference.get("linear") != "no":
            path = posixpath.normpath(posixpath.join(root, unquote(href.split("#")[0])))
            if path in names:
                names.remove(path)  # A chapter that is named again is not read again.
                yield path


def _chapter_blocks(content: bytes, name: str, problem: Problem) -> list[Block]:
    return page_blocks(decode_html(content, name, None, problem)) if content.strip() else []


def first_text(package: Any, path: str) -> str:  # noqa: ANN401 - lxml has no types
    """The text of the first element at a path, "" if there is none."""
    found = package.find(path)
    return "" if found is None else (found.text or "").strip()
