"""Filters of articles: as people type them, as chips, and how many articles pass."""

import calendar
import re
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from index.collection import Collection
from index.errors import UserError
from index.types import Filters, Summary
from qa.dates import find_times, question_interval
from ui.page.evidence import attributes, text_html, title_of
from ui.shown import safe_link, source_name

_LONGEST_DATE = 60

SOURCES_SHOWN = 40
"""Sources to choose from, at most; a part of a name that is typed brings others."""

_FORM = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def in_words(filters: Filters, titles: Sequence[str] = ()) -> str:
    """The filters in words; "" if they let everything pass.

    Args:
        filters: As `typed` gives them.
        titles: Of the only articles that are asked, if some were chosen.
    """
    words = []
    if filters.since and filters.until:
        words.append(f"published {filters.since} to {filters.until}")
    elif filters.since:
        words.append(f"published since {filters.since}")
    elif filters.until:
        words.append(f"published until {filters.until}")
    if filters.source:
        words.append(f"source holds “{filters.source}”")
    if titles:
        named = ", ".join(f"“{title}”" for title in titles)
        return ", ".join([f"Only the article{'' if len(titles) == 1 else 's'} {named}", *words])
    return "Only articles " + ", ".join(words) if words else ""


def typed(
    since: str | None,
    until: str | None,
    source: str | None = None,
    articles: Sequence[str] = (),
    today: date | None = None,
) -> Filters:
    """Read the fields; a year or a month means all of it, and so does "last year".

    Args:
        since: The first day.
        until: The last day.
        source: A part of the source.
        articles: Ids of the only articles that are asked, if some were chosen.
        today: From which "last year" counts; by default today.

    Raises:
        UserError: If a date is not one, or the range holds no day.
    """
    today = today or date.today()
    filters = Filters(
        _day(since, "From", today),
        _day(until, "Until", today, last=True),
        (source or "").strip() or None,
        frozenset(articles),
    )
    if filters.since and filters.until and filters.since > filters.until:
        raise UserError(f"no day is both after {filters.since} and before {filters.until}")
    return filters


@dataclass(frozen=True, slots=True)
class Passing:
    """The numbers of articles that the filters let pass.

    Attributes:
        passing: Those that pass.
        total: All of the collection.
        sources: Where the articles come from, each with how many do, most first: those that hold
            what was typed, or all if that is one of them.
        titles: Of the articles that were chosen by id, in the order of the ids.
        more_sources: How many sources are not in `sources` for want of room.
    """

    passing: int
    total: int
    sources: tuple[tuple[str, int], ...]
    titles: tuple[str, ...]
    more_sources: int = 0


def passing(collection: Collection, filters: Filters) -> Passing:
    """Count what the filters let pass."""
    articles = _summaries(collection, collection.state())
    kept = sum(_passes(article, filters) for article in articles)
    counts = Counter(name for article in articles if (name := _short_source(article.source)))
    titles = {
        article.id: title_of(article) for article in articles if article.id in filters.articles
    }
    named = tuple(titles.get(article_id, article_id) for article_id in sorted(filters.articles))
    if filters.source and filters.source not in counts:
        # What was typed is a part; one that was chosen may be changed for another.
        part = filters.source.lower()
        held = {
            _short_source(line.source) for line in articles if part in (line.source or "").lower()
        }
        counts = Counter({name: count for name, count in counts.items() if name in held})
    listed = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0].lower()))
    more = max(0, len(listed) - SOURCES_SHOWN)
    return Passing(kept, len(articles), tuple(listed[:SOURCES_SHOWN]), named, more)


def chips(filters: Filters, numbers: Passing) -> str:
    """The filters as chips, each with a button that removes it, and how many articles pass."""
    parts = []
    if filters.since:
        parts.append(_chip("since", f"from {filters.since}"))
    if filters.until:
        parts.append(_chip("until", f"until {filters.until}"))
    if filters.source:
        parts.append(_chip("source", f"source: {filters.source}"))
    for article_id, title in zip(sorted(filters.articles), numbers.titles, strict=True):
        parts.append(_chip("article", f"only “{title}”", article_id))
    if not parts:
        return ""
    hidden = " aq-none-pass" if not numbers.passing else ""
    return (
        f'<ul class="aq-chips" aria-label="Filters">{"".join(parts)}</ul>'
        f'<p class="aq-passing{hidden}" role="status">{numbers.passing:,} of {numbers.total:,} '
        f"article{'' if numbers.total == 1 else 's'}</p>"
    )


def sources(filters: Filters, numbers: Passing) -> str:
    """The sources to choose from."""
    rows = "".join(
        f'<li><button type="button" aria-pressed="{"true" if name == filters.source else "false"}"'
        f"{attributes(action='source', source=name)}>{text_html(name)} "
        f"<span>{count:,}</span></button></li>"
        for name, count in numbers.sources
    )
    if not rows:
        return ""
    more = (
        f'<p class="aq-more-sources">{numbers.more_sources:,} more: type a part of the name</p>'
        if numbers.more_sources
        else ""
    )
    return f'<ul class="aq-sources" aria-label="Sources">{rows}</ul>{more}'


def _chip(name: str, words: str, article_id: str = "") -> str:
    said = text_html(words)
    data = attributes(action="unfilter", filter=name, article=article_id)
    return (
        f'<li><span>{said}</span><button type="button"{data} aria-label="Remove: {said}">'
        '<span aria-hidden="true">×</span></button></li>'
    )


@lru_cache(maxsize=8)
def _summaries(collection: Collection, _: Hashable) -> tuple[Summary, ...]:
    return collection.summaries("", 0, 10**9).articles


def _passes(article: Summary, filters: Filters) -> bool:
    """As the collection's own search filters."""
    if filters.since and not (article.published and article.published >= filters.since):
        return False
    if filters.until and not (article.published and article.published <= filters.until):
        return False
    if filters.source and filters.source.lower() not in (article.source or "").lower():
        return False
    return not filters.articles or article.id in filters.articles


def _short_source(source: str | None) -> str:
    """The site of an address, or the name of a file."""
    link = safe_link(source or "")
    return urlsplit(link).netloc if link else source_name(source)


def _day(text: str | None, field: str, today: date, *, last: bool = False) -> date | None:
    stripped = (text or "").strip()
    if not stripped:
        return None
    match = _FORM.fullmatch(stripped)
    if match:
        year, month, day = (int(group) if group else None for group in match.groups())
        try:
            if year is not None:
                month = month or (12 if last else 1)
                day = day or (calendar.monthrange(year, month)[1] if last else 1)
                return date(year, month, day)
        except ValueError:
            pass
    elif len(stripped) <= _LONGEST_DATE and _is_time(stripped):
        named = question_interval(stripped, today)
        if named is not None:
            return named.end if last else named.start
    raise UserError(
        f"{field}: {stripped[:40]!r} is not a date like 2019, 2019-01, 2019-01-19 or last year"
    )


def _is_time(text: str) -> bool:
    """Return whether a text names a time and nothing beside it."""
    times = find_times(text, lenient=True)
    if len(times) != 1:
        return False
    beside = f"{text[: times[0].start]} {text[times[0].end :]}"
    return set(beside.lower().split()) <= {"the", "in", "of", "since", "until", "from"}
