"""Keys, passwords, cookies, and how long the wrong ones must wait."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from index.errors import UserError
from ui import auth
from ui.auth import COOKIE, Throttle
from ui.commands import serve
from ui.server import Options, build_app
from ui.service import Service

KEY = "tulip-9431"
CLOSED = [
    "/config",
    "/gradio_api/info",
    "/theme.css",
    "/gradio_api/heartbeat/a",
    "/gradio_api/file=/etc/passwd",
    "/gradio_api/startup-events",
    "/api/articles",
    "/api/collections",
    "/api/metrics",
]


def locked(service: Service, **options: str) -> TestClient:
    app = build_app(service, Options(api_key=KEY, **options))  # type: ignore[arg-type]
    return TestClient(app, base_url="http://localhost", follow_redirects=False)


def test_without_a_key_there_is_only_a_page_that_asks_for_it(service: Service) -> None:
    client = locked(service)
    shown = client.get("/")
    assert shown.status_code == 401
    assert 'name="key"' in shown.text
    assert "gradio" not in shown.text
    for path in CLOSED:
        assert client.get(path).status_code in (401, 404), path
    for path in ("/mcp", "/api/jobs", "/api/articles"):
        assert client.post(path, json={}).status_code == 401, path
    assert client.post("/gradio_api/run/predict", json={"data": []}).status_code == 401
    assert client.get("/api/health").status_code == 200


def test_the_page_asks_once_and_keeps_a_cookie(service: Service) -> None:
    client = locked(service)
    assert client.post("/login", data={"key": "rose"}).status_code == 401
    entered = client.post("/login", data={"key": KEY})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    line = entered.headers["set-cookie"]
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert "Secure" not in line
    assert KEY not in line
    assert client.get("/").status_code == 200
    assert client.get("/config").status_code == 200
    assert client.get("/api/articles").status_code == 200
    # After a restart it is still known, as long as the key is the same.
    again = locked(service)
    again.cookies.set(COOKIE, client.cookies[COOKIE])
    assert again.get("/config").status_code == 200
    with_key = TestClient(build_app(service, Options(api_key="rose")), base_url="http://localhost")
    with_key.cookies.set(COOKIE, client.cookies[COOKIE])
    assert with_key.get("/config").status_code == 401
    assert client.post("/logout").status_code == 303
    assert client.get("/config").status_code == 401


def test_a_name_and_password_open_the_page_too(service: Service) -> None:
    client = locked(service, auth="ann:p:w", root_path="/qa")
    assert client.post("/login", data={"name": "ann", "password": "p"}).status_code == 401
    headers = {"x-forwarded-proto": "https"}
    entered = client.post("/login", data={"name": "ann", "password": "p:w"}, headers=headers)
    assert entered.status_code == 303
    assert client.get("/config").status_code == 200


@pytest.mark.parametrize(
    ("auth", "api_key", "told", "untold"),
    [
        ("ann:pw", None, "a name and a password are needed", "key"),
        (None, KEY, "a key is needed", "password"),
        ("ann:pw", KEY, "; or a name and a password are needed", "pw"),
    ],
)
def test_who_sends_nothing_is_told_what_this_server_asks_for(
    service: Service, auth: str | None, api_key: str | None, told: str, untold: str
) -> None:
    app = build_app(service, Options(auth=auth, api_key=api_key))
    refused = TestClient(app, base_url="http://localhost").get("/api/articles")
    assert refused.status_code == 401
    assert told in refused.json()["detail"]
    assert untold not in refused.json()["detail"]


@pytest.mark.parametrize("sent", ["form", "bearer", "header", "basic"])
def test_wrong_keys_are_slowed_down(service: Service, sent: str) -> None:
    client = locked(service, auth="ann:pw")

    def attempt(secret: str) -> int:
        if sent == "form":
            return client.post("/login", data={"key": secret}).status_code
        headers = (
            {"x-api-key": secret} if sent == "header" else {"authorization": f"Bearer {secret}"}
        )
        if sent == "basic":
            return client.get("/api/collections", auth=("ann", secret)).status_code
        return client.get("/api/collections", headers=headers).status_code

    seen = [attempt(f"guess {number}") for number in range(20)]
    assert seen[:5] == [401] * 5
    assert seen[-1] == 429
    assert attempt("pw" if sent == "basic" else KEY) == 429, "a right guess is told apart"
    refused = client.get("/api/collections", headers={"x-api-key": "guess"})
    assert int(refused.headers["retry-after"]) >= 1
    assert client.get("/api/health").status_code == 200


def test_the_wait_doubles_and_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(auth.time, "monotonic", lambda: now)
    throttle, waits = Throttle(), []
    for _ in range(16):
        throttle.failed("10.1.2.3")
        waits.append(throttle.wait("10.1.2.3"))
        now += waits[-1]
    assert waits[:5] == [0, 0, 0, 0, 1]
    assert waits == sorted(waits)
    assert waits[-1] == 60
    assert throttle.wait("10.1.2.4") == 0
    now += 1_000
    throttle.failed("10.1.2.3")
    assert throttle.wait("10.1.2.3") == 0
    for _ in range(9):
        throttle.failed("2001:db8::1")
    # A customer has 2^64 of these addresses.
    assert throttle.wait("2001:db8::ffff") > 0
    assert throttle.wait("2001:db8:0:1::1") == 0
    for number in range(30_000):
        throttle.failed(str(number))
    assert len(throttle._failures) <= 10_000


def test_a_server_for_others_has_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Options] = []
    monkeypatch.setattr("ui.server.run", started.append)
    for variable in ("QA_AUTH", "QA_API_KEY"):
        monkeypatch.delenv(variable, raising=False)

    def start(*arguments: str) -> BaseException | None:
        return CliRunner().invoke(serve, arguments).exception

    for host in ("0.0.0.0", "::", "192.168.1.7", "news.example"):
        refused = start("--host", host)
        assert isinstance(refused, UserError)
        assert "--insecure" in str(refused)
        assert "\n" not in str(refused)
    assert not started
    for more in (["--insecure"], ["--api-key", "k"], ["--auth", "a:b"]):
        assert start("--host", "0.0.0.0", *more) is None
    for host in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        assert start("--host", host) is None
    assert len(started) == 7
    start("--allowed-host", "a.example", "--allowed-host", "b.example")
    assert started[-1].allowed_hosts == ("a.example", "b.example")


def test_only_allowed_names_are_answered(service: Service) -> None:
    options = Options(host="0.0.0.0", api_key=KEY, allowed_hosts=("News.example",))
    client = TestClient(build_app(service, options), base_url="http://news.example")
    for host, status in (
        ("news.example", 200),
        ("NEWS.example:8080", 200),
        ("localhost:7860", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("news.example.evil.example", 421),
        ("", 421),
    ):
        assert client.get("/api/health", headers={"host": host}).status_code == status, host
