import itertools

import torch

from qa.training.data import read_squad
from qa.training.evaluation import MAX_ANSWER, best_spans, evaluate
from qa.training.features import load_tokenizer
from qa.training.model import load_model


def test_the_best_span_is_the_best_of_all():
    torch.manual_seed(0)
    start, end = torch.randn(2, 5, 40)
    mask = torch.rand(5, 40) < 0.7
    mask[:, 0] = False
    scores, first, last = best_spans(start, end, mask)
    for row in range(5):
        tokens = [t for t in range(40) if mask[row, t]]
        pairs = [(a, b) for a, b in itertools.product(tokens, tokens) if 0 <= b - a < MAX_ANSWER]
        best = max(pairs, key=lambda pair: start[row, pair[0]] + end[row, pair[1]])
        assert (int(first[row]), int(last[row])) == best
        assert scores[row] == start[row, best[0]] + end[row, best[1]]


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
