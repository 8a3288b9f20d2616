"""`python -m eval.bench.followups [SUITE]`: follow-ups answered with and without their history.

The follow-ups of a suite are asked with the turns before them, and again without; the questions
that stand alone are asked for comparison, and the last column is the time relative to theirs.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory

import click

from eval.commands import SEEDS_SUITE
from eval.records import Record
from eval.runner import run
from eval.suites import Question, Suite, load
from index.collection import Collection
from index.errors import UserError
from index.place import Place
from qa.cli.options import collection_option, reader_option
from qa.loading import add_with_progress, seed_articles
from qa.pipeline import Answerer


def compare(suite: Suite, collection: Collection, reader: str | None) -> list[list[Record]]:
    """The records of plain questions, of follow-ups, and of follow-ups without their history.

    Raises:
        UserError: If the suite has no plain questions, or no follow-ups.
    """
    plain = [question for question in suite.questions if not question.history]
    later = [question for question in suite.questions if question.history]
    if not plain or not later:
        raise UserError(f"{suite.name}: needs questions with a history and questions without")
    answerer = Answerer(collection, reader=reader)
    alone = [replace(question, history=()) for question in later]

    def ask(questions: Sequence[Question]) -> list[Record]:
        return list(run(replace(suite, questions=tuple(questions)), answerer, collection))

    return [ask(plain), ask(later), ask(alone)]


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True), default=SEEDS_SUITE)
@collection_option
@reader_option
def main(file: Path, place: Place | None, reader: str | None) -> None:
    """Print how follow-ups are answered with and without the turns before them.

    A suite is about the collection that is named, or else about the seed articles.
    """
    with TemporaryDirectory() as folder:
        try:
            with Collection(place or Path(folder) / "seeds", create=place is None) as collection:
                if place is None:
                    add_with_progress(collection, seed_articles())
                parts = compare(load(file), collection, reader)
        except UserError as error:
            raise click.ClickException(str(error)) from None
    usual = median(record.milliseconds for record in parts[0])
    click.echo("| | questions | EM | F1 | ms | of a plain question's |")
    click.echo("|---|---:|---:|---:|---:|---:|")
    names = "plain questions", "follow-ups with history", "follow-ups without history"
    for name, records in zip(names, parts, strict=True):
        exact = 100 * fmean(record.em for record in records)
        f1 = 100 * fmean(record.f1 for record in records)
        took = median(record.milliseconds for record in records)
        scores = f"{len(records)} | {exact:.1f} | {f1:.1f}"
        click.echo(f"| {name} | {scores} | {took:.0f} | {took / usual:.1f} |")


if __name__ == "__main__":
    main()
