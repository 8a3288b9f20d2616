"""The refusals of the REST API: their statuses, their words, and how they are described."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.formparsers import MultiPartException

from index.errors import UserError
from ui import schemas as s
from ui.api.waiting import UnderWayError
from ui.jobs.store import InboxFullError, UnknownJobError
from ui.library import TakenError, UnknownCollectionError
from ui.lookups import NotFoundError
from ui.queues import BusyError
from ui.service import CHANGE_SECONDS
from ui.shown import without_folders
from ui.validation import in_words

_KINDS_ASKED = (s.ASKED_ONE, s.ASKED_MANY)

PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": s.ProblemOut, "description": "The request cannot be understood."},
    401: {"model": s.ProblemOut, "description": "A key is needed."},
    403: {"model": s.ProblemOut, "description": "Asked by a page of another site."},
    404: {"model": s.ProblemOut, "description": "There is no such article or collection."},
    409: {"model": s.ProblemOut, "description": "There is one of this name already."},
    413: {"model": s.ProblemOut, "description": "The body is too large."},
    422: {"model": s.ProblemOut, "description": "A field is missing or wrong."},
    503: {"model": s.ProblemOut, "description": "Too busy; try again after Retry-After seconds."},
    504: {"model": s.ProblemOut, "description": "It took too long."},
}
PROBLEMS_OF_CHANGES = {
    **PROBLEMS,
    503: {
        "model": s.ProblemOut,
        "description": "Too busy, and nothing was begun; try again after Retry-After seconds.",
    },
    504: {
        "model": s.ProblemOut,
        "description": f"Not done after {CHANGE_SECONDS:.0f} seconds. It goes on, and happens as a "
        "whole or, should the server end, not at all; `detail` says where to see it. Sent again, "
        "nothing is done twice.",
    },
}


def only(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The descriptions of these statuses."""
    return {status: PROBLEMS[status] for status in statuses}


def add_problems(app: FastAPI) -> None:
    """Answer each error with its status and one line."""

    def problem(status: int, words: str, headers: dict[str, str] | None = None) -> JSONResponse:
        # The words may hold what was sent, and that may be half a character.
        printable = without_folders(words).encode("utf-8", "replace").decode()
        return JSONResponse({"detail": printable}, status, headers)

    @app.exception_handler(BusyError)
    async def busy(_: Request, error: BusyError) -> JSONResponse:
        return problem(503, str(error), {"Retry-After": str(error.retry_after)})

    @app.exception_handler(InboxFullError)
    async def full(_: Request, error: InboxFullError) -> JSONResponse:
        return problem(503, str(error))

    @app.exception_handler(MultiPartException)
    async def too_large(_: Request, error: MultiPartException) -> JSONResponse:
        return problem(413 if "maximum allowed size" in error.message else 400, error.message)

    @app.exception_handler(UnderWayError)
    async def under_way(_: Request, error: UnderWayError) -> JSONResponse:
        return problem(504, str(error))

    @app.exception_handler(TimeoutError)
    async def late(_: Request, error: TimeoutError) -> JSONResponse:
        return problem(504, "this takes too long; try it again")

    @app.exception_handler(TakenError)
    async def taken(_: Request, error: TakenError) -> JSONResponse:
        return problem(409, str(error))

    @app.exception_handler(UserError)
    async def wrong(_: Request, error: UserError) -> JSONResponse:
        missing = isinstance(error, NotFoundError | UnknownCollectionError | UnknownJobError)
        return problem(404 if missing else 400, str(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        # Which of two kinds of body it was taken for is no part of a field's name.
        errors = [
            {**fault, "loc": [part for part in fault["loc"] if part not in _KINDS_ASKED]}
            for fault in error.errors()
        ]
        return problem(422, in_words(errors, inside=1))
