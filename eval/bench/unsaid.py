"""`python -m eval.bench.unsaid SQUAD --reader DIR...`: does a reader notice that it is not said?

Each question is read with its paragraph, and with this paragraph without the sentences that its
answers stand in: the same subject in the same words, and no answer. Questions whose paragraph has
nothing else to read, or says the answer in another place too, are left out.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from eval.metrics import Floats, auc
from index.types import Article, Passage
from qa.dates.sentences import sentence_around
from qa.reading.base import Request
from qa.reading.onnx import Reader
from qa.squad import Gold, QuestionFile, read_squad
from qa.training.data import holds_answer

LEAST_WORDS = 25  # Of what is left of a paragraph.
KEPT = 0.9  # Of the answers that are said: how many a reader is to give.
BATCH = 32  # Questions that are read at once.


class Unsaid(NamedTuple):
    """How well a reader tells paragraphs that answer from those that do not.

    Attributes:
        auc: How often a paragraph that answers has the higher score of two.
        answered: The share of those that do not which score as high as nine of ten that do.
    """

    auc: float
    answered: float


def without_answer(passage: str, answers: Sequence[Gold]) -> str | None:
    """A passage without the sentences that its answers stand in.

    It is about what is asked, in the same words, and yet does not say: the hardest "no answer".

    Returns:
        None if nothing is left, or what is left still holds an answer.
    """
    kept = []
    position = 0
    # An answer's last character, since a full stop there ends its sentence and not the next one.
    for start, end in sorted({sentence_around(passage, g.start, g.end - 1) for g in answers}):
        kept.append(passage[position:start])
        position = max(position, end)
    kept.append(passage[position:])
    rest = " ".join(part.strip() for part in kept if part.strip())
    return None if not rest or holds_answer(rest, answers) else rest


def requests(file: QuestionFile) -> list[tuple[Request, Request]]:
    """What is to be read for each question: its paragraph, and what is left of it."""
    made = []
    for question in file.questions:
        whole = file.contexts[question.context].text
        rest = without_answer(whole, question.answers)
        if rest is not None and len(rest.split()) >= LEAST_WORDS:
            made.append((_request(question.question, whole), _request(question.question, rest)))
    return made


def _request(question: str, text: str) -> Request:
    return question, [(Article("", "", text), Passage("", 0, len(text)))]


def best_scores(reader: Reader, asked: Sequence[tuple[Request, Request]]) -> tuple[Floats, Floats]:
    """The score of the best span in the paragraphs that answer, and in those that do not."""
    flat = [request for pair in asked for request in pair]
    scores = []
    starts = range(0, len(flat), BATCH)
    with click.progressbar(starts, label="Reading", file=sys.stderr) as batches:
        for first in batches:
            found = reader.read_many(flat[first : first + BATCH], per_passage=1)
            scores += [spans[0].score for spans in found]
    both = np.array(scores).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def compare(said: Floats, unsaid: Floats) -> Unsaid:
    """Compares the scores of both kinds of paragraphs, (questions,) each."""
    scores, answering = np.concatenate([said, unsaid]), np.arange(2 * len(said)) < len(said)
    area = auc(scores, answering, np.ones((1, len(scores))))
    return Unsaid(float(area[0]), float(np.mean(unsaid >= np.quantile(said, 1 - KEPT))))


@click.command()
@click.argument("squad", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--reader", "folders", multiple=True, required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of an exported reader. Repeatable.",
)  # fmt: skip
def main(squad: Path, folders: tuple[Path, ...]) -> None:
    """Print how well readers notice that the sentence with the answer is missing."""
    try:
        asked = requests(read_squad(squad))
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    if not asked:
        raise click.ClickException(f"{squad}: has no paragraph that can do without its answer")
    click.echo(f"{len(asked)} questions\n")
    rows = []
    for folder in folders:
        found = compare(*best_scores(Reader(str(folder)), asked))
        rows.append(f"| {folder.name} | {found.auc:.3f} | {100 * found.answered:.1f} % |")
    click.echo("\n| reader | AUC | answered though not said, where 90 % of what is said is |")
    click.echo("|---|---:|---:|")
    click.echo("\n".join(rows))


if __name__ == "__main__":
    main()
