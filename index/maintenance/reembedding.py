"""Embed a collection anew, for a version of this program that brings another embedder.

Articles and passages stay as they are. The new vectors gather in a file of their own, so that the
work can be interrupted and goes on; they take the place of the old ones in one transaction.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from index.embedding.embedder import Embedder
from index.errors import UserError
from index.ingest import BATCH_PASSAGES
from index.local.store import Store
from index.passages import embedding_text
from index.types import Article, Passage

Progress = Callable[[int, int], None]
"""Called with the numbers of passages embedded so far and in all."""


def embed_anew(store: Store, gathered: Path, embedder: Embedder, progress: Progress) -> None:
    """Replace all vectors of a store by those of another embedder.

    Others may read and write meanwhile: what they add is embedded too. Once it is done, processes
    that opened the store before have to open it again.

    Args:
        store: The collection's store.
        gathered: A file beside it, for the new vectors; it is deleted in the end.
        embedder: Makes the new vectors.
        progress: Called after each batch.

    Raises:
        UserError: If a file cannot be written.
    """
    try:
        with closing(sqlite3.connect(gathered, isolation_level=None)) as fresh:
            while True:
                # After a restore the same ids are those of other passages.
                history = store.state().identity
                _prepare(fresh, embedder.name, history)
                for batch in _lacking(store, fresh):
                    texts = [embedding_text(article, passage) for _, article, passage in batch]
                    vectors = embedder.embed(texts).astype(np.float16)
                    rows = [
                        (number, vector.tobytes())
                        for (number, _, _), vector in zip(batch, vectors, strict=True)
                    ]
                    fresh.execute("BEGIN")
                    fresh.executemany("INSERT INTO vectors VALUES (?, ?)", rows)
                    fresh.execute("COMMIT")
                    (done,) = fresh.execute("SELECT count(*) FROM vectors").fetchone()
                    progress(done, max(done, store.counts()[1]))
                # Somebody may have added passages since the last look, or restored others.
                if store.exchange_vectors(gathered, embedder.name, history):
                    break
    except (sqlite3.Error, OSError) as error:
        raise UserError(f"{gathered}: cannot be written ({error})") from None
    for name in (gathered.name, f"{gathered.name}-journal"):
        gathered.with_name(name).unlink(missing_ok=True)


def _prepare(fresh: sqlite3.Connection, embedder: str, history: str) -> None:
    """Create the tables; drop vectors of another embedder or of another history."""
    fresh.execute(
        "CREATE TABLE IF NOT EXISTS vectors (passage_id INTEGER PRIMARY KEY, vector BLOB)"
    )
    fresh.execute("CREATE TABLE IF NOT EXISTS made_for (embedder TEXT, history TEXT)")
    if fresh.execute("SELECT * FROM made_for").fetchall() != [(embedder, history)]:
        fresh.execute("DELETE FROM vectors")
        fresh.execute("DELETE FROM made_for")
        fresh.execute("INSERT INTO made_for VALUES (?, ?)", (embedder, history))


def _lacking(
    store: Store, fresh: sqlite3.Connection
) -> Iterator[list[tuple[int, Article, Passage]]]:
    """Passages without a new vector, with their ids and articles, in batches."""
    made = {row[0] for row in fresh.execute("SELECT passage_id FROM vectors")}
    batch: list[tuple[int, Article, Passage]] = []
    for article in store.articles():
        for number, passage in store.passages_of(article.id):
            if number not in made:
                batch.append((number, article, passage))
        if len(batch) >= BATCH_PASSAGES:
            yield batch
            batch = []
    if batch:
        yield batch
