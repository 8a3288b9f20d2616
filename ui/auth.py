"""Keys, names with passwords, and the cookies that the page keeps of a login."""

import hashlib
import hmac
import time
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Mapping
from html import escape
from http.cookies import CookieError, SimpleCookie
from ipaddress import IPv6Address, ip_address
from urllib.parse import parse_qs, urlencode

COOKIE = "article-qa-login"
COOKIE_SECONDS = 30 * 86_400
KEY_HOLDER = "key"
"""The one person that all who have the key are."""

_FREE_FAILURES = 5
_LONGEST_WAIT = 60.0
_FORGET_SECONDS = 900.0
_MOST_ADDRESSES = 10_000


class Login:
    """Judges keys, passwords and cookies.

    Attributes:
        needed: Whether anything is asked for.
    """

    def __init__(self, auth: str | None, api_key: str | None) -> None:
        """Prepare.

        Args:
            auth: NAME:PASSWORD, or None.
            api_key: A key, or None.
        """
        self._auth = auth
        self._api_key = api_key
        self.needed = auth is not None or api_key is not None
        self.throttle = Throttle()
        self._name = f"name {(auth or '').partition(':')[0]}"
        self._cookies = {}
        if auth is not None:
            self._cookies[self._name] = _token(f"name {auth}\0{api_key}")
        if api_key is not None:
            self._cookies[KEY_HOLDER] = _token(f"key {auth}\0{api_key}")

    @property
    def challenge(self) -> str:
        """The scheme that a program is told to send."""
        return 'Basic realm="article-qa", charset="UTF-8"' if self._auth else "Bearer"

    @property
    def demand(self) -> str:
        """The credentials that a program which sends none is told to send."""
        ways = {
            "a key is needed: send it as 'Authorization: Bearer KEY'": self._api_key,
            "a name and a password are needed: send them as HTTP Basic": self._auth,
        }
        return "; or ".join(way for way, wanted in ways.items() if wanted is not None)

    def by_cookie(self, headers: Mapping[str, str]) -> str:
        """The person whose cookie of an earlier login comes with a request; "" for nobody."""
        given = cookie(headers, COOKIE)
        for person, wanted in self._cookies.items():
            if _same(given, wanted):
                return person
        return ""

    def by_header(self, headers: Mapping[str, str]) -> str | None:
        """The person whose key or password comes with a request; "" if wrong, None if none."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        key = headers.get("x-api-key")
        if not scheme and key is None:
            return None
        if self._api_key is not None:
            sent = given if scheme.lower() == "bearer" else key or ""
            if _same(sent, self._api_key):
                return KEY_HOLDER
        if self._auth is not None and scheme.lower() == "basic":
            try:
                if _same(b64decode(given, validate=True).decode(), self._auth):
                    return self._name
            except ValueError:
                return ""
        return ""

    def by_form(self, body: bytes) -> str:
        """The person whose key or password was typed on the login page; "" for nobody."""
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
        typed = {name: values[0] for name, values in fields.items()}
        pair = f"{typed.get('name', '')}:{typed.get('password', '')}"
        key = typed.get("key", "").strip()
        if self._auth is not None and _same(pair, self._auth):
            return self._name
        return KEY_HOLDER if self._api_key is not None and _same(key, self._api_key) else ""

    def set_cookie(self, person: str, path: str, *, secure: bool) -> str:
        """The header that makes a browser keep the login of a person."""
        return set_cookie(COOKIE, self._cookies[person], path, COOKIE_SECONDS, secure=secure)

    def page(self, root: str, problem: str = "", then: str = "/") -> bytes:
        """The page that asks for what is needed, for a server that is shown under `root`.

        Args:
            root: The path under which the server is shown.
            problem: What was wrong with what was typed before.
            then: Where to go from there, below `root`.
        """
        fields = ""
        if self._auth is not None:
            fields += _field("name", "Name", "text", "username")
            fields += _field("password", "Password", "password", "current-password")
        if self._api_key is not None:
            either = "Or the key of this server" if self._auth is not None else "Key of this server"
            fields += _field("key", either, "password", "off")
        told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
        action = escape(f"{root}/login?{urlencode({'then': then})}")
        style = _STYLE.replace("ROOT", escape(root))
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>article-qa</title>'
            f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
            "<body><main><h1>article<span>·</span>qa</h1>"
            "<p>Answers in the words of the articles</p>"
            f'{told}<form method="post" action="{action}">{fields}'
            "<button>Log in</button></form></main></body></html>"
        ).encode()


class Throttle:
    """The wait of an address after wrong keys: the first few are free, then it doubles."""

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Seconds before anything from this address is judged again; 0 if it is now."""
        count, last = self._failures.get(_network(address), (0, 0.0))
        if count < _FREE_FAILURES:
            return 0.0
        wait: float = min(_LONGEST_WAIT, 2.0 ** (count - _FREE_FAILURES))
        return max(0.0, last + wait - time.monotonic())

    def failed(self, address: str) -> None:
        """Count a wrong key or password."""
        network, now = _network(address), time.monotonic()
        count, last = self._failures.pop(network, (0, now))
        self._failures[network] = (count + 1 if now - last < _FORGET_SECONDS else 1, now)
        if len(self._failures) > _MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def succeeded(self, address: str) -> None:
        """Forget what an address did wrong before."""
        self._failures.pop(_network(address), None)


def cookie(headers: Mapping[str, str], name: str) -> str:
    """The value of a cookie of a request; empty if it is not there."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def set_cookie(name: str, value: str, path: str, seconds: int, *, secure: bool) -> str:
    """The header of a cookie that scripts and other sites never see."""
    line = f"{name}={value}; Path={path or '/'}; Max-Age={seconds}; HttpOnly; SameSite=Strict"
    return f"{line}; Secure" if secure else line


def _network(address: str) -> str:
    """An address, or of IPv6 the network of 64 bits that one customer is given whole."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or int(parsed) >> 64)


def _field(name: str, label: str, kind: str, autocomplete: str) -> str:
    return (
        f'<label>{label}<input name="{name}" type="{kind}" autocomplete="{autocomplete}" '
        'autocapitalize="none" spellcheck="false"></label>'
    )


def _token(secret: str) -> str:
    """The same after a restart, so that nobody has to log in again; slow to guess back from."""
    salt = b"article-qa page"
    return hashlib.scrypt(secret.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32).hex()


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())


_STYLE = """
@font-face { font-family: Newsreader; font-weight: 200 800;
  src: url(ROOT/fonts/newsreader-latin.woff2); }
:root { --paper: #f7f3ec; --field: #fff; --ink: #1d1a16; --quiet: #655d52; --edge: #b9ad9a;
  --accent: #0b5e58; --on-accent: #fff; --warn: #8a3b12; color-scheme: light; }
@media (prefers-color-scheme: dark) { :root { --paper: #151412; --field: #191815; --ink: #ece6db;
  --quiet: #b0a696; --edge: #5c554a; --accent: #5ec2b7; --on-accent: #0d1f1d; --warn: #f0a97f;
  color-scheme: dark; } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; background: var(--paper);
  color: var(--ink); }
main { max-width: 22rem; margin: 14vh auto 2rem; padding: 0 1.25rem; }
h1 { font: 550 34px/1.1 Newsreader, Georgia, serif; letter-spacing: -.01em; margin: 0; }
h1 span { color: var(--accent); padding: 0 1px; }
p { margin: .4rem 0 1.8rem; color: var(--quiet); }
p.problem { margin: 0 0 1rem; color: var(--warn); font-weight: 600; }
label { display: block; margin-bottom: 1rem; font-weight: 600; font-size: 15px; }
input { box-sizing: border-box; width: 100%; font: inherit; font-weight: 400; padding: .55rem .7rem;
  margin-top: .3rem; border: 1px solid var(--edge); border-radius: 8px; background: var(--field);
  color: inherit; }
button { font: inherit; font-weight: 600; padding: .6rem 1.3rem; border: 0; border-radius: 8px;
  background: var(--accent); color: var(--on-accent); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
"""
