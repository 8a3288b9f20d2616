"""Addresses of the web, fetched politely and one at a time."""

import time
from dataclasses import dataclass
from threading import Timer
from urllib.parse import urldefrag, urljoin, urlsplit

import urllib3
from protego import Protego

from index.errors import UserError
from index.sources.inputs import MAX_ARTICLE_BYTES
from index.sources.public_addresses import GuardedPools, MayConnect, is_public

AGENT = "article-qa"
_USER_AGENT = f"{AGENT}/0.1"
_DELAY_SECONDS = 1.0
_LONGEST_DELAY_SECONDS = 60.0
_CONNECT_SECONDS = 10.0
_READ_SECONDS = 20.0
_TOTAL_SECONDS = 60.0
_REDIRECTS = 5
_REDIRECTING = (301, 302, 303, 307, 308)
_RETRY = urllib3.Retry(2, status_forcelist=(429, 503), backoff_factor=1.0)
"""Counts tries and reads `Retry-After`; waiting is left to the fetcher, which knows the host."""

_ROBOTS_BYTES = 500_000
_CHUNK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Fetched:
    """A response.

    Attributes:
        url: Its address, after all redirects.
        status: Status code of HTTP.
        content: The unpacked body; empty unless the status is 200.
        content_type: As the server states it, without parameters; "" if it does not.
        charset: The character encoding that the server states.
        location: The address that a redirect leads to.
        retry_after: The `Retry-After` header of a refusal.
    """

    url: str
    status: int
    content: bytes = b""
    content_type: str = ""
    charset: str | None = None
    location: str = ""
    retry_after: str = ""


class Fetcher:
    """Fetches one address at a time, with limits on targets, size, time and request rate.

    Proxies of the environment are not used: behind one, addresses could not be checked.

    Args:
        may_connect: Decides about each address before it is connected to; by default only
            public ones are. A test with a server of its own allows the loopback here.
        delay: Seconds between two requests to one host, unless its robots.txt asks for more.
        seconds: The most that one request may take.
    """

    def __init__(
        self,
        may_connect: MayConnect = is_public,
        delay: float = _DELAY_SECONDS,
        seconds: float = _TOTAL_SECONDS,
    ) -> None:
        self._guarded = GuardedPools(may_connect, _CONNECT_SECONDS)
        self._delay = delay
        self._seconds = seconds
        self._robots: dict[str, Protego | None] = {}
        self._next: dict[str, float] = {}

    def fetch(self, url: str, limit: int = MAX_ARTICLE_BYTES) -> Fetched:
        """Fetch an address, following redirects, if robots.txt allows each of them.

        Args:
            url: Of http or https.
            limit: The most bytes, unpacked.

        Raises:
            UserError: If that is not allowed or not possible; the message says why.
        """
        at = url
        for _ in range(_REDIRECTS + 1):
            if not self._allowed(at):
                raise UserError(f"{at}: its robots.txt forbids to fetch it")
            response = self._request_patiently(at, limit)
            if response.status not in _REDIRECTING:
                if response.status != 200:
                    raise UserError(f"{at}: the server answers with status {response.status}")
                return response
            at = _redirected(at, response.location)
        raise UserError(f"{url}: more than {_REDIRECTS} redirects")

    def _allowed(self, url: str) -> bool:
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        robots = self._robots[origin]
        # A server whose rules cannot be read is taken to forbid everything (RFC 9309, 2.3.1.4).
        return robots is not None and bool(robots.can_fetch(url, AGENT))

    def _read_robots(self, origin: str) -> Protego | None:
        at = f"{origin}/robots.txt"
        for _ in range(_REDIRECTS + 1):
            answer = self._request_patiently(at, _ROBOTS_BYTES, cut=True)
            if answer.status in _REDIRECTING:
                at = _redirected(at, answer.location)
            elif answer.status == 200:
                return Protego.parse(answer.content.decode("utf-8", errors="replace"))
            else:
                # No rules (4xx), or too broken to tell (5xx).
                return Protego.parse("") if answer.status < 500 else None
        return Protego.parse("")

    def _request_patiently(self, url: str, limit: int, *, cut: bool = False) -> Fetched:
        """Request an address, again if the server is overloaded, as late as it asks for."""
        retry = _RETRY
        while True:
            response = self._request(url, limit, cut=cut)
            if not retry.is_retry("GET", response.status):
                return response
            try:
                retry = retry.increment("GET", url)
            except urllib3.exceptions.MaxRetryError:
                return response
            wait = max(self._delay, _asked_to_wait(retry, response))
            self._next[_origin(url)] = time.monotonic() + wait

    def _request(self, url: str, limit: int, *, cut: bool) -> Fetched:
        parts = urlsplit(url)
        origin = _origin(url)
        self._wait(origin)
        late = False

        def break_off() -> None:
            nonlocal late
            late = True
            self._guarded.break_off()

        # Timeouts of single reads do not stop a server that sends a byte now and then.
        watchdog = Timer(self._seconds, break_off)
        watchdog.daemon = True
        watchdog.start()
        try:
            with self._guarded.pool(parts.scheme, parts.hostname or "", parts.port) as pool:
                response = pool.request(
                    "GET",
                    (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
                    headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "gzip, deflate"},
                    timeout=urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS),
                    redirect=False,
                    preload_content=False,
                )
                try:
                    fetched = _read(response, url, limit, cut=cut)
                finally:
                    response.close()
                if late:
                    # To a response without a stated length, the end came as if it were whole.
                    raise TimeoutError
                return fetched
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            reason = f"longer than {self._seconds:.0f} s" if late else _reason(error)
            raise UserError(f"{url}: cannot be fetched ({reason})") from None
        finally:
            watchdog.cancel()

    def _wait(self, origin: str) -> None:
        now = time.monotonic()
        due = self._next.get(origin, now)
        if due > now:
            time.sleep(due - now)
        robots = self._robots.get(origin)
        asked = (robots.crawl_delay(AGENT) or 0.0) if robots else 0.0
        delay = min(max(self._delay, float(asked)), _LONGEST_DELAY_SECONDS)
        self._next[origin] = max(due, now) + delay


def _asked_to_wait(retry: urllib3.Retry, response: Fetched) -> float:
    """Seconds until a server that was overloaded may be asked again."""
    try:
        stated = retry.parse_retry_after(response.retry_after) if response.retry_after else None
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):
        stated = None
    # The header may ask for more than anyone would wait.
    return min(_LONGEST_DELAY_SECONDS, retry.get_backoff_time() if stated is None else stated)


def _redirected(url: str, location: str) -> str:
    try:
        return urldefrag(urljoin(url, location)).url
    except ValueError:
        raise UserError(
            f"{url}: the server redirects to {location[:80]!r}, which is no address"
        ) from None


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UserError(f"{url}: not an address of the form https://host/page") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError(f"{url}: not an address of the form https://host/page")
    if parts.username is not None:
        raise UserError(f"{parts.hostname}: addresses with a password are not fetched")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")


def _read(response: urllib3.BaseHTTPResponse, url: str, limit: int, *, cut: bool) -> Fetched:
    headers = response.headers
    kind, _, parameters = headers.get("Content-Type", "").partition(";")
    charset = parameters.partition("charset=")[2].strip(" \"'").split(";")[0] or None
    if response.status != 200:
        return Fetched(
            url,
            response.status,
            location=headers.get("Location", ""),
            retry_after=headers.get("Retry-After", ""),
        )
    content = bytearray()
    for chunk in response.stream(_CHUNK_BYTES, decode_content=True):
        content += chunk
        if len(content) > limit:
            if cut:
                break
            raise UserError(f"{url}: larger than {limit / 1e6:.0f} MB")
    return Fetched(url, 200, bytes(content[:limit]), kind.strip().lower(), charset)


def _reason(error: BaseException) -> str:
    # urllib3 wraps what went wrong, with its own words before it.
    inner = next((cause for cause in error.args if isinstance(cause, OSError)), error)
    return (str(inner) or type(inner).__name__).splitlines()[0][:160]
