"""Relations of the other answers to the best one: listed, changed, contradicting. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.question.answer_type import answer_type_of
from qa.question.restrictions import Restrictions, restrictions_of
from qa.ranking.periods import place_time, place_time_of, relation
from qa.ranking.same_answer import agree, comparable, is_part
from qa.settings import APART_DAYS, CHANGE_PART, CONTRADICTION_PART, CONTRADICTION_SHARE
from qa.squad_metrics import normalise
from qa.types import Answer, Relation, ResolvedDate, day_held

_HOW_MANY = frozenset("all few many other several some various".split())


def compared(
    answers: Sequence[Answer], question: str, threshold: float, today: date
) -> tuple[Answer, list[Answer]]:
    """The answer that is given and the others, each with its `relation` to it and its time.

    Of what changed over time, the newest that is sure enough is given.

    Args:
        answers: At least one, best first.
        question: In words that stand alone.
        threshold: As for `related`.
        today: As for `related`.
    """
    floor = CONTRADICTION_SHARE * threshold
    timed = [
        replace(answer, held=held(answer)) if answer.confidence >= floor else answer
        for answer in answers
    ]
    others = related(timed[0], timed[1:], question, threshold, today)
    return newest_first(timed[0], others, threshold)


def related(
    best: Answer, others: Sequence[Answer], question: str, threshold: float, today: date
) -> list[Answer]:
    """The other answers, each with its `relation` to the best one.

    Args:
        best: The answer that is given, with the time at which it held.
        others: What else was found, best first, likewise.
        question: In words that stand alone.
        threshold: An answer below this probability is not given, and so belongs to no list.
            Half of it is enough to speak against another answer: of two that contradict each
            other one at most is right, so they share what either would have alone.
        today: From which "last week" of the question counts.
    """
    answer_type = answer_type_of(question)
    asked = restrictions_of(question, today)
    if answer_type in ("yes or no", "description"):
        # Two sentences about one thing differ as sentences do, and somebody is many things.
        return list(others)
    of_now = asked.present or asked.current
    taken = [best]
    related_answers = []
    for answer in others:
        enough = threshold if answer_type == "list" else CONTRADICTION_SHARE * threshold
        distinct = answer.confidence >= enough and not any(
            _same(answer, earlier) for earlier in taken
        )
        if distinct and answer_type == "list" and _says_something(answer):
            answer = replace(answer, relation="listed")
        elif distinct and answer_type != "list" and contradict(best, answer, of_now=of_now):
            answer = replace(answer, relation=_difference(asked, best, answer))
        if answer.relation is not None:
            taken.append(answer)
        related_answers.append(answer)
    return related_answers


def held(answer: Answer) -> ResolvedDate | None:
    """The time at which an answer held, if the sentence that it is quoted from tells."""
    if not answer.citations or answer.date is not None:
        return None
    place = answer.citations[0]
    start, end = place.start - place.passage_start, place.end - place.passage_start
    time = place_time(place.passage, place.published, start, end)
    if time is None or not time.own:
        return None
    return ResolvedDate(time.start, time.end, "range", "as its sentence tells")


def newest_first(
    best: Answer, others: Sequence[Answer], threshold: float
) -> tuple[Answer, list[Answer]]:
    """The newest of answers that changed, if it is sure enough to be given, and the others."""
    newest = max((*_changed(others), best), key=day_held)
    if newest is best or newest.confidence < threshold:
        return best, list(others)
    rest = [
        replace(best, relation="changed"),
        *(answer for answer in others if answer is not newest),
    ]
    return replace(newest, relation=None), rest


def _changed(others: Sequence[Answer]) -> list[Answer]:
    return [answer for answer in others if answer.relation == "changed"]


def _difference(asked: Restrictions, best: Answer, answer: Answer) -> Relation | None:
    """The relation to the best answer of one that cannot be right at the same time.

    What is far less likely is neither a disagreement nor a change, but another thing's value.
    Asked for a time, answers of other times say nothing of it. Otherwise what sentences tell of
    different times has changed; and so has what articles of different times tell, if the question
    asks for what is.
    """
    part = CHANGE_PART if asked.current or asked.present else CONTRADICTION_PART
    if answer.confidence < part * best.confidence:
        return None
    if best.date is not None:
        return "contradicts"
    if asked.time is not None:
        of_time = _is_of(asked.time, best) and _is_of(asked.time, answer)
        return "contradicts" if of_time else None
    told = best.held is not None and answer.held is not None
    first, second = day_held(best), day_held(answer)
    apart = date.min not in (first, second) and abs((first - second).days) > APART_DAYS
    if apart and (told or asked.current or asked.present):
        return "changed"
    return "contradicts"


def _is_of(time: ResolvedDate, answer: Answer) -> bool:
    """Return whether an answer holds for a time, by its sentence or the date of its article."""
    if answer.held is not None:
        told = place_time_of(answer.held)
        return relation(told, time.start, time.end, ()) in ("covers", "within")
    day = answer.published
    return day is not None and time.start <= day <= time.end


def contradict(left: Answer, right: Answer, *, of_now: bool = False) -> bool:
    """Return whether two answers cannot both be what was asked for, as far as their words tell.

    No article contradicts itself: two values in one are those of two things. But who was something
    may be named beside who is now, so of what is now only the best places are compared. Times
    differ if they share no day; two numbers or two names if neither is a part of the other. Of
    other words nobody can tell.
    """
    most = 1 if of_now else None
    articles = [{place.article_id for place in a.citations[:most]} for a in (left, right)]
    if articles[0] & articles[1]:
        return False
    if left.date is not None and right.date is not None:
        return left.date.end < right.date.start or right.date.end < left.date.start
    if left.date is not None or right.date is not None or _same(left, right):
        return False
    return comparable(left.text or "", right.text or "")


def _same(left: Answer, right: Answer) -> bool:
    """Return whether two answers say the same, or one a part of the other."""
    first, second = left.text or "", right.text or ""
    return agree(first, second) or is_part(first, second) or is_part(second, first)


def _says_something(answer: Answer) -> bool:
    """Return whether an answer is more than words of its question: no mayor is called "mayors"."""
    asked = {word.rstrip("s") for word in normalise(answer.question).split()} | _HOW_MANY
    return any(word.rstrip("s") not in asked for word in normalise(answer.text or "").split())
