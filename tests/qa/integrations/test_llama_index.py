"""The query engine is asked as LlamaIndex asks it."""

import asyncio
from datetime import date

import pytest

pytest.importorskip("llama_index.core")

from llama_index.core.tools import QueryEngineTool

from index.types import Filters
from qa.integrations.llama_index import ArticleQueryEngine


def test_the_response_has_the_words_and_their_places(seeds):
    response = ArticleQueryEngine(collection=seeds).query("when was the Singapore summit")
    assert str(response) == "12 June"
    assert response.metadata["answer"]["date"]["start"] == "2018-06-12"
    best = response.source_nodes[0]
    assert best.score == response.metadata["answer"]["confidence"]
    article = seeds.article(best.node.metadata["article_id"])
    assert article.text[best.node.start_char_idx : best.node.end_char_idx] == best.node.text
    assert best.node.metadata["quote"] in best.node.text


def test_it_is_awaited_and_is_a_tool(seeds):
    engine = ArticleQueryEngine(collection=str(seeds.path))
    assert str(asyncio.run(engine.aquery("when was the Singapore summit"))) == "12 June"
    tool = QueryEngineTool.from_defaults(engine, name="articles", description="News.")
    assert tool("when was the Singapore summit").content == "12 June"


def test_silence_is_told(seeds):
    late = Filters(since=date(2030, 1, 1))
    response = ArticleQueryEngine(collection=seeds, filters=late).query("when was the summit")
    assert str(response) == "No article passes the filters."
    assert not response.source_nodes
