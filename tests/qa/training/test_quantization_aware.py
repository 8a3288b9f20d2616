"""A reader can learn with the weights that its export will have."""

import signal

import pytest
import torch

from qa.training.model import freeze_all_but, load_model
from qa.training.quantize.export import export_reader
from qa.training.quantize.quantization_aware import LEVELS, FakeQuantization
from qa.training.quantize.smooth_quant import typical_factors
from qa.training.train import ReaderTraining, Stopped
from tests.qa.training.test_train import interrupt, settings, weights


@pytest.fixture(params=["bert", "mpnet"])
def base(request):
    return request.getfixturevalue(request.param)


def test_weights_are_rounded_while_they_compute_and_exact_again_after(base):
    model = load_model(base)
    encoder = model.base_model
    quantization = FakeQuantization(encoder, typical_factors(encoder, base))
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    with quantization.applied():
        for name, layer in encoder.named_modules():
            if isinstance(layer, torch.nn.Linear):
                channels = layer.weight * quantization.factors[name]
                steps = channels / channels.abs().amax(1, keepdim=True) * LEVELS
                assert (steps - steps.round()).abs().max() < 1e-3
            elif isinstance(layer, torch.nn.Embedding):
                assert len(layer.weight.unique()) <= 256
    after = model.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_what_does_not_learn_is_rounded_once(base):
    learning, frozen = load_model(base), load_model(base)
    freeze_all_but(frozen, 1)
    factors = typical_factors(learning.base_model, base)
    once = FakeQuantization(frozen.base_model, factors)
    before = {name: weight.clone() for name, weight in frozen.state_dict().items()}
    with FakeQuantization(learning.base_model, factors).applied(), once.applied():
        rounded = frozen.base_model.state_dict()
        for name, weight in learning.base_model.state_dict().items():
            assert torch.equal(weight, rounded[name]), name
    after = frozen.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_what_was_learned_rounded_is_exported_as_it_is(base, squad_file, tmp_path, quiet):
    run = settings(base, squad_file, tmp_path / "reader", quantization_aware=True)
    ReaderTraining(run, console=quiet).run()
    export_reader(tmp_path / "reader", tmp_path / "out")
    learned = load_model(tmp_path / "reader").state_dict()
    exported = load_model(tmp_path / "out").state_dict()
    for name, weight in learned.items():
        assert torch.allclose(weight, exported[name], atol=1e-5), name


def test_layers_cut_from_what_learned_rounded_are_exported(base, squad_file, tmp_path, quiet):
    """The factors of the whole network are not those of what is left of it."""
    run = settings(base, squad_file, tmp_path / "whole", quantization_aware=True, epochs=1)
    ReaderTraining(run, console=quiet).run()
    run = settings(
        tmp_path / "whole", squad_file, tmp_path / "cut", quantization_aware=True, layers=1
    )
    ReaderTraining(run, console=quiet).run()
    export_reader(tmp_path / "cut", tmp_path / "out")
    learned = load_model(tmp_path / "cut").state_dict()
    exported = load_model(tmp_path / "out").state_dict()
    assert all(
        torch.allclose(weight, exported[name], atol=1e-5) for name, weight in learned.items()
    )


def test_a_stopped_run_goes_on_from_the_exact_weights(
    bert, squad_file, tmp_path, monkeypatch, quiet
):
    run = settings(bert, squad_file, tmp_path / "whole", quantization_aware=True)
    ReaderTraining(run, console=quiet).run()
    again = settings(bert, squad_file, tmp_path / "stopped", quantization_aware=True)
    with monkeypatch.context() as patch:
        interrupt(patch, 5, lambda: signal.raise_signal(signal.SIGINT))
        with pytest.raises(Stopped):
            ReaderTraining(again, console=quiet).run()
    ReaderTraining(again, console=quiet).run()
    assert weights(tmp_path / "stopped") == weights(tmp_path / "whole")


def test_gradients_change_the_exact_weights(bert, squad_file, tmp_path, quiet):
    """Steps far smaller than a level add up."""
    run = settings(
        bert,
        squad_file,
        tmp_path,
        dev=squad_file,
        quantization_aware=True,
        epochs=20,
        learning_rate=5e-3,
        negatives=0.1,
    )
    assert ReaderTraining(run, console=quiet).run().exact_match > 80
