"""Time in news text: find its expressions, resolve them, and combine what passages say.

Pure: strings and dates in, values out; no model, no disk, no clock.
"""

from qa.dates.answers import AnswerTime, anchor_for, time_of_answer, times_of_answer
from qa.dates.combine import Combination, Evidence, combine
from qa.dates.parse.find import find_times
from qa.dates.questions import end_asked, is_when_question, question_interval
from qa.dates.resolve.range_ends import End
from qa.dates.resolve.resolve import readings, resolve
from qa.dates.types import Anchor, CalendarFields, TimeExpression

__all__ = [
    "Anchor",
    "AnswerTime",
    "CalendarFields",
    "Combination",
    "End",
    "Evidence",
    "TimeExpression",
    "anchor_for",
    "combine",
    "end_asked",
    "find_times",
    "is_when_question",
    "question_interval",
    "readings",
    "resolve",
    "time_of_answer",
    "times_of_answer",
]
