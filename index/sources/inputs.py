"""Inputs that hold articles, and the limits on their size."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from index.errors import UserError

MAX_ARTICLE_BYTES = 10_000_000
"""The most bytes of an article; splitting and showing a longer text would stall everything else."""

MAX_DOCUMENT_BYTES = 200_000_000
"""The most bytes of a PDF, DOCX or EPUB, which has pictures and fonts beside its text."""


class Note(str):
    """A message about an article that is added all the same, as one whose date has two readings."""

    __slots__ = ()


Problem = Callable[[str], None]
"""Called with a line that names what was skipped and why, or with a `Note`."""

Fields = Mapping[str, str]
"""Columns or JSON keys of `text`, `title`, `url`, `source`, `published`, `byline` or `id`."""


@dataclass(frozen=True, slots=True)
class Input:
    """Something that holds articles: a file, a member of an archive, a page of the web.

    Attributes:
        name: Its name in messages.
        source: The source that its articles record.
        kind: Its file name extension in lower case, with the dot.
        size: Number of bytes, 0 if not known beforehand.
        open: Opens it for reading from the start.
        charset: The character encoding that a web server states, if one does.
    """

    name: str
    source: str
    kind: str
    size: int
    open: Callable[[], BinaryIO]
    charset: str | None = None

    def read(self, limit: int) -> bytes:
        """All of its bytes.

        Raises:
            UserError: If there are more than `limit`.
        """
        with self.open() as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            size = f"{self.size / 1e6:.0f} MB is" if self.size > limit else "it is"
            raise UserError(
                f"{self.name}: {size} too long for one article "
                f"(at most {limit / 1e6:.0f} MB); split it"
            )
        return content


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of a file; one that is too long is cut just beyond the limit."""
    while line := file.readline(MAX_ARTICLE_BYTES + 1):
        yield line
        while len(line) > MAX_ARTICLE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_ARTICLE_BYTES + 1)
            if not line:
                return
