"""`python -m eval.bench.regress A B SUITE... --distractors FILE...`: is commit B slower than A?

Both commits index the same paragraphs and are asked the same questions, block by block in turn, so
that whatever else the machine does hits both. Ratios are B over A, with 95 % intervals: those of
the questions by the paired bootstrap. CPU seconds still show a difference where wall seconds are
too noisy.
"""

import subprocess
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import click
import numpy as np

from eval.bench.peers.corpus import Corpus, read_corpus
from eval.bench.peers.measure import Outcome, measure
from eval.bench.peers.process import Spec
from eval.metrics import Floats, resamples
from index.errors import UserError
from qa.squad_metrics import f1, normalise

PROJECT = Path(__file__).resolve().parents[2]


class Ratio(NamedTuple):
    """B over A, and the interval in which it lies at 95 %."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"x{self.value:.2f} ({self.low:.2f}-{self.high:.2f})"


def ratio_of_means(before: Floats, after: Floats) -> Ratio:
    """The ratio of two means over the same questions, by the paired bootstrap.

    Args:
        before: Time of each question with A, shape (n,); above 0.
        after: The same with B.
    """
    drawn = [(block @ after) / (block @ before) for block in resamples(len(before))]
    low, high = np.quantile(np.concatenate(drawn), [0.025, 0.975])
    return Ratio(float(after.sum() / before.sum()), float(low), float(high))


def lines(before: Outcome, after: Outcome, corpus: Corpus) -> list[str]:
    """The comparison as a Markdown table, and the number of equal answers."""
    rows = ["| | A | B | B / A (95 %) |", "|---|---:|---:|---:|"]
    for label, field in (("CPU ms a question, mean", "cpu"), ("ms a question, mean", "seconds")):
        old, new = (np.array(getattr(outcome, field)) for outcome in (before, after))
        means = f"{1000 * old.mean():.0f} | {1000 * new.mean():.0f}"
        rows.append(f"| {label} | {means} | {ratio_of_means(old, new)} |")
    single = (
        ("CPU s to index", before.index_cpu, after.index_cpu),
        ("cold start, s, quickest", min(before.cold_starts), min(after.cold_starts)),
        ("peak memory answering, MB", before.memory / 1e6, after.memory / 1e6),
    )
    rows += [f"| {label} | {a:.1f} | {b:.1f} | x{b / a:.2f} |" for label, a, b in single]
    golds = [question.answers for question in corpus.questions]
    texts = [[guess.text or "" for guess in outcome.guesses] for outcome in (before, after)]
    scores = [
        100 * float(np.mean([f1(text, gold) for text, gold in zip(said, golds, strict=True)]))
        for said in texts
    ]
    rows.append(f"| F1 of the best guess | {scores[0]:.1f} | {scores[1]:.1f} | |")
    same = sum(normalise(old) == normalise(new) for old, new in zip(*texts, strict=True))
    rows += ["", f"The same best guess to {same} of {len(golds)} questions."]
    return rows


@contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """The files of a commit of this project, in a folder of their own.

    Raises:
        UserError: If there is no such commit.
    """
    command = ["git", "-C", str(PROJECT), "archive", "--format=tar", commit, "--", "qa", "index"]
    archive = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own git
    if archive.returncode:
        reason = archive.stderr.decode(errors="replace").strip()
        raise UserError(f"{commit}: cannot be checked out ({reason})")
    with TemporaryDirectory() as folder:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as files:
            files.extractall(folder, filter="data")
        yield Path(folder)


@click.command()
@click.argument("commits", nargs=2, metavar="A B")
@click.argument(
    "suites",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True),
    metavar="SUITE...",
)
@click.option(
    "--distractors",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="SQuAD file whose paragraphs make the haystack bigger. Repeatable.",
)
@click.option("--questions", default=100, show_default=True, help="How many; 0 for all.")
@click.option("--reader", default="", help="small or base instead of the default.")
def main(
    commits: tuple[str, str],
    suites: Sequence[Path],
    distractors: Sequence[Path],
    questions: int,
    reader: str,
) -> None:
    """Compare the speed of commits A and B on the questions of SQuAD files."""
    began = time.monotonic()

    def tell(message: str) -> None:
        click.echo(f"[{time.monotonic() - began:6.0f} s] {message}", err=True)

    try:
        corpus = read_corpus(suites, distractors, questions)
        with (
            checked_out(commits[0]) as before_root,
            checked_out(commits[1]) as after_root,
            TemporaryDirectory() as work,
        ):
            specs = [
                Spec(f"{side} {commit}", "ours", reader=reader, root=str(root))
                for side, commit, root in zip("AB", commits, (before_root, after_root), strict=True)
            ]
            before, after = measure(specs, corpus, Path(work), tell, unanswered=False)
    except UserError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{len(corpus.questions)} questions over {len(corpus.paragraphs):,} paragraphs\n")
    click.echo("\n".join(lines(before, after, corpus)))


if __name__ == "__main__":
    main()
