"""Commands that fill and keep a collection: `article-qa add`, `check`, `backup`, `restore`."""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from index.errors import UserError
from index.place import Place
from index.sources.inputs import Note
from index.types import Added
from qa.cli.options import Day, Text, collection_option, examples

if TYPE_CHECKING:
    from index.collection import Collection


class _FieldMap(click.ParamType[tuple[str, str]]):
    name = "FIELD=NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        field, equals, name = str(value).partition("=")
        if not (field and equals and name):
            self.fail(f"{value!r} is not of the form FIELD=NAME, as in text=Body", param, ctx)
        return field, name


@click.command(
    epilog=examples(
        "article-qa add news/ report.pdf archive.jsonl",
        "article-qa add https://example.org/feed.xml",
        "article-qa add table.csv --map title=headline --map text=body",
        "article-qa add --sync ~/articles >> ~/articles.log 2>&1",
    )
)
@click.argument("inputs", nargs=-1, required=True, metavar="PATH|URL...")
@collection_option
@click.option(
    "--embedder", metavar="MODEL", help="For a new collection: a sentence-transformers model."
)
@click.option(
    "--map",
    "fields",
    type=_FieldMap(),
    multiple=True,
    help="For tables and JSON: which column or key holds text, title, url, source, "
    "published, byline or id, as in --map title=headline.",
)
@click.option(
    "--sync",
    is_flag=True,
    help="For folders: remove the articles of files that are no longer in them.",
)
@click.option(
    "--keep-pdfs",
    is_flag=True,
    help="Keep copies of PDF files, so that `serve` can show their pages beside the text.",
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Processes that share the work; they pay on many cores that fill a cluster.",
)
def add(
    inputs: tuple[str, ...],
    place: Place | None,
    embedder: str | None,
    fields: tuple[tuple[str, str], ...],
    sync: bool,
    keep_pdfs: bool,
    workers: int,
) -> None:
    """Add articles from files, folders and the web.

    Files of text, Markdown, HTML, PDF, Word, EPUB, CSV and JSON, folders and zip archives of
    them; addresses of pages, feeds and sitemaps. An article that is there already is left
    alone, or replaced if it has changed. What is skipped is told, and the exit status is 2.
    """
    from index.sources.files import Measured, read_articles
    from index.sources.sync import remove_vanished, synced_folders
    from index.sources.web import WebArticles, is_url
    from qa.loading import add_with_progress, open_collection

    report = _Report()
    urls = [name for name in inputs if is_url(name)]
    paths = [Path(name) for name in inputs if not is_url(name)]
    folders = synced_folders(paths) if sync else []
    files = read_articles(paths, report, dict(fields))
    collection = open_collection(place, create=True, embedder=embedder)
    if keep_pdfs and not isinstance(collection.path, Path):
        raise UserError(f"{collection.path}: a collection on Milvus keeps no files")
    sources: list[Measured] = [files] if paths else []
    if urls:
        sources.append(WebArticles(urls, report, lambda url: collection.article(url) is not None))
    try:
        for source in sources:
            report.added += add_with_progress(collection, source, workers)
        if keep_pdfs:
            _keep_pdfs(collection, files.ids, report)
        if sync:
            report.removed = len(remove_vanished(collection, folders, files))
    except KeyboardInterrupt:
        click.echo(
            f"interrupted; {collection.counts()[0]} articles are in; "
            "the same command goes on from there",
            err=True,
        )
        sys.exit(130)
    report.show(collection.counts()[0], collection.path)
    if report.skipped:
        sys.exit(2)


@click.command(
    epilog=examples(
        'article-qa edit report-1a2b3c4d --title "The report" --date 2019-01-19',
        "article-qa edit report-1a2b3c4d --no-date",
    )
)
@click.argument("article_id", type=Text(), metavar="ID")
@collection_option
@click.option("--title", type=Text(), help="Its title.")
@click.option("--date", "published", type=Day(), help="The day on which it was published.")
@click.option("--no-date", "undated", is_flag=True, help="It states no such day.")
def edit(
    article_id: str,
    place: Place | None,
    title: str | None,
    published: date | None,
    undated: bool,
) -> None:
    """Correct the title or the date of the article ID, which `list` shows.

    It stays corrected when its file is added again.
    """
    from qa.loading import open_collection

    if title is None and published is None and not undated:
        raise UserError("nothing to correct; give --title, --date or --no-date")
    if published is not None and undated:
        raise UserError("either --date or --no-date")
    with open_collection(place) as collection:
        article = collection.edit(article_id, title=title, published=published, undated=undated)
    click.echo(f"{article.id}  {article.published or 'no date'}  {article.title}")


def _keep_pdfs(collection: "Collection", article_ids: Iterable[str], report: "_Report") -> None:
    """Keep the files of the articles that are PDFs; those inside of archives are not."""
    from index.page_breaks import is_pdf

    for article_id in article_ids:
        article = collection.article(article_id)
        if article is None or not is_pdf(article.source):
            continue
        file = Path(article.source or "")
        if not file.is_file():
            report(Note(f"{article.source}: not kept; only PDFs that are files of their own are"))
        else:
            collection.keep_original(article, file)


class _Report:
    """The outcome of everything that was to be added.

    Attributes:
        added: The articles that went in.
        removed: How many were removed since their files are gone.
        skipped: Why each input that did not go in did not.
        notes: What was read otherwise than it is written.
    """

    def __init__(self) -> None:
        self.added = Added()
        self.removed = 0
        self.skipped: list[str] = []
        self.notes: list[str] = []

    def __call__(self, line: str) -> None:
        """Take a line about an input, and say it at once."""
        isnote = isinstance(line, Note)
        (self.notes if isnote else self.skipped).append(line)
        click.echo(f"{'note:' if isnote else 'skipped'} {line}", err=True)

    def show(self, articles: int, place: Place) -> None:
        """Print the numbers; with all lines again where the output is kept, as in a log."""
        done = self.added
        removed = f"{self.removed} removed, " if self.removed else ""
        notes = f", {len(self.notes)} noted" if self.notes else ""
        click.echo(
            f"{done.added} added, {done.updated} updated, {done.unchanged} unchanged, {removed}"
            f"{len(self.skipped)} skipped{notes}; {articles} articles in {place}"
        )
        if not sys.stdout.isatty():
            for line in self.skipped:
                click.echo(f"skipped {line}")
            for line in self.notes:
                click.echo(f"note: {line}")


@click.command(epilog=examples("article-qa check", "article-qa check --repair"))
@collection_option
@click.option("--repair", "mend", is_flag=True, help="Make anew what is derived and wrong.")
def check(place: Place | None, mend: bool) -> None:
    """Verify every article, passage and vector, and the indexes made of them."""
    from index.maintenance.verify import check as check_collection
    from index.maintenance.verify import repair
    from qa.loading import counted, open_collection

    with open_collection(place) as collection:
        report = check_collection(collection)
        for problem in report.problems:
            click.echo(problem)
        if report.problems and mend and not report.beyond_repair:
            with counted("embedding anew", "passages") as progress:
                repair(collection, report, progress)
            report = check_collection(collection)
            click.echo("repaired" if not report.problems else "not all could be repaired")
            for problem in report.problems:
                click.echo(problem)
        click.echo(
            f"{report.articles} articles and {report.passages} passages checked; "
            f"problems: {len(report.problems) or 'none'}"
        )
    if report.beyond_repair:
        raise UserError("the articles themselves are damaged; `article-qa restore` a backup")
    if report.problems:
        if not mend:
            click.echo("`article-qa check --repair` makes anew what is wrong", err=True)
        sys.exit(2)


@click.command(epilog=examples("article-qa backup /media/usb/articles"))
@click.argument("destination", type=click.Path(path_type=Path))
@collection_option
def backup(destination: Path, place: Place | None) -> None:
    """Copy the collection, also while it is in use, to the folder DESTINATION."""
    from index.maintenance.backup import backup as copy
    from qa.loading import open_collection

    with open_collection(place) as collection:
        count = copy(_folder_of(collection.path), destination)
    click.echo(f"{count} articles copied to {destination}")


@click.command(epilog=examples("article-qa restore /media/usb/articles"))
@click.argument("backed_up", type=click.Path(path_type=Path), metavar="BACKUP")
@collection_option
@click.option("--yes", is_flag=True, help="Do not ask before replacing articles.")
def restore(backed_up: Path, place: Place | None, yes: bool) -> None:
    """Make the collection what it was when it was copied to the folder BACKUP."""
    from index.maintenance.backup import restore as put_back
    from qa.loading import collection_place

    target = _folder_of(place or collection_place())
    if target.exists() and not yes:
        if not sys.stdin.isatty():
            raise UserError(f"this replaces all articles in {target}; if you mean it, add --yes")
        if not click.confirm(f"Replace all articles in {target}?", err=True):
            raise UserError("nothing was restored")
    count = put_back(backed_up, target, lambda line: click.echo(line, err=True))
    click.echo(f"{count} articles restored to {target}")


def _folder_of(place: Place) -> Path:
    if isinstance(place, Path):
        return place
    raise UserError(f"{place}: only a folder is copied; Milvus has backups of its own")
