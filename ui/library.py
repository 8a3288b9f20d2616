"""The collections that a server offers: the one it was started with, and a folder of others."""

import os
import re
import secrets
import shutil
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


class TakenError(UserError):
    """There is one of this name or id already."""


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

    @property
    def folder(self) -> Path:
        """In which the other collections are, and what is kept beside them."""
        return self._others

    def names(self) -> list[str]:
        """All collections, the first one first."""
        if not self._others.is_dir():
            return [MAIN]
        names = [
            path.name
            for path in self._others.iterdir()
            if _NAME.fullmatch(path.name) and path.is_dir() and path.name != MAIN
        ]
        return [MAIN, *sorted(names)]

    def create(self, name: str) -> str:
        """Make an empty collection; returns its name.

        Raises:
            TakenError: If there is one of this name.
            UserError: If the name is not a plain one, or there are too many.
        """
        name = name.strip()
        with self._lock:
            self._refuse_name(name)
            if len(self.names()) >= MAX_COLLECTIONS:
                raise UserError(f"{MAX_COLLECTIONS} collections are the most that are kept")
            collection = Collection(self._others / name, create=True)
            self._opened[name] = self._pipeline(collection)
        return name

    def rename(self, old: str, new: str) -> str:
        """Give a collection another name; returns it.

        Raises:
            UnknownCollectionError: If there is none of the old name.
            UserError: If it is the first one, or the new name is not a plain one or is taken.
        """
        new = new.strip()
        with self._lock:
            self._refuse_name(new, but=old)
            self._let_go(old, "renamed")
            (self._others / old).rename(self._others / new)
        return new

    def delete(self, name: str) -> None:
        """Delete a collection with all of its articles, for good.

        Raises:
            UnknownCollectionError: If there is none of this name.
            UserError: If it is the first one.
        """
        with self._lock:
            self._let_go(name, "deleted")
            # In one step; a kill in the middle of deleting leaves what is no collection.
            gone = self._others / f".deleted-{secrets.token_hex(8)}"
            (self._others / name).rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def _refuse_name(self, name: str, but: str = "") -> None:
        if not _NAME.fullmatch(name):
            raise UserError(
                "a collection's name is 1 to 48 letters, digits, spaces, '-' or '_', "
                "and begins with a letter or digit"
            )
        taken = {known.casefold() for known in self.names() if known != but}
        if name.casefold() in taken or name == but:
            raise TakenError(f"a collection {name!r} is here already")

    def _let_go(self, name: str, what: str) -> None:
        if name == MAIN:
            raise UserError(f"{MAIN} is the collection of this server, and cannot be {what}")
        if name not in self.names():
            raise UnknownCollectionError("no collection of this name")
        opened = self._opened.pop(name, None)
        if opened is not None and os.name == "nt":
            # Elsewhere, questions that are under way may end; then its files are closed.
            opened.collection.close()

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
    """The default folder of the other collections, among the user's own data."""
    from platformdirs import user_data_path

    return user_data_path("article-qa", appauthor=False) / "collections"
