"""Time, memory and recall of collections of a growing number of passages.

    python -m eval.bench.scale --real DIR --texts DIR --work DIR 10000 100000 1000000

prints a table. The vectors are mixtures of those of the collection `--real`; paragraphs and
questions come from the SQuAD files in the folder `--texts`. Each collection is opened and searched
in a process of its own, whose memory is measured, and kept in `--work` for a second run. For
comparison, a bare exact FAISS index over the same vectors is searched.
"""

import ctypes
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from eval.bench.corpus import (
    MadeVectors,
    Vectors,
    made_articles,
    real_paragraphs,
    real_questions,
    squad_files,
)
from index.collection import Collection
from index.identity import digest
from index.local.backend import LocalBackend
from index.local.changes import NOTHING_SEEN
from index.local.folder import STORE
from index.local.store import Store
from index.types import Article, Passage

_BLOCK = 10_000
_QUESTIONS = 300
_NEIGHBOURS = 20
_CANDIDATES = 50
_ROWS = (
    ("articles and passages to SQLite", "store_seconds", "{:.1f} s"),
    ("dense index", "dense_seconds", "{:.1f} s"),
    ("BM25 index", "lexical_seconds", "{:.1f} s"),
    ("disk", "disk_bytes", "{:.0f} B/passage"),
    ("memory when open", "memory_bytes", "{:.0f} B/passage"),
    ("memory after all searches", "memory_after_bytes", "{:.0f} B/passage"),
    ("cold open to first result", "open_seconds", "{:.2f} s"),
    ("dense p50", "dense_p50", "{:.2f} ms"),
    ("dense p95", "dense_p95", "{:.2f} ms"),
    ("BM25 p50", "lexical_p50", "{:.2f} ms"),
    ("BM25 p95", "lexical_p95", "{:.2f} ms"),
    ("hybrid p50", "hybrid_p50", "{:.2f} ms"),
    ("hybrid p95", "hybrid_p95", "{:.2f} ms"),
    ("bare exact search of faiss, float32, p50", "bare_p50", "{:.2f} ms"),
    (f"recall@{_NEIGHBOURS} of exact float32", "recall", "{:.4f}"),
)


def build(folder: Path, count: int, real: Vectors, paragraphs: list[str]) -> dict[str, float]:
    """Build a collection of `count` passages, and time the parts of the work."""
    random = np.random.default_rng(count)
    making = MadeVectors(real)
    measured = {}
    began = time.monotonic()
    folder.mkdir(parents=True)
    store = Store(folder / STORE, create_with="bench:mixed")
    store.close()
    with closing(sqlite3.connect(folder / STORE)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for first in range(0, count, _BLOCK):
            vectors = making.make(min(_BLOCK, count - first), random)
            insert(connection, made_articles(vectors, paragraphs, first, random))
        connection.execute("UPDATE settings SET value = '1' WHERE name = 'counter'")
        connection.commit()
    measured["store_seconds"] = time.monotonic() - began
    backend = LocalBackend(folder, None)
    began = time.monotonic()
    backend.vectors.catch_up(backend.store, backend.store.state())
    backend.vectors.maintain(backend.store, wait=True)
    measured["dense_seconds"] = time.monotonic() - began
    began = time.monotonic()
    backend.lexical.catch_up(backend.store, backend.store.state())
    measured["lexical_seconds"] = time.monotonic() - began
    backend.close()
    (folder / "build.json").write_text(json.dumps(measured))
    return measured


def insert(
    connection: sqlite3.Connection,
    rows: Iterable[tuple[Article, list[Passage], npt.NDArray[np.float16]]],
) -> None:
    """Write articles without grouping near-duplicates, of which there are none here."""
    for article, passages, vectors in rows:
        connection.execute(
            "INSERT INTO articles (id, title, text, source, digest, characters)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (
                article.id,
                article.title,
                article.text,
                article.source,
                digest(article),
                len(article.text),
            ),
        )
        connection.executemany(
            'INSERT INTO passages (article_id, start, "end", vector) VALUES (?, ?, ?, ?)',
            [
                (passage.article_id, passage.start, passage.end, vector.tobytes())
                for passage, vector in zip(passages, vectors, strict=True)
            ],
        )
    connection.commit()


def measure(folder: Path, questions: list[str], asked: Vectors) -> dict[str, float]:
    """Open and search a collection, in a process that has searched nothing else.

    Args:
        folder: The collection.
        questions: The questions.
        asked: Their vectors, one in each row.
    """
    _load_libraries()
    base = _memory()
    began = time.monotonic()
    backend = LocalBackend(folder, None)
    backend.find(questions[0], asked[0], _CANDIDATES, None)
    measured = {"open_seconds": time.monotonic() - began}
    count = backend.counts()[1]
    measured["memory_bytes"] = (_memory() - base) / count
    neighbours: list[list[int]] = []
    rounds: dict[str, list[list[float]]] = {"dense": [], "lexical": [], "hybrid": []}
    for _ in range(3):
        dense, lexical, hybrid = [], [], []
        neighbours.clear()
        for question, vector in zip(questions, asked, strict=True):
            began = time.perf_counter()
            neighbours.append(backend.nearest(vector, _NEIGHBOURS))
            dense.append(time.perf_counter() - began)
            began = time.perf_counter()
            backend.lexical.search(question, _CANDIDATES)
            lexical.append(time.perf_counter() - began)
            began = time.perf_counter()
            backend.find(question, vector, _CANDIDATES, None)
            hybrid.append(time.perf_counter() - began)
        for name, times in (("dense", dense), ("lexical", lexical), ("hybrid", hybrid)):
            rounds[name].append([1000 * seconds for seconds in np.percentile(times, [50, 95])])
    for name, pairs in rounds.items():
        measured[f"{name}_p50"], measured[f"{name}_p95"] = min(pairs, key=lambda pair: pair[1])
    measured["memory_after_bytes"] = (_memory() - base) / count
    exact, measured["bare_p50"] = _bare(backend.store, asked)
    hits = [len(set(row) & set(own)) for row, own in zip(exact, neighbours, strict=True)]
    measured["recall"] = float(np.mean(hits) / _NEIGHBOURS)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    measured["disk_bytes"] = size / count
    return measured


def _bare(store: Store, asked: Vectors) -> tuple[list[list[int]], float]:
    """The exact nearest passages by FAISS alone over float32, and the median milliseconds."""
    import faiss

    flat = faiss.IndexFlatIP(asked.shape[1])
    numbers = []
    with store.changes_since(NOTHING_SEEN) as changes:
        for ids, vectors in changes.added(16_384):
            flat.add(vectors.astype(np.float32))
            numbers.append(ids)
    ids = np.concatenate(numbers)
    nearest, times = [], []
    for vector in asked:
        began = time.perf_counter()
        _, places = flat.search(vector[None], _NEIGHBOURS)
        times.append(time.perf_counter() - began)
        nearest.append(ids[places[0]].tolist())
    return nearest, 1000 * float(np.median(times))


def _load_libraries() -> None:
    """Import the libraries beforehand, so that they do not count as memory of the passages."""
    import index.local.dense
    import index.local.lexical  # noqa: F401


def _memory() -> int:
    """Bytes of anonymous memory of this process, without mapped files."""
    # Freed memory that is kept would hide the next allocations.
    ctypes.CDLL(None).malloc_trim(0)
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["RssAnon"].split()[0]) * 1024


def _real_vectors(collection: Path) -> Vectors:
    store = Store(collection / STORE)
    with store.changes_since(NOTHING_SEEN) as changes:
        parts = [vectors.astype(np.float32) for _, vectors in changes.added(16_384)]
    store.close()
    return np.concatenate(parts)


@click.command()
@click.argument("counts", nargs=-1, type=int)
@click.option("--real", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--texts", type=click.Path(path_type=Path, exists=True), required=True)
@click.option("--work", type=click.Path(path_type=Path), required=True)
@click.option("--measure-only", type=click.Path(path_type=Path), hidden=True)
def scale(
    counts: tuple[int, ...], real: Path, texts: Path, work: Path, measure_only: Path | None
) -> None:
    """Print the table for collections of these numbers of passages."""
    if measure_only is not None:
        every = real_questions(squad_files(texts))
        chosen = np.random.default_rng(1).permutation(every)[:_QUESTIONS].tolist()
        with Collection(real) as collection:
            asked = collection.embedder.embed(chosen)
        click.echo(json.dumps(measure(measure_only, chosen, asked)))
        return
    vectors, paragraphs = _real_vectors(real), real_paragraphs(squad_files(texts))
    columns: list[dict[str, float]] = []
    for count in counts or (10_000, 100_000, 1_000_000):
        folder = work / str(count)
        timings = folder / "build.json"
        built = (
            json.loads(timings.read_text())
            if timings.exists()
            else build(folder, count, vectors, paragraphs)
        )
        command = [
            sys.executable,
            "-m",
            "eval.bench.scale",
            "--real",
            str(real),
            "--texts",
            str(texts),
            "--work",
            str(work),
            "--measure-only",
            str(folder),
        ]
        output = subprocess.run(  # noqa: S603 - its own command line
            command, check=True, capture_output=True, text=True
        ).stdout
        columns.append({"passages": count, **built, **json.loads(output)})
        click.echo(f"{count:,} passages done", err=True)
    click.echo(_table(columns))


def _table(columns: list[dict[str, float]]) -> str:
    """Markdown, with the growth exponent between the last two sizes."""
    heads = [f"{int(column['passages']):,}" for column in columns]
    lines = [f"| passages | {' | '.join(heads)} | growth |", "|---" * (len(heads) + 2) + "|"]
    for label, key, style in _ROWS:
        cells = [style.format(column[key]) for column in columns]
        lines.append(f"| {label} | {' | '.join(cells)} | {_growth(columns, key)} |")
    return "\n".join(lines)


def _growth(columns: list[dict[str, float]], key: str) -> str:
    if len(columns) < 2 or key in ("recall", "disk_bytes", "memory_bytes", "memory_after_bytes"):
        return ""
    first, last = columns[-2:]
    ratio: Any = np.log(last[key] / first[key]) / np.log(last["passages"] / first["passages"])
    return f"n^{ratio:.2f}"


if __name__ == "__main__":
    scale()
