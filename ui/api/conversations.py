"""REST: the conversations that were led on the page."""

import asyncio
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse, Response

from ui.conversation_schemas import ConversationOut, HeadingOut, HeadingsOut, NameIn
from ui.conversations.store import NoConversationError
from ui.conversations.types import Conversation
from ui.dialogues import Dialogues
from ui.page.export import as_json, as_markdown, file_name
from ui.schemas import ProblemOut

ConversationId = Annotated[str, Path(max_length=64, description="The id of a conversation.")]

_NO_SUCH: dict[int | str, dict[str, Any]] = {
    401: {"model": ProblemOut, "description": "A key is needed."},
    404: {"model": ProblemOut, "description": "You have no such conversation."},
    422: {"model": ProblemOut, "description": "A field is missing or wrong."},
}


def add_conversations(app: FastAPI, dialogues: Dialogues) -> None:
    """Add the routes. Everybody finds only the conversations that are theirs."""
    kept = dialogues.conversations

    @app.exception_handler(NoConversationError)
    async def missing(_: Request, error: NoConversationError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 404)

    def whole(request: Request, conversation_id: str) -> Conversation:
        return kept.get(person_of(request), conversation_id)

    @app.get("/api/conversations", responses=_NO_SUCH, tags=["conversations"])
    async def list_conversations(
        request: Request,
        q: Annotated[
            str, Query(max_length=500, description="Words of name, questions or answers.")
        ] = "",
        offset: Annotated[
            int, Query(ge=0, le=10**9, description="Conversations to leave out.")
        ] = 0,
        limit: Annotated[int, Query(ge=1, le=500, description="Conversations at most.")] = 100,
    ) -> HeadingsOut:
        """List or find your conversations."""
        look = partial(kept.list, person_of(request), q, offset, limit)
        total, headings = await asyncio.to_thread(look)
        return HeadingsOut(
            total=total, conversations=[HeadingOut.of(heading) for heading in headings]
        )

    @app.get("/api/conversations/{conversation_id}", responses=_NO_SUCH, tags=["conversations"])
    async def get_conversation(
        request: Request, conversation_id: ConversationId
    ) -> ConversationOut:
        """A conversation with all of its questions and answers."""
        conversation = await asyncio.to_thread(whole, request, conversation_id)
        return ConversationOut.whole(conversation)

    @app.patch("/api/conversations/{conversation_id}", responses=_NO_SUCH, tags=["conversations"])
    async def rename_conversation(
        request: Request, conversation_id: ConversationId, body: NameIn
    ) -> HeadingOut:
        """Give a conversation another name."""
        change = partial(kept.rename, person_of(request), conversation_id, body.name)
        return HeadingOut.of(await asyncio.to_thread(change))

    @app.delete(
        "/api/conversations/{conversation_id}",
        status_code=204,
        responses=_NO_SUCH,
        tags=["conversations"],
    )
    async def delete_conversation(request: Request, conversation_id: ConversationId) -> None:
        """Delete a conversation with all of its questions and answers."""
        await asyncio.to_thread(kept.delete, person_of(request), conversation_id)

    @app.get(
        "/api/conversations/{conversation_id}/export",
        response_class=Response,
        responses={200: {"content": {"text/markdown": {}, "application/json": {}}}, **_NO_SUCH},
        tags=["conversations"],
    )
    async def export_conversation(
        request: Request,
        conversation_id: ConversationId,
        form: Annotated[
            Literal["markdown", "json"], Query(alias="format", description="The kind of file.")
        ] = "markdown",
    ) -> Response:
        """A conversation as a file: Markdown to read, or JSON."""
        conversation = await asyncio.to_thread(whole, request, conversation_id)
        is_markdown = form == "markdown"
        text = as_markdown(conversation) if is_markdown else as_json(conversation)
        kind = "text/markdown" if is_markdown else "application/json"
        name = file_name(conversation.heading.name, "md" if is_markdown else "json")
        headers = {"content-disposition": f"attachment; {name}"}
        return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)


def person_of(request: Request) -> str:
    """The person who asks.

    Raises:
        NoConversationError: If nobody can tell: a program, where nobody logs in.
    """
    person: str = request.scope["person"]
    if not person:
        raise NoConversationError
    return person
