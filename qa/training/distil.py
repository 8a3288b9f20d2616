"""Teaches a small reader what a large one believes (Hinton et al. 2015).

The student learns the teacher's whole distribution over the starts and ends of all passages of a
question and its "no answer", not only which span was annotated.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from qa.training.batch import collate
from qa.training.data import Example
from qa.training.features import Group, groups, load_tokenizer
from qa.training.loss import Targets, log_probabilities
from qa.training.model import load_model, logits, takes_types

TEMPERATURE = 2.0
TEACHER_SHARE = 0.7  # Of the loss; the rest is that of the annotated answers.


class Teacher:
    """A trained reader that is asked for its distributions.

    Its tokenizer must divide text as the student's does; ids and special tokens may differ (MPNet
    teaches BERT, because both use the same word pieces).
    """

    def __init__(self, folder: Path, student: Tokenizer) -> None:
        """Loads the teacher.

        Args:
            folder: A reader's folder.
            student: The student's tokenizer.

        Raises:
            ValueError: The folder holds no reader.
        """
        self.folder = folder
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.model = load_model(folder)
        self.model.train(False)
        self.model.requires_grad_(False)
        self._special = self.tokenizer.num_special_tokens_to_add(
            True
        ) - student.num_special_tokens_to_add(True)

    def groups(
        self, examples: Sequence[Example], student: Sequence[Group], max_tokens: int
    ) -> list[Group]:
        """Tokenises the student's examples for the teacher: window for window the same text.

        Args:
            examples: What the student learns from.
            student: Its groups of them.
            max_tokens: Tokens of the student's windows.

        Raises:
            ValueError: The tokenizers divide a passage differently.
        """
        own = groups(self.tokenizer, examples, max_tokens + self._special)
        if [_words(group) for group in own] != [_words(group) for group in student]:
            raise ValueError(f"{self.folder}: its tokenizer divides text as the student's does not")
        return own

    @torch.no_grad()
    def read(self, batch: Sequence[Group]) -> tuple[tuple[Tensor, Tensor], Targets]:
        """The teacher's start and end logits for its groups, and their targets."""
        pad = int(self.model.config.pad_token_id or 0)
        inputs, targets = collate(batch, pad, takes_types(self.model))
        return logits(self.model, inputs), targets


def believed(
    said: tuple[Tensor, Tensor],
    own: Targets,
    batch: Sequence[Group],
    student: Sequence[Group],
    targets: Targets,
) -> tuple[Tensor, Tensor]:
    """A teacher's softened distributions at the student's tokens.

    Args:
        said: The teacher's start and end logits.
        own: Its targets.
        batch: Its groups.
        student: The student's groups of the same passages.
        targets: The student's targets.

    Returns:
        Starts and ends, (P, L) both, as `loss.log_probabilities` gives them.
    """
    start, end = log_probabilities(*soften(said), own)
    rows = zip(
        (w for group in batch for w in group), (w for group in student for w in group),
        strict=True,
    )  # fmt: skip
    places = torch.zeros(targets.mask.shape, dtype=torch.long)
    for row, (mine, theirs) in enumerate(rows):
        places[row, theirs.first : theirs.last + 1] = torch.arange(mine.first, mine.last + 1)
    outside = ~targets.mask
    outside[:, 0] = False
    moved = (side.gather(1, places).masked_fill(outside, -torch.inf) for side in (start, end))
    return next(moved), next(moved)


def _words(group: Group) -> list[bytes]:
    """The characters of each passage token, comparable over tokenizers."""
    return [window.offsets[window.first : window.last + 1].tobytes() for window in group]


def soften(pair: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Start and end logits at the temperature that both readers are compared at."""
    return pair[0] / TEMPERATURE, pair[1] / TEMPERATURE


def distillation_loss(
    student: tuple[Tensor, Tensor], teacher: tuple[Tensor, Tensor], targets: Targets
) -> Tensor:
    """How far the student's distributions are from the teacher's.

    Args:
        student: Start and end logits, (P, L) both.
        teacher: The teacher's softened log probabilities, (P, L) both.
        targets: The rows' questions and masks.

    Returns:
        (Q,) float: the Kullback-Leibler divergences of starts and ends, added, times the square
        of the temperature, so that gradients keep their size.
    """
    own = log_probabilities(*soften(student), targets)
    total = torch.zeros(targets.questions)
    rows = torch.arange(len(targets.question))
    # "No answer" stands in each row of a question, but counts once.
    once = torch.zeros(targets.questions, dtype=torch.long).index_put((targets.question,), rows)
    for mine, theirs in zip(own, teacher, strict=True):
        zero = torch.zeros_like(mine)
        inside = torch.where(targets.mask, theirs.exp() * (theirs - mine), zero)
        total = total.index_add(0, targets.question, inside.sum(dim=1))
        nothing = theirs[:, 0].exp() * (theirs[:, 0] - mine[:, 0])
        total = total + nothing[once]
    return TEMPERATURE**2 * total
