"""Schemas of questions, articles and collections, for REST and MCP."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from index.sources.inputs import MAX_ARTICLE_BYTES
from index.types import Article, Filters, Hit, Summary
from qa.settings import MAX_QUESTION_CHARACTERS
from qa.types import Granularity, Relation, Silence
from ui.shown import source_name

_MAX_HISTORY = 50
_MAX_ARTICLES = 10_000
MAX_QUESTIONS = 32
ASKED_ONE, ASKED_MANY = "one question", "many questions"


Source = Annotated[str | None, AfterValidator(lambda source: source_name(source) or None)]
"""Where an article came from: an address, or the name of a file without its folder."""


_ID: str = Field(description="Of the article; the same as long as its source is.")
_TITLE: str = Field(description="Its headline, or empty where it has none.")
_PUBLISHED: date | None = Field(description="As its source states it; null where that does not.")
_SOURCE: Source = Field(description="An address or the name of a file.")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class TurnIn(_Strict):
    """An earlier question, with the answer it got."""

    question: str = Field(max_length=MAX_QUESTION_CHARACTERS, description="As it was asked.")
    answer: str | None = Field(
        None, max_length=10_000, description="What was answered; null if nothing was."
    )


class _Filtered(_Strict):
    collection: str | None = Field(None, description="Its name; by default the first one.")
    since: date | None = Field(None, description="Only articles published on this day or later.")
    until: date | None = Field(None, description="Only articles published on this day or earlier.")
    source: str | None = Field(
        None,
        min_length=1,
        max_length=500,
        description="Only articles whose source holds this text.",
    )
    articles: list[str] | None = Field(
        None,
        min_length=1,
        max_length=_MAX_ARTICLES,
        description="Only articles of these ids; those that are not there match nothing.",
    )

    @property
    def filters(self) -> Filters:
        """The filters of the articles to search."""
        return Filters(self.since, self.until, self.source, frozenset(self.articles or ()))


class AskedIn(_Filtered):
    """A question, and which articles to look at."""

    question: str = Field(
        min_length=1,
        max_length=MAX_QUESTION_CHARACTERS,
        description="In English.",
        examples=["when was the Singapore summit"],
    )


class AskIn(AskedIn):
    """A question to be answered."""

    history: list[TurnIn] = Field(
        default_factory=list,
        max_length=_MAX_HISTORY,
        description="The conversation so far, which completes a question that leans on it.",
    )


class AskManyIn(_Filtered):
    """Several questions, to be answered together."""

    questions: list[str] = Field(
        min_length=1,
        max_length=MAX_QUESTIONS,
        description="Each is answered by itself.",
        examples=[["when was the Singapore summit", "Who is Kim Yong-chol?"]],
    )


def _kind_asked(value: Any) -> str:  # noqa: ANN401 - whatever was sent
    return ASKED_MANY if isinstance(value, dict) and "questions" in value else ASKED_ONE


Asked = Annotated[
    Annotated[AskIn, Tag(ASKED_ONE)] | Annotated[AskManyIn, Tag(ASKED_MANY)],
    Discriminator(_kind_asked),
]


class SearchIn(AskedIn):
    """A question to find passages for."""

    k: int = Field(10, ge=1, le=100, description="How many passages, at most.")


class CitationOut(BaseModel):
    """The place of an answer: `text[start:end]` of the article is the quote."""

    article_id: str = _ID
    title: str = _TITLE
    published: date | None = _PUBLISHED
    source: Source = _SOURCE
    start: int = Field(description="Where the quote begins, in characters of the article's text.")
    end: int = Field(description="Where it ends.")
    quote: str = Field(description="The exact words of the article.")
    passage_start: int = Field(description="Where the passage around it begins.")
    passage_end: int = Field(description="Where that ends.")
    passage: str = Field(description="The words around the quote.")
    page: int | None = Field(None, description="The page of a PDF on which the quote begins.")


class HelpOut(BaseModel):
    """Help for someone who greeted or asked what can be asked."""

    words: str = Field(description="What can be asked here.")
    examples: list[str] = Field(description="Questions that the collection answers.")


class DateOut(BaseModel):
    """The days that an answer in time means."""

    start: date = Field(description="The first of the days.")
    end: date = Field(description="The last of the days.")
    granularity: Granularity = Field(description="How exact it is.")
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
        ge=0,
        le=1,
        description="The probability that `text` is right; if it is null, that the "
        "first alternative would have been.",
    )
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
        "beside the answer, 'changed' if it was so at another time, 'listed' if it belongs to the "
        "list that was asked for."
    )
    help: HelpOut | None = Field(description="How to ask, where nothing was asked.")
    silence: Silence | None = Field(description="Why there is no answer; null if there is one.")
    calibrated: bool = Field(
        description="Whether `confidence` is a probability; if not, it is only a score."
    )
    held: DateOut | None = Field(
        description="When it was so, where its own sentence tells; open ends lie at the ends of "
        "the calendar."
    )


class AnswerOut(OtherAnswerOut):
    """An answer in the exact words of the articles, with the places that say so."""

    version: int = Field(description="Of this form; it rises when a field changes its meaning.")
    items: list[str] = Field(description="The list that was asked for, likeliest first.")
    disagreeing: list[str] = Field(
        description="The answer and those that contradict it, the newest first."
    )
    changes: list[str] = Field(
        description="What the answer was at different times, the newest first."
    )
    trace: dict[str, Any] | None = Field(None, description="What each step did, where asked for.")


class HitOut(BaseModel):
    """A passage that was found."""

    article_id: str = _ID
    title: str = _TITLE
    published: date | None = _PUBLISHED
    source: Source = _SOURCE
    start: int = Field(description="Where it begins, in characters of the article's text.")
    end: int = Field(description="Where it ends.")
    passage: str = Field(description="Its words.")
    score: float = Field(description="How near it is; comparable within one search only.")
    similarity: float = Field(description="Cosine similarity of question and passage.")

    @classmethod
    def of(cls, hit: Hit) -> "HitOut":
        """A passage that a search found."""
        article, passage = hit.article, hit.passage
        return cls(
            article_id=article.id,
            title=article.title,
            published=article.published,
            source=article.source,
            start=passage.start,
            end=passage.end,
            passage=hit.text,
            score=hit.score,
            similarity=hit.similarity,
        )


class HitsOut(BaseModel):
    """Passages, the nearest first."""

    hits: list[HitOut] = Field(description="At most `k`.")


class ArticleIn(_Strict):
    """An article to add."""

    title: str = Field("", max_length=500, description="Its headline.", examples=["Toll doubled"])
    text: str = Field(
        min_length=1,
        max_length=MAX_ARTICLE_BYTES,
        description="Plain text, without markup.",
        examples=["The toll of the Orrin bridge is 9 crowns."],
    )
    published: date | None = Field(
        None, description="The day on which it was published.", examples=["2011-05-01"]
    )
    source: str | None = Field(
        None,
        min_length=1,
        max_length=2_000,
        description="Where it comes from; a later article from there takes its place.",
        examples=["https://news.example/toll"],
    )


class ArticlePatch(_Strict):
    """Corrections of an article; a field that is left out stays as it is."""

    title: str | None = Field(None, max_length=500, description="Its headline.")
    published: date | None = Field(None, description="null takes the date away.")


Status = Literal["added", "updated", "unchanged"]


class AddedOut(BaseModel):
    """The outcome of adding an article."""

    id: str = _ID
    status: Status = Field(description="What was done.")
    passages: int = Field(description="Passages that were stored; 0 where nothing changed.")


class ArticleLine(BaseModel):
    """An article without its text."""

    id: str = _ID
    title: str = _TITLE
    published: date | None = _PUBLISHED
    source: Source = _SOURCE
    characters: int = Field(description="The length of its text.")

    @classmethod
    def of(cls, article: Summary) -> "ArticleLine":
        """The line of an article."""
        return cls(
            id=article.id,
            title=article.title,
            published=article.published,
            source=article.source,
            characters=article.characters,
        )


class ArticleOut(ArticleLine):
    """An article."""

    byline: str = Field(
        description='Who wrote it, where and for whom, as the head of its source says it; or "".'
    )
    text: str = Field(description="What all offsets count in.")

    @classmethod
    def whole(cls, article: Article) -> "ArticleOut":
        """An article with its text."""
        return cls(
            id=article.id,
            title=article.title,
            published=article.published,
            source=article.source,
            characters=len(article.text),
            byline=article.byline,
            text=article.text,
        )


class ArticlesOut(BaseModel):
    """A page of the list of articles."""

    total: int = Field(description="How many articles the whole list has.")
    articles: list[ArticleLine] = Field(description="This page of it.")
    next: str | None = Field(None, description="The path of the next page; null on the last one.")
    previous: str | None = Field(None, description="The path of the page before.")


class CollectionIn(_Strict):
    """A collection to make."""

    name: str = Field(
        min_length=1,
        max_length=48,
        pattern=r"^[A-Za-z0-9][\w -]*$",
        description="Letters, digits, spaces, '-' and '_'.",
        examples=["Harbour news"],
    )


class CollectionOut(BaseModel):
    """A collection."""

    name: str = Field(description="As `collection` takes it elsewhere.")
    articles: int = Field(description="How many it has.")
    passages: int = Field(description="How many these are cut into.")


class CollectionsOut(BaseModel):
    """The names of all collections, the first one first."""

    collections: list[str] = Field(description="`main` is the one that the server began with.")


class HealthOut(BaseModel):
    """The state of the server."""

    status: str = Field(description="`ok`, or there is no reply.")
    accepted: int = Field(description="Requests that are accepted and not answered yet.")


class ProblemOut(BaseModel):
    """The reason of a refusal, in one line."""

    detail: str = Field(description="Names the field and says what to do.")


class AnswersOut(BaseModel):
    """The answers to several questions, in their order."""

    answers: list[AnswerOut | ProblemOut] = Field(
        description="A question that cannot be asked has what is wrong with it in its place."
    )
