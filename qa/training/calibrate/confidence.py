"""Fitting the calibration: logistic regression on scores, and the threshold. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from qa.reliability import calibration_error
from qa.squad import Half
from qa.squad_metrics import RIGHT_FROM_F1

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

NEARLY = 0.01
"""A loss in what answers earn that is within the noise of a few hundred questions."""

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
        ValueError: A half has no right answer or no wrong one, or but one article to choose on.
    """
    made = _Table.of(observations)
    choosing = np.array([seen.half == "choosing" for seen in observations])
    chosen, reported = made.rows(choosing), made.rows(~choosing)
    if any(len(np.unique(part.right)) < 2 for part in (chosen, reported)):
        raise ValueError("both halves of the articles need answers that are right, and wrong ones")
    # The threshold is chosen by what the fit says of articles that it has not seen.
    crossed = chosen.crossed()
    threshold = best_threshold(crossed, chosen.f1s, chosen.answerable, chosen.weights)
    model = _regression()
    model.fit(chosen.features, chosen.right, chosen.weights)
    confidence: FloatArray = model.predict_proba(reported.features)[:, 1]
    right, answerable = reported.right, reported.answerable
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


def earned(observations: Sequence[Observation]) -> float:
    """What the answers earn at the best threshold, by confidences that folds cross-validate.

    An answer earns its F1, and a silence 1 where nothing answers the question; each file has the
    same say. So a reader that knows what is not said earns more than one that always answers.

    Raises:
        ValueError: If they are of one article.
    """
    made = _Table.of(observations)
    if len(np.unique(made.right)) < 2:
        return float(np.average(made.f1s, weights=made.weights))
    return float(_earned(made.crossed(), made.f1s, made.answerable, made.weights)[1].max())


class _Table(NamedTuple):
    """Observations as columns; `weights` give each file the same say."""

    features: FloatArray
    f1s: FloatArray
    answerable: npt.NDArray[np.bool_]
    groups: npt.NDArray[np.str_]
    weights: FloatArray

    @classmethod
    def of(cls, observations: Sequence[Observation]) -> "_Table":
        return cls(
            np.array([[seen.score, seen.share, seen.similarity] for seen in observations]),
            np.array([seen.f1 for seen in observations]),
            np.array([seen.answerable for seen in observations]),
            np.array([seen.group for seen in observations]),
            same_say([seen.file for seen in observations]),
        )

    def rows(self, which: npt.NDArray[np.bool_]) -> "_Table":
        return _Table(
            self.features[which],
            self.f1s[which],
            self.answerable[which],
            self.groups[which],
            self.weights[which],
        )

    @property
    def right(self) -> npt.NDArray[np.bool_]:
        return self.f1s >= RIGHT_FROM_F1

    def crossed(self) -> FloatArray:
        """The confidence in each answer by a fit that has not seen its article, shape (n,)."""
        from sklearn.model_selection import GroupKFold, cross_val_predict

        articles = len(np.unique(self.groups))
        if articles < 2:
            raise ValueError(
                "every other article is for choosing: ask about three articles or more"
            )
        crossed: FloatArray = cross_val_predict(
            _regression(),
            self.features,
            self.right,
            groups=self.groups,
            cv=GroupKFold(min(_FOLDS, articles)),
            method="predict_proba",
            params={"sample_weight": self.weights},
        )
        return crossed[:, 1]


def _regression() -> "LogisticRegression":
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10.0)


def _auc(answerable: npt.NDArray[np.bool_], confidence: FloatArray) -> float:
    """The AUC; NaN where all or none are answerable."""
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
    thresholds, sums = _earned(confidence, f1s, answerable, weights)
    return float(thresholds[sums >= sums.max() - NEARLY].min())


def _earned(
    confidence: FloatArray,
    f1s: FloatArray,
    answerable: npt.NDArray[np.bool_],
    weights: FloatArray | None,
) -> tuple[FloatArray, FloatArray]:
    """Thresholds, and what is earned on average by answering from each of them on."""
    thresholds = np.unique(np.round(confidence, 2))
    answers = confidence[None, :] >= thresholds[:, None]
    silent = np.where(answerable, 0.0, 1.0)
    each = np.where(answers, f1s[None, :], silent[None, :])
    return thresholds, np.average(each, axis=1, weights=weights)


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
