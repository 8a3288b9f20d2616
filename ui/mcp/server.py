"""The Model Context Protocol, over HTTP beside the page and over stdin and stdout."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from mcp import types
from mcp.server import Server, ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from ui.mcp.tools import INSTRUCTIONS, ToolError, Tools, ToolSpec
from ui.service import Service

PATH = "/mcp"

Message = MutableMapping[str, Any]


Context = ServerRequestContext[dict[str, Any]]


def build_server(service: Service) -> Server[dict[str, Any]]:
    """A server of the tools of a service, for either transport."""
    from qa import __version__

    tools = Tools(service)

    async def list_tools(
        _: Context, __: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(spec) for spec in tools.specs.values()])

    async def call_tool(_: Context, called: types.CallToolRequestParams) -> types.CallToolResult:
        try:
            result = await tools.call(called.name, called.arguments or {})
        except ToolError as error:
            return types.CallToolResult(content=[_text(str(error))], is_error=True)
        # Clients that do not know structured content read the same as text.
        text = json.dumps(result, ensure_ascii=False)
        return types.CallToolResult(content=[_text(text)], structured_content=result)

    return Server(
        "article-qa",
        version=__version__,
        instructions=INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def _described(spec: ToolSpec) -> types.Tool:
    return types.Tool(
        name=spec.name,
        title=spec.title,
        description=spec.description,
        input_schema=spec.takes.model_json_schema(),
        output_schema=spec.gives.model_json_schema(mode="serialization"),
        annotations=types.ToolAnnotations(
            title=spec.title,
            read_only_hint=True,
            destructive_hint=False,
            idempotent_hint=True,
            open_world_hint=False,
        ),
    )


def _text(text: str) -> types.TextContent:
    return types.TextContent(type="text", text=text)


class HttpEndpoint:
    """The tools over HTTP, as an ASGI application: each request stands for itself."""

    def __init__(self, service: Service) -> None:
        self._manager = StreamableHTTPSessionManager(
            build_server(service), json_response=True, stateless=True
        )

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """Run the session manager while the application is served."""
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

    # The models load while the assistant is told what there is. No daemon: a process that ends amid
    # the loading of a model is aborted.
    threading.Thread(target=service.warm_up, name="warm-up").start()
    asyncio.run(serve())
