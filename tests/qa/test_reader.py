from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import Article, Passage
from qa.reading.onnx import MAX_ANSWER_TOKENS, SPANS_PER_PASSAGE, Reader, pack_by_length

SUMMIT = Article("summit", "", "The summit was held in Singapore on 12 June 2018. It was sunny.")
COOKING = Article("cooking", "", "Boil the potatoes for twenty minutes, then drain them.")


def whole(article):
    return article, Passage(article.id, 0, len(article.text))


@pytest.fixture(scope="module")
def reader():
    return Reader()


def quote(span, *articles):
    text = {article.id: article.text for article in articles}[span.article_id]
    return text[span.start : span.end]


def test_reads_the_answer_across_passages(reader):
    spans = reader.read("Where was the summit held?", [whole(COOKING), whole(SUMMIT)])
    assert quote(spans[0], COOKING, SUMMIT) == "Singapore"
    assert spans == sorted(spans, key=lambda span: -span.score)


def test_offsets_count_in_the_article_not_the_passage(reader):
    padding = "Something else entirely. " * 40
    article = Article("long", "", padding + SUMMIT.text)
    passage = Passage("long", len(padding), len(article.text))
    best = reader.read("Where was the summit held?", [(article, passage)])[0]
    assert article.text[best.start : best.end] == "Singapore"


@pytest.mark.parametrize("place", [0.5, 0.75, 1.0])
def test_a_passage_longer_than_the_window_is_read_to_its_end(reader, place):
    filler = "Boil the potatoes for twenty minutes, then drain them and add some salt. " * 60
    cut = int(len(filler) * place)
    text = filler[:cut] + " " + SUMMIT.text + " " + filler[cut:]
    article = Article("long", "", text)
    spans = reader.read("Where was the summit held?", [whole(article)])
    assert quote(spans[0], article) == "Singapore"
    assert spans[0].start == text.index("Singapore")
    assert len(spans) <= SPANS_PER_PASSAGE
    assert len({(span.start, span.end) for span in spans}) == len(spans)


class Told:
    """The bundled reader, as one that learned with the article's title and date before it."""

    takes_context = True

    def __init__(self, model):
        self.tokenizer = model.tokenizer
        self.seen = []
        self._model = model

    def logits(self, encodings):
        self.seen += encodings
        return self._model.logits(encodings)


def test_a_reader_that_takes_context_reads_title_and_date_and_answers_from_the_passage(reader):
    told = Reader()
    told._model = Told(reader._model)
    article = replace(SUMMIT, title="Singapore summit", published=date(2018, 6, 13))
    spans = told.read("Where was the summit held?", [whole(article)])
    assert quote(spans[0], article) == "Singapore"
    (encoding,) = told._model.seen
    text = told._model.tokenizer.decode(encoding.ids, skip_special_tokens=False)
    assert "held? [SEP] singapore summit, june 13, 2018 [SEP] the summit was" in text
    passage = [i for i, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    assert encoding.offsets[passage[0]] == (0, 3)


def test_prefers_no_answer_where_there_is_none(reader):
    asked = "Where was the summit held?"
    (with_answer, *_), (without, *_) = reader.read_many(
        [(asked, [whole(SUMMIT)]), (asked, [whole(COOKING)])]
    )
    assert with_answer.score > 0 > without.score


def test_many_questions_in_one_batch_are_read_as_if_alone(reader):
    asked = ["Where was the summit held?", "How long to boil potatoes?", "When was the summit?"]
    passages = [whole(SUMMIT), whole(COOKING)]
    together = reader.read_many([(question, passages) for question in asked])
    for question, spans in zip(asked, together, strict=True):
        assert spans == reader.read(question, passages)


def test_more_spans_begin_with_the_same_ones(reader):
    request = ("Where was the summit held?", [whole(SUMMIT)])
    (few,), (many,) = (reader.read_many([request], number) for number in (3, 8))
    assert (len(few), len(many)) == (3, 8)
    assert many[:3] == few


def test_nothing_to_read(reader):
    assert reader.read("Who?", []) == []
    assert reader.read_many([]) == []


@given(
    question=st.text(min_size=1, max_size=80),
    text=st.text(min_size=1, max_size=300),
    cut=st.tuples(st.integers(0, 300), st.integers(0, 300)),
)
@settings(max_examples=settings().max_examples // 2)
def test_every_span_is_a_substring_of_its_passage(reader, question, text, cut):
    start, end = sorted(min(place, len(text)) for place in cut)
    article = Article("any", "", text)
    passage = Passage("any", start, end)
    for span in reader.read(question, [(article, passage)]):
        assert start <= span.start < span.end <= end


def test_a_long_question_leaves_room_for_the_passage(reader):
    question = "Where was the summit held, " + "and please do tell me at length, " * 60
    spans = reader.read(question, [whole(SUMMIT)])
    assert spans
    assert all(span.end <= len(SUMMIT.text) for span in spans)


def test_answers_are_bounded(reader):
    article = Article("run-on", "", " ".join(f"word{number}" for number in range(100)))
    tokenizer = reader._model.tokenizer
    for span in reader.read("Which words?", [whole(article)]):
        tokens = tokenizer.encode(article.text[span.start : span.end], add_special_tokens=False)
        assert len(tokens.ids) <= MAX_ANSWER_TOKENS


@given(st.lists(st.integers(0, 600), max_size=200))
def test_packing_loses_and_repeats_nothing(lengths):
    groups = pack_by_length(lengths, 1000)
    assert sorted(number for group in groups for number in group) == list(range(len(lengths)))
    for group in groups:
        assert len(group) == 1 or len(group) * max(lengths[number] for number in group) <= 1000


def test_no_span_runs_from_one_paragraph_or_cell_into_the_next(reader):
    table = Article(
        "t", "", "Crates in store\n\nPears\n\n412\n\n398\n\nPlums\n\n77 | 80\n\nFigs\n\n12"
    )
    for question in ("How many crates of pears are in store?", "How many crates of plums?"):
        quotes = [quote(span, table) for span in reader.read(question, [whole(table)])]
        assert quotes
        assert not any("\n\n" in quote or " | " in quote for quote in quotes)
