"""Routes for the scripts of the page: conversations, evidence, filters and articles, as HTML."""

import asyncio
import hashlib
import time
from base64 import b64encode
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from index.errors import UserError
from index.types import Filters
from qa.settings import MAX_QUESTION_CHARACTERS
from ui import feedback
from ui.conversations.types import Conversation
from ui.dialogues import Dialogues
from ui.feedback import Verdict
from ui.page.article import open_article, printed_page
from ui.page.filters import chips, in_words, passing, sources, typed
from ui.page.transcript import evidence, listing, turn, welcome
from ui.service import Service

ASSETS = Path(__file__).resolve().parent / "assets"
SCRIPTS = ("page", "server", "conversation", "side", "filters", "article", "state")
LISTED = 50

_WATCH_SECONDS = 20.0
_POLL_SECONDS = 0.04
_MAX_CHOSEN = 20


class _Typed(BaseModel):
    """The filters as they were typed."""

    model_config = ConfigDict(extra="forbid")

    collection: str = Field(max_length=200)
    since: str = Field("", max_length=100)
    until: str = Field("", max_length=100)
    source: str = Field("", max_length=500)
    articles: list[str] = Field([], max_length=_MAX_CHOSEN)
    today: date | None = None


class _Asked(_Typed):
    """A question of the page."""

    key: str = Field(min_length=8, max_length=64)
    question: str = Field(max_length=MAX_QUESTION_CHARACTERS)


class _Rated(BaseModel):
    model_config = ConfigDict(extra="forbid")

    verdict: Verdict


def page_routes(service: Service, dialogues: Dialogues) -> APIRouter:
    """The routes below `/page`; each person sees only what is theirs."""
    router = APIRouter(prefix="/page", include_in_schema=False)
    conversations = dialogues.conversations

    @router.get("/assets/{name}.js")
    async def asset(name: str) -> FileResponse:
        if name not in SCRIPTS:
            raise UserError("no such script")
        # A page that was loaded before an update must not mix old scripts with new ones.
        headers = {"cache-control": "no-cache"}
        return FileResponse(ASSETS / f"{name}.js", media_type="text/javascript", headers=headers)

    @router.get("/conversations")
    async def list_conversations(
        request: Request,
        q: Annotated[str, Query(max_length=200)] = "",
        current: str = "",
        limit: Annotated[int, Query(ge=1, le=1_000)] = LISTED,
    ) -> dict[str, str]:
        look = partial(conversations.list, _person(request), q, 0, limit)
        total, headings = await asyncio.to_thread(look)
        root = request.scope.get("root_path", "")
        return {"html": listing(headings, total, q, current, root)}

    @router.get("/conversations/{conversation_id}")
    async def show(
        request: Request, conversation_id: str, seen: str = "", first: int = 0
    ) -> dict[str, Any]:
        # Before the wait, which would tell when another one's conversation changes.
        await asyncio.to_thread(conversations.get, _person(request), conversation_id)
        due = time.monotonic() + _WATCH_SECONDS
        while seen and time.monotonic() < due and not service.ending:
            if _stamp(dialogues.statuses(conversation_id)) != seen:
                break
            await asyncio.sleep(_POLL_SECONDS)
        return await asyncio.to_thread(state, _person(request), conversation_id, first)

    @router.post("/conversations/{conversation_id}/questions")
    async def ask(request: Request, conversation_id: str, body: _Asked) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            filters = _filters(body)
            collection = service.library.collection(body.collection)
            titles = passing(collection, filters).titles if filters.articles else ()
            restricted_to = in_words(filters, titles)
            number = dialogues.ask(
                _person(request),
                conversation_id,
                body.key,
                body.question,
                body.collection,
                filters,
                restricted_to,
            )
            return state(_person(request), conversation_id, number)

        return await asyncio.to_thread(work)

    @router.post("/conversations/{conversation_id}/questions/{number}/again")
    async def again(request: Request, conversation_id: str, number: int) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            dialogues.ask_again(_person(request), conversation_id, number)
            return state(_person(request), conversation_id, number)

        return await asyncio.to_thread(work)

    @router.post("/conversations/{conversation_id}/stop")
    async def stop(request: Request, conversation_id: str) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            dialogues.stop(_person(request), conversation_id)
            return state(_person(request), conversation_id, 0)

        return await asyncio.to_thread(work)

    @router.get("/conversations/{conversation_id}/evidence/{number}")
    async def show_evidence(request: Request, conversation_id: str, number: int) -> dict[str, str]:
        def work() -> dict[str, str]:
            conversation = conversations.get(_person(request), conversation_id)
            if not 0 <= number < len(conversation.exchanges):
                raise UserError("no question of this number")
            status = dialogues.statuses(conversation_id).get(number)
            return {"html": evidence(conversation.exchanges[number], status)}

        return await asyncio.to_thread(work)

    @router.post("/conversations/{conversation_id}/questions/{number}/verdict")
    async def rate(
        request: Request, conversation_id: str, number: int, body: _Rated
    ) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            person = _person(request)
            before = conversations.rate(person, conversation_id, number, body.verdict)
            if before.answer is not None and before.verdict != body.verdict:
                collection = conversations.get(person, conversation_id).heading.collection
                place = service.library.collection(collection).path
                feedback.store(feedback.folder_of(place), before.answer, body.verdict)
            return state(person, conversation_id, number)

        return await asyncio.to_thread(work)

    @router.get("/start")
    async def start(collection: str) -> dict[str, Any]:
        return await asyncio.to_thread(_start, service, collection)

    @router.post("/filters")
    async def show_filters(body: _Typed) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            filters = _filters(body)
            numbers = passing(service.library.collection(body.collection), filters)
            return {
                "since": filters.since.isoformat() if filters.since else "",
                "until": filters.until.isoformat() if filters.until else "",
                "source": filters.source or "",
                "chips": chips(filters, numbers),
                "sources": sources(filters, numbers),
            }

        return await asyncio.to_thread(work)

    @router.get("/article")
    async def article(
        collection: str,
        article: str,
        start: int = 0,
        end: int = 0,
        first: int | None = None,
        last: int | None = None,
    ) -> dict[str, str]:
        around = None if first is None or last is None else (first, last)
        look = partial(open_article, service.library, collection, article, (start, end), around)
        return {"html": await asyncio.to_thread(look)}

    @router.get("/printed")
    async def printed(
        collection: str,
        article: str,
        start: int = 0,
        end: int = 0,
        page: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    ) -> dict[str, Any]:
        place = (start, end)
        draw = partial(printed_page, service.library, collection, article, place, page)
        image = await asyncio.to_thread(draw)
        content = b64encode(image.png).decode()
        return {**image._asdict(), "png": f"data:image/png;base64,{content}"}

    def state(person: str, conversation_id: str, first: int) -> dict[str, Any]:
        """A conversation as the page shows it, from one question on."""
        statuses = dialogues.statuses(conversation_id)
        conversation = conversations.get(person, conversation_id)
        return _shown(conversation, statuses, first)

    return router


def _shown(conversation: Conversation, statuses: Mapping[int, str], first: int) -> dict[str, Any]:
    return {
        "id": conversation.heading.id,
        "name": conversation.heading.name,
        "collection": conversation.heading.collection,
        "turns": [
            {
                "number": exchange.number,
                "html": turn(exchange, statuses.get(exchange.number)),
                "settled": exchange.number not in statuses,
            }
            for exchange in conversation.exchanges[max(0, first) :]
        ],
        "count": len(conversation.exchanges),
        "busy": bool(statuses),
        "pending": min(statuses, default=0),
        "seen": _stamp(statuses),
    }


def _start(service: Service, collection: str) -> dict[str, Any]:
    answerer = service.library.answerer(collection)
    articles, passages = answerer.collection.counts()
    if not articles:
        return {
            "html": welcome("This collection is empty: add articles on the other tab."),
            "complete": True,
        }
    words = (
        f"{articles:,} article{'' if articles == 1 else 's'}, {passages:,} "
        f"passage{'' if passages == 1 else 's'}. "
        "Every answer is a quotation, with the place it stands."
    )
    ready = answerer.ready_examples()
    if ready is None:
        service.prepare_examples(answerer)
    return {
        "html": welcome(words, answerer.examples_so_far() if ready is None else ready),
        "complete": ready is not None,
    }


def _filters(body: _Typed) -> Filters:
    return typed(body.since, body.until, body.source, body.articles, body.today)


def _person(request: Request) -> str:
    person: str = request.scope["person"]
    if not person:
        raise UserError("conversations are kept for browsers that take cookies")
    return person


def _stamp(statuses: Mapping[int, str]) -> str:
    told = repr(sorted(statuses.items())).encode()
    return hashlib.blake2b(told, digest_size=8).hexdigest()
