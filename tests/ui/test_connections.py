"""Connections that ask nothing are closed, and cannot keep others out."""

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from ui import connections
from ui.connections import Connection


async def hello(scope, receive, send):
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"hi"})


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A server with room for ten, where a head may take half a second."""
    monkeypatch.setattr(connections, "HEADER_SECONDS", 0.5)
    monkeypatch.setattr(Connection, "most", 10)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(hello, http=Connection, ws="none", log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(10)


def closes(connection: socket.socket) -> bool:
    """Return whether the other side ends it."""
    connection.settimeout(20)
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_head_that_does_not_come_ends_the_connection(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(sent)
        assert closes(connection)


@pytest.mark.parametrize("first", [b"", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"])
def test_a_drop_now_and_then_does_not_keep_it_open(port: int, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(first)
        with pytest.raises(OSError, match=r"."):  # noqa: PT012
            for _ in range(400):
                connection.sendall(b"X" if first else b"G")
                time.sleep(0.05)


def test_the_idle_make_room_for_those_who_ask(port: int) -> None:
    idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    for _ in range(5):
        assert httpx.get(f"http://127.0.0.1:{port}", timeout=20).text == "hi"
    for connection in idle:
        connection.close()
