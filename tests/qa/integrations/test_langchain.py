"""The retriever and the tool are called as LangChain calls them."""

import asyncio
from datetime import date

import pytest

pytest.importorskip("langchain_core")

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableLambda

from index.types import Filters
from qa import Answer
from qa.integrations.langchain import ArticleRetriever, article_tool


def test_passages_come_with_their_places(seeds):
    documents = ArticleRetriever(collection=str(seeds.path), k=3).invoke("the Singapore summit")
    assert len(documents) == 3
    for document in documents:
        place = document.metadata
        article = seeds.article(place["article_id"])
        assert article.text[place["start"] : place["end"]] == document.page_content


def test_it_is_a_part_of_a_chain_and_of_programs_that_await(seeds):
    retriever = ArticleRetriever(collection=seeds, k=1)
    chain = retriever | RunnableLambda(lambda documents: documents[0].page_content)
    assert "summit" in chain.invoke("when was the Singapore summit")
    assert asyncio.run(retriever.ainvoke("when was the Singapore summit"))


def test_filters_hold(seeds):
    late = Filters(since=date(2030, 1, 1))
    assert not ArticleRetriever(collection=seeds, filters=late).invoke("the summit")


def test_a_call_of_the_tool_brings_words_and_the_whole_answer(seeds):
    tool = article_tool(seeds)
    call = {"name": "ask_articles", "args": {"question": "when was the Singapore summit"}}
    message = tool.invoke({**call, "id": "1", "type": "tool_call"})
    assert isinstance(message, ToolMessage)
    assert message.content.startswith("12 June")
    answer = Answer.from_dict(message.artifact)
    assert answer.text == "12 June"
    assert answer.citations[0].quote == "12 June"


def test_the_tool_tells_a_model_what_it_takes(seeds):
    tool = article_tool(seeds)
    assert set(tool.args) == {"question"}
    assert "exact words" in tool.description


def test_the_tool_says_so_where_the_articles_do_not(seeds):
    content = article_tool(seeds).invoke({"question": "Who discovered penicillin in the moss?"})
    assert content.startswith("The articles do not say.")
