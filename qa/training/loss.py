"""The training objective: shared normalisation over all passages of a question.

A token's logit counts by how far it exceeds that of token 0 of its own passage, which stands for
"no answer" in it, because that is how spans of different passages are compared when the reader is
used. Start and end are then each a softmax over the tokens of *all* passages of a question and
one "no answer", whose logit is 0 (Clark & Gardner 2018, section 3.2). The probability of the
annotated answer is the mean over its annotations.

Shapes: P passages (rows of a batch) of at most L tokens, belonging to Q questions.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Targets:
    """The rows of a batch, and where their answers stand.

    Attributes:
        question: (P,) int64, the question of each passage, in [0, Q).
        mask: (P, L) bool, the tokens that an answer may start or end at; never token 0.
        gold: (G, 3) int64, the annotated spans as (passage, first token, last token).
        questions: Q. A question without a row in `gold` has no answer in its passages.
    """

    question: Tensor
    mask: Tensor
    gold: Tensor
    questions: int


def segment_logsumexp(values: Tensor, segment: Tensor, segments: int) -> Tensor:
    """`log(sum(exp(values)))` of each segment.

    Args:
        values: (N,) float.
        segment: (N,) int64, the segment of each value.
        segments: S, the number of segments.

    Returns:
        (S,) float; -inf for a segment without values.
    """
    one_hot = segment[None, :] == torch.arange(segments, device=values.device)[:, None]
    return torch.logsumexp(values[None, :].masked_fill(~one_hot, -torch.inf), dim=1)


def log_probabilities(start: Tensor, end: Tensor, targets: Targets) -> tuple[Tensor, Tensor]:
    """Normalises logits over all passages of a question and its one "no answer".

    Args:
        start: (P, L) float, start logits.
        end: (P, L) float, end logits.
        targets: The rows' questions and masks.

    Returns:
        The log probabilities of starts and ends, (P, L) both; -inf outside the passage. Token 0
        of each passage holds that of its question's "no answer".
    """
    return _normalise(start, targets), _normalise(end, targets)


def _normalise(logits: Tensor, targets: Targets) -> Tensor:
    gain = (logits - logits[:, :1]).masked_fill(~targets.mask, -torch.inf)
    every = segment_logsumexp(gain.logsumexp(dim=1), targets.question, targets.questions)
    total = torch.logaddexp(every, torch.zeros_like(every))[targets.question]
    return torch.cat([-total[:, None], gain[:, 1:] - total[:, None]], dim=1)


def shared_norm_loss(start: Tensor, end: Tensor, targets: Targets) -> Tensor:
    """The negative log likelihood of each question's annotated answer.

    Of several annotations the mean probability counts, so spans that more annotators chose
    weigh more, and none has to be dropped.

    Args:
        start: (P, L) float, start logits.
        end: (P, L) float, end logits.
        targets: The rows' questions, masks and annotated spans.

    Returns:
        (Q,) float32.
    """
    log_start, log_end = log_probabilities(start.float(), end.float(), targets)
    passage, first, last = targets.gold.unbind(1)
    span = log_start[passage, first] + log_end[passage, last]
    question = targets.question[passage]
    counts = torch.bincount(question, minlength=targets.questions)
    answered = segment_logsumexp(span, question, targets.questions) - counts.clamp(min=1).log()
    any_row = torch.zeros(targets.questions, dtype=torch.long, device=start.device)
    any_row[targets.question] = torch.arange(len(targets.question), device=start.device)
    nothing = log_start[any_row, 0] + log_end[any_row, 0]
    return -torch.where(counts > 0, answered, nothing)
