"""The routes of jobs: add many articles, see how far that is, cancel it."""

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile

from index.errors import UserError
from ui.api.job_schemas import AddressesIn, JobOut, JobsOut, WholeJobOut
from ui.api.problems import PROBLEMS
from ui.library import MAIN, UnknownCollectionError
from ui.service import Service
from ui.uploads import MAX_FILE_BYTES, is_hidden, relative_name

_FILES_AT_ONCE = 1_000
_POLL_SECONDS = 0.3
_QUIET_SECONDS = 15.0

_MULTIPART = {
    "type": "object",
    "required": ["files"],
    "properties": {
        "files": {
            "type": "array",
            "items": {"type": "string", "format": "binary"},
            "description": "Files of all kinds that the command line reads, zip archives too; "
            "their names may hold folders.",
        },
        "collection": {"type": "string", "description": "Its name; by default the first one."},
        "expect": {
            "type": "integer",
            "description": "How many files are to come in all, where the others follow with "
            "`POST /api/jobs/{job_id}/files`.",
        },
        "keep_pdfs": {
            "type": "boolean",
            "description": "Keep copies of PDF files, so that the page can show the printed page "
            "beside the text. Not on Milvus, and not of PDFs in archives.",
        },
    },
}
_TAKES = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": _MULTIPART},
            "application/json": {"schema": AddressesIn.model_json_schema()},
        },
    }
}
_TAKES_FILES = {
    "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _MULTIPART}}}
}


def add_jobs(app: FastAPI, service: Service) -> None:
    """Add the routes."""
    jobs = service.jobs
    described: dict[str, Any] = {"responses": PROBLEMS, "tags": ["jobs"]}

    @app.post("/api/jobs", status_code=202, openapi_extra=_TAKES, **described)
    async def add_files(request: Request, response: Response) -> JobOut:
        """Add articles from files or addresses; the reply comes once they are safe on the disk.

        From then on nothing is lost: after a restart the server goes on where it was.
        """
        owner = request.scope["visitor"]
        if request.headers.get("content-type", "").startswith("application/json"):
            made = await asyncio.to_thread(_of_addresses, service, owner, await _json(request))
        else:
            made = await _of_files(service, request, None)
        job = await asyncio.to_thread(jobs.store.job, made, owner)
        response.headers["location"] = f"{request.scope.get('root_path', '')}/api/jobs/{made}"
        return JobOut.of(job)

    @app.post("/api/jobs/{job_id}/files", status_code=202, openapi_extra=_TAKES_FILES, **described)
    async def add_more_files(job_id: str, request: Request) -> JobOut:
        """Send further files of a job, where they are too many for one request."""
        await _of_files(service, request, job_id)
        return JobOut.of(await asyncio.to_thread(jobs.store.job, job_id, request.scope["visitor"]))

    @app.get("/api/jobs", **described)
    async def list_jobs(request: Request) -> JobsOut:
        """Your jobs of the last week, the newest first."""
        listed = await asyncio.to_thread(jobs.store.jobs, request.scope["visitor"])
        return JobsOut(jobs=[JobOut.of(job) for job in listed])

    @app.get("/api/jobs/{job_id}", **described)
    async def get_job(job_id: str, request: Request) -> WholeJobOut:
        """The progress of a job, and the outcome of each file."""
        job = await asyncio.to_thread(jobs.store.job, job_id, request.scope["visitor"])
        return WholeJobOut.of(job)

    @app.get(
        "/api/jobs/{job_id}/events",
        response_class=StreamingResponse,
        **{**described, "responses": {200: {"content": {"text/event-stream": {}}}, **PROBLEMS}},
    )
    async def watch_job(job_id: str, request: Request) -> StreamingResponse:
        """Server-sent events: `progress` whenever something changes, `end` when all is done.

        The data of each is the job as `GET /api/jobs` has it.
        """
        owner = request.scope["visitor"]
        await asyncio.to_thread(jobs.store.job, job_id, owner)
        return StreamingResponse(
            _events(service, job_id, owner, request),
            media_type="text/event-stream",
            headers={"cache-control": "no-store", "x-accel-buffering": "no"},
        )

    @app.delete("/api/jobs/{job_id}", status_code=204, **described)
    async def cancel_job(job_id: str, request: Request) -> None:
        """Cancel a job: what went in stays in. One that has ended leaves the list."""
        await asyncio.to_thread(jobs.store.cancel, job_id, request.scope["visitor"])


async def _events(
    service: Service, job_id: str, owner: str, request: Request
) -> AsyncIterator[str]:
    told, quiet = "", 0.0
    while not service.ending and not await request.is_disconnected():
        try:
            job = await asyncio.to_thread(service.jobs.store.job, job_id, owner)
        except UserError:  # It was cancelled and left the list.
            return
        now = JobOut.of(job).model_dump_json()
        if now != told:
            told, quiet = now, 0.0
            yield f"event: {'end' if job.ended else 'progress'}\ndata: {now}\n\n"
        if job.ended:
            return
        await asyncio.sleep(_POLL_SECONDS)
        quiet += _POLL_SECONDS
        if quiet >= _QUIET_SECONDS:
            quiet = 0.0
            yield ": still here\n\n"


async def _json(request: Request) -> AddressesIn:
    try:
        return AddressesIn.model_validate(json.loads(await request.body()))
    except ValueError as error:
        errors = error.errors() if isinstance(error, ValidationError) else []
        faults = [{**error, "loc": ("body", *error["loc"])} for error in errors]
        raise RequestValidationError(
            faults or [{"type": "json_invalid", "loc": ("body",), "msg": "", "input": None}]
        ) from None


def _of_addresses(service: Service, owner: str, given: AddressesIn) -> str:
    name = _known(service, given.collection)
    job_id = service.jobs.store.create(owner, name, len(given.addresses))
    service.jobs.store.receive_addresses(job_id, owner, given.addresses)
    service.jobs.start()
    return job_id


async def _of_files(service: Service, request: Request, job_id: str | None) -> str:
    """Keep the files of a request as a new job, or as a part of one; returns its id."""
    form = await request.form(max_files=_FILES_AT_ONCE, max_fields=20)
    try:
        return await asyncio.to_thread(_keep, service, request.scope["visitor"], form, job_id)
    finally:
        await form.close()


def _keep(service: Service, owner: str, form: FormData, job_id: str | None) -> str:
    sent = [value for name, value in form.multi_items() if isinstance(value, UploadFile)]
    named = [(relative_name(upload.filename or ""), upload) for upload in sent]
    # Nobody means the files that a file manager hides in a folder.
    files = [(name, upload.file) for name, upload in named if not is_hidden(name)]
    if not files:
        raise UserError("no files; send them as multipart/form-data in the field `files`")
    store = service.jobs.store
    if job_id is None:
        expected = str(form.get("expect") or len(files))
        if not expected.isdecimal() or len(expected) > 9:
            raise UserError("expect: must be a whole number")
        collection = form.get("collection")
        name = _known(service, collection if isinstance(collection, str) else None)
        keep_pdfs = _boolean(form, "keep_pdfs")
    else:
        store.job(job_id, owner)
    with tempfile.TemporaryDirectory(dir=store.folder, prefix="arriving-") as folder:
        placed = [
            (name, _copied(upload, Path(folder) / str(number)))
            for number, (name, upload) in enumerate(files)
        ]
        if job_id is None:
            most = max(int(expected), len(files))
            job_id = store.create(owner, name, most, keep_pdfs=keep_pdfs)
        store.receive(job_id, owner, placed)
    service.jobs.start()
    return job_id


def _boolean(form: FormData, field: str) -> bool:
    value = str(form.get(field) or "false").lower()
    if value not in ("true", "false"):
        raise UserError(f"{field}: must be true or false")
    return value == "true"


def _copied(upload: BinaryIO, path: Path) -> Path:
    """The file at its place; of one that is too large only so much that its length shows."""
    upload.seek(0)
    with path.open("wb") as file:
        left = MAX_FILE_BYTES + 1
        while left and (block := upload.read(min(1 << 20, left))):
            file.write(block)
            left -= len(block)
    return path


def _known(service: Service, name: str | None) -> str:
    name = name or MAIN
    if name not in service.library.names():
        raise UnknownCollectionError("no collection of this name")
    return name
