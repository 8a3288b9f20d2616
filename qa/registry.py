"""Collections that a process opens once and shares."""

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from index.place import Place, place_of
from qa.loading import collection_place, open_collection

if TYPE_CHECKING:
    from index.collection import Collection
    from qa.pipeline import Answerer

MAX_OPEN = 8
"""Collections that are kept open; of more, the one that was asked longest ago is closed."""


@dataclass(slots=True)
class _Open:
    """An open collection's pipeline, and how many questions it is answering."""

    answerer: "Answerer"
    users: int = 0


class Registry:
    """Opens collections when they are first asked, and closes those that are asked no more.

    Threads may share one. Two threads that ask first open a collection, or load a model, once.
    """

    def __init__(self, max_open: int = MAX_OPEN) -> None:
        self._max_open = max_open
        self._lock = Lock()
        self._open: OrderedDict[tuple[Place, str | None], _Open] = OrderedDict()

    @contextmanager
    def answerer(self, collection: "Collection | Path | str | None" = None) -> "Iterator[Answerer]":
        """The pipeline over a collection; it stays open at least until the block ends.

        Args:
            collection: A collection, which stays its owner's; its folder; where it is on Milvus;
                or None for what `QA_COLLECTION` names now, or else the default collection.

        Raises:
            UserError: If the collection cannot be opened.
        """
        from index.collection import Collection
        from qa.pipeline import Answerer

        if isinstance(collection, Collection):
            yield Answerer(collection)
            return
        opened = self._taken(collection)
        try:
            yield opened.answerer
        finally:
            with self._lock:
                opened.users -= 1
                self._close_surplus()

    def close(self) -> None:
        """Close every collection that is not answering a question."""
        with self._lock:
            self._close_surplus(kept=0)

    def _taken(self, collection: Path | str | None) -> _Open:
        from qa.pipeline import Answerer

        place = collection_place() if collection is None else place_of(collection)
        if isinstance(place, Path):
            # After a change of directory a relative path is another folder.
            place = place.expanduser().resolve()
        key = place, os.environ.get("QA_READER")
        with self._lock:
            opened = self._open.get(key)
            if opened is None:
                own = collection is None and not os.environ.get("QA_COLLECTION")
                opened = _Open(Answerer(open_collection(None if own else place)))
                self._open[key] = opened
            opened.users += 1
            self._open.move_to_end(key)
            return opened

    def _close_surplus(self, kept: int | None = None) -> None:
        surplus = len(self._open) - (self._max_open if kept is None else kept)
        for key in [key for key, opened in self._open.items() if not opened.users]:
            if surplus <= 0:
                break
            self._open.pop(key).answerer.collection.close()
            surplus -= 1


REGISTRY = Registry()
"""What `qa.ask` asks."""
