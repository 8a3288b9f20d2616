"""Questions that a collection can answer, found in its own articles."""

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from contextlib import suppress
from importlib.metadata import version
from itertools import chain, zip_longest
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from index.errors import UserError
from index.local.folder import EXAMPLES
from index.local.temporary import unfinished
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
    r"(?i:president|prime minister|minister|secretary of state|secretary|envoy|ambassador|senator|"
    r"governor|mayor|chancellor|king|queen|director|chairman|chairwoman|professor|doctor|judge|"
    r"general|captain|commissioner|inspector|bishop|engineer|leader|spokeswoman|spokesman|author|"
    r"founder|coach|analyst)"
)
_EVENT = (
    r"summit|war|election|treaty|battle|festival|conference|revolution|earthquake|"
    r"championship|games|agreement|attack|strike|trial"
)
_PERSON = re.compile(rf"\b{_OFFICE} ({_NAME})|({_NAME}), (?:an?|the|who) ")
_HAPPENING = re.compile(rf"\b[Tt]he ({_NAME} (?:{_EVENT}))\b")
_BORN = re.compile(rf"({_NAME})(?: \([^)]*\))? was born")
_MADE = re.compile(
    rf"\b((?:[Tt]he )?{_NAME}) was (built|opened|founded|established|launched|released|signed) "
    r"(?:in|on) "
)
_SAID = re.compile(rf"(?:{_OFFICE} )?({_NAME}) (?:said|told|added|announced|warned|explained)\b")
_NO_NAME = frozenset("a an the he she it they we i but and in on at this that".split())


class Examples:
    """Finds examples once for each state of a collection, and keeps them in its folder."""

    def __init__(self, answerer: "Answerer") -> None:
        self._answerer = answerer
        self._ready: tuple[Hashable, tuple[str, ...]] = (None, ())
        self._so_far: tuple[Hashable, tuple[str, ...]] = (None, ())
        self._finding = Lock()

    def ready(self) -> tuple[str, ...] | None:
        """The examples, at once; None if they were not found yet or something has changed since."""
        now = self._answerer.collection.state()
        if self._ready[0] is None and (kept := self._kept(now)) is not None:
            self._ready = now, kept
        state, questions = self._ready
        return questions if state == now else None

    def so_far(self) -> tuple[str, ...]:
        """Those found by now, at once, while `get` is looking for more."""
        state, questions = self._so_far
        return questions if state == self._answerer.collection.state() else ()

    def get(self) -> tuple[str, ...]:
        """Up to `WANTED` questions that the collection answers; asking them takes seconds."""
        questions = self.ready()
        if questions is None:
            with self._finding:
                questions = self.ready()
                if questions is None:
                    state = self._answerer.collection.state()
                    questions = ()
                    for question in _answered(self._answerer):
                        questions += (question,)
                        self._so_far = (state, questions)
                    self._ready = (state, questions)
                    self._keep(state, questions)
        return questions

    def _file(self) -> Path | None:
        place = self._answerer.collection.path
        return place / EXAMPLES if isinstance(place, Path) else None

    def _kept(self, state: Hashable) -> tuple[str, ...] | None:
        """The examples that another process kept for this state and version of the program."""
        file = self._file()
        with suppress(OSError, ValueError, LookupError, TypeError):
            if file and (kept := json.loads(file.read_bytes()))["of"] == _key(state):
                return tuple(map(str, kept["questions"]))
        return None

    def _keep(self, state: Hashable, questions: tuple[str, ...]) -> None:
        # A folder that cannot be written to, and one that is gone by now, costs only the time.
        if file := self._file():
            with suppress(OSError), unfinished(file.parent) as folder:
                made = folder / file.name
                made.write_text(json.dumps({"of": _key(state), "questions": questions}))
                made.replace(file)


def _key(state: Hashable) -> str:
    """The version that found examples, and the state of the collection they were found in."""
    return f"{version('article-qa')} {state!r}"


def candidates(articles: Iterable[Article]) -> list[str]:
    """Questions that the words of some articles suggest; kinds take turns, the likeliest first."""
    happened, made, people, said = (Counter[str]() for _ in range(4))
    for article in articles:
        text = article.text[:_CHARACTERS]
        happened.update(f"When was the {name}?" for name in _HAPPENING.findall(text))
        made.update(f"When was {name} born?" for name in _BORN.findall(text))
        for name, what in _MADE.findall(text):
            made[f"When was {name.replace('The ', 'the ', 1)} {what}?"] += 1
        for names in _PERSON.findall(text):
            people.update(f"Who is {name}?" for name in names if _is_full(name))
        said.update(f"What did {name} say?" for name in _SAID.findall(text) if _is_full(name))
    ranked = (
        [question for question, _ in kind.most_common()] for kind in (happened, people, made, said)
    )
    # "Kim Jong-un" and "Kim Jong Un" are one question.
    distinct: dict[str, str] = {}
    for question in chain.from_iterable(zip_longest(*ranked)):
        if question is not None:
            distinct.setdefault(re.sub(r"\W", "", question).lower(), question)
    return list(distinct.values())


def _is_full(name: str) -> bool:
    """Return whether this is more than a surname, or a word at the beginning of a sentence."""
    first, _, rest = name.partition(" ")
    return bool(rest) and first.lower() not in _NO_NAME


def _newest(collection: "Collection") -> tuple[list[Article], list[Article]]:
    """The newest articles: those that are one's own, and the samples among them."""
    listed = collection.summaries("", 0, _SAMPLED, Order.NEWEST).articles
    articles = [article for line in listed if (article := collection.article(line.id))]
    is_sample = [(article.source or "").startswith(SAMPLES) for article in articles]
    own = [article for article, sample in zip(articles, is_sample, strict=True) if not sample]
    samples = [article for article, sample in zip(articles, is_sample, strict=True) if sample]
    return own, samples


def _answered(answerer: "Answerer") -> Iterator[str]:
    found = 0
    own, samples = _newest(answerer.collection)
    # The samples are asked about only where one's own articles suggest too little.
    suggested = dict.fromkeys([*candidates(own)[:_TRIED], *candidates(samples)])
    for question in list(suggested)[:_TRIED]:
        if found == WANTED:
            return
        try:
            answer = answerer.ask(question)
        except UserError:
            continue  # An article that is removed in the meantime is no reason to fail.
        if answer.text is not None:
            found += 1
            yield question
