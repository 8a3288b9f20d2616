"""This project as a measured system."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from eval.bench.peers.wire import Guess, Paragraph, Settings, first_distinct, main

if TYPE_CHECKING:
    from qa.pipeline import Answerer


class Ours:
    """`Answerer` over a `Collection`: bundled models, or those that the settings name.

    Every paragraph is an article. The best guess counts, also if it would not be given. Options are
    fields of `qa.settings.Settings`.
    """

    def __init__(self, settings: Settings) -> None:
        self._folder = settings.folder
        self._embedder = settings.embedder or None
        self._reader = settings.reader or None
        self._options = settings.options
        self._opened: Answerer | None = None

    def index(self, paragraphs: Sequence[Paragraph]) -> None:
        """Index paragraphs and store the index in the folder."""
        from index import Article, Collection

        with Collection(self._folder, create=True, embedder=self._embedder) as collection:
            collection.add(
                Article(paragraph.id, paragraph.title, paragraph.text) for paragraph in paragraphs
            )

    def open(self) -> None:
        """Load the index from the folder."""
        from index import Collection
        from qa import Answerer
        from qa.settings import SETTINGS

        settings = replace(SETTINGS, **self._options)
        collection = Collection(self._folder)
        self._opened = Answerer(collection, self._reader, settings=settings)

    def answer(self, question: str) -> Guess:
        """The best answer by retrieval and reading, as users of the system get it."""
        answer = self._answerer.ask(question)
        best = answer if answer.text else next(iter(answer.alternatives), None)
        return Guess(best.text if best else None, answer.confidence)

    def retrieve(self, question: str) -> Sequence[str]:
        """Ids of the retrieved paragraphs for a question, best first, ten at most."""
        hits = self._answerer.search(question)
        return first_distinct([hit.passage.article_id for hit in hits], 10)

    def remove(self, ids: Sequence[str]) -> None:
        """Remove paragraphs from the collection."""
        self._answerer.collection.remove(ids)

    @property
    def _answerer(self) -> "Answerer":
        if self._opened is None:
            self.open()
        assert self._opened is not None  # noqa: S101 - set by `open`
        return self._opened


if __name__ == "__main__":
    main(Ours)
