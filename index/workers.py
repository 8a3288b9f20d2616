"""Add articles with several processes, each of which splits, embeds and writes a part of them.

One process embeds on all cores of a small machine. More processes pay off once the Python code
around it, which uses one core at a time, is the limit: on a machine with many cores that fills a
cluster.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from index.backend import Backend
from index.embedding.embedder import Embedder
from index.errors import UserError
from index.ingest import add_articles
from index.place import MilvusAddress, Place
from index.storage import embedder_of, open_backend
from index.types import Added, Article

_PART_CHARACTERS = 250_000
"""About a thousand passages: what a worker is given at a time."""

_PARTS_AHEAD = 2

Part = list[Article]
Done = tuple[Added, list[int]]

_backend: Backend
_embedder: Embedder


def add_with_workers(
    articles: Iterable[Article],
    place: Place,
    workers: int,
    progress: Callable[[Article, int], None],
) -> Added:
    """Add articles; `progress` is called with each one once it is committed.

    Args:
        articles: Of any number; they are read as they are needed.
        place: Place of the collection, which exists already.
        workers: Number of processes.
        progress: As in `Collection.add`.

    Raises:
        UserError: If the collection cannot be shared by processes, or one of them has died.
            Committed articles stay; adding the same articles again goes on from there.
    """
    if isinstance(place, MilvusAddress) and place.is_file:
        raise UserError(f"{place}: one process at a time uses a file of milvus-lite; no --workers")
    total = Added()
    running: dict[Future[Done], Part] = {}

    def take(futures: Iterable[Future[Done]]) -> None:
        nonlocal total
        for future in futures:
            part = running.pop(future)
            added, passages = future.result()
            total += added
            for article, count in zip(part, passages, strict=True):
                progress(article, count)

    context = multiprocessing.get_context("spawn")
    number = context.Value("i", 0)
    with ProcessPoolExecutor(workers, context, _begin, (place, number, workers)) as pool:
        try:
            try:
                for part in _parts(articles):
                    # The later of two articles with one id is the one that stays.
                    ids = {article.id for article in part}
                    if any(article.id in ids for begun in running.values() for article in begun):
                        take(list(running))
                    while len(running) >= _PARTS_AHEAD * workers:
                        take(wait(running, return_when=FIRST_COMPLETED).done)
                    running[pool.submit(_add, part)] = part
            except Exception:
                take(list(running))  # parts that were begun are finished, and reported
                raise
            take(list(running))
        except BrokenProcessPool:
            raise UserError(
                f"{place}: a worker has died, perhaps for want of memory; the same command goes "
                "on from what is in"
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)
    return total


def _parts(articles: Iterable[Article]) -> Iterator[Part]:
    """Group articles; those read before an error are yielded before it is raised."""
    part: Part = []
    characters = 0
    try:
        for article in articles:
            part.append(article)
            characters += len(article.text)
            if characters >= _PART_CHARACTERS:
                yield part
                part, characters = [], 0
    except Exception:
        if part:
            yield part
        raise
    if part:
        yield part


def _begin(place: Place, number: "multiprocessing.sharedctypes.Synchronized[int]", of: int) -> None:
    """Prepare a worker: its share of the cores, and the collection."""
    # Ctrl-C is the parent's to handle: it lets the workers finish what they have begun.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "sched_setaffinity"):
        with number.get_lock():
            mine = number.value % of
            number.value += 1
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, cores[mine % len(cores) :: of] or cores)
    global _backend, _embedder
    _backend = open_backend(place)
    _embedder = embedder_of(_backend, place)


def _add(part: Part) -> Done:
    passages: dict[str, int] = {}

    def note(article: Article, count: int) -> None:
        passages[article.id] = count

    added = add_articles(part, _backend, _embedder, note)
    return added, [passages[article.id] for article in part]
