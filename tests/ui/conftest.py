"""A server of its own for the tests, and a browser if there is one."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index import Collection
from qa.pipeline import Answerer

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from ui.service import Service

ROOT = Path(__file__).absolute().parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Server:
    """A running `article-qa serve`."""

    url: str
    process: "subprocess.Popen[str]"
    data: Path


def _start(data: Path, *options: str) -> Server:
    environment = {
        **os.environ,
        "XDG_DATA_HOME": str(data),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
    }
    environment.pop("QA_COLLECTION", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "qa.cli.main", "serve", "--port", "0", *options],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=(data / "server.log").open("w"),
        text=True,
        cwd=data,
    )
    assert process.stdout is not None
    for line in process.stdout:
        if address := re.search(r"http://\S+", line):
            return Server(address.group(0), process, data)
    raise AssertionError((data / "server.log").read_text()[-2_000:])


@pytest.fixture(scope="session")
def furnish(seed_collection: Path, furnish: Callable[[Path], None]) -> Callable[[Path], None]:
    """As for all tests, with the examples on the page, which each server would find anew."""
    with Collection(seed_collection) as collection:
        assert Answerer(collection).examples()
    return furnish


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, furnish: Callable[[Path], None]
) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("data")
    furnish(data)
    running = _start(data)
    yield running
    running.process.terminate()
    running.process.wait(60)


@pytest.fixture
def start_server() -> Iterator[Callable[..., Server]]:
    """Starts servers that are ended with the test."""
    started: list[Server] = []

    def start(data: Path, *options: str) -> Server:
        started.append(_start(data, *options))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()


@pytest.fixture(scope="module")  # Its event loop would be in the way of other modules' own.
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if path is None:
        pytest.skip("no chromium on this machine; install it to run the browser tests")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def tab(chromium: Any) -> Iterator[Any]:
    """The one tab of `page`: its second load costs a quarter of the first."""
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    opened = context.new_page()
    # Whatever opens a dialog or writes to the title is markup that came alive.
    opened.on("dialog", lambda dialog: pytest.fail(f"a dialog: {dialog.message}"))
    yield opened
    context.close()


@pytest.fixture
def page(tab: Any, server: Server) -> Iterator[Any]:
    """The page, as somebody sees it who was never there."""
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.goto(server.url)
    tab.locator("#aq-ask:enabled").wait_for()
    yield tab
    tab.unroute_all()
    # Only then: the page may write until it is gone.
    tab.goto("about:blank")
    tab.context.clear_cookies()
    tab.context.clear_permissions()
    session = tab.context.new_cdp_session(tab)
    session.send("Storage.clearDataForOrigin", {"origin": server.url, "storageTypes": "all"})
    session.detach()


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, furnish: Callable[[Path], None]
) -> "Iterator[Service]":
    """The parts that page, REST and MCP share, over a collection of the seed articles."""
    from ui.service import Service

    folder = tmp_path_factory.mktemp("service")
    furnish(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("QA_COLLECTION", raising=False)
        patch.setenv("XDG_DATA_HOME", str(folder))
        made = Service(None, folder / "others")
        made.warm_up()
        yield made
    made.close()


@pytest.fixture(scope="module")
def client(service: "Service") -> "TestClient":
    """The application of `service`, without a server."""
    from starlette.testclient import TestClient

    from ui.server import Options, build_app

    return TestClient(build_app(service, Options()), base_url="http://localhost")
