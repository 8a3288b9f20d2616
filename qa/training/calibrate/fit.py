"""Ask questions whose answers are known, and fit the confidence on what comes back."""

import json
import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

from index.collection import Collection
from index.types import Article, Filters, Hit
from qa.pipeline import Answerer
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Candidate, Evidence
from qa.reading.adaptive import RULES
from qa.reading.cached import CachedReader
from qa.reading.cascade import Cascade, Stage, Stages, stages_of
from qa.settings import SETTINGS
from qa.squad import Half, Question, QuestionFile, half_of, read_squad
from qa.squad_metrics import RIGHT_FROM_F1, f1
from qa.training.calibrate.cascade import choose, least_nearly_best
from qa.training.calibrate.confidence import (
    CollectionSize,
    Fit,
    Observation,
    earned,
    fit_calibration,
)
from qa.training.calibrate.curve import Question as Measured
from qa.training.calibrate.curve import curve
from qa.training.calibrate.stopping import Candidates, Read, fit_rules, replay
from qa.training.card import with_section
from qa.training.data import holds_answer

RETRIEVAL_WORTH = (0.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""What is tried, in logits for one point of retrieval score."""

_SEARCHED = 100


class _Asked(NamedTuple):
    """The hits and spans of a question, before answers are made of them."""

    question: Question
    file: str
    group: str
    half: Half
    collection: CollectionSize
    answerable: bool
    hits: list[Hit]
    readings: tuple[list[Evidence], ...]
    """The spans of each of the pipeline's readers in all of the passages."""

    def read(self) -> Read:
        """The question without its answers."""
        return Read(self.question.question, self.group, self.hits, self.readings)


def calibrate(
    dev: Sequence[Path], distractors: Sequence[Path], models: Sequence[Path]
) -> list[Fit]:
    """Fit the confidence of exported readers: `calibration.json` beside each, and in its card.

    Every answerable question of `dev` is asked over all paragraphs of all files, as they are and
    with every paragraph of its article left out, so that nothing answers it. And as collections
    can be small, and what they do not say can be near to what they say, it is asked over the
    paragraphs of its article alone, as they are and without the one that answers it. A question
    that people wrote to have no answer is asked over both as they are. Each file of `dev` counts
    as much as any other, however many questions it has.

    The articles make two halves: everything is chosen and fitted on one of them, and how good it
    is, is reported on the other.

    What retrieval is worth beside the reader's score is chosen first, by what the answers earn at
    the best threshold (`earned`). Of a cascade so are, before that, how many passages are read
    again and what the readers weigh, which go into its manifest. When its readers have read enough
    is fitted too, with the full reading as the teacher, into its `adaptive.json`; its confidence is
    then fitted on what is read by these rules.

    Args:
        dev: SQuAD files of questions that no model was trained on.
        distractors: SQuAD files whose paragraphs make the haystack.
        models: The folders of readers and cascades; what they have in common is read once.

    Raises:
        ValueError: If a file is not of the format, or two have one name.
    """
    questions = [read_squad(path) for path in dev]
    files = [*questions, *(read_squad(path) for path in distractors)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Collection(Path(folder) / "haystack", create=True) as collection,
    ):
        from qa.loading import add_with_progress

        haystack = stored(files)
        add_with_progress(collection, haystack.values())
        readers: dict[str, CachedReader] = {}
        answerers = [
            Answerer(collection, Cascade(stages_of(str(model)), partial(_cached, readers)))
            for model in models
        ]
        asked = _ask(questions, haystack, answerers)
        return [
            _fit(own, answerer, model, [path.name for path in dev])
            for own, answerer, model in zip(asked, answerers, models, strict=True)
        ]


def _fit(asked: Sequence[_Asked], answerer: Answerer, model: Path, dev: Sequence[str]) -> Fit:
    choosing = [question for question in asked if question.half == "choosing"]
    # Anew: a cascade's first reader may just have been fitted.
    stages = replace(stages_of(str(model)), rules=None)
    card = model / "CARD.md"
    text = card.read_text(encoding="utf-8") if card.exists() else ""
    if len(stages.stages) > 1:
        # The first reader's worth of retrieval: the cascade's own is not known yet.
        worth = stages.choosing[-1].retrieval
        choice = choose(stages, lambda tried: _worth(choosing, answerer, tried, worth))
        choice.save(model / "manifest.json")
        text = with_section(text, "Weights", choice.lines())
        stages = replace(stages, stages=(*stages.stages[:-1], choice.stage))
    retrieval = least_nearly_best(
        {worth: _worth(choosing, answerer, stages, worth) for worth in RETRIEVAL_WORTH}
    )
    fit = fit_calibration(list(_observe(asked, answerer, stages, retrieval)))
    if len(stages.stages) == 2:
        calibration = Calibration(**fit.calibration, retrieval=retrieval, fitted=None)
        made = _candidates(answerer, retrieval)
        reads = [question.read() for question in choosing]
        rules = fit_rules(reads, replace(stages, calibration=calibration), made)
        rules.save(model / RULES)
        stages = replace(stages, calibration=calibration, rules=rules)
        fit = fit_calibration(list(_observe(asked, answerer, stages, retrieval)))
        reported = [_measured(question) for question in asked if question.half == "reporting"]
        text = with_section(
            text, "Reading", curve(reported, stages, _candidates(answerer, retrieval))
        )
    # JSON has no NaN.
    auc = {kind: value for kind, value in fit.auc.items() if not math.isnan(value)}
    fields = {
        **fit.calibration,
        "retrieval": retrieval,
        "reported": {"ece": fit.ece, "auc": auc},
        "observations": fit.observations,
        "fitted_on": list(dev),
        "right_from_f1": RIGHT_FROM_F1,
        "embedder": answerer.collection.embedder.name,
        "passages_read": SETTINGS.passages_read,
    }
    (model / "calibration.json").write_text(json.dumps(fields, indent=2) + "\n")
    card.write_text(with_section(text, "Confidence", fit.lines()), encoding="utf-8")
    return fit


def _candidates(answerer: Answerer, retrieval: float) -> Candidates:
    def made(asked: Read, evidence: Sequence[Evidence]) -> Sequence[Candidate]:
        return answerer.candidates(asked.question, asked.hits, evidence, retrieval)

    return made


def _measured(asked: _Asked) -> Measured:
    golds = [gold.text for gold in asked.question.answers] if asked.answerable else []
    return Measured(asked.read(), golds)


def stored(files: Sequence[QuestionFile]) -> dict[str, Article]:
    """Each distinct paragraph of SQuAD files as an article; ids name file, article, paragraph.

    Returns:
        The articles by their texts; their sources name file and article. What several files hold is
        stored as the first one's.

    Raises:
        ValueError: If two files have one name.
    """
    paths: dict[str, Path] = {}
    articles: dict[str, Article] = {}
    for file in files:
        name = file.path.name
        if paths.setdefault(name, file.path.resolve()) != file.path.resolve():
            raise ValueError(f"{file.path}: another file is called {name}, too; rename one")
        for context in file.contexts.values():
            # A part of it is searched for, and of "/mydev.json/1/" "dev.json/1/" would be one.
            source = f"/{name}/{context.article}/"
            article = Article(
                f"{name}/{context.id}", context.title, context.text, context.published, source
            )
            articles.setdefault(context.text, article)
    return articles


def _cached(readers: dict[str, CachedReader], stage: Stage) -> CachedReader:
    """The one reader of a stage's model."""
    if stage.model not in readers:
        readers[stage.model] = CachedReader(stage.load())
    return readers[stage.model]


def _ask(
    files: Sequence[QuestionFile], haystack: Mapping[str, Article], answerers: Sequence[Answerer]
) -> list[list[_Asked]]:
    """The readings of each pipeline for every question, over all its collections."""
    from rich.progress import track

    asked: list[list[_Asked]] = [[] for _ in answerers]
    every = [(file, question) for file in files for question in file.questions]
    for file, question in track(every, "asking", transient=True):
        paragraph = haystack[file.contexts[question.context].text]
        # An article that two files hold is in one half, that of the first.
        group = paragraph.id.rpartition("/")[0]
        half = half_of(int(group.rpartition("/")[2]))
        for size, answerable, ranked in _collections(question, paragraph, answerers[0]):
            hits = ranked[: SETTINGS.passages_read]
            for answerer, own in zip(answerers, asked, strict=True):
                readings = answerer.reader.each(question.question, hits)
                seen = (question, file.path.name, group, half, size, answerable, hits, readings)
                own.append(_Asked(*seen))
    return asked


def _worth(asked: Sequence[_Asked], answerer: Answerer, stages: Stages, retrieval: float) -> float:
    """What the answers earn, if retrieval is worth so much."""
    return earned(list(_observe(asked, answerer, stages, retrieval)))


def _observe(
    asked: Sequence[_Asked], answerer: Answerer, stages: Stages, retrieval: float
) -> Iterator[Observation]:
    for asking in asked:
        question = asking.question
        places = replay(stages, asking.read()).evidence
        candidates = answerer.candidates(question.question, asking.hits, places, retrieval)
        if candidates:
            golds = [gold.text for gold in question.answers]
            yield _observation(asking, candidates[0], golds)


def _collections(
    question: Question, paragraph: Article, answerer: Answerer
) -> Iterator[tuple[CollectionSize, bool, list[Hit]]]:
    """The hits of a question in each kind of collection, and whether it is answerable there."""
    own = paragraph.source
    hits = answerer.collection.search(question.question, _SEARCHED)
    answerable = bool(question.answers)
    yield "large", answerable, hits
    if answerable:
        yield "large", False, [hit for hit in hits if hit.article.source != own]
    hits = answerer.collection.search(question.question, _SEARCHED, Filters(source=own))
    yield "small", answerable, hits
    if not answerable:
        return
    others = [hit for hit in hits if hit.article.id != paragraph.id]
    # Where another paragraph names the answer too, nobody knows whether it answers.
    if not any(holds_answer(hit.article.text, question.answers) for hit in others):
        yield "small", False, others


def _observation(asked: _Asked, candidate: Candidate, golds: Sequence[str]) -> Observation:
    best = candidate.evidence[0]
    right = f1(best.quote, golds) if asked.answerable else 0.0
    return Observation(
        asked.file,
        asked.group,
        asked.half,
        asked.collection,
        asked.answerable,
        candidate.score,
        candidate.share,
        best.hit.similarity,
        right,
    )
