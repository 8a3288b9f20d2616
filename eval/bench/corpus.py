"""Synthetic passages in any number: vectors mixed from real ones with noise, texts sampled."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.types import Article, Passage
from qa.squad import QuestionFile, read_squad

PASSAGES_PER_ARTICLE = 10

Vectors = npt.NDArray[np.float32]


def real_paragraphs(files: Sequence[QuestionFile]) -> list[str]:
    """The distinct paragraphs of SQuAD files."""
    return list(dict.fromkeys(context.text for file in files for context in file.contexts.values()))


def real_questions(files: Sequence[QuestionFile]) -> list[str]:
    """The distinct questions of SQuAD files."""
    return list(dict.fromkeys(question.question for file in files for question in file.questions))


def squad_files(folder: Path) -> list[QuestionFile]:
    """All SQuAD files (`*.json.gz`) in a folder tree."""
    return [read_squad(path) for path in sorted(folder.rglob("*.json.gz"))]


class MadeVectors:
    """Many unit vectors made of few real ones.

    Each is a mixture of two real ones, with noise that has the covariance of the real ones. Recall
    is only worth measuring if made vectors are as hard to search as real ones, for the vectors of
    real questions. 10,305 made of 103 real ones are: recall@20 with 1, 2, 4, 8,
    16, 32 of 200 lists probed is .38 .56 .70 .81 .89 .95, over the 10,305 real ones
    .40 .54 .68 .80 .89 .94. (Without the noise's shape it is .52 .71 .84 .92 .97 .99; and
    questions that are mixtures too find all they seek in one list.) Made of more, they are harder.
    """

    def __init__(self, real: Vectors) -> None:
        self._real = real
        values, axes = np.linalg.eigh(np.cov(real.T))
        self._shape = (axes * np.sqrt(np.maximum(values, 0))).T.astype(np.float32)

    def make(self, count: int, random: np.random.Generator) -> Vectors:
        """`count` unit vectors: shape (count, dimension)."""
        first, second = random.integers(0, len(self._real), (2, count))
        share = random.uniform(0.6, 1.0, (count, 1)).astype(np.float32)
        noise = random.standard_normal((count, len(self._shape)), dtype=np.float32) @ self._shape
        vectors = share * self._real[first] + (1 - share) * self._real[second] + noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors, dtype=np.float32)


def made_articles(
    vectors: Vectors, paragraphs: list[str], begin: int, random: np.random.Generator
) -> Iterator[tuple[Article, list[Passage], npt.NDArray[np.float16]]]:
    """Articles of ten sampled paragraphs, each a passage with one of the vectors.

    Their ids count the passages, from `begin`.
    """
    for first in range(0, len(vectors), PASSAGES_PER_ARTICLE):
        rows = vectors[first : first + PASSAGES_PER_ARTICLE]
        identity = f"{begin + first:09d}"
        chosen = [paragraphs[number] for number in random.integers(0, len(paragraphs), len(rows))]
        passages, start = [], 0
        for text in chosen:
            passages.append(Passage(identity, start, start + len(text)))
            start += len(text) + 2
        article = Article(identity, chosen[0][:40], "\n\n".join(chosen), None, f"/{identity}")
        yield article, passages, rows.astype(np.float16)
