"""Open collections and fill them, showing progress; the default one begins with the seeds."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from index.collection import Collection
from index.place import Place, place_of
from index.types import Added, Article

if TYPE_CHECKING:
    from index.sources.files import Measured

SEEDS = Path(__file__).resolve().parent.parent / "seeds"

_LINE_SECONDS = 10.0
"""How often a log is told how far adding has come."""


def default_folder() -> Path:
    """The folder of the default collection, among the user's data."""
    from platformdirs import user_data_path

    return user_data_path("article-qa", appauthor=False) / "collection"


def collection_place() -> Place:
    """The folder of the collection that is used when none is named."""
    configured = os.environ.get("QA_COLLECTION")
    return place_of(configured) if configured else default_folder()


def open_collection(
    place: Place | None = None, *, create: bool = False, embedder: str | None = None
) -> Collection:
    """Open a collection; the default one is made from the seed articles when it is missing.

    Args:
        place: Where it is. None is what the environment variable `QA_COLLECTION` names, or else
            the default collection.
        create: Make it if it is missing.
        embedder: For a new collection, a sentence-transformers model instead of the bundled one.

    Raises:
        UserError: If there is no collection, or it cannot be opened.
    """
    if place is not None or os.environ.get("QA_COLLECTION"):
        return Collection(place or collection_place(), create=create, embedder=embedder)
    collection = Collection(default_folder(), create=True, embedder=embedder)
    if collection.is_new:
        add_with_progress(collection, seed_articles())
    return collection


def seed_articles() -> Iterator[Article]:
    """The articles of `seeds/`, whose sources are named from the project's root."""
    from index.sources.files import read_file  # with all that reads files: not for a question

    for path in sorted(SEEDS.glob("*.txt")):
        yield read_file(path, source=f"seeds/{path.name}")


def add_with_progress(
    collection: Collection, articles: "Iterable[Article] | Measured", workers: int = 1
) -> Added:
    """Add articles and tell on standard error how many are stored, how fast, and the time left.

    On a terminal that is one line, which changes; elsewhere, as in a log, a line now and then.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    told = _Stored(articles)
    if not sys.stderr.isatty():
        due = time.monotonic() + _LINE_SECONDS

        def print_line(article: Article, passages: int) -> None:
            nonlocal due
            told.count(article, passages)
            if time.monotonic() >= due:
                due = time.monotonic() + _LINE_SECONDS
                print(told.words, file=sys.stderr, flush=True)

        return collection.add(told, print_line, workers=workers)
    columns = TextColumn("{task.description}"), BarColumn(bar_width=12)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("reading", total=None)

        def advance(article: Article, passages: int) -> None:
            told.count(article, passages)
            total = 1.0 if told.share is not None else None
            progress.update(task, description=told.words, total=total, completed=told.share or 0.0)

        return collection.add(told, advance, workers=workers)


class _Stored:
    """Gives the articles of a source, and tells how far the storing of them has come.

    Reading is ahead of storing, and is quick; so the share of the source that was read when an
    article came from it counts once that article is stored.
    """

    def __init__(self, articles: "Iterable[Article] | Measured") -> None:
        self._source = articles
        self._began = time.monotonic()
        self._shares: dict[str, float] = {}
        self._articles = self._passages = 0
        self.share: float | None = None

    def __iter__(self) -> Iterator[Article]:
        for article in self._source:
            # Of files and pages it is known how much there is to read; of a mere iterator not.
            if total := getattr(self._source, "total", None):
                self._shares[article.id] = min(1.0, getattr(self._source, "done", 0) / total)
            yield article

    def count(self, article: Article, passages: int) -> None:
        """An article is stored."""
        self._articles += 1
        self._passages += passages
        share = self._shares.pop(article.id, None)
        if share is not None:
            self.share = max(share, self.share or 0.0)

    @property
    def words(self) -> str:
        """The progress, in a line that fits a narrow terminal."""
        seconds = max(time.monotonic() - self._began, 1e-3)
        articles = f"{self._articles:,} article{'' if self._articles == 1 else 's'}"
        parts = [articles, f"{self._passages / seconds:,.0f} passages/s"]
        if self.share:
            left = seconds * (1 - self.share) / self.share
            parts.append(f"{self.share:.0%}, {_duration(left)} left")
        return ", ".join(parts)


def _duration(seconds: float) -> str:
    """A time in words, as exact as a guess is."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


@contextmanager
def counted(doing: str, things: str) -> Iterator[Callable[[int, int], None]]:
    """Show on standard error how many of how many things are done, once there are any.

    Args:
        doing: What is being done, as "embedding anew".
        things: What is counted, as "passages".
    """
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn(doing),
        MofNCompleteColumn(),
        TextColumn(f"{things}, left"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(doing, total=None, visible=False)
        yield lambda done, total: progress.update(task, completed=done, total=total, visible=True)
