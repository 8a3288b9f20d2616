"""`python -m eval.bench.parts SQUAD --distractors FILE...`: how far each part alone carries.

Each question is answered over the paragraphs of all files, once with everything and then with one
part taken away: one of the two readers, one of the two rankings, what retrieval is worth beside
the reader, merging the places that agree, passages. Answers count whether they would be given or
not. AUC: how well the confidence tells the questions from the same ones after their articles were
left out.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

import click
import numpy as np
from rich.progress import track

from eval import metrics
from eval.bench.peers.corpus import SEED
from eval.suites import Question, load, paragraphs
from index.backend import Found
from index.collection import Collection
from index.errors import UserError
from index.fusion import fuse
from index.settings import LEXICAL_WEIGHT
from index.types import Article, Hit
from qa.loading import add_with_progress
from qa.pipeline import Answerer
from qa.ranking.evidence import Candidate, Evidence, log_sum_exp, weigh
from qa.reading.cached import CachedReader
from qa.reading.cascade import Cascade, stages_of
from qa.settings import SETTINGS
from qa.squad_metrics import exact_match, f1

CANDIDATES = 50
PASSAGES_READ = SETTINGS.passages_read
MOST_READ = 2 * PASSAGES_READ

Scores = Mapping[int, float]
Merging = Callable[[str, Sequence[Hit], Sequence[Evidence]], list[Candidate]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A way to answer.

    Attributes:
        name: What of it is not as usual.
        answerer: Reads, and says how sure it is.
        score: Passages found, to their scores, best first.
        passages: How many are read.
        merge: Answers out of what was read, best first.
    """

    name: str
    answerer: Answerer
    score: Callable[[Found], Scores]
    passages: int
    merge: Merging


def hybrid(found: Found) -> Scores:
    """Both rankings, as they are always fused."""
    return fuse(found.similarities, found.lexical)


def dense(found: Found) -> Scores:
    """Only what the embedder found."""
    return {each: found.similarities[each] for each in found.dense}


def lexical(found: Found) -> Scores:
    """Only what the words found, on the scale of the fusion."""
    return {each: LEXICAL_WEIGHT * score for each, score in found.lexical.items()}


def apart(worth: float, _: str, hits: Sequence[Hit], places: Sequence[Evidence]) -> list[Candidate]:
    """Each place as an answer of its own, whatever others say the same."""
    evidence = weigh(places, max((hit.score for hit in hits), default=0.0), worth)
    everything = log_sum_exp([*(each.score for each in evidence), 0.0])
    return [
        Candidate((each,), each.score, float(np.exp(each.score - everything)), {})
        for each in sorted(evidence, key=lambda each: -each.score)
    ]


def variants(collection: Collection) -> list[Variant]:
    """Everything, and what is left without a part; all share their readers."""
    cascade = Cascade(stages_of("cascade"))
    readers = {
        stage.model: CachedReader(reader)
        for stage, reader in zip(cascade.stages.stages, cascade.readers, strict=True)
    }
    whole, *alone = (
        Answerer(collection, Cascade(stages_of(name), lambda stage: readers[stage.model]))
        for name in ("cascade", "small", "base")
    )
    worth = whole.calibration.retrieval
    return [
        Variant("everything", whole, hybrid, PASSAGES_READ, partial(_merged, whole, worth)),
        *(
            Variant(
                f"{name} reader alone", each, hybrid, PASSAGES_READ,
                partial(_merged, each, each.calibration.retrieval),
            )
            for name, each in zip(("small", "base"), alone, strict=True)
        ),
        Variant("embedder alone", whole, dense, PASSAGES_READ, partial(_merged, whole, worth)),
        Variant("BM25 alone", whole, lexical, PASSAGES_READ, partial(_merged, whole, worth)),
        Variant(
            "reader's score alone", whole, hybrid, PASSAGES_READ, partial(_merged, whole, 0.0)
        ),
        Variant("places not merged", whole, hybrid, PASSAGES_READ, partial(apart, worth)),
        *(
            Variant(
                f"{count} passage{'s' if count > 1 else ''} read", whole, hybrid, count,
                partial(_merged, whole, worth),
            )
            for count in (1, 3, 5, MOST_READ)
        ),
    ]  # fmt: skip


def _merged(
    answerer: Answerer, worth: float, question: str, hits: Sequence[Hit], places: Sequence[Evidence]
) -> list[Candidate]:
    return answerer.candidates(question, hits, places, worth)


def measure(
    questions: Sequence[Question], collection: Collection
) -> Iterator[tuple[str, float, float, float]]:
    """Name, exact match, F1 and AUC, in percent, of each variant."""
    chosen = variants(collection)
    given: list[list[tuple[float, float]]] = [[] for _ in chosen]  # confidence and F1
    exact: list[list[float]] = [[] for _ in chosen]
    without: list[list[float]] = [[] for _ in chosen]
    for question in track(questions, "asking", transient=True):
        vector = collection.embedder.embed([question.question])[0]
        found = collection.backend.find(question.question, vector, CANDIDATES, None)
        articles = collection.backend.articles_of(found.versions)
        for number, variant in enumerate(chosen):
            hits = _hits(found, variant, articles)
            best = _best(variant, question.question, hits[: variant.passages])
            quote = best[0] if best else ""
            given[number].append((best[1] if best else 0.0, f1(quote, question.answers)))
            exact[number].append(exact_match(quote, question.answers))
            own = question.articles[0].rpartition("-")[0] + "-"
            others = [each for each in hits if not each.passage.article_id.startswith(own)]
            best = _best(variant, question.question, others[: variant.passages])
            without[number].append(best[1] if best else 0.0)
    for variant, answers, hit, nothing in zip(chosen, given, exact, without, strict=True):
        confidence = np.array([each for each, _ in answers] + nothing)
        positive = np.arange(len(confidence)) < len(answers)
        auc = metrics.auc(confidence, positive, np.ones((1, len(confidence))))
        means = fmean(hit), fmean(each for _, each in answers), float(auc[0])
        yield variant.name, 100 * means[0], 100 * means[1], 100 * means[2]


def _hits(found: Found, variant: Variant, articles: Mapping[str, Article]) -> list[Hit]:
    return [
        Hit(
            passage,
            score,
            similarity=found.similarities[number],
            article=articles[passage.article_id],
        )
        for number, score in list(variant.score(found).items())
        if (passage := found.passages[number]).article_id in articles
    ]


def _best(variant: Variant, question: str, hits: Sequence[Hit]) -> tuple[str, float] | None:
    """The best answer's words and confidence."""
    places = variant.answerer.reader.read(question, hits).evidence
    candidates = variant.merge(question, hits, places) if places else []
    if not candidates:
        return None
    best = candidates[0]
    return best.evidence[0].quote, variant.answerer.calibration.probability(best)


@click.command()
@click.argument("squad", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--distractors", type=click.Path(path_type=Path, exists=True), multiple=True,
    help="SQuAD file whose paragraphs make the haystack bigger. Repeatable.",
)  # fmt: skip
@click.option(
    "--questions", "count", default=0, show_default=True,
    help="How many to draw, always the same ones; 0 for all.",
)  # fmt: skip
def main(squad: Path, distractors: tuple[Path, ...], count: int) -> None:
    """Print a table of what is left of the answers without each part."""
    try:
        suite = load(squad)
        texts = [*suite.paragraphs, *(each for path in distractors for each in paragraphs(path))]
    except UserError as error:
        raise click.ClickException(str(error)) from None
    questions = list(suite.questions)
    random.Random(SEED).shuffle(questions)  # noqa: S311 - a sample, no secret
    questions = questions[: count or None]
    with (
        TemporaryDirectory() as folder,
        Collection(Path(folder) / "collection", create=True) as collection,
    ):
        add_with_progress(collection, texts)
        click.echo(f"{len(questions)} questions, {collection.counts()[1]:,} passages\n")
        click.echo("| | EM | F1 | AUC |\n|---|---:|---:|---:|")
        for name, exact, f1s, area in measure(questions, collection):
            click.echo(f"| {name} | {exact:.1f} | {f1s:.1f} | {area:.1f} |")


if __name__ == "__main__":
    main()
