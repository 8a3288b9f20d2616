"""The lexical index: BM25 by tantivy, derived from the store."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

import tantivy
from filelock import FileLock

from index.analyzer import analyzer, title_text
from index.local.changes import NOTHING_SEEN, Changes, State
from index.local.folder import set_aside
from index.local.selection import Selection
from index.local.store import Store
from index.local.temporary import clear_tantivy
from index.settings import TITLE_WEIGHT

_ANALYZER = "article-qa"
_HEAP_BYTES = 64_000_000
_SMALL_HEAP_BYTES = 15_000_000
_SMALL_CHANGE = 2_000
_NARROW = 2_000
"""A filter that leaves at most so many passages is part of the query; a broader one comes after."""

_CURSOR = 0
"""Id of the document that records the last change in the index; passages start at 1."""


_NOT_WRITABLE = ("No space left", "Read-only file system", "Permission denied")


class DamagedError(Exception):
    """The files of the index are not what tantivy wrote."""


class LexicalIndex:
    """A BM25 index of passages and titles that follows a store.

    All processes of a collection share the tantivy folder; the one that finds it out of date
    updates it, one at a time. The last change in the index is itself recorded in a document,
    committed together with the changes, so that no crash can separate them. If the folder is out of
    date and read-only, the index is built in memory.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._analyzer = analyzer()
        self._write_lock = FileLock(folder.with_suffix(".lock"))
        self._lock = Lock()  # held by whoever brings it up to date
        self._in_memory = False
        self._index = self._open()
        self._state = NOTHING_SEEN

    @property
    def state(self) -> State:
        """The last change of the store that is in this index."""
        return self._state

    def catch_up(self, store: Store, latest: State) -> None:
        """Apply the changes of the store, whose state is `latest` or newer.

        Waits if another process is doing so already.
        """
        if self._state == latest:
            return
        with self._lock:
            try:
                self._catch_up(store)
            except DamagedError:
                # Nothing is lost: the index is derived from the store.
                self._start_anew()
                self._catch_up(store)

    def search(self, question: str, k: int, selection: Selection | None = None) -> dict[int, float]:
        """BM25 scores of the k best passages by id, best first.

        Args:
            question: Words in any form; there is no query syntax.
            k: The most passages to return.
            selection: Restricts the search to these passages; None searches all.

        Raises:
            DamagedError: If its files are damaged; `repair` makes them anew.
        """
        query = self._query(question)
        if query is None:
            return {}
        with _damage_told():
            if selection is None:
                return self._best(query, k)
            if len(selection.ids) <= _NARROW:
                among = tantivy.Query.term_set_query(
                    self._index.schema, "id", selection.ids.tolist()
                )
                unscored = tantivy.Query.const_score_query(among, 0.0)
                must = tantivy.Occur.Must
                return self._best(tantivy.Query.boolean_query([(must, query), (must, unscored)]), k)
            return self._sieved(query, k, selection)

    def ids(self) -> list[int]:
        """All passage ids; an id that was indexed twice by mistake comes twice.

        Raises:
            DamagedError: If its files are damaged.
        """
        with _damage_told():
            searcher = self._index.searcher()
            hits = searcher.search(
                tantivy.Query.all_query(), max(1, searcher.num_docs), count=False
            ).hits
            values = searcher.fast_field_values("id", [address for _, address in hits])
        # Passages start at 1; the cursor is at 0.
        return [int(passage_id) for passage_id in values if passage_id]

    def repair(self, store: Store) -> None:
        """Rebuild it from the store."""
        with self._lock:
            self._start_anew()
            self._catch_up(store)

    def _catch_up(self, store: Store) -> None:
        if not self._in_memory:
            try:
                self._catch_up_on_disk(store)
            except OSError:
                # A full disk, or a folder that cannot be written to.
                pass
            else:
                return
            self._index, self._in_memory = self._new_index(None), True
            self._state = NOTHING_SEEN
        self._write_changes(store)

    def _catch_up_on_disk(self, store: Store) -> None:
        first = self._state == NOTHING_SEEN
        with _damage_told():
            self._index.reload()
        seen = self._seen()
        if seen == store.state():
            if first and seen != NOTHING_SEEN:
                with store.changes_since(seen) as changes:
                    self._refuse_other_count(changes, seen)
            self._state = seen
            return
        if store.read_only:
            raise PermissionError(self._folder)
        with self._write_lock:
            self._write_changes(store)

    def _write_changes(self, store: Store) -> None:
        with _damage_told():
            self._index.reload()
        seen = self._seen()
        with store.changes_since(seen) as changes:
            if changes.state != seen:
                # Without a cursor, an index may hold passages all the same: it is rebuilt.
                anew = changes.anew or seen == NOTHING_SEEN
                self._commit(changes, anew=anew)
                with _damage_told():
                    self._index.reload()
                seen = self._seen()
                if not anew:
                    self._refuse_other_count(changes, seen)
        self._state = seen

    def _refuse_other_count(self, changes: Changes, seen: State) -> None:
        """Compare the number of documents with that of the passages in the store.

        After a kill tantivy was seen to keep a document that the next commit had removed.

        Raises:
            DamagedError: If it has other documents than the passages and the cursor.
        """
        if seen != changes.state or seen == NOTHING_SEEN:
            return
        documents, passages = self._index.searcher().num_docs, changes.count()
        if documents != passages + 1:
            raise DamagedError(f"{documents - 1} passages in it, {passages} in the store")

    def _commit(self, changes: Changes, *, anew: bool) -> None:
        removed = changes.removed()
        rows = changes.added_texts()
        small = len(removed) + changes.count_new() < _SMALL_CHANGE
        with _damage_told():
            writer = self._index.writer(_SMALL_HEAP_BYTES if small else _HEAP_BYTES, 1)
            try:
                if anew:
                    writer.delete_all_documents()
                # Not delete_documents_by_term: tantivy 0.27 takes an int for a signed one there,
                # and deletes nothing.
                gone = tantivy.Query.term_set_query(self._index.schema, "id", [_CURSOR, *removed])
                writer.delete_documents_by_query(gone)
                for row in rows:
                    title = title_text(row.title, row.published)
                    writer.add_document(self._document(id=row.id, title=title, text=row.text))
                cursor = json.dumps(changes.state)
                writer.add_document(self._document(id=_CURSOR, cursor=cursor))
                writer.commit()
                writer.wait_merging_threads()
            finally:
                # Its lock on the folder lives as long as it, and a traceback would keep it.
                del writer

    def _query(self, question: str) -> tantivy.Query | None:
        terms = dict.fromkeys(self._analyzer.analyze(question))
        schema = self._index.schema
        should = []
        for term in terms:
            should.append(tantivy.Query.term_query(schema, "text", term))
            title = tantivy.Query.term_query(schema, "title", term)
            should.append(tantivy.Query.boost_query(title, TITLE_WEIGHT))
        if not should:
            return None
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in should])

    def _best(self, query: tantivy.Query, k: int) -> dict[int, float]:
        searcher = self._index.searcher()
        hits = searcher.search(query, k, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in hits])
        return {
            int(passage_id or 0): float(score)
            for passage_id, (score, _) in zip(ids, hits, strict=True)
        }

    def _sieved(self, query: tantivy.Query, k: int, selection: Selection) -> dict[int, float]:
        """The k best of a broad selection: asks for more results until k of them pass."""
        wanted = 4 * k
        while True:
            scores = self._best(query, wanted)
            passed = {
                passage_id: score for passage_id, score in scores.items() if passage_id in selection
            }
            if len(passed) >= k or len(scores) < wanted:
                return dict(list(passed.items())[:k])
            wanted *= 4

    def _document(self, **fields: int | str) -> tantivy.Document:
        return tantivy.Document.from_dict(fields, self._index.schema)

    def _seen(self) -> State:
        with _damage_told():
            searcher = self._index.searcher()
            query = tantivy.Query.term_query(self._index.schema, "id", _CURSOR)
            hits = searcher.search(query, 1, count=False).hits
            if not hits:
                return NOTHING_SEEN
            cursor = searcher.doc(hits[0][1]).get_first("cursor")
            return State(*json.loads(str(cursor)))

    def _open(self) -> tantivy.Index:
        try:
            if not self._folder.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
            with self._write_lock:
                clear_tantivy(self._folder)
                try:
                    with _damage_told():
                        return self._new_index(self._folder)
                except DamagedError:
                    return self._emptied()
        except OSError:
            pass
        try:
            with _damage_told():
                # Read-only, but perhaps up to date.
                return self._new_index(self._folder)
        except (DamagedError, OSError):
            self._in_memory = True
            return self._new_index(None)

    def _start_anew(self) -> None:
        self._state = NOTHING_SEEN
        try:
            with self._write_lock:
                self._index = self._emptied()
        except OSError:
            self._index, self._in_memory = self._new_index(None), True

    def _emptied(self) -> tantivy.Index:
        if self._folder.is_dir():
            shutil.rmtree(self._folder)
        elif self._folder.exists():
            set_aside(self._folder)
        self._folder.mkdir()
        return self._new_index(self._folder)

    def _new_index(self, folder: Path | None) -> tantivy.Index:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("id", indexed=True, fast=True)
        builder.add_text_field("title", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
        builder.add_text_field("cursor", stored=True, tokenizer_name="raw", index_option="basic")
        index = tantivy.Index(builder.build(), path=None if folder is None else str(folder))
        index.register_tokenizer(_ANALYZER, self._analyzer)
        # By itself it reloads in a thread of its own, first of all when it is opened; what that
        # had read before a commit could take the place of what was loaded after it.
        index.config_reader("manual")
        return index


@contextmanager
def _damage_told() -> Iterator[None]:
    """Turn whatever tantivy raises on damaged files into `DamagedError`."""
    try:
        yield
    except ValueError as error:
        if any(sign in str(error) for sign in _NOT_WRITABLE):
            raise OSError(str(error)) from None
        raise DamagedError(str(error)) from None
    except BaseException as error:
        # A panic of the library is no Exception, and its class cannot be imported.
        if type(error).__name__ == "PanicException":
            raise DamagedError(str(error)) from None
        raise
