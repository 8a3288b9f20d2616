"""Weights take a part of their inputs' outliers, and the network stays the same."""

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from index.embedding.onnx_model import OnnxModel
from qa.training.model import load_model, save_reader
from qa.training.quantize.channel_scaling import MOST, find_factors
from qa.training.quantize.export import export_reader
from tests.qa.training.test_export import matmul_weights

CHANNELS = 12
magnitudes = arrays(np.float32, CHANNELS, elements=st.floats(0, 1e4, width=32))


def outputs_error(low, high, power, factors):
    step = (high / factors).max() - (low / factors).min()
    return step**2 * (factors**2 * power).sum()


@given(
    magnitudes, magnitudes, magnitudes, arrays(np.int64, CHANNELS, elements=st.integers(1, MOST))
)
def test_factors_keep_to_their_bounds_and_never_do_harm(down, high, power, most):
    factors = find_factors(-down, high, power, most)
    assert (factors >= 1).all()
    assert (factors <= most).all()
    before = outputs_error(-down, high, power, np.ones_like(most))
    assert outputs_error(-down, high, power, factors) <= before


def test_only_outliers_are_divided_and_as_far_as_their_weights_allow():
    high = np.ones(CHANNELS, np.float32)
    high[3], high[5] = 20, 4
    most = np.full(CHANNELS, 3)
    none = np.zeros(CHANNELS, np.float32)
    power = np.ones(CHANNELS, np.float32)
    assert find_factors(none, high, power, most).tolist() == [1, 1, 1, 3, 1] + [1] * 7
    most[3] = MOST  # now the other one sets the scale
    assert find_factors(none, high, power, most)[[3, 5]].tolist() == [15, 3]
    most[5] = MOST
    assert find_factors(none, high, power, most)[[3, 5]].tolist() == [20, 4]


def test_inputs_that_are_always_0_are_left():
    none = np.zeros(CHANNELS, np.float32)
    assert (find_factors(none, none, none + 1, np.full(CHANNELS, 3)) == 1).all()


@pytest.fixture
def outlying(request, tmp_path):
    """A reader with a channel far larger than the others before each second feed-forward product.

    Its outputs are those of the same reader without outliers: the weights make up for them.
    """
    base = request.getfixturevalue("bert")
    torch.manual_seed(0)
    model = load_model(base)
    for name, layer in model.named_modules():
        if isinstance(layer, torch.nn.Linear):
            torch.nn.init.normal_(layer.weight, std=0.2)
        if name.endswith("intermediate.dense"):
            layer.bias.data[7] = 40
        elif name.endswith("output.dense") and "attention" not in name:
            layer.weight.data[:, 7] *= 0.1
    save_reader(model, base, tmp_path / "outlying")
    return tmp_path / "outlying"


def test_the_weights_are_the_same_and_the_answers_nearer(outlying, tmp_path, monkeypatch):
    export_reader(outlying, tmp_path / "shared")
    with monkeypatch.context() as patch:
        patch.setattr("qa.training.quantize.channel_scaling.scale_channels", lambda *_: None)
        export_reader(outlying, tmp_path / "plain")
    plain, shared = (load_model(tmp_path / name) for name in ("plain", "shared"))
    for name, weight in plain.state_dict().items():
        assert torch.allclose(weight, shared.state_dict()[name], atol=1e-5), name
    largest = max(
        abs(matmul_weight.astype(int)).max()
        for matmul_weight in matmul_weights(tmp_path / "shared")
    )
    assert 19 < largest <= MOST
    off = {name: distance(tmp_path / name, plain) for name in ("plain", "shared")}
    assert off["shared"] < 0.7 * off["plain"]


def test_products_of_the_same_inputs_still_share_their_quantisation(outlying, tmp_path):
    """Query, key and value: three times as much would have to be rounded in each call."""
    export_reader(outlying, tmp_path / "out")
    graph = onnx.load(tmp_path / "out" / "model.onnx").graph
    divided = {
        tuple(onnx.numpy_helper.to_array(tensor).ravel())
        for tensor in graph.initializer
        if tensor.name.endswith(".inverse")
    }
    layers = load_model(outlying).config.num_hidden_layers
    assert len(divided) == 4 * layers


def distance(folder, model):
    """The distance of an export's logits from those of the same weights in floating point."""
    exported = OnnxModel(folder)
    encodings = exported.tokenizer.encode_batch(
        [
            ("Who?", "Anna was born in Lima."),
            ("Where was Boris born?", "Boris was born in Riga. " * 5),
        ]
    )
    off = []
    for encoding, (start, end) in zip(encodings, exported.run(encodings), strict=True):
        with torch.inference_mode():
            expected = model.eval()(
                input_ids=torch.tensor([encoding.ids]),
                token_type_ids=torch.tensor([encoding.type_ids]),
            )
        off += [start - expected.start_logits[0].numpy(), end - expected.end_logits[0].numpy()]
    return float(np.mean(np.concatenate(off) ** 2) ** 0.5)
