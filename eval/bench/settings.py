"""`python -m eval.bench.settings NAME VALUE...`: scores with other values of a setting.

Every number of `qa.settings` and `index.settings` was chosen on development articles. This asks
their questions again with other values of one of them; the same passages are read only once. Choose
on the choosing half of the articles, and quote the reporting half.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory
from types import MappingProxyType

import click

import index.settings
import qa.settings
from eval.records import Record
from eval.runner import run
from eval.standard import HALVES, halves
from eval.suites import Suite, load
from index.collection import Collection
from index.errors import UserError
from index.sources.files import read_articles
from qa.cli.options import reader_option
from qa.pipeline import Answerer
from qa.reading.cached import CachedReader
from qa.reading.cascade import Cascade, stages_of
from qa.settings import LIKENESS, SATISFACTION, SETTINGS, Settings
from qa.squad import Half

TABLES: Mapping[str, Mapping[str, float]] = {"SATISFACTION": SATISFACTION, "LIKENESS": LIKENESS}
_FIELDS = frozenset(field.name for field in fields(Settings))


def value_of(name: str) -> float:
    """The number of this name: a constant, a row of a table, or a field of `Settings`.

    Raises:
        UserError: If there is none.
    """
    for table in TABLES.values():
        if name in table:
            return table[name]
    if name in _FIELDS:
        return float(getattr(SETTINGS, name))
    for module in (qa.settings, index.settings):
        value = getattr(module, name, None)
        if isinstance(value, int | float):
            return value
    raise UserError(f"{name}: no number of qa/settings.py or index/settings.py")


@contextmanager
def changed(name: str, value: float) -> Iterator[Settings]:
    """Give a number another value within the block, in every module that has imported it.

    Yields:
        The `Settings` to answer with.
    """
    own = value_of(name)
    if name in _FIELDS:
        yield replace(SETTINGS, **{name: int(value)})  # type: ignore[arg-type]
        return
    constant = name
    before: object = own
    after: object = type(own)(value)
    for called, table in TABLES.items():
        if name in table:
            constant, before = called, table
            after = MappingProxyType({**table, name: value})
    modules = [
        module
        for called, module in sys.modules.items()
        if called.split(".")[0] in ("qa", "index") and constant in vars(module)
    ]
    for module in modules:
        setattr(module, constant, after)
    try:
        yield SETTINGS
    finally:
        for module in modules:
            setattr(module, constant, before)


def measure(
    suite: Suite, collection: Collection, reader: Cascade, name: str, values: Sequence[float]
) -> Iterator[tuple[float, list[Record]]]:
    """The records of a suite for each value of a number."""
    for value in values:
        with changed(name, value) as settings:
            answerer = Answerer(collection, reader, settings=settings)
            yield value, list(run(suite, answerer, collection))


def _row(value: float, half: Half, records: Sequence[Record]) -> str:
    answerable = [record for record in records if record.answerable]
    silent = [record.text is None for record in records if not record.answerable]
    figures = [
        fmean(record.em for record in answerable),
        fmean(record.f1 for record in answerable),
        fmean(record.guess_f1 for record in answerable),
        fmean(silent) if silent else float("nan"),
        fmean(record.rank is not None for record in answerable),
        fmean(1 / record.rank if record.rank else 0.0 for record in answerable),
    ]
    cells = " | ".join(f"{100 * figure:.1f}" for figure in figures)
    return f"| {value:g} | {half} | {len(records)} | {cells} |"


@click.command()
@click.argument("name")
@click.argument("values", nargs=-1, type=float)
@click.option(
    "--suite",
    "file",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="A JSONL suite of questions on the articles.",
)
@click.option(
    "--articles",
    type=click.Path(path_type=Path, exists=True),
    required=True,
    help="The folder of its articles.",
)
@reader_option
def main(
    name: str, values: tuple[float, ...], file: Path, articles: Path, reader: str | None
) -> None:
    """Print the figures of a suite by halves of its articles, for values of the number NAME.

    NAME is a constant of qa/settings.py or index/settings.py, a row of SATISFACTION or LIKENESS, or
    a field of Settings. Without values, half of it to one and a half of it are tried.
    """
    try:
        own = value_of(name)
        tried = list(values) or [own * part for part in (0.5, 0.75, 1.0, 1.25, 1.5)]
        suite = load(file)
        half_by_id = halves(suite)
        cached = Cascade(stages_of(reader)).wrapped(partial(CachedReader, limit=None))
        click.echo(f"{name} = {own:g} on {suite.name}\n")
        click.echo(
            "| value | half | questions | EM | F1 | F1 of the best guess | silence recall "
            "| recall of passages | mean reciprocal rank |"
        )
        click.echo("|---:|---|---:|---:|---:|---:|---:|---:|---:|")
        with (
            TemporaryDirectory() as folder,
            Collection(Path(folder) / "articles", create=True) as collection,
        ):
            collection.add(read_articles([articles], lambda told: click.echo(told, err=True)))
            for value, records in measure(suite, collection, cached, name, tried):
                for half in HALVES:
                    part = [record for record in records if half_by_id[record.id] == half]
                    if any(record.answerable for record in part):
                        click.echo(_row(value, half, part))
    except UserError as error:
        raise click.ClickException(str(error)) from None


if __name__ == "__main__":
    main()
