"""Fit the confidence: from scores to the probability that an answer is right."""

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.collection import Collection
from index.types import Article
from qa.answerer import PASSAGES_READ, Answerer
from qa.ranking import Candidate
from qa.scoring import RIGHT_FROM_F1, f1
from qa.training.data import QuestionFile, read_squad

NEARLY = 0.01
"""A loss in mean F1 that is within the noise of a few hundred questions."""

_SEARCHED = 100
_FOLDS = 8

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Observation:
    """The best answer to one question, over a collection that holds the answer or does not.

    Attributes:
        group: The article the question was written for; folds never split one.
        answerable: Whether that article was in the collection.
        score: `Candidate.score`.
        share: `Candidate.share`.
        similarity: Of the passage of its best place.
        f1: Of the answer, 0 when the question was not answerable.
    """

    group: int
    answerable: bool
    score: float
    share: float
    similarity: float
    f1: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted calibration and how good it is on articles it was not fitted on.

    Attributes:
        calibration: Fields of `qa.ranking.Calibration`.
        ece: Expected calibration error over ten equally filled bins, cross-validated.
        auc: Of confidence, answerable questions against those made unanswerable.
        observations: Number of questions, each counted once with its article and once without.
    """

    calibration: dict[str, float]
    ece: float
    auc: float
    observations: int


def calibrate(dev: Path, distractors: Sequence[Path], model: Path) -> Fit:
    """Fit the confidence of an exported reader and write `calibration.json` beside it.

    Every question of `dev` is asked twice over all paragraphs of all files: as it is, and with
    every paragraph of its article left out, so that nothing answers it.

    Args:
        dev: A SQuAD file of questions that no model was trained on.
        distractors: SQuAD files whose paragraphs make the haystack.
        model: The reader's folder.

    Raises:
        ValueError: If a file is not of the format.
    """
    questions = read_squad(dev)
    files = [questions, *(read_squad(path) for path in distractors)]
    with (
        tempfile.TemporaryDirectory() as folder,
        Collection(Path(folder) / "haystack", create=True) as collection,
    ):
        from qa.building import add_with_progress

        add_with_progress(collection, paragraphs(files))
        answerer = Answerer(collection, reader=str(model))
        observations = list(_observe(questions, answerer))
    fit = fit_calibration(observations)
    fields = {
        **fit.calibration,
        "cross_validated": {"ece": fit.ece, "auc": fit.auc, "observations": fit.observations},
        "fitted_on": dev.name,
        "right_from_f1": RIGHT_FROM_F1,
    }
    (model / "calibration.json").write_text(json.dumps(fields, indent=2) + "\n")
    return fit


def paragraphs(files: Sequence[QuestionFile]) -> Iterator[Article]:
    """Each distinct paragraph of SQuAD files as an article; ids name file, article, paragraph."""
    seen: set[str] = set()
    for file in files:
        for context in file.contexts.values():
            if context.text not in seen:
                seen.add(context.text)
                title = context.title.replace("_", " ")
                yield Article(f"{file.path.name}/{context.id}", title, context.text)


def fit_calibration(observations: Sequence[Observation]) -> Fit:
    """Logistic regression on score, share and similarity, and where answers begin.

    An answer earns its F1, and a no-answer 1 where nothing answers the question, as in
    SQuAD 2.0.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    features = np.array([[each.score, each.share, each.similarity] for each in observations])
    f1s = np.array([each.f1 for each in observations])
    answerable = np.array([each.answerable for each in observations])
    right = f1s >= RIGHT_FROM_F1
    model = LogisticRegression(C=10.0)
    groups = [each.group for each in observations]
    confidence: FloatArray = cross_val_predict(
        model, features, right, groups=groups, cv=GroupKFold(_FOLDS), method="predict_proba"
    )[:, 1]
    model.fit(features, right)
    return Fit(
        {
            "bias": float(model.intercept_[0]),
            "score": float(model.coef_[0][0]),
            "share": float(model.coef_[0][1]),
            "similarity": float(model.coef_[0][2]),
            "threshold": best_threshold(confidence, f1s, answerable),
        },
        calibration_error(confidence, right),
        float(roc_auc_score(answerable, confidence)),
        len(observations),
    )


def best_threshold(
    confidence: FloatArray, f1s: FloatArray, answerable: npt.NDArray[np.bool_]
) -> float:
    """The confidence from which on to answer: the lowest that earns nearly the best mean F1.

    The curve is flat around its top, and an answer with its evidence and a low confidence is
    worth more to a person than silence; so the lowest threshold within `NEARLY` of the best.

    Args:
        confidence: Shape (n,).
        f1s: Shape (n,); what answering earns.
        answerable: Shape (n,); where False, saying nothing earns 1.
    """
    thresholds = np.unique(np.round(confidence, 2))
    answers = confidence[None, :] >= thresholds[:, None]
    earned = np.where(answers, f1s[None, :], np.where(answerable[None, :], 0.0, 1.0)).mean(axis=1)
    return float(thresholds[earned >= earned.max() - NEARLY].min())


def calibration_error(
    confidence: FloatArray, right: npt.NDArray[np.bool_], bins: int = 10
) -> float:
    """Mean distance of confidence and accuracy over equally filled bins (Naeini et al. 2015)."""
    parts = np.array_split(np.argsort(confidence), bins)
    gaps = [len(part) * abs(confidence[part].mean() - right[part].mean()) for part in parts]
    return float(sum(gaps) / len(confidence))


def _observe(questions: QuestionFile, answerer: Answerer) -> Iterator[Observation]:
    from rich.progress import track

    name = questions.path.name
    for question in track(questions.questions, "asking", transient=True):
        context = questions.contexts[question.context]
        own = f"{name}/{context.article}/"
        hits = answerer.collection.search(question.question, _SEARCHED)
        others = [hit for hit in hits if not hit.passage.article_id.startswith(own)]
        golds = [gold.text for gold in question.answers]
        for answerable, among in ((True, hits), (False, others)):
            read = among[:PASSAGES_READ]
            candidates = answerer.candidates(question.question, read)
            if candidates:
                yield _observation(context.article, answerable, candidates[0], golds)


def _observation(
    group: int, answerable: bool, candidate: Candidate, golds: Sequence[str]
) -> Observation:
    best = candidate.evidence[0]
    earned = f1(best.quote, golds) if answerable else 0.0
    return Observation(
        group, answerable, candidate.score, candidate.share, best.hit.similarity, earned
    )
