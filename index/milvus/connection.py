"""The connection to a Milvus server: time-outs, repetition, and errors that a user understands."""

import json
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import UserError
from index.milvus.address import MilvusAddress

Row = dict[str, Any]

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
WRITE_SECONDS = 120.0
"""How long a request is repeated, with growing pauses, while the server is away."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 3.0
_NOT_LOADED = 101
_PAGE = 1_000
_LITE_SUFFIX = ".db"
_LOGGERS = ("pymilvus", "grpc._server")


class Connection:
    """A client of one server, which threads may share.

    It loads each collection into the server's memory when it first uses it, and again when the
    server has forgotten that, as after a restart.
    """

    def __init__(self, address: MilvusAddress) -> None:
        """Connect.

        Raises:
            UserError: If pymilvus is not installed, or the server does not answer.
        """
        self.address = address
        try:
            import grpc
            from pymilvus import MilvusClient, MilvusException
        except ImportError:
            raise UserError(
                f"{address}: Milvus needs more packages; pip install 'article-qa[milvus]'"
            ) from None
        # They log a traceback of each error, which is told here in one line.
        for logger in _LOGGERS:
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        self._errors: tuple[type[Exception], ...] = (MilvusException, grpc.RpcError)
        if address.uri.endswith(_LITE_SUFFIX) and not Path(address.uri).parent.is_dir():
            raise UserError(f"{address}: there is no folder {Path(address.uri).parent}")
        try:
            # Not shared with others of this process, whose closing would close it.
            self._client: Any = MilvusClient(
                address.uri,
                token=os.environ.get("MILVUS_TOKEN", ""),
                timeout=CONNECT_SECONDS,
                dedicated=True,
            )
        except self._errors as error:
            raise self._told(error) from None

    def close(self) -> None:
        """Close it."""
        self._client.close()

    def has(self, collection: str) -> bool:
        """Whether the server has a Milvus collection of this name."""
        return bool(self._call("has_collection", collection, seconds=READ_SECONDS))

    def create(self, collection: str, schema: Any, indexes: Any) -> None:  # noqa: ANN401
        """Make a Milvus collection, unless another process was faster; all reads see all writes."""
        try:
            self._call(
                "create_collection",
                collection,
                seconds=WRITE_SECONDS,
                schema=schema,
                index_params=indexes,
                consistency_level="Strong",
            )
        except UserError:
            if not self.has(collection):
                raise

    def index(self, collection: str, indexes: Any) -> None:  # noqa: ANN401
        """Make further indexes, which only make it faster: milvus-lite does not know them all."""
        try:
            self._client.create_index(collection, indexes, timeout=WRITE_SECONDS)
        except self._errors:
            return

    def load(self, collection: str) -> None:
        """Load a Milvus collection into the server's memory."""
        self._call("load_collection", collection, seconds=WRITE_SECONDS)

    def query(
        self,
        collection: str,
        condition: str,
        fields: Sequence[str],
        consistency: str = "Strong",
        **options: object,
    ) -> list[Row]:
        """The rows that meet a condition."""
        found = self._call(
            "query",
            collection,
            seconds=READ_SECONDS,
            filter=condition,
            output_fields=list(fields),
            consistency_level=consistency,
            **options,
        )
        return list(found)

    def count(self, collection: str, condition: str = "") -> int:
        """How many rows meet a condition."""
        return int(self.query(collection, condition, ["count(*)"])[0]["count(*)"])

    def in_order(
        self,
        collection: str,
        fields: Sequence[str],
        condition: str = "",
        after: str = "",
        page: int = _PAGE,
    ) -> Iterator[Row]:
        """The rows that meet a condition by their `id`, from beyond one on, a page at a time."""
        further = f" and ({condition})" if condition else ""
        while True:
            # pymilvus' own iterator pastes the last id unquoted into its condition.
            rows = self.query(
                collection, f"id > {literal(after)}{further}", fields, limit=page,
                iterator="True", reduce_stop_for_best="False",
            )  # fmt: skip
            rows.sort(key=lambda row: str(row["id"]).encode())
            yield from rows
            if len(rows) < page:
                return
            after = rows[-1]["id"]

    def search(
        self,
        collection: str,
        field: str,
        vector: Sequence[float] | Mapping[int, float],
        limit: int,
        fields: Sequence[str],
        condition: str,
        parameters: Mapping[str, Any],
    ) -> list[Row]:
        """The rows of the greatest inner products with a vector."""
        (hits,) = self._call(
            "search",
            collection,
            seconds=READ_SECONDS,
            data=[vector],
            anns_field=field,
            limit=limit,
            output_fields=list(fields),
            filter=condition,
            search_params={"metric_type": "IP", "params": dict(parameters)},
            consistency_level="Strong",
        )
        return [{"id": hit["id"], **hit["entity"]} for hit in hits]

    def upsert(self, collection: str, rows: Sequence[Row], batch: int) -> None:
        """Write rows, so many in a request; it is safe to write them twice."""
        for first in range(0, len(rows), batch):
            part = list(rows[first : first + batch])
            self._call("upsert", collection, seconds=WRITE_SECONDS, data=part)

    def delete(self, collection: str, condition: str) -> None:
        """Delete the rows that meet a condition."""
        self._call("delete", collection, seconds=WRITE_SECONDS, filter=condition)

    def _call(self, method: str, collection: str, *, seconds: float, **options: object) -> Any:  # noqa: ANN401
        # pymilvus itself repeats a request that did not reach the server, until the time is out.
        due = time.monotonic() + seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            left = max(1.0, due - time.monotonic())
            try:
                return getattr(self._client, method)(collection, timeout=left, **options)
            except self._errors as error:
                if time.monotonic() + pause > due or not self._mended(error, collection):
                    raise self._told(error) from None
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _mended(self, error: Exception, collection: str) -> bool:
        """Whether the request may succeed now."""
        if _NOT_LOADED in (getattr(error, "code", None), getattr(error, "compatible_code", None)):
            self.load(collection)
            return True
        return bool(getattr(error, "retriable", False))

    def _told(self, error: Exception) -> UserError:
        code = getattr(error, "code", None)
        code = code() if callable(code) else code
        message = str(getattr(error, "message", "") or error)
        status = getattr(code, "name", "")
        away = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED")
        if status in away or "Fail connecting" in message or any(e in message for e in away):
            return UserError(f"{self.address}: the Milvus server does not answer; is it running?")
        line = " ".join(message.split())[:300]
        return UserError(f"{self.address}: Milvus refuses ({line})")


def literal(text: str) -> str:
    """A text as a constant of Milvus' conditions."""
    return json.dumps(text, ensure_ascii=False)


def literals(texts: Sequence[str]) -> str:
    """Texts as a list of Milvus' conditions."""
    return f"[{', '.join(literal(each) for each in texts)}]"
