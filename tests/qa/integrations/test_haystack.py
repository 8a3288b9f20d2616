"""The components run in pipelines of Haystack itself."""

from datetime import date

import pytest

pytest.importorskip("haystack")

from haystack import Document, Pipeline
from haystack.components.joiners import AnswerJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.dataclasses import ExtractedAnswer
from haystack.document_stores.in_memory import InMemoryDocumentStore

from index.types import Filters
from qa import Turn, ask
from qa.integrations.haystack import ArticleAnswerer, ExtractiveReader

DOCUMENTS = [
    Document(content="The ferry to Lismore is steered by Rhona Baird.", meta={"title": "Oban"}),
    Document(content="The bridge over the Tay was opened in 1966."),
    Document(content="Captain Rhona Baird has steered the Lismore ferry for years."),
    Document(content=None, meta={"title": "A picture"}),
]


@pytest.fixture(scope="module")
def reader():
    component = ExtractiveReader("small")
    component.warm_up()
    return component


def test_an_answer_is_the_exact_words_of_its_document(reader):
    answers = reader.run("Who steers the ferry?", DOCUMENTS)["answers"]
    assert all(isinstance(answer, ExtractedAnswer) for answer in answers)
    assert "Rhona Baird" in answers[0].data
    said = [answer for answer in answers if answer.data is not None]
    assert len(said) == len(answers) - 1
    for answer in said:
        span, inner = answer.document_offset, answer.context_offset
        assert answer.document in DOCUMENTS
        assert answer.document.content[span.start : span.end] == answer.data
        assert answer.context[inner.start : inner.end] == answer.data
        assert 0 <= answer.score <= 1
        assert not answer.meta["calibrated"]
    assert [answer.score for answer in answers] == sorted(
        (answer.score for answer in answers), reverse=True
    )


def test_places_that_agree_are_one_answer(reader):
    best = reader.run("Who steers the ferry?", DOCUMENTS)["answers"][0]
    assert {citation["article_id"] for citation in best.meta["citations"]} == {
        DOCUMENTS[0].id,
        DOCUMENTS[2].id,
    }


def test_options_of_a_run_come_before_those_of_the_component(reader):
    answers = reader.run("Who steers the ferry?", DOCUMENTS, top_k=1, no_answer=False)["answers"]
    assert len(answers) == 1
    strict = reader.run("Who sold the moon?", DOCUMENTS, score_threshold=0.99)["answers"]
    assert [answer.data for answer in strict] == [None]


def test_of_no_documents_there_is_no_answer(reader):
    (none,) = reader.run("Who steers the ferry?", [])["answers"]
    assert none.data is None
    assert none.score == 1.0


@pytest.mark.parametrize("published", ["2024-05-14", date(2024, 5, 14), "2024-05-14T09:00:00Z"])
def test_the_date_of_a_document_completes_its_days(reader, published):
    text = "The new ferry for Lismore was launched yesterday in Gdansk."
    document = Document(content=text, meta={"published": published, "title": "Launch"})
    best = reader.run("When was the ferry launched?", [document], no_answer=False)["answers"][0]
    assert best.data == "yesterday"
    assert best.meta["date"]["start"] == "2024-05-13"


def test_the_reader_stands_behind_a_retriever():
    store = InMemoryDocumentStore()
    store.write_documents(DOCUMENTS[:3])
    pipeline = Pipeline()
    pipeline.add_component("retriever", InMemoryBM25Retriever(store, top_k=2))
    pipeline.add_component("reader", ExtractiveReader("small", top_k=2))
    pipeline.connect("retriever.documents", "reader.documents")
    query = "Who steers the ferry?"
    output = pipeline.run({"retriever": {"query": query}, "reader": {"query": query}})
    assert "Rhona Baird" in output["reader"]["answers"][0].data


def test_a_pipeline_with_the_components_is_saved_and_loaded(seeds):
    pipeline = Pipeline()
    pipeline.add_component("reader", ExtractiveReader("small", top_k=2))
    pipeline.add_component("answerer", ArticleAnswerer(str(seeds.path)))
    saved = pipeline.dumps()
    again = Pipeline.loads(saved, allowed_modules=["qa.integrations.haystack"])
    assert again.dumps() == saved
    reader = again.get_component("reader")
    assert (reader.model, reader.top_k, reader.no_answer) == ("small", 2, True)
    query = "Who steers the ferry?"
    answers = again.run(
        {"reader": {"query": query, "documents": DOCUMENTS}, "answerer": {"query": query}}
    )
    assert "Rhona Baird" in answers["reader"]["answers"][0].data


def test_the_whole_of_it_answers_in_a_pipeline(seeds):
    pipeline = Pipeline()
    pipeline.add_component("answerer", ArticleAnswerer(str(seeds.path)))
    pipeline.add_component("joiner", AnswerJoiner())
    pipeline.connect("answerer.answers", "joiner.answers")
    output = pipeline.run(
        {"answerer": {"query": "when was the Singapore summit"}}, {"answerer", "joiner"}
    )
    best = output["joiner"]["answers"][0]
    assert best.data == "12 June"
    assert best.meta["date"]["start"] == "2018-06-12"
    assert best.meta["calibrated"]
    inner = best.context_offset
    assert best.context[inner.start : inner.end] == best.data
    assert best.context == output["answerer"]["documents"][0].content


def test_silence_is_an_answer_without_words(seeds):
    component = ArticleAnswerer(str(seeds.path))
    outside = Filters(since=date(2030, 1, 1))
    answer = component.run("when was the Singapore summit", outside)["answers"][0]
    assert answer.data is None
    assert answer.meta["silence"] == "filtered out"


def test_a_follow_up_leans_on_the_history(seeds):
    component = ArticleAnswerer(str(seeds.path))
    question, before = "Where did he arrive on Friday?", "Who delivered a letter to Trump?"
    best = component.run(question, history=[(before, "Kim Yong-chol")])["answers"][0]
    asked = ask(question, seeds, [Turn(before, "Kim Yong-chol")])
    assert asked.understood_as
    assert (best.data, best.score) == (asked.text, asked.confidence)
