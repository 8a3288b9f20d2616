"""Uploaded files: judged by what they hold, not by what they are called."""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UserError
from index.identity import article_id
from index.sources.archives import UNREADABLE
from index.sources.files import KINDS, read_input
from index.sources.inputs import Input, Problem
from index.types import Article

if TYPE_CHECKING:
    from index.sources.fetcher import Fetcher

MAX_FILE_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_UNPACKED_FILES = 5_000
MAX_TITLE = 500
MAX_LISTED = 1_000
"""Pages that are taken from a feed or sitemap at once."""

_ARCHIVES = {
    ".docx": ("a Word document", "word/document.xml"),
    ".epub": ("an EPUB book", "META-INF/container.xml"),
    ".zip": ("a zip archive", ""),
}
_SAMPLE = 8_192
_MAX_FOLDERS = 12
_UNSAFE_IN_NAME = re.compile(r"[\x00-\x1f\x7f/\\]")


def read_upload(path: Path, name: str, problem: Problem) -> Iterator[Article]:
    """Read the articles of one uploaded file; its name becomes their source.

    Args:
        path: Where the upload lies.
        name: What its sender calls it.
        problem: Is told what of it was skipped and why, all of it perhaps; and notes.
    """
    name = relative_name(name)
    try:
        check(path, name)
    except UserError as error:
        problem(str(error))
        return
    kind = Path(name).suffix.lower()
    given = Input(name, name, kind, path.stat().st_size, lambda: path.open("rb"))
    yield from read_input(given, problem, {}, most=MAX_UNPACKED_BYTES)


def read_address(url: str, problem: Problem, fetcher: "Fetcher | None" = None) -> Iterator[Article]:
    """Read the article at an address, or the first ones that a feed or sitemap there lists.

    Args:
        url: Of http or https; private addresses are refused where it is fetched.
        problem: As for `read_upload`.
        fetcher: Of other bounds than the usual.
    """
    from index.sources.web import WebArticles, is_url

    url = url.strip()
    if not is_url(url):
        problem(f"{url[:80]!r} is not an address that begins with http:// or https://")
        return
    pages = iter(WebArticles([url], problem, fetcher=fetcher))
    yield from islice(pages, MAX_LISTED)
    if next(pages, None) is not None:
        problem(f"{url}: lists more than {MAX_LISTED:,} pages; the others were left out")


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


def relative_name(name: str) -> str:
    r"""A file's name with the folders that its sender names, none of which leads anywhere else.

    Example:
        >>> relative_name("../news\2019/a.txt")
        'news/2019/a.txt'
    """
    parts = [part for part in re.split(r"[/\\]", name) if part.strip(" .")]
    return "/".join(map(shown_name, parts[-_MAX_FOLDERS:])) or "file"


def is_hidden(name: str) -> bool:
    """Return whether a file or a folder that it lies in is hidden."""
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


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
