"""What the REST API takes and gives."""

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from index.sources.inputs import MAX_ARTICLE_BYTES
from index.types import Article, Filters, Hit, Summary
from qa.settings import MAX_QUESTION_CHARACTERS
from qa.types import Granularity, Relation, Silence
from ui.shown import source_name

_MAX_HISTORY = 50
_MAX_ARTICLES = 10_000


Source = Annotated[str | None, AfterValidator(lambda source: source_name(source) or None)]
"""Where an article came from: an address, or the name of a file without its folder."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TurnIn(_Strict):
    """An earlier question, with the answer it got."""

    question: str = Field(max_length=MAX_QUESTION_CHARACTERS)
    answer: str | None = Field(None, max_length=10_000)


class AskedIn(_Strict):
    """A question, and which articles to look at."""

    question: str = Field(
        min_length=1, max_length=MAX_QUESTION_CHARACTERS,
        examples=["when was the Singapore summit"],
    )  # fmt: skip
    collection: str | None = Field(None, description="Its name; by default the first one.")
    since: date | None = Field(None, description="Only articles published on this day or later.")
    until: date | None = Field(None, description="Only articles published on this day or earlier.")
    source: str | None = Field(
        None, min_length=1, max_length=500,
        description="Only articles whose source holds this text.",
    )  # fmt: skip
    articles: list[str] | None = Field(
        None, min_length=1, max_length=_MAX_ARTICLES,
        description="Only articles of these ids; those that are not there match nothing.",
    )  # fmt: skip

    @property
    def filters(self) -> Filters:
        """Which articles to look at."""
        return Filters(self.since, self.until, self.source, frozenset(self.articles or ()))


class AskIn(AskedIn):
    """A question to be answered."""

    history: list[TurnIn] = Field(default_factory=list, max_length=_MAX_HISTORY)


class SearchIn(AskedIn):
    """A question to find passages for."""

    k: int = Field(10, ge=1, le=100, description="How many passages, at most.")


class CitationOut(BaseModel):
    """Where an answer stands: `text[start:end]` of the article is the quote."""

    article_id: str
    title: str
    published: date | None
    source: Source
    start: int
    end: int
    quote: str
    passage_start: int
    passage_end: int
    passage: str


class HelpOut(BaseModel):
    """How to ask, for someone who greeted or asked what can be asked."""

    words: str
    examples: list[str] = Field(description="Questions that the collection answers.")


class DateOut(BaseModel):
    """The days that an answer in time means."""

    start: date
    end: date = Field(description="The last of the days.")
    granularity: Granularity
    derivation: str = Field(description="How the days were found, in a sentence.")
    inferred: bool = Field(
        description="Whether a part of it rests on what no source states outright."
    )


class OtherAnswerOut(BaseModel):
    """Another answer that was found."""

    question: str = Field(description="As it was asked.")
    text: str | None = Field(
        description="The exact words of an article; null if the articles do not say, or if "
        "nothing was asked."
    )
    confidence: float = Field(
        ge=0, le=1, description="The probability that `text` is right; if it is null, that the "
        "first alternative would have been.",
    )  # fmt: skip
    citations: list[CitationOut] = Field(
        description="Each place that says so, best first; the nearest passages if none does."
    )
    date: DateOut | None = Field(description="What an answer in time means on the calendar.")
    alternatives: list["OtherAnswerOut"] = Field(
        description="Other answers that were found, best first, without their own."
    )
    understood_as: str | None = Field(
        description="The question that was answered, where the conversation completed it."
    )
    relation: Relation | None = Field(
        description="Of an alternative: 'contradicts' if it is well supported and cannot be right "
        "beside the answer, 'listed' if it belongs to the list that was asked for."
    )
    help: HelpOut | None = Field(description="How to ask, where nothing was asked.")
    silence: Silence | None = Field(description="Why there is no answer; null if there is one.")
    calibrated: bool = Field(
        description="Whether `confidence` is a probability; if not, it is only a score."
    )


class AnswerOut(OtherAnswerOut):
    """An answer in the exact words of the articles, with the places that say so."""

    version: int = Field(description="Of this form; it rises when a field changes its meaning.")
    items: list[str] = Field(description="The list that was asked for, likeliest first.")
    disagreeing: list[str] = Field(
        description="The answer and those that contradict it, the newest first."
    )
    trace: dict[str, Any] | None = Field(None, description="What each step did, where asked for.")


class HitOut(BaseModel):
    """A passage that was found."""

    article_id: str
    title: str
    published: date | None
    source: Source
    start: int
    end: int
    passage: str
    score: float = Field(description="How near it is; comparable within one search only.")
    similarity: float = Field(description="Cosine similarity of question and passage.")

    @classmethod
    def of(cls, hit: Hit) -> "HitOut":
        """A passage that a search found."""
        article, passage = hit.article, hit.passage
        return cls(
            article_id=article.id, title=article.title, published=article.published,
            source=article.source, start=passage.start, end=passage.end, passage=hit.text,
            score=hit.score, similarity=hit.similarity,
        )  # fmt: skip


class HitsOut(BaseModel):
    """Passages, the nearest first."""

    hits: list[HitOut]


class ArticleIn(_Strict):
    """An article to add."""

    title: str = Field("", max_length=500)
    text: str = Field(min_length=1, max_length=MAX_ARTICLE_BYTES)
    published: date | None = None
    source: str | None = Field(None, min_length=1, max_length=2_000)


class ArticlePatch(_Strict):
    """What to correct about an article; what is left out stays as it is."""

    title: str | None = Field(None, max_length=500)
    published: date | None = Field(None, description="null takes the date away.")


class AddedOut(BaseModel):
    """What became of an article."""

    id: str
    status: str = Field(description="added, updated or unchanged")
    passages: int


class ArticleLine(BaseModel):
    """An article without its text."""

    id: str
    title: str
    published: date | None
    source: Source
    characters: int

    @classmethod
    def of(cls, article: Summary) -> "ArticleLine":
        """The line of an article."""
        return cls(
            id=article.id, title=article.title, published=article.published,
            source=article.source, characters=article.characters,
        )  # fmt: skip


class ArticleOut(ArticleLine):
    """An article."""

    text: str

    @classmethod
    def whole(cls, article: Article) -> "ArticleOut":
        """An article with its text."""
        return cls(
            id=article.id, title=article.title, published=article.published,
            source=article.source, characters=len(article.text), text=article.text,
        )  # fmt: skip


class ArticlesOut(BaseModel):
    """A page of the list of articles."""

    total: int
    articles: list[ArticleLine]


class CollectionIn(_Strict):
    """A collection to make."""

    name: str = Field(min_length=1, max_length=48, pattern=r"^[A-Za-z0-9][\w -]*$")


class CollectionOut(BaseModel):
    """A collection."""

    name: str
    articles: int
    passages: int


class CollectionsOut(BaseModel):
    """The names of all collections, the first one first."""

    collections: list[str]


class HealthOut(BaseModel):
    """Whether questions are answered."""

    status: str
    accepted: int = Field(description="Requests that are accepted and not answered yet.")


class ProblemOut(BaseModel):
    """What was wrong, in one line."""

    detail: str
