"""The article of a web page: its text without what stands around it, its structure kept."""

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from index.sources.html import Block, blocks_of, blocks_of_children, join_blocks, parse_html

_KEPT = 0.8
"""The share of an article's words that a second reading of its page must hold."""

_WORD = re.compile(r"\w+")
_AROUND = ("nav", "aside", "footer", "form", "button", "dialog", "menu")
_NAMES = {
    "list": "ul", "item": "li", "quote": "blockquote", "lb": "br", "row": "tr", "cell": "td",
    "hi": "span", "ref": "span", "graphic": "img",
}  # fmt: skip
"""Elements of trafilatura's results, and those of HTML that mean the same."""


def page_article(html: str) -> tuple[str, str]:
    """Find the article of a page.

    Args:
        html: The page, decoded.

    Returns:
        Its title and its text; the text is "" if the page has none.
    """
    import trafilatura

    # It repairs what a parser takes for no page; a fragment it refuses.
    root = trafilatura.load_html(html)
    if root is None:
        root = parse_html(html)
    if root is None:
        return "", ""
    title, blocks = "", list[Block]()
    for tree in _written_out(root):
        found = _extracted(tree)
        if found is None:
            continue
        read = _as_html(found.body)
        # Tables that are no part of the article, as those of a notice about cookies, can be taken
        # for it once they are paragraphs.
        if not blocks or (_words(read) & _words(blocks)).total() >= _KEPT * _words(blocks).total():
            title, blocks = found.title or "", read
    if len(blocks) == 1:
        # Of a short page trafilatura gives all words as one paragraph.
        blocks = _own_article(root, len(blocks[0].text)) or blocks
    return title, join_blocks(blocks)


def _extracted(root: Any) -> Any:  # noqa: ANN401 - lxml has no types
    import trafilatura
    from trafilatura.settings import Document

    found = trafilatura.bare_extraction(root, with_metadata=True, include_comments=False)
    return found if isinstance(found, Document) else None


def _words(blocks: list[Block]) -> Counter[str]:
    return Counter(word for block in blocks for word in _WORD.findall(block.text))


def _written_out(root: Any) -> Iterator[Any]:  # noqa: ANN401
    """The page as trafilatura may take it, then with paragraphs for what it takes apart."""
    from lxml import etree

    etree.strip_tags(root, "time")
    yield deepcopy(root)
    tree = deepcopy(root)
    for figure in tree.iter("figure"):
        if figure.find(".//figcaption") is not None:
            figure.tag = "div"
    written = False
    for element in list(tree.iter("table", "dl", "figcaption")):
        if any(True for _ in element.iterancestors("table", "dl", "figcaption")):
            continue
        blocks = blocks_of(element)
        if not blocks:
            continue
        for block in blocks:
            paragraph = etree.Element("p")
            paragraph.text = block.text
            element.addprevious(paragraph)
        paragraph.tail, element.tail = element.tail, None
        element.getparent().remove(element)
        written = True
    if written:
        yield tree


def _as_html(body: Any) -> list[Block]:  # noqa: ANN401
    for element in body.iter():
        level = str(element.get("rend") or "")
        if element.tag == "head":
            element.tag = level if level in ("h1", "h2", "h3", "h4", "h5", "h6") else "h2"
        elif element.tag == "list" and level == "ol":
            element.tag = "ol"
        elif element.tag == "code":
            element.tag = "pre" if "\n" in (element.text or "") else "code"
        else:
            element.tag = _NAMES.get(element.tag, element.tag)
    return blocks_of_children(body)


def _own_article(root: Any, length: int) -> list[Block]:  # noqa: ANN401
    """The blocks of the one element that says that it is the article."""
    from lxml import etree

    for name in ("article", "main", "body"):
        elements = list(root.iter(name))
        if len(elements) == 1:
            etree.strip_elements(elements[0], *_AROUND, with_tail=False)
            blocks = blocks_of(elements[0])
            if sum(len(block.text) for block in blocks) >= length / 2:
                return blocks
    return []
