"""Fine-tunes a reader: plans the data, runs the steps, evaluates, saves."""

import json
import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from rich.console import Console

from qa.scoring import Scores
from qa.training import checkpoint
from qa.training.batch import collate, logits, takes_types
from qa.training.card import card, sha256
from qa.training.checkpoint import Position
from qa.training.data import (
    Example,
    Negatives,
    QuestionFile,
    Retriever,
    examples,
    read_squad,
    share,
    tfidf_retriever,
)
from qa.training.evaluation import evaluate
from qa.training.features import Group, groups, load_tokenizer, plan_batches, width
from qa.training.loss import shared_norm_loss
from qa.training.progress import Reporter

if TYPE_CHECKING:
    from transformers import PreTrainedModel

WARMUP = 0.06
CLIP = 1.0
WEIGHT_DECAY = 0.01
TOKENIZER_FILES = "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of questions, and how often an epoch takes each of them (0.1: every tenth)."""

    path: Path
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Settings:
    """A run.

    Attributes:
        data: What to learn from.
        base: The folder of the weights to begin with.
        out: The folder for the result, and for checkpoints while the run lasts.
        dev: A SQuAD file to measure on, never to learn from.
        epochs: How often to go through the data.
        learning_rate: The highest; it rises linearly to there, and falls linearly to 0.
        negatives: Passages without the answer, for each passage with one.
        batch_tokens: Tokens of a batch, padding included.
        max_tokens: Tokens of a window of a passage, question included.
        seed: Decides the order, the negatives and the last layer's first weights.
        checkpoint_minutes: Time between checkpoints.
        evaluate_minutes: Time between evaluations.
        evaluate_questions: How many questions these ask; the last asks all.
        command: What the card names as the command that reproduces the run.
        licences: The licences of base weights and data, for the card.
    """

    data: tuple[Source, ...]
    base: Path
    out: Path
    dev: Path | None = None
    epochs: int = 1
    learning_rate: float = 5e-5
    negatives: float = 0.3
    batch_tokens: int = 4096
    max_tokens: int = 384
    seed: int = 0
    checkpoint_minutes: float = 10.0
    evaluate_minutes: float = 20.0
    evaluate_questions: int = 200
    command: str = ""
    licences: tuple[str, ...] = ()


class Stopped(Exception):  # noqa: N818
    """The run was told to stop, has written a checkpoint, and can go on from there."""


class ReaderTraining:
    """One run: `ReaderTraining(settings).run()` trains, or goes on from the last checkpoint."""

    def __init__(
        self,
        settings: Settings,
        *,
        retriever: Retriever | None = None,
        console: Console | None = None,
    ) -> None:
        """Reads data and base weights.

        Args:
            settings: The run.
            retriever: Gives hard negatives for all files; by default each file's own paragraphs
                ranked by tf-idf.
            console: Where progress is shown.

        Raises:
            ValueError: Data or weights cannot be read, or the run is finished.
        """
        if (settings.out / "CARD.md").exists() and not checkpoint.found(settings.out):
            raise ValueError(f"{settings.out}: holds a finished reader; name another folder")
        self.settings = settings
        self.files = [read_squad(source.path) for source in settings.data]
        self.dev = read_squad(settings.dev) if settings.dev else None
        self.recipe = _recipe(settings, self.files)
        self.tokenizer = load_tokenizer(settings.base / "tokenizer.json")
        torch.manual_seed(settings.seed)
        self.model = load_model(settings.base)
        self.pad = int(self.model.config.pad_token_id or 0)
        self.types = takes_types(self.model)
        self.optimizer = _optimizer(self.model, settings.learning_rate)
        self.position = Position()
        self.reporter = Reporter(console or Console())
        self._finders = [
            Negatives(f, retriever or tfidf_retriever([c.text for c in f.contexts.values()]))
            for f in self.files
        ]
        self._stop = False

    def run(self) -> Scores | None:
        """Trains to the end and writes the reader to `settings.out`.

        Returns:
            The scores on all of the development file, if there is one.

        Raises:
            ValueError: `settings.out` has a checkpoint of another run.
            Stopped: SIGINT or SIGTERM came; run again to go on.
        """
        out = self.settings.out
        out.mkdir(parents=True, exist_ok=True)
        saved = checkpoint.found(out)
        if saved:
            self.position = checkpoint.load(saved[-1], self.recipe, self.model, self.optimizer)
        with self.reporter, self._signals():
            if saved:
                self.reporter.say(f"going on from step {self.position.step}")
            self.model.train()
            while self.position.epoch < self.settings.epochs:
                self._epoch()
            self._save()
            scores = self._evaluate(None)
            self._finish()
            if scores:
                self.reporter.say(f"done: {scores}")
        return scores

    def plan(self, epoch: int) -> tuple[list[Group], list[list[int]]]:
        """The groups of an epoch, and its batches as their indices; the same on every call."""
        rng = random.Random(f"{self.settings.seed} {epoch}")  # noqa: S311
        chosen: list[Example] = []
        for file, source, finder in zip(self.files, self.settings.data, self._finders, strict=True):
            questions = share(file, source.weight, self.settings.seed, epoch)
            chosen += examples(file, questions, finder, self.settings.negatives, rng)
        made = groups(self.tokenizer, chosen, self.settings.max_tokens)
        if not made:
            raise ValueError("the data gives no question to learn from; raise a weight")
        return made, plan_batches(made, self.settings.batch_tokens, rng)

    def _epoch(self) -> None:
        made, batches = self.plan(self.position.epoch)
        questions = sum(len(batch) for batch in batches)
        tokens = sum(sum(len(made[i]) for i in b) * max(width(made[i]) for i in b) for b in batches)
        self.reporter.say(
            f"epoch {self.position.epoch + 1} of {self.settings.epochs}: {questions:,} questions, "
            f"{len(batches):,} batches, {tokens / 1e6:.2f}M tokens"
        )
        last_save = last_evaluation = time.monotonic()
        while self.position.batch < len(batches):
            self._step([made[i] for i in batches[self.position.batch]], len(batches))
            now = time.monotonic()
            if self._stop:
                self._save()
                raise Stopped
            if self.dev and now - last_evaluation >= 60 * self.settings.evaluate_minutes:
                self._evaluate(self.settings.evaluate_questions)
                last_evaluation = time.monotonic()
            if now - last_save >= 60 * self.settings.checkpoint_minutes:
                self._save()
                last_save = time.monotonic()
        self.position.epoch += 1
        self.position.batch = 0

    def _step(self, batch: list[Group], batches: int) -> None:
        begun = time.monotonic()
        at = self.position
        done = (at.epoch + at.batch / batches) / self.settings.epochs
        for settings in self.optimizer.param_groups:
            settings["lr"] = self.settings.learning_rate * rate(done)
        inputs, targets = collate(batch, self.pad, self.types)
        loss = shared_norm_loss(*logits(self.model, inputs), targets).mean()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        seconds = time.monotonic() - begun
        at.batch += 1
        at.step += 1
        at.tokens += inputs["input_ids"].numel()
        at.seconds += seconds
        total = at.step + batches - at.batch + batches * (self.settings.epochs - at.epoch - 1)
        self.reporter.step(
            at.step, total, float(loss.detach()), inputs["input_ids"].numel(), seconds
        )

    def _evaluate(self, limit: int | None) -> Scores | None:
        if not self.dev:
            return None
        scores = evaluate(
            self.model,
            self.tokenizer,
            self.pad,
            self.dev,
            max_tokens=self.settings.max_tokens,
            batch_tokens=self.settings.batch_tokens,
            limit=limit,
        )
        self.position.evaluations.append(
            {
                "step": self.position.step,
                "minutes": self.position.seconds / 60,
                "questions": scores.questions,
                "exact_match": scores.exact_match,
                "f1": scores.f1,
            }
        )
        self.reporter.say(f"step {self.position.step}: {scores}")
        return scores

    def _save(self) -> None:
        checkpoint.save(self.settings.out, self.recipe, self.position, self.model, self.optimizer)

    def _finish(self) -> None:
        """Writes the reader and its card; the checkpoints have then served."""
        out = self.settings.out
        save_reader(self.model, self.settings.base, out)
        text = card(
            self.recipe,
            self.position,
            architecture=type(self.model).__name__,
            parameters=sum(p.numel() for p in self.model.parameters()),
            command=self.settings.command,
            licences=self.settings.licences,
        )
        (out / "CARD.md").write_text(text, encoding="utf-8")
        checkpoint.remove(out)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Turns SIGINT and SIGTERM into a stop after the running step."""

        def stop(*_: object) -> None:
            self._stop = True

        kinds = signal.SIGINT, signal.SIGTERM
        before = [signal.signal(kind, stop) for kind in kinds]
        try:
            yield
        finally:
            for kind, handler in zip(kinds, before, strict=True):
                signal.signal(kind, handler)


def rate(done: float) -> float:
    """The learning rate's factor when the share `done` of the run is done, both in [0, 1]."""
    return min(done / WARMUP, (1 - done) / (1 - WARMUP))


def load_model(folder: Path) -> "PreTrainedModel":
    """Loads weights as a reader without dropout; a last layer that is not there is made.

    Attention is computed plainly ("eager"): on CPUs the fused kernel is half as fast in training.

    Raises:
        ValueError: The folder holds no model.
    """
    from transformers import AutoConfig, AutoModelForQuestionAnswering
    from transformers.utils import logging

    # transformers would report at length that the last layer is new, and draw bars into the log.
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        config = AutoConfig.from_pretrained(folder)
        for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
            if hasattr(config, name):
                setattr(config, name, 0.0)
        model: PreTrainedModel = AutoModelForQuestionAnswering.from_pretrained(
            folder, config=config, attn_implementation="eager", dtype=torch.float32
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"{folder}: holds no model ({error})") from error
    return model


def save_reader(model: "PreTrainedModel", base: Path, out: Path) -> None:
    """Writes a reader as a folder that transformers loads, with its base's tokenizer."""
    model.save_pretrained(out)
    load_tokenizer(base / "tokenizer.json").save(str(out / "tokenizer.json"))
    for name in TOKENIZER_FILES:
        if (base / name).exists():
            shutil.copyfile(base / name, out / name)
    settings = out / "tokenizer_config.json"
    if settings.exists():  # the base may prescribe the short texts of an embedder
        read = json.loads(settings.read_text(encoding="utf-8"))
        read["model_max_length"] = 512
        read.pop("max_length", None)
        settings.write_text(json.dumps(read, indent=2) + "\n", encoding="utf-8")


def _optimizer(model: "PreTrainedModel", learning_rate: float) -> torch.optim.AdamW:
    """AdamW; biases and normalisation weights are not decayed."""
    parameters = list(model.parameters())
    return torch.optim.AdamW(
        [
            {"params": [p for p in parameters if p.ndim > 1], "weight_decay": WEIGHT_DECAY},
            {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
        ],
        lr=learning_rate,
        fused=True,
    )


def _recipe(settings: Settings, files: list[QuestionFile]) -> dict[str, Any]:
    """What decides the weights: a checkpoint is of the same run if this is the same."""
    return {
        "data": [
            {
                "name": source.path.name,
                "weight": source.weight,
                "questions": len(file.questions),
                "sha256": sha256(source.path),
            }
            for source, file in zip(settings.data, files, strict=True)
        ],
        "base": {
            "name": settings.base.name,
            "sha256": sha256(settings.base / "model.safetensors"),
        },
        "epochs": settings.epochs,
        "learning_rate": settings.learning_rate,
        "negatives": settings.negatives,
        "batch_tokens": settings.batch_tokens,
        "max_tokens": settings.max_tokens,
        "seed": settings.seed,
    }
