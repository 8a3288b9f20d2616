"""The bundled small reader's weights as a folder that transformers loads."""

import pytest

from index.embedding.onnx_model import BUNDLED_MODELS


@pytest.fixture(scope="session")
def transformers_folder(tmp_path_factory):
    pytest.importorskip("onnx")
    pytest.importorskip("torch")
    from transformers import PreTrainedTokenizerFast

    from qa.training.model import load_model

    small, folder = BUNDLED_MODELS / "small", tmp_path_factory.mktemp("small")
    load_model(small).save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_file=str(small / "tokenizer.json"),
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        unk_token="[UNK]",
        model_max_length=512,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    ).save_pretrained(folder)
    return folder
