"""Turns questions and passages into the token arrays that a reader takes."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from qa.training.data import Example, Gold

QUESTION_TOKENS = 64  # A longer question is cut here: the passage needs the room.
SHARE = 4  # Of a window, a question takes at most 1/SHARE, and windows overlap by 1/SHARE.
MAX_WINDOWS = 4  # The most windows that training takes of one passage.
LENGTH_STEP = 32  # Lengths are rounded up to this: few shapes, so kernels are reused.


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


def encode(
    tokenizer: Tokenizer, pairs: Sequence[tuple[str, str]], max_tokens: int
) -> list[list[Window]]:
    """Tokenises questions with passages; a passage too long becomes overlapping windows.

    Args:
        tokenizer: Without padding and truncation; it is left so.
        pairs: Questions with a passage each.
        max_tokens: The most tokens of a window, special tokens included.

    Returns:
        The windows of each pair, in order; none for a passage without any token.
    """
    limit = min(QUESTION_TOKENS, max_tokens // SHARE)
    questions = tokenizer.encode_batch([q for q, _ in pairs], add_special_tokens=False)
    cut = [
        q if len(e.ids) <= limit else q[: e.offsets[limit - 1][1]]
        for (q, _), e in zip(pairs, questions, strict=True)
    ]
    tokenizer.enable_truncation(max_tokens, stride=max_tokens // SHARE, strategy="only_second")
    try:
        texts = [text for _, text in pairs]
        encodings = tokenizer.encode_batch(list(zip(cut, texts, strict=True)))
    finally:
        tokenizer.no_truncation()
    return [
        [window for part in (e, *e.overflowing) if (window := _window(part))] for e in encodings
    ]


def _window(encoding: Encoding) -> Window | None:
    passage = [i for i, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    if not passage:
        return None
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


def groups(tokenizer: Tokenizer, examples: Sequence[Example], max_tokens: int) -> list[Group]:
    """Tokenises examples, and finds their answers among the tokens.

    An example whose answers no window holds is left out: it would teach "no answer" falsely.
    """
    pairs = [(e.question, passage) for e in examples for passage in e.passages]
    encoded = iter(encode(tokenizer, pairs, max_tokens))
    made = []
    for example in examples:
        windows = [
            window
            for golds in example.answers
            for window in _kept([_with_spans(w, golds) for w in next(encoded)])
        ]
        if windows and any(w.spans for w in windows) == any(example.answers):
            made.append(tuple(windows))
    return made


def _with_spans(window: Window, golds: Iterable[Gold]) -> Window:
    found = (_gold_span(window, gold) for gold in golds)
    return replace(window, spans=tuple(span for span in found if span))


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


def plan_batches(sequence: Sequence[Group], budget: int, rng: random.Random) -> list[list[int]]:
    """Divides groups into batches of similar length, in random order.

    Args:
        sequence: The groups.
        budget: The most tokens of a batch, padding included; only a group that is larger by
            itself makes a larger batch.
        rng: Decides the order.

    Returns:
        The indices of each batch's groups; each group once.
    """
    order = list(range(len(sequence)))
    rng.shuffle(order)
    order.sort(key=lambda i: width(sequence[i]))  # stable: random within one length
    batches: list[list[int]] = []
    rows = 0
    for i in order:
        rows += len(sequence[i])
        if not batches or rows * width(sequence[i]) > budget:
            batches.append([])
            rows = len(sequence[i])
        batches[-1].append(i)
    rng.shuffle(batches)
    return batches
