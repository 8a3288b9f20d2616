"""Commands that fill and keep a collection: `article-qa add`."""

import sys
from pathlib import Path

import click

from qa.cli import collection_option


class _FieldMap(click.ParamType[tuple[str, str]]):
    name = "FIELD=NAME"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        field, equals, name = str(value).partition("=")
        if not (field and equals and name):
            self.fail(f"{value!r} is not of the form FIELD=NAME, as in text=Body", param, ctx)
        return field, name


@click.command()
@click.argument("inputs", nargs=-1, required=True, metavar="PATH|URL...")
@collection_option
@click.option(
    "--embedder", metavar="MODEL", help="For a new collection: a sentence-transformers model."
)
@click.option(
    "--field",
    "fields",
    type=_FieldMap(),
    multiple=True,
    help="For CSV and JSONL: which column or key holds text, title, source, published or id.",
)
def add(
    inputs: tuple[str, ...],
    folder: Path | None,
    embedder: str | None,
    fields: tuple[tuple[str, str], ...],
) -> None:
    """Add articles from files, folders and the web.

    Files of text, Markdown, HTML, PDF, Word, EPUB, CSV and JSON lines, folders and zip archives
    of them; addresses of pages, feeds and sitemaps. An article that is there already is left
    alone, or replaced if it has changed.
    """
    from index.articles import Measured, read_articles
    from index.fetching import WebArticles, is_url
    from qa.building import add_with_progress, open_collection

    problems = 0

    def report(problem: str) -> None:
        nonlocal problems
        problems += 1
        click.echo(f"skipped {problem}", err=True)

    urls = [each for each in inputs if is_url(each)]
    paths = [Path(each) for each in inputs if not is_url(each)]
    files = read_articles(paths, report, dict(fields))
    collection = open_collection(folder, create=True, embedder=embedder)
    sources: list[Measured] = [files] if paths else []
    if urls:
        sources.append(WebArticles(urls, report, lambda each: collection.article(each) is not None))
    added = updated = unchanged = 0
    for source in sources:
        done = add_with_progress(collection, source)
        added, updated = added + done.added, updated + done.updated
        unchanged += done.unchanged
    click.echo(
        f"{added} added, {updated} updated, {unchanged} unchanged, "
        f"{problems} skipped; {collection.counts()[0]} articles in {collection.path}"
    )
    if problems:
        sys.exit(2)
