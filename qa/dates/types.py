"""Types of the date rooms: what an expression says, before it is known when it was written."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from qa.types import Granularity

Unit = Literal["day", "week", "month", "quarter", "year", "decade", "century"]
Part = Literal["early", "mid", "late", "so far", "from now"]
Sign = Literal[-1, 0, 1]
Measure = Literal["distance", "stretch", "calendar"]


@dataclass(frozen=True, slots=True)
class Interval:
    """The days from `start` to `end`, both included; `start <= end`."""

    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def within(self, outer: "Interval") -> bool:
        """True if no day of this lies outside `outer`."""
        return outer.start <= self.start and self.end <= outer.end


@dataclass(frozen=True, slots=True)
class Shift:
    """A calendar unit counted from the one now: "last year" is `Shift("year", -1)`."""

    unit: Unit
    count: int


@dataclass(frozen=True, slots=True)
class CalendarFields:
    """The parts of a date that are named; None for those that are not.

    Attributes:
        year: 1 to 2199.
        month: 1 to 12.
        day: 1 to 31, of the month.
        weekday: 0 (Monday) to 6.
        season: 0 (spring) to 3 (winter), as in the northern hemisphere.
        quarter: 1 to 4, of the year.
        half: 1 or 2, of the year.
        weekend: True for Saturday and Sunday.
        week: True for the week that holds the day: "the week of 4 March".
        nth: Which `weekday` (or, without one, which week) of the month; -1 is the last.
        shift: The unit, counted from now, that the other fields lie in ("June last year").
        pick: Which of several is meant: -1 "last November", 0 "this Friday", 1 "next spring".
        part: Which part of the whole: "early 2018", "earlier this month" ("so far").
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    season: int | None = None
    quarter: int | None = None
    half: int | None = None
    weekend: bool = False
    week: bool = False
    nth: int | None = None
    shift: Shift | None = None
    pick: Sign | None = None
    part: Part | None = None

    @property
    def anchored(self) -> bool:
        """True if the fields say which year they lie in, or count from now."""
        return self.year is not None or self.shift is not None or self.pick is not None

    @property
    def full(self) -> bool:
        """True if the fields name one day outright."""
        named = self.year is not None and self.month is not None and self.day is not None
        return named and not self.week


@dataclass(frozen=True, slots=True)
class Era:
    """A decade or a century.

    Attributes:
        first: Its first year, a multiple of its length: the 20th century begins in 1900 (ISO 8601).
            For a decade of an unnamed century ("the '90s"), 0 to 90.
        length: 10 or 100 years.
        part: Which part of it.
    """

    first: int
    length: Literal[10, 100]
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Offset:
    """A distance from the day of writing: "today", "two weeks ago", "in three days".

    Attributes:
        unit: What is counted.
        count: How many; negative is before.
        exact: True if the day itself is meant ("two years ago today"), not the unit around it.
        if_future: True if it is a point in time only in a sentence about the future: "in two
            weeks" is also how long something takes.
    """

    unit: Unit
    count: int
    exact: bool = False
    if_future: bool = False


@dataclass(frozen=True, slots=True)
class Rolling:
    """A stretch that ends (`count < 0`) or begins (`count > 0`) on the day of writing."""

    unit: Unit
    count: int


@dataclass(frozen=True, slots=True)
class FromEvent:
    """A distance from another event: "the day after", "a week later", "the same month".

    Attributes:
        unit: What is counted.
        count: How many; negative is before, None is unsaid ("days later").
        follows: True if the event is named after the expression ("the day after the summit"),
            False if before it ("a week later").
        measure: "distance" is so far away, days and weeks to the day ("a week later"); "stretch"
            all days up to there ("the week before"); "calendar" a unit of the calendar ("the
            next week").
        weekday: The nearest such day after or before the event is meant: "the following Monday".
        fields: What is named within the unit: "in June of that year", "two years later, in May".
    """

    unit: Unit
    count: int | None
    follows: bool
    measure: Measure = "distance"
    weekday: int | None = None
    fields: CalendarFields | None = None


@dataclass(frozen=True, slots=True)
class Vague:
    """A time that no calendar can hold: "a few days ago"."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """A time that comes back, so that it has no one date: "every second Tuesday" (TimeML: SET)."""


@dataclass(frozen=True, slots=True)
class Lasting:
    """A stretch told by its first day and its length: "for two weeks from 20 December"."""

    first: CalendarFields
    unit: Unit
    count: int


@dataclass(frozen=True, slots=True)
class Fixed:
    """An interval named outright that the fields cannot hold: "winter 2018-19"."""

    interval: Interval
    granularity: Granularity


@dataclass(frozen=True, slots=True)
class Either:
    """An expression with more than one reading: "12/06/2018"."""

    readings: tuple["Meaning", ...]


@dataclass(frozen=True, slots=True)
class Between:
    """From the start of `first` to the end of `last`."""

    first: CalendarFields
    last: CalendarFields


Meaning = (
    CalendarFields
    | Era
    | Offset
    | Rolling
    | FromEvent
    | Vague
    | Recurring
    | Lasting
    | Fixed
    | Either
    | Between
)


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time expression in a text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last character; `text[start:end]` is the expression.
        quote: The expression, verbatim.
        meaning: What it says.
    """

    start: int
    end: int
    quote: str
    meaning: Meaning

    @property
    def partial(self) -> CalendarFields | None:
        """The calendar constraint of an expression that names no year, such as "12 June"."""
        fields = self.meaning
        if isinstance(fields, CalendarFields) and not fields.anchored and fields.part is None:
            return fields
        return None


@dataclass(frozen=True, slots=True)
class Anchor:
    """The day from which relative and partial expressions are counted.

    Attributes:
        date: The day.
        inferred: False if it is the day of writing. True if it is the article's latest date,
            so that the article was written then or some days later.
        distant: True if nothing shows that it was written within days of an inferred date. Only
            what lacks its year ("12 June") is read by it then, and not "Friday" or "last month".
    """

    date: date
    inferred: bool = False
    distant: bool = False
