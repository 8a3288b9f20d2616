"""A small world: two articles, and a pipeline that answers as it is told."""

from datetime import date

import pytest

from eval.suites import Question, Suite
from index.types import Article, Hit, Passage
from qa.trace import Interpretation
from qa.types import Answer, Citation, ResolvedDate, Span

SUMMIT = Article(
    "summit",
    "The summit",
    "It was held in Singapore on 12 June. Trump <b>met</b> Kim.",
    None,
    "news/summit.txt",
)
DINNER = Article(
    "dinner", "", "Pompeo and Kim Yong Chol had dinner in NY.", None, "news/dinner.txt"
)


def cite(article, quote):
    start = article.text.index(quote)
    return Citation(
        article.id,
        article.title,
        None,
        article.source,
        start,
        start + len(quote),
        quote,
        0,
        len(article.text),
        article.text,
    )


def answer(question, article, quote, confidence=0.9, day=None):
    resolved = ResolvedDate(day, day, "day", "as stated") if day else None
    return Answer(question, quote, confidence, (cite(article, quote),), resolved)


def silence(question, article, guess, confidence=0.2):
    return Answer(question, None, confidence, (), alternatives=(answer(question, article, guess),))


class World:
    """A collection and an answerer in one; records what it was asked."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []
        self.read = (DINNER, SUMMIT)

    def ask(self, question, history=(), *, trace=None):
        self.asked.append((question, tuple(history)))
        if trace is not None:
            hits = [
                Hit(Passage(article.id, 0, len(article.text)), 1.0, 1, 1, 0.5, article=article)
                for article in self.read
            ]
            trace.chosen = Interpretation(question, tuple(hits))
        return self.answers[question]

    def article(self, article_id):
        return {article.id: article for article in self.articles()}.get(article_id)

    def articles(self):
        return [DINNER, SUMMIT]


class LastWords:
    """A reader that always answers with the last word of the passage, or has nothing."""

    def __init__(self, score=1.0):
        self.score = score

    def read_many(self, requests):
        spans = []
        for _, [(article, passage)] in requests:
            start = article.text.rindex(" ", 0, passage.end) + 1
            spans.append([Span(article.id, start, passage.end - 1, self.score)])
        return spans


WHERE = Question(
    "Where was the summit?", ("Singapore",), ("summit.txt",), True, "where", id="where", place="s:1"
)
WHEN = Question(
    "When was it?", ("12 June",), ("summit",), True, "when", ("2018-06-12",), id="when", place="s:2"
)
WHO = Question(
    "Who dined?", ("Pompeo and Kim Yong Chol",), ("dinner",), True, "who", id="who", place="s:3"
)
PAID = Question("Who paid?", (), (), False, "who", id="paid", place="s:4")


@pytest.fixture
def suite():
    return Suite("small", (WHERE, WHEN, WHO, PAID))


@pytest.fixture
def world():
    return World(
        {
            WHERE.question: answer(WHERE.question, SUMMIT, "Singapore", 0.95),
            WHEN.question: answer(WHEN.question, SUMMIT, "12 June", 0.7, date(2018, 6, 12)),
            WHO.question: answer(WHO.question, DINNER, "Kim Yong Chol", 0.6),
            PAID.question: silence(PAID.question, DINNER, "Pompeo", 0.2),
        }
    )


@pytest.fixture
def last_words():
    return LastWords
