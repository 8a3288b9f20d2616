"""Turns questions and passages into the token arrays that a reader takes."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from qa.reading.windows import Input, encode
from qa.squad import Gold
from qa.training.data import Example

MAX_WINDOWS = 4  # The most windows that training takes of one passage.
LENGTH_STEP = 16  # Lengths are rounded up to this: few shapes, so kernels are reused.


@dataclass(frozen=True, slots=True)
class Window:
    """A question with a passage, or with a part of a passage too long for the model.

    Attributes:
        ids: (tokens,) int32, with the special tokens.
        types: (tokens,) int8, the segment of each token.
        offsets: (tokens, 2) int32, the characters of each token in question or passage.
        first: The first token of the passage.
        last: The last token of the passage.
        spans: The annotated answers as (first token, last token), both inclusive.
    """

    ids: NDArray[np.int32]
    types: NDArray[np.int8]
    offsets: NDArray[np.int32]
    first: int
    last: int
    spans: tuple[tuple[int, int], ...] = ()


Group = tuple[Window, ...]
"""All windows of all passages of one question: what one answer is chosen from."""


def load_tokenizer(path: Path) -> Tokenizer:
    """Loads a `tokenizer.json`, without the padding and truncation that it may prescribe.

    Raises:
        ValueError: The file is missing or no tokenizer.
    """
    try:
        tokenizer = Tokenizer.from_str(path.read_text(encoding="utf-8"))
    except Exception as error:  # tokenizers raises bare Exception for a malformed file
        reason = str(error).partition("\n")[0]
        raise ValueError(f"{path}: no tokenizer ({reason})") from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def windows(tokenizer: Tokenizer, inputs: Sequence[Input], max_tokens: int) -> list[list[Window]]:
    """The windows of each input, as `qa.reading.windows.encode` makes them, for training."""
    return [[_window(part) for part in parts] for parts in encode(tokenizer, inputs, max_tokens)]


def _window(encoding: Encoding) -> Window:
    passage = [i for i, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    return Window(
        np.array(encoding.ids, np.int32),
        np.array(encoding.type_ids, np.int8),
        np.array(encoding.offsets, np.int32).reshape(-1, 2),
        passage[0],
        passage[-1],
    )


def token_span(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """The tokens (first, last; inclusive) that cover the passage's characters start to end.

    None if the window does not hold all of them: an answer cut by a window's edge is not its.
    """
    offsets = window.offsets[window.first : window.last + 1]
    touched = np.flatnonzero((offsets[:, 0] < end) & (offsets[:, 1] > start))
    if not len(touched):
        return None
    first, last = int(touched[0]), int(touched[-1])
    cut_left = first == 0 and offsets[0, 0] > start
    cut_right = last == len(offsets) - 1 and offsets[-1, 1] < end
    return None if cut_left or cut_right else (window.first + first, window.first + last)


def learnable(
    tokenizer: Tokenizer, examples: Sequence[Example], max_tokens: int
) -> tuple[list[Example], list[Group]]:
    """Tokenizes examples, and finds their answers among the tokens.

    An example whose answers no window holds is left out: it would teach "no answer" falsely.

    Returns:
        The examples that stay, and the windows of each.
    """
    inputs = [
        Input(example.question, passage, context)
        for example in examples
        for passage, context in zip(example.passages, example.contexts, strict=True)
    ]
    encoded = iter(windows(tokenizer, inputs, max_tokens))
    kept: list[Example] = []
    made: list[Group] = []
    for example in examples:
        group = [
            window
            for golds in example.answers
            for window in _kept([_with_spans(w, golds) for w in next(encoded)])
        ]
        if group and any(w.spans for w in group) == any(example.answers):
            kept.append(example)
            made.append(tuple(group))
    return kept, made


def _with_spans(window: Window, golds: Iterable[Gold]) -> Window:
    spans = (_gold_span(window, gold) for gold in golds)
    return replace(window, spans=tuple(span for span in spans if span))


def _gold_span(window: Window, gold: Gold) -> tuple[int, int] | None:
    lead = len(gold.text) - len(gold.text.lstrip())
    return token_span(window, gold.start + lead, gold.start + len(gold.text.rstrip()))


def _kept(windows: list[Window]) -> list[Window]:
    """At most MAX_WINDOWS windows of a passage, those with answers first."""
    return sorted(windows, key=lambda window: not window.spans)[:MAX_WINDOWS]


def padded(length: int) -> int:
    """A length in tokens, rounded up to the next step."""
    return -(-length // LENGTH_STEP) * LENGTH_STEP


def width(group: Group) -> int:
    """The padded length of a group's longest window, in tokens."""
    return padded(max(len(window.ids) for window in group))


def plan_batches(
    sequence: Sequence[Group],
    budget: int,
    rng: random.Random,
    pairs: Sequence[str] | None = None,
) -> list[list[int]]:
    """Divides groups into batches of similar length, in random order.

    Args:
        sequence: The groups.
        budget: The most tokens of a batch, padding included; only what cannot be divided and is
            larger by itself makes a larger batch.
        rng: Decides the order.
        pairs: The name of each group's pair, or "". Groups of one pair share a batch: a question
            and its twin without an answer are told apart best by one step (Gardner et al. 2020).

    Returns:
        The indices of each batch's groups; each group once.
    """
    together: dict[str, list[int]] = {}
    for i in range(len(sequence)):
        together.setdefault((pairs[i] if pairs else "") or f" {i}", []).append(i)
    units = list(together.values())
    widths = [max(width(sequence[i]) for i in unit) for unit in units]
    order = list(range(len(units)))
    rng.shuffle(order)
    order.sort(key=widths.__getitem__)  # stable: random within one length
    batches: list[list[int]] = []
    rows = 0
    for u in order:
        own = sum(len(sequence[i]) for i in units[u])
        rows += own
        if not batches or rows * widths[u] > budget:
            batches.append([])
            rows = own
        batches[-1] += units[u]
    rng.shuffle(batches)
    return batches
