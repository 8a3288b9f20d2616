"""Time in news text: find its expressions, resolve them, and combine what passages say.

Pure: strings and dates in, values out; no model, no disk, no clock.
"""

from qa.dates.answers import AnswerTime, anchor_for, time_of_answer, times_of_answer
from qa.dates.combine import Combination, Evidence, combine
from qa.dates.find import find_times
from qa.dates.meaning import Anchor, CalendarFields, TimeExpression
from qa.dates.questions import is_when_question, question_interval
from qa.dates.resolve import readings, resolve

__all__ = [
    "Anchor",
    "AnswerTime",
    "CalendarFields",
    "Combination",
    "Evidence",
    "TimeExpression",
    "anchor_for",
    "combine",
    "find_times",
    "is_when_question",
    "question_interval",
    "readings",
    "resolve",
    "time_of_answer",
    "times_of_answer",
]
