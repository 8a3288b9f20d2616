"""The server answers others while it reads what costs far more than its size."""

import threading
import time

import httpx

KELP = "The kelp festival was held on the shore by the town. "
TAKES_LONG = 300_000
BOMBS = {
    "attributes.html": "<p " + " ".join(f"a{n}=1" for n in range(40_000)) + f">{KELP * 3}</p>",
    "brackets.md": "[" * 100_000 + KELP,
    "dots.txt": "." * 60_000 + KELP,
    "good.txt": KELP * 3,
}


class Pulse:
    """Asks again and again whether the server is up.

    Attributes:
        slowest: Seconds that an answer took at most.
        answers: How many there were.
        seconds: How long it asked.
    """

    def __init__(self, url):
        self.slowest, self.answers, self.seconds = 0.0, 0, 0.0
        self._url = f"{url}/api/health"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self):
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._ended.set()
        self._thread.join()
        self.seconds = time.monotonic() - self._began

    def _ask(self):
        with httpx.Client(timeout=60) as client:
            while not self._ended.wait(0.1):
                self.slowest = max(self.slowest, client.get(self._url).elapsed.total_seconds())
                self.answers += 1


def test_uploads_that_cost_much_keep_nobody_waiting(page, server):
    files = [
        {"name": name, "mimeType": "text/plain", "buffer": content.encode()}
        for name, content in BOMBS.items()
    ]
    page.get_by_role("tab", name="Articles").click()
    with Pulse(server.url) as pulse:
        page.set_input_files(".aq-files", files)
        # Whether the machine is fast enough to read the costly ones is not asked here.
        for name in BOMBS:
            ended = page.locator(".aq-job li:is(.aq-done, .aq-failed)", has_text=name)
            ended.wait_for(timeout=TAKES_LONG)
        assert page.locator(".aq-job li.aq-done", has_text="good.txt").count() == 1
    # Reading them takes many times as long as the longest that anybody waits.
    assert pulse.answers > 5
    assert pulse.slowest < pulse.seconds / 2


def test_sent_texts_that_cost_much_keep_nobody_waiting(server):
    with Pulse(server.url) as pulse, httpx.Client(timeout=300) as client:
        for piece in (".", "–", "word "):
            article = {"text": KELP + piece * (40_000 // len(piece)), "source": f"bomb {piece}"}
            reply = client.post(f"{server.url}/api/articles", json=article)
            assert reply.status_code in (201, 504), reply.text
    assert pulse.answers > 5
    assert pulse.slowest < pulse.seconds / 2
