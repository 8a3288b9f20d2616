"""Date ranges and sources as people type them."""

import calendar
import re
from datetime import date

from index.errors import UserError
from index.types import Filters, Summary
from ui.page.evidence import title_of

_FORM = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def in_words(filters: Filters, alone: Summary | None = None) -> str:
    """What the filters let pass, "" for everything.

    Args:
        filters: As `typed` gives them.
        alone: The only article that is asked, if one was chosen.
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
    if alone is not None:
        return ", ".join([f"Only the article “{title_of(alone)}”", *words])
    return "Only articles " + ", ".join(words) if words else ""


def typed(
    since: str | None, until: str | None, source: str | None, alone: Summary | None = None
) -> Filters:
    """Read the three fields; a year or a month means all of it.

    Args:
        since: The first day.
        until: The last day.
        source: A part of the source.
        alone: The only article that is asked, if one was chosen.

    Raises:
        UserError: If a date is not one, or the range holds no day.
    """
    found = Filters(
        _day(since, "From"),
        _day(until, "Until", last=True),
        (source or "").strip() or None,
        frozenset({alone.id} if alone else ()),
    )
    if found.since and found.until and found.since > found.until:
        raise UserError(f"no day is both after {found.since} and before {found.until}")
    return found


def _day(text: str | None, field: str, *, last: bool = False) -> date | None:
    stripped = (text or "").strip()
    if not stripped:
        return None
    match = _FORM.fullmatch(stripped)
    if match:
        year, month, day = (int(each) if each else None for each in match.groups())
        try:
            if year is not None:
                month = month or (12 if last else 1)
                day = day or (calendar.monthrange(year, month)[1] if last else 1)
                return date(year, month, day)
        except ValueError:
            pass
    raise UserError(f"{field}: {stripped[:40]!r} is not a date like 2019, 2019-01 or 2019-01-19")
