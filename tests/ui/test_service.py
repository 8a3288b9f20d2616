"""The REST API, its guard, the MCP tool, and the end of the server."""

import asyncio
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.testclient import TestClient

from index.errors import UserError
from index.types import Article
from ui import bodies
from ui.server import Options, build_app, run
from ui.service import Service

QUESTION = {"question": "Who is Kim Yong-chol?"}


def in_a_loop(work: Any) -> Any:
    """Run a coroutine in a thread of its own: the browser's tests keep a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


def test_an_answer_comes_with_its_citations(client: TestClient) -> None:
    reply = client.post("/api/ask", json=QUESTION)
    assert reply.status_code == 200
    answer = reply.json()
    assert answer["text"]
    for cited in answer["citations"]:
        article = client.get(f"/api/articles/{cited['article_id']}").json()
        assert article["text"][cited["start"] : cited["end"]] == cited["quote"]


def test_history_completes_a_follow_up(client: TestClient) -> None:
    history = [{"question": "Who is Mike Pompeo?", "answer": "Secretary of State"}]
    reply = client.post("/api/ask", json={"question": "Where did he meet Kim?", "history": history})
    assert reply.status_code == 200


def test_a_greeting_is_helped_and_described(client: TestClient) -> None:
    reply = client.post("/api/ask", json={"question": "hello"}).json()
    assert (reply["text"], reply["confidence"], reply["citations"]) == (None, 0.0, [])
    assert reply["help"]["words"]
    assert client.post("/api/ask", json=QUESTION).json()["help"] is None
    described = client.get("/api/openapi.json").json()["components"]["schemas"]
    assert set(described["AnswerOut"]["properties"]) == set(reply)
    assert set(described["HelpOut"]["properties"]) == set(reply["help"])


def test_a_search_finds_passages(client: TestClient) -> None:
    hits = client.post("/api/search", json={"question": "missile defence", "k": 3}).json()["hits"]
    assert 1 <= len(hits) <= 3
    assert "missile" in hits[0]["passage"]


def test_filters_apply(client: TestClient) -> None:
    late = client.post("/api/ask", json={**QUESTION, "since": "2030-01-01"}).json()
    assert late["text"] is None
    assert late["citations"] == []
    ids = [article["id"] for article in client.get("/api/articles").json()["articles"]]
    for only in ([ids[0]], [ids[1], "nobody"]):
        answer = client.post("/api/ask", json={**QUESTION, "articles": only}).json()
        assert {citation["article_id"] for citation in answer["citations"]} == {only[0]}
        hits = client.post("/api/search", json={**QUESTION, "articles": only}).json()["hits"]
        assert {hit["article_id"] for hit in hits} == {only[0]}
    nothing = client.post("/api/ask", json={**QUESTION, "articles": ["nobody"]}).json()
    assert (nothing["text"], nothing["citations"]) == (None, [])
    for wrong in ([], ids[0], [1], ["x"] * 10_001):
        refused = client.post("/api/ask", json={**QUESTION, "articles": wrong})
        assert refused.status_code == 422
        assert "articles" in refused.json()["detail"]


def test_no_folder_of_the_machine_is_told(client: TestClient, service: Service) -> None:
    collection = service.library.collection()
    text = "The tern fair of Skaill was opened by Olga Venn in 2012."
    collection.add([Article("skaill", "Terns", text, None, "/srv/olga/private/terns.txt")])
    asked = {"question": "Who opened the tern fair of Skaill?"}
    told = [
        client.post("/api/ask", json=asked),
        client.post("/api/search", json=asked),
        client.get("/api/articles?q=terns"),
        client.get("/api/articles/skaill"),
    ]
    collection.remove(["skaill"])
    for reply in told:
        assert '"terns.txt"' in reply.text
        assert "private" not in reply.text


def test_articles_come_change_and_go(client: TestClient) -> None:
    new = {"title": "<b>T</b>", "text": "The old mill of Brockwell burned down in 1911."}
    added = client.post("/api/articles", json=new)
    assert added.status_code == 201
    assert added.json()["status"] == "added"
    again = client.post("/api/articles", json=new).json()
    assert again == {"id": added.json()["id"], "status": "unchanged", "passages": 0}
    path = f"/api/articles/{again['id']}"
    asked = {"question": "When did the mill of Brockwell burn down?"}
    assert "1911" in (client.post("/api/ask", json=asked).json()["text"] or "")
    changed = {**new, "text": "The old mill of Brockwell burned down in 1922."}
    assert client.put(path, json=changed).json()["status"] == "updated"
    assert "1922" in (client.post("/api/ask", json=asked).json()["text"] or "")
    assert client.get("/api/articles", params={"q": "<b>"}).json()["total"] == 1
    edited = client.patch(path, json={"title": "The mill", "published": "1922-05-06"}).json()
    assert (edited["title"], edited["published"]) == ("The mill", "1922-05-06")
    edited = client.patch(path, json={"published": None}).json()
    assert (edited["title"], edited["published"]) == ("The mill", None)
    assert client.put(path, json=changed).status_code == 200
    assert client.get(path).json()["title"] == "<b>T</b>"
    assert client.patch(path, json={"text": "x"}).status_code == 422
    assert client.patch("/api/articles/nobody", json={"title": "x"}).status_code == 404
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.get(path).status_code == 404
    assert "19" not in (client.post("/api/ask", json=asked).json()["text"] or "")


def test_collections_are_apart(client: TestClient) -> None:
    assert client.post("/api/collections", json={"name": "Empty"}).status_code == 201
    assert client.post("/api/collections", json={"name": "Empty"}).status_code == 409
    assert "Empty" in client.get("/api/collections").json()["collections"]
    empty = client.post("/api/ask", json={**QUESTION, "collection": "Empty"}).json()
    assert empty["text"] is None


@pytest.mark.parametrize("name", ["../main", "..", "/etc", "a/../../b", "nowhere", "\u0000"])
def test_a_collection_in_a_request_cannot_leave_the_folder(client: TestClient, name: str) -> None:
    reply = client.post("/api/ask", json={**QUESTION, "collection": name})
    assert reply.status_code == 404
    assert client.get("/api/articles", params={"collection": name}).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"question": 1}',
        b'{"question": "  "}',
        b'{"question": "\\ud800"}',
        b'{"question": "a", "since": "soon"}',
        b'{"question": "a", "more": 1}',
        b"\xff\xfe",
        b'{"question": "' + b"x" * 3_000 + b'"}',
    ],
)
def test_bad_requests_are_refused_in_a_line(client: TestClient, body: bytes) -> None:
    reply = client.post("/api/ask", content=body, headers={"content-type": "application/json"})
    assert reply.status_code in (400, 422)
    assert isinstance(reply.json()["detail"], str)


def test_documentation_and_counters_are_there(client: TestClient) -> None:
    docs = client.get("/api/docs")
    assert "/api/ask" in docs.text
    # Addresses stand in examples; nothing is loaded from one.
    assert not re.search(
        r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|url\(|@import""", docs.text
    )
    assert client.get("/api/openapi.json").json()["paths"]["/api/ask"]
    assert client.get("/api/health").json()["status"] == "ok"
    assert b"article_qa_questions_total{" in client.get("/api/metrics").content


def test_every_reply_forbids_what_comes_from_elsewhere(client: TestClient) -> None:
    for path in ("/", "/api/health"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_nothing_on_the_page_comes_from_elsewhere(client: TestClient) -> None:
    page = client.get("/").text
    assert "googleapis" not in page
    assert '"analytics_enabled":true' not in page.replace(" ", "")


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=/etc/passwd",
        "/file=/etc/passwd",
        "/gradio_api/file=../../etc/passwd",
        "/gradio_api/file={store}",
        "/static/../../../../etc/passwd",
        "/fonts/../page.css",
        "/fonts/%2e%2e%2fpage.woff2",
        "/assets/..%2f..%2f..%2f..%2fetc/passwd",
        "/gradio_api/proxy=http://127.0.0.1:1/",
        "/gradio_api/file=/proc/self/environ",
        "/gradio_api/file=http://127.0.0.1:1/",
    ],
)
def test_no_file_of_the_machine_is_served(client: TestClient, service: Service, path: str) -> None:
    store = service.library.collection().path / "articles.sqlite"
    assert store.exists()
    reply = client.get(path.format(store=store), follow_redirects=False)
    assert reply.status_code in (400, 401, 403, 404, 405, 422)
    assert b"root:" not in reply.content
    assert b"SQLite format" not in reply.content


def test_names_of_other_sites_are_refused(client: TestClient) -> None:
    assert client.get("/api/health", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"host": "127.0.0.1:7860"}).status_code == 200
    foreign = client.post("/api/ask", json=QUESTION, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    own = client.post("/api/ask", json=QUESTION, headers={"origin": "http://localhost"})
    assert own.status_code == 200


def test_bodies_are_bounded(client: TestClient) -> None:
    assert client.post("/api/ask", content=b"x" * 300_000).status_code == 413

    def chunks() -> Iterator[bytes]:
        for _ in range(40):
            yield b" " * 10_000

    headers = {"content-type": "application/json"}
    assert client.post("/api/ask", content=chunks(), headers=headers).status_code == 413


def test_a_body_that_does_not_come_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_SECONDS", 0.05)

    async def never() -> Any:
        await asyncio.sleep(60)

    body = bodies.Body(never, "/api/ask")
    with pytest.raises(bodies.RefusedError):
        in_a_loop(body.receive())
    assert body.refused is not None
    assert body.refused[0] == 408


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer wrong"}, 401),
        ({"authorization": "Basic !!!"}, 401),
        ({"authorization": "Bearer s3cret"}, 200),
        ({"x-api-key": "s3cret"}, 200),
        ({"authorization": "Basic YW5uOnB3"}, 200),
    ],
)
def test_a_key_or_password_is_asked_for(
    service: Service, headers: dict[str, str], status: int
) -> None:
    options = Options(auth="ann:pw", api_key="s3cret")
    guarded = TestClient(build_app(service, options), base_url="http://localhost", headers=headers)
    assert guarded.post("/api/ask", json=QUESTION).status_code == status
    assert guarded.get("/api/metrics").status_code == status
    if status == 401:
        assert guarded.post("/mcp", json={}).status_code == 401
        assert guarded.post("/gradio_api/run/predict", json={}).status_code == 401
    assert guarded.get("/api/health").status_code == 200


def test_a_proxy_may_show_the_page_under_a_path(service: Service) -> None:
    app = build_app(service, Options(root_path="/qa"))
    proxied = TestClient(app, base_url="http://news.example", root_path="/qa")
    assert proxied.get("/qa/api/health").status_code == 200
    assert proxied.post("/qa/api/ask", content=b"x" * 300_000).status_code == 413
    page = proxied.get("/qa/")
    assert page.status_code == 200
    assert "/qa" in page.text


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="cannot listen"):
            run(Options(tmp_path, tmp_path, port=taken.getsockname()[1]))


def test_a_server_that_is_stopped_at_once_is_not_aborted(
    tmp_path: Path, furnish: Callable[[Path], None], start_server: Callable[..., Any]
) -> None:
    furnish(tmp_path)
    running = start_server(tmp_path)
    # Models may still be loading in another thread.
    assert httpx.get(f"{running.url}/api/health", timeout=60).status_code == 200
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0
    assert "terminate called" not in (tmp_path / "server.log").read_text()


def test_sigterm_answers_what_was_accepted(
    tmp_path: Path, furnish: Callable[[Path], None], start_server: Callable[..., Any]
) -> None:
    furnish(tmp_path)
    running = start_server(tmp_path)
    statuses: list[int] = []
    client = httpx.Client(base_url=running.url, timeout=60)
    client.post("/api/ask", json=QUESTION)

    def ask(number: int) -> None:
        with httpx.Client(base_url=running.url, timeout=60) as own:
            question = {"question": f"Who met Kim Yong-chol on day {number}?"}
            statuses.append(own.post("/api/ask", json=question).status_code)

    with ThreadPoolExecutor(12) as pool:
        # A page that is open keeps a connection for ever; it must not hold up the end.
        stream = client.stream("GET", "/gradio_api/heartbeat/abc")
        with stream:
            for number in range(12):
                pool.submit(ask, number)
            while client.get("/api/health").json()["accepted"] < 6 and len(statuses) < 6:
                time.sleep(0.005)
            running.process.send_signal(signal.SIGTERM)
            # It ends while the page is still open.
            assert running.process.wait(200) == 0
    assert "Traceback" not in (tmp_path / "server.log").read_text()
    assert statuses.count(200) >= 6
    assert set(statuses) <= {200, 503}
