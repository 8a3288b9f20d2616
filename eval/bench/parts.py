"""`python -m eval.bench.parts SQUAD --distractors FILE...`: answers with single parts left out.

Each question is answered over the paragraphs of all files, first with everything, then with one
part changed: one of the two readers, one of the two rankings, no retrieval score in the ranking of
answers, no merging of places that agree, or other numbers of passages. The best guess counts, also
if it would not be given. AUC: how well the confidence tells a question from the same one without
its articles.
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
from index.settings import CANDIDATES, LEXICAL_WEIGHT
from index.types import Article, Hit
from qa.loading import add_with_progress
from qa.pipeline import Answerer
from qa.ranking.evidence import Candidate, Evidence, log_sum_exp, weigh
from qa.reading.cached import CachedReader
from qa.reading.cascade import Cascade, stages_of
from qa.settings import SETTINGS
from qa.squad_metrics import exact_match, f1

PASSAGES_READ = SETTINGS.passages_read
MOST_READ = 2 * PASSAGES_READ

Scores = Mapping[int, float]
Merging = Callable[[str, Sequence[Hit], Sequence[Evidence]], list[Candidate]]


@dataclass(frozen=True, slots=True)
class Variant:
    """A configuration to measure.

    Attributes:
        name: Its difference from the default.
        answerer: Reads, and gives the confidence.
        score: Scores the candidates of a search, best first.
        passages: Number of passages that are read.
        merge: Makes candidate answers of the evidence, best first.
    """

    name: str
    answerer: Answerer
    score: Callable[[Found], Scores]
    passages: int
    merge: Merging


def hybrid(found: Found) -> Scores:
    """The fused scores of both rankings: the default."""
    return fuse(found.similarities, found.lexical)


def dense(found: Found) -> Scores:
    """The scores of the dense ranking alone."""
    return {passage_id: found.similarities[passage_id] for passage_id in found.dense}


def lexical(found: Found) -> Scores:
    """The scores of the lexical ranking alone, on the scale of the fusion."""
    return {passage_id: LEXICAL_WEIGHT * score for passage_id, score in found.lexical.items()}


def apart(worth: float, _: str, hits: Sequence[Hit], places: Sequence[Evidence]) -> list[Candidate]:
    """Each place as a candidate of its own, without merging those that agree."""
    evidence = weigh(places, max((hit.score for hit in hits), default=0.0), worth)
    everything = log_sum_exp([*(place.score for place in evidence), 0.0])
    return [
        Candidate((place,), place.score, float(np.exp(place.score - everything)), {})
        for place in sorted(evidence, key=lambda place: -place.score)
    ]


def variants(collection: Collection) -> list[Variant]:
    """The default, and the variants with one part changed; all share their readers."""
    cascade = Cascade(stages_of("cascade"))
    readers = {
        stage.model: CachedReader(reader)
        for stage, reader in zip(cascade.stages.stages, cascade.readers, strict=True)
    }
    whole, *alone = (
        Answerer(collection, Cascade(stages_of(name), lambda stage: readers[stage.model]))
        for name in ("cascade", "small", "base")
    )
    merge = partial(_merged, whole, whole.calibration.retrieval)
    return [
        Variant("everything", whole, hybrid, PASSAGES_READ, merge),
        *(
            Variant(
                f"{name} reader alone",
                answerer,
                hybrid,
                PASSAGES_READ,
                partial(_merged, answerer, answerer.calibration.retrieval),
            )
            for name, answerer in zip(("small", "base"), alone, strict=True)
        ),
        Variant("embedder alone", whole, dense, PASSAGES_READ, merge),
        Variant("BM25 alone", whole, lexical, PASSAGES_READ, merge),
        Variant("reader's score alone", whole, hybrid, PASSAGES_READ, partial(_merged, whole, 0.0)),
        Variant(
            "places not merged",
            whole,
            hybrid,
            PASSAGES_READ,
            partial(apart, whole.calibration.retrieval),
        ),
        *(
            Variant(f"{count} passage{'s' if count > 1 else ''} read", whole, hybrid, count, merge)
            for count in (1, 3, 5, MOST_READ)
        ),
    ]


def _merged(
    answerer: Answerer, worth: float, question: str, hits: Sequence[Hit], places: Sequence[Evidence]
) -> list[Candidate]:
    return answerer.candidates(question, hits, places, worth)


def measure(
    questions: Sequence[Question], collection: Collection
) -> Iterator[tuple[str, float, float, float]]:
    """Name, exact match, F1 and AUC, in percent, of each variant."""
    chosen = variants(collection)
    scored: list[list[tuple[float, float]]] = [[] for _ in chosen]  # confidence and F1
    exact: list[list[float]] = [[] for _ in chosen]
    without: list[list[float]] = [[] for _ in chosen]
    for question in track(questions, "asking", transient=True):
        vector = collection.embedder.embed([question.question])[0]
        candidates = collection.backend.find(question.question, vector, CANDIDATES, None)
        articles = collection.backend.articles_of(candidates.versions)
        for number, variant in enumerate(chosen):
            hits = _hits(candidates, variant, articles)
            best = _best(variant, question.question, hits[: variant.passages])
            quote = best[0] if best else ""
            scored[number].append((best[1] if best else 0.0, f1(quote, question.answers)))
            exact[number].append(exact_match(quote, question.answers))
            own = question.articles[0].rpartition("-")[0] + "-"
            others = [hit for hit in hits if not hit.passage.article_id.startswith(own)]
            best = _best(variant, question.question, others[: variant.passages])
            without[number].append(best[1] if best else 0.0)
    for variant, answers, exact_matches, without_article in zip(
        chosen, scored, exact, without, strict=True
    ):
        confidence = np.array([confidence for confidence, _ in answers] + without_article)
        positive = np.arange(len(confidence)) < len(answers)
        auc = metrics.auc(confidence, positive, np.ones((1, len(confidence))))
        means = fmean(exact_matches), fmean(score for _, score in answers), float(auc[0])
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
    """The text and the confidence of the best answer; None without one."""
    places = variant.answerer.reader.read(question, hits).evidence
    candidates = variant.merge(question, hits, places) if places else []
    if not candidates:
        return None
    best = candidates[0]
    return best.evidence[0].quote, variant.answerer.calibration.probability(best)


@click.command()
@click.argument("squad", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--distractors",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    help="SQuAD file whose paragraphs make the haystack bigger. Repeatable.",
)
@click.option(
    "--questions",
    "count",
    default=0,
    show_default=True,
    help="How many to draw, always the same ones; 0 for all.",
)
def main(squad: Path, distractors: tuple[Path, ...], count: int) -> None:
    """Print the scores of the answers with everything, and with each part changed."""
    try:
        suite = load(squad)
        texts = [
            *suite.paragraphs,
            *(article for path in distractors for article in paragraphs(path)),
        ]
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
