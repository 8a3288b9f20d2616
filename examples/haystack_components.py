"""Haystack 3: article-qa's reader behind a retriever of Haystack, and article-qa as a whole."""

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

from qa.integrations.haystack import ArticleAnswerer, ExtractiveReader

store = InMemoryDocumentStore()
store.write_documents(
    [
        Document(content="The ferry to Lismore is steered by Rhona Baird.", meta={"title": "Oban"}),
        Document(content="The bridge over the Tay was opened in 1966.", meta={"title": "Dundee"}),
    ]
)
reading = Pipeline()
reading.add_component("retriever", InMemoryBM25Retriever(store))
reading.add_component("reader", ExtractiveReader(top_k=3))
reading.connect("retriever.documents", "reader.documents")

query = "Who steers the ferry?"
found = reading.run({"retriever": {"query": query}, "reader": {"query": query}})
for answer in found["reader"]["answers"]:
    print(f"{answer.score:.2f} {answer.data}")

# The whole of it, over the default collection, which begins with two articles on a summit.
whole = Pipeline()
whole.add_component("answerer", ArticleAnswerer())
found = whole.run({"answerer": {"query": "when was the Singapore summit"}})
best = found["answerer"]["answers"][0]
print(f"{best.score:.2f} {best.data}: {best.meta['date']['start']}")
