import itertools
import math

import pytest
import torch

from qa.training.loss import Targets, log_probabilities, segment_logsumexp, shared_norm_loss


def batch(seed, rows=(0, 0, 1, 2, 2, 2), length=7):
    """Random logits, ragged masks; question 0 has two answers, 1 none, 2 one in its last row."""
    torch.manual_seed(seed)
    start, end = torch.randn(2, len(rows), length, dtype=torch.float64) * 3
    mask = torch.zeros(len(rows), length, dtype=torch.bool)
    for row in range(len(rows)):
        mask[row, 2 : 4 + (row + seed) % 4] = True
    gold = torch.tensor([(0, 2, 3), (1, 3, 3), (1, 3, 3), (5, 2, 2)])
    return start, end, Targets(torch.tensor(rows), mask, gold, 3)


def brute_force(start, end, targets, question):
    """The definition, summed over every pair of a start and an end of the question."""
    rows = [r for r in range(len(start)) if targets.question[r] == question]
    places = [(r, t) for r in rows for t in range(start.shape[1]) if targets.mask[r, t]]
    begin = {p: math.exp(start[p] - start[p[0], 0]) for p in places} | {None: 1.0}
    finish = {p: math.exp(end[p] - end[p[0], 0]) for p in places} | {None: 1.0}
    total = sum(begin[a] * finish[b] for a, b in itertools.product(begin, finish))
    spans = [tuple(g) for g in targets.gold.tolist() if g[0] in rows]
    if not spans:
        return -math.log(begin[None] * finish[None] / total)
    mean = sum(begin[r, a] * finish[r, b] for r, a, b in spans) / len(spans) / total
    return -math.log(mean)


@pytest.mark.parametrize("seed", range(5))
def test_the_loss_is_what_its_definition_says(seed):
    start, end, targets = batch(seed)
    wanted = [brute_force(start, end, targets, q) for q in range(3)]
    got = shared_norm_loss(start, end, targets)
    assert got.tolist() == pytest.approx(wanted, rel=1e-5)


def test_gradients_are_finite_and_stay_within_their_question():
    start, end, targets = batch(0)
    start.requires_grad_()
    end.requires_grad_()
    shared_norm_loss(start, end, targets)[1].backward()
    for logits in (start, end):
        assert torch.isfinite(logits.grad).all()
        assert logits.grad[2].abs().sum() > 0
        assert logits.grad[[0, 1, 3, 4, 5]].abs().sum() == 0


def test_gradients_agree_with_finite_differences():
    start, end, targets = batch(1)
    assert torch.autograd.gradcheck(
        lambda s, e: sum(log_probabilities(s, e, targets))[targets.mask],
        (start.requires_grad_(), end.requires_grad_()),
    )


def test_probabilities_of_a_question_sum_to_one():
    start, end, targets = batch(2)
    for log in log_probabilities(start, end, targets):
        for question, first in ((0, 0), (1, 2), (2, 3)):
            inside = log[targets.question == question][targets.mask[targets.question == question]]
            assert float(inside.exp().sum() + log[first, 0].exp()) == pytest.approx(1)


def test_a_passage_may_shift_all_its_logits():
    """Only the difference to the passage's own "no answer" counts, as when spans are decoded."""
    start, end, targets = batch(3)
    moved = start.clone()
    moved[4] += 11.0
    assert torch.allclose(
        shared_norm_loss(start, end, targets), shared_norm_loss(moved, end, targets)
    )


def test_a_passage_sure_of_no_answer_changes_nothing():
    start, end, targets = batch(4, rows=(0, 0, 1, 2, 2, 2))
    silent = start.clone(), end.clone()
    for logits in silent:
        logits[3, 0] = 80.0
    without = Targets(
        torch.tensor((0, 0, 1, 2, 2)),
        targets.mask[[0, 1, 2, 4, 5]],
        targets.gold - torch.tensor([[0, 0, 0]] * 3 + [[1, 0, 0]]),
        3,
    )
    keep = [0, 1, 2, 4, 5]
    assert torch.allclose(
        shared_norm_loss(*silent, targets), shared_norm_loss(start[keep], end[keep], without)
    )


def test_large_logits_do_not_overflow():
    start, end, targets = batch(0)
    loss = shared_norm_loss(start * 1e4, end * 1e4, targets)
    assert not torch.isnan(loss).any()


def test_segments_without_values_are_minus_infinity():
    got = segment_logsumexp(torch.tensor([1.0, 1.0]), torch.tensor([0, 0]), 2)
    assert got.tolist() == pytest.approx([1 + math.log(2), -math.inf])
