"""The command line: `article-qa ask`, `chat`, `add`, `list`, `remove`, `serve`, `eval`, `train`."""

import importlib
import json
import shutil
import sqlite3
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from index.errors import UserError
from index.place import Place
from qa import filters_of
from qa.cli.options import (
    Text,
    collection_option,
    examples,
    filter_options,
    reader_option,
)

if TYPE_CHECKING:
    from index.collection import Collection
    from index.types import Summary
    from qa.pipeline import Answerer
    from qa.types import Answer

_LAZY = {
    "add": ("qa.cli.collection:add", "Add articles from files, folders and the web."),
    "backup": ("qa.cli.collection:backup", "Copy the collection, also while it is in use."),
    "check": ("qa.cli.collection:check", "Verify the collection; --repair mends it."),
    "edit": ("qa.cli.collection:edit", "Correct the title or the date of an article."),
    "eval": ("eval.commands:evaluate", "Measure the answers on suites of questions."),
    "restore": ("qa.cli.collection:restore", "Go back to a copy of the collection."),
    "feedback": ("ui.commands:feedback", "Print what people thought of the answers."),
    "mcp": ("ui.commands:mcp", "Be a tool of an assistant, over stdin and stdout."),
    "serve": ("ui.commands:serve", "Open the web page, with its REST API."),
    "train": ("qa.training.commands:train", "Train, export and calibrate your own models."),
}


_LISTED_AT_ONCE = 5_000


class _Commands(click.Group):
    """Commands of which some are imported only when they are called or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *_LAZY])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _LAZY:
            return super().get_command(ctx, cmd_name)
        module, name = _LAZY[cmd_name][0].split(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            own = super().get_command(ctx, name)
            rows.append((name, own.get_short_help_str(80) if own else _LAZY[name][1]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    import qa
    from index.embedding.onnx_model import BUNDLED_MODELS

    click.echo(f"article-qa {qa.__version__}")
    for manifest in sorted(BUNDLED_MODELS.glob("*/manifest.json")):
        hashes = json.loads(manifest.read_text()).get("sha256", {})
        if "model.onnx" in hashes:
            click.echo(f"{manifest.parent.name}  sha256 {hashes['model.onnx'][:16]}")
    ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "article-qa add news/ report.pdf",
        'article-qa ask "When was the summit?"',
        "article-qa serve --open",
    )
    + """

\b
The Tab key completes commands and options after this line in ~/.bashrc
(for zsh and fish: zsh_source in ~/.zshrc, fish_source in config.fish):
  eval "$(_ARTICLE_QA_COMPLETE=bash_source article-qa)"
""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version, and the bundled models with the beginnings of their hashes.",
)
def cli() -> None:
    """Answers questions over a collection of articles, in the exact words of the articles."""


@cli.command(
    epilog=examples(
        'article-qa ask "Who met Kim Yong-chol?" --since 2019-01-01',
        'article-qa ask "When was the summit?" --json | jq .text',
        'article-qa ask "When was the summit?" --explain --reader small',
    )
)
@click.argument("question", type=Text())
@collection_option
@filter_options
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@click.option("--explain", is_flag=True, help="Show what each step found, and how long it took.")
@click.option("--top-k", type=click.IntRange(1, 100), help="How many passages to read.")
@reader_option
def ask(
    question: str,
    place: Place | None,
    since: date | None,
    until: date | None,
    source: str | None,
    articles: tuple[str, ...],
    as_json: bool,
    explain: bool,
    top_k: int | None,
    reader: str | None,
) -> None:
    """Answer QUESTION from the articles, with the passages that say so."""
    from qa.trace import Trace

    answerer = _answerer(place, top_k, reader)
    _refuse_unknown(answerer.collection, articles)
    trace = Trace() if explain else None
    filters = filters_of(since, until, source, articles)
    answer = answerer.ask(question, (), filters, trace)
    if as_json:
        click.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
        return
    _show(answer)
    if trace is not None:
        click.echo()
        for line in trace.lines():
            _print_line(line)


@cli.command(
    epilog=examples(
        "article-qa chat",
        "article-qa chat --collection ~/news --source reuters",
        "article-qa chat < questions.txt",
    )
)
@collection_option
@filter_options
@reader_option
def chat(
    place: Place | None,
    since: date | None,
    until: date | None,
    source: str | None,
    articles: tuple[str, ...],
    reader: str | None,
) -> None:
    """Ask one question after another; a follow-up may lean on what came before."""
    from qa.chat import Chat

    answerer = _answerer(place, None, reader)
    _refuse_unknown(answerer.collection, articles)
    conversation = Chat(answerer, filters_of(since, until, source, articles))
    console = _console()
    if sys.stdin.isatty():
        console.print("Ask about the articles. An empty line or Ctrl-D ends the conversation.")
    while True:
        try:
            question = _typed(console)
        except (EOFError, KeyboardInterrupt):
            break
        if not question.strip():
            break
        try:
            _show(conversation.ask(question))
        except UserError as error:
            console.print(str(error), markup=False)
        console.print()


@cli.command(
    name="list",
    epilog=examples("article-qa list | grep 2019", "article-qa list --json | jq -r .id"),
)
@collection_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_articles(place: Place | None, as_json: bool) -> None:
    """List the articles of the collection."""
    collection = _collection(place)
    listed = 0
    while page := collection.summaries(offset=listed, limit=_LISTED_AT_ONCE).articles:
        for article in page:
            click.echo(_json_line(article) if as_json else _text_line(article))
        listed += len(page)


@cli.command(epilog=examples("article-qa remove report-1a2b3c4d"))
@click.argument("article_ids", nargs=-1, required=True, type=Text(), metavar="ID...")
@collection_option
def remove(article_ids: tuple[str, ...], place: Place | None) -> None:
    """Remove articles by the ids that `list` shows."""
    removed = _collection(place).remove(article_ids)
    click.echo(f"{len(removed)} removed")
    _tell_missing(article_id for article_id in article_ids if article_id not in removed)


def main() -> None:
    """Run the command line; what a user can mend is one line and exit status 2."""
    try:
        status = cli.main(prog_name="article-qa", standalone_mode=False)
    except click.exceptions.Exit as error:
        status = error.exit_code
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except UserError as error:
        click.echo(f"article-qa: {error}", err=True)
        status = 2
    except sqlite3.DatabaseError as error:
        click.echo(f"article-qa: the collection cannot be read ({error}); see `check`", err=True)
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; run the same command again to go on", err=True)
        status = 130
    except BrokenPipeError:
        # The reader of our output has gone, as in `article-qa list | head`.
        sys.stderr.close()
        status = 0
    sys.exit(status if isinstance(status, int) else 0)


def _collection(
    place: Place | None, *, create: bool = False, embedder: str | None = None
) -> "Collection":
    from qa.loading import open_collection

    return open_collection(place, create=create, embedder=embedder)


def _answerer(place: Place | None, top_k: int | None, reader: str | None) -> "Answerer":
    from qa.pipeline import Answerer
    from qa.settings import Settings

    settings = Settings(passages_read=top_k) if top_k else Settings()
    return Answerer(_collection(place), reader, settings=settings)


def _refuse_unknown(collection: "Collection", article_ids: Iterable[str]) -> None:
    _tell_missing(
        article_id for article_id in article_ids if collection.article(article_id) is None
    )


def _tell_missing(article_ids: Iterable[str]) -> None:
    missing = list(article_ids)
    if missing:
        raise UserError(f"no article with id {', '.join(missing)}; see `article-qa list`")


def _console() -> Any:  # noqa: ANN401 - rich is imported when something is printed
    from rich.console import Console

    return Console(highlight=False)


def _typed(console: Any) -> str:  # noqa: ANN401 - a console of rich
    """The next line of standard input.

    Raises:
        UserError: If it is not text in UTF-8.
    """
    try:
        line = _edited_line() if sys.stdin.isatty() else str(console.input(""))
        # Some locales let other bytes through as surrogates, which no tokenizer takes.
        line.encode()
    except UnicodeError:
        raise UserError("standard input is not text in UTF-8") from None
    return line


def _edited_line() -> str:
    """A line that can be edited and, with the arrow keys, repeated; also in a later conversation.

    Where there is no readline, as on Windows, the terminal has its own.
    """
    if "readline" not in sys.modules:
        _keep_history()
    # Readline is told what of the prompt takes no room.
    return input("\001\033[1;32m\002> \001\033[0m\002" if "readline" in sys.modules else "> ")


def _keep_history() -> None:
    try:
        import readline
    except ImportError:
        return
    import atexit

    from platformdirs import user_state_path

    history = user_state_path("article-qa", appauthor=False) / "chat_history"
    with suppress(OSError):
        history.parent.mkdir(parents=True, exist_ok=True)
        readline.set_history_length(1_000)
        if history.exists():
            readline.read_history_file(history)

        def keep() -> None:
            with suppress(OSError):
                readline.write_history_file(history)
                history.chmod(0o600)

        atexit.register(keep)


def _print_line(line: str) -> None:
    """A line, broken between words where it is longer than the terminal is wide."""
    if sys.stdout.isatty():
        _console().print(line, markup=False)
    else:
        click.echo(line)


def _show(answer: "Answer") -> None:
    """Print an answer: in colour on a terminal, with marks around its words elsewhere."""
    from qa.rendering import rich_text

    console = _console()
    if console.is_terminal:
        console.print(rich_text(answer, console.width))
    else:
        click.echo(str(answer))


def _text_line(article: "Summary") -> str:
    from qa.rendering import printable

    published = article.published.isoformat() if article.published else "----------"
    line = f"{article.id}  {published}  {printable(article.title or article.source or '')}"
    if not sys.stdout.isatty():
        return line
    columns = shutil.get_terminal_size().columns
    return line if len(line) <= columns else f"{line[: columns - 1]}…"


def _json_line(article: "Summary") -> str:
    fields = {
        "id": article.id,
        "title": article.title,
        "published": article.published.isoformat() if article.published else None,
        "source": article.source,
        "characters": article.characters,
    }
    return json.dumps(fields, ensure_ascii=False)


if __name__ == "__main__":
    main()
