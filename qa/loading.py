"""Open collections and fill them, showing progress; the default one begins with the seeds."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.collection import Collection
from index.place import Place, place_of
from index.sources.files import Measured, read_file
from index.types import Added, Article

SEEDS = Path(__file__).resolve().parent.parent / "seeds"


def default_folder() -> Path:
    """Where the default collection lies, among the user's data."""
    from platformdirs import user_data_path

    return user_data_path("article-qa", appauthor=False) / "collection"


def collection_place() -> Place:
    """Where the collection is that is used when none is named."""
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
    for path in sorted(SEEDS.glob("*.txt")):
        yield read_file(path, source=f"seeds/{path.name}")


def add_with_progress(
    collection: Collection, articles: Iterable[Article] | Measured, workers: int = 1
) -> Added:
    """Add articles and show on standard error how many are in, how fast, and the time left."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("indexing: {task.fields[articles]} articles, {task.fields[passages]} passages"),
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TextColumn("{task.fields[rate]:.0f} passages/s"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("indexing", total=None, articles=0, passages=0, rate=0.0)
        articles_in = passages_in = 0
        began = time.monotonic()

        def advance(article: Article, passages: int) -> None:
            nonlocal articles_in, passages_in
            articles_in += 1
            passages_in += passages
            rate = passages_in / max(time.monotonic() - began, 1e-3)
            progress.update(task, articles=articles_in, passages=passages_in, rate=rate)
            # Of files and pages it is known how much there is to read; of a mere iterator not.
            if (total := getattr(articles, "total", None)) is not None:
                progress.update(task, total=total, completed=getattr(articles, "done", 0))

        return collection.add(articles, advance, workers=workers)


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
        TextColumn(doing), MofNCompleteColumn(), TextColumn(f"{things}, left"),
        TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(doing, total=None, visible=False)
        yield lambda done, total: progress.update(task, completed=done, total=total, visible=True)
