"""A query engine for LlamaIndex.

It needs the extra `llama-index`: `pip install 'article-qa[llama-index]'`.
"""

from typing import Any

try:
    from llama_index.core.base.response.schema import Response
    from llama_index.core.query_engine import CustomQueryEngine
    from llama_index.core.schema import NodeWithScore, TextNode
except ImportError as error:
    raise ImportError(
        "llama-index-core is missing: install it with pip install 'article-qa[llama-index]'"
    ) from error

from index.types import Filters
from qa.registry import REGISTRY
from qa.rendering import SILENCES
from qa.types import Answer, Citation


class ArticleQueryEngine(CustomQueryEngine):
    """Answers from a collection of article-qa; no language model is asked.

    The response is the answer's words. Its source nodes are the passages that are cited, and its
    metadata has the whole answer under `answer`: confidence, date, alternatives.

    Example:
        >>> from qa.integrations.llama_index import ArticleQueryEngine
        >>> response = ArticleQueryEngine().query("when was the Singapore summit")
        >>> str(response), response.metadata["answer"]["date"]["start"]
        ('12 June', '2018-06-12')

    Attributes:
        collection: Its folder, or `milvus://HOST:PORT/NAME`, or an `index.Collection`; None as for
            `qa.ask`.
        filters: Which articles may be looked at.
    """

    collection: Any = None
    filters: Filters | None = None

    def custom_query(self, query_str: str) -> Response:
        """Answer a question.

        Raises:
            UserError: As `qa.ask`.
        """
        with REGISTRY.answerer(self.collection) as answerer:
            return _response(answerer.ask(query_str, (), self.filters or Filters()))

    async def acustom_query(self, query_str: str) -> Response:
        """`custom_query` in a thread; the event loop goes on meanwhile."""
        import asyncio

        return await asyncio.to_thread(self.custom_query, query_str)


def _response(answer: Answer) -> Response:
    text = answer.text
    if text is None:
        text = answer.help.words if answer.help else SILENCES[answer.silence or "not said"]
    return Response(
        response=text,
        source_nodes=[
            NodeWithScore(node=_node(citation), score=answer.confidence)
            for citation in answer.citations
        ],
        metadata={"answer": answer.to_dict()},
    )


def _node(citation: Citation) -> TextNode:
    return TextNode(
        text=citation.passage,
        start_char_idx=citation.passage_start,
        end_char_idx=citation.passage_end,
        metadata={
            "article_id": citation.article_id,
            "title": citation.title,
            "published": citation.published.isoformat() if citation.published else None,
            "source": citation.source,
            "quote": citation.quote,
        },
    )
