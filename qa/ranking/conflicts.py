"""How the other answers to a question stand to the best one. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from qa.question.answer_type import Kind
from qa.ranking.same_answer import agree, comparable, is_part
from qa.settings import CONTRADICTION_SHARE
from qa.squad_metrics import normalise
from qa.types import Answer

_HOW_MANY = frozenset("all few many other several some various".split())


def related(best: Answer, others: Sequence[Answer], kind: Kind, threshold: float) -> list[Answer]:
    """The other answers, each with its `relation` to the best one.

    Args:
        best: The answer that is given.
        others: What else was found, best first.
        kind: What the question asks for.
        threshold: An answer below this probability is not given, and so belongs to no list.
            Half of it is enough to speak against another answer: of two that contradict each
            other one at most is right, so they share what either would have alone.
    """
    if kind in ("yes or no", "description"):
        # Two sentences about one thing differ as sentences do, and somebody is many things.
        return list(others)
    taken = [best]
    found = []
    for each in others:
        enough = threshold if kind == "list" else CONTRADICTION_SHARE * threshold
        distinct = each.confidence >= enough and not any(_same(each, one) for one in taken)
        if distinct and kind == "list" and _says_something(each):
            each = replace(each, relation="listed")
        elif distinct and kind != "list" and contradict(best, each):
            each = replace(each, relation="contradicts")
        if each.relation is not None:
            taken.append(each)
        found.append(each)
    return found


def contradict(one: Answer, other: Answer) -> bool:
    """Whether two answers cannot both be what was asked for, as far as their words tell.

    No article contradicts itself: two values in one are those of two things. Times differ if they
    share no day; two numbers or two names if neither is a part of the other. Of other words nobody
    can tell.
    """
    if {place.article_id for place in one.citations} & {p.article_id for p in other.citations}:
        return False
    if one.date is not None and other.date is not None:
        return one.date.end < other.date.start or other.date.end < one.date.start
    if one.date is not None or other.date is not None or _same(one, other):
        return False
    return comparable(one.text or "", other.text or "")


def _same(one: Answer, other: Answer) -> bool:
    """Whether one answer says what the other says, or a part of it."""
    first, second = one.text or "", other.text or ""
    return agree(first, second) or is_part(first, second) or is_part(second, first)


def _says_something(answer: Answer) -> bool:
    """Whether an answer is more than words of its question: no mayor is called "mayors"."""
    asked = {word.rstrip("s") for word in normalise(answer.question).split()} | _HOW_MANY
    return any(word.rstrip("s") not in asked for word in normalise(answer.text or "").split())
