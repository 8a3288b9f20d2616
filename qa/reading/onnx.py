"""The reader: proposes spans of passages as answers to a question."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from index.embedding.onnx_model import BUNDLED_MODELS, OnnxModel
from index.errors import UserError
from index.types import Article, Passage
from qa.reading.decode import decode
from qa.reading.span_boundaries import tidy_span
from qa.types import Span

MAX_QUESTION_TOKENS = 64
"""A longer question is cut: the rest of the window belongs to the passage."""

MAX_TOKENS = 384
"""Tokens of question and passage together; passages are made to fit."""

MAX_ANSWER_TOKENS = 30
SPANS_PER_PASSAGE = 10
"""Spans that are looked at of each passage; most are readings of the same one or two places."""

BATCH_TOKENS = 4096
"""Padded tokens of one batch: large enough to fill the cores, small enough for their caches."""

FloatArray = npt.NDArray[np.float32]
Request = tuple[str, Sequence[tuple[Article, Passage]]]
"""A question, and the passages (with their articles) to read for it."""


class ReaderModel(Protocol):
    """A network that scores the tokens of (question, passage) pairs."""

    tokenizer: Tokenizer

    def logits(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Start and end logits, each of shape (len(encodings), longest)."""
        ...


class OnnxReaderModel:
    """An exported reader, as the bundled one is: by onnxruntime, no torch, no network."""

    def __init__(self, folder: Path) -> None:
        self._model = OnnxModel(folder)
        self.tokenizer = self._model.tokenizer

    def logits(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Start and end logits, each of shape (len(encodings), longest)."""
        outputs = self._model.run(encodings)
        logits = np.zeros((2, len(outputs), max(len(start) for start, _ in outputs)), np.float32)
        for row, (start, end) in enumerate(outputs):
            logits[0, row, : len(start)] = start
            logits[1, row, : len(end)] = end
        return logits[0], logits[1]


class TransformersReaderModel:
    """Any extractive question-answering model of transformers, by name or folder."""

    def __init__(self, model: str) -> None:
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._torch = torch
        try:
            tokenizer: Any = AutoTokenizer.from_pretrained(model)
            self._model: Any = AutoModelForQuestionAnswering.from_pretrained(model).eval()
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(
                f"reader {model!r}: cannot be loaded ({reason}); "
                "bundled are small, base and cascade"
            ) from None
        if not tokenizer.is_fast:
            raise UserError(
                f"reader {model!r}: its tokenizer reports no offsets; use another model"
            )
        self.tokenizer = tokenizer.backend_tokenizer
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._pad = tokenizer.pad_token_id or 0
        self._uses_types = "token_type_ids" in tokenizer.model_input_names

    def logits(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Start and end logits, each of shape (len(encodings), longest)."""
        torch = self._torch
        width = max(len(encoding.ids) for encoding in encodings)
        ids = torch.full((len(encodings), width), self._pad)
        mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            length = len(encoding.ids)
            ids[row, :length] = torch.tensor(encoding.ids)
            mask[row, :length] = 1
            types[row, :length] = torch.tensor(encoding.type_ids)
        feeds = {"input_ids": ids, "attention_mask": mask}
        if self._uses_types:
            feeds["token_type_ids"] = types
        with torch.inference_mode():
            out = self._model(**feeds)
        return out.start_logits.float().numpy(), out.end_logits.float().numpy()


class _Unit(NamedTuple):
    """One passage to read for one request."""

    request: int
    article: Article
    passage: Passage
    encoding: Encoding


class Reader:
    """Finds the spans of passages that best answer a question.

    Example:
        >>> from index import Article, Passage
        >>> article = Article("a", "", "The summit was held in Singapore on 12 June 2018.")
        >>> passage = Passage("a", 0, len(article.text))
        >>> best = Reader().read("Where was the summit held?", [(article, passage)])[0]
        >>> article.text[best.start : best.end]
        'Singapore'
    """

    def __init__(self, model: str | None = None) -> None:
        """Load the small bundled reader, or another one.

        Args:
            model: A folder that `article-qa train export` wrote, or a question-answering model
                of transformers, by name or folder.

        Raises:
            UserError: If the model cannot be loaded.
        """
        self._tokenizing = Lock()
        self._model: ReaderModel
        if model is None or (Path(model) / "manifest.json").is_file():
            self._model = OnnxReaderModel(Path(model) if model else BUNDLED_MODELS / "small")
        else:
            self._model = TransformersReaderModel(model)

    def read(self, question: str, passages: Sequence[tuple[Article, Passage]]) -> list[Span]:
        """Spans that may answer the question, over all passages, best first.

        A span's score is its logit difference to "no answer in this passage", so that it
        compares across passages; above 0 the reader prefers the span.
        """
        return self.read_many([(question, passages)])[0]

    def read_many(
        self, requests: Sequence[Request], per_passage: int = SPANS_PER_PASSAGE
    ) -> list[list[Span]]:
        """`read` for many questions, in batches that mix them packed by length.

        Args:
            requests: Questions with their passages.
            per_passage: How many spans of each passage to return at most.
        """
        units = list(self._units(requests))
        spans: list[list[Span]] = [[] for _ in requests]
        for group in pack_by_length([len(unit.encoding.ids) for unit in units], BATCH_TOKENS):
            batch = [units[position] for position in group]
            for unit, span in self._read_batch(batch, per_passage):
                spans[unit.request].append(span)
        for found in spans:
            found.sort(key=lambda span: (-span.score, span.article_id, span.start, span.end))
        return spans

    def _units(self, requests: Sequence[Request]) -> Iterable[_Unit]:
        tokenizer = self._model.tokenizer
        for number, (question, passages) in enumerate(requests):
            texts = [article.text[passage.start : passage.end] for article, passage in passages]
            # Truncation is a state of the tokenizer, which threads share.
            with self._tokenizing:
                shortened = self._shorten(question)
                tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
                encodings = tokenizer.encode_batch([(shortened, text) for text in texts])
                tokenizer.no_truncation()
            for (article, passage), encoding in zip(passages, encodings, strict=True):
                yield _Unit(number, article, passage, encoding)

    def _shorten(self, question: str) -> str:
        """Cut a question after `MAX_QUESTION_TOKENS` tokens."""
        offsets = self._model.tokenizer.encode(question, add_special_tokens=False).offsets
        if len(offsets) <= MAX_QUESTION_TOKENS:
            return question
        return question[: offsets[MAX_QUESTION_TOKENS - 1][1]]

    def _read_batch(self, batch: Sequence[_Unit], per_passage: int) -> Iterable[tuple[_Unit, Span]]:
        start_logits, end_logits = self._model.logits([unit.encoding for unit in batch])
        mask = np.zeros(start_logits.shape, dtype=np.bool_)
        for row, unit in enumerate(batch):
            # Special tokens have no sequence; only sequence 1 is the passage.
            mask[row, : len(unit.encoding.ids)] = [
                sequence == 1 for sequence in unit.encoding.sequence_ids
            ]
        spans = decode(start_logits, end_logits, mask, MAX_ANSWER_TOKENS, per_passage)
        for row, first, last, score in zip(*spans, strict=True):
            unit = batch[row]
            offsets = unit.encoding.offsets
            start, end = offsets[first][0], offsets[last][1]
            if start < end:
                passage = unit.passage
                text = unit.article.text[passage.start : passage.end]
                start, end = (passage.start + each for each in tidy_span(text, start, end))
                yield unit, Span(passage.article_id, start, end, float(score))


def pack_by_length(lengths: Sequence[int], budget: int) -> list[list[int]]:
    """Group items of like length, so that padding each group to its longest wastes little.

    Args:
        lengths: Tokens of each item.
        budget: The most tokens of a padded group; an item longer than that goes alone.

    Returns:
        Groups of positions in `lengths`, shortest first; each position occurs once.
    """
    groups: list[list[int]] = []
    group: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__):
        # Sorted ascending, so this item is the longest of the group it joins.
        if group and lengths[position] * (len(group) + 1) > budget:
            groups.append(group)
            group = []
        group.append(position)
    if group:
        groups.append(group)
    return groups
