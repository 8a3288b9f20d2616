"""HTML to the plain text that a reader of the page would see, its structure kept.

Word, EPUB and Markdown are converted to HTML first. The blocks of a text are divided by blank
lines: paragraphs, items of lists, rows of tables, definitions,
captions. Two blank lines stand before a heading. Within a block there are none.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from index.sources.tables import Cell, row_texts

BLOCK_END = "\n\n"
"""Divides the blocks of a text. No answer runs over it."""

_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_UNSEEN = frozenset(
    "head script style template noscript svg math-annotation annotation annotation-xml select "
    "datalist object iframe audio video canvas rp".split()
)
_SET_APART = frozenset("li blockquote details figure figcaption nav aside".split())
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big button cite code data del dfn em font i img input ins kbd label "
    "map mark math meter nobr output picture progress q ruby rb rt rtc s samp small span strike "
    "strong sub sup time tt u var wbr br".split()
)
_NOTE_MARK = re.compile(
    r"\b(?:footnote-ref|footnote-backref|doc-noteref|doc-backlink|(?:foot|end)note-ref-\d+)\b"
)
_NOTE_RETURN = re.compile(r"#(?:fnref|(?:foot|end)note-ref-)\d+$")
_CONTENTS = re.compile(r"(?:table of )?contents|toc|on this page|\W+", re.IGNORECASE)
"""What stands above a list of the headings of a text, and rules; no title."""

_LEADS_ELSEWHERE = re.compile(
    r"://|\bwww\.|[←→«»‹›↩↑]|<-|->|^\W*(?:(?:(?:go|jump|skip|return) )?(?:back )?to|go back|back|"
    r"home|read|view|see|show|open|click|tap|skip|edit|subscribe|unsubscribe|sign|log|download|"
    r"share|print|visit|follow|join|continue|report|source|via)\b",
    re.IGNORECASE,
)
"""In a link that says where it leads or what to do there."""

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]*>|&#?\w{2,8};")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MAX_DEPTH = 200
"""The deepest nesting of elements that is read."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, item or row: the text of one place on a page."""

    text: str
    heading: int = 0
    """The level of a heading from 1 to 6, or 0."""
    set_apart: bool = False
    """True of an item, a row, a definition, a quotation, code or links, which are never a title."""


def parse_html(text: str) -> Any:  # noqa: ANN401 - lxml has no types
    """The root element of a page or a fragment, None if it has no elements.

    Args:
        text: Decoded; a declaration of its encoding is passed over.
    """
    from lxml import etree, html

    if not text.strip():
        return None
    # As bytes, since lxml refuses text that declares an encoding of its own.
    parser = html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True
    )
    return etree.fromstring(text.encode("utf-8", errors="replace"), parser)


def blocks_of(root: Any) -> list[Block]:  # noqa: ANN401
    """The blocks of an element, in the order in which they are read."""
    reader = _BlockReader()
    reader.element(root, 0)
    reader.end_block()
    return reader.blocks


def join_blocks(blocks: Iterable[Block]) -> str:
    """The blocks as one text, with blank lines between them."""
    text = ""
    for block in blocks:
        if text:
            text += "\n" + BLOCK_END if block.heading else BLOCK_END
        text += block.text
    return text


def fragment_text(value: str) -> str:
    r"""The text of a value that may be HTML, as in a feed.

    Example:
        >>> fragment_text("<p>Locks &amp; quays</p><p>open.</p>")
        'Locks & quays\n\nopen.'
    """
    if not _MARKUP.search(value):
        return value.strip()
    root = parse_html(value)
    return "" if root is None else join_blocks(blocks_of(root))


def title_of(blocks: list[Block]) -> str:
    """The first heading of the first level, else the heading that the text begins with."""
    for block in blocks:
        if block.heading == 1:
            return _one_line(block.text)
    begins_with_title = may_begin_with_headline(blocks) and blocks[0].heading
    return _one_line(blocks[0].text) if begins_with_title else ""


def may_begin_with_headline(blocks: list[Block]) -> bool:
    """Return whether the first block can be the title, be it marked as a heading or not."""
    first = blocks[0] if blocks else Block("", set_apart=True)
    return not first.set_apart and not _CONTENTS.fullmatch(first.text.rstrip(": "))


class _BlockReader:
    """Walks over the elements of a page and collects its blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._marker = ""
        self._heading = 0
        self._set_apart = 0
        self._linked: list[int] = []

    def element(self, element: Any, depth: int) -> None:  # noqa: ANN401
        """Add the text of an element, without the text that follows it."""
        tag = _tag(element)
        if tag is None or tag in _UNSEEN or depth > _MAX_DEPTH or _is_unseen(element):
            return
        if tag == "br":
            self._parts.append("\0")
        elif tag == "a":
            start = len(self._parts)
            self._children(element, depth)
            if not self.blocks:
                self._linked.append(_letters(self._parts[start:]))
        elif tag in _INLINE:
            self._children(element, depth)
        else:
            self.end_block()
            self._set_apart += tag in _SET_APART
            self._block(element, tag, depth)
            self.end_block()
            self._set_apart -= tag in _SET_APART

    def _block(self, element: Any, tag: str, depth: int) -> None:  # noqa: ANN401
        if tag == "table":
            self.blocks += _table_blocks(element, depth)
        elif tag == "pre":
            text = "".join(element.itertext()).strip("\n").rstrip()
            if text.strip():
                self.blocks.append(Block(re.sub(r"\n\s*\n", "\n", text), set_apart=True))
        elif tag == "dl":
            self._definitions(element, depth)
        elif tag == "li":
            self._marker = _marker(element)
            self._children(element, depth)
        elif tag in _HEADINGS:
            self._heading = int(tag[1])
            self._children(element, depth)
            self.end_block()
            self._heading = 0
        else:
            self._children(element, depth)

    def _children(self, element: Any, depth: int) -> None:  # noqa: ANN401
        self._parts.append(element.text or "")
        for child in element:
            self.element(child, depth + 1)
            self._parts.append(child.tail or "")

    def _definitions(self, element: Any, depth: int) -> None:  # noqa: ANN401
        """Each definition with its terms before it: "Owner: Lena Fisk"."""
        terms: list[str] = []
        defined = False
        for child in element.iter("dt", "dd"):
            if next(child.iterancestors("dl")) is not element:
                continue
            inner = blocks_of_children(child, depth + 1)
            if child.tag == "dt":
                if defined:
                    terms, defined = [], False
                terms.append(" ".join(_one_line(block.text) for block in inner))
                continue
            term, defined = ", ".join(filter(None, terms)), True
            if inner and term:
                text = f"{term.rstrip(':')}: {inner[0].text}"
                inner[0] = Block(text, set_apart=True)
            self.blocks += inner
        if terms and not defined:
            self.blocks += [Block(term, set_apart=True) for term in terms if term]

    def end_block(self) -> None:
        """Close the block that is being gathered, if there is something in it."""
        text = _SPACES.sub(" ", "".join(self._parts)).replace("\xad", "")
        # Only the first block may be a title; one link may lead to the article that it names.
        only_links = bool(self._linked) and _letters(self._parts) <= sum(self._linked)
        only_links = only_links and (len(self._linked) > 1 or not _reads_as_headline(text))
        self._parts, self._linked = [], []
        lines = [line.strip() for line in text.split("\0")]
        text = "\n".join(line for line in lines if line)
        if text.strip():
            set_apart = not self._heading and (only_links or self._set_apart > 0)
            self.blocks.append(Block(self._marker + text, self._heading, set_apart))
            self._marker = ""


def _reads_as_headline(link: str) -> bool:
    """Return whether a link may be named after the article it leads to, not after what to do."""
    return len(link.split()) > 2 and not _LEADS_ELSEWHERE.search(link)


def blocks_of_children(element: Any, depth: int = 0) -> list[Block]:  # noqa: ANN401
    """The blocks of what an element holds, whatever kind of element it is."""
    reader = _BlockReader()
    reader._children(element, depth)
    reader.end_block()
    return reader.blocks


def _table_blocks(table: Any, depth: int) -> list[Block]:  # noqa: ANN401
    rows: list[list[Cell]] = []
    blocks: list[Block] = []
    cells: list[list[Block]] = []
    layout = table.get("role") in ("presentation", "none")
    for element in table.iter("caption", "tr"):
        if next(element.iterancestors("table")) is not table:
            continue
        if element.tag == "caption":
            blocks += blocks_of_children(element, depth + 1)
            continue
        row: list[Cell] = []
        in_head = _tag(element.getparent()) == "thead"
        for child in element:
            if child.tag not in ("td", "th"):
                continue
            inner = blocks_of_children(child, depth + 1)
            cells.append(inner)
            layout = layout or _is_layout(inner)
            row.append(
                Cell(
                    "; ".join(_one_line(block.text) for block in inner)
                    if child.find(".//table") is not None
                    else " ".join(_one_line(block.text) for block in inner),
                    head=in_head or child.tag == "th",
                    columns=_span(child.get("colspan")),
                    rows=_span(child.get("rowspan")),
                )
            )
        rows.append(row)
    if layout or sum(map(bool, cells)) == 1:
        # A table that only places things on the page.
        return blocks + [block for cell in cells for block in cell]
    return blocks + [Block(text, set_apart=True) for text in row_texts(rows)]


_LAYOUT_CHARACTERS = 600


def _is_layout(cell: list[Block]) -> bool:
    return any(block.heading for block in cell) or (
        len(cell) > 1 and sum(len(block.text) for block in cell) > _LAYOUT_CHARACTERS
    )


def _span(stated: str | None) -> int:
    return min(int(stated), 100) if stated and stated.strip().isdigit() and int(stated) else 1


def _marker(item: Any) -> str:  # noqa: ANN401
    parent = item.getparent()
    if _tag(parent) != "ol":
        return "- "
    start = parent.get("start", "1")
    first = int(start) if start.lstrip("-").isdigit() else 1
    number = item.get("value", "")
    if not number.isdigit():
        number = str(first + sum(1 for _ in item.itersiblings("li", preceding=True)))
    return f"{number}. "


def _is_unseen(element: Any) -> bool:  # noqa: ANN401
    if element.get("hidden") is not None:
        return True
    if "display:none" in (element.get("style") or "").replace(" ", "").lower():
        return True
    # The marks of notes and the arrows back from them, as mammoth, Markdown and EPUB write them.
    marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
    return bool(_NOTE_MARK.search(marks)) or bool(_NOTE_RETURN.match(element.get("href") or ""))


def _tag(element: Any) -> str | None:  # noqa: ANN401
    if element is None or not isinstance(element.tag, str):
        return None
    return str(element.tag).rpartition("}")[2].lower()


def _letters(parts: list[str]) -> int:
    return sum(character.isalnum() for part in parts for character in part)


def _one_line(text: str) -> str:
    return " ".join(text.split())
