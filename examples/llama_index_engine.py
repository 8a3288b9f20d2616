"""LlamaIndex: a query engine that answers in the words of the articles, without an LLM."""

from qa.integrations.llama_index import ArticleQueryEngine

response = ArticleQueryEngine().query("when was the Singapore summit")
print(response)
print(response.metadata["answer"]["date"]["derivation"])
for node in response.source_nodes:
    print(f"{node.score:.2f}", node.node.metadata["title"], "|", node.node.metadata["quote"])
