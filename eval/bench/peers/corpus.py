"""The questions and paragraphs of SQuAD files that the systems are measured on."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.bench.peers.wire import Paragraph
from eval.suites import Question, load, paragraphs
from index.errors import UserError
from index.types import Article

SEED = 5


@dataclass(frozen=True, slots=True)
class Corpus:
    """Questions, each answered by one of the paragraphs.

    Attributes:
        questions: In random order, so that a block of them is a sample too.
        paragraphs: The paragraphs of the questions, and the distractors.
    """

    questions: tuple[Question, ...]
    paragraphs: tuple[Paragraph, ...]

    @property
    def gold_articles(self) -> tuple[str, ...]:
        """Ids of all paragraphs of the articles that answer any question.

        Without them no question can be answered: neighbours of a gold paragraph may answer it too.
        """
        articles = {_article_of(question.articles[0]) for question in self.questions}
        return tuple(
            paragraph.id for paragraph in self.paragraphs if _article_of(paragraph.id) in articles
        )


def read_corpus(suites: Sequence[Path], distractors: Sequence[Path], count: int) -> Corpus:
    """Read SQuAD files.

    Args:
        suites: Files whose questions are asked.
        distractors: Files that only make the haystack bigger.
        count: Number of questions to draw, always the same ones; 0 for all.

    Raises:
        UserError: If a file is no SQuAD file, or two have the same name.
    """
    questions: list[Question] = []
    articles: list[Article] = []
    for suite in map(load, suites):
        if not suite.paragraphs:
            raise UserError(f"{suite.name}: peers are measured on SQuAD files only")
        questions.extend(question for question in suite.questions if question.answerable)
        articles.extend(suite.paragraphs)
    for path in distractors:
        articles.extend(paragraphs(path))
    if len({article.id for article in articles}) < len(articles):
        raise UserError("two of the files have the same name; rename one")
    random.Random(SEED).shuffle(questions)  # noqa: S311 - a sample, no secret
    return Corpus(
        tuple(questions[: count or None]),
        tuple(Paragraph(article.id, article.title, article.text) for article in articles),
    )


def _article_of(paragraph_id: str) -> str:
    return paragraph_id.rpartition("-")[0]
