"""Time in news text: find its expressions, resolve them, and combine what passages say.

Pure: strings and dates in, values out; no model, no disk, no clock.
"""

from qa.dates.answers import AnswerTime, anchor_for, time_of_answer, times_of_answer
from qa.dates.combine import Combination, Evidence, combine
from qa.dates.ends import End
from qa.dates.find import find_times
from qa.dates.meaning import Anchor, CalendarFields, TimeExpression
from qa.dates.questions import end_asked, is_when_question, question_interval
from qa.dates.resolve import readings, resolve

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
