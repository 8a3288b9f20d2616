"""Look-ups that REST and MCP share, for any thread to run."""

from index.errors import UserError
from index.types import Article
from qa.question.understand import checked_question
from ui import schemas
from ui.service import Service


class NotFoundError(UserError):
    """There is no such article."""


def find_hits(service: Service, asked: schemas.SearchIn) -> schemas.HitsOut:
    """The passages nearest to a question."""
    collection = service.library.collection(asked.collection)
    hits = collection.search(checked_question(asked.question), asked.k, asked.filters)
    return schemas.HitsOut(hits=[schemas.HitOut.of(hit) for hit in hits])


def article_of(service: Service, article_id: str, collection: str | None) -> Article:
    """A whole article.

    Raises:
        NotFoundError: If there is none of this id.
    """
    article = service.library.collection(collection).article(article_id)
    if article is None:
        raise NotFoundError("no article of this id")
    return article


def collection_of(service: Service, name: str) -> schemas.CollectionOut:
    """A collection with its counts."""
    articles, passages = service.library.collection(name).counts()
    return schemas.CollectionOut(name=name, articles=articles, passages=passages)
