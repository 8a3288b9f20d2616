"""Markdown to the plain text that a reader of the page would see."""

from markdown_it import MarkdownIt
from markdown_it.token import Token


def plain_text(markdown: str) -> tuple[str, str]:
    """Render Markdown as plain text, blocks separated by blank lines.

    Returns:
        The first level-1 heading ("" if there is none), and the text, which includes it.
    """
    title = ""
    blocks: list[str] = []
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    for previous, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "inline":
            block = _inline_text(token)
            if previous is not None and previous.type == "heading_open" and previous.tag == "h1":
                title = title or block
            blocks.append(block)
        elif token.type in ("fence", "code_block"):
            blocks.append(token.content.rstrip("\n"))
    return title, "\n\n".join(block for block in blocks if block.strip())


def _inline_text(token: Token) -> str:
    parts = []
    for child in token.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
    return "".join(parts).strip()
