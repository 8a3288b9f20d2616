"""Text from printed pages, without running heads, line breaks and hyphens of the print."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest
from statistics import median, quantiles

from index.page_breaks import PAGE_BREAK
from index.sources.html import Block

_SHORT_LINE = 0.75
"""A printed line below this share of the usual length ends its paragraph."""

_VERY_SHORT_LINE = 0.4
"""As `_SHORT_LINE`, for a line whose sentence seems to go on in the next."""

_LARGER = 1.15
"""A line this much higher than the usual is a heading."""

_HEADING_CHARACTERS = 200
_EDGE_LINES = 3
"""Lines at the top and at the bottom of a page that may be running heads."""

_PLACEHOLDER = re.compile(
    r"\W*(?:(?:untitled|no ?title|anonymous|unknown|unnamed|unspecified|none|null|title|print|pdf|"
    r"document|presentation|powerpoint presentation|slide|book|page|microsoft word|layout|"
    r"about:blank|template|test)[\W\d]*|(?:microsoft (?:word|excel|powerpoint|office \w+)) - .*|"
    r"[^\s]+\.(?:docx?|dotx?|pdf|rtf|odt|txt|tex|dvi|ps|eps|indd|qxd|pptx?|xlsx?|pages|html?|p65|"
    r"fm|pm\d|cdr|ai)|.*\.(?:docx?|indd|qxd|dvi|pptx?|xlsx?|p65)|[\W\d]*)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_LINE_HYPHEN = re.compile(r"[^\W_][.’']?-$|\xad$")
_BROKEN = re.compile(r"([^\W\d_]+(?:['’][^\W\d_]+)?)-$")
_FIRST_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"\W*(?:page|seite|p\.?)?\W*(\d{1,4})\W*(?:(?:of|/|von)\W*\d{1,4}\W*)?", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[•▪◦‣●○■·*–-]|\(?(?:\d{1,3}|[a-z])[.)])\s")
_NEXT_SENTENCE = re.compile(r"(?<=[.!?…])[\"'”’)\]]* (?=[\W\d]*[^\W\da-z_])")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’)\]\d]*$")
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly", "er", "ers", "ness", "'s", "’s")


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line.

    Attributes:
        text: Its text.
        left: Points from the left of the page.
        bottom: Points from the bottom of the page.
        right: As `left`.
        top: As `bottom`.
        row: Whether it is the row of a table, which stands by itself.
    """

    text: str
    left: float
    bottom: float
    right: float
    top: float
    row: bool = False

    @property
    def height(self) -> float:
        """Height in points."""
        return self.top - self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        """The point in its middle."""
        return (self.left + self.right) / 2, (self.bottom + self.top) / 2


def stated_title(title: str) -> str:
    """The title that a file states, "" where a program put something in its place."""
    title = " ".join(title.split())
    return "" if _PLACEHOLDER.fullmatch(title) else title


def printed_blocks(pages: list[list[Line]]) -> list[Block]:
    """Paragraphs, headings and rows of tables of a document, with its page breaks.

    Args:
        pages: The lines of each page, in the order in which they are read.
    """
    pages = without_running_heads(pages)
    known = _known_words(line.text for lines in pages for line in lines)
    heights = Counter[float]()
    for lines in pages:
        for line in lines:
            if not line.row:
                heights[round(line.height, 1)] += len(line.text)
    usual = median(heights.elements()) if heights else 0
    largest = max((height for height in heights), default=0)
    blocks: list[Block] = []
    text, previous = "", None
    level, set_apart = 0, False
    breaks = ""
    for number, lines in enumerate(pages):
        breaks += PAGE_BREAK * bool(number)
        ends = _ends_of_paragraphs(lines)
        for place, line in enumerate(lines):
            if previous is None:
                joins = False
            elif place:
                joins = not ends[place - 1]
            else:
                joins = _goes_on(previous, line)
            if joins and previous is not None and not _alike(previous, line):
                joins = False
            if not joins:
                if text:
                    blocks.append(Block(text, level, set_apart))
                text, level = breaks, _level(line, usual, largest)
                set_apart = line.row or bool(_ITEM.match(line.text))
                breaks = ""
            if joins:
                text, breaks = _with_breaks(join_lines(text, line.text, known), len(text), breaks)
            else:
                text += line.text
            previous = line
    if text:
        blocks.append(Block(text, level, set_apart))
    return blocks


def _with_breaks(text: str, end: int, breaks: str) -> tuple[str, str]:
    """The text with page breaks behind the first sentence that ends from `end` on.

    No sentence, which may be an answer or hold one, is cut in two. Breaks that find no place are
    given back.
    """
    sentence = _NEXT_SENTENCE.search(text, end - 1) if breaks else None
    if sentence is None:
        return text, breaks
    return text[: sentence.end()] + breaks + text[sentence.end() :], ""


def join_lines(text: str, line: str, known: Callable[[str], bool]) -> str:
    """Append the next printed line to a text.

    A hyphen between them goes only where the word is known without it: "mil-", "lion" is
    "million", while "well-", "known" stays "well-known".
    """
    if text.endswith("\xad"):
        return text[:-1] + line
    if not _is_broken(text):
        return f"{text} {line}"
    broken, rest = _BROKEN.search(text), _FIRST_WORD.match(line)
    if broken and rest and rest.group()[0].islower():
        first, second = broken.group(1).lower(), rest.group().lower()
        before = text[: broken.start()][-1:]
        if before not in (".", "-") and not known(f"{first}-{second}") and known(first + second):
            return text[:-1] + line
    return text + line


def without_running_heads(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without lines that come again at the edge of other pages, and page numbers.

    A line comes again if it is the same but for numbers that go up with the pages. One without
    such a number must also stand apart from the text. Where nothing else is printed, all of it is
    the text.
    """
    edges = [_edge_lines(lines) for lines in pages]
    seen: dict[str, dict[int, list[int]]] = defaultdict(dict)
    for number, edge in enumerate(edges):
        for line in edge:
            seen[_NUMBER.sub("#", line.text)][number] = _numbers(line)
    needed = max(2, 0.3 * sum(map(bool, pages)))
    heads: set[str] = set()
    counting: set[str] = set()
    for pattern, places in seen.items():
        if len(places) >= needed and _count_pages(places):
            heads.add(pattern)
            if len({tuple(numbers) for numbers in places.values()}) > 1:
                counting.add(pattern)
    result = []
    for number, lines in enumerate(pages):
        gone = set()
        for line, apart in edges[number].items():
            pattern = _NUMBER.sub("#", line.text)
            head = pattern in counting or (apart and pattern in heads)
            if head or _is_page_number(line, number, len(pages)):
                gone.add(line)
        result.append([line for line in lines if line not in gone])
    return result if any(result) else pages


def _numbers(line: Line) -> list[int]:
    return [int(digits) for digits in _NUMBER.findall(line.text)]


def _edge_lines(lines: list[Line]) -> dict[Line, bool]:
    """The outer lines of a page, and whether each stands apart from the text within."""
    down = sorted((line for line in lines if not line.row), key=lambda line: -line.top)
    edges: dict[Line, bool] = {}
    for inward in (down, down[::-1]):
        apart = False
        # From the text outwards: what is beyond a gap stands apart.
        for line, within in reversed(list(pairwise(inward[: _EDGE_LINES + 1]))):
            gap = max(line.bottom - within.top, within.bottom - line.top)
            apart = apart or gap > line.height
            edges[line] = edges.get(line, False) or apart
    return edges if len(down) > 1 else dict.fromkeys(down, True)


def _count_pages(places: dict[int, list[int]]) -> bool:
    """Return whether each number in a line is the same on all pages or goes up with them."""
    first_page, first = next(iter(places.items()))
    return all(
        digits in (start, start + number - first_page)
        for number, numbers in places.items()
        for start, digits in zip(first, numbers, strict=True)
    )


def _is_page_number(line: Line, number: int, pages: int) -> bool:
    stated = _PAGE_NUMBER.fullmatch(line.text)
    words = len(line.text) > len(stated.group(1)) if stated else False
    return bool(stated and int(stated.group(1)) == number + 1 and (words or pages > 1))


def _ends_of_paragraphs(lines: list[Line]) -> list[bool]:
    """Return whether each line of a page is the last of its paragraph."""
    lengths = [len(line.text) for line in lines if not line.row]
    # Of few lines the quantile is beyond the longest.
    usual = min(max(lengths), quantiles(lengths, n=10)[-1]) if len(lengths) > 1 else 0
    gaps = [
        line.bottom - below.top
        for line, below in pairwise(lines)
        if not line.row and not below.row and below.top < line.top
    ]
    usual_gap = median(gaps) if gaps else 0.0
    ends = []
    for line, below in zip_longest(lines, lines[1:]):
        if below is None or line.row or below.row or _ITEM.match(below.text):
            ends.append(True)
        elif _is_broken(line.text):
            ends.append(False)
        elif below.top > line.top + line.height / 2:
            ends.append(not _goes_on(line, below))  # The next column.
        else:
            apart = line.bottom - below.top > max(usual_gap, 0.0) + 0.5 * line.height
            share = _VERY_SHORT_LINE if _goes_on(line, below) else _SHORT_LINE
            short = len(line.text) < share * usual
            ends.append(apart or short or _is_figures(line.text) or _is_figures(below.text))
    return ends


def _is_figures(text: str) -> bool:
    """Return whether a line is of numbers, as the row of a table without rules."""
    words = text.split()
    numbers = sum(any(character.isdigit() for character in word) for word in words)
    return numbers >= 3 and numbers > len(words) / 2


def _goes_on(line: Line, following: Line) -> bool:
    """Return whether a sentence runs on over the end of a page or column."""
    if line.row or following.row:
        return False
    if _is_broken(line.text):
        return True
    return not _SENTENCE_END.search(line.text) and following.text[:1].islower()


def _is_broken(text: str) -> bool:
    """Return whether a line ends with the hyphen of a word that goes on in the next."""
    return bool(_LINE_HYPHEN.search(text))


def _alike(line: Line, following: Line) -> bool:
    low, high = sorted((line.height, following.height))
    return high <= _LARGER * low or _is_broken(line.text)


def _level(line: Line, usual: float, largest: float) -> int:
    if line.row or line.height < _LARGER * usual or len(line.text) > _HEADING_CHARACTERS:
        return 0
    return 1 if line.height >= 0.97 * largest else 2


def _known_words(lines: Iterator[str]) -> Callable[[str], bool]:
    words: set[str] = set()
    for line in lines:
        # The last word of a line that ends with a hyphen is only a part of a word.
        words.update(word.lower() for word in _WORD.findall(_BROKEN.sub("", line)))

    def known(word: str) -> bool:
        return word in words or ("-" not in word and _is_listed(word))

    return known


def _is_listed(word: str) -> bool:
    listed = _listed_words()
    return word in listed or any(
        word.endswith(ending)
        and (word[: -len(ending)] in listed or word[: -len(ending)] + "e" in listed)
        for ending in _ENDINGS
    )


@lru_cache(maxsize=1)
def _listed_words() -> frozenset[str]:
    """The whole words of the embedder's vocabulary, a word list that is bundled anyway."""
    from index.embedding.onnx_model import BUNDLED_MODELS, load_tokenizer

    vocabulary = load_tokenizer(BUNDLED_MODELS / "embedder").get_vocab()
    return frozenset(word for word in vocabulary if len(word) > 3 and word.isalpha())
