"""Publication dates as texts state them: a value, a line of its own, a dateline, a title.

Only a day that is named in full, and in one way, is taken: nothing is guessed.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

MAX_WRITTEN_DATE = 60
"""The longest text that is parsed as a date in words; the parser is slow on longer ones."""

_YEAR_FIRST = re.compile(r"\s*(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)")
_TWO_NUMBERS = re.compile(r"\s*(\d{1,2})([-/.])(\d{1,2})\2(\d{2,4})(?!\d)")
_FULL_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_UNLIKE = datetime(2001, 1, 1), datetime(2004, 12, 28)
"""Two default days without a part in common, which show the parts that a text leaves open."""

_FIRST_YEAR = 1000
"""The first year that is taken: programs write earlier ones, as 0001-01-01, for no date."""

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_WEEKDAY = r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?,?[ \t]+)"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_CLOCK = (
    r"(?:[ \t]*(?:,|\bat\b|T|/|-|–|\|)?[ \t]*\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?"
    r"(?:[ \t]*[ap]\.?m\b\.?)?)"
)
_ZONE = r"(?:[ \t]*(?:Z|(?-i:GMT|UTC|[A-Z]{1,4}T)\b|[+-]\d{2}:?\d{2})(?:[ \t]*\([A-Z]{2,5}\))?)"
_WORDED = rf"{_WEEKDAY}?(?:the[ \t]+)?(?:{_DAY}[ \t]+(?:of[ \t]+)?{_MONTH}|{_MONTH}[ \t]+{_DAY})"
_ISO = r"\d{4}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)\d{1,2}"
_NUMBERS = r"\d{1,2}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)\d{4}"
_WRITTEN = rf"(?:{_WORDED},?[ \t]+\d{{4}}|{_ISO})(?!\d)"
_WRITTEN_OR_NUMBERS = rf"(?:{_WRITTEN}|{_WEEKDAY}?{_NUMBERS}(?!\d))"
_LABEL = (
    r"(?:(?:first[ \t]+)?(?:published|posted|publication[ \t]+date|date[ \t]+published|"
    r"date[ \t]+posted|issued|released|release[ \t]+date|date|dated|filed|written|created|added|"
    r"submitted)(?:[ \t]+(?:on|at|online))?[ \t]*[:–-]?[ \t]*)"
)
_CHANGED = r"(?:(?:last[ \t]+)?(?:updated|modified|revised|edited|changed)\b[^|\n]{0,60})"
_BYLINE = r"(?:by[ \t]+[^|\n\d]{2,80}?)"
_LENGTH = r"(?:\d{1,3}[ \t]+min(?:ute)?s?(?:[ \t]+read)?)"
_SEPARATOR = r"[ \t]*(?:[|•·,;/–—]|--?)[ \t]*"
_DATE_LINE = re.compile(
    rf"[*_(\[]*(?:{_BYLINE}(?:{_SEPARATOR}|[ \t]+))?"
    rf"{_LABEL}?(?P<day>{_WRITTEN_OR_NUMBERS}){_CLOCK}?{_ZONE}?"
    rf"(?:(?:{_SEPARATOR}|[ \t]+)(?:{_CHANGED}|{_BYLINE}|{_LENGTH}))*[*_)\].]*",
    re.IGNORECASE,
)
_DAY_LINE = re.compile(
    rf"[*_(\[]*{_LABEL}?{_WRITTEN_OR_NUMBERS}{_CLOCK}?{_ZONE}?[*_)\].]*", re.IGNORECASE
)
_CHANGE_LINE = re.compile(
    r"[*_(\[]*(?:last[ \t]+)?(?:updated|modified|revised|edited|changed)(?:[ \t]+(?:on|at))?"
    rf"[ \t]*[:–-]?[ \t]*{_WRITTEN_OR_NUMBERS}{_CLOCK}?{_ZONE}?[*_)\].]*",
    re.IGNORECASE,
)
_DAY_IN_LINE = re.compile(
    rf"{_LABEL}?(?P<day>{_WRITTEN_OR_NUMBERS}){_CLOCK}?{_ZONE}?", re.IGNORECASE
)
_PART_END = r"(?:[ \t]*[|•·,;—–][ \t]*|[ \t]+(?:--?|/)[ \t]+|[ \t]+(?=(?i:by)[ \t]))"
_BETWEEN_PARTS = re.compile(_PART_END)
_NO_NAMES = re.compile(rf"{_PART_END}(?:{_CHANGED}|{_LENGTH})(?=[ \t]*(?:\||$))", re.IGNORECASE)
_BY_ON = re.compile(r"(\bby[ \t]+[^\0|]{2,60}?)[ \t]+on[ \t]+\0", re.IGNORECASE)
_BY = re.compile(
    r"(?:(?:written|words|posted|published|submitted|reported|filed|story|text)[ \t]+)?by\b:?[ \t]+"
    r"|(?:text|words|story|author|reporter|name):[ \t]+",
    re.IGNORECASE,
)
_SET_APART = re.compile("[|•·]")
_OF_A_NAME = frozenset(
    "and & of the in for de del der den des di da do dos du la le van von zu al el bin ibn y "
    "och und et".split()
)
_OF_NO_PERSON = frozenset("of the in for".split())
_VENUE = re.compile(
    r"\b(?:hall|street|road|avenue|square|park|church|cathedral|abbey|theat(?:re|er)|museum|gallery|"
    r"library|school|college|university|hotel|stadium|arena|cent(?:re|er)|palace|castle|house|room|"
    r"club|beach|airport|station|court|bridge|garden|market|pier|harbour|harbor)s?$",
    re.IGNORECASE,
)
"""A place and a day below a headline are where and when something takes place."""

_ROLE_WORDS = "correspondent|reporter|editor|writer|columnist|contributor|photographer"
_ROLE = r"(?:,[ \t]+(?:[\w-]+[ \t]+){0,3}(?i:" + _ROLE_WORDS + "))"
_BYLINE_ALONE = re.compile(
    r"[ \t]*[*_]*(?:[Ww]ritten by|BY|[Bb]y)\b[ \t]*:?[ \t]+"
    r"[A-Z][\w.'’-]*(?:[ \t]+(?:[A-Z][\w.'’-]*|and|de|der|van|von|of|the|in|for|&)|,)*"
    rf"{_ROLE}?[*_ \t\r]*"
)

_PLACE_WORD = r"(?:[A-Z][\w.'’-]*|d[aeiou]s?|of|the|la|le|el|al|and|on|upon)"
_PLACE = rf"{_PLACE_WORD}(?:[ \t]+{_PLACE_WORD}){{0,3}}"
_AGENCY = r"(?:[ \t]*(?:\([^()\n]{1,40}\)|/[^/\n]{1,40}/))"
_DASH = r"[ \t]*(?:\.?[ \t]*[—–]|\.?[ \t]*--?(?![\w-])|:(?=[ \t]))[ \t]*(?=[^\s])"
# A day or a year behind the dash ends a period: the words are those of a sentence.
_NO_PERIOD = rf"(?!(?i:{_WORDED}\b|{_MONTH})|\d{{4}}\b|[Pp]resent\b|[Tt]oday\b)"
# Words in brackets behind a name explain it, unless they are an agency.
_KNOWN_AGENCY = (
    r"[(/](?i:(?:the[ \t]+)?associated press|ap|reuters|thomson reuters foundation|afp|dpa|upi|"
    r"xinhua|kyodo(?: news)?|tass|interfax|ansa|efe|lusa|anadolu|aa|ani|pti|ians|yonhap|aap|cp|"
    r"the canadian press|pa|pa media|bloomberg|cnn|bbc|cbs|inter press service|ips|"
    r"(?:business|globe ?news|marketwired|pr ?news)wire|globe newswire|pr newswire|wikinews)[)/]"
)
_DATELINE = re.compile(
    rf"[ \t]*(?P<place>{_PLACE}(?:,[ \t]+{_PLACE}){{0,2}})(?P<before>{_AGENCY}?)"
    rf"(?:[,.]?[ \t]+|[ \t]*[—–][ \t]*)(?P<open>[(\[])?"
    rf"(?P<day>(?i:{_WORDED})(?P<year>,?[ \t]+\d{{4}})?)(?(open)[)\]])"
    rf"(?P<after>{_AGENCY}?){_DASH}{_NO_PERIOD}"
)
_WITHOUT_DAY = re.compile(
    rf"[ \t]*(?P<place>{_PLACE}(?:,[ \t]+{_PLACE}){{0,2}})[ \t]*{_KNOWN_AGENCY}{_DASH}{_NO_PERIOD}"
)
_WITHOUT_PLACE = re.compile(
    rf"[ \t]*(?P<day>(?i:{_WORDED})(?:,?[ \t]+\d{{4}})?){_AGENCY}{_DASH}{_NO_PERIOD}"
)
_TITLE_END = re.compile(
    rf"(?:^|.*[,:;(\[|–—]|.*[ \t]-)[ \t]*(?P<day>{_WRITTEN})[)\]]?[ \t.]*", re.I
)
_TITLE_START = re.compile(rf"[ \t]*(?P<day>{_WRITTEN})[ \t]*(?:[:|–—]|-[ \t]).*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dateline:
    """The place and day that an agency puts before a report.

    Attributes:
        date: The day as it is written, perhaps without its year; "" if there is none.
        end: Where the report itself begins.
    """

    date: str
    end: int


def stated_date(value: Any) -> date | None:  # noqa: ANN401 - JSON hands over anything
    """The day that a value names in full, and in one way only.

    "2019-01-19", "Sat, 19 Jan 2019 10:00 GMT" and "January 19, 2019" do. "June 2018" and "19 Jan"
    do not, nor does "01/02/2019", which is two days to two readers: nothing is guessed. A time
    with its zone is on the day that is written, whatever day that is elsewhere.

    Args:
        value: A string; `date` and `datetime` are taken as they are.

    Returns:
        None for anything else.
    """
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if not isinstance(value, str):
        return None
    if parts := _YEAR_FIRST.match(value):
        return _day(*(int(part) for part in parts.group(1, 3, 4)))
    if len(value) > MAX_WRITTEN_DATE or not _FULL_YEAR.search(value):
        return None
    return _written_date(value)


def why_no_date(value: str) -> str:
    """Why `stated_date` takes no day from a text, in words that follow the text."""
    numbers = _TWO_NUMBERS.match(value)
    if numbers and max(int(numbers.group(1)), int(numbers.group(3))) <= 12:
        return "has two readings; write it as YYYY-MM-DD"
    return "is not a full date; write it as YYYY-MM-DD"


def date_line(line: str) -> str | None:
    """The date of a line that holds nothing else but labels, a byline and the time of day.

    Args:
        line: One line, as "Posted: Friday, May 3, 2019 | Updated: Saturday, May 4, 2019".

    Returns:
        The date as it is written, for `stated_date`; None if the line is no such line.
    """
    line = line.strip()
    if len(line) > 200 or not _FULL_YEAR.search(line):
        return None
    whole = _DATE_LINE.fullmatch(line)
    return whole.group("day") if whole else None


def signed_day(line: str) -> str | None:
    """The date of a line below a headline that says who wrote the text and when.

    Names need no "by" there: "2021-09-30 | Ida Moor", "Ida Moor, The Post – 30 September 2021".

    Args:
        line: One line.

    Returns:
        The date as it is written, for `stated_date`; None if the line is no such line.
    """
    line = line[:201].strip(" \t\r\n*_")
    if line.startswith("(") and line.endswith(")"):
        line = line[1:-1]
    line = _NO_NAMES.sub("", line)
    days = [] if len(line) > 200 else list(_DAY_IN_LINE.finditer(line))
    if len(days) != 1:
        return None
    without_day = f"{line[: days[0].start()]}\0{line[days[0].end() :]}"
    parts = _BETWEEN_PARTS.split(_BY_ON.sub("\\1, \0", without_day))
    if "\0" not in parts:
        return None  # The date is a part of the words beside it.
    names = [part for part in parts if part != "\0"]
    if not 0 < len(names) < 5 or not all(map(_is_name, names)):
        return None
    # A place and a day stand with a comma or a dash, too, as above a letter.
    signed = _SET_APART.search(line) or any(map(is_person, names))
    return days[0].group("day") if signed else None


def _is_name(part: str) -> bool:
    """Return whether words are written as the name of a person, a newspaper or a role."""
    by = _BY.match(part)
    words = part[by.end() if by else 0 :].split()
    if not 0 < len(words) < 7 or _VENUE.search(part) or any(map(str.isdigit, part)):
        return False
    if words[0] == "Dear" or any(word.endswith(":") for word in words):
        return False  # Who is written to, is present or took the photograph.
    if by and len(words) == 1:
        return True  # As "admin", or another name of an account.
    if re.fullmatch(_ROLE_WORDS, words[-1], re.IGNORECASE):
        return True
    return words[0][0].isupper() and all(word[0].isupper() or word in _OF_A_NAME for word in words)


def is_person(words: str) -> bool:
    """Return whether words may be the name of a person, or are marked as one by "by"."""
    if _BY.match(words):
        return True
    names = words.split()
    return len(names) > 1 and _is_name(words) and not _OF_NO_PERSON.intersection(names)


def is_role(line: str) -> bool:
    """Return whether a line only says what a journalist is, as below a byline."""
    words = line.split()
    role = 0 < len(words) < 5 and re.fullmatch(_ROLE_WORDS, words[-1], re.IGNORECASE)
    return bool(role) and all(word[0].isupper() for word in words)


def is_day_line(line: str) -> bool:
    """Return whether a `date_line` says nothing beside its date, a label and a time."""
    return _DAY_LINE.fullmatch(line.strip()) is not None


def is_change_line(line: str) -> bool:
    """Return whether a line is the date of a change: "Updated: 4 May 2019, 10:30"."""
    line = line.strip()
    return len(line) <= 120 and _CHANGE_LINE.fullmatch(line) is not None


def is_byline(line: str) -> bool:
    """Return whether a line only names who wrote the text."""
    return len(line) <= 120 and _BYLINE_ALONE.fullmatch(line) is not None


def dateline(text: str, start: int) -> Dateline | None:
    """The dateline at the beginning of a paragraph, as "ELBY, 3 May 2019 (NW) - ".

    Args:
        text: The text.
        start: Where the paragraph begins.
    """
    end = start + 200
    if line := _WITHOUT_PLACE.match(text, start, end):
        return Dateline(line.group("day"), line.end())
    if line := _WITHOUT_DAY.match(text, start, end):
        return Dateline("", line.end())
    line = _DATELINE.match(text, start, end)
    if line is None:
        return None
    agency = line.group("before") or line.group("after")
    # A name in small letters with a day in brackets is a person as likely as a place; with a day
    # that has no year, the two may as well be the text's own words.
    plain = line.group("year") and not line.group("open")
    return (
        Dateline(line.group("day"), line.end()) if plain or agency or _in_capitals(line) else None
    )


def _in_capitals(line: re.Match[str]) -> bool:
    return line.group("place").split(",")[0].isupper()


def title_date(title: str) -> date | None:
    """The day that stands apart in a title, as in "State of the Union, January 27, 1998"."""
    if len(title) > 300 or not _FULL_YEAR.search(title):
        return None
    apart = _TITLE_END.fullmatch(title) or _TITLE_START.fullmatch(title)
    return stated_date(apart.group("day")) if apart else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else None
    except ValueError:
        return None


def _written_date(value: str) -> date | None:
    from dateutil import parser

    days = set()
    for day_first in (False, True):
        for missing in _UNLIKE:
            try:
                made = parser.parse(value, dayfirst=day_first, default=missing, ignoretz=True)
            except (ValueError, OverflowError, TypeError, ArithmeticError):
                return None
            days.add(made.date())
    # A part that is not in the text comes from the default, so that the days differ.
    stated = days.pop() if len(days) == 1 else None
    return stated if stated and stated.year >= _FIRST_YEAR else None
