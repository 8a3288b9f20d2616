"""Names of files as they are shown: never with their folders."""

import re
from urllib.parse import urlsplit

_NAME_OF_PATH = re.compile(r"[^/\\]+(?=[/\\]*$)")
# A path from the root on, with at least one folder: at the beginning of a word, so that neither
# the path of an address nor "and/or" is taken for one. The paths of this API are no secret.
_PATH = re.compile(
    r"(?<![\w/\\:.~-])(?!/api/)(?:file://|~|[A-Za-z]:)?(?:[/\\][^/\\\s:;,'\"<>|]+){2,}[/\\]?"
)


def safe_link(source: str) -> str | None:
    """The source if it is a web address; nothing else becomes a link."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return None
    return source if parts.scheme in {"http", "https"} and parts.netloc else None


def source_name(source: str | None) -> str:
    """A source as it is shown: of a path only its last part, for the rest is nobody's business."""
    if not source:
        return ""
    if safe_link(source):
        return source
    name = _NAME_OF_PATH.search(source)
    return name.group(0) if name else source


def without_folders(words: object) -> str:
    """A message, or an error's, in which of each path only its last part is left.

    Example:
        >>> without_folders("/srv/ann/news/a.sqlite: cannot be written")
        'a.sqlite: cannot be written'
    """
    return _PATH.sub(lambda path: source_name(path.group(0)), str(words))
