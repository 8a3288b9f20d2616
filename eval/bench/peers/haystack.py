"""Haystack 3 as a measured system; the docstring of the package describes its setup."""

import os
from collections.abc import Sequence
from typing import Any

from eval.bench.peers.wire import Guess, Paragraph, Settings, main

_PASSAGES_READ = 10


class Haystack:
    """BM25 and embedding retrievers, joined by reciprocal rank fusion, extractive reader."""

    def __init__(self, settings: Settings) -> None:
        os.environ["HAYSTACK_TELEMETRY_ENABLED"] = "False"
        self._settings = settings
        self._options = {
            "top_k": 4,
            "answers_per_seq": 20,
            "candidates": 50,
            "read": _PASSAGES_READ,
            "bm25_algorithm": "BM25L",
            **settings.options,
        }
        self._file = str(settings.folder / "documents.json")
        self._store: Any = None
        self._pipeline: Any = None
        self._parts: dict[str, Any] = {}

    def index(self, paragraphs: Sequence[Paragraph]) -> None:
        """Index paragraphs and store the index in the folder."""
        from haystack import Document, Pipeline
        from haystack.components.writers import DocumentWriter
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersDocumentEmbedder,
        )

        store = InMemoryDocumentStore(bm25_algorithm=self._options["bm25_algorithm"])
        embedder = SentenceTransformersDocumentEmbedder(
            model=self._settings.embedder,
            progress_bar=False,
            normalize_embeddings=True,
            meta_fields_to_embed=["title"],
        )
        pipeline = Pipeline()
        pipeline.add_component("embedder", embedder)
        pipeline.add_component("writer", DocumentWriter(store))
        pipeline.connect("embedder", "writer")
        documents = [
            Document(id=paragraph.id, content=paragraph.text, meta={"title": paragraph.title})
            for paragraph in paragraphs
        ]
        pipeline.run({"embedder": {"documents": documents}})
        store.save_to_disk(self._file)

    def open(self) -> None:
        """Load the index from the folder, and build the pipeline."""
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import (
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore
        from haystack_integrations.components.embedders.sentence_transformers import (
            SentenceTransformersTextEmbedder,
        )
        from haystack_integrations.components.readers.transformers import (
            TransformersExtractiveReader,
        )

        self._store = store = InMemoryDocumentStore.load_from_disk(self._file)
        candidates = self._options["candidates"]
        self._parts = {
            "embedder": SentenceTransformersTextEmbedder(
                model=self._settings.embedder, progress_bar=False, normalize_embeddings=True
            ),
            "dense": InMemoryEmbeddingRetriever(store, top_k=candidates),
            "lexical": InMemoryBM25Retriever(store, top_k=candidates),
            "joiner": DocumentJoiner("reciprocal_rank_fusion", top_k=self._options["read"]),
            "reader": TransformersExtractiveReader(
                self._settings.reader,
                top_k=self._options["top_k"],
                answers_per_seq=self._options["answers_per_seq"],
                # The best answer counts; its score is the confidence.
                no_answer=False,
            ),
        }
        self._pipeline = Pipeline()
        for name, part in self._parts.items():
            self._pipeline.add_component(name, part)
        self._pipeline.connect("embedder.embedding", "dense.query_embedding")
        self._pipeline.connect("dense", "joiner")
        self._pipeline.connect("lexical", "joiner")
        self._pipeline.connect("joiner", "reader.documents")

    def answer(self, question: str) -> Guess:
        """The best answer by retrieval and reading, as users of the system get it."""
        outputs = self._pipeline.run(
            {
                "embedder": {"text": question},
                "lexical": {"query": question},
                "reader": {"query": question},
            }
        )
        answers = outputs["reader"]["answers"]
        return Guess(answers[0].data, answers[0].score) if answers else Guess(None, 0.0)

    def retrieve(self, question: str) -> Sequence[str]:
        """Ids of the retrieved paragraphs for a question, best first, ten at most."""
        parts = self._parts
        embedding = parts["embedder"].run(text=question)["embedding"]
        dense = parts["dense"].run(query_embedding=embedding)["documents"]
        lexical = parts["lexical"].run(query=question)["documents"]
        joined = parts["joiner"].run(documents=[dense, lexical])["documents"]
        return [str(document.id) for document in joined[:10]]

    def remove(self, ids: Sequence[str]) -> None:
        """Remove paragraphs from the store."""
        self._store.delete_documents(list(ids))


if __name__ == "__main__":
    main(Haystack)
