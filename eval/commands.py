"""`article-qa eval SUITE...` and `article-qa eval new`."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from index.errors import UserError
from index.place import Place
from qa.cli.options import collection_option, examples, reader_option

if TYPE_CHECKING:
    from eval.records import Record
    from eval.results import SuiteResult
    from eval.runner import Progress
    from eval.suites import Suite
    from index.collection import Collection
    from index.types import Article

SEEDS_SUITE = Path(__file__).resolve().parent / "suites" / "seeds.jsonl"

_PATH = click.Path(path_type=Path)

_RESULTS = "results.json"
_REPORT = "report.html"


class _RunByDefault(click.Group):
    """`eval SUITE...` means `eval run SUITE...`, unless SUITE is the name of a command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        known = bool(args) and args[0] in self.commands
        return super().parse_args(ctx, args if known else ["run", *args])


@dataclass(frozen=True, slots=True)
class _Setting:
    """The options of a run; `opened` opens the collection of a suite without paragraphs."""

    opened: "Callable[[], AbstractContextManager[Collection]]"
    passages: str
    distractors: Sequence[Path]
    reader: str | None
    top_k: int | None
    limit: int | None


@click.group(
    cls=_RunByDefault,
    name="eval",
    epilog=examples("article-qa eval --out report/", "article-qa eval my-questions.jsonl"),
)
def evaluate() -> None:
    """Measure the answers on suites of questions."""


@evaluate.command(
    epilog=examples(
        "article-qa eval run my-questions.jsonl --out report/",
        "article-qa eval run squad.json --passages gold --reader small",
    )
)
@click.argument("suites", nargs=-1, type=_PATH, metavar="[SUITE]...")
@collection_option
@click.option(
    "--passages",
    type=click.Choice(["all", "gold"]),
    default="all",
    show_default=True,
    help="For a SQuAD file: find passages among all its paragraphs, or read the gold one alone.",
)
@click.option(
    "--distractors",
    type=_PATH,
    multiple=True,
    metavar="FILE",
    help="A SQuAD file whose paragraphs make the haystack bigger. Repeatable.",
)
@click.option("--out", type=_PATH, metavar="DIR", help="Write results.json and report.html here.")
@click.option(
    "--baseline",
    type=_PATH,
    metavar="FILE",
    help="Compare with this results.json; exit 1 if EM or F1 is significantly lower.",
)
@click.option(
    "--require",
    "requirements",
    multiple=True,
    metavar="METRIC=VALUE",
    help="Exit 1 if a suite misses it, as in f1=0.5 or latency_p95_ms=300. Repeatable.",
)
@reader_option
@click.option("--top-k", type=click.IntRange(1, 100), help="How many passages to read.")
@click.option("--limit", type=click.IntRange(1), help="Only the first questions of each suite.")
@click.pass_context
def run(
    ctx: click.Context,
    suites: tuple[Path, ...],
    place: Place | None,
    passages: str,
    distractors: tuple[Path, ...],
    out: Path | None,
    baseline: Path | None,
    requirements: tuple[str, ...],
    reader: str | None,
    top_k: int | None,
    limit: int | None,
) -> None:
    """Ask every question of each SUITE and score the answers.

    A SUITE is a JSONL file of questions on a collection, or a SQuAD v1.1 or v2.0 file. Without
    one, the bundled suite on the seed articles is run. `article-qa eval new` drafts a suite from
    your own articles.
    """
    from eval import results
    from eval.suites import load

    required = [_requirement(text) for text in requirements]
    before = results.read(baseline) if baseline else {}
    loaded = [load(path) for path in suites or (SEEDS_SUITE,)]
    names = [suite.name for suite in loaded]
    if len(set(names)) < len(names):
        raise UserError(f"two suites have one name: {', '.join(names)}; rename a file")
    if baseline and not set(names) & set(before):
        raise UserError(f"{baseline}: has none of the suites {', '.join(names)}")
    if out:
        _prepare(out)

    if not suites and ctx.get_parameter_source("place") is not ParameterSource.COMMANDLINE:
        # The bundled suite is about the seeds alone, whatever the user's own collection holds.
        opened = _seeds
    else:
        opened = partial(_opened, place)
    setting = _Setting(opened, passages, distractors, reader, top_k, limit)
    measured = [_measure(suite, setting) for suite in loaded]
    losses = _told(measured, before, out)
    misses = [miss for suite in measured for miss in _misses(suite, required)] + losses
    for miss in misses:
        click.echo(miss, err=True)
    ctx.exit(1 if misses else 0)


@evaluate.command()
@click.option(
    "--data",
    type=_PATH,
    required=True,
    metavar="DIR",
    help="Folder with written-dev.jsonl, its articles/, and xquad-en-dev.json.gz.",
)
@click.option(
    "--distractors",
    type=_PATH,
    multiple=True,
    metavar="FILE",
    help="A SQuAD file whose paragraphs make XQuAD's haystack bigger. Repeatable.",
)
@click.option("--out", type=_PATH, metavar="DIR", help="Write results.json and report.html here.")
@click.option("--limit", type=click.IntRange(1), help="Only the first questions of each suite.")
@reader_option
def standard(
    data: Path,
    distractors: tuple[Path, ...],
    out: Path | None,
    limit: int | None,
    reader: str | None,
) -> None:
    """Measure the seeds suite, and the development suites by halves of their articles.

    Choose on the choosing half; report the other. Files are known by their sha256.
    """
    from eval import results
    from eval.standard import HALVES, WRITTEN, WRITTEN_ARTICLES, XQUAD, articles_of, halves
    from eval.suites import load

    written, articles, xquad = (file.find(data) for file in (WRITTEN, WRITTEN_ARTICLES, XQUAD))
    if out:
        _prepare(out)
    seeds = _Setting(_seeds, "all", (), reader, None, limit)
    over_articles = replace(seeds, opened=partial(_temporary, articles_of(articles)))
    over_paragraphs = replace(seeds, distractors=distractors)
    measured = [_measure(load(SEEDS_SUITE), seeds)]
    for path, setting in ((written, over_articles), (xquad, over_paragraphs)):
        suite = load(path)
        whole, half_by_id = _measure(suite, setting), halves(suite)
        for half in HALVES:
            records = [record for record in whole.records if half_by_id[record.id] == half]
            if records:
                name = f"{suite.name}, {half} half"
                measured.append(results.result(name, whole.passages, records))
    _told(measured, {}, out)


def _told(
    measured: "Sequence[SuiteResult]", before: "Mapping[str, Sequence[Record]]", out: Path | None
) -> list[str]:
    """Print and write the results; returns a line for each suite that is significantly worse."""
    from rich.console import Console

    from eval import report, results

    compared = [
        results.compare(suite, before[suite.name]) for suite in measured if suite.name in before
    ]
    console = Console(highlight=False)
    report.print_table(measured, console)
    report.print_comparisons(compared, console)
    if out:
        results.write(measured, out / _RESULTS)
        report.write_html(measured, compared, out / _REPORT)
        click.echo(f"\n{out / _REPORT}\n{out / _RESULTS}")
    return [
        f"{comparison.name}: significantly worse than the baseline"
        for comparison in compared
        if comparison.is_loss
    ]


@evaluate.command(epilog=examples("article-qa eval new --out my-questions.jsonl"))
@collection_option
@click.option(
    "--out", type=_PATH, required=True, metavar="FILE", help="The suite to write, .jsonl."
)
@click.option("--feedback", type=_PATH, metavar="FILE", help="What `feedback` prints, in a file.")
@click.option(
    "--per-article",
    type=click.IntRange(0),
    default=3,
    show_default=True,
    help="How many questions to draft of each article.",
)
def new(place: Place | None, out: Path, feedback: Path | None, per_article: int) -> None:
    """Draft a suite from a collection, and from what users asked, for you to correct."""
    from eval.new import draft, from_feedback, write
    from qa.loading import open_collection

    if out.suffix != ".jsonl":
        raise UserError(f"{out}: a suite ends in .jsonl")
    asked = list(from_feedback(feedback)) if feedback else []
    collection = open_collection(place)
    count = write([*asked, *draft(collection.articles(), per_article)], out)
    click.echo(f"{count} questions in {out}: correct them, then run `article-qa eval {out}`")


@evaluate.command(epilog=examples("article-qa eval squad my-questions.jsonl --out dev.json"))
@click.argument("suite", type=_PATH)
@collection_option
@click.option(
    "--out", type=_PATH, required=True, metavar="FILE", help="The file to write, .json or .json.gz."
)
def squad(suite: Path, place: Place | None, out: Path) -> None:
    """Write a SUITE on a collection as a SQuAD file, for `article-qa train calibrate`."""
    from eval.squad_file import write_squad
    from eval.suites import load

    if not out.name.removesuffix(".gz").endswith(".json"):
        raise UserError(f"{out}: a SQuAD file ends in .json or .json.gz")
    with _opened(place) as collection:
        count, left_out = write_squad(load(suite), collection, out)
    for question in left_out:
        reason = "a follow-up" if question.history else "not in the text of an article"
        click.echo(f"{question.place}: left out, {reason}", err=True)
    click.echo(f"{count} questions in {out}")


def _measure(suite: "Suite", setting: _Setting) -> "SuiteResult":
    from eval import results, runner

    suite = replace(suite, questions=suite.questions[: setting.limit])
    if not suite.paragraphs:
        if setting.passages == "gold" or setting.distractors:
            raise UserError(
                f"suite {suite.name}: only a SQuAD file has gold passages and distractors"
            )
        with setting.opened() as collection:
            records = _asked(suite, setting, collection)
        return results.result(suite.name, "collection", records)
    if setting.passages == "gold":
        from qa.reading.cascade import stages_of
        from qa.reading.shared import load_reader

        with _progress(suite) as progress:
            # With the passage given, only the last reader of a cascade counts.
            reading = load_reader(stages_of(setting.reader).stages[-1])
            records = list(runner.read_gold(suite, reading, progress))
        return results.result(suite.name, "gold", records)
    with _temporary(_haystack(suite, setting.distractors)) as collection:
        records = _asked(suite, setting, collection)
    return results.result(suite.name, "all", records)


def _asked(suite: "Suite", setting: _Setting, collection: "Collection") -> "list[Record]":
    from eval import runner
    from qa.pipeline import Answerer
    from qa.settings import Settings

    settings = Settings(passages_read=setting.top_k) if setting.top_k else Settings()
    answerer = Answerer(collection, setting.reader, settings=settings)
    with _progress(suite) as progress:
        return list(runner.run(suite, answerer, collection, progress))


def _haystack(suite: "Suite", distractors: Sequence[Path]) -> "list[Article]":
    from eval.suites import paragraphs

    haystack = {article.id: article for article in suite.paragraphs}
    for path in distractors:
        for article in paragraphs(path):
            if haystack.setdefault(article.id, article).text != article.text:
                raise UserError(f"{path}: another file of this name is in the haystack; rename it")
    return list(haystack.values())


@contextmanager
def _temporary(articles: "Sequence[Article]") -> "Iterator[Collection]":
    from index.collection import Collection
    from qa.loading import add_with_progress

    with (
        TemporaryDirectory(prefix="article-qa-eval-") as folder,
        Collection(Path(folder), create=True) as collection,
    ):
        add_with_progress(collection, articles)
        yield collection


@contextmanager
def _seeds() -> "Iterator[Collection]":
    from qa.loading import seed_articles

    with _temporary(list(seed_articles())) as collection:
        yield collection


@contextmanager
def _opened(place: Place | None) -> "Iterator[Collection]":
    from qa.loading import open_collection

    with open_collection(place) as collection:
        yield collection


@contextmanager
def _progress(suite: "Suite") -> "Iterator[Progress]":
    """Show a progress bar on a terminal, with the remaining time."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(suite.name, total=len(suite.questions))
        yield lambda count: bar.advance(task, count)


def _requirement(text: str) -> tuple[str, float]:
    from eval.summary import METRICS

    name, _, value = text.partition("=")
    if name not in METRICS:
        raise UserError(f"--require {text}: no such metric; there are {', '.join(METRICS)}")
    try:
        return name, float(value)
    except ValueError:
        raise UserError(f"--require {text}: write it as {name}=0.5") from None


def _misses(suite: "SuiteResult", required: Sequence[tuple[str, float]]) -> Iterator[str]:
    from eval.summary import METRICS

    for name, bound in required:
        value = suite.values[name].value
        if value is None:
            yield f"{suite.name}: {name} cannot be measured on this suite"
        elif METRICS[name].better == "higher" and value < bound:
            yield f"{suite.name}: {name} is {value:.4g}, below the required {bound:g}"
        elif METRICS[name].better == "lower" and value > bound:
            yield f"{suite.name}: {name} is {value:.4g}, above the allowed {bound:g}"


def _prepare(folder: Path) -> None:
    """Create the folder of a run, and check before the run that files can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be created ({error.strerror})") from error
    path = folder
    try:
        # Only an attempt tells: root may write anywhere but on a read-only disk.
        with TemporaryFile(dir=folder):
            pass
        for path in (folder / _RESULTS, folder / _REPORT):
            if path.exists():
                path.open("ab").close()
    except OSError as error:
        raise UserError(f"{path}: cannot be written ({error.strerror})") from error
