"""Fetching: from where, how much of it, and how politely."""

import gzip
import threading
from ipaddress import ip_address
from itertools import pairwise

import pytest

from index.errors import UserError
from index.sources.fetcher import _RETRY, Fetched, Fetcher, _asked_to_wait
from index.sources.public_addresses import connect, is_public
from tests.index.website import PAGE, fetcher, read


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "172.16.9.9",
        "169.254.169.254",
        "0.0.0.0",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "224.0.0.1",
        "100.64.0.1",
        "255.255.255.255",
        "::",
        "192.0.0.1",
        "192.0.0.9",
        "192.0.0.192",
        "192.0.2.80",
        "192.88.99.2",
        "198.19.255.1",
        "203.0.113.254",
        "233.252.0.1",
        "168.63.129.16",
        "3fff::1",
        "3fff:fff:ffff::1",
        "::5db8:d822",
        "::8.8.8.8",
        "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8",
        "64:ff9b:1::808:808",
        "64:ff9b::a00:1",
        "100::1",
        "100:0:0:1::1",
        "2001::1",
        "2001:2::1",
        "2001:20::1",
        "2001:1ff::1",
        "2001:db8::80",
        "2002:808:808::1",
        "5f00::1",
        "fec0::1",
        "ff0e::1",
        "4000::1",
    ],
)
def test_addresses_that_are_not_of_the_open_internet(address):
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "2001:4860:4860::8888",
        "93.184.216.34",
        "192.0.1.1",
        "192.88.98.1",
        "100.128.0.1",
        "168.63.129.17",
        "172.32.0.1",
        "198.20.0.1",
        "223.255.255.254",
        "64:ff9b::808:808",
        "2001:200::1",
        "2003::1",
        "2620:4f:8000::1",
        "3ffe::1",
        "2a00:1450::1",
    ],
)
def test_addresses_of_the_open_internet(address):
    assert is_public(ip_address(address))


def test_by_default_the_loopback_is_refused(site):
    site.page("/page", "Page")
    for host in (site.url, site.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(UserError, match="no public address"):
            Fetcher(delay=0).fetch(f"{host}/page")
    assert not site.requests


def test_a_redirect_to_a_forbidden_address_is_refused(site):
    only = site.server.server_port
    site.routes["/away"] = (302, "text/html", b"", ("Location", "http://169.254.169.254/latest"))
    guarded = Fetcher(lambda address: address.is_loopback and only > 0, delay=0)
    with pytest.raises(UserError, match=r"169\.254\.169\.254"):
        guarded.fetch(f"{site.url}/away")


def test_a_redirect_to_another_scheme_is_refused(site):
    site.routes["/away"] = (302, "text/html", b"", ("Location", "file:///etc/passwd"))
    with pytest.raises(UserError, match="not an address"):
        fetcher().fetch(f"{site.url}/away")


def test_a_name_that_resolves_anew_is_connected_to_where_it_was_checked(site, monkeypatch):
    answers = iter(["127.0.0.1", "10.0.0.1"])
    asked = []

    def resolve(host, port, *rest, **options):
        asked.append(host)
        return [(2, 1, 6, "", (next(answers), port))]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    connection = connect(
        "rebinding.example", site.server.server_port, 5.0, lambda address: address.is_loopback
    )
    assert connection.getpeername()[0] == "127.0.0.1"
    assert asked == ["rebinding.example"]
    connection.close()


def test_one_forbidden_address_among_several_is_enough(monkeypatch):
    both = [(2, 1, 6, "", ("8.8.8.8", 80)), (2, 1, 6, "", ("127.0.0.1", 80))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *arguments, **options: both)
    with pytest.raises(OSError, match="no public address"):
        connect("mixed.example", 80, 1.0, is_public)


@pytest.mark.parametrize(
    ("stated", "least", "most"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("999999", 60, 60),
        ("9" * 5_000, 0, 60),
        ("soon", 2, 2),
        ("", 2, 2),
        ("Thu, 01 Jan 2009 10:00:00 GMT", 0, 0),
        ("Fri, 01 Jan 2999 10:00:00 GMT", 60, 60),
        ("Fri, 99 Jan 99999 10:00:00 GMT", 0, 60),
    ],
)
def test_a_server_that_is_overloaded_is_asked_again_when_it_says(stated, least, most):
    second = _RETRY.increment("GET").increment("GET")
    response = Fetched("http://busy.example", 503, retry_after=stated)
    assert least <= _asked_to_wait(second, response) <= most


def test_robots_are_respected(site):
    site.page("/open", "Open")
    site.page("/private/x", "Private")
    site.routes["/robots.txt"] = (200, "text/plain", b"User-agent: *\nDisallow: /private\n")
    articles, problems = read(site, "/open", "/private/x")
    assert [article.title for article in articles] == ["Open"]
    assert len(problems) == 1
    assert "robots.txt" in problems[0]
    assert site.paths() == ["/open"]


def test_a_server_whose_robots_fail_is_left_alone(site):
    site.page("/open", "Open")
    site.routes["/robots.txt"] = (500, "text/plain", b"")
    assert not read(site, "/open")[0]


def test_requests_keep_their_distance(site):
    for number in range(3):
        site.page(f"/{number}", f"Page {number}")
    read(site, "/0", "/1", "/2", delay=0.5)
    times = [at for _, at, _ in site.requests]
    # They are sent half a second apart; on a busy machine one may arrive late and the next not.
    assert all(later - earlier > 0.45 for earlier, later in pairwise(times))


def test_sizes_and_bombs_are_bounded(site):
    bomb = gzip.compress(b"a" * 30_000_000)
    site.routes["/bomb"] = (200, "text/html", bomb, ("Content-Encoding", "gzip"))
    site.routes["/large"] = (200, "text/html", b"b" * 11_000_000)
    articles, problems = read(site, "/bomb", "/large")
    assert not articles
    assert all("larger than" in problem for problem in problems)
    assert len(problems) == 2


def test_a_server_that_trickles_is_left(site):
    def trickle(handler):
        handler.send_response(200)
        handler.end_headers()
        while not over.wait(0.05):
            handler.wfile.write(b"x")
            handler.wfile.flush()

    over = threading.Event()
    site.routes["/slow"] = trickle
    try:
        articles, problems = read(site, "/slow", seconds=0.5)
    finally:
        over.set()
    assert not articles
    assert "longer than" in problems[0]


def test_a_busy_server_is_asked_again(site):
    answers = iter([(503, "text/html", b"", ("Retry-After", "0"))])

    def busy_once(handler):
        status, kind, body, *_ = next(answers, (200, "text/html", PAGE.format("Later").encode()))
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Retry-After", "0")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    site.routes["/busy"] = busy_once
    (article,), _ = read(site, "/busy")
    assert article.title == "Later"


@pytest.mark.parametrize(
    "url", ["http://", "https:///page", "http://user:secret@example.com/", "http://[::1", "ftp://x"]
)
def test_addresses_that_are_none(url):
    with pytest.raises(UserError):
        fetcher().fetch(url)
