"""Markdown to the plain text that a reader of the page would see."""

from functools import lru_cache

from markdown_it import MarkdownIt

from index.sources.html import blocks_of, join_blocks, parse_html, title_of


def plain_text(markdown: str) -> tuple[str, str]:
    """Render Markdown, with tables, definition lists, footnotes and HTML, as plain text.

    Returns:
        The first heading of level 1, or the heading that the text begins with ("" if there is
        none), and the text, which includes it.
    """
    root = parse_html(_parser().render(markdown))
    if root is None:
        return "", ""
    blocks = blocks_of(root)
    return title_of(blocks), join_blocks(blocks)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return parser.use(deflist_plugin).use(footnote_plugin)
