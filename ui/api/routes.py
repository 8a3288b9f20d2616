"""The REST API as a whole, and its routes of questions and collections."""

from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import FastAPI, Query, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.routing import Match, Route

from index.errors import UserError
from qa.question.understand import checked_question
from qa.trace import Trace
from qa.types import Answer, Turn
from ui import schemas as s
from ui.api.article_routes import add_articles
from ui.api.conversations import add_conversations
from ui.api.docs_page import docs_page
from ui.api.job_routes import add_jobs
from ui.api.openapi import described
from ui.api.problems import PROBLEMS, PROBLEMS_OF_CHANGES, add_problems, only
from ui.api.waiting import awaited, changed
from ui.dialogues import Dialogues
from ui.lookups import collection_of, find_hits
from ui.mcp.server import PATH as MCP_PATH
from ui.mcp.server import HttpEndpoint
from ui.service import Query as AskQuery
from ui.service import Service

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

FONTS = Path(__file__).resolve().parents[1] / "page" / "assets" / "fonts"


def build_api(service: Service, dialogues: Dialogues) -> FastAPI:
    """The application with the routes below `/api`; the page is mounted on it."""
    endpoint = HttpEndpoint(service)
    app = FastAPI(
        title="article-qa",
        version="1",
        lifespan=endpoint.lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        generate_unique_id_function=lambda route: route.name,
        summary="Answers over a collection of articles, in the exact words of the articles.",
    )
    app.openapi = partial(described, app)  # type: ignore[method-assign]
    add_problems(app)
    _add_questions(app, service)
    add_articles(app, service)
    _add_collections(app, service)
    add_jobs(app, service)

    app.router.routes.append(Route(MCP_PATH, endpoint))

    @app.get("/api/health", responses=only(503), tags=["server"])
    async def health() -> s.HealthOut:
        """The state of the server, and how much it has to do."""
        return s.HealthOut(status="ok", accepted=service.accepted)

    @app.get(
        "/api/metrics",
        tags=["server"],
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}, **only(401)},
    )
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

    @app.post("/api/ask", responses=PROBLEMS, tags=["questions"])
    async def ask(
        body: s.Asked,
        explain: Annotated[bool, Query(description="Add a trace of the steps.")] = False,
    ) -> s.AnswerOut | s.AnswersOut:
        """Answer a question, or several, with the places that say so."""
        if isinstance(body, s.AskManyIn):
            return await ask_many(body, explain)
        history = tuple(Turn(turn.question, turn.answer) for turn in body.history)
        question = checked_question(body.question)
        query = AskQuery(question, body.collection, history, body.filters)
        return answered(await awaited(service.submit(query, "rest", Trace() if explain else None)))

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
                answered(await awaited(future)) if isinstance(future, Future) else future
                for future in futures
            ]
        finally:
            for future in futures:
                if isinstance(future, Future):
                    future.cancel()
        return s.AnswersOut(answers=answers)

    @app.post("/api/search", responses=PROBLEMS, tags=["questions"])
    async def search(body: s.SearchIn) -> s.HitsOut:
        """Find the passages nearest to a question."""
        look = partial(find_hits, service, body)
        return await awaited(service.submit_work(look, "rest"))


def _add_collections(app: FastAPI, service: Service) -> None:
    @app.get("/api/collections", responses=only(401), tags=["collections"])
    async def list_collections() -> s.CollectionsOut:
        """The names of all collections."""
        return s.CollectionsOut(collections=service.library.names())

    @app.post(
        "/api/collections", status_code=201, responses=PROBLEMS_OF_CHANGES, tags=["collections"]
    )
    async def create_collection(
        body: s.CollectionIn, request: Request, response: Response
    ) -> s.CollectionOut:
        """Make an empty collection."""
        make = partial(service.library.create, body.name)
        name = await changed(service.submit_change(make, "rest"), "GET /api/collections")
        root = request.scope.get("root_path", "")
        response.headers["location"] = f"{root}/api/collections/{quote(name)}"
        return s.CollectionOut(name=name, articles=0, passages=0)

    @app.get("/api/collections/{name}", responses=PROBLEMS, tags=["collections"])
    async def get_collection(name: str) -> s.CollectionOut:
        """The numbers of articles and passages of a collection."""
        return await awaited(service.submit_work(partial(collection_of, service, name), "rest"))

    @app.patch("/api/collections/{name}", responses=PROBLEMS_OF_CHANGES, tags=["collections"])
    async def rename_collection(name: str, body: s.CollectionIn) -> s.CollectionOut:
        """Give a collection another name; the first one keeps its own."""
        work = partial(service.rename_collection, name, body.name)
        made = await changed(service.submit_change(work, "rest"), "GET /api/collections")
        return collection_of(service, made)

    @app.delete(
        "/api/collections/{name}",
        status_code=204,
        responses=PROBLEMS_OF_CHANGES,
        tags=["collections"],
    )
    async def delete_collection(name: str) -> None:
        """Delete a collection with all of its articles, for good; the first one stays."""
        work = partial(service.delete_collection, name)
        await changed(service.submit_change(work, "rest"), "GET /api/collections")
