"""From scores to the probability that an answer is right. Pure but for `Calibration.load`."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from qa.ranking.evidence import Candidate
from qa.settings import TIMED_BIAS, TIMED_SLOPE


class FittedOn(NamedTuple):
    """The pipeline that a calibration was fitted on; for another one it tells no probability."""

    embedder: str
    passages_read: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of scores, one against another, and as the probability of being right.

    Logistic regression (Platt 1999); fitted by `article-qa train calibrate`.

    Attributes:
        bias: The intercept.
        score: Weight of `Candidate.score`.
        share: Weight of `Candidate.share`.
        similarity: Weight of the cosine similarity of the question and the best place's passage.
        threshold: An answer below this probability is not given.
        retrieval: What one point of retrieval score adds to a span's score, in logits.
        fitted: The embedder and the number of passages that it was fitted with; None where it
            was not fitted on this reader.
    """

    bias: float
    score: float
    share: float
    similarity: float
    threshold: float
    retrieval: float
    fitted: FittedOn | None = None

    @classmethod
    def load(cls, path: Path) -> "Calibration":
        """Read `calibration.json`; what it says beside these fields is for people."""
        fields = json.loads(path.read_text())
        known = {"embedder", "passages_read"} <= fields.keys()
        fitted = FittedOn(fields["embedder"], fields["passages_read"]) if known else None
        numbers = ("bias", "score", "share", "similarity", "threshold", "retrieval")
        return cls(**{name: float(fields[name]) for name in numbers}, fitted=fitted)

    def is_fitted_on(self, embedder: str | None, passages_read: int) -> bool:
        """Return whether it was fitted with this embedder and this number of passages."""
        return self.fitted == (embedder, passages_read)

    def probability(self, candidate: Candidate) -> float:
        """The probability, in (0, 1), that this answer is right."""
        logit = (
            self.bias
            + self.score * candidate.score
            + self.share * candidate.share
            + self.similarity * candidate.evidence[0].hit.similarity
        )
        if candidate.timed:
            logit = TIMED_BIAS + TIMED_SLOPE * logit
        return logistic(logit)


def logistic(logit: float) -> float:
    """The probability, in (0, 1), of a logit."""
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, logit))))
