"""The Model Context Protocol, over HTTP beside the page and over stdin and stdout."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from mcp import types
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from ui.mcp.tools import INSTRUCTIONS, Tools
from ui.service import Service

PATH = "/mcp"

Message = MutableMapping[str, Any]


def build_server(service: Service) -> "Server[dict[str, Any], Any]":
    """A server of the tools of a service, for either transport."""
    from qa import __version__

    tools = Tools(service)
    server: Server[dict[str, Any], Any] = Server(
        "article-qa", version=__version__, instructions=INSTRUCTIONS
    )

    async def list_tools() -> list[types.Tool]:
        return [
            types.Tool(
                name=spec.name,
                title=spec.title,
                description=spec.description,
                inputSchema=spec.takes.model_json_schema(),
                outputSchema=spec.gives.model_json_schema(mode="serialization"),
                annotations=types.ToolAnnotations(
                    title=spec.title, readOnlyHint=True, destructiveHint=False,
                    idempotentHint=True, openWorldHint=False,
                ),
            )
            for spec in tools.specs.values()
        ]  # fmt: skip

    async def call_tool(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return await tools.call(name, arguments)

    server.list_tools()(list_tools)  # type: ignore[no-untyped-call]
    # The arguments are judged with the same words as those of the REST API.
    server.call_tool(validate_input=False)(call_tool)
    return server


class HttpEndpoint:
    """The tools over HTTP, as an ASGI application: each request stands for itself."""

    def __init__(self, service: Service) -> None:
        self._manager = StreamableHTTPSessionManager(
            build_server(service), json_response=True, stateless=True
        )

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """What must run while it is served."""
        async with self._manager.run():
            yield

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer a request; there are no streams to open and no sessions to end."""
        if scope["method"] == "POST":
            await self._manager.handle_request(scope, receive, send)
            return
        headers = [(b"allow", b"POST"), (b"content-length", b"0")]
        await send({"type": "http.response.start", "status": 405, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def serve_stdio(service: Service) -> None:
    """Serve one assistant over stdin and stdout until it closes them."""
    from mcp.server.stdio import stdio_server

    server = build_server(service)

    async def serve() -> None:
        async with stdio_server() as (read, write):
            await server.run(read, write, server.create_initialization_options())

    # The models load while the assistant is told what there is.
    threading.Thread(target=service.warm_up, name="warm-up", daemon=True).start()
    asyncio.run(serve())
