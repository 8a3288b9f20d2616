"""The routes of articles: list, add, replace, correct and delete them."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.responses import Response

from index.types import Article, Order
from ui import schemas as s
from ui.api.problems import PROBLEMS, PROBLEMS_OF_CHANGES
from ui.api.waiting import awaited, changed
from ui.lookups import NotFoundError, article_of
from ui.service import Service
from ui.uploads import pasted

T = TypeVar("T")

_Named = Annotated[
    str | None, Query(description="The name of the collection; by default the first one.")
]


def add_articles(app: FastAPI, service: Service) -> None:
    """Add the routes."""

    def put(article: Article, name: str | None) -> s.AddedOut:
        done = service.library.collection(name).add([article])
        status: s.Status = "added" if done.added else "updated" if done.updated else "unchanged"
        return s.AddedOut(id=article.id, status=status, passages=done.passages)

    def replace(article: Article, name: str | None) -> s.AddedOut:
        article_of(service, article.id, name)
        done = put(article, name)
        stored = article_of(service, article.id, name)
        if (stored.title, stored.published) != (article.title, article.published):
            # What is sent now is said later than what was corrected before.
            service.library.collection(name).edit(
                article.id,
                title=article.title,
                published=article.published,
                undated=article.published is None,
            )
        return done

    def edit(article_id: str, body: s.ArticlePatch, name: str | None) -> s.ArticleOut:
        article_of(service, article_id, name)
        undated = "published" in body.model_fields_set and body.published is None
        return s.ArticleOut.whole(
            service.library.collection(name).edit(
                article_id, title=body.title, published=body.published, undated=undated
            )
        )

    def delete(article_id: str, name: str | None) -> None:
        if not service.library.collection(name).remove([article_id]):
            raise NotFoundError("no article of this id")

    async def change(work: Callable[[], T], article_id: str, name: str | None) -> T:
        among = f"?collection={quote(name)}" if name else ""
        future = service.submit_change(work, "rest")
        return await changed(future, f"GET /api/articles/{quote(article_id)}{among}")

    @app.get("/api/articles", responses=PROBLEMS, tags=["articles"])
    async def list_articles(
        request: Request,
        response: Response,
        collection: _Named = None,
        q: Annotated[
            str, Query(max_length=500, description="Words of title, source or date.")
        ] = "",
        offset: Annotated[int, Query(ge=0, le=10**9, description="Articles to leave out.")] = 0,
        limit: Annotated[int, Query(ge=1, le=500, description="Articles at most.")] = 100,
        sort: Annotated[Order, Query(description="How the list is sorted.")] = Order.ID,
    ) -> s.ArticlesOut:
        """List or find articles, a page at a time; `Link` leads to the other pages."""
        look = partial(_find, service, collection, q, offset, limit, sort)
        page = await awaited(service.submit_work(look, "rest"))

        def at(place: int) -> str:
            path = f"{request.scope.get('root_path', '')}/api/articles"
            return f"{path}?{request.url.include_query_params(offset=place).query}"

        page.next = at(offset + limit) if offset + limit < page.total else None
        page.previous = at(max(0, offset - limit)) if offset else None
        links = {"next": page.next, "prev": page.previous}
        if linked := [f'<{path}>; rel="{name}"' for name, path in links.items() if path]:
            response.headers["link"] = ", ".join(linked)
        return page

    @app.post(
        "/api/articles",
        status_code=201,
        tags=["articles"],
        responses={
            200: {"model": s.AddedOut, "description": "It was there; see `status`."},
            **PROBLEMS_OF_CHANGES,
        },
    )
    async def add_article(
        body: s.ArticleIn, request: Request, response: Response, collection: _Named = None
    ) -> s.AddedOut:
        """Add an article; one from the same source is replaced. The reply comes once it is safe.

        201 for a new one, 200 for one that was there and was updated or is unchanged.
        """
        article = pasted(body.title, body.text, body.published, body.source)
        added = await change(partial(put, article, collection), article.id, collection)
        response.status_code = 201 if added.status == "added" else 200
        among = f"?collection={quote(collection)}" if collection else ""
        path = f"{request.scope.get('root_path', '')}/api/articles/{quote(article.id)}"
        response.headers["location"] = f"{path}{among}"
        return added

    @app.get("/api/articles/{article_id:path}", responses=PROBLEMS, tags=["articles"])
    async def get_article(article_id: str, collection: _Named = None) -> s.ArticleOut:
        """A whole article."""
        look = partial(article_of, service, article_id, collection)
        return s.ArticleOut.whole(await awaited(service.submit_work(look, "rest")))

    @app.put("/api/articles/{article_id:path}", responses=PROBLEMS_OF_CHANGES, tags=["articles"])
    async def put_article(
        article_id: str, body: s.ArticleIn, collection: _Named = None
    ) -> s.AddedOut:
        """Replace an article that is there."""
        new = pasted(body.title, body.text, body.published, body.source)
        article = Article(article_id, new.title, new.text, new.published, new.source)
        return await change(partial(replace, article, collection), article_id, collection)

    @app.patch("/api/articles/{article_id:path}", responses=PROBLEMS_OF_CHANGES, tags=["articles"])
    async def patch_article(
        article_id: str, body: s.ArticlePatch, collection: _Named = None
    ) -> s.ArticleOut:
        """Correct title or date; they stay corrected when the article is read again."""
        return await change(partial(edit, article_id, body, collection), article_id, collection)

    @app.delete(
        "/api/articles/{article_id:path}",
        status_code=204,
        responses=PROBLEMS_OF_CHANGES,
        tags=["articles"],
    )
    async def delete_article(article_id: str, collection: _Named = None) -> None:
        """Delete an article; its passages answer nothing from now on."""
        await change(partial(delete, article_id, collection), article_id, collection)


def _find(
    service: Service, collection: str | None, words: str, offset: int, limit: int, order: Order
) -> s.ArticlesOut:
    page = service.library.collection(collection).summaries(words, offset, limit, order)
    lines = [s.ArticleLine.of(summary) for summary in page.articles]
    return s.ArticlesOut(total=page.total, articles=lines, next=None, previous=None)
