"""`python -m eval.bench.peers SUITE...`: measure this project and its peers, print the table."""

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from eval.bench.peers.corpus import Corpus, read_corpus
from eval.bench.peers.environment import make_environment
from eval.bench.peers.measure import Outcome, measure
from eval.bench.peers.process import Spec
from eval.bench.peers.table import statistics, table
from index.errors import UserError

SYSTEMS = ("ours", "ours-full", "ours-small", "ours-fp32", "haystack", "txtai")
_PATH = click.Path(path_type=Path, exists=True)


def specs(
    names: Sequence[str], embedder: str, reader: str, peers: str, options: dict[str, str]
) -> list[Spec]:
    """The systems of these names.

    Args:
        names: Of `SYSTEMS`.
        embedder: Folder of the fp32 weights of the embedder.
        reader: Folder of the fp32 weights of the reader.
        peers: Interpreter of the peers' environment.
        options: JSON objects of options, by system.

    Raises:
        UserError: If options are not a JSON object.
    """
    known = {
        "ours": Spec("ours, as bundled", "ours"),
        "ours-full": Spec("ours, all passages read", "ours", options={"adaptive": False}),
        "ours-small": Spec("ours, small reader, int8", "ours", reader="small"),
        "ours-fp32": Spec("ours, fp32 torch", "ours", embedder=embedder, reader=reader),
        "haystack": Spec("Haystack", "haystack", peers, embedder, reader),
        "txtai": Spec("txtai", "txtai", peers, embedder, reader),
    }
    for name, text in options.items():
        try:
            known[name].options.update(json.loads(text))
        except (ValueError, TypeError) as error:
            raise UserError(f"--set {name}: not a JSON object ({error})") from None
    return [known[name] for name in names]


@click.command()
@click.argument("suites", nargs=-1, required=True, type=_PATH, metavar="SUITE...")
@click.option("--distractors", multiple=True, type=_PATH, help="SQuAD files for the haystack.")
@click.option("--embedder", required=True, help="fp32 weights: a sentence-transformers folder.")
@click.option("--reader", required=True, help="fp32 weights: a question-answering model's folder.")
@click.option("--questions", default=200, show_default=True, help="How many; 0 for all.")
@click.option("--python", "peers", help="Interpreter of an environment with the extra 'bench'.")
@click.option(
    "--system", "names", multiple=True, type=click.Choice(SYSTEMS), help="Only these; repeatable."
)
@click.option(
    "--set",
    "options",
    type=(click.Choice(SYSTEMS), str),
    multiple=True,
    help="SYSTEM JSON: tune an adapter.",
)
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="A folder that keeps the indexes: a second run only asks. Clear it when code changes.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Write everything measured as JSON.")
def main(
    suites: tuple[Path, ...],
    distractors: tuple[Path, ...],
    embedder: str,
    reader: str,
    questions: int,
    peers: str | None,
    names: tuple[str, ...],
    options: tuple[tuple[str, str], ...],
    keep: Path | None,
    out: Path | None,
) -> None:
    """Measure this project and its peers on the questions of SQuAD files.

    The peers, and this project once, run EMBEDDER and READER in fp32; this project also runs as it
    is installed, the same while it reads every passage that it finds, and with its small reader.
    Give the weights that the embedder and the small reader were made from.
    """
    began = time.monotonic()

    def tell(message: str) -> None:
        click.echo(f"[{time.monotonic() - began:6.0f} s] {message}", err=True)

    try:
        corpus = read_corpus(suites, distractors, questions)
        names = names or SYSTEMS
        if not peers and {"haystack", "txtai"} & set(names):
            tell("making the peers' environment, if it is not there")
            peers = make_environment()
        folders = [str(Path(model).resolve()) for model in (embedder, reader)]
        systems = specs(names, folders[0], folders[1], peers or sys.executable, dict(options))
        with TemporaryDirectory() as folder:
            outcomes = measure(systems, corpus, keep or Path(folder), tell)
    except UserError as error:
        raise click.ClickException(str(error)) from None
    if out:
        out.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    report(outcomes, corpus)


def report(outcomes: Sequence[Outcome], corpus: Corpus) -> None:
    """Print the table; ratios are to our fp32 run if it is among the systems, else to the first."""
    systems = [statistics(outcome, corpus) for outcome in outcomes]
    reference = next(
        (system for system in systems if system.name == "ours, fp32 torch"), systems[0]
    )
    click.echo(f"{len(corpus.questions)} questions over {len(corpus.paragraphs):,} paragraphs\n")
    click.echo(table(systems, reference))


if __name__ == "__main__":
    main()
