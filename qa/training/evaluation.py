"""Reads the gold passages of a development file and scores the answers."""

import random
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from torch import Tensor

from qa.reading.decode import DecodedSpans, decode
from qa.reading.onnx import MAX_ANSWER_TOKENS
from qa.reading.span_boundaries import tidy_span
from qa.reading.windows import Input
from qa.squad import QuestionFile
from qa.squad_metrics import Scores, score
from qa.training.batch import collate
from qa.training.features import Group, plan_batches, windows
from qa.training.model import logits, takes_types

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def best_spans(start: Tensor, end: Tensor, mask: Tensor) -> DecodedSpans:
    """The best span of each passage, as the program decodes it.

    Args:
        start: (P, L) float, start logits.
        end: (P, L) float, end logits.
        mask: (P, L) bool, the tokens of the passage.

    Returns:
        A span for each passage whose mask allows one, best first.
    """
    return decode(
        start.float().cpu().numpy(),
        end.float().cpu().numpy(),
        mask.cpu().numpy(),
        MAX_ANSWER_TOKENS,
        n_best=1,
    )


def evaluate(
    model: "PreTrainedModel",
    tokenizer: Tokenizer,
    pad: int,
    file: QuestionFile,
    *,
    max_tokens: int,
    batch_tokens: int,
    limit: int | None = None,
    context: bool = False,
) -> Scores:
    """EM and F1 of the best span in each question's own paragraph.

    Args:
        model: The reader; its mode is kept.
        tokenizer: Without padding and truncation.
        pad: The id of the padding token.
        file: The questions.
        max_tokens: The most tokens of a window.
        batch_tokens: The most tokens of a batch.
        limit: Ask only so many questions, always the same ones; all if None.
        context: Whether the reader is told of the paragraph's article.
    """
    questions = list(file.questions)
    if limit is not None and limit < len(questions):
        questions = random.Random(0).sample(questions, limit)  # noqa: S311
    paragraphs = [file.contexts[question.context] for question in questions]
    texts = [paragraph.text for paragraph in paragraphs]
    inputs = [
        Input(question.question, paragraph.text, paragraph.about if context else "")
        for question, paragraph in zip(questions, paragraphs, strict=True)
    ]
    groups = [tuple(group) for group in windows(tokenizer, inputs, max_tokens)]
    asked = [i for i, group in enumerate(groups) if group]
    answers = [""] * len(questions)
    training = model.training
    model.train(False)
    plan = plan_batches([groups[i] for i in asked], batch_tokens, random.Random(0))  # noqa: S311
    for batch in plan:
        _read(model, pad, [asked[i] for i in batch], groups, texts, answers)
    model.train(training)
    golds = [[gold.text for gold in question.answers] for question in questions]
    return score(answers, golds)


@torch.inference_mode()
def _read(
    model: "PreTrainedModel",
    pad: int,
    batch: Sequence[int],
    groups: Sequence[Group],
    texts: Sequence[str],
    answers: list[str],
) -> None:
    """Writes the answers of a batch of questions into `answers`."""
    chosen = [groups[i] for i in batch]
    inputs, targets = collate(chosen, pad, takes_types(model), model.device)
    rows = [(i, window) for i in batch for window in groups[i]]
    # Best first: of a question's windows the first to come has its answer.
    for row, first, last, _ in zip(*best_spans(*logits(model, inputs), targets.mask), strict=True):
        i, window = rows[row]
        if not answers[i]:
            start, end = window.offsets[first][0], window.offsets[last][1]
            answers[i] = texts[i][slice(*tidy_span(texts[i], start, end))]
