"""Removes the markup of site generators from a Markdown file, which readers never see.

That is shortcodes of Hugo, tags of Liquid (Jekyll), attributes of kramdown and Pandoc, and lines
that only ask for a table of contents. Text between two tags stays, as do captions.
"""

import re

_CODE = re.compile(
    r"^(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|(?P<tick>`{1,9})(?!`)[^\n]{1,2000}?(?<!`)(?P=tick)(?!`)"
    r"|\{%-?[ \t]*raw[ \t]*-?%\}(?P<raw>.*?)\{%-?[ \t]*endraw[ \t]*-?%\}",
    re.DOTALL | re.MULTILINE,
)
_SHORTCODE = re.compile(
    r"\{\{[<%](?!\s*/\*)(?P<inside>(?:[^{}\"]|\"[^\"\n]*\"){0,2000}?)[>%]\}\}"
    r"|\{%-?(?P<tag>[^{}%\n]{0,2000}?)-?%\}"
)
_CAPTION = re.compile(r"\bcaption[ \t]*=[ \t]*\"([^\"\n]+)\"")
_ATTRIBUTES = re.compile(
    r"[ \t]*\{:?[ \t]*(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"\n]*\"|[\w-]+))"
    r"(?:[ \t]+(?:[#.][\w:.-]+|[\w-]+=(?:\"[^\"\n]*\"|[\w-]+)))*[ \t]*\}"
)
_CONTAINER = re.compile(
    r"^[ \t]*:{3,}[ \t]*(?:[\w-]{1,40}[ \t]*)?(?:\[([^\]\n]*)\]|([^\n]*))$", re.MULTILINE
)
"""The first or last line of a box of Docusaurus or Pandoc; its title stays."""

_CONTENTS = re.compile(
    r"^[ \t]*(?:\[\[?_?TOC_?\]\]?|\{:toc\}|<!--[ \t]*(?:more|toc)[ \t]*-->)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def without_site_markup(markdown: str) -> str:
    """The Markdown that a site generator leaves to render; code stays as it is."""
    if not any(mark in markdown for mark in ("{", "[", "<!--", ":::")):
        return markdown
    parts = []
    end = 0
    for code in _CODE.finditer(markdown):
        parts.append(_cleaned(markdown[end : code.start()]))
        parts.append(code.group() if code.group("raw") is None else code.group("raw"))
        end = code.end()
    parts.append(_cleaned(markdown[end:]))
    return "".join(parts)


def _cleaned(markdown: str) -> str:
    markdown = _SHORTCODE.sub(_caption, markdown)
    markdown = _CONTENTS.sub("", _ATTRIBUTES.sub("", markdown))
    return _CONTAINER.sub(lambda box: f"\n{box.group(1) or box.group(2) or ''}\n", markdown)


def _caption(shortcode: re.Match[str]) -> str:
    caption = _CAPTION.search(shortcode.group("inside") or shortcode.group("tag") or "")
    return caption.group(1) if caption else ""
