"""Reading one text for one question, without a collection."""

from dataclasses import replace

from index.errors import UserError
from index.types import Article, Filters, Hit
from qa.pipeline import Answerer
from qa.settings import SETTINGS
from qa.types import Answer


class _WholeText:
    """Retrieves every passage of one text: there is nothing to choose."""

    def __init__(self, text: str) -> None:
        from index.passages import split

        article = Article("text", "", text)
        self.hits = [Hit(passage, 0.0, article=article) for passage in split(article)]

    def search(self, question: str, k: int, filters: Filters | None = None) -> list[Hit]:
        return self.hits


def read_text(question: str, text: str, top_k: int) -> list[Answer]:
    """See `qa.read`."""
    if top_k < 1:
        raise UserError(f"top_k is {top_k}; it must be at least 1")
    # Every passage may hold one of the answers that are wanted.
    settings = replace(SETTINGS, alternatives=top_k, adaptive=False)
    answer = Answerer(_WholeText(text), settings=settings).ask(question)
    given = [] if answer.text is None else [replace(answer, alternatives=())]
    answers = [
        *given,
        *(replace(alternative, relation=None) for alternative in answer.alternatives),
    ]
    return sorted(answers, key=lambda answer: -answer.confidence)[:top_k]
