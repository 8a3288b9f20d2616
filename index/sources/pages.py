"""The article of a web page: its text without what stands around it, its structure kept."""

from typing import Any

from index.sources.html import Block, blocks_of, blocks_of_children, join_blocks, parse_html

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
    from trafilatura.settings import Document

    root = parse_html(html)
    if root is None:
        return "", ""
    _write_out(root)
    found = trafilatura.bare_extraction(root, with_metadata=True, include_comments=False)
    if not isinstance(found, Document):
        return "", ""
    blocks = _as_html(found.body)
    if len(blocks) <= 1:
        # Of a short page trafilatura gives all words as one paragraph.
        blocks = _own_article(parse_html(html), len(found.text or "")) or blocks
    return found.title or "", join_blocks(blocks)


def _write_out(root: Any) -> None:  # noqa: ANN401 - lxml has no types
    """Turn into paragraphs what trafilatura takes apart or cuts out."""
    from lxml import etree

    etree.strip_tags(root, "time")
    for figure in root.iter("figure"):
        if figure.find(".//figcaption") is not None:
            figure.tag = "div"
    for element in list(root.iter("table", "dl", "figcaption")):
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
