"""The REST API: questions, passages, articles and collections."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.formparsers import MultiPartException
from starlette.routing import Match, Route

from index.errors import UserError
from index.types import Article, Order
from qa.pipeline import checked_question
from qa.trace import Trace
from qa.types import Answer, Turn
from ui.api import schemas as s
from ui.api.conversations import add_conversations
from ui.api.docs_page import docs_page
from ui.api.job_routes import add_jobs
from ui.api.openapi import described
from ui.api.validation import in_words
from ui.dialogues import Dialogues
from ui.jobs.store import InboxFullError, UnknownJobError
from ui.library import TakenError, UnknownCollectionError
from ui.lookups import NotFoundError, article_of, collection_of, find_hits
from ui.mcp.server import PATH as MCP_PATH
from ui.mcp.server import HttpEndpoint
from ui.queues import BusyError
from ui.service import ASK_SECONDS, CHANGE_SECONDS, Service
from ui.service import Query as AskQuery
from ui.shown import without_folders
from ui.uploads import pasted

T = TypeVar("T")

_Named = Annotated[
    str | None, Query(description="The name of the collection; by default the first one.")
]
_KINDS_ASKED = (s.ASKED_ONE, s.ASKED_MANY)
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

FONTS = Path(__file__).resolve().parents[1] / "page" / "assets" / "fonts"

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": s.ProblemOut, "description": "The request cannot be understood."},
    401: {"model": s.ProblemOut, "description": "A key is needed."},
    403: {"model": s.ProblemOut, "description": "Asked by a page of another site."},
    404: {"model": s.ProblemOut, "description": "There is no such article or collection."},
    409: {"model": s.ProblemOut, "description": "There is one of this name already."},
    413: {"model": s.ProblemOut, "description": "The body is too large."},
    422: {"model": s.ProblemOut, "description": "A field is missing or wrong."},
    503: {"model": s.ProblemOut, "description": "Too busy; try again after Retry-After seconds."},
    504: {"model": s.ProblemOut, "description": "It took too long."},
}
_PROBLEMS_OF_CHANGES = {
    **_PROBLEMS,
    503: {
        "model": s.ProblemOut,
        "description": "Too busy, and nothing was begun; try again after Retry-After seconds.",
    },
    504: {
        "model": s.ProblemOut,
        "description": f"Not done after {CHANGE_SECONDS:.0f} seconds. It goes on, and happens as a "
        "whole or, should the server end, not at all; `detail` says where to see it. Sent again, "
        "nothing is done twice.",
    },
}


class _UnderWayError(UserError):
    """A change takes long, and goes on."""


def build_api(service: Service, dialogues: Dialogues) -> FastAPI:
    """The application with the routes below `/api`; the page is mounted on it."""
    endpoint = HttpEndpoint(service)
    app = FastAPI(
        title="article-qa", version="1", lifespan=endpoint.lifespan, docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json", generate_unique_id_function=lambda route: route.name,
        summary="Answers over a collection of articles, in the exact words of the articles.",
    )  # fmt: skip
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    _add_problems(app)
    _add_questions(app, service)
    _add_articles(app, service)
    _add_collections(app, service)
    add_jobs(app, service, _PROBLEMS)

    app.router.routes.append(Route(MCP_PATH, endpoint))

    @app.get("/api/health", responses=_only(503), tags=["server"])
    async def health() -> s.HealthOut:
        """Whether the server is up, and how much it has to do."""
        return s.HealthOut(status="ok", accepted=service.accepted)

    @app.get(
        "/api/metrics", tags=["server"], response_class=Response,
        responses={200: {"content": {"text/plain": {}}}, **_only(401)},
    )  # fmt: skip
    async def metrics() -> Response:
        """Counters for Prometheus."""
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")

    @app.get("/fonts/{name}.woff2", include_in_schema=False)
    async def font(name: Literal["newsreader-latin", "newsreader-latin-ext"]) -> FileResponse:
        return FileResponse(FONTS / f"{name}.woff2", media_type="font/woff2")

    @app.get("/api/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(docs_page(app.openapi()))

    add_conversations(app, dialogues)

    # Behind all others, and before the page, which would say that there is no such path.
    @app.api_route("/api/{rest:path}", methods=_METHODS, include_in_schema=False)
    async def other_method(request: Request) -> Response:
        allowed = _allowed(app, request)
        if not allowed:
            return JSONResponse({"detail": "no such path; /api/docs has them all"}, 404)
        headers = {"allow": ", ".join(sorted(allowed))}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        words = f"{request.method} is not possible here, but {headers['allow']}"
        return JSONResponse({"detail": words}, 405, headers)

    return app


def _allowed(app: FastAPI, request: Request) -> set[str]:
    """The methods that this path knows."""
    routes = [route for route in app.router.routes if isinstance(route, APIRoute)]
    met = [route for route in routes if route.matches(request.scope)[0] is Match.PARTIAL]
    methods = {method for route in met for method in route.methods or ()}
    return (
        methods | ({"HEAD", "OPTIONS"} if "GET" in methods else {"OPTIONS"}) if methods else set()
    )


def _add_questions(app: FastAPI, service: Service) -> None:
    def answered(answer: Answer) -> s.AnswerOut:
        return s.AnswerOut.model_validate(answer.to_dict())

    @app.post("/api/ask", responses=_PROBLEMS, tags=["questions"])
    async def ask(
        body: s.Asked,
        explain: Annotated[bool, Query(description="Add a trace of the steps.")] = False,
    ) -> s.AnswerOut | s.AnswersOut:
        """Answer a question, or several, with the places that say so."""
        if isinstance(body, s.AskManyIn):
            return await ask_many(body, explain)
        history = tuple(Turn(each.question, each.answer) for each in body.history)
        question = checked_question(body.question)
        query = AskQuery(question, body.collection, history, body.filters)
        return answered(await _awaited(service.submit(query, "rest", Trace() if explain else None)))

    async def ask_many(body: s.AskManyIn, explain: bool) -> s.AnswersOut:
        futures: list[Future[Answer] | s.ProblemOut] = []
        try:
            for question in body.questions:
                try:
                    query = AskQuery(checked_question(question), body.collection, (), body.filters)
                except UserError as error:
                    futures.append(s.ProblemOut(detail=str(error)))
                    continue
                futures.append(service.submit(query, "rest", Trace() if explain else None))
            answers = [
                answered(await _awaited(future)) if isinstance(future, Future) else future
                for future in futures
            ]
        finally:
            for future in futures:
                if isinstance(future, Future):
                    future.cancel()
        return s.AnswersOut(answers=answers)

    @app.post("/api/search", responses=_PROBLEMS, tags=["questions"])
    async def search(body: s.SearchIn) -> s.HitsOut:
        """Find the passages nearest to a question."""
        look = partial(find_hits, service, body)
        return await _awaited(service.submit_work(look, "rest"))


def _add_articles(app: FastAPI, service: Service) -> None:
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
                article.id, title=article.title, published=article.published,
                undated=article.published is None,
            )  # fmt: skip
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

    async def changed(work: Callable[[], T], article_id: str, name: str | None) -> T:
        among = f"?collection={quote(name)}" if name else ""
        change = service.submit_change(work, "rest")
        return await _changed(change, f"GET /api/articles/{quote(article_id)}{among}")

    @app.get("/api/articles", responses=_PROBLEMS, tags=["articles"])
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
        page = await _awaited(service.submit_work(look, "rest"))

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
        "/api/articles", status_code=201, tags=["articles"],
        responses={200: {"model": s.AddedOut, "description": "It was there; see `status`."},
                   **_PROBLEMS_OF_CHANGES},
    )  # fmt: skip
    async def add_article(
        body: s.ArticleIn, request: Request, response: Response, collection: _Named = None
    ) -> s.AddedOut:
        """Add an article; one from the same source is replaced. The reply comes once it is safe.

        201 for a new one, 200 for one that was there and was updated or is unchanged.
        """
        article = pasted(body.title, body.text, body.published, body.source)
        added = await changed(partial(put, article, collection), article.id, collection)
        response.status_code = 201 if added.status == "added" else 200
        among = f"?collection={quote(collection)}" if collection else ""
        path = f"{request.scope.get('root_path', '')}/api/articles/{quote(article.id)}"
        response.headers["location"] = f"{path}{among}"
        return added

    @app.get("/api/articles/{article_id:path}", responses=_PROBLEMS, tags=["articles"])
    async def get_article(article_id: str, collection: _Named = None) -> s.ArticleOut:
        """A whole article."""
        look = partial(article_of, service, article_id, collection)
        return s.ArticleOut.whole(await _awaited(service.submit_work(look, "rest")))

    @app.put("/api/articles/{article_id:path}", responses=_PROBLEMS_OF_CHANGES, tags=["articles"])
    async def put_article(
        article_id: str, body: s.ArticleIn, collection: _Named = None
    ) -> s.AddedOut:
        """Replace an article that is there."""
        new = pasted(body.title, body.text, body.published, body.source)
        article = Article(article_id, new.title, new.text, new.published, new.source)
        return await changed(partial(replace, article, collection), article_id, collection)

    @app.patch("/api/articles/{article_id:path}", responses=_PROBLEMS_OF_CHANGES, tags=["articles"])
    async def patch_article(
        article_id: str, body: s.ArticlePatch, collection: _Named = None
    ) -> s.ArticleOut:
        """Correct title or date; they stay corrected when the article is read again."""
        return await changed(partial(edit, article_id, body, collection), article_id, collection)

    @app.delete(
        "/api/articles/{article_id:path}", status_code=204, responses=_PROBLEMS_OF_CHANGES,
        tags=["articles"],
    )  # fmt: skip
    async def delete_article(article_id: str, collection: _Named = None) -> None:
        """Delete an article; its passages answer nothing from now on."""
        await changed(partial(delete, article_id, collection), article_id, collection)


def _add_collections(app: FastAPI, service: Service) -> None:
    @app.get("/api/collections", responses=_only(401), tags=["collections"])
    async def list_collections() -> s.CollectionsOut:
        """The names of all collections."""
        return s.CollectionsOut(collections=service.library.names())

    @app.post(
        "/api/collections", status_code=201, responses=_PROBLEMS_OF_CHANGES, tags=["collections"]
    )
    async def create_collection(
        body: s.CollectionIn, request: Request, response: Response
    ) -> s.CollectionOut:
        """Make an empty collection."""
        make = partial(service.library.create, body.name)
        name = await _changed(service.submit_change(make, "rest"), "GET /api/collections")
        root = request.scope.get("root_path", "")
        response.headers["location"] = f"{root}/api/collections/{quote(name)}"
        return s.CollectionOut(name=name, articles=0, passages=0)

    @app.get("/api/collections/{name}", responses=_PROBLEMS, tags=["collections"])
    async def get_collection(name: str) -> s.CollectionOut:
        """How many articles and passages a collection has."""
        return await _awaited(service.submit_work(partial(collection_of, service, name), "rest"))

    @app.patch("/api/collections/{name}", responses=_PROBLEMS_OF_CHANGES, tags=["collections"])
    async def rename_collection(name: str, body: s.CollectionIn) -> s.CollectionOut:
        """Give a collection another name; the first one keeps its own."""
        work = partial(service.rename_collection, name, body.name)
        made = await _changed(service.submit_change(work, "rest"), "GET /api/collections")
        return collection_of(service, made)

    @app.delete(
        "/api/collections/{name}", status_code=204, responses=_PROBLEMS_OF_CHANGES,
        tags=["collections"],
    )  # fmt: skip
    async def delete_collection(name: str) -> None:
        """Delete a collection with all of its articles, for good; the first one stays."""
        work = partial(service.delete_collection, name)
        await _changed(service.submit_change(work, "rest"), "GET /api/collections")


def _find(
    service: Service, collection: str | None, words: str, offset: int, limit: int, order: Order
) -> s.ArticlesOut:
    found = service.library.collection(collection).summaries(words, offset, limit, order)
    lines = [s.ArticleLine.of(each) for each in found.articles]
    return s.ArticlesOut(total=found.total, articles=lines, next=None, previous=None)


async def _awaited(future: Future[T]) -> T:
    return await asyncio.wait_for(asyncio.wrap_future(future), ASK_SECONDS)


async def _changed(future: Future[T], seen_by: str) -> T:
    """Wait for a change, which goes on to its end once it has begun.

    Args:
        future: The change.
        seen_by: The request that shows whether it is done.

    Raises:
        BusyError: If it has not begun in `CHANGE_SECONDS`; it never will.
        _UnderWayError: If it is not done by then.
    """
    try:
        return await asyncio.wait_for(asyncio.wrap_future(future), CHANGE_SECONDS)
    except TimeoutError:
        if future.cancel():
            raise BusyError("changes") from None
        if future.done():
            return future.result()
        raise _UnderWayError(
            f"not done after {CHANGE_SECONDS:.0f} seconds, but going on: {seen_by} shows whether "
            "it is by now; sent again, nothing is done twice"
        ) from None


def _add_problems(app: FastAPI) -> None:
    def problem(status: int, words: str, headers: dict[str, str] | None = None) -> JSONResponse:
        # The words may hold what was sent, and that may be half a character.
        printable = without_folders(words).encode("utf-8", "replace").decode()
        return JSONResponse({"detail": printable}, status, headers)

    @app.exception_handler(BusyError)
    async def busy(_: Request, error: BusyError) -> JSONResponse:
        return problem(503, str(error), {"Retry-After": str(error.retry_after)})

    @app.exception_handler(InboxFullError)
    async def full(_: Request, error: InboxFullError) -> JSONResponse:
        return problem(503, str(error))

    @app.exception_handler(MultiPartException)
    async def too_large(_: Request, error: MultiPartException) -> JSONResponse:
        return problem(413 if "maximum allowed size" in error.message else 400, error.message)

    @app.exception_handler(_UnderWayError)
    async def under_way(_: Request, error: _UnderWayError) -> JSONResponse:
        return problem(504, str(error))

    @app.exception_handler(TimeoutError)
    async def late(_: Request, error: TimeoutError) -> JSONResponse:
        return problem(504, "this takes too long; try it again")

    @app.exception_handler(TakenError)
    async def taken(_: Request, error: TakenError) -> JSONResponse:
        return problem(409, str(error))

    @app.exception_handler(UserError)
    async def wrong(_: Request, error: UserError) -> JSONResponse:
        missing = isinstance(error, NotFoundError | UnknownCollectionError | UnknownJobError)
        return problem(404 if missing else 400, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # Which of two kinds of body it was taken for is no part of a field's name.
        errors = [
            {**each, "loc": [part for part in each["loc"] if part not in _KINDS_ASKED]}
            for each in error.errors()
        ]
        return problem(422, in_words(errors, inside=1))


def _only(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: _PROBLEMS[status] for status in statuses}
