"""Options that several commands have, and how what is typed for them is read."""

from collections.abc import Callable
from datetime import date
from typing import Any

import click

from index.place import Place, place_of


def examples(*lines: str) -> str:
    """The examples at the end of a command's help."""
    title = "Example:" if len(lines) == 1 else "Examples:"
    return "\n".join(("\b", title, *(f"  {line}" for line in lines)))


def reader_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--reader NAME`, for every command that reads."""
    return click.option(
        "--reader",
        metavar="NAME",
        help="small is fast, base is right more often, cascade lets base read again what looks "
        "best to small; or the folder or name of a question-answering model of transformers. By "
        "default $QA_READER, or cascade.",
    )(command)


class _Place(click.ParamType[Place]):
    name = "place"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Place:
        return place_of(str(value))


class Text(click.ParamType[str]):
    """Words, and not what the terminal sent in another encoding."""

    name = "TEXT"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """The words, or a line that says what is wrong with them."""
        text = str(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail(f"{text!r} is not text in UTF-8", param, ctx)
        return text


class Day(click.ParamType[date]):
    """A day as YYYY-MM-DD."""

    name = "YYYY-MM-DD"

    def convert(
        self,
        value: object,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> date:
        """The day, or a line that says what is wrong with it."""
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a day of the form YYYY-MM-DD", param, ctx)


def collection_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--collection DIR`, for every command that opens a collection."""
    return click.option(
        "--collection",
        "place",
        type=_Place(),
        metavar="DIR",
        help="Folder of the collection, or where it is on Milvus, as milvus://HOST:PORT/NAME; by "
        "default $QA_COLLECTION, or your own, which begins with the seed articles.",
    )(command)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--since`, `--until`, `--source` and `--article`, for every command that asks."""
    for option in (
        click.option(
            "--article",
            "articles",
            type=Text(),
            multiple=True,
            metavar="ID",
            help="Only the article of this id, which `list` shows; may be given several times.",
        ),
        click.option(
            "--source",
            type=Text(),
            metavar="TEXT",
            help="Only articles whose source holds TEXT.",
        ),
        click.option("--until", type=Day(), help="Only articles published on this day or before."),
        click.option("--since", type=Day(), help="Only articles published on this day or later."),
    ):
        command = option(command)
    return command
