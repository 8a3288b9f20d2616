"""Markdown to the blocks that a reader of the page would see."""

from functools import lru_cache

from markdown_it import MarkdownIt

from index.sources.html import Block, blocks_of, parse_html


def markdown_blocks(markdown: str) -> list[Block]:
    """The blocks of Markdown with tables, definition lists, footnotes and HTML."""
    root = parse_html(_parser().render(markdown))
    return [] if root is None else blocks_of(root)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return parser.use(deflist_plugin).use(footnote_plugin)
