"""The year that a story is in, where it is not that of its article."""

import re
from bisect import bisect_left

from qa.dates.find import find_times
from qa.dates.meaning import CalendarFields, TimeExpression

_REACH = 300
_LED_BY = re.compile(r"(?:\b(?:in|on|of|by)\s(?:the\s)?|[.!?]\s|\n|^)$", re.IGNORECASE)


def told_year(expression: TimeExpression, text: str) -> tuple[int, str] | None:
    """The year last told before an expression in its paragraph, with its words.

    "In 1752 the calendar was changed. In September ..." need not be last September.

    Returns:
        None if no year was told as the time of something ("in 2003", "on 1 May 2003", but not
        "since 2003" or "the 2003 budget") in the paragraph's 300 characters before.
    """
    low = max(expression.start - _REACH, 0)
    low = max(text.rfind("\n\n", low, expression.start), low)
    times = find_times(text)
    index = bisect_left(times, expression.start, key=lambda e: e.start)
    while index and times[index - 1].start >= low:
        index -= 1
        before = times[index]
        fields = before.meaning
        if isinstance(fields, CalendarFields) and fields.year is not None:
            led = _LED_BY.search(text, max(before.start - 9, 0), before.start)
            return (fields.year, before.quote) if led else None
    return None
