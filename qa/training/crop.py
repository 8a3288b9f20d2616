"""Cuts paragraphs down to a few sentences, so that a run meets more questions in its time."""

import re
from collections.abc import Sequence

from qa.ranking.around import sentences
from qa.squad import Gold

CROPPED_WORDS = 60
"""What a cut paragraph has at least, if it has so many: half of a paragraph of SQuAD."""

_WORD = re.compile(r"\w+")


def crop(
    question: str, passage: str, answers: Sequence[Gold], draw: float
) -> tuple[str, tuple[Gold, ...]]:
    """Cuts a passage down to the sentences around its answer.

    Without an answer the sentence that shares most words with the question stays, so that
    neither the length of a passage nor its subject tells whether it answers.

    Args:
        question: The question.
        passage: What is cut.
        answers: In the passage; the first decides what stays, the others go if they are cut off.
        draw: In [0, 1]: whether what stays stands before the answer's sentence or after it.

    Returns:
        The part of the passage that stays, and the answers in it.

    Example:
        >>> crop("Who?", "Ada came. " + "Nobody saw that. " * 30, (), 0.5)[0].count(".")
        20
    """
    parts = sentences(passage)
    lengths = [len(_WORD.findall(passage, *part)) for part in parts]
    if sum(lengths) <= CROPPED_WORDS:
        return passage, tuple(answers)
    low = high = _anchor(question, passage, answers, parts)
    count = lengths[low]
    before = round(draw * (CROPPED_WORDS - count))
    while low > 0 and before > 0:
        low -= 1
        before -= lengths[low]
        count += lengths[low]
    while count < CROPPED_WORDS and high + 1 < len(parts):
        high += 1
        count += lengths[high]
    while count < CROPPED_WORDS and low > 0:
        low -= 1
        count += lengths[low]
    start, end = parts[low][0], parts[high][1]
    end = max(end, answers[0].end) if answers else end
    kept = [gold for gold in answers if start <= gold.start and gold.end <= end]
    return passage[start:end], tuple(Gold(gold.start - start, gold.text) for gold in kept)


def _anchor(
    question: str, passage: str, answers: Sequence[Gold], parts: Sequence[tuple[int, int]]
) -> int:
    """The number of the sentence that must stay."""
    if answers:
        at = answers[0].start
        return max((i for i, (start, _) in enumerate(parts) if start <= at), default=0)
    asked = set(_WORD.findall(question.lower()))
    shared = [len(asked & set(_WORD.findall(passage[a:b].lower()))) for a, b in parts]
    return shared.index(max(shared))
