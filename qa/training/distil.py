"""Teaches a small reader what a large one believes (Hinton et al. 2015).

The student learns the teacher's whole distribution over the starts and ends of all passages of a
question and its "no answer", not only which span was annotated.
"""

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from qa.training.batch import collate
from qa.training.data import Example
from qa.training.features import Group, Window, learnable, load_tokenizer
from qa.training.loss import Targets, log_probabilities
from qa.training.model import load_model, logits, takes_types

TEMPERATURE = 2.0
TEACHER_SHARE = 0.7  # Of the loss; the rest is that of the annotated answers.


class Teacher:
    """A trained reader that is asked for its distributions.

    Its tokenizer must divide text as the student's does; ids and special tokens may differ (MPNet
    teaches BERT, because both use the same word pieces).

    A teacher costs more than its student, and says the same of a window in each epoch: what it
    said is remembered, so that further epochs ask it for new negatives only.
    """

    def __init__(
        self, folder: Path, student: Tokenizer, device: torch.device, *, remembers: bool
    ) -> None:
        """Loads the teacher.

        Args:
            folder: A reader's folder.
            student: The student's tokenizer.
            device: Where both compute.
            remembers: Whether windows will come again. It takes 8 bytes a token.

        Raises:
            ValueError: The folder holds no reader.
        """
        self.folder = folder
        self.remembers = remembers
        self._said: dict[bytes, Tensor] = {}
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.model = load_model(folder, device)
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
        _, own = learnable(self.tokenizer, examples, max_tokens + self._special)
        if [_words(group) for group in own] != [_words(group) for group in student]:
            raise ValueError(f"{self.folder}: its tokenizer divides text as the student's does not")
        return own

    def read(self, batch: Sequence[Group]) -> tuple[tuple[Tensor, Tensor], Targets]:
        """The teacher's start and end logits for its groups, and their targets."""
        windows = [window for group in batch for window in group]
        keys = [_key(window) for window in windows]
        new = {k: w for k, w in zip(keys, windows, strict=True) if k not in self._said}
        self._said.update(zip(new, self._read(list(new.values())), strict=True))
        pad = int(self.model.config.pad_token_id or 0)
        _, targets = collate(batch, pad, takes_types(self.model), self.model.device)
        both = torch.zeros(2, *targets.mask.shape)
        for row, key in enumerate(keys):
            both[:, row, : self._said[key].shape[1]] = self._said[key]
        if not self.remembers:
            self._said.clear()
        both = both.to(self.model.device)
        return (both[0], both[1]), targets

    @torch.no_grad()
    def _read(self, windows: Sequence[Window]) -> list[Tensor]:
        """Start and end logits of each window, (2, tokens)."""
        if not windows:
            return []
        pad = int(self.model.config.pad_token_id or 0)
        alone = [(window,) for window in windows]
        inputs, _ = collate(alone, pad, takes_types(self.model), self.model.device)
        both = torch.stack(logits(self.model, inputs), dim=1).cpu()
        return [row[:, : len(w.ids)].clone() for row, w in zip(both, windows, strict=True)]

    def memory(self) -> dict[str, Tensor]:
        """The distributions so far, for a checkpoint: a run that goes on must get the same.

        Read in a batch of another width, a window's logits differ in their last bits.
        """
        said = list(self._said.values())
        return {
            "windows": torch.tensor([list(key) for key in self._said], dtype=torch.uint8),
            "tokens": torch.tensor([logits.shape[1] for logits in said], dtype=torch.long),
            "logits": torch.cat(said, dim=1) if said else torch.zeros(2, 0),
        }

    def recall(self, memory: dict[str, Tensor]) -> None:
        """Puts back what `memory` gave."""
        said = torch.split(memory["logits"], memory["tokens"].tolist(), dim=1)
        keys = (bytes(key.tolist()) for key in memory["windows"])
        self._said = dict(zip(keys, said, strict=True))


def _key(window: Window) -> bytes:
    return blake2b(window.ids.tobytes(), digest_size=16).digest()


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
        (w for group in batch for w in group),
        (w for group in student for w in group),
        strict=True,
    )
    places = torch.zeros(targets.mask.shape, dtype=torch.long)
    for row, (mine, theirs) in enumerate(rows):
        places[row, theirs.first : theirs.last + 1] = torch.arange(mine.first, mine.last + 1)
    places = places.to(targets.mask.device)
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
    """The distance of the student's distributions from the teacher's.

    Args:
        student: Start and end logits, (P, L) both.
        teacher: The teacher's softened log probabilities, (P, L) both.
        targets: The rows' questions and masks.

    Returns:
        (Q,) float: the Kullback-Leibler divergences of starts and ends, added, times the square
        of the temperature, so that gradients keep their size.
    """
    own = log_probabilities(*soften(student), targets)
    device = targets.question.device
    total = torch.zeros(targets.questions, device=device)
    rows = torch.arange(len(targets.question), device=device)
    # "No answer" stands in each row of a question, but counts once.
    once = torch.zeros_like(total, dtype=torch.long).index_put((targets.question,), rows)
    for mine, theirs in zip(own, teacher, strict=True):
        zero = torch.zeros_like(mine)
        inside = torch.where(targets.mask, theirs.exp() * (theirs - mine), zero)
        total = total.index_add(0, targets.question, inside.sum(dim=1))
        nothing = theirs[:, 0].exp() * (theirs[:, 0] - mine[:, 0])
        total = total + nothing[once]
    return TEMPERATURE**2 * total
