"""A server on the loopback, and a fetcher that is explicitly allowed to reach it."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from index.sources.fetcher import Fetcher
from index.sources.web import WebArticles

PAGE = (
    "<html><head><title>{0}</title></head><body><article><h1>{0}</h1><p>{0} is a page about "
    "the harbour of Rostock, where ships from many countries come and go every day.</p>"
    "<p>The second paragraph says that the mayor opened a new quay there.</p></article></body>"
    "</html>"
)


class Site:
    def __init__(self):
        self.routes = {}
        self.requests = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                site.requests.append((self.path, time.monotonic(), self.headers["User-Agent"]))
                answer = site.routes.get(self.path)
                if callable(answer):
                    answer(self)
                    return
                status, kind, body, *headers = answer or (404, "text/html", b"")
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def page(self, path, title):
        self.routes[path] = (200, "text/html; charset=utf-8", PAGE.format(title).encode())

    def paths(self):
        return [path for path, _, _ in self.requests if path != "/robots.txt"]


def fetcher(**options):
    return Fetcher(may_connect=lambda address: address.is_loopback, **{"delay": 0.0, **options})


def read(site, *paths, known=lambda identity: False, **options):
    problems = []
    urls = [site.url + path for path in paths]
    return list(WebArticles(urls, problems.append, known, fetcher(**options))), problems
