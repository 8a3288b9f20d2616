"""Reading stops where more would hardly change the answer, and says how much was read."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Passage
from index.embedding.onnx_model import BUNDLED_MODELS
from index.types import Hit
from qa.pipeline import Answerer
from qa.ranking.evidence import Evidence
from qa.reading.adaptive import ROUNDS, RULES, Odds, Rules, contenders, read_enough
from qa.reading.cascade import Cascade, stages_of
from qa.reading.shared import load_reader
from qa.settings import SETTINGS
from qa.trace import Trace
from qa.types import Span

NEVER = Odds(0.0, {}, 1.0)
ALWAYS = Odds(0.0, {}, 0.0)

QUESTIONS = (
    "Who met Kim Yong-chol?",
    "when was the Singapore summit",
    "Where did the second summit take place?",
    "What is the price of bread in Lisbon?",
)


def hits(count):
    return [
        Hit(
            Passage("a", 10 * number, 10 * number + 10),
            1.0 - number / 10,
            article=Article("a", "", "x" * 10 * count),
        )
        for number in range(count)
    ]


def place(hit, score, start=0, end=5):
    first = hit.passage.start
    span = Span("a", first + start, first + end, score)
    return Evidence(span, f"{first}", hit, score)


def rules(more=ALWAYS, margin=100.0):
    return Rules(more, margin)


@given(st.integers(1, 14), st.floats(0.0, 1.0), st.floats(-8.0, 8.0))
def test_passages_are_read_in_order_each_once_and_in_whole_rounds(count, limit, weight):
    retrieved = hits(count)
    asked = []

    def read(some):
        asked.extend(some)
        return [place(hit, 3.0 - number) for number, hit in enumerate(some)]

    odds = Odds(-1.0, {"best": weight / 8, "gap": weight}, limit)
    evidence, done = read_enough(read, retrieved, rules(more=odds), 0.0)
    assert asked == retrieved[:done]
    assert done in (*ROUNDS, count)
    assert {item.hit.passage for item in evidence} == {hit.passage for hit in asked}


def test_everything_is_read_while_it_could_change_the_answer_and_one_round_if_it_cannot():
    retrieved = hits(10)

    def read(some):
        return [place(hit, 1.0) for hit in some]

    assert read_enough(read, retrieved, rules(more=ALWAYS), 0.0)[1] == 10
    assert read_enough(read, retrieved, rules(more=NEVER), 0.0)[1] == ROUNDS[0]


def test_the_second_reader_reads_what_contends():
    retrieved = hits(3)
    evidence = [place(retrieved[0], 6.0), place(retrieved[1], 4.5), place(retrieved[2], -3.0)]
    assert contenders(evidence, retrieved, rules(margin=2.0), 0.0) == retrieved[:2]
    assert contenders(evidence, retrieved, rules(margin=1.0), 0.0) == retrieved[:1]


def test_where_the_first_reader_sees_nothing_the_second_reads_all():
    assert contenders([], hits(2), rules(), 0.0) == hits(2)


def test_rules_are_read_as_they_were_written(tmp_path):
    written = Rules(Odds(-1.5, {"best": 0.25}, 0.02), 3.0)
    written.save(tmp_path / RULES)
    assert Rules.load(tmp_path / RULES) == written
    json.loads((tmp_path / RULES).read_text())


def test_only_a_folder_with_rules_reads_adaptively():
    assert stages_of("cascade").rules is not None
    assert stages_of("small").rules is None
    assert (BUNDLED_MODELS / "cascade" / RULES).is_file()


@pytest.mark.parametrize("question", QUESTIONS)
def test_less_is_read_and_the_answer_is_that_of_the_full_reading(seeds, question):
    less, full = Trace(), Trace()
    answer = Answerer(seeds).ask(question, trace=less)
    whole = Answerer(seeds, settings=replace(SETTINGS, adaptive=False)).ask(question, trace=full)
    assert answer.text == whole.text
    read, everything = less.steps[2].kept[0], full.steps[2].kept[0]
    assert everything.read == len(everything.hits) >= read.read
    assert everything.read_again >= read.read_again
    assert f"{read.read} of {len(read.hits)} passages read" in "\n".join(less.lines())
    form = less.to_dict()["steps"][2]["interpretations"][0]
    assert (form["read"], form["read_again"]) == (read.read, read.read_again)


@pytest.mark.parametrize(
    "question",
    [
        "Which people met Kim Yong-chol?",
        "When did Kim Yong-chol arrive?",
        "Who was the envoy to Pyongyang in 2017?",
        "Who is currently the president of South Korea?",
        "Which country did not sign the treaty?",
    ],
)
def test_what_a_low_score_may_decide_reads_everything(seeds, question):
    trace = Trace()
    Answerer(seeds).ask(question, trace=trace)
    read = trace.steps[2].kept[0]
    assert read.read == len(read.hits)


def test_a_reader_is_loaded_when_it_is_first_needed(seeds):
    loaded = []

    def load(stage):
        loaded.append(stage.model)
        return load_reader(stage)

    cascade = Cascade(stages_of("cascade"), load)
    retrieved = Answerer(seeds).search("Who met Kim Yong-chol?")
    first, second = (stage.model for stage in cascade.stages.stages)
    reading = cascade.first("Who met Kim Yong-chol?", retrieved)
    assert loaded == [first]
    assert cascade.reread("Who met Kim Yong-chol?", retrieved, reading).again
    assert loaded == [first, second]
