"""Asks the questions of a suite and records how they were answered."""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from eval.excerpts import excerpts
from eval.records import Record, contains, score
from eval.suites import Question, Suite
from index.errors import UserError
from index.sources.dates import stated_date
from index.types import Article, Passage
from qa.reading.base import Reader
from qa.trace import Trace
from qa.types import Answer, Citation, Span, Turn

Progress = Callable[[int], None]
"""Called with the number of questions answered since the last call."""


class Answering(Protocol):
    """A system to measure: `qa.Answerer`, or any with its `ask`."""

    def ask(
        self, question: str, history: Sequence[Turn] = (), *, trace: Trace | None = None
    ) -> Answer:
        """Answer a question; the trace, if there is one, records what was read."""


class Articles(Protocol):
    """A source of articles: `index.Collection`, or any with these methods."""

    def article(self, article_id: str) -> Article | None:
        """The article of an id, or None."""

    def articles(self) -> Iterable[Article]:
        """All articles."""


def run(
    suite: Suite, answering: Answering, collection: Articles, progress: Progress = lambda _: None
) -> Iterator[Record]:
    """Ask each question over a collection.

    Only `ask` is timed. The first question is asked once before, so that loading models does not
    count.

    Args:
        suite: The questions.
        answering: The system to measure.
        collection: The articles that it answers from.
        progress: Called after each question.

    Raises:
        UserError: If the suite names an article that the collection lacks, or an answer that
            none of its articles holds.
    """
    allowed = allowed_articles(suite, collection)
    answering.ask(suite.questions[0].question)
    for question in suite.questions:
        trace = Trace()
        start = time.perf_counter()
        answer = answering.ask(question.question, history=question.history, trace=trace)
        milliseconds = 1000 * (time.perf_counter() - start)
        hits = trace.chosen.hits if trace.chosen else ()
        passages = [(hit.article, hit.passage) for hit in hits]
        ids = allowed[question.id]
        record = score(question, ids, answer, passages, milliseconds)
        if record.outcome != "right":
            articles = map(collection.article, sorted(ids))
            shown = excerpts(answer, question.answers, passages, filter(None, articles))
            record = replace(record, excerpts=shown)
        yield record
        progress(1)


def read_gold(
    suite: Suite, reader: Reader, progress: Progress = lambda _: None
) -> Iterator[Record]:
    """Read the paragraph of each question of a SQuAD file, without retrieval.

    The best span is the answer: always in a file without unanswerable questions, as in SQuAD
    v1.1, else if the reader prefers it to no answer. The confidences are raw: only the whole
    pipeline calibrates them.

    Args:
        suite: A SQuAD file.
        reader: The reader to measure.
        progress: Called after each question.
    """
    articles = {article.id: article for article in suite.paragraphs}
    forced = all(question.answerable for question in suite.questions)
    _read(reader, suite.questions[0], articles[suite.questions[0].articles[0]])
    for question in suite.questions:
        article = articles[question.articles[0]]
        start = time.perf_counter()
        spans = _read(reader, question, article)
        milliseconds = 1000 * (time.perf_counter() - start)
        answer = _span_answer(question, article, spans, -math.inf if forced else 0.0)
        record = score(question, frozenset([article.id]), answer, None, milliseconds)
        if record.outcome != "right":
            record = replace(record, excerpts=excerpts(answer, question.answers, [], [article]))
        yield record
        progress(1)


def allowed_articles(suite: Suite, collection: Articles) -> Mapping[str, frozenset[str]]:
    """The ids of the articles that each question, by its id, may cite.

    Raises:
        UserError: If an article is missing, or no article of a question holds its answer.
    """
    wanted = {name for question in suite.questions for name in question.articles}
    named: dict[str, set[str]] = {}
    wholes: dict[str, Article] = {}
    for article in collection.articles():
        for name in wanted & _names(article):
            named.setdefault(name, set()).add(article.id)
            wholes[article.id] = article
    allowed = {}
    for question in suite.questions:
        for name in question.articles:
            if name not in named:
                raise UserError(
                    f"{question.place}: articles: the collection has no article {name!r}"
                )
        ids = frozenset[str]().union(*(named[name] for name in question.articles))
        # An answer that is not in the text cannot be quoted: a typing error would count as a
        # failure.
        for answer in question.answers if ids and not suite.paragraphs else ():
            if not any(_holds(wholes[identifier], answer, question.dates) for identifier in ids):
                raise UserError(f"{question.place}: answers: {answer!r} is not in its articles")
        allowed[question.id] = ids
    return allowed


def _holds(article: Article, answer: str, dates: Sequence[str]) -> bool:
    """Return whether an answer stands in an article or its head, which may be asked about too."""
    if contains("\n\n".join((article.title, article.byline, article.text)), [answer]):
        return True
    published = article.published
    return published is not None and (
        stated_date(answer) == published or published.isoformat() in dates
    )


def _names(article: Article) -> set[str]:
    """All names by which a suite may refer to an article."""
    names = {article.id, article.title} - {""}
    if article.source:
        parts = article.source.replace("\\", "/").split("/")
        names |= {"/".join(parts[first:]) for first in range(len(parts))} - {""}
    return names


def _read(reader: Reader, question: Question, article: Article) -> Sequence[Span]:
    whole = Passage(article.id, 0, len(article.text))
    return reader.read_many([(question.question, [(article, whole)])])[0]


def _span_answer(
    question: Question, article: Article, spans: Sequence[Span], threshold: float
) -> Answer:
    if not spans:
        return Answer(question.question, None, 0.0)
    best = spans[0]
    quote = article.text[best.start : best.end]
    citation = Citation(
        article.id,
        article.title,
        article.published,
        article.source,
        best.start,
        best.end,
        quote,
        0,
        len(article.text),
        article.text,
    )
    # The score is a log-odds against "no answer here", before any calibration.
    confidence = 1 / (1 + math.exp(-max(-700.0, min(700.0, best.score))))
    answer = Answer(question.question, quote, confidence, (citation,))
    if best.score >= threshold:
        return answer
    return Answer(question.question, None, confidence, alternatives=(answer,))
