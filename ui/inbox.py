"""Uploads that wait to be added: where they lie, and whose they are."""

import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from index.errors import UserError
from ui.uploads import MAX_FILE_BYTES

if TYPE_CHECKING:
    from starlette.requests import Request

KEPT_SECONDS = 3_600.0
MAX_WAITING_BYTES = 2_000_000_000

_FILE_FIELDS = frozenset({"path", "url", "orig_name", "size", "mime_type", "is_stream", "meta"})


class InboxFullError(UserError):
    """Too much waits to be added."""


@dataclass(frozen=True, slots=True)
class _Upload:
    visitor: str
    folder: Path
    size: int
    due: float


class Inbox:
    """Keeps uploads until they are added or an hour has passed.

    Each request has a folder of its own: two people may upload the same file at the same time,
    and each has a copy that nobody else deletes.
    """

    def __init__(self, folder: Path) -> None:
        """Prepare.

        Args:
            folder: Where uploads are kept; it must lie in Gradio's own upload folder.
        """
        self._folder = folder
        self._uploads: dict[str, _Upload] = {}
        self._lock = Lock()

    async def receive(self, request: "Request", visitor: str, upload_id: str | None) -> list[str]:
        """Keep the files of a multipart request; returns their paths.

        Args:
            request: Holds the files.
            visitor: Who sends them.
            upload_id: Under which Gradio tells how far it has come.

        Raises:
            InboxFullError: If too much waits already.
            fastapi.HTTPException: If there are no files in it.
            starlette.formparsers.MultiPartException: If a file is too large.
        """
        from gradio.route_utils import upload_fn
        from gradio.routes import file_upload_statuses

        self._expire()
        with self._lock:
            if sum(upload.size for upload in self._uploads.values()) >= MAX_WAITING_BYTES:
                raise InboxFullError("too many uploads wait to be added; try again later")
        folder = self._folder / secrets.token_hex(16)
        try:
            paths, _, _ = await upload_fn(
                request, str(folder), MAX_FILE_BYTES, upload_id,
                upload_progress=file_upload_statuses if upload_id else None,
            )  # fmt: skip
            sizes = {str(path): Path(path).stat().st_size for path in paths}
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        due = time.monotonic() + KEPT_SECONDS
        with self._lock:
            for path, size in sizes.items():
                self._uploads[path] = _Upload(visitor, folder, size, due)
        return [str(path) for path in paths]

    def holds(self, path: object, visitor: str) -> bool:
        """Whether this is the path of an upload of this visitor, letter for letter."""
        upload = self._uploads.get(path) if isinstance(path, str) else None
        return upload is not None and upload.visitor == visitor

    def discard(self, paths: "list[str]") -> None:
        """Delete uploads that were added or given up."""
        with self._lock:
            taken = [(path, upload) for path in paths if (upload := self._uploads.pop(path, None))]
            kept = {upload.folder for upload in self._uploads.values()}
        for path, upload in taken:
            Path(path).unlink(missing_ok=True)
            if upload.folder not in kept:
                shutil.rmtree(upload.folder, ignore_errors=True)

    def refuses(self, body: object, visitor: str) -> bool:
        """Whether something posted to Gradio names a file that is no upload of this visitor.

        Gradio opens, copies or fetches whatever is given to it as a file, wherever it says that
        the file is. A mapping that has a path, or says that it is a file, counts as one at any
        depth and in any spelling; it must be what Gradio's own page makes of an upload.
        """
        left = [body]
        while left:
            value = left.pop()
            if isinstance(value, list):
                left.extend(value)
            elif isinstance(value, dict):
                if not _is_file(value):
                    left.extend(value.values())
                elif not self._is_upload(value, visitor):
                    return True
        return False

    def _is_upload(self, file: dict[str, Any], visitor: str) -> bool:
        url = unquote(str(file.get("url") or ""))
        return (
            file.keys() <= _FILE_FIELDS
            and self.holds(file.get("path"), visitor)
            and file.get("meta") in (None, {"_type": "gradio.FileData"})
            and not file.get("is_stream")
            and (not url or url.endswith(f"/gradio_api/file={unquote(file['path'])}"))
        )

    def _expire(self) -> None:
        now = time.monotonic()
        with self._lock:
            late = [path for path, upload in self._uploads.items() if upload.due < now]
        self.discard(late)


def _is_file(value: dict[str, Any]) -> bool:
    fields = {field.casefold() for field in value}
    return bool(fields & {"path", "_type"}) or "filedata" in str(value.get("meta", "")).casefold()
