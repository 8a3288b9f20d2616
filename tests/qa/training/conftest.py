import gzip
import io
import json
import string

import pytest
from rich.console import Console
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from tokenizers.processors import BertProcessing, RobertaProcessing

PEOPLE = "Anna", "Boris", "Clara", "Dmitri", "Edda", "Farid"
TOWNS = "Lima", "Oslo", "Quito", "Riga", "Tunis", "Vaduz"


def wordpiece(cls="[CLS]", sep="[SEP]"):
    """A tokenizer that knows a few words and every ASCII letter, laid out as BERT's or MPNet's."""
    characters = string.ascii_lowercase + string.digits + string.punctuation
    names = [name.lower() for name in PEOPLE + TOWNS]
    words = ["was", "born", "in", "where", "who", "the", "and", "river", *names]
    pieces = ["[PAD]", cls, sep, "[UNK]", *characters, *(f"##{c}" for c in characters), *words]
    tokenizer = Tokenizer(
        models.WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    layout = BertProcessing if cls == "[CLS]" else RobertaProcessing
    tokenizer.add_special_tokens(["[PAD]", cls, sep, "[UNK]"])
    tokenizer.post_processor = layout((sep, 2), (cls, 1))
    return tokenizer


@pytest.fixture(scope="session")
def tokenizer():
    return wordpiece()


def squad(questions_per_paragraph=2):
    """Six articles of two paragraphs; where each person was born is asked for."""
    articles = []
    for number, person in enumerate(PEOPLE):
        paragraphs = []
        for turn in range(2):
            town, other = TOWNS[(number + turn) % 6], TOWNS[(number + turn + 3) % 6]
            text = f"The river and the {other}. {person} was born in {town}."
            qas = [
                {
                    "id": f"{number}-{turn}-{i}",
                    "question": f"Where was {person} born?" if i == 0 else "Who was born?",
                    "answers": [{"text": gold, "answer_start": text.rindex(gold)}],
                }
                for i, gold in enumerate((town, person)[:questions_per_paragraph])
            ]
            paragraphs.append({"context": text, "qas": qas})
        articles.append({"title": person, "paragraphs": paragraphs})
    return {"version": "1.1", "data": articles}


@pytest.fixture(scope="session")
def squad_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "births.json.gz"
    path.write_bytes(gzip.compress(json.dumps(squad()).encode()))
    return path


def make_base(folder, kind):
    """A folder of untrained weights, small enough to train in seconds."""
    import torch
    from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

    torch.manual_seed(1)
    made = wordpiece() if kind == "bert" else wordpiece("<s>", "</s>")
    # An embedder's tokenizer.json prescribes its own padding and truncation.
    made.enable_truncation(16)
    made.enable_padding(length=16)
    folder.mkdir(parents=True, exist_ok=True)
    made.save(str(folder / "tokenizer.json"))
    sizes = {
        "vocab_size": made.get_vocab_size(),
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 64,
        "max_position_embeddings": 130,
        "pad_token_id": 0,
    }
    if kind == "bert":
        BertModel(BertConfig(**sizes)).save_pretrained(folder)
    else:
        MPNetModel(MPNetConfig(**sizes)).save_pretrained(folder)
    name = "BertTokenizer" if kind == "bert" else "MPNetTokenizer"
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"tokenizer_class": name, "model_max_length": 16})
    )
    return folder


@pytest.fixture(scope="session")
def bert(tmp_path_factory):
    return make_base(tmp_path_factory.mktemp("bert"), "bert")


@pytest.fixture(scope="session")
def mpnet(tmp_path_factory):
    return make_base(tmp_path_factory.mktemp("mpnet"), "mpnet")


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """Models this small lose more to the threads' waiting than they gain."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def quiet():
    return Console(file=io.StringIO(), width=200)
