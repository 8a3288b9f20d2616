"""Answers of one text from the logits of its windows, scored as the old pipeline did. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from qa.compat.inputs import Options

Result = dict[str, Any]
"""`answer`, `start` and `end` (characters of the context), and `score`."""


class Probabilities(NamedTuple):
    """Of each token of a window, how likely an answer begins or ends there, as softmaxes.

    Attributes:
        start: Shape (tokens,); 0 outside the context.
        end: Likewise.
        null: How likely there is no answer in this window.
    """

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    null: float


def probabilities_of(
    encoding: Encoding, start: npt.NDArray[np.float32], end: npt.NDArray[np.float32]
) -> Probabilities:
    """The probabilities of the tokens of one window.

    Args:
        encoding: The window.
        start: Start logits, of at least as many tokens as the window has.
        end: End logits, likewise.
    """
    context = np.array([sequence == 1 for sequence in encoding.sequence_ids])
    allowed = context.copy()
    # The first special token, on which readers that know no-answer put it, has its share.
    allowed[0] = encoding.special_tokens_mask[0] == 1
    sides = []
    for logits in (start, end):
        scores = np.where(allowed, logits[: len(allowed)].astype(np.float64), -np.inf)
        exponents = np.exp(scores - scores.max()) if allowed.any() else np.zeros(len(allowed))
        sides.append(exponents / max(exponents.sum(), np.finfo(np.float64).tiny))
    first, last = sides
    null = float(first[0] * last[0])
    return Probabilities(np.where(context, first, 0.0), np.where(context, last, 0.0), null)


def ranked_answers(
    context: str, windows: Sequence[tuple[Encoding, Probabilities]], options: Options
) -> list[Result]:
    """The answers of one example, best first."""
    # Some spans become one another when they are widened to words.
    wanted = 2 * options.top_k + 10 if options.align_to_words else options.top_k
    answers: dict[str, Result] = {}
    for encoding, probabilities in windows:
        for first, last, score in best_spans(
            probabilities.start, probabilities.end, options.max_answer_len, wanted
        ):
            start, end = _characters(encoding, first, last, options.align_to_words)
            text = context[start:end]
            if not text:
                continue
            known = answers.setdefault(
                text.lower(), {"score": 0.0, "start": start, "end": end, "answer": text}
            )
            known["score"] += score
    ranked = list(answers.values())
    if options.handle_impossible_answer:
        null = min((probabilities.null for _, probabilities in windows), default=1.0)
        ranked.append({"score": null, "start": 0, "end": 0, "answer": ""})
    ranked.sort(key=lambda answer: -answer["score"])
    for answer in ranked:
        # The same words in several windows may add up to more.
        answer["score"] = min(answer["score"], 1.0)
    return ranked[: options.top_k]


def best_spans(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], max_tokens: int, count: int
) -> list[tuple[int, int, float]]:
    """The spans of tokens with the highest products of probabilities, best first.

    Args:
        start: Shape (tokens,).
        end: Shape (tokens,).
        max_tokens: Tokens of a span at most.
        count: Spans at most; those of probability 0 are left out.

    Returns:
        First token, last token and product of each.
    """
    # Row i, column w is the span i .. i + w: never backwards, never too long.
    width = min(max_tokens, len(end))
    ends = np.lib.stride_tricks.sliding_window_view(np.pad(end, (0, width - 1)), width)
    products = (start[:, None] * ends).ravel()
    best = np.argsort(-products, kind="stable")[:count]
    return [
        (
            int(position // width),
            int(position // width + position % width),
            float(products[position]),
        )
        for position in best
        if products[position] > 0
    ]


def _characters(encoding: Encoding, first: int, last: int, whole_words: bool) -> tuple[int, int]:
    start, end = encoding.offsets[first][0], encoding.offsets[last][1]
    if whole_words:
        words = encoding.token_to_word(first), encoding.token_to_word(last)
        spans = [encoding.word_to_chars(word, 1) if word is not None else None for word in words]
        # Some tokenizers know no words.
        if spans[0] and spans[1]:
            return spans[0][0], spans[1][1]
    return start, end
