"""What the systems are asked: questions and paragraphs of SQuAD files."""

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
        paragraphs: Those of the questions, and the distractors.
    """

    questions: tuple[Question, ...]
    paragraphs: tuple[Paragraph, ...]

    @property
    def gold_articles(self) -> tuple[str, ...]:
        """Ids of all paragraphs of the articles that answer any question.

        Without them none of the questions can be answered, although the neighbours of a gold
        paragraph may well answer it too.
        """
        articles = {_article_of(question.articles[0]) for question in self.questions}
        return tuple(each.id for each in self.paragraphs if _article_of(each.id) in articles)


def read_corpus(suites: Sequence[Path], distractors: Sequence[Path], count: int) -> Corpus:
    """Read SQuAD files.

    Args:
        suites: Files whose questions are asked.
        distractors: Files that only make the haystack bigger.
        count: How many questions to draw, always the same ones; 0 for all.

    Raises:
        UserError: If a file is no SQuAD file, or two have the same name.
    """
    questions: list[Question] = []
    articles: list[Article] = []
    for suite in map(load, suites):
        if not suite.paragraphs:
            raise UserError(f"{suite.name}: peers are measured on SQuAD files only")
        questions.extend(each for each in suite.questions if each.answerable)
        articles.extend(suite.paragraphs)
    for path in distractors:
        articles.extend(paragraphs(path))
    if len({article.id for article in articles}) < len(articles):
        raise UserError("two of the files have the same name; rename one")
    random.Random(SEED).shuffle(questions)  # noqa: S311 - a sample, no secret
    return Corpus(
        tuple(questions[: count or None]),
        tuple(Paragraph(each.id, each.title, each.text) for each in articles),
    )


def _article_of(paragraph_id: str) -> str:
    return paragraph_id.rpartition("-")[0]
