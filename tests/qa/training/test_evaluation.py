import itertools

import pytest
import torch

from qa.reading.onnx import MAX_ANSWER_TOKENS
from qa.squad import read_squad
from qa.training.evaluation import best_spans, evaluate
from qa.training.features import load_tokenizer
from qa.training.model import load_model


def test_the_best_span_is_the_best_of_all():
    torch.manual_seed(0)
    start, end = torch.randn(2, 5, 40)
    mask = torch.zeros(5, 40, dtype=torch.bool)
    for row in range(5):
        mask[row, 3 + row : 40 - 2 * row] = True  # a passage is one run of tokens
    passages, firsts, lasts, scores = best_spans(start, end, mask)
    assert sorted(passages) == list(range(5))
    for row, first, last, score in zip(passages, firsts, lasts, scores, strict=True):
        tokens = [t for t in range(40) if mask[row, t]]
        pairs = [
            (a, b) for a, b in itertools.product(tokens, tokens) if 0 <= b - a < MAX_ANSWER_TOKENS
        ]
        best = max(pairs, key=lambda pair: start[row, pair[0]] + end[row, pair[1]])
        assert (first, last) == best
        said = start[row, best[0]] + end[row, best[1]] - start[row, 0] - end[row, 0]
        assert score == pytest.approx(float(said))


def test_evaluation_asks_the_same_part_and_leaves_the_mode(bert, squad_file):
    model, tokenizer = load_model(bert), load_tokenizer(bert / "tokenizer.json")
    model.train()
    ask = {"max_tokens": 64, "batch_tokens": 256}
    file = read_squad(squad_file)
    first = evaluate(model, tokenizer, 0, file, **ask, limit=5)
    assert first == evaluate(model, tokenizer, 0, file, **ask, limit=5)
    assert first.questions == 5
    assert evaluate(model, tokenizer, 0, file, **ask).questions == 24
    assert model.training
