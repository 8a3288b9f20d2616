"""Reads only what decides: a few passages, then more for as long as they could change the answer.

Passages are read in the order of retrieval. What was read so far says how likely it is that the
rest changes the answer; below a limit reading ends. The second reader of a cascade reads only
passages that contend for the best place. It always reads one: where the first reader can be told to
be sure enough that its answer stays, one question in thirty would be spared.

All of it is fitted by `article-qa train calibrate` with the full reading as the teacher. A reader
without an `adaptive.json` of its own reads everything.
"""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple, Self

from index.types import Hit, Passage
from qa.question.answer_type import answer_type_of
from qa.question.restrictions import restrictions_of
from qa.ranking.calibration import logistic
from qa.ranking.evidence import Evidence, weigh
from qa.ranking.names import first_told
from qa.ranking.same_answer import agree

RULES = "adaptive.json"

ROUNDS = (2, 4, 6)
"""After so many passages it is decided whether to read on. Two are read at the same time on two
cores; one more round for every passage would leave a core idle."""

Features = Mapping[str, float]


class Passages(NamedTuple):
    """The passages that a reader has read so far, the best one first.

    Attributes:
        best: Of each passage the best place, weighed with retrieval; those without one are out.
        hits: All passages that were retrieved.
        read: How many of them were read.
    """

    best: Sequence[Evidence]
    hits: Sequence[Hit]
    read: int


@dataclass(frozen=True, slots=True)
class Odds:
    """The probability that more reading changes the answer, by logistic regression.

    Attributes:
        bias: The intercept.
        weights: Of each feature.
        limit: Reading goes on while the probability is above it.
    """

    bias: float
    weights: Mapping[str, float]
    limit: float

    def changes(self, features: Features) -> bool:
        """Return whether more reading is likely enough to change the answer."""
        logit = self.bias + sum(w * features[name] for name, w in self.weights.items())
        return logistic(logit) > self.limit


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules of when to stop reading.

    Attributes:
        more: Whether the first reader reads more passages.
        margin: The second reader reads the passages that score at most so much less than the best
            one, in logits of the first reader.
    """

    more: Odds
    margin: float

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read `adaptive.json`; what it says beside these fields is for people."""
        fields = json.loads(path.read_text())
        more = fields["more"]
        return cls(Odds(more["bias"], more["weights"], more["limit"]), fields["margin"])

    def save(self, path: Path) -> None:
        """Write what `load` reads."""
        odds = {
            "bias": self.more.bias,
            "weights": dict(self.more.weights),
            "limit": self.more.limit,
        }
        path.write_text(json.dumps({"more": odds, "margin": self.margin}, indent=2) + "\n")


def passages(
    evidence: Sequence[Evidence], hits: Sequence[Hit], read: int, retrieval: float
) -> Passages:
    """The passages so far, by the evidence in the first `read` of them.

    Args:
        evidence: What the reader proposes in them.
        hits: All that were retrieved, best first; at least one.
        read: How many of them were read.
        retrieval: `Calibration.retrieval` of the reader.
    """
    best: dict[Passage, Evidence] = {}
    for place in weigh(evidence, hits[0].score, retrieval):
        known = best.get(place.hit.passage)
        if known is None or place.score > known.score:
            best[place.hit.passage] = place
    return Passages(sorted(best.values(), key=lambda place: -place.score), hits, read)


_NOTHING = -12.0
"""The score of a passage that there is not: far below no answer."""

_MOST, _LEAST = 15.0, -12.0
"""Scores beyond these say no more: the regression is linear between them."""


def features(seen: Passages) -> Features:
    """The features of the choice to read on.

    `best` and `second` are the scores of the two best passages, `apart` is 1 where they give
    different answers, `gap` is how far retrieval puts the next passage behind the first, and
    `read` how many were read, as a logarithm.
    """
    scores = [min(_MOST, max(_LEAST, place.score)) for place in seen.best[:2]]
    scores += [_NOTHING] * (2 - len(scores))
    apart = len(seen.best) > 1 and not agree(seen.best[0].quote, seen.best[1].quote)
    unread = seen.hits[seen.read : seen.read + 1]
    gap = seen.hits[0].score - unread[0].score if unread else 0.0
    return {
        "best": scores[0],
        "second": scores[1],
        "apart": float(apart),
        "gap": gap,
        "read": math.log(seen.read),
    }


def needed(question: str, hits: Sequence[Hit]) -> int:
    """How many passages have to be read at least.

    A question about somebody is not given up before a passage is read that names the person.
    """
    names = restrictions_of(question, date.today()).names
    return first_told(names, question, [f"{hit.article.title}\n{hit.text}" for hit in hits])


def needs_everything(question: str) -> bool:
    """Return whether passages that score low alone may decide.

    So may the members of a list, the pieces of a date ("June" here, "12 June" there), what holds at
    the time that is asked for, and what is said of those who did not.
    """
    if answer_type_of(question) in ("list", "when"):
        return True
    asked = restrictions_of(question, date.today())
    return asked.time is not None or asked.current or asked.negated


def read_enough(
    read: Callable[[Sequence[Hit]], list[Evidence]],
    hits: Sequence[Hit],
    rules: Rules,
    retrieval: float,
    least: int = 0,
) -> tuple[list[Evidence], int]:
    """Read passages in rounds until more would hardly change the answer.

    Args:
        read: Reads passages.
        hits: The passages, best first.
        rules: When to stop.
        retrieval: `Calibration.retrieval` of the reader.
        least: How many passages are read whatever the rules say.

    Returns:
        What was found, and how many passages were read.
    """
    evidence: list[Evidence] = []
    done = 0
    for count in (*(count for count in ROUNDS if count < len(hits)), len(hits)):
        evidence += read(hits[done:count])
        done = count
        if least <= done < len(hits):
            seen = passages(evidence, hits, done, retrieval)
            if not rules.more.changes(features(seen)):
                break
    return evidence, done


def contenders(
    evidence: Sequence[Evidence], hits: Sequence[Hit], rules: Rules, retrieval: float
) -> list[Hit]:
    """The passages that the second reader has to read.

    Args:
        evidence: What the first reader found in these passages.
        hits: Those that look best to it; at least one.
        rules: How far behind the best one a passage contends.
        retrieval: `Calibration.retrieval` of the first reader.
    """
    best = passages(evidence, hits, len(hits), retrieval).best
    if not best:
        return list(hits)  # The first reader sees nothing in any of them.
    floor = best[0].score - rules.margin
    near = {place.hit.passage for place in best if place.score >= floor}
    return [hit for hit in hits if hit.passage in near]
