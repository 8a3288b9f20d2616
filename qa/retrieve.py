"""The passages that are read for a question: those that are nearest, and those of its time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Protocol

from index.types import NO_FILTERS, Filters, Hit
from qa.dates import question_interval
from qa.settings import LONGEST_TIME_DAYS, REPORTED_DAYS, TIMELY_SIMILARITY


class Retriever(Protocol):
    """Finds passages for a question. `index.Collection` is one."""

    def search(self, question: str, k: int, filters: Filters | None = None) -> Sequence[Hit]:
        """The `k` passages that are nearest to a question, best first.

        The hits of one call see each article in one version.
        """
        ...


def passages_for(
    retriever: Retriever, question: str, k: int, filters: Filters, today: date
) -> list[Hit]:
    """The passages that are read for a question, best first.

    If it names a time, articles published then are searched for by themselves. "2018" finds those
    of 2018 by its digits; "last year", "in the summer of 2020" and "in May 2020" do not.

    Args:
        retriever: Where to search.
        question: In words that stand alone.
        k: How many passages.
        filters: Which articles may be searched.
        today: From which "last week" counts.
    """
    hits = list(retriever.search(question, k, filters))
    timely = _published_in(question, filters, today)
    if timely is None or len(hits) < k:
        return hits
    by_passage = {hit.passage: hit for hit in hits}
    worth = {hit.passage: hit.score for hit in hits}
    read = {hit.passage.article_id: hit.article for hit in hits}
    for hit in retriever.search(question, k, timely):
        # An article may have been replaced between the two searches.
        if read.get(hit.passage.article_id, hit.article) != hit.article:
            continue
        worth[hit.passage] = worth.get(hit.passage, hit.score) + TIMELY_SIMILARITY
        by_passage.setdefault(hit.passage, hit)
    nearest = sorted(by_passage, key=lambda passage: -worth[passage])[:k]
    return sorted((by_passage[passage] for passage in nearest), key=lambda hit: -hit.score)


def _published_in(question: str, filters: Filters, today: date) -> Filters | None:
    """The filters, narrowed to articles of the time that a question names; None if it has none."""
    time = question_interval(question, today)
    if time is None or (time.end - time.start).days > LONGEST_TIME_DAYS:
        return None
    since = max(time.start, filters.since or time.start)
    reported = timedelta(days=REPORTED_DAYS)
    last = min(time.end, date.max - reported) + reported
    until = min(last, filters.until or last)
    return replace(filters or NO_FILTERS, since=since, until=until)
