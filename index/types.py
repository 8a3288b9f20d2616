"""The types of the index that other packages use."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Article:
    """One article of a collection.

    Attributes:
        id: Stable for the same source; a changed text under the same id is an update.
        title: The headline as the source gives it, or "" where it gives none.
        text: The text that every offset of a passage, span or citation counts in.
        published: The publication date as the source gives it; never guessed.
        source: A path or URL, or None for text that came from neither.
        byline: Who wrote it, where and for whom, as the head of the source says it; lines, or "".
    """

    id: str
    title: str
    text: str
    published: date | None = None
    source: str | None = None
    byline: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of an article's title or publication date.

    Attributes:
        title: The title; None leaves it as it is read.
        published: The publication date; None leaves it as it is read.
        undated: Whether it has no publication date, whatever is read.
    """

    title: str | None = None
    published: date | None = None
    undated: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """An article in a list: its fields without the text.

    Attributes:
        id: As in `Article`, like `title`, `published` and `source`.
        characters: The length of the text.
    """

    id: str
    title: str
    published: date | None
    source: str | None
    characters: int


class Order(StrEnum):
    """The order of a list of articles; ties are ordered by id."""

    ID = "id"
    TITLE = "title"
    NEWEST = "newest"
    OLDEST = "oldest"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class Summaries:
    """One page of a list of articles.

    Attributes:
        articles: The articles of this page.
        total: Number of articles in the whole list.
    """

    articles: tuple[Summary, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Passage:
    """The characters `article.text[start:end]` of the article `article_id`."""

    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filters:
    """Restricts a search to some articles; None, or no ids, leaves that field open.

    Attributes:
        since: Published on this day or later. An article without a date is not.
        until: Published on this day or earlier. An article without a date is not.
        source: A part of the article's source; the case of ASCII letters does not matter.
        articles: Ids, of which the article's is one. Those that are not stored match nothing.
    """

    since: date | None = None
    until: date | None = None
    source: str | None = None
    articles: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return self != NO_FILTERS


NO_FILTERS = Filters()
"""Lets every article pass."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage, with the article in the version in which it was found.

    Everything that is read, cited or resolved for a question comes from `article`, so that an
    update in the meantime does not affect it.

    Attributes:
        passage: Its article and its offsets in `article.text`.
        score: The fused score; higher is better, comparable within one search only.
        dense_rank: Rank (1 = best) among the nearest vectors, None if not among them.
        lexical_rank: Rank (1 = best) among the BM25 results, None if not among them.
        similarity: Cosine similarity of question and passage, in [-1, 1].
        article: The article that the passage is a part of.
        duplicate_group: Number of the group of near-duplicates that the article belongs to;
            None if it has none. Articles of one group are one witness.
    """

    passage: Passage
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    similarity: float = 0.0
    article: Article = field(kw_only=True, compare=False, repr=False)
    duplicate_group: int | None = field(default=None, kw_only=True, compare=False)

    @property
    def text(self) -> str:
        """The text of the passage."""
        return self.article.text[self.passage.start : self.passage.end]


@dataclass(frozen=True, slots=True)
class Added:
    """The result of `Collection.add`: numbers of articles and passages."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0

    def __add__(self, other: "Added") -> "Added":
        return Added(
            self.added + other.added,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.passages + other.passages,
        )
