"""The connection to a Milvus server: timeouts, retries, and errors that a user understands."""

import json
import logging
import os
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from index.errors import UserError
from index.place import MilvusAddress

Row = dict[str, Any]

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
WRITE_SECONDS = 120.0
"""Seconds for which a request is retried, with growing pauses, while the server is away."""

LOAD_SECONDS = 600.0
"""Seconds that the server may take to load a large collection into its memory."""

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 3.0
_LEAST_SECONDS = 1.0
_LONGEST_REASON = 300
_NOT_LOADED = 101
_CONNECT_FAILED = 2
_AWAY = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED")
_PAGE = 1_000
_GRPC = {"grpc.initial_reconnect_backoff_ms": 200, "grpc.max_reconnect_backoff_ms": 3_000}
"""Reconnect to a server that was away every few seconds, not every two minutes."""

_LOGGERS = ("pymilvus", "grpc._server")


class Connection:
    """A client of one server; threads may share it.

    If the server has unloaded a collection, as after a restart, it is loaded again.
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
        # They log a traceback of each error, which becomes one line here.
        for logger in _LOGGERS:
            logging.getLogger(logger).setLevel(logging.CRITICAL)
        self._errors: tuple[type[Exception], ...] = (MilvusException, grpc.RpcError)
        if address.is_file and not Path(address.uri).parent.is_dir():
            raise UserError(f"{address}: there is no folder {Path(address.uri).parent}")
        try:
            # A connection shared within this process could be closed by another client.
            self._client: Any = MilvusClient(
                address.uri,
                token=os.environ.get("MILVUS_TOKEN", ""),
                timeout=CONNECT_SECONDS,
                dedicated=True,
                grpc_options=_GRPC,
            )
        except self._errors as error:
            raise self._told(error) from None

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def has(self, collection: str, last_index: str) -> bool:
        """True if the server has a Milvus collection of this name with all its indexes.

        Args:
            collection: Its name.
            last_index: Name of the index that is created last.
        """
        exists = self._call("has_collection", collection, seconds=READ_SECONDS)
        return bool(exists) and last_index in self._indexes(collection)

    def create(
        self,
        collection: str,
        schema: Any,  # noqa: ANN401 - pymilvus has no types
        indexes: Any,  # noqa: ANN401 - pymilvus has no types
        optional: Container[str] = (),
        shards: int = 1,
    ) -> None:
        """Create a Milvus collection, or complete one; reads see all writes by default.

        Args:
            collection: Its name.
            schema: Its fields.
            indexes: The indexes, in the order of their creation.
            optional: Names of indexes that only save time, which milvus-lite may not support.
            shards: Number of shards for its writes; it cannot be changed later.
        """
        if not self._call("has_collection", collection, seconds=READ_SECONDS):
            try:
                self._call(
                    "create_collection",
                    collection,
                    seconds=WRITE_SECONDS,
                    schema=schema,
                    num_shards=shards,
                    consistency_level="Strong",
                )
            except UserError:
                # Another process may have been faster.
                if not self._call("has_collection", collection, seconds=READ_SECONDS):
                    raise
        for index in indexes:
            if index.index_name in self._indexes(collection):
                continue
            try:
                self._call(
                    "create_index",
                    collection,
                    seconds=WRITE_SECONDS,
                    index_params=type(indexes)([index]),
                )
            except UserError:
                made = index.index_name in self._indexes(collection)
                if not made and index.index_name not in optional:
                    raise

    def load(self, collection: str) -> None:
        """Load a Milvus collection into the server's memory."""
        self._call("load_collection", collection, seconds=LOAD_SECONDS)

    def query(
        self,
        collection: str,
        condition: str,
        fields: Sequence[str],
        consistency: str = "Strong",
        **options: object,
    ) -> list[Row]:
        """The rows that match a condition."""
        hits = self._call(
            "query",
            collection,
            seconds=READ_SECONDS,
            filter=condition,
            output_fields=list(fields),
            consistency_level=consistency,
            **options,
        )
        return list(hits)

    def count(self, collection: str, condition: str = "") -> int:
        """The number of rows that match a condition."""
        return int(self.query(collection, condition, ["count(*)"])[0]["count(*)"])

    def in_order(
        self,
        collection: str,
        fields: Sequence[str],
        condition: str = "",
        after: str = "",
        page: int = _PAGE,
    ) -> Iterator[Row]:
        """The rows that match a condition, by ascending id, from the first beyond `after` on."""
        further = f" and ({condition})" if condition else ""
        while True:
            # pymilvus' own iterator pastes the last id unquoted into its condition.
            rows = self.query(
                collection,
                f"id > {literal(after)}{further}",
                fields,
                limit=page,
                iterator="True",
                reduce_stop_for_best="True",
            )
            rows.sort(key=lambda row: str(row["id"]).encode())
            yield from rows
            # A cluster may return fewer rows than asked for, but skips none.
            if not rows:
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
        """The rows with the greatest inner products with a vector, best first."""
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
        """Write rows, `batch` of them in a request; writing them twice changes nothing."""
        for first in range(0, len(rows), batch):
            part = list(rows[first : first + batch])
            self._call("upsert", collection, seconds=WRITE_SECONDS, data=part)

    def delete(self, collection: str, condition: str) -> None:
        """Delete the rows that match a condition."""
        self._call("delete", collection, seconds=WRITE_SECONDS, filter=condition)

    def _indexes(self, collection: str) -> list[str]:
        return list(self._call("list_indexes", collection, seconds=READ_SECONDS))

    def _call(self, method: str, collection: str, *, seconds: float, **options: object) -> Any:  # noqa: ANN401
        due = time.monotonic() + seconds
        pause = _FIRST_PAUSE_SECONDS
        while True:
            left = max(_LEAST_SECONDS, due - time.monotonic())
            try:
                return getattr(self._client, method)(collection, timeout=left, **options)
            except self._errors as error:
                if time.monotonic() + pause > due or not self._may_pass(error, collection):
                    raise self._told(error) from None
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def _may_pass(self, error: Exception, collection: str) -> bool:
        """True if a request may succeed when it is sent again; loads an unloaded collection."""
        if _NOT_LOADED in (getattr(error, "code", None), getattr(error, "compatible_code", None)):
            self.load(collection)
            return True
        return _is_away(error) or bool(getattr(error, "retriable", False))

    def _told(self, error: Exception) -> UserError:
        if _is_away(error):
            return UserError(f"{self.address}: the Milvus server does not answer; is it running?")
        line = " ".join(str(getattr(error, "message", "") or error).split())
        return UserError(f"{self.address}: Milvus refuses ({line[:_LONGEST_REASON]})")


def _is_away(error: Exception) -> bool:
    """True if the error means that no server was reached."""
    code = getattr(error, "code", None)
    code = code() if callable(code) else code
    if getattr(code, "name", "") in _AWAY or code == _CONNECT_FAILED:
        return True
    return any(sign in str(error) for sign in _AWAY)


def literal(text: str) -> str:
    """A text as a string literal of a Milvus filter expression."""
    return json.dumps(text, ensure_ascii=False)


def literals(texts: Sequence[str]) -> str:
    """Texts as a list literal of a Milvus filter expression."""
    return f"[{', '.join(literal(text) for text in texts)}]"
