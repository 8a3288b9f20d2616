"""ISO dates as the days that they cover."""

import re
from calendar import monthrange
from datetime import date

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def parse_interval(iso: str) -> tuple[date, date]:
    """The first and the last day of an ISO day, month or year, or of `start/end`.

    Raises:
        ValueError: If it is none of them; the message quotes it.
    """
    first, slash, last = iso.partition("/")
    start, end = _days(first, iso), _days(last if slash else first, iso)
    if end[1] < start[0]:
        raise ValueError(f"{iso!r} ends before it starts")
    return start[0], end[1]


def _days(part: str, whole: str) -> tuple[date, date]:
    match = _ISO.fullmatch(part)
    if match is None:
        raise ValueError(f"{whole!r} is not an ISO date such as 2018-06-12, 2018-06 or 2018")
    year, month, day = (int(group) if group else None for group in match.groups())
    try:
        start = date(year or 0, month or 1, day or 1)
        return start, date(start.year, month or 12, day or monthrange(start.year, month or 12)[1])
    except ValueError as error:
        raise ValueError(f"{whole!r} is no date: {error}") from error
