"""Paragraphs are cut down around their answers, and nothing else about them is changed."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from qa.squad import Gold, read_squad
from qa.training.crop import CROPPED_WORDS, crop
from qa.training.data import Negatives, examples

NUMBERS = "one two three four five six seven eight nine ten"
LONG = " ".join(f"Sentence {i} tells of {word}." for i, word in enumerate(NUMBERS.split() * 4))


def words(text):
    return len(text.split())


@given(st.data())
def test_the_answer_stays_where_the_text_says_it(data):
    texts = st.text("Abc de.?!\n", min_size=1, max_size=80)
    passage = " ".join(data.draw(st.lists(texts, min_size=1, max_size=12)))
    start = data.draw(st.integers(0, len(passage) - 1))
    end = data.draw(st.integers(start + 1, len(passage)))
    first = Gold(start, passage[start:end])
    cut, answers = crop("Who?", passage, (first, Gold(0, passage[:1])), data.draw(st.floats(0, 1)))
    assert cut in passage
    assert answers[0].text == first.text
    assert all(cut[gold.start : gold.end] == gold.text for gold in answers)


def test_a_long_passage_is_cut_to_some_sentences_and_a_short_one_is_whole():
    for draw in (0.0, 0.3, 1.0):
        cut, (gold,) = crop("What?", LONG, (Gold(LONG.index("nine"), "nine"),), draw)
        assert CROPPED_WORDS <= words(cut) <= CROPPED_WORDS + 5
        assert cut[gold.start : gold.end] == "nine"
        assert cut.startswith("Sentence")
        assert cut.endswith(".")
    assert crop("What?", "Nine.", (Gold(0, "Nine"),), 0.5) == ("Nine.", (Gold(0, "Nine"),))


def test_the_draw_decides_on_which_side_of_the_answer_the_text_stays():
    gold = Gold(LONG.index("Sentence 20"), "Sentence 20")
    (_, (early,)), (_, (late,)) = (crop("?", LONG, (gold,), draw) for draw in (0.0, 1.0))
    assert early.start == 0
    assert late.start > 250


def test_without_an_answer_the_sentence_most_like_the_question_stays():
    cut, answers = crop("What does sentence 33 tell of?", LONG, (), 0.5)
    assert "Sentence 33 " in cut
    assert answers == ()


def test_a_share_is_cut_and_twins_are_cut_alike(tmp_path):
    answer = {"text": "Sentence 20", "answer_start": LONG.index("Sentence 20")}
    asked = [
        {"id": f"a{i}", "question": f"Who tells, {i}?", "answers": [answer]} for i in range(200)
    ]
    twins = [
        {"id": f"b{i}", "question": "What does Sentence 20 say?", "is_impossible": True}
        | {"twin_of": f"a{i}"}
        for i in range(200)
    ]
    paragraph = {"context": LONG, "qas": asked + twins}
    path = tmp_path / "twins.json"
    path.write_text(json.dumps({"data": [{"paragraphs": [paragraph]}]}))
    file = read_squad(path)
    finder = Negatives(file, lambda question, k: [])
    made = list(examples(file, file.questions, finder, 0.0, random.Random(0), 0.3))
    cut = {example.pair: example.passages for example in made if example.passages != (LONG,)}
    assert 0.2 < len(cut) / 200 < 0.4
    assert all(cut.get(example.pair, (LONG,)) == example.passages for example in made)
