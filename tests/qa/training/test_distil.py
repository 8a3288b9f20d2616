import math
import shutil

import pytest
import torch

from qa.squad import Gold
from qa.training.batch import collate
from qa.training.data import Example
from qa.training.distil import (
    TEMPERATURE,
    Teacher,
    believed,
    distillation_loss,
    soften,
)
from qa.training.features import learnable, load_tokenizer
from qa.training.loss import Targets, log_probabilities
from qa.training.model import keep_layers, load_model
from qa.training.settings import Settings, Source
from qa.training.train import ReaderTraining, Stopped


def case(seed=0):
    torch.manual_seed(seed)
    mask = torch.zeros(4, 6, dtype=torch.bool)
    for row in range(4):
        mask[row, 2 : 4 + row % 3] = True
    targets = Targets(torch.tensor((0, 0, 1, 2)), mask, torch.zeros(0, 3, dtype=torch.long), 3)
    return torch.randn(2, 4, 6) * 3, torch.randn(2, 4, 6) * 3, targets


def test_the_loss_is_the_divergence_over_a_question():
    student, teacher, targets = case()
    believed = log_probabilities(*soften(tuple(teacher)), targets)
    got = distillation_loss(tuple(student), believed, targets)

    def distribution(logits, question):
        gains = [0.0]
        for row in range(4):
            if targets.question[row] == question:
                gains += [
                    float(logits[row, t] - logits[row, 0]) / TEMPERATURE
                    for t in range(6)
                    if targets.mask[row, t]
                ]
        total = sum(map(math.exp, gains))
        return [math.exp(gain) / total for gain in gains]

    for question in range(3):
        wanted = 0.0
        for side in range(2):
            p = distribution(teacher[side], question)
            q = distribution(student[side], question)
            wanted += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
        assert float(got[question]) == pytest.approx(TEMPERATURE**2 * wanted, rel=1e-4)


def test_a_student_like_its_teacher_has_nothing_to_learn():
    student, _, targets = case(1)
    student.requires_grad_()
    believed = log_probabilities(*soften(tuple(student.detach())), targets)
    loss = distillation_loss(tuple(student), believed, targets)
    loss.sum().backward()
    assert loss.abs().max() < 1e-5
    assert student.grad.abs().max() < 1e-5


def test_the_teacher_speaks_at_the_students_tokens(mpnet, bert):
    """MPNet puts one token more between question and passage than BERT does."""
    student = load_tokenizer(bert / "tokenizer.json")
    teacher = Teacher(mpnet, student, torch.device("cpu"), remembers=False)
    texts = "Anna was born in Lima", "the river " * 40
    examples = [Example("Who was born?", texts, ((Gold(0, "Anna"),), ()), ("Lima", "Lima"))]
    examples, mine = learnable(student, examples, 64)
    theirs = teacher.groups(examples, mine, 64)
    assert [w.first for w in theirs[0]] == [w.first + 1 for w in mine[0]]
    _, targets = collate(mine, 0, True)
    start, _ = believed(*teacher.read(theirs), theirs, mine, targets)
    assert float(start[targets.mask].exp().sum() + start[0, 0].exp()) == pytest.approx(1, abs=1e-4)
    targets.mask[:, 0] = True
    assert torch.isinf(start[~targets.mask]).all()


def test_a_teacher_that_divides_text_otherwise_is_refused(mpnet, bert):
    student = load_tokenizer(bert / "tokenizer.json")
    teacher = Teacher(mpnet, student, torch.device("cpu"), remembers=False)
    _, mine = learnable(student, [Example("who", ("Anna",), ((),), ("",))], 64)
    with pytest.raises(ValueError, match="divides text"):
        teacher.groups([Example("who", ("Boris",), ((),), ("",))], mine, 64)


def test_a_student_comes_to_agree_with_its_teacher(mpnet, bert, squad_file, tmp_path, quiet):
    settings = Settings(
        data=(Source(squad_file),),
        base=bert,
        out=tmp_path,
        teacher=mpnet,
        epochs=3,
        learning_rate=1e-3,
        batch_tokens=512,
        max_tokens=64,
        checkpoint_minutes=0,
    )
    training = ReaderTraining(settings, console=quiet)
    plan = training.plan(0)
    before, _ = training._loss(plan, plan.batches[0])
    training.run()
    after, _ = training._loss(plan, plan.batches[0])
    assert after < before
    card = (tmp_path / "CARD.md").read_text()
    assert f"Teacher: {mpnet.name}" in card
    assert "teacher's distributions" in card


def test_a_teacher_is_asked_once_for_a_window_and_says_the_same_after_a_stop(
    mpnet, bert, squad_file, tmp_path, monkeypatch, quiet
):
    def settings(out):
        return Settings(
            data=(Source(squad_file),),
            base=bert,
            out=tmp_path / out,
            teacher=mpnet,
            epochs=3,
            learning_rate=1e-3,
            negatives=0.5,
            batch_tokens=256,
            max_tokens=64,
        )

    def weights(out):
        return (tmp_path / out / "model.safetensors").read_bytes()

    whole = ReaderTraining(settings("whole"), console=quiet)
    asked = []
    real = whole.teacher._read
    monkeypatch.setattr(
        whole.teacher, "_read", lambda windows: asked.extend(windows) or real(windows)
    )
    whole.run()
    windows = [w for n in range(3) for group in whole.plan(n).teacher for w in group]
    assert len({w.ids.tobytes() for w in windows}) == len(asked) < len(windows) / 2

    stopped = ReaderTraining(settings("stopped"), console=quiet)
    step = stopped._step

    def step_and_stop(plan):
        step(plan)
        stopped._stop = stopped.position.step == whole.position.step // 2

    monkeypatch.setattr(stopped, "_step", step_and_stop)
    with pytest.raises(Stopped):
        stopped.run()
    shutil.copytree(tmp_path / "stopped", tmp_path / "earlier")
    going_on = ReaderTraining(settings("stopped"), console=quiet)
    going_on.run()
    assert weights("stopped") == weights("whole")
    mine, theirs = going_on.teacher.memory(), whole.teacher.memory()
    assert mine.keys() == theirs.keys()
    assert all(torch.equal(mine[name], theirs[name]) for name in mine)

    (state,) = (tmp_path / "earlier").glob("*/state.pt")
    kept = torch.load(state, weights_only=True)
    del kept["taught"]  # as a checkpoint of an earlier version
    torch.save(kept, state)
    ReaderTraining(settings("earlier"), console=quiet).run()
    assert (tmp_path / "earlier" / "CARD.md").exists()


def test_a_student_cut_from_its_teacher_keeps_the_layers_it_should(mpnet):
    model = load_model(mpnet)
    first, last = model.base_model.encoder.layer
    keep_layers(model, 1)
    assert list(model.base_model.encoder.layer) == [last]
    assert model.config.num_hidden_layers == 1
    with pytest.raises(ValueError, match="1 layers, not 2"):
        keep_layers(model, 2)
    assert first is not last


def test_a_cut_student_is_trained_and_loads(mpnet, squad_file, tmp_path, quiet):
    ReaderTraining(
        Settings(
            data=(Source(squad_file, 0.5),),
            base=mpnet,
            out=tmp_path / "out",
            teacher=mpnet,
            layers=1,
            max_tokens=64,
            batch_tokens=256,
        ),
        console=quiet,
    ).run()
    assert len(load_model(tmp_path / "out").base_model.encoder.layer) == 1
    assert "| layers | 1 |" in (tmp_path / "out" / "CARD.md").read_text()
