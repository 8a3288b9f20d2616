"""The publication date that a page of HTML states in its own markup.

In this order: JSON-LD of an article, `meta` elements, microdata and elements that are marked as
the time of publication, and a date line that is marked as such. A date of an image, of an
address, of a script or of the text itself is none.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from index.sources.dates import date_line, stated_date, why_no_date

_MOST_JSON = 2_000_000
_MOST_NODES = 10_000
_MOST_TEXT = 120
_PARAGRAPH = 160
"""A paragraph of so many characters is text, not a line of metadata."""

_META = """
    article:published_time og:article:published_time article:published datepublished
    og:published_time published_time article.published published pubdate publishdate publish-date
    publish_date publication_date publication-date publicationdate article_date_original
    article:publication_date dc.date.issued dcterms.issued dcterms.date dcterms.created
    dc.date.created dc.date dc:date citation_publication_date citation_date citation_online_date
    prism.publicationdate prism:publicationdate parsely-pub-date sailthru.date
    cxenseparse:recs:publishtime cxenseparse:publishtime bt:pubdate vr:published_time
    shareaholic:article_published_time rnews:datepublished rnewsdatepublished rbpubdate
    originalpublicationdate originalpubdate displaydate display-date date_published
    article:post_date article:create_date pubyear created created_at datecreated datetime date
""".split()
_RANKS = {name: rank for rank, name in enumerate(_META)}

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NUMBERS = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{4}")
_FOREIGN = re.compile(
    r"[^\d|]{0,40}?(?P<day>\d{1,2})(?:\.|er|º)?"
    r"(?:[ ]+(?:de )?(?P<word>[^\W\d_]{3,12})\.?,?[ ]+(?:de )?"
    r"|[./](?P<number>\d{1,2})[./])(?P<year>\d{4})(?:[ ,|·–-]+(?:um |à )?\d{1,2}[:.h]\d{2}.{0,8})?"
    r"(?:[^\d]{0,30})"
)
_ARTICLE_TYPE = re.compile(r"article|posting|report|review|opinion|recipe|story", re.IGNORECASE)
_PROPERTY = re.compile(r"datepublished|dc:date\b|dc:created|dc:issued|dcterms:(?:created|issued)")
_STRONGLY = re.compile(
    r"(?:^|[\s_-])(?:published|pubdate|pub-date|entry-date|dt-published)\b", re.I
)
_PUBLISHED = re.compile(
    r"publish|pubdate|pub-date|posted|post-?date|entry-?date|article-?date|date-?line|dateline|"
    r"release-?date|news-?date|date-?header|created|timestamp|submitted|byline|authored|"
    r"(?:^|[\s_-])\w{0,12}(?:date|datum|time|meta|info)(?:$|[\s_-])",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"modif|updat|revis|changed|expire|event|lastmod", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"comment|related|teaser|footer|sidebar|widget|recent|popular|archive|copyright|calendar", re.I
)
_INLINE = ("time", "span", "a", "small", "em", "strong", "b", "i", "font", "cite", "abbr")
_DATE_TAGS = "h1 h2 h3 h4 h5 h6 time abbr span div p li a small dd td em strong b cite font".split()


@dataclass(frozen=True, slots=True)
class PageDate:
    """The publication date of a page.

    Attributes:
        day: The day, None if the page states none in full and in one way.
        refused: A date that was not taken, and why; "" if there is none.
    """

    day: date | None
    refused: str = ""


def page_date(html: str) -> PageDate:
    """The publication date that the markup of a page states.

    Args:
        html: The page, decoded.
    """
    from lxml import etree
    from lxml import html as parser

    try:
        # As bytes, since lxml refuses text that declares an encoding.
        root = parser.fromstring(html.encode(), parser=parser.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return PageDate(None)
    language = (root.get("lang") or root.get(_XML_LANG) or "")[:2]
    refused = ""
    for stated in _statements(root):
        stated = " ".join(stated.split())
        if day := _day(stated, language.lower()):
            return PageDate(day)
        if not refused and stated_date(stated) is None and _NUMBERS.search(stated):
            refused = f"date {stated[:40]!r} {why_no_date(stated)}"
    return PageDate(None, refused)


def _day(stated: str, language: str) -> date | None:
    if not stated:
        return None
    if day := stated_date(stated) or stated_date(date_line(stated)):
        return day
    if language in ("", "en"):
        return None
    return _foreign(stated, language)


def _foreign(stated: str, language: str) -> date | None:
    """A date in another language than English, in which numbers have one order only."""
    written = _FOREIGN.fullmatch(stated)
    if written is None:
        return None
    if number := written.group("number"):
        parts = written.group("year"), number, written.group("day")
        try:
            return date(*map(int, parts))
        except ValueError:
            return None
    import dateparser

    try:
        made = dateparser.parse(
            f"{written.group('day')} {written.group('word')} {written.group('year')}",
            languages=[language],
            settings={"REQUIRE_PARTS": ["day", "month", "year"], "DATE_ORDER": "DMY"},
        )
    except ValueError:  # It does not know the language.
        return None
    return made.date() if made else None


def _statements(root: Any) -> Iterator[str]:  # noqa: ANN401 - lxml has no types
    """The statements of a page about its publication date, the likeliest first."""
    yield from _json_ld(root)
    yield from _metas(root)
    yield from _marked_elements(root)


def _json_ld(root: Any) -> Iterator[str]:  # noqa: ANN401
    others = []
    for script in root.iterfind(".//script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        content = (script.text or "")[:_MOST_JSON]
        try:
            data = json.loads(
                content.strip().removeprefix("<!--").removesuffix("-->"), strict=False
            )
        except (ValueError, RecursionError):
            continue
        for node in _nodes(data):
            stated = node.get("datePublished")
            if isinstance(stated, list):
                stated = stated[0] if stated else None
            if not isinstance(stated, str):
                continue
            if _ARTICLE_TYPE.search(str(node.get("@type"))):
                yield stated
            elif str(node.get("@type")) in ("WebPage", "None"):
                others.append(stated)
    yield from others


def _nodes(data: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - what JSON holds
    """The objects of a JSON document, outer ones first; not those of comments and of parts."""
    waiting = [data]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            yield node
            waiting.extend(
                node[name] for name in ("@graph", "mainEntity", "@reverse") if name in node
            )


def _metas(root: Any) -> Iterator[str]:  # noqa: ANN401
    metas: list[tuple[int, str]] = []
    for element in root.iterfind(".//meta"):
        content = element.get("content") or element.get("datetime") or ""
        for attribute in ("property", "name", "itemprop", "http-equiv"):
            rank = _RANKS.get((element.get(attribute) or "").strip().lower())
            # Microdata of a video or a comment has dates of its own.
            if (
                rank is not None
                and content
                and not (attribute == "itemprop" and _is_of_another(element))
            ):
                metas.append((rank, content))
    yield from (content for _, content in sorted(metas, key=lambda meta: meta[0]))


def _marked_elements(root: Any) -> Iterator[str]:  # noqa: ANN401
    """Elements that are marked as the publication date, or stand as a date line at the heading."""
    marked, at_heading = [], []
    heading = root.find(".//h1")
    near = False
    for element in root.iter(*_DATE_TAGS):
        if element is heading:
            near = True
        elif near and element.tag == "p" and len(_text(element, _PARAGRAPH)) == _PARAGRAPH:
            near = False
        own = f"{element.get('class') or ''} {element.get('id') or ''}"
        properties = f"{element.get('itemprop') or ''} {element.get('property') or ''}".lower()
        if _PROPERTY.search(properties) and not _is_of_another(element):
            yield _stated_by(element)
            continue
        # Most elements are neither marked nor near; collecting their text would take long.
        if not (near or element.tag == "time" or _PUBLISHED.search(own)):
            continue
        text = _text(element)
        if not text and not element.get("datetime"):
            continue
        if element.tag == "time" and element.get("pubdate") is not None:
            yield _stated_by(element)
        elif _STRONGLY.search(own) and not _OF_OTHERS.search(_marks_around(element)):
            marked.append((not near, _stated_by(element)))
        elif _OF_OTHERS.search(_marks_around(element)) or _CHANGED.search(
            nearby := _marks_around(element, 3)
        ):
            continue
        elif _PUBLISHED.search(nearby if element.tag == "time" else own):
            marked.append((not near, _stated_by(element)))
        elif near and (element.tag == "time" or text) and _stands_alone(element):
            at_heading.append(_stated_by(element))
    # Marks after the heading come first: those before it may belong to another article.
    yield from (stated for _, stated in sorted(marked, key=lambda mark: mark[0]))
    yield from at_heading


def _stated_by(element: Any) -> str:  # noqa: ANN401
    return (
        element.get("datetime")
        or element.get("content")
        or (element.tag == "abbr" and element.get("title"))
        or _text(element)
    )


def _text(element: Any, most: int = _MOST_TEXT) -> str:  # noqa: ANN401
    """The text of an element, "" if it is longer; of a paragraph its beginning is enough."""
    parts, length = [], 0
    for part in element.itertext():
        parts.append(part)
        length += len(part)
        if length > 4 * most:
            break
    text = " ".join(" ".join(parts).split())
    if most == _PARAGRAPH:
        return text[:most]
    return text if len(text) <= most else ""


def _stands_alone(element: Any) -> bool:  # noqa: ANN401
    """Return whether an element is a line of its own, and no part of a sentence."""
    own = _text(element)
    while element is not None and element.tag in _INLINE:
        element = element.getparent()
    whole = "" if element is None else _text(element)
    rest = whole.replace(own, "", 1)
    return bool(whole) and (
        not any(map(str.isalnum, rest))
        or date_line(whole) is not None
        or _FOREIGN.fullmatch(whole) is not None
    )


def _marks_around(element: Any, levels: int = 8) -> str:  # noqa: ANN401
    marks = []
    for _ in range(levels):
        if element is None or element.tag in ("body", "html", "article", "main"):
            break
        marks += [element.get(name) or "" for name in ("class", "id", "itemprop")]
        if element.tag in ("footer", "aside", "nav"):
            marks.append("footer")
        element = element.getparent()
    return " ".join(marks)


def _is_of_another(element: Any) -> bool:  # noqa: ANN401
    """Return whether microdata describe a part of the page, as a comment or a video."""
    scope = element.getparent()
    while scope is not None:
        kind = scope.get("itemtype")
        if kind is not None:
            return not (_ARTICLE_TYPE.search(kind) or kind.rstrip("/").endswith("WebPage"))
        scope = scope.getparent()
    return False
