"""The commands that make models: `article-qa train ...`."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qa.cli.options import examples

if TYPE_CHECKING:
    from qa.training.quantize.export import Precision

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class WeightedFile(click.ParamType[tuple[Path, float]]):
    """`FILE` or `FILE:WEIGHT`."""

    name = "FILE[:WEIGHT]"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Path, float]:
        """The path and its weight."""
        if isinstance(value, tuple):
            return value
        name, colon, weight = str(value).rpartition(":")
        try:
            number = float(weight) if colon else 1.0
        except ValueError:
            name, number = str(value), 1.0  # a colon of the file's own name
        if number <= 0:
            self.fail(f"{value}: a weight is more than 0", param, ctx)
        path = _FILE.convert(name if colon and name else str(value), param, ctx)
        return Path(path), number


@click.group(
    epilog=examples("article-qa train reader --base qa/models/small --data mine.json --out mine")
)
def train() -> None:
    """Makes the models that article-qa reads with."""


@train.command(
    epilog=examples(
        "article-qa train reader --base qa/models/small --data mine.json --out mine",
        "article-qa train reader --base roberta --mixture mix.toml --dev dev.json --out mine",
    )
)
@click.option(
    "--mixture",
    type=_FILE,
    help="TOML file with a table `weights`: a weight for each file's name in --folder. Two are in "
    "qa/training/mixtures.",
)
@click.option("--folder", type=_FOLDER, help="Where the mixture's files are; by default beside it.")
@click.option(
    "--data",
    type=WeightedFile(),
    multiple=True,
    help="SQuAD v1.1 file to learn from (.json or .json.gz), once for each file. The weight says "
    "how often an epoch takes each question: 2 twice, 0.1 a tenth of them.",
)
@click.option(
    "--base",
    type=_FOLDER,
    required=True,
    help="Folder of the weights to begin with: of transformers, or a reader that was exported.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for the reader. If it holds a checkpoint, the run goes on from there.",
)
@click.option("--dev", type=_FILE, help="SQuAD file to measure on; never learned from.")
@click.option(
    "--teacher",
    type=_FOLDER,
    help="Folder of a trained reader whose distributions are learned too (distillation).",
)
@click.option(
    "--layers",
    type=click.IntRange(1),
    help="Keep only so many of the base's layers, evenly spaced: a student out of its teacher.",
)
@click.option(
    "--trained-layers",
    type=click.IntRange(1),
    help="Let only so many of the last layers learn: of 12 layers, 4 take half of the time.",
)
@click.option(
    "--quantization-aware",
    is_flag=True,
    help="Compute with the weights rounded as `train export` rounds them: the reader learns to "
    "bear it.",
)
@click.option("--epochs", default=1, show_default=True, type=click.IntRange(1))
@click.option(
    "--lr",
    default=5e-5,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Highest learning rate. Small models take more: 3e-4 for 6 layers of 384.",
)
@click.option(
    "--negatives",
    default=0.3,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Passages without the answer for each passage with it.",
)
@click.option(
    "--cropped",
    default=0.0,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Share of the questions whose passages are cut down to the sentences around the answer: "
    "a run meets more questions in the same time.",
)
@click.option(
    "--batch-tokens",
    default=4096,
    show_default=True,
    type=click.IntRange(512),
    help="Tokens of a batch, padding included. A large accelerator is faster with 16384.",
)
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same reader.")
@click.option(
    "--licence",
    "licences",
    multiple=True,
    help="Licence of base weights or data, for the model card; once for each.",
)
def reader(
    mixture: Path | None,
    folder: Path | None,
    data: tuple[tuple[Path, float], ...],
    base: Path,
    out: Path,
    dev: Path | None,
    teacher: Path | None,
    layers: int | None,
    trained_layers: int | None,
    quantization_aware: bool,
    epochs: int,
    lr: float,
    negatives: float,
    cropped: float,
    batch_tokens: int,
    seed: int,
    licences: tuple[str, ...],
) -> None:
    """Fine-tunes a reader on questions with marked answers.

    Ctrl-C stops after the running step, with a checkpoint; the same command then goes on.
    """
    from qa.training.mixture import read_mixture
    from qa.training.settings import Settings, Source
    from qa.training.train import Stopped, train_reader

    try:
        mixed = read_mixture(mixture, folder or mixture.parent) if mixture else ()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    sources = *mixed, *(Source(path, weight) for path, weight in data)
    if not sources:
        raise click.UsageError("give a --mixture or --data to learn from")
    settings = Settings(
        data=sources,
        base=base,
        out=out,
        dev=dev,
        teacher=teacher,
        layers=layers,
        trained_layers=trained_layers,
        quantization_aware=quantization_aware,
        epochs=epochs,
        learning_rate=lr,
        negatives=negatives,
        cropped=cropped,
        batch_tokens=batch_tokens,
        seed=seed,
        command=_command(),
        licences=licences,
    )
    try:
        train_reader(settings)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except Stopped:
        raise click.ClickException(f"stopped; the same command goes on from {out}") from None


@train.command(
    "pseudo-label",
    epilog=examples(
        "article-qa train pseudo-label --pairs pairs.jsonl --reader qa/models/base --out new.json"
    ),
)
@click.option(
    "--pairs",
    type=_FILE,
    required=True,
    help='JSON lines with "question" and "sentence", a sentence that answers the question.',
)
@click.option("--reader", "folder", type=_FOLDER, required=True, help="Folder of the reader.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="SQuAD v1.1 file to write, gzipped.",
)
@click.option(
    "--confidence",
    default=0.6,
    show_default=True,
    type=click.FloatRange(0, 1),
    help="Questions whose answer the reader is less sure of are left out.",
)
def pseudo_label_command(pairs: Path, folder: Path, out: Path, confidence: float) -> None:
    """Marks answers in sentences that hold them, and makes passages of these to learn from."""
    from qa.training.pseudo_label import pseudo_label_file

    try:
        kept, total = pseudo_label_file(pairs, folder, out, confidence=confidence)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{out}: {kept:,} of {total:,} questions")


@train.command(
    epilog=examples("article-qa train export --model mine --kind reader --out mine-int8")
)
@click.option("--model", type=_FOLDER, required=True, help="Folder of the trained model.")
@click.option("--kind", type=click.Choice(["reader", "embedder"]), required=True)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Folder for model.onnx, its tokenizer and their checksums.",
)
@click.option("--precision", type=click.Choice(["int8", "fp32"]), default="int8", show_default=True)
def export(model: Path, kind: str, out: Path, precision: "Precision") -> None:
    """Writes a model as ONNX, as the bundled ones are."""
    from qa.training.quantize.export import export_embedder, export_reader

    (export_reader if kind == "reader" else export_embedder)(model, out, precision)
    click.echo(f"{out}: {precision} {kind}")


@train.command(epilog=examples("article-qa train calibrate --dev dev.json --model mine-int8"))
@click.option(
    "--dev",
    type=_FILE,
    multiple=True,
    required=True,
    help="SQuAD file that no model learned from, v1.1 or v2.0. Repeatable: each counts the same.",
)
@click.option(
    "--distractors",
    type=_FILE,
    multiple=True,
    help="SQuAD file whose paragraphs make the haystack bigger. Repeatable.",
)
@click.option(
    "--model",
    "models",
    type=_FOLDER,
    required=True,
    multiple=True,
    help="Folder of an exported reader or a cascade. Repeatable: what they share is read once.",
)
def calibrate(
    dev: tuple[Path, ...], distractors: tuple[Path, ...], models: tuple[Path, ...]
) -> None:
    """Fits what a score is worth as a probability, and where answers begin."""
    from qa.training.calibrate.fit import calibrate as fit_model

    try:
        fits = fit_model(dev, distractors, models)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    for model, fit in zip(models, fits, strict=True):
        click.echo(f"{model}: answers from {fit.calibration['threshold']:.2f}")
        for kind, count in fit.observations.items():
            click.echo(
                f"{kind} collections, {count:,} answers on the other half: "
                f"calibration error {fit.ece[kind]:.3f}, AUC {fit.auc[kind]:.3f}"
            )


def _command() -> str:
    """The command as given, with the names of files but not where this machine keeps them."""
    paths = ("/" in word and " " not in word for word in sys.argv[1:])
    words = [Path(w).name if path else w for w, path in zip(sys.argv[1:], paths, strict=True)]
    if "train" not in words:
        words.insert(0, "train")
    return shlex.join(["article-qa", *words])


if __name__ == "__main__":
    train()
