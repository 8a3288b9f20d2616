"""The collections that a server offers: the one it was started with, and a folder of others."""

import re
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from index.collection import Collection
from index.errors import UserError
from index.place import Place
from qa.loading import open_collection
from qa.pipeline import Answerer

MAX_COLLECTIONS = 200
MAIN = "main"

_NAME = re.compile(r"[^\W_][\w -]{0,47}")


class UnknownCollectionError(UserError):
    """A collection of this name is not here."""


class Library:
    """Named collections, opened when they are first asked.

    A name never reaches the file system before it is checked, and so cannot leave the folder.
    """

    def __init__(
        self, pipeline: Callable[[Collection], Answerer], main: Place | None, others: Path
    ) -> None:
        """Prepare; nothing is opened yet.

        Args:
            pipeline: Makes the pipeline over a collection.
            main: Where the first collection is, or None for the user's own.
            others: Folder in which the other collections are, each in a folder of its name.
        """
        self._pipeline = pipeline
        self._main = main
        self._others = others
        self._opened: dict[str, Answerer] = {}
        self._lock = Lock()

    def names(self) -> list[str]:
        """All collections, the first one first."""
        if not self._others.is_dir():
            return [MAIN]
        found = [
            path.name
            for path in self._others.iterdir()
            if _NAME.fullmatch(path.name) and path.is_dir() and path.name != MAIN
        ]
        return [MAIN, *sorted(found)]

    def create(self, name: str) -> str:
        """Make an empty collection; returns its name.

        Raises:
            UserError: If the name is not a plain one, is taken, or there are too many.
        """
        name = name.strip()
        if not _NAME.fullmatch(name):
            raise UserError(
                "a collection's name is 1 to 48 letters, digits, spaces, '-' or '_', "
                "and begins with a letter or digit"
            )
        with self._lock:
            names = self.names()
            if name.casefold() in {each.casefold() for each in names}:
                raise UserError(f"a collection {name!r} is here already")
            if len(names) >= MAX_COLLECTIONS:
                raise UserError(f"{MAX_COLLECTIONS} collections are the most that are kept")
            collection = Collection(self._others / name, create=True)
            self._opened[name] = self._pipeline(collection)
        return name

    def answerer(self, name: str | None = None) -> Answerer:
        """The pipeline over a collection, by default over the first.

        Raises:
            UnknownCollectionError: If there is none of this name.
            UserError: If it cannot be opened.
        """
        name = name or MAIN
        with self._lock:
            known = self._opened.get(name)
            if known is None:
                if name not in self.names():
                    raise UnknownCollectionError("no collection of this name")
                place = self._main if name == MAIN else self._others / name
                known = self._pipeline(open_collection(place))
                self._opened[name] = known
        return known

    def collection(self, name: str | None = None) -> Collection:
        """A collection, by default the first; errors as for `answerer`."""
        return self.answerer(name).collection


def default_folder() -> Path:
    """Where the other collections are unless told otherwise: among the user's own data."""
    from platformdirs import user_data_path

    return user_data_path("article-qa", appauthor=False) / "collections"
