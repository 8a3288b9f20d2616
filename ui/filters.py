"""Date ranges and sources as people type them."""

import calendar
import re
from dataclasses import dataclass
from datetime import date

from index.errors import UserError

_FORM = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Typed:
    """Filters of a question; None leaves that field open."""

    since: date | None = None
    until: date | None = None
    source: str | None = None

    def __str__(self) -> str:
        """In words, "" for no filter."""
        words = []
        if self.since and self.until:
            words.append(f"published {self.since} to {self.until}")
        elif self.since:
            words.append(f"published since {self.since}")
        elif self.until:
            words.append(f"published until {self.until}")
        if self.source:
            words.append(f"source holds “{self.source}”")
        return "Only articles " + ", ".join(words) if words else ""


def typed(since: str | None, until: str | None, source: str | None) -> Typed:
    """Read the three fields; a year or a month means all of it.

    Raises:
        UserError: If a date is not one, or the range holds no day.
    """
    found = Typed(
        _day(since, "From"), _day(until, "Until", last=True), (source or "").strip() or None
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
