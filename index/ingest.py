"""Turn articles into stored passages; reading, embedding and writing run at the same time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, Full, Queue
from threading import Event, Thread

import numpy as np

from index.backend import Backend, Outcome, Vectors
from index.embedding.embedder import Embedder
from index.passages import embedding_text, split
from index.types import Added, Article, Passage

BATCH_PASSAGES = 256
"""Passages that are embedded and committed together: the work that Ctrl-C can lose."""

_READ_AHEAD = 2
"""Batches that are read and split before the embedder asks for them."""

_POLL_SECONDS = 0.1

Batch = Sequence[tuple[Article, list[Passage] | None]]
Progress = Callable[[Article, int], None]


class _End:
    """The end of the queue of batches; holds the error that ended reading early, if any."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def add_articles(
    articles: Iterable[Article], backend: Backend, embedder: Embedder, progress: Progress
) -> Added:
    """Add articles in batches; `progress` is called with each article once it is committed.

    One thread reads and splits the next batches, the calling thread embeds, and a third one writes.
    An exception or Ctrl-C ends it between batches.
    """
    total = Added()
    pending: tuple[Future[Added], Batch] | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="article-writer") as writer:
        try:
            for batch in _read_ahead(_batches(articles, backend)):
                rows = embedded(batch, embedder)
                if pending is not None:
                    total = _finish(*pending, total, progress)
                pending = writer.submit(_write, backend, rows, len(batch)), batch
        finally:
            if pending is not None:
                total = _finish(*pending, total, progress)
    return total


def _batches(articles: Iterable[Article], backend: Backend) -> Iterator[Batch]:
    """Split articles into passages, in batches of about `BATCH_PASSAGES` passages.

    The passages of an article that is stored already are None. A repeated id closes the batch, so
    that the later article replaces the earlier one.
    """
    batch: dict[str, tuple[Article, list[Passage] | None]] = {}
    size = 0
    seen: set[str] = set()
    try:
        for article in map(backend.corrected, articles):
            if article.id in batch:
                yield list(batch.values())
                batch, size = {}, 0
            # An earlier article of the same id may not be written yet.
            known = article.id not in seen and backend.holds(article)
            passages = None if known else split(article)
            seen.add(article.id)
            batch[article.id] = (article, passages)
            size += len(passages or ()) + 1
            if size >= BATCH_PASSAGES:
                yield list(batch.values())
                batch, size = {}, 0
    except Exception:
        # The articles read before the error are yielded first.
        if batch:
            yield list(batch.values())
        raise
    if batch:
        yield list(batch.values())


def _read_ahead(batches: Iterator[Batch]) -> Iterator[Batch]:
    """Run an iterator in its own thread, a few batches ahead."""
    queue: Queue[Batch | _End] = Queue(_READ_AHEAD)
    stopped = Event()

    def put(item: Batch | _End) -> bool:
        while not stopped.is_set():
            try:
                queue.put(item, timeout=_POLL_SECONDS)
            except Full:
                continue
            return True
        return False

    def read() -> None:
        error: BaseException | None = None
        try:
            for batch in batches:
                if not put(batch):
                    return
        except BaseException as caught:  # noqa: BLE001 - it is raised again where it is awaited
            error = caught
        put(_End(error))

    reader = Thread(target=read, name="article-reader", daemon=True)
    reader.start()
    try:
        while True:
            try:
                item = queue.get(timeout=_POLL_SECONDS)
            except Empty:
                # On some systems, a wait without a timeout would block Ctrl-C.
                continue
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()


def embedded(batch: Batch, embedder: Embedder) -> list[tuple[Article, list[Passage], Vectors]]:
    """Embed the new articles of a batch: the rows that `Backend.put` takes."""
    new = [(article, passages) for article, passages in batch if passages is not None]
    texts = [embedding_text(article, passage) for article, passages in new for passage in passages]
    if not new:
        return []
    vectors = embedder.embed(texts).astype(np.float16)
    ends = np.cumsum([len(passages) for _, passages in new])
    parts = np.split(vectors, ends[:-1])
    return [(article, passages, part) for (article, passages), part in zip(new, parts, strict=True)]


def _write(
    backend: Backend,
    rows: Sequence[tuple[Article, list[Passage], Vectors]],
    articles: int,
) -> Added:
    outcomes = backend.put(rows) if rows else []
    unchanged = articles - len(rows) + outcomes.count(Outcome.UNCHANGED)
    stored = zip(rows, outcomes, strict=True)
    return Added(
        outcomes.count(Outcome.ADDED),
        outcomes.count(Outcome.UPDATED),
        unchanged,
        sum(len(row[1]) for row, outcome in stored if outcome is not Outcome.UNCHANGED),
    )


def _finish(written: Future[Added], batch: Batch, total: Added, progress: Progress) -> Added:
    new = written.result()
    for article, passages in batch:
        progress(article, len(passages or ()))
    return total + new
