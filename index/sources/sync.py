"""Removes the articles of files that are gone, so that a collection mirrors its folders."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import UserError
from index.sources.files import ArticleFiles

if TYPE_CHECKING:
    from index.collection import Collection

_LISTED_AT_ONCE = 5_000


def synced_folders(paths: Iterable[Path]) -> list[Path]:
    """Those of the paths that are folders, resolved.

    Raises:
        UserError: If one of the paths is not there: its articles may only be out of reach.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise UserError(f"{path}: no such file or folder; nothing was added or removed")
    return [path.resolve() for path in paths if path.is_dir()]


def remove_vanished(
    collection: "Collection", folders: Iterable[Path], files: ArticleFiles
) -> list[str]:
    """Remove the articles of these folders that are not there any more.

    An article stays if its file was not read to its end, or cannot be looked for. So do articles
    of records that name an address as their source.

    Args:
        collection: The collection that the folders were added to.
        folders: The folders, resolved.
        files: The articles of the folders, read to their end.

    Returns:
        The ids of the articles that were removed.

    Raises:
        UserError: If a folder is empty, as where a disk is not mounted; nothing is removed.
    """
    beginnings = []
    for folder in folders:
        if not any(True for _ in folder.iterdir()):
            raise UserError(f"{folder}: empty, perhaps for want of a disk; nothing was removed")
        beginnings.append(f"{folder}{os.sep}")
    vanished = [
        article_id
        for article_id, source in _sources(collection)
        if source.startswith(tuple(beginnings))
        and article_id not in files.ids
        and _is_gone(source, files.incomplete)
    ]
    return collection.remove(vanished) if vanished else []


def _sources(collection: "Collection") -> Iterator[tuple[str, str]]:
    listed = 0
    while page := collection.summaries(offset=listed, limit=_LISTED_AT_ONCE).articles:
        yield from ((article.id, article.source or "") for article in page)
        listed += len(page)


def _is_gone(source: str, incomplete: set[str]) -> bool:
    """Return whether the file of an article, or the article in its file, is not there any more."""
    # A member of an archive is named `archive!member`.
    parts = source.split("!")
    names = {"!".join(parts[: end + 1]) for end in range(len(parts))}
    if names & incomplete:
        return False
    try:
        if any(Path(name).exists() for name in names):
            return True
        folder = next(folder for folder in Path(source).parents if folder.exists())
    except OSError:
        return False
    return os.access(folder, os.R_OK | os.X_OK)
