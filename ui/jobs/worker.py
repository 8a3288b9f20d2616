"""Does the work of jobs in a few threads: reads their files, adds the articles, tells the truth."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event, Lock, RLock, Thread

from filelock import FileLock, Timeout

from index.collection import Collection
from index.errors import UserError
from index.page_breaks import is_pdf
from index.sources.inputs import Note
from index.types import Article
from ui.jobs.store import JobStore
from ui.jobs.types import Item, ItemState
from ui.shown import without_folders
from ui.uploads import read_address, read_upload

THREADS = 2
"""Jobs, or parts of one, that are worked on at the same time: a file that is slow to read keeps
those behind it waiting, but not all of them."""

_TOGETHER = 16
_TOGETHER_BYTES = 100_000
"""Items that are embedded together; small ones cost less so, and few keep questions short."""

_IDLE_SECONDS = 1.0
_GIVE_WAY_SECONDS = 2.0
_POLL_SECONDS = 0.05
_TELL_SECONDS = 0.5
"""How often it is written down how far a file of many articles is."""

_MOST_LINES = 100
_ENDED = (ItemState.DONE, ItemState.PARTLY, ItemState.SKIPPED, ItemState.CANCELLED)


class Jobs:
    """The jobs of a server.

    Attributes:
        store: Where they are kept.
    """

    def __init__(
        self, folder: Path, collection: Callable[[str], Collection], asked: Callable[[], bool]
    ) -> None:
        """Prepare; nothing is begun before `start`.

        Args:
            folder: Where jobs and their files are kept; made with the first one.
            collection: Opens the collection of a name.
            asked: Whether questions are under way, which jobs let go first.
        """
        self._folder = folder
        self._collection = collection
        self._asked = asked
        self._opening = RLock()
        self._opened: JobStore | None = None
        self._ending = Event()
        self._woken = threading.Condition()
        self._threads: list[Thread] = []
        self._at_work: dict[Thread, tuple[str, str]] = {}
        self._held: list[str] = []
        self._owned = FileLock(folder / "server.lock", thread_local=False)

    @property
    def store(self) -> JobStore:
        """The store, opened or made when it is first asked for."""
        with self._opening:
            if self._opened is None:
                self._opened = JobStore(self._folder)
            return self._opened

    def resume(self) -> None:
        """Go on with what an earlier server left, if there is anything."""
        if self._folder.is_dir():
            self.start()

    def start(self) -> None:
        """Begin to work, or look at once whether there is something to do."""
        with self._opening:
            if not self._threads and not self._ending.is_set():
                self._threads = [
                    Thread(target=self._work, name=f"jobs-{number}", daemon=True)
                    for number in range(THREADS)
                ]
                for thread in self._threads:
                    thread.start()
        with self._woken:
            self._woken.notify_all()

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Around what must not happen while something is added to the collection of this name."""
        with self._woken:
            self._held.append(name)
            self._woken.wait_for(lambda: all(at != name for _, at in self._at_work.values()))
        try:
            yield
        finally:
            with self._woken:
                self._held.remove(name)
                self._woken.notify_all()

    def close(self, seconds: float = 20.0) -> None:
        """End after what is being written; the rest goes on with the next server."""
        self._ending.set()
        with self._woken:
            self._woken.notify_all()
        due = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, due - time.monotonic()))
        if not any(thread.is_alive() for thread in self._threads):
            self._owned.release()
            if self._opened is not None:
                self._opened.close()

    def _work(self) -> None:
        while not self._ending.is_set():
            if not self._own():
                # Another server works on these jobs; should it end, this one goes on.
                self._ending.wait(_IDLE_SECONDS)
                continue
            with self._woken:
                job_id, name, items = self.store.claim(
                    [working for working, _ in self._at_work.values()],
                    _TOGETHER,
                    _TOGETHER_BYTES,
                    self._held,
                )
                if not items:
                    self._woken.wait(_IDLE_SECONDS)
                    continue
                self._at_work[threading.current_thread()] = job_id, name
            try:
                self._give_way()
                self._do(job_id, name, items)
            finally:
                with self._woken:
                    del self._at_work[threading.current_thread()]
                    self._woken.notify_all()

    def _own(self) -> bool:
        """Return whether this process is the one that works on these jobs."""
        with self._opening:
            if self._owned.is_locked:
                return True
            try:
                self._owned.acquire(timeout=0)
            except (Timeout, OSError):
                return False
            self.store.resume()
        return True

    def _do(self, job_id: str, name: str, items: list[Item]) -> None:
        work = _Group(self.store, job_id, items, self._ending)
        try:
            work.add_to(self._collection(name))
        except UserError as error:
            work.fail(str(error))
        except Exception as error:  # noqa: BLE001 - the next job must not wait for ever
            work.fail(f"not added ({type(error).__name__}: {error})")

    def _give_way(self) -> None:
        due = time.monotonic() + _GIVE_WAY_SECONDS
        while self._asked() and time.monotonic() < due:
            time.sleep(_POLL_SECONDS)


class _Group:
    """Some items of one job that are added together."""

    def __init__(self, store: JobStore, job_id: str, items: list[Item], ending: Event) -> None:
        self._store = store
        self._job_id = job_id
        self._items = {item.number: item for item in items}
        self._ending = ending
        # Of each article that was read and is not stored yet: its items, and whether it is new in
        # them. The same one may come in two files.
        self._pending: dict[str, deque[tuple[int, bool]]] = defaultdict(deque)
        self._left: dict[int, int] = {}
        self._read: set[int] = set()
        self._told = 0.0
        self._lock = Lock()
        self._keeps_pdfs = store.keeps_pdfs(job_id)

    def add_to(self, collection: Collection) -> None:
        """Read and add them; each is recorded when all that it holds is stored."""
        collection.add(self._articles(collection), partial(self._stored, collection))
        if self._stopped():
            self._give_back()
        for item in list(self._items.values()):
            if item.state not in _ENDED and item.state is not ItemState.WAITING:
                self._finish(item.number)

    def fail(self, why: str) -> None:
        """Record that what is not stored yet could not be."""
        for item in list(self._items.values()):
            if item.state not in _ENDED:
                self._change(item.number, problems=(*item.problems, without_folders(why)))
                self._finish(item.number)

    def _articles(self, collection: Collection) -> Iterator[Article]:
        for number, item in list(self._items.items()):
            if self._stopped():
                return
            for article in self._articles_of(item):
                is_new = collection.article(article.id) is None
                with self._lock:
                    before = self._pending[article.id]
                    before.append((number, is_new and not before))
                    self._left[number] = self._left.get(number, 0) + 1
                yield article
                if self._stopped():
                    return
            with self._lock:
                self._read.add(number)
            self._finish_if_complete(number)

    def _articles_of(self, item: Item) -> Iterator[Article]:
        def told(line: str) -> None:
            known = self._items[item.number]
            lines = known.notes if isinstance(line, Note) else known.problems
            if len(lines) < _MOST_LINES:
                lines = (*lines, without_folders(line))
            elif len(lines) == _MOST_LINES:
                lines = (*lines, "and more of this kind")
            field = "notes" if isinstance(line, Note) else "problems"
            self._change(item.number, **{field: lines})

        if item.address:
            yield from read_address(item.name, told)
            return
        path = self._store.path_of(self._job_id, item)
        if not path.is_file():
            told(f"{item.name}: the file is missing on the server; send it again")
            return
        yield from read_upload(path, item.name, told)

    def _stored(self, collection: Collection, article: Article, passages: int) -> None:
        """An article is stored."""
        with self._lock:
            number, is_new = self._pending[article.id].popleft()
        if self._keeps_pdfs and is_pdf(self._items[number].name):
            self._keep(collection, article, number)
        item = self._items[number]
        kind = "unchanged" if not passages else "added" if is_new else "updated"
        self._change(number, passages=item.passages + passages, **{kind: getattr(item, kind) + 1})
        with self._lock:
            self._left[number] -= 1
        self._finish_if_complete(number)

    def _keep(self, collection: Collection, article: Article, number: int) -> None:
        """Keep the file of a PDF before the item is recorded, which deletes it."""
        item = self._items[number]
        try:
            collection.keep_original(article, self._store.path_of(self._job_id, item))
        except UserError as error:
            why = f"{item.name}: its file is not kept: {without_folders(error)}"
            self._change(number, notes=(*item.notes, why))

    def _finish_if_complete(self, number: int) -> None:
        with self._lock:
            complete = number in self._read and not self._left.get(number, 0)
        if complete and self._items[number].state not in _ENDED:
            self._finish(number)
        elif not complete and time.monotonic() > self._told + _TELL_SECONDS:
            self._told = time.monotonic()
            self._store.record(self._job_id, self._items[number])

    def _finish(self, number: int) -> None:
        item = self._items[number]
        went_in = item.added + item.updated + item.unchanged
        if not went_in and not item.problems:
            item = replace(item, problems=(f"{item.name}: holds no article",))
        if item.problems:
            state = ItemState.PARTLY if went_in else ItemState.SKIPPED
        else:
            state = ItemState.DONE
        self._items[number] = replace(item, state=state)
        self._store.record(self._job_id, self._items[number])

    def _give_back(self) -> None:
        """Of a cancelled job, say what was left out; at the end of the server, begin anew later."""
        cancelled = self._store.is_cancelled(self._job_id)
        for item in list(self._items.values()):
            if item.state in _ENDED:
                continue
            fresh = replace(
                item, problems=(), notes=(), added=0, updated=0, unchanged=0, passages=0
            )
            again = replace(fresh, state=ItemState.WAITING)
            ended = replace(item, state=ItemState.CANCELLED)
            self._items[item.number] = ended if cancelled else again
            self._store.record(self._job_id, self._items[item.number])

    def _change(self, number: int, **fields: object) -> None:
        with self._lock:
            self._items[number] = replace(self._items[number], **fields)  # type: ignore[arg-type]

    def _stopped(self) -> bool:
        return self._ending.is_set() or self._store.is_cancelled(self._job_id)
