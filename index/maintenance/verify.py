"""Check a collection, and rebuild what is damaged."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from index.collection import Collection
from index.embedding.embedder import is_superseded, load_embedder
from index.errors import UserError
from index.identity import digest
from index.ingest import embedded
from index.local.backend import LocalBackend
from index.local.checkpoint import read_checkpoint
from index.local.folder import CHECKPOINT, REEMBEDDING
from index.local.lexical import DamagedError
from index.local.store import Store
from index.maintenance.reembedding import Progress, embed_anew
from index.passages import split

_UNIT_TOLERANCE = 0.01
"""Float16 keeps a vector's length to about a thousandth."""


@dataclass(slots=True)
class Report:
    """The findings of a check.

    Attributes:
        articles: Number of articles checked.
        passages: Number of passages checked.
        problems: One line for each problem.
        broken_articles: Ids of the articles whose passages or vectors are wrong.
        broken_indexes: True if a derived index is wrong.
        broken_schema: True if the file has more, or less, than the tables and indexes of a
            collection.
        superseded: True if the vectors are of an embedder of another version of this program.
        beyond_repair: True if the articles themselves are damaged.
    """

    articles: int = 0
    passages: int = 0
    problems: list[str] = field(default_factory=list)
    broken_articles: list[str] = field(default_factory=list)
    broken_indexes: bool = False
    broken_schema: bool = False
    superseded: bool = False
    beyond_repair: bool = False


def article_damage(store: Store) -> Iterator[str]:
    """One line for each problem of the articles themselves; passages and vectors are derived."""
    if problems := [*store.integrity(), *store.lost_settings()]:
        yield from problems
        return
    yield from (f"{name} is not as it was made" for name in store.schema().altered)
    for article, stored_digest, _ in store.everything():
        if digest(article) != stored_digest:
            yield f"article {article.id} is not as it was stored"


def check(collection: Collection) -> Report:
    """Check every article, passage and vector, and compare the derived indexes with them."""
    backend = _local(collection)
    report = Report()
    for problem in (*backend.store.integrity(), *backend.store.lost_settings()):
        report.problems.append(f"database: {problem}")
        report.beyond_repair = True
    if report.beyond_repair:
        return report
    _check_schema(backend, report)
    if is_superseded(backend.embedder):
        report.problems.append("vectors: made by the embedder of another version of article-qa")
        report.superseded = True
    checkpoint = backend.path / CHECKPOINT
    if checkpoint.exists() and read_checkpoint(checkpoint, lambda header, file: True) is None:
        report.problems.append(f"{checkpoint.name}: damaged or of another version")
        report.broken_indexes = True
    try:
        _check_store(backend, report)
    except sqlite3.DatabaseError as error:  # Rows that can be read may still hold no text.
        report.problems.append(f"database: {error}")
        report.beyond_repair = True
        return report
    _check_indexes(backend, report)
    return report


def repair(
    collection: Collection,
    report: Report,
    progress: Progress = lambda done, total: None,
) -> None:
    """Rebuild what is derived: passages and vectors of broken articles, and the indexes.

    Args:
        collection: The collection.
        report: The result of the check.
        progress: Called with the numbers of vectors embedded anew so far and in all.

    Raises:
        UserError: If the articles themselves are damaged.
    """
    backend = _local(collection)
    if report.beyond_repair:
        raise UserError(
            f"{collection.path}: its articles are damaged; restore a backup with "
            "`article-qa restore`"
        )
    if report.broken_schema:
        try:
            backend.store.mend_schema()
        except sqlite3.Error as error:
            raise UserError(f"{collection.path}: cannot be repaired ({error})") from None
    if report.superseded:
        gathered = backend.path / REEMBEDDING
        embed_anew(backend.store, gathered, load_embedder(), progress)
    for article_id in report.broken_articles:
        article = backend.article(article_id)
        if article is not None:
            # The article stays stored until its new passages take the place of the old ones.
            backend.store.renew(embedded([(article, split(article))], collection.embedder))
    backend.vectors.discard()
    backend.lexical.repair(backend.store)
    backend.settle()


def _check_schema(backend: LocalBackend, report: Report) -> None:
    schema = backend.store.schema()
    for kind, name in schema.foreign:
        more = "; a backup leaves it out" if kind == "table" else ""
        report.problems.append(f"database: the {kind} {name} is not of article-qa{more}")
        report.broken_schema = True
    for statement in schema.missing_indexes:
        report.problems.append(f"database: missing: {statement}")
        report.broken_schema = True
    for name in schema.altered:
        report.problems.append(f"database: {name} is not as article-qa made it")
        report.beyond_repair = True


def _check_store(backend: LocalBackend, report: Report) -> None:
    dimension = backend.store.dimension()
    for article, stored_digest, passages in backend.store.everything():
        report.articles += 1
        report.passages += len(passages)
        if digest(article) != stored_digest:
            what = "text is not what was stored" if stored_digest else "date is no day"
            report.problems.append(f"article {article.id}: its {what}")
            report.beyond_repair = True
        wrong = []
        for passage, vector in passages:
            if not 0 <= passage.start < passage.end <= len(article.text):
                wrong.append(f"passage {passage.start}-{passage.end} is not inside it")
            if len(vector) != dimension:
                wrong.append(f"a vector has {len(vector)} dimensions, not {dimension}")
            elif not np.isfinite(vector).all():
                wrong.append("a vector is not finite")
            elif abs(float(np.linalg.norm(vector.astype(np.float32))) - 1) > _UNIT_TOLERANCE:
                wrong.append("a vector is not of unit length")
        if not passages and split(article):
            wrong.append("it has no passages")
        if wrong:
            report.broken_articles.append(article.id)
            report.problems += [f"article {article.id}: {problem}" for problem in wrong]


def _check_indexes(backend: LocalBackend, report: Report) -> None:
    try:
        problems = list(_index_problems(backend))
    except (DamagedError, OSError, UserError) as error:
        problems = [f"an index cannot be read: {error}"]
    if problems:
        report.problems += problems
        report.broken_indexes = True


def _index_problems(backend: LocalBackend) -> Iterator[str]:
    backend.follow()
    state = backend.store.state()
    stored = set(backend.store.passage_ids())
    for name, index in (("vectors", backend.vectors), ("lexical", backend.lexical)):
        if index.state != state:
            if backend.store.state() != state:
                return  # Somebody writes just now; there is nothing to compare to.
            yield f"{name}: has seen change {index.state.counter} of {state.counter}"
    in_vectors: list[int] = backend.vectors.ids().tolist()
    in_lexical = backend.lexical.ids()
    if backend.store.state() != state:
        return
    for name, every in (("vectors", in_vectors), ("lexical", in_lexical)):
        ids = set(every)
        if len(ids) < len(every):
            yield f"{name}: {len(every) - len(ids)} passages are in it twice"
        if ids != stored:
            yield (
                f"{name}: {len(stored - ids)} passages are missing in it, "
                f"{len(ids - stored)} are no more"
            )


def _local(collection: Collection) -> LocalBackend:
    if not isinstance(collection.backend, LocalBackend):
        raise UserError(f"{collection.path}: only a collection in a folder is checked and repaired")
    return collection.backend
