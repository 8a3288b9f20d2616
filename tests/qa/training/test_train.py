import json
import math
import os
import signal

import pytest
import torch

from qa.training import checkpoint, train
from qa.training.model import freeze_all_but, load_model, logits
from qa.training.quantize.export import export_reader
from qa.training.settings import Settings, Source
from qa.training.train import ReaderTraining, Stopped, rate


def settings(base, data, out, **changes):
    options = {
        "epochs": 2,
        "learning_rate": 1e-3,
        "negatives": 0.5,
        "batch_tokens": 256,
        "max_tokens": 64,
        "checkpoint_minutes": math.inf,
    }
    return Settings(data=(Source(data, 1.5),), base=base, out=out, **(options | changes))


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


@pytest.fixture(scope="module")
def uninterrupted(bert, squad_file, tmp_path_factory):
    out = tmp_path_factory.mktemp("whole")
    training = ReaderTraining(settings(bert, squad_file, out))
    training.run()
    return out, training.position.step


def interrupt(monkeypatch, at, act):
    """Has `act` called in the middle of a step."""
    real, calls = train.shared_norm_loss, 0

    def loss(*args):
        nonlocal calls
        calls += 1
        if calls == at:
            act()
        return real(*args)

    monkeypatch.setattr(train, "shared_norm_loss", loss)


def test_an_exported_reader_is_a_base_too(uninterrupted, squad_file, tmp_path, quiet):
    export_reader(uninterrupted[0], tmp_path / "base")
    run = settings(tmp_path / "base", squad_file, tmp_path / "out", epochs=1, dev=squad_file)
    assert ReaderTraining(run, console=quiet).run()
    load_model(tmp_path / "out")


def test_a_reader_learns(mpnet, squad_file, tmp_path, quiet):
    out = tmp_path / "out"
    scores = ReaderTraining(
        settings(
            mpnet, squad_file, out, dev=squad_file, epochs=20, learning_rate=5e-3, negatives=0.1
        ),
        console=quiet,
    ).run()
    assert scores.exact_match > 80
    assert "done: EM" in quiet.file.getvalue()


def test_only_the_last_layers_learn(mpnet, squad_file, tmp_path, quiet):
    run = settings(mpnet, squad_file, tmp_path / "out", epochs=1, trained_layers=1)
    ReaderTraining(run, console=quiet).run()
    before, after = load_model(mpnet).state_dict(), load_model(tmp_path / "out").state_dict()
    changed = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    last = {name for name in after if ".encoder.layer.1." in name}
    assert changed
    assert changed - {"qa_outputs.weight", "qa_outputs.bias"} <= last
    assert {name for name in last if name.endswith("weight") and "Norm" not in name} <= changed
    assert "| trained_layers | 1 |" in (tmp_path / "out" / "CARD.md").read_text()
    with pytest.raises(ValueError, match="2 layers, not 3"):
        freeze_all_but(load_model(mpnet), 3)


def test_the_result_is_a_folder_that_transformers_loads(uninterrupted, bert):
    from transformers import AutoModelForQuestionAnswering

    out, _ = uninterrupted
    model, report = AutoModelForQuestionAnswering.from_pretrained(out, output_loading_info=True)
    assert not report["missing_keys"]
    assert model.config.hidden_dropout_prob == 0.0
    made = json.loads((out / "tokenizer.json").read_text())
    assert made["truncation"] is None
    assert made["padding"] is None
    assert json.loads((out / "tokenizer_config.json").read_text())["model_max_length"] == 512
    assert not checkpoint.checkpoints(out)


def test_the_same_seed_gives_the_same_reader(uninterrupted, bert, squad_file, tmp_path, quiet):
    out, _ = uninterrupted
    ReaderTraining(settings(bert, squad_file, tmp_path / "a"), console=quiet).run()
    assert weights(tmp_path / "a") == weights(out)
    ReaderTraining(settings(bert, squad_file, tmp_path / "b", seed=1), console=quiet).run()
    assert weights(tmp_path / "b") != weights(out)


@pytest.mark.parametrize("share", [0.3, 0.5, 1.0])
def test_a_stopped_run_goes_on_to_the_same_weights(
    uninterrupted, bert, squad_file, tmp_path, monkeypatch, quiet, share
):
    whole, steps = uninterrupted
    with monkeypatch.context() as patch:
        interrupt(patch, round(steps * share), lambda: signal.raise_signal(signal.SIGINT))
        with pytest.raises(Stopped):
            ReaderTraining(settings(bert, squad_file, tmp_path), console=quiet).run()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    training = ReaderTraining(settings(bert, squad_file, tmp_path), console=quiet)
    training.run()
    assert training.position.step == steps
    assert weights(tmp_path) == weights(whole)


def test_a_run_killed_at_any_moment_goes_on_to_the_same_weights(
    uninterrupted, bert, squad_file, tmp_path, monkeypatch, quiet
):
    whole, steps = uninterrupted
    often = settings(bert, squad_file, tmp_path, checkpoint_minutes=0)

    def die(*_):
        raise KeyboardInterrupt

    for at in (3, steps // 2):  # in a step: the last checkpoint is the one before it
        with monkeypatch.context() as patch:
            interrupt(patch, at, die)
            with pytest.raises(KeyboardInterrupt):
                ReaderTraining(often, console=quiet).run()
    with monkeypatch.context() as patch:  # in the writing of a checkpoint
        patch.setattr(os, "fsync", die)
        with pytest.raises(KeyboardInterrupt):
            ReaderTraining(often, console=quiet).run()
    assert list(tmp_path.glob("*.partial"))
    ReaderTraining(often, console=quiet).run()
    assert weights(tmp_path) == weights(whole)
    assert not list(tmp_path.glob(f"{checkpoint.PREFIX}*"))


def test_another_run_does_not_go_on_from_a_checkpoint(
    bert, squad_file, tmp_path, monkeypatch, quiet
):
    interrupt(monkeypatch, 1, lambda: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(Stopped):
        ReaderTraining(settings(bert, squad_file, tmp_path), console=quiet).run()
    other = ReaderTraining(settings(bert, squad_file, tmp_path, seed=9, epochs=3), console=quiet)
    with pytest.raises(ValueError, match="other epochs, seed"):
        other.run()


def test_a_finished_reader_is_not_overwritten(uninterrupted, bert, squad_file):
    out, _ = uninterrupted
    with pytest.raises(ValueError, match="holds a finished reader"):
        ReaderTraining(settings(bert, squad_file, out))


def test_evaluations_are_kept_over_a_stop_and_stand_in_the_card(
    bert, squad_file, tmp_path, monkeypatch, quiet
):
    run = settings(
        bert,
        squad_file,
        tmp_path,
        dev=squad_file,
        evaluate_minutes=0,
        evaluate_questions=4,
        command="article-qa train reader",
        licences=("Births: CC BY 4.0",),
    )
    with monkeypatch.context() as patch:
        interrupt(patch, 3, lambda: signal.raise_signal(signal.SIGINT))
        with pytest.raises(Stopped):
            ReaderTraining(run, console=quiet).run()
    training = ReaderTraining(run, console=quiet)
    scores = training.run()
    card = (tmp_path / "CARD.md").read_text()
    rows = [line for line in card.splitlines() if line.split(" | ")[2:3] == ["4"]]
    assert [int(row.split(" ")[1]) for row in rows] == [
        step for step in range(1, training.position.step + 1) if step != 3
    ]
    assert f"| 24 | {scores.exact_match:.1f} | {scores.f1:.1f} |" in card
    for part in ("births.json.gz | 1.5 | 24", "article-qa train reader", "Births: CC BY 4.0"):
        assert part in card


def test_hard_negatives_come_from_the_retriever_given(bert, squad_file, tmp_path, quiet):
    asked = []

    def retrieve(question, k):
        asked.append((question, k))
        return ["Nobody knows."]

    run = settings(bert, squad_file, tmp_path, negatives=1.0)
    made = ReaderTraining(run, retriever=retrieve, console=quiet).plan(0).groups
    assert asked
    assert any(len(group) > 1 for group in made)


def test_the_learning_rate_rises_and_falls():
    assert rate(0) == 0
    assert rate(train.WARMUP) == pytest.approx(1)
    assert rate(1) == 0
    assert all(0 <= rate(i / 100) <= 1 for i in range(101))


def test_what_is_no_model_is_refused(squad_file, tmp_path):
    with pytest.raises(ValueError, match=r"model\.safetensors"):
        ReaderTraining(settings(tmp_path, squad_file, tmp_path / "out"))


def test_the_last_layer_is_not_rounded_to_bfloat16(bert):
    model = load_model(bert)
    ids = torch.randint(4, 60, (4, 32))
    start, _ = logits(model, {"input_ids": ids, "attention_mask": torch.ones_like(ids)})
    assert not torch.equal(start, start.bfloat16().float())
