"""The seams of the pipeline: parts of one's own, the trace, and the JSON form."""

import asyncio
import json

import pytest
import torch
from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

import qa
from index import Article, Hit, Passage
from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from qa.pipeline import Answerer
from qa.reading.base import Reader
from qa.reading.batched import batched
from qa.reading.cached import CachedReader
from qa.reading.onnx import Reader as OnnxReader
from qa.settings import Settings
from qa.trace import Trace
from qa.types import Answer, Span, Turn

FAIR = Article("fair", "The fair", "The fair of Orm was opened by Ida Moor on 3 May 2021.")
MILL = Article("mill", "The mill", "The mill of Elby was sold to Jon Vik for 40,000 euros.")


class Newest:
    """A retriever in ten lines: every article that shares a word with the question."""

    def search(self, question, k, filters=None):
        words = set(question.lower().split())
        hits = []
        for article in (FAIR, MILL):
            shared = len(words & set(article.text.lower().split()))
            if shared:
                whole = Passage(article.id, 0, len(article.text))
                hits.append(Hit(whole, float(shared), article=article))
        return sorted(hits, key=lambda hit: -hit.score)[:k]


class FirstWords:
    """A reader that always proposes the first word of a passage."""

    def read_many(self, requests, per_passage=10):
        return [
            [Span(article.id, passage.start, article.text.index(" "), 9.0)]
            for _, [(article, passage)] in requests
        ]


def test_a_retriever_of_ones_own_takes_the_place_of_the_collection():
    answer = Answerer(Newest()).ask("Who opened the fair of Orm?")
    assert answer.text == "Ida Moor"
    assert answer.citations[0].article_id == "fair"
    assert not answer.calibrated
    assert "uncalibrated" in str(answer)


def test_a_reader_of_ones_own_reads_and_is_called_uncalibrated(seeds):
    assert isinstance(FirstWords(), Reader)
    answer = Answerer(seeds, FirstWords()).ask("Who met Kim Yong-chol?")
    best = answer if answer.text else answer.alternatives[0]
    assert " " not in best.text
    assert not answer.calibrated


def test_a_model_of_transformers_can_take_the_readers_place(tmp_path):
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertForQuestionAnswering(config).save_pretrained(tmp_path)
    PreTrainedTokenizerFast(
        tokenizer_file=str(BUNDLED_MODELS / "small" / "tokenizer.json"),
        pad_token="[PAD]",
    ).save_pretrained(tmp_path)
    answer = Answerer(Newest(), OnnxReader(str(tmp_path))).ask("Who opened the fair of Orm?")
    best = answer if answer.text else answer.alternatives[0]
    assert best.text in FAIR.text + MILL.text
    assert not answer.calibrated


def test_a_confidence_is_a_probability_only_for_what_it_was_fitted_on(seeds):
    question = "Who met Kim Yong-chol?"
    assert Answerer(seeds).ask(question).calibrated
    assert not Answerer(seeds, settings=Settings(passages_read=5)).ask(question).calibrated


def test_the_trace_holds_what_each_step_saw(answerer):
    told = []
    trace = Trace(told.append)
    answer = answerer.ask("Who met Kim Yong-chol?", trace=trace)
    names = [step.name for step in trace.steps]
    assert names == ["understand", "retrieve", "read", "rank", "resolve", "decide"]
    assert told[0] == "searching"
    assert told[1].startswith("reading ")
    assert all(step.seconds >= 0 for step in trace.steps)
    read = trace.steps[2].kept[0]
    assert len(read.hits) > 1
    assert {place.hit for place in read.evidence} <= set(read.hits)
    assert trace.chosen.candidates[0].evidence[0].quote == answer.text
    assert answer.trace is trace
    form = json.loads(json.dumps(answer.to_dict()))
    assert [step["name"] for step in form["trace"]["steps"]] == names
    assert any(answer.text in line for line in trace.lines())
    assert answerer.ask("Who met Kim Yong-chol?").trace is None


def test_a_follow_up_shows_its_interpretations(answerer):
    history = [Turn("Who delivered a letter to Trump?", "Kim Yong-chol")]
    trace = Trace()
    answer = answerer.ask("Where did he arrive on Friday?", history, trace=trace)
    understood = [way.question for way in trace.steps[0].kept]
    assert understood == ["Where did Kim Yong-chol arrive on Friday?"]
    assert trace.chosen.question == answer.understood_as


@pytest.mark.parametrize(
    "question",
    [
        "when was the Singapore summit",
        "Which people met Kim Yong-chol?",
        "What is the price of bread in Lisbon?",
        "hello",
    ],
)
def test_the_json_form_holds_everything(answerer, question):
    answer = answerer.ask(question)
    form = json.loads(json.dumps(answer.to_dict()))
    assert Answer.from_dict(form) == answer
    assert form["items"] == [member.text for member in answer.items]
    assert form["disagreeing"] == [rival.text for rival in answer.disagreeing]


def test_json_of_another_version_is_refused(answerer):
    form = answerer.ask("hello").to_dict()
    with pytest.raises(UserError, match="version 1"):
        Answer.from_dict({**form, "version": 1})
    with pytest.raises(UserError, match="missing"):
        Answer.from_dict({name: form[name] for name in ("version", "question")})


def test_read_answers_from_one_text_of_any_length():
    text = "Nothing of note happened that day. " * 400 + MILL.text
    answers = qa.read("Who bought the mill of Elby?", text, top_k=2)
    assert answers[0].text == "Jon Vik"
    assert text[answers[0].citations[0].start : answers[0].citations[0].end] == "Jon Vik"
    assert not answers[0].calibrated
    assert 1 <= len(answers) <= 2
    with pytest.raises(UserError, match="top_k"):
        qa.read("Who?", text, top_k=0)


def test_many_questions_get_the_answers_that_each_gets_alone(seeds):
    questions = ["Who met Kim Yong-chol?", "when was the Singapore summit", "hello"]
    together = qa.ask_many(questions, seeds)
    for question, answer in zip(questions, together, strict=True):
        assert qa.ask(question, seeds).text == answer.text
    with pytest.raises(UserError, match="empty"):
        qa.ask_many(["Who?", " "], seeds)


def test_aask_answers_too(seeds):
    assert asyncio.run(qa.aask("when was the Singapore summit", seeds)).text == "12 June"


def test_wrapped_readers_read_what_the_readers_read(answerer):
    hits = answerer.search("Who met Kim Yong-chol?")
    plain = answerer.reader.read("Who met Kim Yong-chol?", hits)
    assert answerer.reader.wrapped(CachedReader).read("Who met Kim Yong-chol?", hits) == plain
    with batched(answerer.reader) as at_once:
        assert at_once.read("Who met Kim Yong-chol?", hits) == plain


def test_everything_that_is_promised_is_there():
    assert all(hasattr(qa, name) for name in qa.__all__)
    assert qa.__version__.count(".") >= 2
