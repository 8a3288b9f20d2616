"""Fitting the calibration: logistic regression on scores, and the threshold. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from qa.reliability import calibration_error
from qa.squad import Half
from qa.squad_metrics import RIGHT_FROM_F1

NEARLY = 0.01
"""A loss in mean F1 that is within the noise of a few hundred questions."""

_FOLDS = 8


FloatArray = npt.NDArray[np.float64]
CollectionSize = Literal["large", "small"]


@dataclass(frozen=True, slots=True)
class Observation:
    """The best answer to one question, over a collection that holds the answer or does not.

    Attributes:
        file: The file of the question.
        group: The file and article that it was written for; folds never split one.
        half: That of the article.
        collection: All paragraphs, or only those of the question's article.
        answerable: Whether what answers the question was in the collection.
        score: `Candidate.score`.
        share: `Candidate.share`.
        similarity: Of the passage of its best place.
        f1: Of the answer, 0 when the question was not answerable.
    """

    file: str
    group: str
    half: Half
    collection: CollectionSize
    answerable: bool
    score: float
    share: float
    similarity: float
    f1: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A calibration fitted on one half of the articles, and how good it is on the other.

    Attributes:
        calibration: Fields of `qa.ranking.calibration.Calibration`.
        ece: `qa.reliability.calibration_error`, for each file over large and small collections.
        auc: Of confidence, answerable questions against the others, likewise.
        observations: How many answers were seen, likewise.
        accuracy: Of the share of all answers that confidence is highest for, how many are right:
            the other side of the risk-coverage curve.
    """

    calibration: dict[str, float]
    ece: dict[str, float]
    auc: dict[str, float]
    observations: dict[str, int]
    accuracy: dict[float, float]

    def lines(self) -> list[str]:
        """The section of the model card about it, in Markdown."""
        return [
            f"Answers are given from a probability of {self.calibration['threshold']:.2f} on. "
            "On the articles that had no part in the fit or in any choice:",
            "",
            "| questions, collection | answers | calibration error | AUC, answerable or not |",
            "|---|---|---|---|",
            *(
                f"| {kind} | {count:,} | {self.ece[kind]:.3f} | {self.auc[kind]:.3f} |"
                for kind, count in self.observations.items()
            ),
            "",
            "| share of answers, surest first | right |",
            "|---|---|",
            *(f"| {share:.0%} | {right:.1%} |" for share, right in self.accuracy.items()),
        ]


def fit_calibration(observations: Sequence[Observation]) -> Fit:
    """Logistic regression on score, share and similarity, and where answers begin.

    Both are fitted on the articles of the choosing half, and measured on those of the other. An
    answer earns its F1, and a no-answer 1 where nothing answers the question, as in SQuAD 2.0.
    Each file has the same say, whatever its size.

    Raises:
        ValueError: A half has no right answer or no wrong one.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict

    features = np.array([[seen.score, seen.share, seen.similarity] for seen in observations])
    f1s = np.array([seen.f1 for seen in observations])
    answerable = np.array([seen.answerable for seen in observations])
    right = f1s >= RIGHT_FROM_F1
    groups = np.array([seen.group for seen in observations])
    choosing = np.array([seen.half == "choosing" for seen in observations])
    if any(len(np.unique(right[part])) < 2 for part in (choosing, ~choosing)):
        raise ValueError("both halves of the articles need answers that are right, and wrong ones")
    weights = same_say([seen.file for seen in observations])
    model = LogisticRegression(C=10.0)
    folds = GroupKFold(min(_FOLDS, len(np.unique(groups[choosing]))))
    # The threshold is chosen by what the fit says of articles that it has not seen.
    crossed: FloatArray = cross_val_predict(
        model,
        features[choosing],
        right[choosing],
        groups=groups[choosing],
        cv=folds,
        method="predict_proba",
        params={"sample_weight": weights[choosing]},
    )[:, 1]
    threshold = best_threshold(crossed, f1s[choosing], answerable[choosing], weights[choosing])
    model.fit(features[choosing], right[choosing], weights[choosing])
    confidence: FloatArray = model.predict_proba(features[~choosing])[:, 1]
    right, answerable = right[~choosing], answerable[~choosing]
    labels = np.array([f"{seen.file}, {seen.collection}" for seen in observations])[~choosing]
    kinds = [(str(kind), labels == kind) for kind in dict.fromkeys(labels)]
    return Fit(
        {
            "bias": float(model.intercept_[0]),
            "score": float(model.coef_[0][0]),
            "share": float(model.coef_[0][1]),
            "similarity": float(model.coef_[0][2]),
            "threshold": threshold,
        },
        {kind: float(calibration_error(confidence[own], right[own])) for kind, own in kinds},
        {kind: _auc(answerable[own], confidence[own]) for kind, own in kinds},
        {kind: int(own.sum()) for kind, own in kinds},
        accuracy_by_coverage(confidence, right),
    )


def _auc(answerable: npt.NDArray[np.bool_], confidence: FloatArray) -> float:
    from sklearn.metrics import roc_auc_score

    if answerable.all() or not answerable.any():
        return float("nan")
    return float(roc_auc_score(answerable, confidence))


def same_say(files: Sequence[str]) -> FloatArray:
    """Weights with which each file weighs the same, shape (n,), 1 on average.

    Example:
        >>> same_say(["a", "a", "a", "b"]).tolist()
        [0.6666666666666666, 0.6666666666666666, 0.6666666666666666, 2.0]
    """
    sizes = Counter(files)
    return np.array([len(files) / len(sizes) / sizes[file] for file in files])


def best_threshold(
    confidence: FloatArray,
    f1s: FloatArray,
    answerable: npt.NDArray[np.bool_],
    weights: FloatArray | None = None,
) -> float:
    """The confidence from which on to answer: the lowest that earns nearly the best mean F1.

    The curve is flat around its top, and an answer with its evidence and a low confidence is
    worth more to a person than silence; so the lowest threshold within `NEARLY` of the best.

    Args:
        confidence: Shape (n,).
        f1s: Shape (n,); what answering earns.
        answerable: Shape (n,); where False, saying nothing earns 1.
        weights: Shape (n,); the same for all by default.
    """
    thresholds = np.unique(np.round(confidence, 2))
    answers = confidence[None, :] >= thresholds[:, None]
    earned = np.average(
        np.where(answers, f1s[None, :], np.where(answerable[None, :], 0.0, 1.0)), 1, weights
    )
    return float(thresholds[earned >= earned.max() - NEARLY].min())


def accuracy_by_coverage(
    confidence: FloatArray, right: npt.NDArray[np.bool_], parts: int = 5
) -> dict[float, float]:
    """Shares of right answers among the surest, for growing shares of all answers.

    Args:
        confidence: Shape (n,); n at least `parts`.
        right: Shape (n,).
        parts: How many shares.
    """
    surest = right[np.argsort(-confidence, kind="stable")]
    shares = [number / parts for number in range(1, parts + 1)]
    return {share: float(surest[: max(1, round(share * len(surest)))].mean()) for share in shares}
