"""Runs on an accelerator, checked where there is none: by tensors without data."""

import pytest
import torch

from qa.squad import Gold
from qa.training.batch import collate
from qa.training.data import Example
from qa.training.device import best_device
from qa.training.distil import believed, distillation_loss
from qa.training.features import learnable


def test_the_cpu_is_taken_where_nothing_faster_is(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert best_device().type == "cpu"
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert best_device().type == "mps"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert best_device().type == "cuda"


@pytest.fixture
def groups(tokenizer):
    texts = "Anna was born in Lima and", "the river"
    examples = [
        Example("who", texts, ((Gold(0, "Anna"),), ()), ("", "Boris")),
        Example("where", texts[:1], ((),), ("",)),
    ]
    return learnable(tokenizer, examples, 64)[1]


def test_what_a_teacher_says_is_learned_on_the_device_of_the_student(groups):
    there = torch.device("meta")
    _, targets = collate(groups, 0, True, there)
    assert {t.device for t in (targets.question, targets.mask, targets.gold)} == {there}
    # Tensors of two devices in one operation raise here, as they do on an accelerator.
    start, end = (torch.zeros(targets.mask.shape, device=there) for _ in range(2))
    taught = believed((start, end), targets, groups, groups, targets)
    assert distillation_loss((start, end), taught, targets).device == there
