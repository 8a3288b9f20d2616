"""The REST API beyond its answers: statuses, links, descriptions."""

import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from ui.server import Options, build_app
from ui.service import Service

GUIDE = Path(__file__).parents[2] / "docs/serving.md"
SITE = "https://news.example"
ARTICLE = {
    "title": "Ferry",
    "text": "The Vessen ferry costs 8 crowns.",
    "source": "http://a.example/f",
}


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/ask", "OPTIONS, POST"),
        ("DELETE", "/api/search", "OPTIONS, POST"),
        ("POST", "/api/health", "GET, HEAD, OPTIONS"),
        ("PUT", "/api/articles", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/api/collections/main", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("PATCH", "/api/jobs/x", "DELETE, GET, HEAD, OPTIONS"),
    ],
)
def test_another_method_is_told_which_are_possible(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert reply.headers["allow"] == allowed
    assert allowed.split(", ", maxsplit=1)[0] in reply.json()["detail"]
    assert client.options(path).headers["allow"] == allowed
    assert client.get("/api/nothing/here").status_code == 404


@pytest.mark.parametrize("path", ["/api/health", "/api/articles", "/api/docs", "/api/openapi.json"])
def test_head_says_what_get_would_without_the_body(client: TestClient, path: str) -> None:
    head, got = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert client.head("/api/articles/nobody").status_code == 404


def test_a_status_says_whether_an_article_is_new(client: TestClient) -> None:
    first = client.post("/api/articles", json=ARTICLE)
    assert (first.status_code, first.json()["status"]) == (201, "added")
    assert client.get(first.headers["location"]).json()["title"] == "Ferry"
    again = client.post("/api/articles", json=ARTICLE)
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    second = client.post("/api/articles", json={**ARTICLE, "text": "It costs 9 crowns."})
    assert (second.status_code, second.json()["status"]) == (200, "updated")
    assert client.delete(second.headers["location"]).status_code == 204


def test_collections_are_made_renamed_and_deleted(client: TestClient) -> None:
    made = client.post("/api/collections", json={"name": "Low shelf"})
    assert made.status_code == 201
    path = made.headers["location"]
    assert client.post("/api/collections", json={"name": "low Shelf"}).status_code == 409
    added = client.post("/api/articles", params={"collection": "Low shelf"}, json=ARTICLE)
    assert client.get(added.headers["location"]).status_code == 200
    renamed = client.patch(path, json={"name": "High shelf"})
    assert renamed.json() == {"name": "High shelf", "articles": 1, "passages": 1}
    assert client.get(path).status_code == 404
    high = f"/api/collections/{quote('High shelf')}"
    assert client.patch(high, json={"name": "main"}).status_code == 409
    assert client.delete(high).status_code == 204
    assert client.get(high).status_code == 404
    assert "High shelf" not in client.get("/api/collections").json()["collections"]
    for change in (client.delete, lambda main: client.patch(main, json={"name": "x"})):
        assert change("/api/collections/main").status_code == 400


def test_a_list_is_walked_by_its_links(client: TestClient) -> None:
    params = {"collection": "Walk"}
    client.post("/api/collections", json={"name": "Walk"})
    for number in range(5):
        body = {
            "title": f"T{4 - number}",
            "text": f"Text {number}.",
            "published": f"201{number}-01-01",
        }
        client.post("/api/articles", params=params, json=body)
    titles, path = [], "/api/articles?collection=Walk&limit=2&sort=title"
    while path:
        reply = client.get(path)
        titles += [article["title"] for article in reply.json()["articles"]]
        path = reply.json()["next"]
        assert (path is not None) == ('rel="next"' in reply.headers.get("link", ""))
    assert titles == ["T0", "T1", "T2", "T3", "T4"]
    newest = client.get("/api/articles", params={**params, "sort": "newest"}).json()["articles"]
    assert [article["title"] for article in newest] == titles
    assert client.get("/api/articles", params={"sort": "x"}).status_code == 422


def test_several_questions_are_answered_together(client: TestClient) -> None:
    questions = ["Who is Kim Yong-chol?", "   ", "when was the Singapore summit"]
    reply = client.post("/api/ask", json={"questions": questions})
    assert reply.status_code == 200
    first, second, third = reply.json()["answers"]
    alone = client.post("/api/ask", json={"question": questions[0]}).json()
    assert (first["text"], first["citations"]) == (alone["text"], alone["citations"])
    assert "question" in second["detail"]
    assert third["text"]
    for body in ({"questions": []}, {"questions": ["a"], "history": []}, {"questions": ["a"] * 33}):
        refused = client.post("/api/ask", json=body)
        assert refused.status_code == 422
        assert "one question" not in refused.text
    assert client.post("/api/ask", json={}).json()["detail"] == "question: is missing"


def test_only_a_site_that_is_let_in_may_ask_from_its_pages(service: Service) -> None:
    app = build_app(service, Options(host="0.0.0.0", api_key="k", cors_origins=(SITE,)))
    with TestClient(app, base_url="http://localhost") as client:
        wanted = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization",
        }
        allowed = client.options("/api/ask", headers={"origin": SITE, **wanted})
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == SITE
        assert "authorization" in allowed.headers["access-control-allow-headers"].lower()
        assert "access-control-allow-credentials" not in allowed.headers
        body = {"question": "Who is Kim Yong-chol?"}
        key = {"authorization": "Bearer k"}
        reply = client.post("/api/ask", json=body, headers={"origin": SITE, **key})
        assert reply.status_code == 200
        assert reply.headers["access-control-allow-origin"] == SITE
        keyless = client.post("/api/ask", json=body, headers={"origin": SITE})
        assert keyless.status_code == 401
        for origin, path in (
            ("https://evil.example", "/api/ask"),
            (SITE, "/gradio_api/run/predict"),
        ):
            refused = client.options(path, headers={"origin": origin, **wanted})
            assert refused.status_code == 403
            assert not any(name.startswith("access-control-") for name in refused.headers)
            posted = client.post(path, json=body, headers={"origin": origin, **key})
            assert posted.status_code == 403


def test_the_description_names_and_explains_everything(client: TestClient) -> None:
    schema = client.get("/api/openapi.json").json()
    operations = [method for methods in schema["paths"].values() for method in methods.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names)) > 15
    assert all("_api_" not in name for name in names)
    assert {"add_files", "ask", "rename_collection"} <= set(names)
    for operation in operations:
        assert operation["description"]
        assert operation["tags"]
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] == "path" or parameter.get("description"), parameter
    for name, model in schema["components"]["schemas"].items():
        for field, described in model.get("properties", {}).items():
            assert described.get("description"), f"{name}.{field}"
    assert set(schema["components"]["securitySchemes"]) == {"key", "keyHeader", "password"}
    (secured,) = (operation for operation in operations if operation["operationId"] == "ask")
    assert {"key": []} in secured["security"]


def test_the_documentation_can_be_tried(page: Any, server: Any) -> None:
    page.goto(f"{server.url}/api/docs")
    section = page.locator("section").filter(has_text="/api/ask").first
    section.get_by_text("Try it").click()
    section.get_by_role("button", name="Send").click()
    reply = section.locator("pre", has_text="200")
    reply.wait_for(timeout=60_000)
    assert '"citations"' in reply.inner_text()


def test_the_requests_of_the_guide_are_answered(client: TestClient) -> None:
    lines = re.findall(r"^curl -s ((?!.*-F)(?!.*/jobs).+)$", GUIDE.read_text(), re.MULTILINE)
    assert len(lines) > 5
    article = client.get("/api/articles").json()["articles"][0]["id"]
    for line in lines:
        words = shlex.split(line.replace("articles/ID", f"articles/{article}"))
        given = dict(pairwise(words))
        address = next(word for word in words if word.startswith("http://"))
        method = given.get("-X") or ("POST" if "-d" in given else "GET")
        path = address.removeprefix("http://127.0.0.1:7860")
        headers = {"content-type": "application/json"}
        reply = client.request(method, path, content=given.get("-d"), headers=headers)
        if "conversations/ID" in path:
            assert reply.json()["detail"] == "no conversation of this id"
        else:
            assert reply.status_code == 200, (line, reply.text)
