"""The lexical index: BM25 by tantivy, derived from the store."""

import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock

import tantivy
from filelock import FileLock

from index.store import State, Store

TITLE_WEIGHT = 0.5
"""Weight of a match in the title against one in the passage."""

_ANALYZER = "article-qa"
_HEAP_BYTES = 64_000_000
_CURSOR = 0  # the id of the document that records how far the index has seen; passages start at 1


class LexicalIndex:
    """BM25 over passages and their titles that follows a store.

    The tantivy folder is shared by all processes of a collection; whoever finds it behind brings it
    up to date, one at a time. How far it has seen is itself a document, committed together with
    what was seen, so that no crash can part the two.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._analyzer = _analyzer()
        self._write_lock = FileLock(folder.with_suffix(".lock"))
        self._lock = Lock()
        self._index = self._open()

    def catch_up(self, store: Store) -> None:
        """Bring the index to what the store holds now, or wait for the process that does."""
        with self._lock:
            target = store.state()
            if self._seen() == target:
                return
            with self._write_lock:
                self._index.reload()
                with store.changes_since(self._seen()) as changes:
                    if self._seen() == changes.state:
                        return
                    writer = self._index.writer(_HEAP_BYTES, 1)
                    for passage_id in [_CURSOR, *changes.removed()]:
                        writer.delete_documents_by_term("id", passage_id)
                    for row in changes.added_texts():
                        title = title_text(row.title, row.published)
                        writer.add_document(self._document(id=row.id, title=title, text=row.text))
                    counter, last_passage = changes.state
                    writer.add_document(
                        self._document(id=_CURSOR, counter=counter, last_passage=last_passage)
                    )
                    writer.commit()
                    writer.wait_merging_threads()
            self._index.reload()

    def search(
        self, question: str, k: int, allowed: Sequence[int] | None = None
    ) -> dict[int, float]:
        """The k passages with the best BM25 scores, best first: ids and scores.

        Args:
            question: Words in any form; it has no query syntax.
            k: How many at most.
            allowed: Only these passage ids; None is all.
        """
        terms = dict.fromkeys(self._analyzer.analyze(question))
        if not terms:
            return {}
        schema = self._index.schema
        should = []
        for term in terms:
            should.append(tantivy.Query.term_query(schema, "text", term))
            title = tantivy.Query.term_query(schema, "title", term)
            should.append(tantivy.Query.boost_query(title, TITLE_WEIGHT))
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, each) for each in should])
        if allowed is not None:
            among = tantivy.Query.term_set_query(schema, "id", list(allowed))
            query = tantivy.Query.boolean_query(
                [(tantivy.Occur.Must, query), (tantivy.Occur.Must, _unscored(among))]
            )
        searcher = self._index.searcher()
        hits = searcher.search(query, k, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        return {int(each or 0): float(score) for each, (score, _) in zip(ids, hits, strict=True)}

    def _document(self, **fields: int | str) -> tantivy.Document:
        return tantivy.Document.from_dict(fields, self._index.schema)

    def _seen(self) -> State:
        searcher = self._index.searcher()
        query = tantivy.Query.term_query(self._index.schema, "id", _CURSOR)
        hits = searcher.search(query, 1, count=False).hits
        if not hits:
            return State(0, 0)
        cursor = searcher.doc(hits[0][1])
        return State(cursor.get_first("counter") or 0, cursor.get_first("last_passage") or 0)

    def _open(self) -> tantivy.Index:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", indexed=True, fast=True)
        builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_unsigned_field("counter", stored=True)
        builder.add_unsigned_field("last_passage", stored=True)
        schema = builder.build()
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._write_lock:
            try:
                index = tantivy.Index(schema, path=str(self._folder))
            except ValueError:
                # Damaged, or of another schema; all that it held is in the store.
                shutil.rmtree(self._folder)
                self._folder.mkdir()
                index = tantivy.Index(schema, path=str(self._folder))
        index.register_tokenizer(_ANALYZER, self._analyzer)
        return index


def title_text(title: str, published: date | None) -> str:
    """What is searchable of an article beside its text: its title and its date in words."""
    return f"{title} {published:%d %B %Y}" if published else title


def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stopword("english"))
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _unscored(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
