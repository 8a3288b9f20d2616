import gzip
import json
import random
from dataclasses import replace

import pytest

from qa.training.data import (
    Gold,
    Negatives,
    examples,
    holds_answer,
    read_question_sentences,
    read_squad,
    share,
    tfidf_retriever,
)


def test_reads_questions_with_their_paragraphs(squad_file):
    file = read_squad(squad_file)
    assert len(file.questions) == 24
    assert len(file.contexts) == 12
    for question in file.questions:
        text = file.contexts[question.context].text
        assert all(text[gold.start : gold.end] == gold.text for gold in question.answers)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "not SQuAD"),
        ("[]", "not SQuAD"),
        ('{"data": [{"paragraphs": [{"context": "x"}]}]}', "no field 'qas'"),
        ('{"data": []}', "holds no questions"),
    ],
)
def test_what_is_not_squad_is_refused_with_file_and_reason(tmp_path, content, reason):
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=reason) as caught:
        read_squad(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "gold", [{"answer_start": 1, "text": "Oslo"}, {"answer_start": 0, "text": ""}]
)
def test_an_answer_that_is_not_in_its_place_is_refused(tmp_path, gold):
    path = tmp_path / "bad.json"
    qas = [{"id": "q7", "question": "?", "answers": [gold]}]
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": "Oslo", "qas": qas}]}]}))
    with pytest.raises(ValueError, match="question q7"):
        read_squad(path)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(gzip.compress(b"{}" * 500)[:-9])
    for path in (tmp_path / "none.json", broken):
        with pytest.raises(ValueError, match="cannot be read"):
            read_squad(path)


def test_reads_question_sentences_and_names_the_bad_line(tmp_path):
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"question": " Who? ", "sentence": "She."}\n{"question": "x"}\n')
    with pytest.raises(ValueError, match=r"line 2: .*no field 'sentence'"):
        read_question_sentences(path)
    path.write_text(path.read_text().splitlines()[0])
    assert read_question_sentences(path)[0].question == "Who?"


@pytest.mark.parametrize("weight", [0.25, 1.0, 1.5, 2.0])
def test_a_weight_gives_each_question_its_turn(squad_file, weight):
    file = read_squad(squad_file)
    epochs = [share(file, weight, seed=3, epoch=epoch) for epoch in range(4)]
    assert [len(epoch) for epoch in epochs] == [round(24 * weight)] * 4
    seen = [question.id for epoch in epochs for question in epoch]
    assert {seen.count(question.id) for question in file.questions} == {4 * weight}
    assert share(file, weight, seed=3, epoch=1) == epochs[1]
    assert share(file, weight, seed=4, epoch=1) != epochs[1]


@pytest.fixture
def twins(tmp_path):
    """A file with twins that name their originals, and one that names none."""
    text = "Anna was born in Lima and Boris in Oslo."

    def asked(name, question, answer="", **more):
        answers = [{"text": answer, "answer_start": text.index(answer)}] if answer else []
        return {"id": name, "question": question, "answers": answers, **more}

    qas = [
        asked("a", "Where was Anna born?", "Lima"),
        asked("b", "Where was Boris born?", "Oslo"),
        asked("b2", "Where was Boris buried?", twin_of="b", is_impossible=True),
        asked("x", "Why was Anna born?", is_impossible=True),
        asked("y", "When was Anna born?", is_impossible=True),
    ]
    article = {"title": "Two_births", "date": "2003-01-28"}
    paragraphs = [{"context": text, "qas": qas}, {"context": text, "qas": qas[:1]}]
    path = tmp_path / "twins.json"
    path.write_text(json.dumps({"data": [{**article, "paragraphs": paragraphs}]}))
    return read_squad(path)


def test_an_unanswerable_question_is_paired_with_its_original_or_a_neighbour(twins):
    pairs = {}
    for question in twins.questions:
        if question.pair:
            pairs.setdefault(question.pair, set()).add(question.id)
    assert sorted(map(sorted, pairs.values())) == [["a", "x"], ["b", "b2"]]


def test_questions_know_the_title_and_date_of_their_article(twins):
    context = twins.contexts[twins.questions[0].context]
    assert context.about == "Two births, January 28, 2003"


def test_a_small_share_takes_pairs_whole_and_one_turn_of_each_paragraph(twins):
    for seed in range(6):
        first = share(twins, 4 / 6, seed, 0)
        assert len({question.context for question in first[:3]}) == 2
        whole = share(twins, 1, seed, 0)
        places = {question.id: place for place, question in enumerate(whole) if question.pair}
        assert abs(places["b"] - places["b2"]) == 1


def test_half_of_the_questions_tell_the_article_and_pairs_stay_named(twins):
    finder = Negatives(twins, lambda question, k: [])
    asked = [replace(q, id=f"{q.id} {turn}") for turn in range(100) for q in twins.questions]
    made = list(examples(twins, asked, finder, 0.0, random.Random(0)))
    told = [example for example in made if any(example.contexts)]
    assert len(told) / len(made) == pytest.approx(0.5, abs=0.1)
    assert {example.contexts for example in told} == {("Two births, January 28, 2003",)}
    assert [e.pair for e in made[:6]] == [q.pair for q in twins.questions]


def test_an_unanswerable_question_keeps_its_passage_alone(twins):
    finder = Negatives(twins, lambda question, k: ["The river."])
    asked = [question for question in twins.questions if not question.answers] * 30
    made = list(examples(twins, asked, finder, 1.0, random.Random(0)))
    assert len(made) == len(asked)
    assert all(len(example.passages) == 1 for example in made)


def test_an_answer_is_found_as_whole_words_however_written():
    gold = [Gold(0, "The  U.S. Army")]
    assert holds_answer("he joined the us army.", gold)
    assert not holds_answer("a virus army", gold)
    assert not holds_answer("anything", [])


def test_the_retriever_ranks_by_shared_words():
    retrieve = tfidf_retriever(["river and sea", "born in Lima", "born in Oslo", "born in Oslo"])
    assert retrieve("who was born in Oslo", 2)[0] == "born in Oslo"
    assert len(retrieve("who", 9)) == 3


def test_negatives_never_hold_the_answer(squad_file):
    file = read_squad(squad_file)
    texts = [context.text for context in file.contexts.values()]
    finder = Negatives(file, tfidf_retriever(texts))
    rng = random.Random(0)
    for question in file.questions * 5:
        found = finder.find(question, rng)
        assert found is None or not holds_answer(found.text, question.answers)


def test_examples_keep_every_question_and_the_asked_share_of_negatives(squad_file):
    file = read_squad(squad_file)
    finder = Negatives(file, tfidf_retriever([c.text for c in file.contexts.values()]))
    questions = [q for q in file.questions if q.question.startswith("Where")] * 100
    made = list(examples(file, questions, finder, 0.3, random.Random(0)))
    answered = [e for e in made if any(e.answers)]
    alone = [e for e in made if not any(e.answers)]
    beside = [e for e in answered if len(e.passages) == 2]
    assert len(answered) == len(questions)
    assert (len(alone) + len(beside)) / len(questions) == pytest.approx(0.3, abs=0.04)
    assert len(alone) / len(questions) == pytest.approx(0.1, abs=0.03)
    assert all(len(e.passages) == len(e.answers) for e in made)
    assert made == list(examples(file, questions, finder, 0.3, random.Random(0)))


def test_without_negatives_the_examples_are_the_questions(squad_file):
    file = read_squad(squad_file)
    finder = Negatives(file, lambda question, k: [])
    made = list(examples(file, file.questions, finder, 0.0, random.Random(0)))
    assert [e.question for e in made] == [q.question for q in file.questions]
