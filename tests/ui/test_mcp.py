"""The tools for assistants, called by the official client over both transports."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from starlette.testclient import TestClient

import qa
from ui.server import Options, build_app
from ui.service import Service

ROOT = Path(__file__).absolute().parents[2]
ASKED = {"question": "Who is Kim Yong-chol?"}
NAMES = ["ask_articles", "search_articles", "get_article", "list_collections"]

Calls = Callable[[ClientSession, Any], Awaitable[None]]


@asynccontextmanager
async def over_http(server: Any, _: Path) -> AsyncIterator[tuple[Any, Any]]:
    async with streamable_http_client(f"{server.url}/mcp") as (read, write):
        yield read, write


@asynccontextmanager
async def over_stdio(_: Any, data: Path) -> AsyncIterator[tuple[Any, Any]]:
    environment = {**os.environ, "XDG_DATA_HOME": str(data), "PYTHONPATH": str(ROOT)}
    environment.pop("QA_COLLECTION", None)
    started = StdioServerParameters(
        command=sys.executable, args=["-m", "qa.cli.main", "mcp"], env=environment
    )
    async with stdio_client(started) as (read, write):
        yield read, write


@pytest.mark.parametrize("transport", [over_http, over_stdio])
def test_an_assistant_asks_searches_and_reads(
    transport: Any, server: Any, tmp_path: Path, furnish: Callable[[Path], None]
) -> None:
    furnish(tmp_path)

    async def talk() -> None:
        async with transport(server, tmp_path) as streams, ClientSession(*streams) as session:
            told = await session.initialize()
            assert told.server_info.name == "article-qa"
            assert told.server_info.version == qa.__version__
            assert "ask_articles" in (told.instructions or "")
            await describes_its_tools(session)
            await answers(session)
            await refuses_in_words(session)

    # The browser's tests keep a loop in this thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, talk()).result()


async def describes_its_tools(session: ClientSession) -> None:
    tools = (await session.list_tools()).tools
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert tool.annotations.open_world_hint is False
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            assert schema["type"] == "object"
            jsonschema.Draft202012Validator.check_schema(schema)
    fields = tools[0].input_schema["properties"]
    assert all("description" in fields[name] for name in ("collection", "since", "articles"))


async def answers(session: ClientSession) -> None:
    asked = await session.call_tool("ask_articles", ASKED)
    assert not asked.is_error
    answer = asked.structured_content
    assert answer is not None
    assert json.loads(asked.content[0].text) == answer  # type: ignore[union-attr]
    cited = answer["citations"][0]
    assert cited["quote"] == answer["text"]
    place = {"article_id": cited["article_id"], "start": cited["start"]}
    wanted = {**place, "characters": cited["end"] - cited["start"]}
    part = (await session.call_tool("get_article", wanted)).structured_content
    assert part is not None
    assert part["text"] == cited["quote"]
    assert part["end"] == cited["end"] < part["characters"]
    assert part["byline"] == ""
    beyond = await session.call_tool("get_article", {**place, "start": 10**9})
    assert (beyond.structured_content or {})["text"] == ""
    hits = await session.call_tool("search_articles", {"question": "missile defence", "k": 2})
    assert "missile" in (hits.structured_content or {})["hits"][0]["passage"]
    listed = await session.call_tool("list_collections", {})
    (main,) = (listed.structured_content or {})["collections"][:1]
    assert main["name"] == "main"
    assert main["articles"] >= 2
    nothing = await session.call_tool("ask_articles", {**ASKED, "articles": ["nobody"]})
    assert (nothing.structured_content or {})["text"] is None


async def refuses_in_words(session: ClientSession) -> None:
    for name, arguments, words in (
        ("ask_articles", {}, "question: is missing"),
        ("ask_articles", {"question": "  "}, "the question is empty"),
        ("ask_articles", {"question": "x", "since": "soon"}, "since: must be a day"),
        ("ask_articles", {**ASKED, "articles": "nobody"}, "articles: must be a list"),
        ("ask_articles", {**ASKED, "colection": "x"}, "colection: is no field"),
        ("ask_articles", {**ASKED, "collection": "nowhere"}, "no collection of this name"),
        ("search_articles", {**ASKED, "k": 0}, "k: must be 1 or more"),
        ("get_article", {"article_id": "nobody"}, "no article of this id"),
        ("get_article", {"article_id": {"path": "/etc/passwd"}}, "article_id: must be text"),
        ("list_collections", {"all": True}, "all: is no field"),
        ("delete_articles", {}, "there is no tool 'delete_articles'"),
    ):
        refused = await session.call_tool(name, arguments)
        assert refused.is_error, name
        (content,) = refused.content
        assert content.text.startswith(words), content.text  # type: ignore[union-attr]
        assert "\n" not in content.text  # type: ignore[union-attr]


def test_only_posts_are_answered(service: Service) -> None:
    with TestClient(build_app(service, Options()), base_url="http://localhost") as client:
        assert client.get("/mcp").status_code == 405
        assert client.get("/mcp").headers["allow"] == "POST"
        assert client.delete("/mcp").status_code == 405
        assert client.post("/mcp", content=b"{").status_code == 400
        assert client.post("/gradio_api/mcp/", json={}).status_code == 404


def test_a_wrong_collection_is_one_line(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "qa.cli.main", "mcp", "--collection", str(tmp_path / "none")],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1
