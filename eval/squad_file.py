"""Writes a suite and the articles that it asks about as one SQuAD v2.0 file."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.records import occurrences
from eval.runner import Articles, allowed_articles
from eval.suites import Question, Suite
from index.errors import UserError
from index.types import Article


def write_squad(suite: Suite, collection: Articles, out: Path) -> tuple[int, list[Question]]:
    """Write the questions that stand alone, each with its whole article as context.

    Of several articles the first that holds an answer is taken. A question that names none is put
    to the article of the question before it.

    Args:
        suite: The questions.
        collection: Their articles.
        out: The file to write, `.json` or `.json.gz`.

    Returns:
        The number of questions written, and those left out: follow-ups, answerable questions
        whose answers are not verbatim in an article's text, and those before the first article.

    Raises:
        UserError: If an article is missing, no article of a question holds its answer, or no
            question is left.
    """
    allowed = allowed_articles(suite, collection)
    wanted = frozenset[str]().union(*allowed.values())
    articles = {article.id: article for article in collection.articles() if article.id in wanted}
    asked: dict[str, list[dict[str, Any]]] = {}
    left_out = []
    last: Article | None = None
    for question in suite.questions:
        own = [articles[name] for name in sorted(allowed[question.id])]
        article = next((a for a in own if _answers(question, a)), own[0] if own else last)
        last = article
        answers = _answers(question, article) if article else []
        if article is None or question.history or (question.answerable and not answers):
            left_out.append(question)
            continue
        asked.setdefault(article.id, []).append(
            {
                "id": question.id,
                "question": question.question,
                "answers": answers,
                "is_impossible": not question.answerable,
            }
        )
    if not asked:
        raise UserError(f"{suite.name}: no question stands alone and is answered in a text")
    data = [_entry(articles[name], questions) for name, questions in asked.items()]
    text = json.dumps({"version": "v2.0", "data": data}, ensure_ascii=False)
    raw = text.encode()
    # Without a time in its head, the same suite makes the same file.
    out.write_bytes(gzip.compress(raw, mtime=0) if out.suffix == ".gz" else raw)
    return sum(map(len, asked.values())), left_out


def _answers(question: Question, article: Article) -> list[dict[str, Any]]:
    """The places of the answers in the text, as whole words: "5" is not in "2015"."""
    found = (occurrences(article.text, answer) for answer in question.answers)
    places = dict.fromkeys(of_answer[0] for of_answer in found if of_answer)
    return [{"text": article.text[at:end], "answer_start": at} for at, end in places]


def _entry(article: Article, questions: list[dict[str, Any]]) -> Mapping[str, Any]:
    return {
        "title": article.title,
        "date": article.published.isoformat() if article.published else "",
        "paragraphs": [{"context": article.text, "qas": questions}],
    }
