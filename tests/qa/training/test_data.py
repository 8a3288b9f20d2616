import random
from dataclasses import replace

import pytest

from qa.squad import Gold, read_squad
from qa.training.data import (
    Negatives,
    examples,
    holds_answer,
    read_question_sentences,
    share,
    tfidf_retriever,
)


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
        context = finder.find(question, rng)
        assert context is None or not holds_answer(context.text, question.answers)


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
