"""Articles from documents: DOCX and EPUB. The libraries are imported when one is read."""

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
from index.sources.html import Block, blocks_of, join_blocks, parse_html, title_of
from index.sources.inputs import (
    MAX_ARTICLE_BYTES,
    MAX_DOCUMENT_BYTES,
    Fields,
    Input,
    Problem,
)
from index.types import Article

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_WORD_STYLES = "p[style-name='Title'] => h1:fresh"


def read_docx(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """What a reader sees of a Word document, without its running heads, as one article.

    mammoth was chosen by measurement: on 297 documents of other projects' tests it gives every
    word of 292 and fails at none; docx2python of 287, failing at 8. What it passes over
    (fields in short form, formulas, some text boxes) is rewritten for it before.
    """
    import mammoth

    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    _refuse_bomb(content, given)
    try:
        stated = _word_title(content)
        page = mammoth.convert_to_html(
            _plainer_word(content),
            style_map=_WORD_STYLES,
            convert_image=mammoth.images.img_element(lambda image: {}),
        )
        blocks = _page_blocks(page.value)
    except Exception as error:  # noqa: BLE001 - a damaged file makes the library raise anything
        raise damaged(given, "DOCX", error) from None
    yield document_article(given, stated or title_of(blocks), join_blocks(blocks))


def read_epub(given: Input, problem: Problem, fields: Fields) -> Iterator[Article]:
    """A book, its chapters in reading order, as one article."""
    content = io.BytesIO(given.read(MAX_DOCUMENT_BYTES))
    _refuse_bomb(content, given)
    try:
        with zipfile.ZipFile(content) as archive:
            root, package = _epub_package(archive)
            blocks = [
                block
                for path in _epub_spine(archive, root, package)
                for block in _chapter_blocks(archive.read(path), f"{given.name}!{path}", problem)
            ]
        title = _first_text(package, ".//{*}metadata/{*}title")
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


def _refuse_bomb(content: io.BytesIO, given: Input) -> None:
    try:
        with zipfile.ZipFile(content) as archive:
            refuse_bomb(archive, len(content.getbuffer()), given.name)
            if sum(member.file_size for member in archive.infolist()) > MAX_DOCUMENT_BYTES:
                raise UserError(f"{given.name}: too large when unpacked")
    except zipfile.BadZipFile as error:
        raise UserError(f"{given.name}: cannot be read ({error})") from None
    content.seek(0)


def _page_blocks(page: str) -> list[Block]:
    root = parse_html(page)
    return [] if root is None else blocks_of(root)


def _parse_xml(content: bytes) -> Any:  # noqa: ANN401 - lxml has no types
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    return etree.fromstring(content, parser)


def _word_title(content: io.BytesIO) -> str:
    with zipfile.ZipFile(content) as archive:
        if "docProps/core.xml" not in archive.namelist():
            return ""
        title = _first_text(_parse_xml(archive.read("docProps/core.xml")), ".//{*}title")
    return "" if title.lower() in ("word document", "untitled", "document") else title


def _plainer_word(content: io.BytesIO) -> io.BytesIO:
    """The document in the forms that mammoth reads."""
    plainer = io.BytesIO()
    with zipfile.ZipFile(content) as archive, zipfile.ZipFile(plainer, "w") as rewritten:
        for member in archive.infolist():
            part = archive.read(member)
            if re.fullmatch(r"word/[^/]*\.xml", member.filename):
                part = _plainer_part(part)
            if not member.filename.startswith("word/media/"):
                rewritten.writestr(member.filename, part)
    plainer.seek(0)
    return plainer


def _plainer_part(part: bytes) -> bytes:
    from lxml import etree

    root = _parse_xml(part)
    for reading in list(root.iter(f"{_W}rt")):
        reading.getparent().remove(reading)
    for alternatives in root.iter(f"{_MC}AlternateContent"):
        # Of two forms of one thing mammoth reads the fallback, where there is one.
        choice, fallback = alternatives.find(f"{_MC}Choice"), alternatives.find(f"{_MC}Fallback")
        if choice is not None and (fallback is None or not "".join(fallback.itertext()).strip()):
            for child in alternatives:
                if child is not choice:
                    alternatives.remove(child)
            choice.tag = f"{_MC}Fallback"
        elif choice is not None:
            alternatives.remove(choice)
    for drawing in root.iter(f"{_W}drawing"):
        if texts := list(drawing.iter(f"{_W}txbxContent")):
            drawing.clear()
            drawing.tag = f"{_W}pict"
            drawing.extend(texts)
    for formula in root.iter(f"{_M}r", f"{_M}t"):
        formula.tag = _W + formula.tag.removeprefix(_M)
    etree.strip_tags(
        root, f"{_W}fldSimple", f"{_W}ruby", f"{_W}rubyBase", f"{_W}dir", f"{_W}bdo", f"{_M}*"
    )
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)  # type: ignore[no-any-return]


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
                names.remove(path)  # A chapter that is named again is not read again.
                yield path


def _chapter_blocks(content: bytes, name: str, problem: Problem) -> list[Block]:
    return _page_blocks(decode_html(content, name, None, problem)) if content.strip() else []


def _first_text(package: Any, path: str) -> str:  # noqa: ANN401 - lxml has no types
    found = package.find(path)
    return "" if found is None else (found.text or "").strip()
