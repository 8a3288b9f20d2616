"""Fine-tunes a reader: plans the data, runs the steps, evaluates, saves."""

import random
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple

import torch
from rich.console import Console
from safetensors.torch import save_file
from torch import Tensor

from qa.squad import read_squad
from qa.squad_metrics import Scores
from qa.training import checkpoint
from qa.training.batch import collate
from qa.training.card import card
from qa.training.checkpoint import Position
from qa.training.data import Example, Negatives, Retriever, examples, share, tfidf_retriever
from qa.training.device import best_device, computes_bfloat16, computing_seconds
from qa.training.distil import (
    TEACHER_SHARE,
    Teacher,
    believed,
    distillation_loss,
)
from qa.training.evaluation import evaluate
from qa.training.features import Group, learnable, load_tokenizer, plan_batches, width
from qa.training.hard_negatives import CollectionRetriever
from qa.training.loss import shared_norm_loss
from qa.training.mixture import without_repeats
from qa.training.model import (
    freeze_all_but,
    keep_layers,
    load_model,
    logits,
    make_optimizer,
    save_reader,
    takes_types,
)
from qa.training.progress import Reporter
from qa.training.quantize.quantization_aware import LEVELS, FakeQuantization
from qa.training.quantize.smooth_quant import FACTORS_FILE, typical_factors
from qa.training.settings import Settings, make_recipe

WARMUP = 0.06
CLIP = 1.0


class Stopped(Exception):  # noqa: N818
    """The run was told to stop, has written a checkpoint, and can go on from there."""


class Plan(NamedTuple):
    """An epoch.

    Attributes:
        groups: The windows of each question.
        teacher: The same for the teacher; empty without one.
        batches: The indices of each batch's groups, in order.
    """

    groups: list[Group]
    teacher: list[Group]
    batches: list[list[int]]


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
                ranked by tf-idf. It must rank the same when the run goes on.
            console: Where progress is shown.

        Raises:
            ValueError: Data or weights cannot be read, or the run is finished.
        """
        _refuse_finished(settings.out)
        self.settings = settings
        self.files = without_repeats([read_squad(source.path) for source in settings.data])
        self.dev = read_squad(settings.dev) if settings.dev else None
        self.recipe = make_recipe(settings, self.files)
        self.tokenizer = load_tokenizer(settings.base / "tokenizer.json")
        torch.manual_seed(settings.seed)
        self.device = best_device()
        self.model = load_model(settings.base, self.device)
        if settings.layers:
            keep_layers(self.model, settings.layers)
        if settings.trained_layers:
            freeze_all_but(self.model, settings.trained_layers)
        self.quantization: FakeQuantization | None = None
        if settings.quantization_aware:
            encoder = self.model.base_model
            self.quantization = FakeQuantization(encoder, typical_factors(encoder, settings.base))
        self.teacher = (
            Teacher(settings.teacher, self.tokenizer, self.device, remembers=settings.epochs > 1)
            if settings.teacher
            else None
        )
        self.pad = int(self.model.config.pad_token_id or 0)
        self.types = takes_types(self.model)
        self.optimizer = make_optimizer(self.model, settings.learning_rate)
        self.position = Position()
        self.reporter = Reporter(console or Console())
        known = [context for file in self.files for context in file.contexts.values()]
        self._finders = [
            Negatives(f, retriever or tfidf_retriever([c.text for c in f.contexts.values()]), known)
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
        saved = checkpoint.checkpoints(out)
        if saved:
            self.position = checkpoint.load(
                saved[-1], self.recipe, self.model, self.optimizer, self.teacher
            )
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

    def plan(self, epoch: int) -> Plan:
        """The batches of an epoch, in order; the same on every call."""
        rng = random.Random(f"{self.settings.seed} {epoch}")  # noqa: S311
        chosen: list[Example] = []
        for file, source, finder in zip(self.files, self.settings.data, self._finders, strict=True):
            questions = share(file, source.weight, self.settings.seed, epoch)
            shares = self.settings.negatives, rng, self.settings.cropped
            chosen += examples(file, questions, finder, *shares)
        chosen, made = learnable(self.tokenizer, chosen, self.settings.max_tokens)
        if not made:
            raise ValueError("the data gives no question to learn from; raise a weight")
        pairs = [example.pair for example in chosen]
        batches = plan_batches(made, self.settings.batch_tokens, rng, pairs)
        if not self.teacher:
            return Plan(made, [], batches)
        return Plan(made, self.teacher.groups(chosen, made, self.settings.max_tokens), batches)

    def _epoch(self) -> None:
        plan = self.plan(self.position.epoch)
        sizes = [[plan.groups[i] for i in batch] for batch in plan.batches]
        tokens = sum(sum(map(len, batch)) * max(map(width, batch)) for batch in sizes)
        self.reporter.say(
            f"epoch {self.position.epoch + 1} of {self.settings.epochs}: "
            f"{len(plan.groups):,} questions, {len(plan.batches):,} batches, "
            f"{tokens / 1e6:.2f}M tokens"
        )
        last_save, last_evaluation = time.monotonic(), self.position.seconds
        while self.position.batch < len(plan.batches):
            self._step(plan)
            if self._stop:
                self._save()
                raise Stopped
            since = self.position.seconds - last_evaluation
            if self.dev and since >= 60 * self.settings.evaluate_minutes:
                self._evaluate(self.settings.evaluate_questions)
                last_evaluation = self.position.seconds
            if time.monotonic() - last_save >= 60 * self.settings.checkpoint_minutes:
                self._save()
                last_save = time.monotonic()
        self.position.epoch += 1
        self.position.batch = 0

    def _step(self, plan: Plan) -> None:
        begun, computed = time.monotonic(), computing_seconds(self.device)
        at, batches = self.position, len(plan.batches)
        done = (at.epoch + at.batch / batches) / self.settings.epochs
        for settings in self.optimizer.param_groups:
            settings["lr"] = self.settings.learning_rate * rate(done)
        with self._fake_quantized():
            loss, tokens = self._loss(plan, plan.batches[at.batch])
            loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP)
        self.optimizer.step()
        self.optimizer.zero_grad()
        at.batch += 1
        at.step += 1
        at.tokens += tokens
        value = float(loss.detach())  # waits for the device
        at.seconds += computing_seconds(self.device) - computed
        total = at.step + batches - at.batch + batches * (self.settings.epochs - at.epoch - 1)
        self.reporter.step(at.step, total, value, tokens, time.monotonic() - begun)

    def _loss(self, plan: Plan, batch: list[int]) -> tuple[Tensor, int]:
        """The mean loss of a batch's questions, and the batch's tokens."""
        chosen = [plan.groups[i] for i in batch]
        inputs, targets = collate(chosen, self.pad, self.types, self.device)
        said = logits(self.model, inputs)
        loss = shared_norm_loss(*said, targets).mean()
        if self.teacher:
            groups = [plan.teacher[i] for i in batch]
            taught, own = self.teacher.read(groups)
            wanted = believed(taught, own, groups, chosen, targets)
            distilled = distillation_loss(said, wanted, targets).mean()
            loss = (1 - TEACHER_SHARE) * loss + TEACHER_SHARE * distilled
        return loss, inputs["input_ids"].numel()

    def _evaluate(self, limit: int | None) -> Scores | None:
        if not self.dev:
            return None
        with self._fake_quantized():
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

    def _fake_quantized(self) -> AbstractContextManager[None]:
        return self.quantization.applied() if self.quantization else nullcontext()

    def _save(self) -> None:
        checkpoint.save(
            self.settings.out, self.recipe, self.position, self.model, self.optimizer, self.teacher
        )

    def _finish(self) -> None:
        """Writes the reader and its card; the checkpoints have then served."""
        out = self.settings.out
        if self.quantization:
            self.quantization.keep()
            save_file(self.quantization.factors, out / FACTORS_FILE)
        save_reader(self.model, self.settings.base, out)
        text = card(
            self.recipe,
            self.position,
            architecture=type(self.model).__name__,
            parameters=sum(p.numel() for p in self.model.parameters()),
            objective=self._objective(),
            precision="bfloat16 autocast" if computes_bfloat16(self.device) else "float32",
            command=self.settings.command,
            licences=self.settings.licences,
        )
        (out / "CARD.md").write_text(text, encoding="utf-8")
        checkpoint.remove(out)

    def _objective(self) -> str:
        parts = [
            "start and end, each normalised over all passages of a question with one no-answer "
            "(Clark & Gardner 2018)"
        ]
        if self.teacher:
            parts.append("the teacher's distributions over both")
        if self.quantization:
            parts.append(f"each step rounds the weights to {LEVELS} levels on either side of 0")
        return "; ".join(parts)

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


def train_reader(settings: Settings) -> Scores | None:
    """Trains a reader as `ReaderTraining`, with hard negatives by the program's own search.

    The index of all paragraphs stands in `settings.out` until the reader is finished.
    """
    _refuse_finished(settings.out)
    if not settings.negatives:
        return ReaderTraining(settings).run()
    settings.out.mkdir(parents=True, exist_ok=True)
    folder = settings.out / "paragraphs"
    with CollectionRetriever((source.path for source in settings.data), folder) as retriever:
        scores = ReaderTraining(settings, retriever=retriever).run()
    shutil.rmtree(folder)
    return scores


def _refuse_finished(out: Path) -> None:
    if (out / "CARD.md").exists() and not checkpoint.checkpoints(out):
        raise ValueError(f"{out}: holds a finished reader; name another folder")


def rate(done: float) -> float:
    """The learning rate's factor when the share `done` of the run is done, both in [0, 1]."""
    return min(done / WARMUP, (1 - done) / (1 - WARMUP))
