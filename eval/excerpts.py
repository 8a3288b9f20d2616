"""Excerpts of articles with the guess and the gold answer, for a person to compare."""

from collections.abc import Iterable, Sequence

from eval.records import Excerpt, Mark, best_guess, contains, occurrences
from index.types import Article, Passage
from qa.types import Answer, Citation

_AROUND = 240
"""Characters shown on each side of a gold answer that is in none of the read passages."""


def excerpts(
    answer: Answer,
    golds: tuple[str, ...],
    passages: Sequence[tuple[Article, Passage]],
    allowed: Iterable[Article],
) -> tuple[Excerpt, ...]:
    """The passage of the guess and, if it is another one, the passage with the gold answer.

    Args:
        answer: The answer given.
        golds: The acceptable answers; none for an unanswerable question.
        passages: The passages that were read, best first.
        allowed: The articles that should have been cited.
    """
    articles = list(allowed)
    ids = {article.id for article in articles}
    shown = []
    best = best_guess(answer)
    if best and best.citations:
        first = best.citations[0]
        in_place = not ids or first.article_id in ids
        guessed = _guess(first, golds if in_place else ())
        shown.append(guessed)
        if any(mark.kind == "gold" for mark in guessed.marks):
            return tuple(shown)
    gold = _gold(golds, passages, articles) if golds else None
    return tuple([*shown, gold] if gold else shown)


def _guess(citation: Citation, golds: tuple[str, ...]) -> Excerpt:
    start, end = (
        citation.start - citation.passage_start,
        citation.end - citation.passage_start,
    )
    marks = [Mark(start, end, "answer")] if end > start else []
    return Excerpt(
        citation.title,
        citation.source or citation.article_id,
        citation.passage,
        (*marks, *_gold_marks(citation.passage, golds)),
    )


def _gold(
    golds: tuple[str, ...],
    passages: Sequence[tuple[Article, Passage]],
    allowed: Sequence[Article],
) -> Excerpt | None:
    """The best passage read that holds a gold answer, else the words around it in an article."""
    ids = {article.id for article in allowed}
    for article, passage in passages:
        text = article.text[passage.start : passage.end]
        if (not ids or article.id in ids) and contains(text, golds):
            return Excerpt(
                article.title, article.source or article.id, text, _gold_marks(text, golds)
            )
    for article in allowed:
        marks = _gold_marks(article.text, golds)
        if marks:
            start = _word_start(article.text, marks[0].start - _AROUND)
            text = article.text[start : marks[0].end + _AROUND]
            return Excerpt(
                article.title, article.source or article.id, text, _gold_marks(text, golds)
            )
    return None


def _gold_marks(text: str, golds: tuple[str, ...]) -> tuple[Mark, ...]:
    """Every occurrence of the longest gold answer that occurs, as whole words."""
    for gold in sorted(golds, key=len, reverse=True):
        marks = tuple(Mark(start, end, "gold") for start, end in occurrences(text, gold))
        if marks:
            return marks
    return ()


def _word_start(text: str, position: int) -> int:
    """The first word at or after a position; 0 before the text."""
    if position <= 0:
        return 0
    space = text.find(" ", position)
    return position if space < 0 else space + 1
