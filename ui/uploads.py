"""Uploaded files: judged by what they hold, not by what they are called."""

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UserError
from index.identity import article_id
from index.sources.archives import UNREADABLE
from index.sources.files import KINDS, read_input
from index.sources.inputs import Input, Note, Problem
from index.types import Article

if TYPE_CHECKING:
    from index.sources.fetcher import Fetcher

MAX_FILES = 50
MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_UNPACKED_FILES = 5_000
MAX_TITLE = 500
MAX_LISTED = 50
"""Pages that are taken from a feed or sitemap at once."""

_ARCHIVES = {
    ".docx": ("a Word document", "word/document.xml"),
    ".epub": ("an EPUB book", "META-INF/container.xml"),
    ".zip": ("a zip archive", ""),
}
_SAMPLE = 8_192
_UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f/\\]")


def read_upload(path: Path, name: str) -> Iterator[Article]:
    """Read the articles of one uploaded file; its name becomes their source.

    Args:
        path: Where the upload lies.
        name: What its sender calls it.

    Raises:
        UserError: If it is too large, not what its name says, or a part of it was skipped; what
            could be read has been given by then.
    """
    name = shown_name(name)
    check(path, name)
    kind = Path(name).suffix.lower()
    given = Input(name, name, kind, path.stat().st_size, lambda: path.open("rb"))
    yield from _complete(
        lambda problem: read_input(given, problem, {}, most=MAX_UNPACKED_BYTES), name
    )


def read_address(url: str, fetcher: "Fetcher | None" = None) -> Iterator[Article]:
    """Read the article at an address, or the first ones that a feed or sitemap there lists.

    Args:
        url: Of http or https; private addresses are refused where it is fetched.
        fetcher: Of other bounds than the usual.

    Raises:
        UserError: As for `read_upload`.
    """
    from index.sources.web import WebArticles, is_url

    url = url.strip()
    if not is_url(url):
        raise UserError(f"{url[:80]!r} is not an address that begins with http:// or https://")
    yield from _complete(
        lambda problem: islice(WebArticles([url], problem, fetcher=fetcher), MAX_LISTED), url
    )


def check(path: Path, name: str) -> None:
    """Refuse what is too large, is not what its name says, or would unpack to too much.

    Raises:
        UserError: With the reason.
    """
    kind = Path(name).suffix.lower()
    if kind not in KINDS:
        raise UserError(f"{name}: this kind of file is not read; known are {', '.join(KINDS)}")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise UserError(f"{name}: {size / 1e6:.0f} MB; at most {MAX_FILE_BYTES / 1e6:.0f} MB")
    if size == 0:
        raise UserError(f"{name}: empty")
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if kind == ".pdf":
        if b"%PDF-" not in sample[:1024]:
            raise UserError(f"{name}: not a PDF, whatever its name says")
    elif kind in (".docx", ".epub", ".zip"):
        _check_archive(path, name, kind)
    elif sample.startswith((b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8")):
        raise UserError(f"{name}: a binary file, not text")


def pasted(title: str, text: str, published: date | None, source: str | None = None) -> Article:
    """An article that someone typed or sent, under an id that the same text always gets.

    Raises:
        UserError: If there is no text, or the title is too long to be one.
    """
    title = " ".join(title.split())
    if not text.strip():
        raise UserError("the text is empty")
    if len(title) > MAX_TITLE:
        raise UserError(f"the title is {len(title):,} characters long; at most {MAX_TITLE}")
    digest = hashlib.sha256(f"{title}\0{text}".encode()).hexdigest()[:12]
    identity = article_id(source) if source else article_id(f"{title or 'text'} {digest}")
    return Article(identity, title, text, published, source)


def shown_name(name: str) -> str:
    """The last part of a file's name, without what could steer a page or a path."""
    return _UNSAFE_IN_NAME.sub("_", re.split(r"[/\\]", name)[-1])[-120:] or "file"


def _check_archive(path: Path, name: str, kind: str) -> None:
    """Look at what an archive unpacks to before anyone unpacks it; Word and EPUB are archives."""
    what, member = _ARCHIVES[kind]
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if member and member not in archive.namelist():
                raise UserError(f"{name}: not {what}, whatever its name says")
            if len(entries) > MAX_UNPACKED_FILES:
                raise UserError(f"{name}: unpacks to {len(entries):,} files; refused")
            left = MAX_UNPACKED_BYTES
            for entry in entries:
                # The sizes of the directory may lie, so the bytes themselves are counted.
                with archive.open(entry) as file:
                    while block := file.read(min(1 << 20, left + 1)):
                        left -= len(block)
                        if left < 0:
                            raise UserError(
                                f"{name}: unpacks to more than "
                                f"{MAX_UNPACKED_BYTES / 1e6:.0f} MB; refused"
                            )
    except (OSError, ValueError, *UNREADABLE):
        raise UserError(f"{name}: not {what}, or a damaged one") from None


def _complete(read: Callable[[Problem], Iterable[Article]], name: str) -> Iterator[Article]:
    """The articles that `read` gives; what it skips is told when the rest has been given."""
    told: list[str] = []
    found = False
    for article in read(told.append):
        found = True
        yield article
    # An article with a note is there; what the note says shows in it.
    problems = [line for line in told if not isinstance(line, Note)]
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UserError(f"{problems[0]}{more}")
    if not found:
        raise UserError(f"{name}: holds no article")
