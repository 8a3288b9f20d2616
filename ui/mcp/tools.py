"""The tools that assistants call, over the Model Context Protocol."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import UserError
from qa.question.understand import checked_question
from ui.lookups import article_of, collection_of, find_hits
from ui.schemas import (
    AnswerOut,
    ArticleLine,
    AskedIn,
    CollectionOut,
    HitsOut,
    SearchIn,
)
from ui.service import ASK_SECONDS, Query, Service
from ui.shown import without_folders
from ui.validation import in_words

T = TypeVar("T")

DOOR = "mcp"
_WINDOW = 20_000

INSTRUCTIONS = """\
These tools look into the user's own collection of articles; nothing comes from elsewhere.
Use ask_articles for a question that has an answer: it gives the exact words of an article, with
the probability that they are right and the places where they stand. Quote the words as they are,
and name the article. If text is null, `silence` says why: where it is "not said", the articles do
not say, and do not answer from memory as if they did.
Use search_articles to see what the articles say about a subject, and get_article to read one.
Dates are resolved from the day on which an article was published."""


class ToolError(Exception):
    """A fault, in words for the caller."""


class ArticleAskedIn(BaseModel):
    """The article to read."""

    model_config = ConfigDict(extra="forbid")

    article_id: str = Field(
        min_length=1, max_length=500, description="As a citation or a passage names it."
    )
    collection: str | None = Field(
        None, description="Name of the collection; by default the first one."
    )
    start: int = Field(0, ge=0, description="From which character on.")
    characters: int = Field(
        _WINDOW, ge=1, le=200_000, description="How many characters of the text, at most."
    )


class ArticlePartOut(ArticleLine):
    """An article, or a part of a long one: `text` is the characters from `start` to `end` of it."""

    byline: str
    start: int
    end: int
    text: str


class NothingIn(BaseModel):
    """No arguments."""

    model_config = ConfigDict(extra="forbid")


class CollectionsWithCountsOut(BaseModel):
    """All collections, the first one first; one that cannot be opened is left out."""

    collections: list[CollectionOut]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool: what it is called, what it takes and gives, and what it does."""

    name: str
    title: str
    description: str
    takes: type[BaseModel]
    gives: type[BaseModel]
    run: Callable[[Any], Awaitable[BaseModel]]


class Tools:
    """The tools of a service. All of them only read."""

    def __init__(self, service: Service) -> None:
        self._service = service
        specs = (
            ToolSpec(
                "ask_articles",
                "Ask the articles",
                "Answer a question in the exact words of the user's articles, with a calibrated "
                "probability, resolved dates and citations. Text is null if the articles do not "
                "say. A few keywords will do for a question.",
                AskedIn,
                AnswerOut,
                self._ask,
            ),
            ToolSpec(
                "search_articles",
                "Search the articles",
                "Find the passages of the user's articles that are nearest to a question or a "
                "subject, by meaning and by words.",
                SearchIn,
                HitsOut,
                self._search,
            ),
            ToolSpec(
                "get_article",
                "Read an article",
                "Read an article of the user's collection by its id; a long one in parts.",
                ArticleAskedIn,
                ArticlePartOut,
                self._get,
            ),
            ToolSpec(
                "list_collections",
                "List the collections",
                "List the user's collections of articles, with the numbers of their articles.",
                NothingIn,
                CollectionsWithCountsOut,
                self._list,
            ),
        )
        self.specs = {spec.name: spec for spec in specs}

    async def call(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Run a tool; returns its result as JSON.

        Raises:
            ToolError: If there is no such tool, its arguments are wrong, or it fails.
        """
        spec = self.specs.get(name)
        if spec is None:
            raise ToolError(f"there is no tool {name[:60]!r}; there are {', '.join(self.specs)}")
        try:
            given = spec.takes.model_validate(arguments)
        except ValidationError as error:
            raise ToolError(in_words(error.errors())) from None
        try:
            result = await spec.run(given)
        except TimeoutError:
            raise ToolError("this took too long; try it again") from None
        except UserError as error:
            raise ToolError(without_folders(error)) from None
        return result.model_dump(mode="json", exclude_unset=True)

    async def _ask(self, asked: AskedIn) -> AnswerOut:
        question = checked_question(asked.question)
        query = Query(question, asked.collection, (), asked.filters)
        answer = await _awaited(self._service.submit(query, DOOR))
        return AnswerOut.model_validate(answer.to_dict())

    async def _search(self, asked: SearchIn) -> HitsOut:
        return await self._looked(partial(find_hits, self._service, asked))

    async def _get(self, asked: ArticleAskedIn) -> ArticlePartOut:
        look = partial(article_of, self._service, asked.article_id, asked.collection)
        article = await self._looked(look)
        part = article.text[asked.start : asked.start + asked.characters]
        start = min(asked.start, len(article.text))
        return ArticlePartOut(
            id=article.id,
            title=article.title,
            published=article.published,
            source=article.source,
            characters=len(article.text),
            byline=article.byline,
            start=start,
            end=start + len(part),
            text=part,
        )

    async def _list(self, _: NothingIn) -> CollectionsWithCountsOut:
        def look() -> CollectionsWithCountsOut:
            opened = []
            for name in self._service.library.names():
                try:
                    opened.append(collection_of(self._service, name))
                except UserError:
                    continue
            return CollectionsWithCountsOut(collections=opened)

        return await self._looked(look)

    async def _looked(self, look: Callable[[], T]) -> T:
        return await _awaited(self._service.submit_work(look, DOOR))


async def _awaited(future: "Future[T]") -> T:
    return await asyncio.wait_for(asyncio.wrap_future(future), ASK_SECONDS)
