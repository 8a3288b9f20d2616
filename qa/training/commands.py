"""The commands that make models: `article-qa train ...`."""

import shlex
import sys
from pathlib import Path

import click

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


@click.group()
def train() -> None:
    """Makes the models that article-qa reads with."""


@train.command()
@click.option(
    "--data", type=WeightedFile(), multiple=True, required=True,
    help="SQuAD v1.1 file to learn from (.json or .json.gz), once for each file. The weight says "
    "how often an epoch takes each question: 2 twice, 0.1 a tenth of them.",
)  # fmt: skip
@click.option("--base", type=_FOLDER, required=True, help="Folder of the weights to begin with.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True,
    help="Folder for the reader. If it holds a checkpoint, the run goes on from there.",
)  # fmt: skip
@click.option("--dev", type=_FILE, help="SQuAD file to measure on; never learned from.")
@click.option("--epochs", default=1, show_default=True, type=click.IntRange(1))
@click.option(
    "--lr", default=5e-5, show_default=True, type=click.FloatRange(0, min_open=True),
    help="Highest learning rate. Small models take more: 3e-4 for 6 layers of 384.",
)  # fmt: skip
@click.option(
    "--negatives", default=0.3, show_default=True, type=click.FloatRange(0, 1),
    help="Passages without the answer for each passage with it.",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="The same seed gives the same reader.")
@click.option(
    "--licence", "licences", multiple=True,
    help="Licence of base weights or data, for the model card; once for each.",
)  # fmt: skip
def reader(
    data: tuple[tuple[Path, float], ...],
    base: Path,
    out: Path,
    dev: Path | None,
    epochs: int,
    lr: float,
    negatives: float,
    seed: int,
    licences: tuple[str, ...],
) -> None:
    """Fine-tunes a reader on questions with marked answers.

    Ctrl-C stops after the running step, with a checkpoint; the same command then goes on.
    """
    from qa.training.reader import ReaderTraining, Settings, Source, Stopped

    settings = Settings(
        data=tuple(Source(path, weight) for path, weight in data),
        base=base,
        out=out,
        dev=dev,
        epochs=epochs,
        learning_rate=lr,
        negatives=negatives,
        seed=seed,
        command=_command(),
        licences=licences,
    )
    try:
        ReaderTraining(settings).run()
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    except Stopped:
        raise click.ClickException(f"stopped; the same command goes on from {out}") from None


def _command() -> str:
    """The command as given, with the names of files but not where this machine keeps them."""
    words = [Path(word).name if "/" in word else word for word in sys.argv[1:]]
    if "train" not in words:
        words.insert(0, "train")
    return shlex.join(["article-qa", *words])


if __name__ == "__main__":
    train()
