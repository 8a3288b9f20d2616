"""Answers in time: each resolved on the calendar, and put together where they agree. Pure."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from index.types import Article
from qa.dates import AnswerTime, Combination, End, combine, times_of_answer
from qa.dates import Evidence as DatedEvidence
from qa.ranking.evidence import NO_COPIES, Candidate, Evidence, Groups, log_sum_exp, together
from qa.ranking.same_event import EventMatcher, Setting, setting_of
from qa.settings import INDIFFERENT_LOGITS, POOLED_LOGITS, SAME_EVENT_LOGITS


class _Statement(NamedTuple):
    """One place that states a time, and the number of the candidate it belongs to."""

    candidate: int
    evidence: Evidence
    time: AnswerTime
    setting: Setting


class _Part(NamedTuple):
    """The evidence of a candidate for one time; all of it, with None, where it states no time.

    The number is that of the time among all times that are told.
    """

    candidate: Candidate
    time: int | None


def plain_times(
    evidence: Sequence[Evidence], article_of: Callable[[str], Article]
) -> list[Evidence]:
    """Evidence for a question that asks for a date: "12 June", not "12 June summit last week".

    Where the reader proposes a time expression and also, around it, more words, the expression
    alone stands for both, and with the better score.

    Args:
        evidence: Places, in any order.
        article_of: Gives the article of an id.
    """
    best: dict[tuple[str, int, int], float] = {}
    # Of what was read in two passages, the better reading is kept: the last of each place here.
    ascending = sorted(evidence, key=lambda piece: piece.score)
    by_place = {(e.span.article_id, e.span.start, e.span.end): e for e in ascending}
    for piece in evidence:
        article = article_of(piece.span.article_id)
        times = times_of_answer(article.text, article.published, piece.span.start, piece.span.end)
        place = piece.span.article_id, piece.span.start, piece.span.end
        if times and times[0].place == "inside":
            expression = times[0].expression
            exact = article.id, expression.start, expression.end
            alone = by_place.get(exact)
            if alone is not None and alone.score >= piece.score - INDIFFERENT_LOGITS:
                place = exact
        best[place] = max(piece.score, best.get(place, piece.score))
    return [replace(by_place[place], score=score) for place, score in best.items()]


def pool_times(
    candidates: Sequence[Candidate],
    article_of: Callable[[str], Article],
    groups: Groups = NO_COPIES,
    end: End | None = None,
    question: str = "",
) -> list[Candidate]:
    """Merge the candidates that can be the same time, and resolve it.

    "12 June" in one article and "in June" in another of January 2019 are one answer, 12 June
    2018: its places are those of both, the one that says most first. What contradicts it is an
    answer of its own, with its own date, though it may be in the same words; and so is the time of
    another event, as far as the names that the question has tell.

    Args:
        candidates: Answers to a question that asks for a date, best first.
        article_of: Gives the article of an id.
        groups: Which of the articles are copies of one text.
        end: Of stretches of time, the end that is asked for.
        question: What is asked, for its names.

    Returns:
        Candidates, best first; those that state no time are as they were.
    """
    statements = _statements(candidates, article_of, end)
    if not statements:
        return list(candidates)
    statements, events = _by_event(statements, question)
    weights = _weights(statements, groups)
    pieces = [statement.time.evidence(weights[i]) for i, statement in enumerate(statements)]
    times = [time for event in events for time in _times_of(event, pieces)]
    told = _times_told(statements, times)
    parts = [
        part
        for number, candidate in enumerate(candidates)
        for part in _taken_apart(candidate, told.get(number, {}), groups)
    ]
    pooled: list[Candidate] = []
    for number, time in enumerate(times):
        same = [part.candidate for part in parts if part.time == number]
        if same:
            supporting = [statements[number] for number in time.supporting]
            pooled.append(_merged(same, supporting, time, groups))
    timeless = [part.candidate for part in parts if part.time is None]
    return sorted([*pooled, *timeless], key=lambda candidate: -candidate.score)


def _by_event(
    statements: Sequence[_Statement], question: str
) -> tuple[list[_Statement], list[list[int]]]:
    """The statements that are heard, and their indices by the event that they speak of.

    Each event is that of the best statement that speaks of none of the others.
    """
    matcher = EventMatcher(question, [statement.setting for statement in statements])
    ranked = sorted(statements, key=lambda statement: -statement.evidence.score)
    best = ranked[0]
    heard = [
        statement
        for statement in statements
        if statement.evidence.score >= best.evidence.score - POOLED_LOGITS
        or matcher.same(best.setting, statement.setting)
    ]
    events: list[list[int]] = []
    waiting = sorted(range(len(heard)), key=lambda index: -heard[index].evidence.score)
    while waiting:
        first = heard[waiting[0]].setting
        event = [i for i in waiting if i == waiting[0] or matcher.same(first, heard[i].setting)]
        events.append(sorted(event))
        waiting = [index for index in waiting if index not in event]
    return heard, events


def _times_of(event: Sequence[int], pieces: Sequence[DatedEvidence]) -> list[Combination]:
    """The times that the statements of one event give, best supported first."""
    combination = combine([pieces[index] for index in event])
    if combination is None:
        return []
    return [
        replace(time, supporting=tuple(event[index] for index in time.supporting))
        for time in (combination, *combination.conflicts)
    ]


def _times_told(
    statements: Sequence[_Statement], times: Sequence[Combination]
) -> dict[int, dict[Evidence, int]]:
    """Of each candidate's number, the time of each of its places; the first that it supports."""
    told: dict[int, dict[Evidence, int]] = {}
    for number, time in enumerate(times):
        for index in time.supporting:
            statement = statements[index]
            told.setdefault(statement.candidate, {}).setdefault(statement.evidence, number)
    return told


def _taken_apart(
    candidate: Candidate, time_of: Mapping[Evidence, int], groups: Groups
) -> list[_Part]:
    """A candidate, once for each time that its places state.

    The same words are one answer to the reader, but "last year" of one article is not that of an
    article of another year. Places that state no time stay with the first of the times.
    """
    stated = sorted(set(time_of.values()))
    if len(stated) < 2:
        return [_Part(candidate, stated[0] if stated else None)]
    places = [
        [piece for piece in candidate.evidence if time_of.get(piece, stated[0]) == time]
        for time in stated
    ]
    return [
        _Part(_part(candidate, places, number, groups), time) for number, time in enumerate(stated)
    ]


def _part(
    candidate: Candidate, parts: Sequence[Sequence[Evidence]], number: int, groups: Groups
) -> Candidate:
    """A candidate of one part of another's places, with that part of its odds."""
    articles = [{piece.span.article_id for piece in part} for part in parts]
    elsewhere = set().union(*articles[:number], *articles[number + 1 :])
    # The first part has what no place that is cited accounts for.
    own = articles[number] if number else {*candidate.by_article} - (elsewhere - articles[0])
    by_article = {
        article: candidate.by_article[article]
        if article not in elsewhere
        else log_sum_exp([e.score for e in parts[number] if e.span.article_id == article])
        for article in own
    }
    split = replace(candidate, evidence=tuple(parts[number]), by_article=by_article)
    score, _ = together([split], groups)
    return replace(split, score=score, share=candidate.share * math.exp(score - candidate.score))


def _statements(
    candidates: Sequence[Candidate], article_of: Callable[[str], Article], end: End | None
) -> list[_Statement]:
    statements = []
    if not candidates:
        return []
    floor = candidates[0].score - SAME_EVENT_LOGITS
    for number, candidate in enumerate(candidates):
        for piece in candidate.evidence:
            if piece.score < floor:
                continue
            article = article_of(piece.span.article_id)
            times = times_of_answer(
                article.text, article.published, piece.span.start, piece.span.end, asked=end
            )
            if times:
                span = piece.span
                setting = setting_of(article.text, article.title, span.start, span.end)
                statements.append(_Statement(number, piece, times[0], setting))
    return statements


def _weights(statements: Sequence[_Statement], groups: Groups) -> list[float]:
    """The weight of each statement: its odds, and 0 for copies of a better one."""
    best = max(statement.evidence.score for statement in statements)
    weights = [math.exp(statement.evidence.score - best) for statement in statements]
    articles = [statement.evidence.span.article_id for statement in statements]
    sums: dict[str, float] = {}
    for article, weight in zip(articles, weights, strict=True):
        sums[article] = sums.get(article, 0.0) + weight
    witness: dict[int | str, str] = {}
    for article in sorted(sums, key=lambda article: -sums[article]):
        witness.setdefault(groups.get(article, article), article)
    return [
        weight if witness[groups.get(article, article)] == article else 0.0
        for article, weight in zip(articles, weights, strict=True)
    ]


def _merged(
    candidates: Sequence[Candidate],
    supporting: Sequence[_Statement],
    time: Combination,
    groups: Groups,
) -> Candidate:
    """One candidate of several that state the same time, its finest statement first.

    Args:
        candidates: At least one.
        supporting: What states this time, also in other candidates.
        time: What all of them together mean.
        groups: Which of the articles are copies of one text.
    """
    places = [piece for candidate in candidates for piece in candidate.evidence]
    mine = set(places)
    own = [statement for statement in supporting if statement.evidence in mine]
    own.sort(key=lambda statement: (_days(statement.time), -statement.evidence.score))
    # Places of these candidates that state no time of their own still give the same words.
    evidence = tuple(dict.fromkeys([*(statement.evidence for statement in own), *places]))
    score, by_article = together(candidates, groups)
    apart = log_sum_exp([candidate.score for candidate in candidates])
    return replace(
        candidates[0],
        evidence=evidence,
        score=score,
        # What copies said in other words counted in each of the shares.
        share=sum(candidate.share for candidate in candidates) * math.exp(score - apart),
        by_article=by_article,
        date=time.resolved,
    )


def _days(time: AnswerTime) -> int:
    """The days of the shortest interpretation of a statement; 1 for a day of some year."""
    lengths = [(reading.end - reading.start).days + 1 for reading in time.readings]
    if lengths:
        return min(lengths)
    fields = time.expression.partial
    return 1 if fields is not None and fields.day is not None else 31
