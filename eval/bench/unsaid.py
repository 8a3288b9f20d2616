"""`python -m eval.bench.unsaid SQUAD --reader DIR...`: does a reader notice a missing answer?

Each question is read with its paragraph, and with that paragraph without the sentences of its
answers: the same subject in the same words, and no answer. Questions whose paragraph has too little
else, or has the answer in another place too, are left out.
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

LEAST_WORDS = 25
"""Words that must be left of a paragraph."""

KEPT = 0.9
"""Share of the paragraphs with an answer that the threshold lets a reader answer."""

BATCH = 32
"""Questions that are read at once."""


class Unsaid(NamedTuple):
    """The scores of a reader on paragraphs with and without their answers.

    Attributes:
        auc: Probability that a paragraph with its answer scores higher than one without.
        answered: Share of the paragraphs without an answer that are answered at the threshold at
            which nine of ten with an answer are.
    """

    auc: float
    answered: float


def without_answer(passage: str, answers: Sequence[Gold]) -> str | None:
    """A passage without the sentences of its answers.

    It is about the same subject in the same words, without the answer: the hardest "no answer".

    Returns:
        None if nothing is left, or what is left still holds an answer.
    """
    kept = []
    position = 0
    # The last character of the answer: a full stop there ends its own sentence.
    for start, end in sorted(
        {sentence_around(passage, gold.start, gold.end - 1) for gold in answers}
    ):
        kept.append(passage[position:start])
        position = max(position, end)
    kept.append(passage[position:])
    rest = " ".join(part.strip() for part in kept if part.strip())
    return None if not rest or holds_answer(rest, answers) else rest


def requests(file: QuestionFile) -> list[tuple[Request, Request]]:
    """The two requests of each question: its paragraph, and the paragraph without the answer."""
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
    """The scores of the best spans in the paragraphs with the answer, and without it."""
    flat = [request for pair in asked for request in pair]
    scores = []
    starts = range(0, len(flat), BATCH)
    with click.progressbar(starts, label="Reading", file=sys.stderr) as batches:
        for first in batches:
            answers = reader.read_many(flat[first : first + BATCH], per_passage=1)
            scores += [spans[0].score for spans in answers]
    both = np.array(scores).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def compare(said: Floats, unsaid: Floats) -> Unsaid:
    """Compare the scores of both kinds of paragraphs, shape (questions,) each."""
    scores, answering = np.concatenate([said, unsaid]), np.arange(2 * len(said)) < len(said)
    area = auc(scores, answering, np.ones((1, len(scores))))
    return Unsaid(float(area[0]), float(np.mean(unsaid >= np.quantile(said, 1 - KEPT))))


@click.command()
@click.argument("squad", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--reader",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of an exported reader. Repeatable.",
)
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
        unsaid = compare(*best_scores(Reader(str(folder)), asked))
        rows.append(f"| {folder.name} | {unsaid.auc:.3f} | {100 * unsaid.answered:.1f} % |")
    click.echo("\n| reader | AUC | answered though not said, where 90 % of what is said is |")
    click.echo("|---|---:|---:|")
    click.echo("\n".join(rows))


if __name__ == "__main__":
    main()
