"""The article of a web page: its text without what stands around it, its structure kept."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from copy import deepcopy
from typing import Any, NamedTuple

from index.sources.html import Block, blocks_of, blocks_of_children, join_blocks, parse_html

_KEPT = 0.8
"""The share of an article's words that a second reading of its page must hold."""

_WRITTEN_OUT = 0.5
"""From this share on, paragraphs made of tables may have been taken for the article."""

_PROSE_WORDS = 8
"""A block of fewer words is a label, a date or a name."""

_LINKED = 0.5
"""A block of which this share is links leads somewhere else."""

_DOCUMENT_LINKED = 0.2
"""A page without navigation, of which at most this share is links, is all article."""

_LEFT_OUT_WORDS = 15
"""Beside an article, a block of fewer words is a caption, a slogan or a teaser's headline."""

_COVERED = 0.5
"""A block is in the article if this share of its word trigrams is."""

_LINK, _LINK_END = "\U0010fffc", "\U0010fffd"
"""Mark links in text; no page holds them."""
_ITEM = re.compile(r"(?:-|\d+\.) ")
_WORD = re.compile(r"\w+")
_AROUND = ("nav", "aside", "footer", "form", "button", "dialog", "menu")
_AROUND_ROLES = frozenset(
    "navigation banner contentinfo complementary search dialog alertdialog menu menubar".split()
)
_SITE_WORDS = (
    r"nav(?:bar|igation)?|menu|breadcrumbs?|footer|cookies?|consent|gdpr|newsletter|subscribe|"
    r"paywall|advert\w*|ads?|login|search"
)
_BESIDE_WORDS = (
    r"sidebar|share|sharing|social|related|recommend\w*|teasers?|promo\w*|banner|comments?|respond|"
    r"masthead|widgets?|popup|modal"
)
_AROUND_NAMES, _NEVER_TOLD_NAMES = (
    re.compile(rf"(?:^|[\s_-])(?:{words})(?:$|[\s_-])", re.IGNORECASE)
    for words in (f"{_SITE_WORDS}|{_BESIDE_WORDS}", _SITE_WORDS)
)
_NEVER_TOLD = ("nav", "footer", "form", "button", "dialog", "menu")
_NEVER_TOLD_ROLES = _AROUND_ROLES - {"complementary", "banner"}
"""What these hold is of the site. What else stands around an article can be a part of it."""

_NAMES = {
    "list": "ul",
    "item": "li",
    "quote": "blockquote",
    "lb": "br",
    "row": "tr",
    "cell": "td",
    "hi": "span",
    "ref": "span",
    "graphic": "img",
}
"""Elements of trafilatura's results, and those of HTML that mean the same."""


class PageArticle(NamedTuple):
    """The article of a page.

    Attributes:
        title: Of the page, "" if it has none.
        text: The article, "" if the page has none.
        left_out: The paragraphs of the page that were taken to stand around the article.
    """

    title: str
    text: str
    left_out: tuple[str, ...] = ()


def page_article(html: str) -> PageArticle:
    """Find the article of a page.

    trafilatura tells the article from what stands around it. A page on which nothing stands
    around is read whole, and paragraphs that trafilatura passes over between two paragraphs of the
    article are put back.

    Args:
        html: The page, decoded.
    """
    import trafilatura

    # It repairs what a parser takes for no page; a fragment it refuses.
    root = trafilatura.load_html(html)
    if root is None:
        root = parse_html(html)
    if root is None:
        return PageArticle("", "")
    from lxml import etree

    title = _title(root)
    etree.strip_tags(root, "time")
    whole = _linked_blocks(root)
    if not _stands_around(root) and _share_of_links(whole) <= _DOCUMENT_LINKED:
        return PageArticle(title, join_blocks(block for block, _ in whole))
    blocks = _extracted_blocks(root)
    if len(blocks) == 1:
        # Of a short page trafilatura gives all words as one paragraph.
        blocks = _own_article(root, len(blocks[0].text)) or blocks
    within = _linked_blocks(_without(root, _is_around))
    blocks, left_out = _with_passed_over(blocks, within)
    left_out += _beside(blocks, within, _linked_blocks(_without(root, _is_of_the_site)))
    return PageArticle(
        title, join_blocks(blocks), tuple(dict.fromkeys(block.text for block in left_out))
    )


def _title(root: Any) -> str:  # noqa: ANN401 - lxml has no types
    """The title as trafilatura finds it, without the rest of its metadata, which takes longer."""
    from trafilatura.metadata import examine_meta, extract_meta_json, extract_title

    metadata = examine_meta(root)
    with suppress(Exception):  # JSON of pages holds anything.
        metadata = extract_meta_json(root, metadata)
    return " ".join((metadata.title or extract_title(root) or "").replace("\xad", "").split())


def _extracted_blocks(root: Any) -> list[Block]:  # noqa: ANN401
    """The blocks that trafilatura takes for the article; root stays as it is."""
    tree, written = _written_out(root)
    blocks = _extracted(tree)
    if written and (not blocks or _share_in(blocks, written) >= _WRITTEN_OUT):
        # Tables that are no part of the article, as those of a notice about cookies, can be taken
        # for it once they are paragraphs.
        plain = _extracted(deepcopy(root))
        if (_words(plain) & _words(blocks)).total() < _KEPT * _words(plain).total():
            return plain
    return blocks


def _extracted(root: Any) -> list[Block]:  # noqa: ANN401
    import trafilatura
    from trafilatura.settings import Document

    document = trafilatura.bare_extraction(root, include_comments=False)
    return _as_html(document.body) if isinstance(document, Document) else []


def _words(blocks: Sequence[Block]) -> Counter[str]:
    return Counter(word for block in blocks for word in _WORD.findall(block.text))


def _share_in(blocks: Sequence[Block], texts: set[str]) -> float:
    """The share of the characters of blocks that is in blocks of these texts."""
    length = sum(len(block.text) for block in blocks)
    return sum(len(block.text) for block in blocks if block.text in texts) / max(1, length)


def _written_out(root: Any) -> tuple[Any, set[str]]:  # noqa: ANN401
    """A copy of the page with paragraphs for what trafilatura takes apart, and their texts."""
    from lxml import etree

    tree = deepcopy(root)
    for figure in tree.iter("figure"):
        if figure.find(".//figcaption") is not None:
            figure.tag = "div"
    written: set[str] = set()
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
            written.add(block.text)
        paragraph.tail, element.tail = element.tail, None
        element.getparent().remove(element)
    return tree, written


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
            article = deepcopy(elements[0])
            etree.strip_elements(article, *_AROUND, with_tail=False)
            blocks = blocks_of(article)
            if sum(len(block.text) for block in blocks) >= length / 2:
                return blocks
    return []


def _is_around(element: Any) -> bool:  # noqa: ANN401
    """Return whether an element says that it is no part of an article."""
    return _is_called(element, _AROUND, _AROUND_ROLES, _AROUND_NAMES)


def _is_of_the_site(element: Any) -> bool:  # noqa: ANN401
    """Return whether an element says that no article has to do with what it holds."""
    return _is_called(element, _NEVER_TOLD, _NEVER_TOLD_ROLES, _NEVER_TOLD_NAMES)


def _is_called(
    element: Any,  # noqa: ANN401
    tags: Collection[str],
    roles: Collection[str],
    names: re.Pattern[str],
) -> bool:
    if element.tag in tags or element.get("role") in roles:
        return True
    if element.tag in ("html", "body", "article", "main"):
        return False  # Their names tell what is on the page.
    called = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(names.search(called))


def _stands_around(root: Any) -> bool:  # noqa: ANN401
    """Return whether a page has anything that says that it is no part of an article."""
    return any(map(_is_around, root.iter("*")))


def _without(root: Any, is_dropped: Callable[[Any], bool]) -> Any:  # noqa: ANN401
    """A copy of the page without some of its elements."""
    tree = deepcopy(root)
    for element in [*tree.iter("*")]:
        if element.getparent() is not None and is_dropped(element):
            element.drop_tree()
    return tree


def _linked_blocks(root: Any) -> list[tuple[Block, float]]:  # noqa: ANN401
    """The blocks of an element, each with the share of it that is links."""
    tree = deepcopy(root)
    for link in tree.iter("a"):
        if link.get("href") is not None:
            link.text = _LINK + (link.text or "")
            link.tail = _LINK_END + (link.tail or "")
    return list(_shares_of_links(blocks_of(tree)))


def _shares_of_links(blocks: Sequence[Block]) -> Iterator[tuple[Block, float]]:
    within = False
    for block in blocks:
        linked = 0
        text: list[str] = []
        for part in re.split(f"([{_LINK}{_LINK_END}])", block.text):
            if part in (_LINK, _LINK_END):
                within = part == _LINK
                continue
            text.append(part)
            linked += len(part) if within else 0
        whole = "\n".join(" ".join(line.split()) for line in "".join(text).split("\n")).strip()
        if whole:
            yield Block(whole, block.heading), linked / max(1, len("".join(text)))


def _share_of_links(blocks: Sequence[tuple[Block, float]]) -> float:
    length = sum(len(block.text) for block, _ in blocks)
    return sum(len(block.text) * links for block, links in blocks) / max(1, length)


def _beside(
    article: Sequence[Block],
    within: Sequence[tuple[Block, float]],
    page: Sequence[tuple[Block, float]],
) -> list[Block]:
    """The paragraphs beside an article that may be a part of it.

    Args:
        article: Its blocks.
        within: The blocks of the page without what stands around the article.
        page: The blocks of the page without what is of the site.
    """
    held = _Article(article)
    seen = {_plain(block.text) for block, _ in within}
    return [
        block
        for block, links in page
        if links < _LINKED
        and len(_WORD.findall(block.text)) >= _LEFT_OUT_WORDS
        and _plain(block.text) not in seen
        and held.place(block.text) is None
    ]


class _Article:
    """Tells whether a block of a page is in its article, and where."""

    def __init__(self, blocks: Sequence[Block]) -> None:
        self._place_of: dict[tuple[str, ...], int] = {}
        self._texts = {_plain(block.text) for block in blocks}
        for place, block in enumerate(blocks):
            for run in _runs(block.text):
                self._place_of.setdefault(run, place)

    def holds(self, text: str) -> bool:
        """Return whether a block of the article has just this text."""
        return _plain(text) in self._texts

    def place(self, text: str) -> int | None:
        """The place of the block that holds most of a text, None if the article lacks it."""
        runs = list(_runs(text))
        places = Counter(self._place_of[run] for run in runs if run in self._place_of)
        if not runs or places.total() < _COVERED * len(runs):
            return None
        return places.most_common(1)[0][0]


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.lower())
    return zip(words, words[1:], words[2:], strict=False)


def _is_item(block: Block) -> bool:
    return bool(_ITEM.match(block.text))


def _is_prose(block: Block) -> bool:
    return len(_WORD.findall(block.text)) >= _PROSE_WORDS


def _between(passed: list[Block]) -> list[Block]:
    """The blocks between two paragraphs of an article that belong to it."""
    if any(map(_is_prose, passed)):
        return [block for block in passed if block.heading or _is_item(block) or _is_prose(block)]
    return [block for block in passed[-1:] if block.heading]  # Of the paragraph that follows.


def _with_passed_over(
    blocks: list[Block], page: Sequence[tuple[Block, float]]
) -> tuple[list[Block], list[Block]]:
    """The article with what was passed over between its paragraphs, and what is left out.

    Args:
        blocks: The article.
        page: The blocks of the page, each with the share of it that is links.
    """
    article = _Article(blocks)
    after: dict[int, list[Block]] = {}
    left_out: list[Block] = []
    passed: list[Block] = []
    place: int | None = None
    for block, links in page:
        here = article.place(block.text)
        if here is None:
            if links < _LINKED and not article.holds(block.text):
                passed.append(block)
            continue
        if place is None or here < place:
            left_out += filter(_is_prose, passed)
        else:
            after.setdefault(place, []).extend(_between(passed))
        passed = []
        place = here
    left_out += filter(_is_prose, passed)
    merged = [block for place, own in enumerate(blocks) for block in (own, *after.get(place, ()))]
    return merged, left_out
