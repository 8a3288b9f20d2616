"""txtai as a measured system; the docstring of the package describes its setup."""

from collections.abc import Callable, Sequence
from typing import Any

from eval.bench.peers.wire import Guess, Paragraph, Settings, main


class Txtai:
    """Hybrid `Embeddings` and the extractive `Questions` pipeline, joined by `RAG`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._options = {"context": 10, "joined": False, "titles": True, **settings.options}
        self._file = str(settings.folder / "index")
        self._embeddings: Any = None
        self._questions: Any = None
        self._rag: Any = None

    def index(self, paragraphs: Sequence[Paragraph]) -> None:
        """Index paragraphs and store the index in the folder."""
        from txtai import Embeddings

        embeddings = Embeddings(path=self._settings.embedder, hybrid=True, content=True)
        embeddings.index((paragraph.id, self._text(paragraph)) for paragraph in paragraphs)
        embeddings.save(self._file)

    def open(self) -> None:
        """Load the index from the folder, and the reader."""
        from txtai import RAG, Embeddings
        from txtai.pipeline import Questions

        self._embeddings = Embeddings()
        self._embeddings.load(self._file)
        self._questions = Questions(self._settings.reader)
        self._rag = RAG(self._embeddings, self._questions, context=self._options["context"])

    def answer(self, question: str) -> Guess:
        """The best answer by retrieval and reading, as users of the system get it."""
        if self._options["joined"]:
            text = self._read(lambda: self._rag(question)["answer"])
            return Guess(text, 1.0 if text else 0.0)
        for hit in self._embeddings.search(question, self._options["context"]):
            text = self._read(lambda hit=hit: self._questions([question], [hit["text"]])[0])  # type: ignore[misc]
            if text:
                # Questions reports no score, so that of the retrieval is used.
                return Guess(text, hit["score"])
        return Guess(None, 0.0)

    def retrieve(self, question: str) -> Sequence[str]:
        """Ids of the retrieved paragraphs for a question, best first, ten at most."""
        return [str(hit["id"]) for hit in self._embeddings.search(question, 10)]

    def remove(self, ids: Sequence[str]) -> None:
        """Remove paragraphs from the index."""
        self._embeddings.delete(list(ids))

    def _read(self, call: Callable[[], str | None]) -> str | None:
        try:
            return call()
        except TypeError:
            # Questions raises if the best span is [CLS], which means no answer.
            return None

    def _text(self, paragraph: Paragraph) -> str:
        if self._options["titles"] and paragraph.title:
            return f"{paragraph.title}\n{paragraph.text}"
        return paragraph.text


if __name__ == "__main__":
    main(Txtai)
