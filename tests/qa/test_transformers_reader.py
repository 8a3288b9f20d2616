"""Any model of transformers can read; here a tiny one with random weights, made on the spot."""

import pytest

from index import Article, Passage
from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from qa.reading.onnx import Reader


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("tiny")
    config = BertConfig(
        vocab_size=30522,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertForQuestionAnswering(config).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=str(BUNDLED_MODELS / "small" / "tokenizer.json"),
        pad_token="[PAD]",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    ).save_pretrained(folder)
    return folder


def test_reads_with_a_model_of_transformers(tiny_model):
    article = Article("a", "", "The summit was held in Singapore on 12 June 2018.")
    other = Article("b", "", "Short.")
    pairs = [(text, Passage(text.id, 0, len(text.text))) for text in (article, other)]
    spans = Reader(str(tiny_model)).read("Where was it held?", pairs)
    assert {span.article_id for span in spans} == {"a", "b"}
    for span in spans:
        text = article.text if span.article_id == "a" else other.text
        assert 0 <= span.start < span.end <= len(text)


def test_a_model_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(UserError, match="cannot be loaded") as caught:
        Reader(str(tmp_path / "nothing"))
    assert "\n" not in str(caught.value)
