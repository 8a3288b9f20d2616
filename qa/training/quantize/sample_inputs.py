"""Typical inputs of readers and embedders: the seed articles, as a network takes them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

_QUESTION = "Who said what about it, and when?"
_MAX_TOKENS = 256


def typical_inputs(
    model_dir: Path, names: Sequence[str], *, pairs: bool
) -> Iterator[dict[str, Tensor]]:
    """The passages of the seed articles, alone or with a question.

    Args:
        model_dir: A folder with `config.json` and `tokenizer.json`.
        names: What the network takes.
        pairs: Whether with a question.

    Yields:
        Tensors of shape (1, tokens) int64, by name.
    """
    from index.passages import split
    from qa.loading import seed_articles
    from qa.training.features import load_tokenizer

    tokenizer = load_tokenizer(model_dir / "tokenizer.json")
    # RoBERTa and MPNet do not use their first two positions.
    positions = model_config(model_dir)["max_position_embeddings"] - 2
    tokenizer.enable_truncation(min(_MAX_TOKENS, positions))
    for article in seed_articles():
        for passage in split(article):
            text = article.text[passage.start : passage.end]
            encoding = tokenizer.encode(*((_QUESTION, text) if pairs else (text,)))
            fields = {"input_ids": encoding.ids, "token_type_ids": encoding.type_ids}
            yield {name: torch.tensor([fields[name]]) for name in names}


def input_names(model_dir: Path) -> list[str]:
    """The network's inputs: some tell question and passage apart by token types."""
    typed = model_config(model_dir).get("type_vocab_size", 0) > 1
    return ["input_ids", "token_type_ids"] if typed else ["input_ids"]


def model_config(model_dir: Path) -> dict[str, Any]:
    """The content of `config.json`."""
    config: dict[str, Any] = json.loads((model_dir / "config.json").read_text())
    return config
