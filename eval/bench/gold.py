"""`python -m eval.bench.gold SQUAD --reader DIR...`: a reader on the passages that answer.

Every question is read with its own paragraph, without retrieval. The articles are divided into two
halves, one to choose on (weights, thresholds, cascades) and one to report, and each half is
printed. If a file has unanswerable questions, the AUC says how well the score of the best span
tells them from the others, and `pairs` how often a question scores higher than its unanswerable
twin.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np

from eval.metrics import auc
from index.types import Article, Passage
from qa.reading.base import Request
from qa.reading.onnx import Reader
from qa.squad import Half, Question, QuestionFile, half, read_squad
from qa.squad_metrics import score
from qa.types import Span

HALVES: tuple[Half, ...] = ("choosing", "reporting")
BATCH = 32
"""Questions that are read at once."""


class BestSpan(NamedTuple):
    """The best span of a question's paragraph: its text, and its score over "no answer"."""

    answer: str
    score: float


class Scores(NamedTuple):
    """The scores of a reader on a set of questions.

    Attributes:
        questions: Number of answerable questions.
        exact_match: Exact match over these, in percent, as in SQuAD.
        f1: F1 over these, in percent, as in SQuAD.
        auc: Probability that an answerable question scores higher than an unanswerable one; None
            if there is no unanswerable one.
        pairs: Share of questions that score higher than their twins; None without twins.
    """

    questions: int
    exact_match: float
    f1: float
    auc: float | None
    pairs: float | None


def read(reader: Reader, file: QuestionFile) -> dict[Question, BestSpan]:
    """The best span of each question's own paragraph."""
    asked = [(question, _request(file, question)) for question in file.questions]
    best_spans: dict[Question, BestSpan] = {}
    with click.progressbar(range(0, len(asked), BATCH), label="Reading", file=sys.stderr) as starts:
        for first in starts:
            batch = asked[first : first + BATCH]
            spans = reader.read_many([request for _, request in batch], per_passage=1)
            for (question, request), best in zip(batch, spans, strict=True):
                best_spans[question] = _best_span(request, best)
    return best_spans


def _request(file: QuestionFile, question: Question) -> Request:
    context = file.contexts[question.context]
    article = Article(context.id, context.title, context.text, context.published)
    return question.question, [(article, Passage(context.id, 0, len(context.text)))]


def _best_span(request: Request, best: Sequence[Span]) -> BestSpan:
    if not best:
        return BestSpan("", -np.inf)
    ((article, _),) = request[1]
    return BestSpan(article.text[best[0].start : best[0].end], best[0].score)


def scores(file: QuestionFile, best_spans: dict[Question, BestSpan]) -> Scores:
    """The scores of the best spans of a file's questions.

    Raises:
        ValueError: If no question of the file has an answer.
    """
    said = [question for question in file.questions if question.answers]
    unsaid = [question for question in file.questions if not question.answers]
    if not said:
        raise ValueError(f"{file.path}: has no answerable question")
    answers = [best_spans[question].answer for question in said]
    earned = score(answers, [[gold.text for gold in question.answers] for question in said])
    area = None
    if unsaid:
        values = np.array([best_spans[question].score for question in (*said, *unsaid)])
        answerable = np.arange(len(values)) < len(said)
        area = float(auc(values, answerable, np.ones((1, len(values))))[0])
    originals = {question.pair: question for question in said if question.pair}
    twins = [(originals[q.pair], q) for q in unsaid if q.pair in originals]
    higher = [best_spans[original].score > best_spans[twin].score for original, twin in twins]
    pairs = float(np.mean(higher)) if higher else None
    return Scores(len(said), earned.exact_match, earned.f1, area, pairs)


@click.command()
@click.argument("squad", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--reader",
    "folders",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder of a reader, exported or of transformers. Repeatable.",
)
def main(squad: Path, folders: tuple[Path, ...]) -> None:
    """Print the scores of readers on the gold paragraphs of a SQuAD file, by halves."""
    try:
        file = read_squad(squad)
        parts = [(which, half(file, which)) for which in HALVES]
        rows = ["| reader | half | questions | EM | F1 | AUC | pairs |", "|---|---|" + "---:|" * 5]
        for folder in folders:
            best_spans = read(Reader(str(folder)), file)
            rows += [_row(folder.name, which, scores(part, best_spans)) for which, part in parts]
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo("\n".join(rows))


def _row(name: str, which: Half, earned: Scores) -> str:
    area, pairs = ("" if value is None else f"{value:.3f}" for value in (earned.auc, earned.pairs))
    numbers = f"{earned.questions} | {earned.exact_match:.1f} | {earned.f1:.1f} | {area} | {pairs}"
    return f"| {name} | {which} | {numbers} |"


if __name__ == "__main__":
    main()
