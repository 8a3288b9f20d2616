"""Ask questions of a collection of articles and get answers in their exact words.

Example:
    >>> from qa import ask
    >>> answer = ask("when was the Singapore summit")
    >>> answer.text == answer.citations[0].quote
    True
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from index.place import Place, place_of
from qa.types import Answer, Citation, Turn

if TYPE_CHECKING:
    from index.collection import Collection
    from qa.answerer import Answerer
    from qa.question.followups import Chat

__all__ = ["Answer", "Answerer", "Chat", "Citation", "Turn", "ask", "default_collection"]

_answerers: dict[Place | None, "Answerer"] = {}
_lock = Lock()


def ask(
    question: str,
    collection: "Collection | Path | str | None" = None,
    history: Sequence[Turn] = (),
    since: date | None = None,
    until: date | None = None,
    source: str | None = None,
    articles: Sequence[str] = (),
) -> Answer:
    """Answer a question from a collection, in the exact words of its articles.

    The first call loads the models, and builds the default collection if it is missing; the
    collection and the models stay loaded for the next one.

    Args:
        question: In any form; a few keywords do.
        collection: A collection, its folder, or where it is on Milvus, as
            `milvus://HOST:PORT/NAME`; by default what `QA_COLLECTION` names, or else your own
            collection, which begins with the seed articles.
        history: Earlier turns of the conversation, oldest first.
        since: Only articles published on this day or later.
        until: Only articles published on this day or earlier.
        source: Only articles whose source holds this text.
        articles: Only articles of these ids, as `Collection.summaries` or a citation has them;
            without any, all.

    Raises:
        index.errors.UserError: If the question is empty or too long, or the collection cannot
            be opened.
    """
    return _answerer_of(collection).ask(question, history, since, until, source, articles)


def default_collection() -> "Collection":
    """The collection that `ask` uses when none is given."""
    return default_answerer().collection


def default_answerer() -> "Answerer":
    """The loaded pipeline that `ask` uses when no collection is given."""
    return _answerer_of(None)


def _answerer_of(collection: "Collection | Path | str | None") -> "Answerer":
    from index.collection import Collection
    from qa.answerer import Answerer
    from qa.loading import open_collection

    with _lock:
        if isinstance(collection, Collection):
            known = _answerers.get(collection.path)
            if known is None or known.collection is not collection:
                known = _answerers[collection.path] = Answerer(collection)
            return known
        key = None if collection is None else place_of(collection)
        if key not in _answerers:
            _answerers[key] = Answerer(open_collection(key))
        return _answerers[key]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type is that of the name
    # These pull in numpy, faiss and onnxruntime; `import qa` alone must stay cheap.
    if name == "Answerer":
        from qa.answerer import Answerer

        return Answerer
    if name == "Chat":
        from qa.question.followups import Chat

        return Chat
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
