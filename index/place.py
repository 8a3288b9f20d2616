"""The place of a collection: a folder, or an address of Milvus such as `milvus://host:port/name`."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import urlsplit

from index.errors import UserError

DEFAULT_PORT = 19530

_SCHEMES = {"milvus": "http", "milvus+tls": "https"}
_NAME = re.compile(r"[A-Za-z](?:_?[A-Za-z0-9])*")
_LONGEST_NAME = 200
_LITE_SUFFIX = ".db"
_FORMS = "write milvus://HOST:PORT/NAME, or milvus:///PATH/FILE.db/NAME for a file of milvus-lite"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """A collection on Milvus; as a string, what the user wrote.

    Attributes:
        uri: URI of the server, as pymilvus takes it, or the path of a milvus-lite file.
        name: Name of the collection.
        written: The whole address.
    """

    uri: str
    name: str
    written: str

    def __str__(self) -> str:
        return self.written

    @property
    def is_file(self) -> bool:
        """True for a file of milvus-lite, which one process at a time uses."""
        return self.uri.endswith(_LITE_SUFFIX)


Place = Path | MilvusAddress
"""The place of a collection: its folder, or its address on Milvus."""


def place_of(written: str | PurePath | MilvusAddress) -> Place:
    """Parse what a user wrote for a collection: an address of Milvus, or else a folder.

    Raises:
        UserError: If it begins like an address of Milvus but is none.
    """
    if isinstance(written, MilvusAddress):
        return written
    if isinstance(written, PurePath) or written.partition("://")[0] not in _SCHEMES:
        return Path(written)
    return _address(written)


def _address(written: str) -> MilvusAddress:
    parts = urlsplit(written)
    path, _, name = parts.path.rpartition("/")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise UserError(
            f"{_without_secret(written)}: a collection's name on Milvus is letters, digits and "
            f"single underscores, and begins with a letter; {_FORMS}"
        )
    if "@" in parts.netloc:
        raise UserError(
            f"{_without_secret(written)}: no name or password in the address; set MILVUS_TOKEN"
            " to USER:PASSWORD or to an API key"
        )
    if not parts.netloc:
        if parts.scheme != "milvus" or not path.endswith(_LITE_SUFFIX):
            raise UserError(f"{written}: the name of a milvus-lite file ends in .db; {_FORMS}")
        return MilvusAddress(path, name, written)
    try:
        port = parts.port or DEFAULT_PORT
    except ValueError:
        port = 0
    if not (parts.hostname and port) or path or parts.query or parts.fragment:
        raise UserError(f"{written}: not an address of Milvus; {_FORMS}")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return MilvusAddress(f"{_SCHEMES[parts.scheme]}://{host}:{port}", name, written)


def _without_secret(written: str) -> str:
    scheme, _, rest = written.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
