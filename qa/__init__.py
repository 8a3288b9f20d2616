"""Ask questions of a collection of articles and get answers in their exact words.

Example:
    >>> from qa import ask
    >>> answer = ask("when was the Singapore summit")
    >>> answer.text == answer.citations[0].quote
    True
"""

import importlib
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import UserError
from index.types import Filters
from qa.types import Answer, Citation, Span, Turn

if TYPE_CHECKING:
    from index.collection import Collection
    from qa.chat import Chat
    from qa.pipeline import Answerer
    from qa.reading.base import Reader
    from qa.retrieve import Retriever
    from qa.trace import Trace

__all__ = [
    "Answer",
    "Answerer",
    "Chat",
    "Citation",
    "Filters",
    "Reader",
    "Retriever",
    "Span",
    "Trace",
    "Turn",
    "UserError",
    "__version__",
    "aask",
    "ask",
    "ask_many",
    "read",
]

_LAZY = {
    "Answerer": "qa.pipeline",
    "Chat": "qa.chat",
    "Reader": "qa.reading.base",
    "Retriever": "qa.retrieve",
    "Trace": "qa.trace",
}

_ASKED_AT_ONCE = 16


def ask(
    question: str,
    collection: "Collection | Path | str | None" = None,
    history: Sequence[Turn] = (),
    since: date | None = None,
    until: date | None = None,
    source: str | None = None,
    articles: Sequence[str] = (),
    *,
    trace: "Trace | None" = None,
) -> Answer:
    """Answer a question from a collection, in the exact words of its articles.

    The first call loads the models, and makes the default collection if it is missing. Models
    stay loaded, and the folders that were asked last stay open.

    Args:
        question: In any form; a few keywords do.
        collection: A collection, which stays yours to close; its folder; or where it is on
            Milvus, as `milvus://HOST:PORT/NAME`. None is what `QA_COLLECTION` names, or else
            your own collection, which begins with the seed articles.
        history: Earlier turns of the conversation, oldest first.
        since: Only articles published on this day or later.
        until: Only articles published on this day or earlier.
        source: Only articles whose source holds this text.
        articles: Only articles of these ids, as `Collection.summaries` or a citation has them;
            without any, all.
        trace: Records what each step does; the answer carries it.

    Raises:
        UserError: If the question is empty or too long, the collection cannot be opened, or
            `articles` is one id and not a sequence of ids.

    Example:
        >>> from qa import ask
        >>> ask("when was the Singapore summit").date.start
        datetime.date(2018, 6, 12)
    """
    from qa.registry import REGISTRY

    filters = filters_of(since, until, source, articles)
    with REGISTRY.answerer(collection) as answerer:
        return answerer.ask(question, history, filters, trace)


def ask_many(
    questions: Iterable[str],
    collection: "Collection | Path | str | None" = None,
    filters: Filters | None = None,
) -> list[Answer]:
    """Answer many questions that do not lean on each other; their passages are read in batches.

    Args:
        questions: As `ask` takes them.
        collection: As for `ask`.
        filters: Which articles may be looked at, for every question.

    Raises:
        UserError: As `ask`; the first question that is wrong ends it.

    Example:
        >>> from qa import ask_many
        >>> [answer.text is None for answer in ask_many(["Who met Kim Yong-chol?"])]
        [False]
    """
    from concurrent.futures import ThreadPoolExecutor

    from qa.pipeline import Answerer
    from qa.reading.batched import batched
    from qa.registry import REGISTRY

    with (
        REGISTRY.answerer(collection) as answerer,
        batched(answerer.reader) as reader,
        ThreadPoolExecutor(_ASKED_AT_ONCE) as threads,
    ):
        at_once = Answerer(answerer.retriever, reader, answerer.ranker, answerer.settings)
        futures = [
            threads.submit(at_once.ask, question, (), filters or Filters())
            for question in questions
        ]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()


async def aask(
    question: str,
    collection: "Collection | Path | str | None" = None,
    history: Sequence[Turn] = (),
    filters: Filters | None = None,
) -> Answer:
    """`ask`, for programs that await; the event loop goes on meanwhile.

    Example:
        >>> import asyncio
        >>> from qa import aask
        >>> asyncio.run(aask("when was the Singapore summit")).text
        '12 June'
    """
    import asyncio

    from qa.registry import REGISTRY

    def answer() -> Answer:
        with REGISTRY.answerer(collection) as answerer:
            return answerer.ask(question, history, filters or Filters())

    return await asyncio.to_thread(answer)


def read(question: str, text: str, top_k: int = 1) -> "list[Answer]":
    """Answer a question from one text, without a collection; the text may be of any length.

    Args:
        question: In any form.
        text: What to read.
        top_k: How many answers at most.

    Returns:
        The distinct answers, best first; `citations[0].start` and `.end` are offsets into `text`.
        Their confidence is uncalibrated: it was fitted on collections. None of them may be right;
        the text says nothing where the first one's confidence is low.

    Raises:
        UserError: If the question is empty or too long, or `top_k` is below 1.

    Example:
        >>> from qa import read
        >>> best = read("Who wrote it?", "The letter was written by Ada Lovelace.")[0]
        >>> best.text, best.citations[0].start
        ('Ada Lovelace', 26)
    """
    from qa.single_text import read_text

    return read_text(question, text, top_k)


def filters_of(
    since: date | None, until: date | None, source: str | None, articles: Sequence[str]
) -> Filters:
    """Filters of what people give one by one.

    Raises:
        UserError: If `articles` is one id and not a sequence of ids.
    """
    if isinstance(articles, str):
        # Its letters would be taken for ids, and match nothing.
        raise UserError(f"articles are ids in a list, as [{articles!r}]")
    return Filters(since, until, source, frozenset(articles))


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the type is that of the name
    # These pull in numpy, faiss and onnxruntime; `import qa` alone must stay cheap.
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("article-qa")
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
