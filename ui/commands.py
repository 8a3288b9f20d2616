"""The commands `serve`, `mcp` and `feedback`."""

import json
import re
from pathlib import Path

import click

from index.errors import UserError
from index.place import Place
from qa.cli.options import collection_option, examples, reader_option

library_option = click.option(
    "--library",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the collections that are made on the page; by default in your own data.",
)


@click.command(
    epilog=examples(
        "article-qa serve --open",
        "article-qa serve --collection ~/news --port 8000",
        "article-qa serve --host 0.0.0.0 --api-key KEY --allowed-host news.example",
    )
)
@collection_option
@library_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=7860,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--auth", envvar="QA_AUTH", metavar="USER:PASSWORD", help="Ask for this name and password."
)
@click.option(
    "--api-key",
    envvar="QA_API_KEY",
    metavar="KEY",
    help="Ask for this key: programs send it, the page asks for it once.",
)
@click.option(
    "--allowed-host",
    "allowed_hosts",
    multiple=True,
    metavar="NAME",
    help="Answer only under this name (and localhost); may be given more than once.",
)
@click.option(
    "--cors-origin",
    "cors_origins",
    multiple=True,
    metavar="URL",
    help="Let pages of this site use the API from a browser, as https://news.example; they need "
    "the key, where there is one. May be given more than once.",
)
@click.option(
    "--insecure",
    is_flag=True,
    help="Let everybody in the network read and change the articles, without key or password.",
)
@click.option(
    "--root-path", default="", metavar="PATH", help="Path under which a proxy shows the page."
)
@reader_option
@click.option("--open/--no-open", "browse", default=False, help="Open the page in a browser.")
def serve(
    place: Place | None,
    library: Path | None,
    host: str,
    port: int,
    auth: str | None,
    api_key: str | None,
    allowed_hosts: tuple[str, ...],
    cors_origins: tuple[str, ...],
    insecure: bool,
    root_path: str,
    reader: str | None,
    browse: bool,
) -> None:
    """Open the web page, with its REST API and MCP tool, until it is interrupted."""
    # What follows takes a while, and whoever waits wants to know for what.
    click.echo("article-qa is starting")
    from ui.server import Options, is_loopback, run

    if auth is not None and (":" not in auth or not all(auth.split(":", 1))):
        raise UserError("--auth: give a name and a password, as USER:PASSWORD")
    if not (auth or api_key or insecure or is_loopback(host)):
        raise UserError(
            f"--host {host}: everybody who reaches it could read and change the articles; give "
            "--api-key or --auth, or --insecure if that is meant"
        )
    for origin in cors_origins:
        if not re.fullmatch(r"https?://[^/?#\s]+/?", origin):
            raise UserError(f"--cors-origin: {origin!r} is not a site like https://news.example")
    run(
        Options(
            place,
            library,
            host,
            port,
            auth,
            api_key,
            allowed_hosts,
            cors_origins,
            root_path,
            browse,
            reader,
        )
    )


@click.command(epilog=examples("article-qa mcp --collection ~/news"))
@collection_option
@library_option
@reader_option
def mcp(place: Place | None, library: Path | None, reader: str | None) -> None:
    """Be a tool of an assistant: the Model Context Protocol over stdin and stdout.

    An assistant starts this itself, for example with the configuration

    \b
      {"mcpServers": {"articles": {"command": "article-qa", "args": ["mcp"]}}}

    A server that runs (`article-qa serve`) offers the same at /mcp.
    """  # noqa: D301 - click wants the character itself
    from ui.library import default_folder
    from ui.mcp.server import serve_stdio
    from ui.service import Service

    service = Service(place, library or default_folder(), reader=reader)
    service.library.collection()
    serve_stdio(service)
    service.close()


@click.command(epilog=examples("article-qa feedback > opinions.jsonl"))
@collection_option
def feedback(place: Place | None) -> None:
    """Print what people thought of the answers: question, answer and passages, as JSON lines."""
    from qa.loading import collection_place
    from ui.feedback import folder_of, read

    path = folder_of(place or collection_place())
    if not path.is_dir():
        raise UserError(f"{path}: no collection here")
    for record in read(path):
        click.echo(json.dumps(record, ensure_ascii=False))
