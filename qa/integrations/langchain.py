"""A retriever and a tool for LangChain.

They need the extra `langchain`: `pip install 'article-qa[langchain]'`.
"""

from typing import Any

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import StructuredTool
except ImportError as error:
    raise ImportError(
        "langchain-core is missing: install it with pip install 'article-qa[langchain]'"
    ) from error

from index.types import Filters, Hit
from qa.registry import REGISTRY

_DESCRIPTION = (
    "Answers a question from the user's own collection of articles with the exact words of an "
    "article, the probability that they are right, and the passages that say so. Says so where "
    "the articles do not tell."
)


class ArticleRetriever(BaseRetriever):
    """Retrieves passages of a collection of article-qa, by meaning and by words.

    Example:
        >>> from qa.integrations.langchain import ArticleRetriever
        >>> found = ArticleRetriever(k=2).invoke("when was the Singapore summit")
        >>> len(found), sorted(found[0].metadata)[:2]
        (2, ['article_id', 'end'])

    Attributes:
        collection: Its folder, or `milvus://HOST:PORT/NAME`, or an `index.Collection`; None as for
            `qa.ask`.
        k: Passages at most.
        filters: Which articles may be searched.
    """

    collection: Any = None
    k: int = 10
    filters: Filters | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        with REGISTRY.answerer(self.collection) as answerer:
            hits = answerer.search(query, self.filters or Filters(), self.k)
        return [_document(hit) for hit in hits]


def article_tool(collection: Any = None, filters: Filters | None = None) -> StructuredTool:  # noqa: ANN401
    """A tool that answers from a collection, for agents.

    Args:
        collection: As for `ArticleRetriever`.
        filters: Which articles may be looked at.

    Returns:
        The tool `ask_articles`. What the model reads is the answer with its passages as text; the
        artifact is the JSON of the answer.

    Example:
        >>> from qa.integrations.langchain import article_tool
        >>> print(article_tool().invoke({"question": "when was the Singapore summit"}))
        12 June   (likely, ...
    """

    def ask_articles(question: str) -> tuple[str, dict[str, Any]]:
        with REGISTRY.answerer(collection) as answerer:
            answer = answerer.ask(question, (), filters or Filters())
        return str(answer), answer.to_dict()

    return StructuredTool.from_function(
        ask_articles, description=_DESCRIPTION, response_format="content_and_artifact"
    )


def _document(hit: Hit) -> Document:
    article, passage = hit.article, hit.passage
    return Document(
        page_content=hit.text,
        metadata={
            "article_id": article.id,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "source": article.source,
            "start": passage.start,
            "end": passage.end,
            "score": hit.score,
        },
    )
