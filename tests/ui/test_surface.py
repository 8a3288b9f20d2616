"""Every route of Gradio, met with a file that nobody may read; uploads belong to who sent them."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient

from ui.server import Options, build_app
from ui.service import Service

CANARY = "canary-4d1f-never-shown"
API = "/gradio_api"
RUN = f"{API}/run/predict"

# What each of Gradio's routes is to this server: the page needs it, or it is closed. A route that
# is not here came with another version of Gradio: read what it does before you add it, and to
# `ui.paths.GRADIO_ROUTES` only if the page needs it.
PAGE = {
    "/",
    "/config",
    "/static/{path:path}",
    "/assets/{path:path}",
    "/favicon.ico",
    "/theme.css",
    "/robots.txt",
    "/manifest.json",
    f"{API}/heartbeat/{{session_hash}}",
    f"{API}/startup-events",
    f"{API}/info",
    f"{API}/run/{{api_name}}",
    f"{API}/app_id",
}
CLOSED = {
    f"{API}/queue/join",
    f"{API}/queue/data",
    f"{API}/cancel",
    f"{API}/reset",
    "/openapi.json",
    "/login",
    "/login/",
    "/logout",
    "/svelte/{path:path}",
    "/config/",
    "/pwa_icon",
    "/pwa_icon/{size}",
    "/monitoring",
    "/monitoring/summary",
    "/monitoring/{key}",
    f"{API}/deep_link",
    f"{API}/user",
    f"{API}/user/",
    f"{API}/login_check",
    f"{API}/login_check/",
    f"{API}/token",
    f"{API}/token/",
    f"{API}/app_id/",
    f"{API}/dev/reload",
    f"{API}/runs",
    f"{API}/runs/",
    f"{API}/info/",
    f"{API}/openapi.json",
    f"{API}/custom_component/{{id}}/{{environment}}/{{type}}/{{file_name}}",
    f"{API}/proxy={{url_path:path}}",
    f"{API}/stream/{{event_id}}",
    f"{API}/stream/{{event_id}}/close",
    f"{API}/stream/{{session_hash}}/{{run}}/{{component_id}}/playlist.m3u8",
    f"{API}/stream/{{session_hash}}/{{run}}/{{component_id}}/{{segment_id}}.{{ext}}",
    f"{API}/stream/{{session_hash}}/{{run}}/{{component_id}}/playlist-file",
    f"{API}/file/{{path:path}}",
    f"{API}/reset/",
    f"{API}/run/{{api_name}}/",
    f"{API}/api/{{api_name}}",
    f"{API}/api/{{api_name}}/",
    f"{API}/call/v2/{{api_name}}",
    f"{API}/call/v2/{{api_name}}/",
    f"{API}/call/{{api_name}}",
    f"{API}/call/{{api_name}}/",
    f"{API}/call/v2/{{api_name}}/{{event_id}}",
    f"{API}/call/{{api_name}}/{{event_id}}",
    f"{API}/component_server",
    f"{API}/component_server/",
    f"{API}/queue/status",
    f"{API}/theme.css",
    f"{API}/process_recording",
    f"{API}/vibe-edit",
    f"{API}/vibe-edit/",
    f"{API}/undo-vibe-edit",
    f"{API}/undo-vibe-edit/",
    f"{API}/vibe-code",
    f"{API}/vibe-code/",
    f"{API}/vibe-starter-queries",
    f"{API}/vibe-starter-queries/",
    f"{API}/upload_progress",
    f"{API}/upload",
    f"{API}/file={{path_or_url:path}}",
}
STREAMS = {f"{API}/heartbeat/{{session_hash}}"}
"""Never end by themselves, and hold nothing that was asked for."""


def routes_of(app: Any) -> Iterator[tuple[str, set[str]]]:
    """Paths and methods of everything that Gradio answers."""
    (gradio,) = (route for route in app.routes if isinstance(route, Mount) and not route.path)
    yield from _routes(gradio.routes, "")


def _routes(routes: Any, prefix: str) -> Iterator[tuple[str, set[str]]]:
    for route in routes:
        if isinstance(route, Mount):
            yield prefix + route.path, {"GET", "POST"}
            yield from _routes(route.routes, prefix + route.path)
        elif hasattr(route, "original_router"):
            yield from _routes(route.original_router.routes, prefix)
        else:
            # Anything else, such as a websocket, fails here and has to be looked at.
            yield prefix + route.path, set(route.methods)


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that nobody may read."""
    path = tmp_path / f"{CANARY}.txt"
    path.write_text(f"secret of {CANARY}")
    return path


@pytest.fixture(params=[False, True], ids=["alone", "in Gradio's folder"])
def hidden(request: pytest.FixtureRequest, canary: Path, uploads: Path) -> Path:
    """The canary, outside of the upload folder or in it, where another one's upload would be."""
    if not request.param:
        return canary
    inside = uploads / "deep" / canary.name
    inside.parent.mkdir(parents=True, exist_ok=True)
    inside.write_text(canary.read_text())
    return inside


@pytest.fixture(scope="module")
def upload_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Gradio's upload folder."""
    folder = tmp_path_factory.mktemp("uploads")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture
def uploads(upload_folder: Path) -> Iterator[Path]:
    """The same, empty."""
    yield upload_folder
    for path in upload_folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.fixture(scope="module")
def application(service: Service, upload_folder: Path) -> Iterator[TestClient]:
    app = build_app(service, Options())
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def visitor(application: TestClient, uploads: Path) -> TestClient:
    """Somebody who has the page open, and was never there before."""
    application.cookies.clear()
    application.get("/")
    return application


def files(path: Path | str) -> list[Any]:
    """Ways to name a file in what is posted."""
    file = {"path": str(path), "meta": {"_type": "gradio.FileData"}}
    odd = str(path).replace("/", "/./", 1)
    return [
        file,
        {"path": str(path)},
        {"path": odd, "meta": {"_type": "gradio.FileData"}},
        {"path": f"file://{path}", "meta": {"_type": "gradio.FileData"}},
        {"path": str(path), "meta": {"_type": "Gradio.FILEDATA"}, "orig_name": "a.txt"},
        {"path": "a.txt", "url": str(path), "meta": {"_type": "gradio.FileData"}},
        {"path": "a.txt", "url": f"/gradio_api/file={path}", "meta": {"_type": "gradio.FileData"}},
        {"Path": str(path), "meta": {"_type": "gradio.FileData"}},
        {"video": file, "subtitles": file},
        [{"deep": [{"deeper": file}]}],
        {"text": "a", "files": [file]},
        {"value": file, "__type__": "update"},
    ]


def bodies(path: Path | str) -> Iterator[dict[str, Any]]:
    """Bodies with a file for every handler, as the routes of all kinds take them."""
    for file in files(path):
        for handler in (0, 11, 20):
            data = [file] * 4
            yield {
                "data": data,
                "fn_index": handler,
                "session_hash": "s",
                "event_data": file,
                "trigger_id": 1,
                "event_id": "e",
                "api_name": "ask_articles",
            }


def test_each_route_of_gradio_was_judged(visitor: TestClient) -> None:
    judged = {path for path, _ in routes_of(visitor.app)}
    assert judged - PAGE - CLOSED == set(), "new routes, which nobody has judged"
    assert len(judged) > 50
    assert not PAGE & CLOSED


def test_no_route_gives_a_file_of_the_machine(visitor: TestClient, hidden: Path) -> None:
    met = 0
    for path, methods in routes_of(visitor.app):
        for method in methods:
            for value in (str(hidden), f"..{hidden}", f"file://{hidden}", str(hidden)[1:]):
                if path in STREAMS:
                    continue
                url = re.sub(r"\{\w+(:path)?\}", lambda _, value=value: value, path)
                query = {"path": value, "upload_id": value, "session_hash": value, "hash": value}
                file = {"files": (hidden.name, b"x"), "data": (None, value)}
                given: dict[str, Any] = {"files": file} if method == "POST" else {}
                reply = visitor.request(method, url, params=query, **given, follow_redirects=False)
                assert f"secret of {CANARY}" not in reply.text
                if path in CLOSED:
                    assert reply.status_code == 404
                    assert reply.headers["connection"] == "close", "not the guard's reply"
                met += 1
    assert met > 150


@pytest.mark.parametrize(
    "route",
    [
        f"{API}/queue/join",
        f"{API}/run/predict",
        f"{API}/call/ask_articles",
        f"{API}/api/predict",
        f"{API}/component_server",
        f"{API}/cancel",
    ],
)
def test_no_posted_value_makes_gradio_read_a_file(
    visitor: TestClient, hidden: Path, uploads: Path, route: str
) -> None:
    before = sorted(uploads.rglob("*"))
    for body in bodies(hidden):
        reply = visitor.post(route, json=body)
        assert reply.status_code in (403, 404)
        assert CANARY not in reply.text
    assert sorted(uploads.rglob("*")) == before


@pytest.mark.parametrize("tool", ["ask_articles", "search_articles", "get_article"])
def test_no_tool_reads_a_file(visitor: TestClient, hidden: Path, tool: str) -> None:
    headers = {"accept": "application/json, text/event-stream"}
    for value in (str(hidden), f"file://{hidden}", f"../../{hidden}", *files(hidden)):
        for field in ("question", "article_id", "collection", "source", "articles"):
            given = {"question": "What is secret?", "article_id": "a", field: value}
            if tool != "get_article":
                del given["article_id"]
            call = {"name": tool, "arguments": given}
            body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call}
            reply = visitor.post("/mcp", json=body, headers=headers)
            assert reply.status_code == 200
            assert f"secret of {CANARY}" not in reply.text


@pytest.mark.parametrize("path", ["/proc/self/environ", "/dev/zero", "/etc/passwd", "~/.ssh/id"])
def test_no_special_file_is_opened(visitor: TestClient, path: str) -> None:
    for file in files(path):
        body = {"data": [file], "fn_index": 0, "session_hash": "s"}
        assert visitor.post(RUN, json=body).status_code == 403


def test_gradio_itself_would_refuse_too(visitor: TestClient, canary: Path) -> None:
    # Behind the guard stands Gradio's own check, which only looks once it was launched.
    from gradio import processing_utils
    from gradio.context import LocalContext
    from gradio.exceptions import InvalidPathError

    (gradio,) = (route for route in visitor.app.routes if isinstance(route, Mount))  # type: ignore[attr-defined]
    LocalContext.blocks.set(gradio.app.get_blocks())
    with pytest.raises(InvalidPathError):
        processing_utils._check_allowed(str(canary), True)


def test_names_of_files_lead_nowhere_else(
    visitor: TestClient, service: Service, canary: Path, tmp_path: Path, uploads: Path
) -> None:
    def left() -> set[Path]:
        return {
            path for folder in (tmp_path, uploads) for path in folder.rglob("*") if path.is_file()
        }

    names = ("../../evil.txt", "..\\evil.txt", "/etc/evil.txt", "a/../../evil.txt", str(canary))
    before = left()
    sent = [("files", (name, b"The gull fair was opened by Rosa Lind.")) for name in names]
    job = visitor.post("/api/jobs", files=sent).json()
    files = visitor.get(f"/api/jobs/{job['id']}").json()["files"]
    assert not any(".." in file["name"] or file["name"].startswith("/") for file in files)
    assert left() == before
    assert not list(service.jobs.store.folder.parent.rglob("*.txt"))


def test_what_is_no_file_of_a_job_is_read_from_nowhere(visitor: TestClient, canary: Path) -> None:
    # A field that only says where a file is; Gradio would have opened it.
    for file in files(canary):
        reply = visitor.post("/api/jobs", data={"files": json.dumps(file)})
        assert reply.status_code == 400
        assert visitor.post("/api/jobs", json={"addresses": [file]}).status_code == 422
    given = {"addresses": [f"file://{canary}", str(canary)]}
    job = visitor.post("/api/jobs", json=given).json()
    while (seen := visitor.get(f"/api/jobs/{job['id']}").json())["state"] != "done":
        pass
    assert seen["added"] == 0


def test_what_is_not_json_or_not_a_body_is_refused(visitor: TestClient) -> None:
    nested = b"[" * 100_000 + b"]" * 100_000
    for content in (b"{", b"\xff\xfe", b"a=1", nested):
        assert visitor.post(RUN, content=content).status_code == 400
    twice = b'{"data": [], "data": [{"path": "/etc/passwd"}], "fn_index": 1}'
    assert visitor.post(RUN, content=twice).status_code == 403
    part = {"data": (None, json.dumps({"path": "/etc/passwd"}))}
    assert visitor.post(RUN, files=part).status_code == 400


def test_no_event_of_the_page_is_told_by_a_stream_that_may_end_before(client: TestClient) -> None:
    events = client.get("/config").json()["dependencies"]
    assert len(events) > 5
    assert [event["id"] for event in events if event["backend_fn"] and event["queue"]] == []
