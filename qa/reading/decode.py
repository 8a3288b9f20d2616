"""From token logits to spans: pure, vectorised, bounded."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]


VARIANTS = 4
"""Spans that are kept of one place: the reader wavers between a word more and a word less."""

NEAR = 2
"""Tokens by which variants begin, or end, apart."""


class DecodedSpans(NamedTuple):
    """The best spans of a batch, best first, as four arrays of one length.

    `passage` is a row of the batch; `start` and `end` are token positions in that row,
    both inclusive; `score` is the logit difference to that row's no-answer.
    """

    passage: IntArray
    start: IntArray
    end: IntArray
    score: FloatArray


def decode(
    start_logits: FloatArray,
    end_logits: FloatArray,
    blocks: IntArray | npt.NDArray[np.bool_],
    max_tokens: int,
    n_best: int = 10,
) -> DecodedSpans:
    """Find the best spans of every passage in a batch.

    A span from token i to token j scores `start[i] + end[j] - (start[0] + end[0])`: how much
    more the reader believes in it than in "no answer in this passage", which BERT-style readers
    put on the first token. The subtraction makes passages of one question comparable.

    Args:
        start_logits: Shape (passages, tokens).
        end_logits: Shape (passages, tokens).
        blocks: Shape (passages, tokens); the number of the paragraph or table cell that a token
            belongs to, 0 where no span may lie, as at position 0. A span that the reader would
            run over the end of its block is cut there and keeps its score.
        max_tokens: The longest span, in tokens; at least 1.
        n_best: How many spans to return of each passage at most; at least 1.

    Returns:
        Spans sorted by descending score; fewer where the blocks allow fewer. Ties go to the
        earlier passage, then the earlier start, then the shorter span.

    Raises:
        ValueError: If the shapes differ, a bound is below 1, or position 0 is in a block.
    """
    if not start_logits.shape == end_logits.shape == blocks.shape or start_logits.ndim != 2:
        raise ValueError(
            "start_logits, end_logits and blocks need one shape (passages, tokens), got "
            f"{start_logits.shape}, {end_logits.shape}, {blocks.shape}"
        )
    if max_tokens < 1 or n_best < 1:
        raise ValueError(f"max_tokens and n_best must be at least 1: {max_tokens}, {n_best}")
    if blocks[:, :1].any():
        raise ValueError("position 0 stands for no-answer and can be in no block")
    passages, tokens = start_logits.shape
    if passages == 0 or tokens == 0:
        return _no_spans()

    null = start_logits[:, 0] + end_logits[:, 0]
    starts = np.where(blocks, start_logits, -np.inf)
    width = min(max_tokens, tokens)
    # scores[p, i, w] belongs to the span i .. i + w: never backwards, never too long.
    ends = np.where(blocks, end_logits, -np.inf)
    scores = starts[:, :, None] + _windows(ends, width, -np.inf) - null[:, None, None]
    scores = _cut(scores, blocks).reshape(passages, -1)

    keep = min(n_best, scores.shape[1])
    # A stable sort of the few that can matter keeps ties in reading order.
    threshold = -np.partition(-scores, keep - 1, axis=1)[:, keep - 1 : keep]
    passage, flat = np.nonzero((scores >= threshold) & np.isfinite(scores))
    score = scores[passage, flat]
    order = np.argsort(-score, kind="stable")
    passage, flat, score = passage[order], flat[order], score[order]
    chosen = _rank_within_group(passage) < keep
    passage, flat, score = passage[chosen], flat[chosen], score[chosen]
    start, length = np.divmod(flat, width)
    return DecodedSpans(
        passage.astype(np.int64),
        start.astype(np.int64),
        (start + length).astype(np.int64),
        score.astype(np.float32),
    )


def distinct(spans: DecodedSpans, n_best: int, variants: int = VARIANTS) -> DecodedSpans:
    """The best spans of each passage, with few of them at one place.

    Most of the best spans are variants of the very best ("the orchestra", "orchestra", "the
    orchestra?"), so that another place of the passage would not come up at all.

    Args:
        spans: Best first.
        n_best: How many spans to keep of each passage at most.
        variants: How many of them may stand at one place: the best one, and others that share
            a token with it and begin or end within `NEAR` tokens of where it does. A name within
            a clause is another place: the clause may say too much.
    """
    places: dict[int, list[list[int]]] = {}  # of each passage: start, end and variants of each
    kept: list[int] = []
    sizes: dict[int, int] = {}
    rows = zip(spans.passage.tolist(), spans.start.tolist(), spans.end.tolist(), strict=True)
    for number, (passage, start, end) in enumerate(rows):
        if sizes.get(passage, 0) == n_best:
            continue
        known = places.setdefault(passage, [])
        shared = [
            place
            for place in known
            if place[0] <= end
            and start <= place[1]
            and (abs(place[0] - start) <= NEAR or abs(place[1] - end) <= NEAR)
        ]
        if any(place[2] >= variants for place in shared):
            continue
        for place in shared:
            place[2] += 1
        if not shared:
            known.append([start, end, 1])
        sizes[passage] = sizes.get(passage, 0) + 1
        kept.append(number)
    return DecodedSpans(spans.passage[kept], spans.start[kept], spans.end[kept], spans.score[kept])


def _cut(scores: FloatArray, blocks: IntArray | npt.NDArray[np.bool_]) -> FloatArray:
    """The scores with each span that leaves its block cut at the block's end."""
    passages, tokens, width = scores.shape
    numbers = np.zeros((passages, tokens), dtype=np.int64)
    numbers[:, 1:] = np.cumsum(blocks[:, 1:] != blocks[:, :-1], axis=1)
    inside = _windows(numbers, width, -1) == numbers[:, :, None]
    beyond = np.where(inside, -np.inf, scores).max(axis=2)
    row, start = np.nonzero(np.isfinite(beyond))
    last = inside[row, start].sum(axis=1) - 1
    cut = np.where(inside, scores, -np.inf)
    cut[row, start, last] = np.maximum(cut[row, start, last], beyond[row, start])
    return cut


def _windows(values: npt.NDArray[Any], width: int, after: float) -> npt.NDArray[Any]:
    """For each token the values of `width` tokens from there on, `after` behind the last."""
    padded = np.pad(values, ((0, 0), (0, width - 1)), constant_values=after)
    return np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)


def _rank_within_group(groups: IntArray) -> IntArray:
    """For each position, how many earlier positions hold the same group number."""
    order = np.argsort(groups, kind="stable")
    sorted_groups = groups[order]
    first = np.searchsorted(sorted_groups, sorted_groups, side="left")
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - first
    return ranks


def _no_spans() -> DecodedSpans:
    empty = np.empty(0, dtype=np.int64)
    return DecodedSpans(empty, empty, empty, np.empty(0, dtype=np.float32))
