"""Requests that the guard lets through to Gradio, and the headers of the replies."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from ui.server import Options, build_app
from ui.service import Service

RUN = "/gradio_api/run/predict"
EVIL = "https://evil.example"
OWN = "https://news.example"


@pytest.fixture(scope="module")
def public(service: Service) -> TestClient:
    """A server for other machines, as at the other side of a proxy that encrypts."""
    app = build_app(service, Options(host="0.0.0.0", auth="ann:pw"))
    return TestClient(app, base_url=OWN)


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"origin": EVIL}, True),
        ({"origin": EVIL, "sec-fetch-site": "cross-site"}, True),
        ({"origin": "https://news.example.evil.example", "sec-fetch-site": "same-site"}, True),
        ({"origin": "https://news.example:8443"}, True),
        ({"origin": "null"}, True),
        ({"origin": "null", "host": ""}, True),
        ({"origin": ""}, True),
        ({"origin": "http://["}, True),
        ({"origin": EVIL, "x-forwarded-host": "news.example"}, True),
        ({}, False),
        ({"origin": OWN}, False),
        ({"origin": "https://News.example"}, False),
        ({"origin": OWN, "host": "10.0.0.2:7860", "x-forwarded-host": "news.example, b"}, False),
        ({"origin": OWN, "host": "10.0.0.2:7860", "sec-fetch-site": "same-origin"}, False),
        ({"origin": OWN, "host": "10.0.0.2:7860"}, True),
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", RUN),
        ("POST", "/login"),
        ("POST", "/gradio_api/upload"),
        ("POST", "/api/ask"),
        ("DELETE", "/api/articles/a"),
        ("OPTIONS", RUN),
        ("OPTIONS", "/mcp"),
    ],
)
def test_a_page_of_another_site_changes_nothing(
    public: TestClient, method: str, path: str, headers: dict[str, str], refused: bool
) -> None:
    reply = public.request(method, path, headers=headers)
    assert (reply.status_code == 403) == refused


def test_a_page_of_another_site_is_allowed_nothing_beforehand(public: TestClient) -> None:
    asked = {"origin": EVIL, "access-control-request-method": "POST"}
    for path in (RUN, "/", "/api/ask", "/login"):
        reply = public.options(path, headers=asked)
        assert reply.status_code == 403
        assert not any(name.startswith("access-control-") for name in reply.headers)


def test_a_page_of_another_site_reads_nothing(public: TestClient) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/theme.css", "/api/health"):
        reply = public.get(path, headers={"origin": EVIL})
        assert reply.status_code in (200, 401)
        assert not any(name.startswith("access-control-") for name in reply.headers)


def test_a_host_that_is_none_is_refused(client: TestClient) -> None:
    assert client.get("/api/health", headers={"host": "["}).status_code == 421


@pytest.fixture(scope="module", params=["", "/qa"])
def rooted(service: Service, request: pytest.FixtureRequest) -> TestClient:
    """A server as such, and one behind a proxy that shows it under a path."""
    app = build_app(service, Options(root_path=request.param))
    return TestClient(app, base_url="http://localhost", root_path=request.param)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://example.invalid/a",
        "/gradio_api/file=http://example.invalid/a",
        "/gradio_api/file=HTTPS://example.invalid/a",
        "/gradio_api/file=%68ttps%3A%2F%2Fexample.invalid/a",
        "/%67radio_api/%66ile%3Dhttps://example.invalid/a",
        "/gradio_api/file/https://example.invalid/a",
        "/gradio_api/proxy=https://example.hf.space/a",
        "/qa/gradio_api/file=https://example.invalid/a",
    ],
)
def test_nothing_is_fetched_for_others(rooted: TestClient, path: str) -> None:
    for prefix in ("", "/qa"):
        for method in ("GET", "HEAD"):
            reply = rooted.request(method, prefix + path)
            assert reply.status_code == 404
            assert reply.headers["connection"] == "close", "not the guard's reply"


def test_a_file_that_is_posted_as_an_address_is_not_fetched(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = []

    async def fetch(url: str, *_: object, **__: object) -> None:
        fetched.append(url)

    monkeypatch.setattr("safehttpx.get", fetch)
    file = {"path": "http://93.184.215.14/large", "meta": {"_type": "gradio.FileData"}}
    with TestClient(build_app(service, Options()), base_url="http://localhost") as client:
        handlers = client.get("/config").json()["dependencies"]
        for handler in filter(lambda handler: handler["inputs"], handlers):
            data = [file] * len(handler["inputs"])
            event = {"fn_index": handler["id"], "session_hash": "s", "data": data}
            assert client.post(RUN, json=event).status_code == 403
    assert not fetched


def test_gradio_itself_fetches_nothing(client: TestClient) -> None:
    from gradio import Error, processing_utils

    assert client.get("/").status_code == 200
    fetch = processing_utils.async_ssrf_protected_download("http://a.example/", "/tmp")
    # In a thread of its own: a browser of another test may have a loop in this one.
    with ThreadPoolExecutor(1) as thread, pytest.raises(Error, match="not fetched here"):
        thread.submit(asyncio.run, fetch).result()
