"""Hard negatives by the program's own search: what a reader meets when it is used."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

from index.collection import Collection
from index.types import Article
from qa.squad import Context, read_squad

SEARCHED = 3  # A long paragraph may be found by several of its passages.


class CollectionRetriever:
    """Ranks the paragraphs of all files by hybrid search; a `qa.training.data.Retriever`."""

    def __init__(self, files: Iterable[Path], folder: Path) -> None:
        """Indexes the paragraphs of files, or goes on with what a stopped run has indexed.

        Args:
            files: SQuAD files.
            folder: For the collection.

        Raises:
            ValueError: A file cannot be read.
        """
        from qa.loading import add_with_progress

        by_text: dict[str, Context] = {}
        for path in files:
            for context in read_squad(path).contexts.values():
                by_text.setdefault(context.text, context)
        self._contexts = {str(number): context for number, context in enumerate(by_text.values())}
        self._collection = Collection(folder, create=True)
        articles = (
            Article(name, context.title, context.text, context.published)
            for name, context in self._contexts.items()
        )
        add_with_progress(self._collection, articles)

    def __call__(self, question: str, k: int) -> Sequence[str]:
        """At most k paragraphs, best first."""
        hits = self._collection.search(question, SEARCHED * k)
        names = dict.fromkeys(hit.passage.article_id for hit in hits)
        return [self._contexts[name].text for name in list(names)[:k]]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._collection.close()
