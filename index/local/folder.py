"""The file names of a collection's folder, and checks that a folder is a collection's."""

import os
import time
from itertools import count
from pathlib import Path

from index.errors import UserError
from index.local.temporary import is_left_over

STORE = "articles.sqlite"
CHECKPOINT = "vectors.faiss"
LEXICAL = "lexical"
REEMBEDDING = "reembedding.sqlite"
FEEDBACK = "feedback.jsonl"
EXAMPLES = "examples.json"
ORIGINALS = "originals"


def refuse_other(path: Path) -> None:
    """Refuse a path that cannot be the folder of a collection; a missing or empty folder can.

    Raises:
        UserError: If it is something else, or its articles are gone.
    """
    names = names_in(path)
    if STORE in names:
        if not (path / STORE).is_file():
            raise UserError(f"{path / STORE}: a folder where a file should be; move it away")
    elif holds_only_ours(names):
        if not all(map(is_left_over, names)):
            raise UserError(
                f"{path}: its articles are gone ({STORE} is missing); `article-qa restore` a backup"
            )
    else:
        raise UserError(f"{path}: a folder of something else, not a collection")


def names_in(path: Path) -> set[str]:
    """The names of the files in a folder; none if it is missing.

    Raises:
        UserError: If it is no folder, or cannot be opened.
    """
    try:
        str(path.absolute()).encode()
    except UnicodeEncodeError:
        # SQLite would open it, and tantivy would not.
        readable = os.fsencode(path).decode(errors="backslashreplace")
        raise UserError(f"{readable}: this path is not in UTF-8; rename its folders") from None
    try:
        return {entry.name for entry in path.iterdir()}
    except FileNotFoundError:
        return set()
    except NotADirectoryError:
        raise UserError(f"{path}: a file, not the folder of a collection") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be opened ({error.strerror})") from None


def holds_only_ours(names: set[str]) -> bool:
    """True if all names are of files that this program makes in a collection's folder."""
    ours = (STORE, CHECKPOINT, LEXICAL, REEMBEDDING, FEEDBACK, EXAMPLES, ORIGINALS)
    return all(name.startswith(ours) or is_left_over(name) for name in names)


def set_aside(path: Path) -> Path:
    """Rename a damaged file or folder, as "articles.sqlite.damaged-20240105-101500".

    Returns:
        Its new path.

    Raises:
        OSError: If it cannot be renamed.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for number in count(1):
        aside = path.with_name(f"{path.name}.damaged-{stamp}{f'-{number}' if number > 1 else ''}")
        if not aside.exists():
            break
    path.rename(aside)
    return aside
