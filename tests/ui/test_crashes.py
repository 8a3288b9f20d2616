"""A server is killed while articles come and go: nothing that it confirmed is lost."""

import http.client
import json
import random
import threading
from collections import defaultdict
from urllib.parse import quote, urlsplit

from index.collection import Collection
from index.maintenance.verify import check
from tests.index.helpers import make_article
from ui.uploads import pasted

ARTICLES = 25


class Client:
    """Changes articles over HTTP until the server dies, and notes what may be stored then."""

    def __init__(self, url, numbers, chance):
        self.address = urlsplit(url).netloc
        self.numbers = numbers
        self.chance = chance
        self.confirmed = 0

    def work(self, possible):
        """Go on for ever; `possible` maps ids to the texts that may be stored, None for none."""
        try:
            while True:
                self.change(possible)
        except (OSError, http.client.HTTPException):
            return

    def change(self, possible):
        number = self.chance.choice(self.numbers)
        text = make_article(number, self.chance.randrange(4), self.chance.randrange(4, 12)).text
        body = {
            "title": f"Title {number}",
            "text": text,
            "source": f"https://paper.example/{number}",
        }
        article = pasted(**body, published=None)
        if self.chance.random() < 0.2:
            possible[article.id] |= {None}
            status = self.send("DELETE", f"/api/articles/{quote(article.id)}")
            assert status in (204, 404), status
            possible[article.id] = {None}
        else:
            possible[article.id] |= {article.text}
            status = self.send("POST", "/api/articles", body)
            assert status in (200, 201), status
            possible[article.id] = {article.text}
        self.confirmed += 1

    def send(self, method, path, body=None):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        headers = {"Content-Type": "application/json"}
        try:
            connection.request(method, path, body and json.dumps(body), headers)
            reply = connection.getresponse()
            reply.read()
            return reply.status
        finally:
            connection.close()


def test_a_server_that_is_killed_loses_nothing(tmp_path, start_server, request):
    folder = tmp_path / "collection"
    Collection(folder, create=True).close()
    possible = defaultdict(lambda: {None})
    chance = random.Random(5)
    confirmed = 0
    for _ in range(request.config.getoption("--serve-kills")):
        server = start_server(tmp_path, "--collection", str(folder))
        # Two clients, each with articles of its own: what is possible is known for each.
        clients = [
            Client(server.url, list(range(first, ARTICLES, 2)), random.Random(chance.random()))
            for first in (0, 1)
        ]
        threads = [threading.Thread(target=client.work, args=(possible,)) for client in clients]
        for thread in threads:
            thread.start()
        threads[0].join(chance.uniform(0.2, 4.0))
        server.process.kill()
        server.process.wait()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
        confirmed += sum(client.confirmed for client in clients)
        assert_kept(folder, possible)
    assert confirmed > 0


def assert_kept(folder, possible):
    with Collection(folder) as collection:
        for article_id, texts in possible.items():
            article = collection.article(article_id)
            text = article and article.text
            assert text in texts, f"{article_id} is none of what it may be"
            possible[article_id] = {text}
        assert check(collection).problems == []
