import json
import random

import pytest
import torch
from click.testing import CliRunner

from qa.reading.windows import Input
from qa.squad import Gold, read_squad
from qa.training.batch import collate
from qa.training.commands import train
from qa.training.data import QuestionSentence, holds_answer
from qa.training.features import load_tokenizer, windows
from qa.training.model import load_model, logits, save_reader
from qa.training.pseudo_label import PseudoLabel, passage, pseudo_label, pseudo_label_file

PAIRS = [
    QuestionSentence("Where was Anna born?", "Anna was born in Lima."),
    QuestionSentence("Who was born in Oslo?", "Boris was born in Oslo , and the river"),
    QuestionSentence("Where was Clara born?", "Clara was born in Quito."),
]


@pytest.fixture(scope="module")
def untrained(bert, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    torch.manual_seed(2)
    save_reader(load_model(bert), bert, folder)
    return folder


def test_confidence_is_the_probability_among_all_spans(untrained):
    tokenizer, model = load_tokenizer(untrained / "tokenizer.json"), load_model(untrained)
    got = {marked.pair: marked for marked in pseudo_label(PAIRS, untrained)}
    for pair in PAIRS:
        (window,) = windows(tokenizer, [Input(pair.question, pair.sentence)], 384)[0]
        inputs, _ = collate([(window,)], 0, True)
        with torch.inference_mode():
            start, end = (
                side[0, window.first : window.last + 1].softmax(0) for side in logits(model, inputs)
            )
        marked = got[pair]
        assert marked.confidence == pytest.approx(float(torch.outer(start, end).triu().max()), 0.02)
        assert pair.sentence[marked.answer.start : marked.answer.end] == marked.answer.text


def test_a_passage_holds_the_sentence_once_among_others_without_the_answer():
    around = ["It rains.", "Anna left Lima.", PAIRS[0].sentence, "The river.", "Who knows?"]
    marked = PseudoLabel(PAIRS[0], Gold(17, "Lima"), 0.9)
    rng, places = random.Random(0), set()
    for _ in range(50):
        text, start = passage(marked, lambda q, k: around, rng)
        assert text[start : start + 4] == "Lima"
        assert text.count("Anna was born in Lima.") == 1
        assert not holds_answer(text.replace("Anna was born in Lima.", ""), [marked.answer])
        places.add(start)
    assert len(places) > 2


def test_a_file_is_marked_and_can_be_trained_on(untrained, tmp_path):
    pairs, out = tmp_path / "pairs.jsonl", tmp_path / "marked.json.gz"
    lines = [{"question": p.question, "sentence": p.sentence} for p in PAIRS]
    pairs.write_text("\n".join(map(json.dumps, lines)))
    options = ["--pairs", pairs, "--reader", untrained, "--out", out, "--confidence", 0]
    run = CliRunner().invoke(train, ["pseudo-label", *map(str, options)])
    assert run.output == f"{out}: 3 of 3 questions\n"
    file = read_squad(out)
    assert {q.question for q in file.questions} == {p.question for p in PAIRS}
    first = out.read_bytes()
    pseudo_label_file(pairs, untrained, out, confidence=0.0)
    assert out.read_bytes() == first
    assert pseudo_label_file(pairs, untrained, out, confidence=1.0) == (0, 3)
