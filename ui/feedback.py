"""People's verdicts on answers, kept beside the articles as future training data."""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock

from index.errors import UserError
from index.local.folder import FEEDBACK
from index.place import Place
from qa.loading import default_folder
from qa.types import Answer

Verdict = Literal["like", "dislike"]

FILE = FEEDBACK


def folder_of(place: Place) -> Path:
    """The folder of the verdicts on a collection's answers: its own, or one of the user's."""
    if isinstance(place, Path):
        return place
    name = re.sub(r"[^\w.-]+", "-", f"{place.uri.partition('://')[2] or place.uri}-{place.name}")
    return default_folder().parent / "feedback" / name.strip("-")


def store(collection: Path, answer: Answer, verdict: Verdict) -> None:
    """Append a verdict to the collection's file; when this returns it is on the disk.

    Raises:
        UserError: If the file cannot be written.
    """
    record = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        **answer.to_dict(),
    }
    line = json.dumps(record, ensure_ascii=False) + "\n"
    path = collection / FILE
    try:
        collection.mkdir(parents=True, exist_ok=True)
        # Two pages may be rated at once; a record longer than a pipe's buffer could interleave.
        with FileLock(f"{path}.lock"), path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                # A line that a crash cut short must not swallow this one.
                if file.read(1) != b"\n":
                    line = f"\n{line}"
            file.write(line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from None


def read(collection: Path) -> Iterator[dict[str, Any]]:
    """The stored verdicts, oldest first; a line that a crash cut short is left out."""
    path = collection / FILE
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record
