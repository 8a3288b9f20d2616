"""The reader: proposes spans of passages as answers to a question."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding, Tokenizer

from index.embedding.hub import only_local
from index.embedding.onnx_model import BUNDLED_MODELS, OnnxModel
from index.errors import UserError
from index.types import Article, Passage
from qa.reading.base import Request
from qa.reading.decode import IntArray, decode, distinct
from qa.reading.span_boundaries import block_ends, tidy_span
from qa.reading.windows import MAX_TOKENS, Input, context_of, encode
from qa.types import Span

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

MAX_ANSWER_TOKENS = 30
SPANS_PER_PASSAGE = 10
"""Spans that are looked at of each passage, at most `decode.VARIANTS` of them at one place."""

DEEPER = 4
"""So many times more of the best spans are gone through for those at other places."""

BATCH_TOKENS = 4096
"""Padded tokens of one batch: large enough to fill the cores, small enough for their caches."""

FloatArray = npt.NDArray[np.float32]


class ReaderModel(Protocol):
    """A network that scores the tokens of (question, passage) pairs."""

    tokenizer: Tokenizer
    takes_context: bool
    """True if it learned to read with the title and date of the article before the passage."""
    max_tokens: int
    """The longest input that it was made for, in tokens."""

    def logits(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Start and end logits, each of shape (len(encodings), longest)."""
        ...


class OnnxReaderModel:
    """An exported reader, as the bundled one is: by onnxruntime, no torch, no network."""

    def __init__(self, folder: Path) -> None:
        self._model = OnnxModel(folder)
        self.tokenizer = self._model.tokenizer
        manifest = json.loads((folder / "manifest.json").read_text())
        self.takes_context = bool(manifest.get("context"))
        self.max_tokens = MAX_TOKENS

    def logits(self, encodings: Sequence[Encoding]) -> tuple[FloatArray, FloatArray]:
        """Start and end logits, each of shape (len(encodings), longest)."""
        outputs = self._model.run(encodings)
        logits = np.zeros((2, len(outputs), max(len(start) for start, _ in outputs)), np.float32)
        for row, (start, end) in enumerate(outputs):
            logits[0, row, : len(start)] = start
            logits[1, row, : len(end)] = end
        return logits[0], logits[1]


class TransformersReaderModel:
    """Any extractive question-answering model of transformers."""

    def __init__(
        self,
        model: "str | PreTrainedModel",
        tokenizer: "str | PreTrainedTokenizerBase | None" = None,
        device: "str | int | torch.device | None" = None,
        **loading: Any,  # noqa: ANN401
    ) -> None:
        """Load it.

        Args:
            model: By name or folder, or loaded.
            tokenizer: By name or folder, or loaded; None is the model's own.
            device: What it runs on, as torch names it; a number is a GPU's, below 0 the CPU. None
                leaves it where it is.
            **loading: What `from_pretrained` takes.

        Raises:
            UserError: If it cannot be loaded, or its tokenizer reports no offsets.
        """
        if isinstance(model, str):
            try:
                loading["local_files_only"] = only_local("reader", model)
            except UserError as error:
                raise UserError(f"{error}; bundled are small, base and cascade") from None
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._torch = torch
        name = model if isinstance(model, str) else model.name_or_path
        kept = ("local_files_only", "revision", "token")
        shared = {key: loading[key] for key in kept if key in loading}
        try:
            words: Any = tokenizer or name
            if isinstance(words, str):
                words = AutoTokenizer.from_pretrained(words, **shared)
            network: Any = model
            if isinstance(model, str):
                network = AutoModelForQuestionAnswering.from_pretrained(model, **loading)
        except (OSError, ValueError) as error:
            reason = str(error).splitlines()[0]
            raise UserError(
                f"reader {name!r}: cannot be loaded ({reason}); bundled are small, base and cascade"
            ) from None
        if not words.is_fast or words.padding_side != "right":
            raise UserError(
                f"reader {name!r}: its tokenizer reports no offsets, or puts the passage first; "
                "use another model"
            )
        if device is not None:
            if isinstance(device, int):
                device = "cpu" if device < 0 else f"cuda:{device}"
            network = network.to(device)
        self._model: Any = network.eval()
        self.takes_context = bool(getattr(self._model.config, "takes_context", False))
        self.max_tokens = int(words.model_max_length)
        self.tokenizer = words.backend_tokenizer
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self._pad = words.pad_token_id or 0
        self._uses_types = "token_type_ids" in words.model_input_names

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
            out = self._model(**{key: feed.to(self._model.device) for key, feed in feeds.items()})
        return out.start_logits.float().cpu().numpy(), out.end_logits.float().cpu().numpy()


def load_model(
    model: "str | PreTrainedModel",
    tokenizer: "str | PreTrainedTokenizerBase | None" = None,
    device: "str | int | torch.device | None" = None,
    **loading: Any,  # noqa: ANN401
) -> ReaderModel:
    """Load an exported reader, or a model of transformers.

    Args:
        model: A folder that `article-qa train export` wrote; or a question-answering model of
            transformers, by name or folder, or loaded.
        tokenizer: As for `TransformersReaderModel`, like the rest; an exported reader has its own,
            and runs on the CPU.
        device: Likewise.
        **loading: Likewise.

    Raises:
        UserError: If it cannot be loaded.
    """
    if isinstance(model, str) and (Path(model) / "manifest.json").is_file():
        return OnnxReaderModel(Path(model))
    return TransformersReaderModel(model, tokenizer, device, **loading)


class _Window(NamedTuple):
    """A passage to read for a request, or the part of it that fits the model.

    Attributes:
        reading: The number of the passage among those of all requests.
        article: Its article.
        passage: The passage.
        encoding: The tokens of question and part.
    """

    reading: int
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
        self._model = load_model(model or str(BUNDLED_MODELS / "small"))

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
        owners = [number for number, (_, passages) in enumerate(requests) for _ in passages]
        readings: list[dict[tuple[int, int], Span]] = [{} for _ in owners]
        windows = self._windows(requests)
        lengths = [len(window.encoding.ids) for window in windows]
        for group in pack_by_length(lengths, BATCH_TOKENS):
            batch = [windows[position] for position in group]
            for window, span in self._read_batch(batch, per_passage):
                known = readings[window.reading].get((span.start, span.end))
                # Windows overlap, and tidying makes one span of several: the best score counts.
                if known is None or span.score > known.score:
                    readings[window.reading][span.start, span.end] = span
        spans: list[list[Span]] = [[] for _ in requests]
        for owner, reading in zip(owners, readings, strict=True):
            spans[owner] += sorted(reading.values(), key=_rank)[:per_passage]
        return [sorted(of_request, key=_rank) for of_request in spans]

    def _windows(self, requests: Sequence[Request]) -> list[_Window]:
        asked = [(question, place) for question, passages in requests for place in passages]
        inputs = [
            Input(
                question,
                article.text[passage.start : passage.end],
                context_of(article.title, article.published) if self._model.takes_context else "",
            )
            for question, (article, passage) in asked
        ]
        encodings = encode(self._model.tokenizer, inputs)
        return [
            _Window(number, article, passage, encoding)
            for number, (_, (article, passage)) in enumerate(asked)
            for encoding in encodings[number]
        ]

    def _read_batch(
        self, batch: Sequence[_Window], per_passage: int
    ) -> Iterable[tuple[_Window, Span]]:
        start_logits, end_logits = self._model.logits([window.encoding for window in batch])
        blocks = np.zeros(start_logits.shape, dtype=np.int64)
        for row, window in enumerate(batch):
            blocks[row, : len(window.encoding.ids)] = _blocks(window)
        many = decode(start_logits, end_logits, blocks, MAX_ANSWER_TOKENS, DEEPER * per_passage)
        spans = distinct(many, per_passage)
        for row, first, last, score in zip(*spans, strict=True):
            window = batch[row]
            offsets = window.encoding.offsets
            start, end = offsets[first][0], offsets[last][1]
            if start < end:
                passage = window.passage
                text = window.article.text[passage.start : passage.end]
                start, end = tidy_span(text, start, end)
                yield (
                    window,
                    Span(
                        passage.article_id,
                        passage.start + start,
                        passage.start + end,
                        float(score),
                    ),
                )


def _rank(span: Span) -> tuple[float, str, int, int]:
    return -span.score, span.article_id, span.start, span.end


def _blocks(window: _Window) -> IntArray:
    """Of each token the number of its paragraph or table cell, from 1; 0 outside the passage."""
    passage = window.passage
    text = window.article.text[passage.start : passage.end]
    starts = [start for start, _ in window.encoding.offsets]
    numbers = np.searchsorted(block_ends(text), starts, side="right") + 1
    # Special tokens have no sequence; only sequence 1 is the passage.
    return np.where([sequence == 1 for sequence in window.encoding.sequence_ids], numbers, 0)


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
