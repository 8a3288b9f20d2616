"""Questions that a collection can answer, found in its own articles."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from threading import Lock
from typing import TYPE_CHECKING

from index.errors import UserError
from index.types import Article, Order

if TYPE_CHECKING:
    from index.collection import Collection
    from qa.pipeline import Answerer

SAMPLES = "seeds/"
"""With which the sources of the articles begin that come with the product."""

WANTED = 4
_SAMPLED = 40
_CHARACTERS = 4_000
_TRIED = 14

_NAME = r"[A-Z][\w’'-]+(?: [A-Z][\w’'-]+){0,3}"
_OFFICE = (
    r"(?i:president|minister|secretary of state|secretary|envoy|chancellor|king|queen|director|"
    r"chairman|professor|general|leader|spokeswoman|spokesman|author|founder|captain|coach)"
)
_EVENT = (
    r"summit|war|election|treaty|battle|festival|conference|revolution|earthquake|"
    r"championship|games|agreement|attack|strike|trial"
)
_PERSON = re.compile(rf"\b{_OFFICE} ({_NAME})")
_HAPPENING = re.compile(rf"\b[Tt]he ({_NAME} (?:{_EVENT}))\b")
_BORN = re.compile(rf"({_NAME})(?: \([^)]*\))? was born")


class Examples:
    """Finds examples once for each state of a collection."""

    def __init__(self, answerer: "Answerer") -> None:
        self._answerer = answerer
        self._ready: tuple[Hashable, tuple[str, ...]] = (None, ())
        self._finding = Lock()

    def ready(self) -> tuple[str, ...] | None:
        """The examples, at once; None if they were not found yet or something has changed since."""
        state, found = self._ready
        return found if state == self._answerer.collection.state() else None

    def get(self) -> tuple[str, ...]:
        """Up to `WANTED` questions that the collection answers; asking them takes seconds."""
        found = self.ready()
        if found is None:
            with self._finding:
                found = self.ready()
                if found is None:
                    state = self._answerer.collection.state()
                    found = tuple(_answered(self._answerer))
                    self._ready = (state, found)
        return found


def candidates(articles: Iterable[Article]) -> list[str]:
    """Questions that the words of some articles suggest, the likeliest first."""
    counts: Counter[str] = Counter()
    for article in articles:
        text = article.text[:_CHARACTERS]
        for name in _HAPPENING.findall(text):
            counts[f"When was the {name}?"] += 3
        for name in _BORN.findall(text):
            counts[f"When was {name} born?"] += 2
        for name in _PERSON.findall(text):
            if " " in name:
                counts[f"Who is {name}?"] += 1
    # "Kim Jong-un" and "Kim Jong Un" are one question.
    distinct: dict[str, str] = {}
    for question, _ in counts.most_common():
        distinct.setdefault(re.sub(r"\W", "", question).lower(), question)
    return list(distinct.values())


def _newest(collection: "Collection") -> tuple[list[Article], list[Article]]:
    """The newest articles: those that are one's own, and the samples among them."""
    listed = collection.summaries("", 0, _SAMPLED, Order.NEWEST).articles
    articles = [article for line in listed if (article := collection.article(line.id))]
    is_sample = [(article.source or "").startswith(SAMPLES) for article in articles]
    own = [article for article, sample in zip(articles, is_sample, strict=True) if not sample]
    samples = [article for article, sample in zip(articles, is_sample, strict=True) if sample]
    return own, samples


def _answered(answerer: "Answerer") -> list[str]:
    found: list[str] = []
    own, samples = _newest(answerer.collection)
    # The samples are asked about only where one's own articles suggest too little.
    suggested = dict.fromkeys([*candidates(own)[:_TRIED], *candidates(samples)])
    for question in list(suggested)[:_TRIED]:
        if len(found) == WANTED:
            break
        try:
            answer = answerer.ask(question)
        except UserError:
            continue  # An article that is removed in the meantime is no reason to fail.
        if answer.text is not None:
            found.append(question)
    return found
