"""Exact match and F1 of an answer, as SQuAD v1.1 counts them (Rajpurkar et al. 2016)."""

import re
import string
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_PUNCTUATION = str.maketrans("", "", string.punctuation)
_ARTICLES = re.compile(r"\b(a|an|the)\b")


RIGHT_FROM_F1 = 0.5
"""An answer counts as right, to a confidence, from this F1 on: "a letter" for "a new letter"."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Means over `questions` questions, in percent."""

    exact_match: float
    f1: float
    questions: int

    def __str__(self) -> str:
        return f"EM {self.exact_match:.1f} F1 {self.f1:.1f} ({self.questions} questions)"


def normalise(text: str) -> str:
    """Lower case, without ASCII punctuation, articles and surplus white space."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(answer: str, golds: Sequence[str]) -> float:
    """1 if the answer is one of the golds, else 0."""
    return float(any(normalise(answer) == normalise(gold) for gold in golds))


def f1(answer: str, golds: Sequence[str]) -> float:
    """The best harmonic mean of word precision and recall against a gold, in [0, 1]."""
    return max((_f1(normalise(answer).split(), normalise(g).split()) for g in golds), default=0.0)


def _f1(answer: list[str], gold: list[str]) -> float:
    common = (Counter(answer) & Counter(gold)).total()
    return 2 * common / (len(answer) + len(gold)) if common else float(answer == gold)


def score(answers: Sequence[str], golds: Sequence[Sequence[str]]) -> Scores:
    """The mean scores of answers against the golds of their questions."""
    count = max(len(answers), 1)
    pairs = list(zip(answers, golds, strict=True))
    return Scores(
        100 * sum(exact_match(*pair) for pair in pairs) / count,
        100 * sum(f1(*pair) for pair in pairs) / count,
        len(answers),
    )
