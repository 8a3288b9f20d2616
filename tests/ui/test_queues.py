"""Requests behind too many others are refused, and a change that takes long is told of."""

import threading
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient

from index.collection import Collection
from ui.queues import BusyError
from ui.server import Options, build_app
from ui.service import CHANGES_AT_ONCE, Query, Service

QUESTION = {"question": "Who is Kim Yong-chol?"}


def test_a_full_queue_refuses_with_a_time_to_come_back(service: Service) -> None:
    small = Service(None, service.library.collection().path / "none", workers=1, queue_limit=2)
    hold = threading.Event()
    # Work that waits for ever would keep the interpreter from ending where an assertion fails.
    held = [small.submit_work(partial(hold.wait, 60), "test") for _ in range(2)]
    refused = TestClient(build_app(small, Options()), base_url="http://localhost").post(
        "/api/ask", json=QUESTION
    )
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    with pytest.raises(BusyError):
        small.submit(Query("x"), "test")
    hold.set()
    assert all(work.result(5) for work in held)
    assert small.drain(5)
    small.close()
    with pytest.raises(BusyError):
        small.submit(Query("x"), "test")
    assert small.accepted == 0


@pytest.fixture
def held(service: Service, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Additions, replacements and deletions begin and then wait for this event."""
    go = threading.Event()
    for name in ("add", "remove"):
        real = getattr(Collection, name)

        def wait(*arguments: Any, real: Any = real) -> Any:
            assert go.wait(30)
            return real(*arguments)

        monkeypatch.setattr(Collection, name, wait)
    monkeypatch.setattr("ui.api.waiting.CHANGE_SECONDS", 0.2)
    yield go
    go.set()
    assert service.drain(30)
    service.ending = False


def test_a_change_that_takes_long_is_told_of_and_goes_on(
    service: Service, client: TestClient, held: threading.Event
) -> None:
    new = {"title": "Slow news", "text": "The slow train to Arlen takes nine hours."}
    late = client.post("/api/articles", json=new)
    assert late.status_code == 504
    assert "going on" in late.json()["detail"]
    where = late.json()["detail"].split("GET ")[1].split(" ")[0]
    assert client.get(where).status_code == 404
    asked = {"question": "How long does the slow train to Arlen take?"}
    assert "nine" not in (client.post("/api/ask", json=asked).json()["text"] or "")
    held.set()
    assert service.drain(30)
    assert client.get(where).json()["text"] == new["text"]
    assert "nine hours" in (client.post("/api/ask", json=asked).json()["text"] or "")
    assert client.post("/api/articles", json=new).json()["status"] == "unchanged"
    changed = {**new, "text": "The slow train to Arlen takes ten hours."}
    for send, before, after in (
        (lambda: client.put(where, json=changed), new["text"], changed["text"]),
        (lambda: client.delete(where), changed["text"], None),
    ):
        held.clear()
        assert send().status_code == 504
        assert client.get(where).json()["text"] == before
        held.set()
        assert service.drain(30)
        assert client.get(where).json().get("text") == after
    assert client.get(where).status_code == 404


def test_a_change_that_does_not_begin_in_time_never_happens(
    service: Service,
    client: TestClient,
    held: threading.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"The {number}th gate of Umber is shut." for number in range(CHANGES_AT_ONCE + 1)]
    replies = [client.post("/api/articles", json={"text": text}) for text in texts]
    assert [reply.status_code for reply in replies] == [504] * CHANGES_AT_ONCE + [503]
    assert "not begun" in replies[-1].json()["detail"]
    assert int(replies[-1].headers["retry-after"]) >= 1
    # Questions do not wait for changes.
    assert client.post("/api/ask", json=QUESTION).json()["text"]
    held.set()
    assert service.drain(30)
    stored = [
        article.text
        for article in service.library.collection().articles()
        if "Umber" in article.text
    ]
    assert sorted(stored) == texts[:-1]
    monkeypatch.setattr("ui.api.waiting.CHANGE_SECONDS", 60.0)
    assert client.post("/api/articles", json={"text": texts[-1]}).json()["status"] == "added"
    for article in client.get("/api/articles", params={"q": "umber"}).json()["articles"]:
        client.delete(f"/api/articles/{article['id']}")


def test_too_many_changes_are_refused_at_once(service: Service, held: threading.Event) -> None:
    small = Service(None, service.library.collection().path / "none", queue_limit=1)
    api = TestClient(build_app(small, Options()), base_url="http://localhost")
    assert api.post("/api/articles", json={"text": "One."}).status_code == 504
    refused = api.post("/api/articles", json={"text": "Two."})
    assert refused.status_code == 503
    assert int(refused.headers["retry-after"]) >= 1
    assert b'article_qa_refused_total{door="rest"} 1.0' in api.get("/api/metrics").content
    held.set()
    assert small.drain(30)
    small.close()
