"""Questions of the page in their turn, and each person's own conversations."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from ui.conversations.store import Conversations, new_id
from ui.dialogues import Dialogues
from ui.queues import BusyError
from ui.server import Options, build_app
from ui.service import Service


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    app = build_app(service, Options())
    with TestClient(app, base_url="http://localhost", follow_redirects=False) as made:
        yield made


def asked(question: str, **more: Any) -> dict[str, Any]:
    return {"key": new_id(), "question": question, "collection": "main", **more}


def settled(client: TestClient, conversation: str) -> dict[str, Any]:
    """The conversation once nothing is under way."""
    state = client.get(f"/page/conversations/{conversation}").json()
    while state["busy"]:
        path = f"/page/conversations/{conversation}?seen={state['seen']}"
        state = client.get(path).json()
    return state  # type: ignore[no-any-return]


def ask(client: TestClient, conversation: str, question: str, **more: Any) -> dict[str, Any]:
    path = f"/page/conversations/{conversation}/questions"
    reply = client.post(path, json=asked(question, **more))
    assert reply.status_code == 200, reply.text
    return settled(client, conversation)


def test_questions_asked_at_once_are_answered_in_their_order(client: TestClient) -> None:
    conversation = new_id()
    path = f"/page/conversations/{conversation}/questions"
    questions = ["Who is Kim Yong-chol?", "When was the Singapore summit?", "Who is Mike Pompeo?"]
    for question in questions:
        assert client.post(path, json=asked(question)).status_code == 200
    state = settled(client, conversation)
    assert [turn["settled"] for turn in state["turns"]] == [True] * 3
    kept = client.get(f"/api/conversations/{conversation}").json()
    assert [exchange["question"] for exchange in kept["exchanges"]] == questions
    assert all(exchange["answer"]["text"] for exchange in kept["exchanges"])
    assert kept["name"] == questions[0]


def test_a_follow_up_leans_on_what_was_answered_before_it(client: TestClient) -> None:
    conversation = new_id()
    path = f"/page/conversations/{conversation}/questions"
    client.post(path, json=asked("Who delivered a letter to Trump?"))
    client.post(path, json=asked("Where did he arrive on Friday?"))
    settled(client, conversation)
    exchanges = client.get(f"/api/conversations/{conversation}").json()["exchanges"]
    assert "Kim Yong-chol" in exchanges[1]["answer"]["understood_as"]


def test_the_same_question_sent_again_is_asked_once(client: TestClient) -> None:
    conversation, body = new_id(), asked("Who is Kim Yong-chol?")
    for _ in range(2):
        client.post(f"/page/conversations/{conversation}/questions", json=body)
    assert settled(client, conversation)["count"] == 1


def test_evidence_is_that_of_the_question(client: TestClient) -> None:
    conversation = new_id()
    ask(client, conversation, "Who is Kim Yong-chol?")
    ask(client, conversation, "Who is Mike Pompeo?")
    for number, name in enumerate(["Kim Yong-chol", "Mike Pompeo"]):
        path = f"/page/conversations/{conversation}/evidence/{number}"
        html = client.get(path).json()["html"]
        assert html.startswith(f'<p class="aq-about">On <q>Who is {name}?</q>')
        assert "<mark>" in html
    for number in (2, -1, 99):
        path = f"/page/conversations/{conversation}/evidence/{number}"
        assert client.get(path).status_code == 400


class LockWithGap:
    """A lock; once armed, something happens right after it is let go of."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.then: Callable[[], None] | None = None

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *error: object) -> None:
        then, self.then = self.then, None
        self._lock.release()
        if then is not None:
            then()


def test_a_question_that_comes_between_two_steps_is_asked_once(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversations = Conversations(tmp_path)
    dialogues = Dialogues(service, conversations)
    lock = LockWithGap()
    monkeypatch.setattr(dialogues, "_lock", lock)
    submitted = []
    submit, settle, conversation = service.submit, conversations.settle, new_id()

    def counted(query: Any, *rest: Any) -> Any:
        submitted.append(query.question)
        return submit(query, *rest)

    def settle_and_arm(*arguments: Any, **more: Any) -> None:
        settle(*arguments, **more)
        if len(submitted) == 1:
            # It comes when the line of the first has just become empty.
            lock.then = partial(dialogues.ask, "p", conversation, new_id(), "thanks", "main")

    monkeypatch.setattr(service, "submit", counted)
    monkeypatch.setattr(conversations, "settle", settle_and_arm)
    dialogues.ask("p", conversation, new_id(), "hello", "main")
    due = time.monotonic() + 60
    while len(conversations.get("p", conversation).exchanges) < 2 or (
        dialogues.statuses(conversation)
    ):
        assert time.monotonic() < due
        time.sleep(0.01)
    assert submitted == ["hello", "thanks"]
    conversations.close()


def test_stopped_questions_are_told_and_can_be_asked_again(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = new_id()
    ask(client, conversation, "Who is Kim Yong-chol?")
    with monkeypatch.context() as slow:
        answer = service._answer
        slow.setattr(service, "_answer", lambda *given: (time.sleep(1), answer(*given))[1])
        path = f"/page/conversations/{conversation}/questions"
        client.post(path, json=asked("Who is Mike Pompeo?"))
        client.post(path, json=asked("When was the Singapore summit?"))
        state = client.post(f"/page/conversations/{conversation}/stop").json()
    assert not state["busy"]
    assert [turn["html"].count("stopped") for turn in state["turns"]] == [0, 1, 1]
    time.sleep(1.5)  # The one that had begun comes to its end, and is not shown.
    assert "stopped" in settled(client, conversation)["turns"][1]["html"]
    assert client.post(f"{path}/1/again").status_code == 200
    assert "Pompeo" in settled(client, conversation)["turns"][1]["html"]
    kept = client.get(f"/api/conversations/{conversation}").json()["exchanges"]
    assert kept[1]["answer"]["text"]
    assert client.post(f"{path}/9/again").status_code == 400


def test_a_server_that_is_too_busy_says_so_in_the_conversation(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise BusyError("questions")

    monkeypatch.setattr(service, "submit", refuse)
    conversation = new_id()
    state = ask(client, conversation, "Who is Kim Yong-chol?")
    assert "too many questions at once" in state["turns"][0]["html"]


def test_what_was_under_way_when_the_server_ended_can_be_asked_again(
    service: Service, client: TestClient
) -> None:
    conversation = new_id()
    kept = Conversations(service.library.folder)
    kept.ask("owner", conversation, "key", "Who is Kim Yong-chol?", "main")
    kept.close()
    state = client.get(f"/page/conversations/{conversation}").json()
    assert not state["busy"]
    assert "was stopped before this was answered" in state["turns"][0]["html"]
    client.post(f"/page/conversations/{conversation}/questions/0/again")
    assert "aq-answer" in settled(client, conversation)["turns"][0]["html"]


def test_a_deleted_conversation_is_not_brought_back_by_its_answer(service: Service) -> None:
    kept = Conversations(service.library.folder)
    dialogues, conversation = Dialogues(service, kept), new_id()
    dialogues.ask("owner", conversation, "key", "Who is Kim Yong-chol?", "main")
    kept.delete("owner", conversation)
    while dialogues.statuses(conversation):
        time.sleep(0.02)
    assert conversation not in {heading.id for heading in kept.list("owner")[1]}
    kept.close()


def test_filters_count_what_they_let_pass(client: TestClient) -> None:
    shown = client.post("/page/filters", json={"collection": "main"}).json()
    assert shown["chips"] == ""
    assert shown["sources"].count("<button") >= 1
    typed = {"collection": "main", "since": "2019", "until": "2019-01"}
    shown = client.post("/page/filters", json=typed).json()
    assert (shown["since"], shown["until"]) == ("2019-01-01", "2019-01-31")
    assert "1 of 2 articles" in shown["chips"]
    typed = {"collection": "main", "since": "last year", "today": "2020-05-05"}
    assert client.post("/page/filters", json=typed).json()["since"] == "2019-01-01"
    for wrong in ({"since": "soon"}, {"since": "2020", "until": "2019"}):
        reply = client.post("/page/filters", json={"collection": "main", **wrong})
        assert reply.status_code == 400
    conversation = new_id()
    state = ask(client, conversation, "Who is Kim Yong-chol?", since="2030")
    assert "No article passes the filters." in state["turns"][0]["html"]
    assert "published since 2030-01-01" in state["turns"][0]["html"]


def test_what_cannot_be_asked_is_refused_and_leaves_nothing(client: TestClient) -> None:
    conversation = new_id()
    path = f"/page/conversations/{conversation}/questions"
    for wrong, status in (
        ({"question": "  "}, 400),
        ({"question": "x" * 2_001}, 422),
        ({"since": "soon"}, 400),
        ({"collection": "no such"}, 404),
        ({"key": ""}, 422),
        ({"more": 1}, 422),
    ):
        body = {**asked("Who is Kim Yong-chol?"), **wrong}
        assert client.post(path, json=body).status_code == status, wrong
    assert client.get(f"/page/conversations/{conversation}").status_code == 404
    assert client.get("/page/assets/../page.css.js").status_code in (400, 404)
    assert client.get("/page/assets/secret.js").status_code == 400


def test_a_conversation_can_be_listed_named_exported_and_deleted(client: TestClient) -> None:
    conversation = new_id()
    ask(client, conversation, "Who is Kim *Yong-chol*?")
    ask(client, conversation, "What is the boiling point of molybdenum?")
    path = f"/api/conversations/{conversation}"
    named = client.patch(path, json={"name": "The # letter"}).json()
    assert (named["name"], named["questions"]) == ("The # letter", 2)
    matching = client.get("/api/conversations", params={"q": "molybdenum letter"}).json()
    assert [line["id"] for line in matching["conversations"]] == [conversation]
    assert matching["total"] == 1
    whole = client.get(path).json()
    answer = whole["exchanges"][0]["answer"]
    exported = client.get(f"{path}/export?format=json")
    assert json.loads(exported.text)["exchanges"] == whole["exchanges"]
    assert "attachment" in exported.headers["content-disposition"]
    text = client.get(f"{path}/export").text
    assert text.startswith("# The \\# letter\n")
    assert "## Who is Kim \\*Yong-chol\\*?" in text
    assert f"**{answer['text']}**" in text
    assert answer["citations"][0]["title"] in text
    assert "The articles do not say." in text
    for wrong in ({"name": ""}, {"name": "x" * 201}, {}, {"name": "a", "id": "b"}):
        assert client.patch(path, json=wrong).status_code == 422
    assert client.delete(path).status_code == 204
    for method in ("GET", "DELETE"):
        assert client.request(method, path).status_code == 404


def test_nobody_reads_what_another_has_asked(service: Service) -> None:
    def visitor(**options: Any) -> TestClient:
        app = build_app(service, Options(**options))
        return TestClient(app, base_url="http://localhost", follow_redirects=False)

    def meets(client: TestClient, conversation: str, **more: Any) -> set[int]:
        body = asked("Who is Kim Yong-chol?")
        inside = f"/page/conversations/{conversation}"
        api = f"/api/conversations/{conversation}"
        return {
            client.get(inside, **more).status_code,
            client.get(f"{inside}/evidence/0", **more).status_code,
            client.post(f"{inside}/questions", json=body, **more).status_code,
            client.post(f"{inside}/stop", **more).status_code,
            client.post(f"{inside}/questions/0/again", **more).status_code,
            client.post(
                f"{inside}/questions/0/verdict", json={"verdict": "like"}, **more
            ).status_code,
            client.get(api, **more).status_code,
            client.get(f"{api}/export", **more).status_code,
            client.patch(api, json={"name": "x"}, **more).status_code,
            client.delete(api, **more).status_code,
        }

    locked = {"auth": "ann:pw", "api_key": "tulip"}
    ann, holder = visitor(**locked), visitor(**locked)
    assert ann.post("/login", data={"name": "ann", "password": "pw"}).status_code == 303
    assert holder.post("/login", data={"key": "tulip"}).status_code == 303
    mine = new_id()
    ask(ann, mine, "Who is Kim Yong-chol?")
    assert meets(holder, mine) == {404}
    assert meets(visitor(**locked), mine) == {401}
    assert meets(visitor(**locked), mine, headers={"x-api-key": "tulip"}) == {404}
    assert ann.get(f"/api/conversations/{mine}").status_code == 200
    basic = visitor(**locked).get(f"/api/conversations/{mine}", auth=("ann", "pw"))
    assert basic.status_code == 200
    assert mine not in holder.get("/page/conversations").text
    # Without a login, what a browser asks over the network is that browser's.
    first, second = visitor(host="0.0.0.0"), visitor(host="0.0.0.0")
    first.get("/")
    second.get("/")
    theirs = new_id()
    ask(first, theirs, "Who is Kim Yong-chol?")
    assert meets(second, theirs) == {404}
    assert meets(visitor(host="0.0.0.0"), theirs) <= {400, 404}
    assert meets(first, mine) == {404}
    assert first.get(f"/page/conversations/{theirs}").status_code == 200


def test_nobody_watches_the_conversation_of_another(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.page.routes._WATCH_SECONDS", 3.0)
    public = Options(host="0.0.0.0")
    with (
        TestClient(build_app(service, public), base_url="http://localhost") as owner,
        TestClient(build_app(service, public), base_url="http://localhost") as stranger,
        ThreadPoolExecutor(2) as pool,
    ):
        owner.get("/")
        stranger.get("/")
        conversation = new_id()
        seen = ask(owner, conversation, "Who is Kim Yong-chol?")["seen"]
        path = f"/page/conversations/{conversation}?seen={seen}"
        watching = pool.submit(owner.get, path)
        refused = pool.submit(stranger.get, path)
        # The owner began to wait first, and is told that nothing changed only at the end.
        first, _ = wait((watching, refused), return_when=FIRST_COMPLETED)
        assert first == {refused}
        assert (refused.result().status_code, watching.result().status_code) == (404, 200)


def test_the_address_of_a_conversation_leads_to_the_page_and_survives_the_login(
    client: TestClient, service: Service
) -> None:
    reply = client.get("/c/abc_DEF-1?article=x%20y")
    assert (reply.status_code, reply.headers["location"]) == (303, "/?c=abc_DEF-1&article=x%20y")
    assert client.get("/c/a/b").status_code == 404
    app = build_app(service, Options(api_key="tulip", root_path="/qa"))
    site = "http://localhost"
    locked = TestClient(app, base_url=site, root_path="/qa", follow_redirects=False)
    shown = locked.get("/c/abc_DEF-1")
    assert shown.status_code == 401
    assert 'action="/qa/login?then=%2Fc%2Fabc_DEF-1"' in shown.text
    strangers = "//evil.example", "https://evil.example", "/\\evil", "/c/a\r\nx: y", ""
    ways = {"/c/abc_DEF-1": "/qa/c/abc_DEF-1", "/?q=a%20b": "/qa/?q=a%20b"}
    for then, where in (ways | dict.fromkeys(strangers, "/qa/")).items():
        entered = locked.post("/login", params={"then": then}, data={"key": "tulip"})
        assert (entered.status_code, entered.headers["location"]) == (303, where), then
