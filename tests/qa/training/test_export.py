"""An exported model gives what torch gives, text by text."""

import shutil

import numpy as np
import onnx
import pytest
import torch
from transformers import AutoModel, AutoModelForQuestionAnswering

from index.embedding.onnx_model import BUNDLED_MODELS, OnnxModel
from index.errors import UserError
from qa.training.model import load_model
from qa.training.quantize.export import export_embedder, export_reader
from qa.training.quantize.quantization_aware import fake_quantize_linears
from qa.training.quantize.smooth_quant import Smoothed, find_factors, smooth
from tests.qa.training.conftest import make_base

PAIRS = [
    ("Where was Anna born?", "The river and Oslo. Anna was born in Lima."),
    ("Who?", "Lima."),
    ("Who was born in Riga?", "Boris was born in Riga, and the river was in Riga. " * 4),
]


def inputs(model, encoding):
    feeds = {"input_ids": torch.tensor([encoding.ids])}
    if model.config.model_type == "bert":
        feeds["token_type_ids"] = torch.tensor([encoding.type_ids])
    return feeds


@pytest.fixture(params=["bert", "mpnet"])
def reader_folder(request, tmp_path):
    base = make_base(tmp_path / "base", request.param)
    torch.manual_seed(0)
    AutoModelForQuestionAnswering.from_pretrained(base).save_pretrained(tmp_path / "reader")
    shutil.copy(base / "tokenizer.json", tmp_path / "reader")
    return tmp_path / "reader"


@pytest.mark.parametrize(("precision", "nearly"), [("fp32", 1e-4), ("int8", 0.1)])
def test_a_reader(reader_folder, tmp_path, precision, nearly):
    export_reader(reader_folder, tmp_path / "out", precision)
    exported = OnnxModel(tmp_path / "out")
    encodings = exported.tokenizer.encode_batch(PAIRS)
    model = AutoModelForQuestionAnswering.from_pretrained(reader_folder).eval()
    for encoding, (start, end) in zip(encodings, exported.run(encodings), strict=True):
        with torch.inference_mode():
            expected = model(**inputs(model, encoding))
        assert start.shape == end.shape == (len(encoding.ids),)
        assert np.allclose(start, expected.start_logits[0], atol=nearly)
        assert np.allclose(end, expected.end_logits[0], atol=nearly)


def test_too_large_a_file_is_split_and_each_part_is_verified(reader_folder, tmp_path, monkeypatch):
    export_reader(reader_folder, tmp_path / "one")
    whole = OnnxModel(tmp_path / "one")
    size = (tmp_path / "one" / "model.onnx").stat().st_size
    monkeypatch.setattr("qa.training.quantize.export._MOST_FILE_BYTES", size - 1)
    export_reader(reader_folder, tmp_path / "two")
    part = tmp_path / "two" / "largest_tensor.bin"
    assert part.stat().st_size + (tmp_path / "two" / "model.onnx").stat().st_size < size + 2000
    encodings = whole.tokenizer.encode_batch(PAIRS)
    parts = OnnxModel(tmp_path / "two")
    for mine, theirs in zip(whole.run(encodings), parts.run(encodings), strict=True):
        assert np.array_equal(mine, theirs)
    content = bytearray(part.read_bytes())
    content[7] ^= 1
    part.write_bytes(content)
    with pytest.raises(UserError, match=r"largest_tensor\.bin: damaged"):
        OnnxModel(tmp_path / "two")
    part.unlink()
    with pytest.raises(UserError, match=r"largest_tensor\.bin: cannot be read"):
        OnnxModel(tmp_path / "two")
    # What fits again is in one file again.
    monkeypatch.setattr("qa.training.quantize.export._MOST_FILE_BYTES", size)
    export_reader(reader_folder, tmp_path / "two")
    assert not part.exists()
    OnnxModel(tmp_path / "two")


def test_weights_are_stored_as_the_numbers_of_their_levels(reader_folder, tmp_path, monkeypatch):
    monkeypatch.setattr("qa.training.quantize.channel_scaling.scale_channels", lambda *_: None)
    export_reader(reader_folder, tmp_path / "out")
    weights = matmul_weights(tmp_path / "out")
    assert len(weights) == 12
    assert all(abs(weight).max() == 19 for weight in weights)


@pytest.mark.parametrize("name", ["small", "base"])
def test_sums_of_bundled_readers_fit_into_16_bits(name):
    """Processors without VNNI add products with two neighbouring activations in 16 bits."""
    for weights in matmul_weights(BUNDLED_MODELS / name):
        assert 255 * 2 * abs(weights.astype(int)).max() < 2**15


def matmul_weights(folder):
    graph = onnx.load(folder / "model.onnx").graph
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    products = [node for node in graph.node if node.op_type == "MatMulInteger"]
    return [onnx.numpy_helper.to_array(tensors[node.input[1]]) for node in products]


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_what_was_exported_can_be_trained_on(reader_folder, tmp_path, precision):
    export_reader(reader_folder, tmp_path / "out", precision)
    before = load_model(reader_folder).state_dict()
    after = load_model(tmp_path / "out").state_dict()
    assert before.keys() == after.keys()
    for name, weights in before.items():
        # A table of words has 255 steps from its least to its largest; a layer has 19 on each side.
        steps = 255 if "embeddings" in name or "relative" in name else 38
        step = 0 if precision == "fp32" else float(weights.max() - weights.min()) / steps
        assert (weights - after[name]).abs().mean() <= step / 2 + 1e-6, name


def test_a_bundled_reader_reads_alike_when_it_is_trained_on():
    exported = OnnxModel(BUNDLED_MODELS / "small")
    model = load_model(BUNDLED_MODELS / "small").eval()
    encodings = exported.tokenizer.encode_batch(PAIRS)
    for encoding, (start, end) in zip(encodings, exported.run(encodings), strict=True):
        with torch.inference_mode():
            expected = model(**inputs(model, encoding))
        assert abs(start - expected.start_logits[0].numpy()).mean() < 0.5
        assert start.argmax() == expected.start_logits[0].argmax()
        assert end.argmax() == expected.end_logits[0].argmax()


def test_what_is_no_exported_reader_is_named(reader_folder, tmp_path):
    export_reader(reader_folder, tmp_path / "out")
    (tmp_path / "out" / "model.onnx").write_bytes(b"no graph")
    with pytest.raises(ValueError, match=r"out: .*damaged"):
        load_model(tmp_path / "out")


def test_rounded_weights_have_few_levels_and_are_the_nearest():
    torch.manual_seed(0)
    layer = torch.nn.Linear(200, 12)
    layer.weight.data[3] = 0
    before = layer.weight.data.clone()
    fake_quantize_linears(torch.nn.Sequential(layer), 7)
    after = layer.weight.data
    assert all(len(torch.unique(channel)) <= 15 for channel in after)
    assert torch.equal(after[3], before[3])
    largest = before.abs().amax(1, keepdim=True)
    assert torch.allclose(after.abs().amax(1, keepdim=True), largest)
    assert ((after - before).abs() <= largest / 7 / 2 + 1e-6).all()


def test_an_embedder(tmp_path):
    base = make_base(tmp_path / "base", "bert")
    export_embedder(base, tmp_path / "out", "fp32")
    exported = OnnxModel(tmp_path / "out")
    encodings = exported.tokenizer.encode_batch([text for _, text in PAIRS])
    model = AutoModel.from_pretrained(base).eval()
    for encoding, (vector,) in zip(encodings, exported.run(encodings), strict=True):
        with torch.inference_mode():
            mean = model(**inputs(model, encoding)).last_hidden_state[0].mean(0)
        assert np.allclose(vector, mean / mean.norm(), atol=1e-4)


def test_smoothing_changes_nothing_but_what_int8_loses():
    torch.manual_seed(0)
    network = torch.nn.Sequential(torch.nn.Linear(32, 32), torch.nn.GELU(), torch.nn.Linear(32, 8))
    inputs = torch.randn(200, 32)
    inputs[:, 3] *= 100  # the channel that hides all others
    with torch.inference_mode():
        before = network(inputs)
        rough = network(fake_quantize(inputs))
    smooth(network, find_factors(network, [{"input": inputs}]))
    layer = network[0]
    assert isinstance(layer, Smoothed)
    with torch.inference_mode():
        assert torch.allclose(network(inputs), before, atol=1e-3)
        smoothed = torch.nn.functional.linear(
            fake_quantize(inputs * layer.inverse), layer.linear.weight, layer.linear.bias
        )
        smoothed = network[2](network[1](smoothed))
    assert (smoothed - before).abs().mean() < 0.5 * (rough - before).abs().mean()


def fake_quantize(values):
    """Values as 255 levels with one scale for all, as int8 activations are."""
    scale = values.abs().max() / 127
    return (values / scale).round() * scale
