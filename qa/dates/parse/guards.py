"""Refuses words that only look like a time: "may" the verb, "2000 people", "the 12th floor"."""

import re
from functools import lru_cache
from itertools import pairwise

from qa.dates import lexicon
from qa.dates.lexicon import words
from qa.dates.parse.grammar import Match

_SAYS_TIME = frozenset(words("in since until till during throughout last next early late mid"))
_MAY_SAY_TIME = _SAYS_TIME | frozenset(
    words("from between by before after to through around of and for")
)
_SAYS_YEAR = _SAYS_TIME | frozenset(
    words(
        "from between by before after to through of year circa ended ending summer winter spring"
        " autumn the a his her their its our back as around"
    )
)
_LED_EARLY = frozenset(words("in since until till circa"))
_AFTER_YEAR = frozenset(
    words(
        "he she it they his her its their the when who which where while by at on to after before"
    )
) | {"and", "but", "as", "with", "was", "were", "under", "until"}
_DETERMINERS = frozenset(words("the a an his her its their our this that s"))
_RECURRING = frozenset(words("every each alternate most"))
_NEAR = 60
_PERIOD = r"(?:day|week|weekend|fortnight|month|quarter|year|decade)s?"
_EVERY = r"\b(?:every|each|alternate)\s+(?:(?:other|[a-z]+|\d+(?:st|nd|rd|th)?)\s+)?"
_COMES_BACK_BEFORE = re.compile(
    rf"(?:{_EVERY}(?:{_PERIOD},?\s+)?|\b(?:once|twice|times)\s+(?:a|an|per|every|each)\s+{_PERIOD},?\s+"
    r"|\b(?:annually|yearly|monthly|weekly|daily|usually|normally|traditionally|typically|always|generally)\s+"
    r"(?:\w+\s+)?|\b(?:annual|yearly|biennial|weekly|monthly)\s[^.;]{0,40}\b(?:is|are|takes?|falls?|runs?)"
    r"\s+(?:\w+\s+)?)(?:(?:in|on|during|at)\s+)?(?:the\s+|early\s+|late\s+|mid-?)?"
    r"(?:\w+(?:,\s+|\s+(?:and|or)\s+)(?:(?:in|on)\s+)?)*$",
    re.IGNORECASE,
)
_COMES_BACK_AFTER = re.compile(
    rf",?\s+(?:(?:of|in)\s+)?(?:{_EVERY}{_PERIOD}\b|(?:annually|yearly)\b)", re.IGNORECASE
)
_CURRENCY = frozenset("$£€¥₹#№")
_FUNCTION_WORDS = frozenset(
    words(
        "and or but at in to with for when after before on by from as that which who while where"
        " is was are were will would has had have if although because until since than then so not"
        " he she it they we you i there this his her their its the a an said says told of about"
        " during between amid against via without may can could should might must did does do"
        " saw brought came went took began"
    )
)
_MAY = re.compile(r" May\b")
_PERSON = re.compile(
    r"\b(?:(?!In\b|Since\b|By\b|Last\b|Next\b|Early\b|Late\b|Until\b|From\b|On\b|Mid\b)"
    r"[A-Z][a-z]+|Mrs?\.|Ms\.|PM)$"
)
_NEWSPAPERS = frozenset(
    words("times telegraph mirror express mail people post world herald star sun night review")
)
_NAMED_DAYS = frozenset(
    words(
        "black bloody good ash shrove super cyber fat maundy easter palm whit holy freaky sheffield"
    )
)
_TIES = frozenset("-–/_+.")
_FRAGMENT = frozenset("(,:;.")
_TIES_ON = frozenset("-–/:%_+@&°")
_MOVED = re.compile(
    r"\b(?:moved|postponed|delayed|rescheduled|shifted|brought|pushed|put|changed)\b[^.]{0,60}$",
    re.IGNORECASE,
)
_FINANCE = re.compile(
    r"profit|revenue|earning|sales|growth|GDP|econom|result|fiscal|financial|shipment|inflation"
    r"|loss|income|output|forecast|quarterly|margin|shares|dividend",
    re.IGNORECASE,
)


def names_are_written_so(match: Match) -> bool:
    """True if the months and weekdays in it are written as names are.

    Full names without another sense may be small; "may", "march" and abbreviations only in a
    question, or "may" and "march" with a year beside.
    """
    for left, right in pairwise(match.words):
        if right.lower == "." and "MONTH" in left.classes and "ABBREVIATION" not in left.classes:
            return False  # the sentence ends there
    if match.lenient:
        return True
    with_year = any("YEAR" in token.classes for token in match.words)
    for token in match.words:
        if token.capital:
            continue
        abbreviated = "ABBREVIATION" in token.classes
        named = ("MONTH" in token.classes and not abbreviated) or "WEEKDAY" in token.classes
        if named and token.lower in {"may", "march"} and not with_year:
            return False
        if not named and (abbreviated or "WEEKDAY_ABBR" in token.classes):
            return False
    return True


def is_bare_month(match: Match) -> bool:
    """True if a month alone is a time, not a verb ("may", "march") or a person (June, May)."""
    token = match.words[-1]
    before = match.before()
    following = match.after()
    abbreviated = "ABBREVIATION" in token.classes
    if before in _RECURRING:
        return False
    if token.lower not in lexicon.NAMES_AND_VERBS and not abbreviated:
        # "Hon July Moyo", "the October Revolution"
        named = _is_capital(match, -1) or before == "the"
        return not (named and following is not None and following.capital)
    if before in _SAYS_TIME:
        return True
    if abbreviated or not token.capital:
        return False
    if token.lower == "may" and _names_a_may(match.text):
        return False
    if before in _MAY_SAY_TIME:
        named = following is not None and (following.capital or following.lower in "'’")
        return not named
    # "the June summit", but not "the March on Washington".
    modifies = (
        following is not None
        and following.lower.isalpha()
        and not following.capital
        and following.lower not in _FUNCTION_WORDS
    )
    return before in _DETERMINERS and modifies


@lru_cache(maxsize=64)
def _names_a_may(text: str) -> bool:
    """True if a text names a person called May; linear in its length."""
    return any(_PERSON.search(text, max(m.start() - 40, 0), m.start()) for m in _MAY.finditer(text))


def _is_capital(match: Match, distance: int) -> bool:
    """True if the token that far from the first is a word with a capital."""
    index = match.first + distance
    if not 0 <= index < len(match.tokens) or not match.before(-distance):
        return False
    return match.tokens[index].capital and match.tokens[index].lower not in _MAY_SAY_TIME


def is_year(match: Match) -> bool:
    """True if four digits alone are a year, not a quantity, a price or a page."""
    token = match.words[0]
    value = match.number("year")
    before = match.before()
    following = match.after()
    if value is None or not is_no_quantity(match):
        return False
    if before in _TIES and token.gap == "none":
        return False
    if following is not None and following.gap == "none" and following.lower in _TIES_ON:
        beyond = match.after(2)
        numbered = beyond is not None and beyond.lower[0].isdigit()
        worded = beyond is not None and beyond.lower.isalpha()
        if numbered or not (following.lower == ":" or (following.lower in "-–" and worded)):
            return False
    if _is_counted_plural(match, value):
        return False
    if before in _SAYS_YEAR and before not in _DETERMINERS:
        return 1000 <= value <= 2199
    if before == "(" and following is not None and following.lower in {")", "-", "–", "--"}:
        return True
    plausible = 1500 <= value <= 2100
    if before in {"(", "’", "'", ",", ";", "", "and", "or"} | _DETERMINERS:
        return plausible and (before not in {"and", "or"} or value % 100 != 0)
    if before in _TIES | {"—"} and following is not None and following.lower in _FRAGMENT:
        return plausible  # "Great Square. 1596, begun by ..."
    if match.lenient or (following is None or not following.lower.isalpha()):
        return plausible and value >= 1800 and value % 100 != 0
    return plausible and 1900 <= value <= 2050 and value not in {1900, 2000}


def is_early_year(match: Match) -> bool:
    """True if three digits alone are a year: "since 842 the", but not "in 300 homes"."""
    if match.before() not in _LED_EARLY or _is_number(match, 2):
        return False
    return is_no_quantity(match) and _is_followed_by_clause(match)


def ends_in_early_year(match: Match) -> bool:
    """True unless a year before 1000 at the end counts what follows: "on 12 June 200 Syrians"."""
    if "EARLY" not in match.words[-1].classes:
        return True
    return is_no_quantity(match) and _is_followed_by_clause(match)


def _is_followed_by_clause(match: Match) -> bool:
    """True if no word follows that the number before it may count."""
    following = match.after()
    if following is None:
        return True
    if following.lower.isalpha():
        return following.lower in _AFTER_YEAR
    return following.gap == "space" or following.lower in ",.;:)]"


def _is_number(match: Match, distance: int) -> bool:
    """True if the token that far before the first is a number: "one in 300"."""
    index = match.first - distance
    return index >= 0 and not match.tokens[index].classes.keys().isdisjoint({"COUNT", "NUMBER"})


def _is_counted_plural(match: Match, value: int) -> bool:
    """True if a plural follows a round number that has no article: "in 1500 homes"."""
    following = match.after()
    before = match.before()
    if following is None or following.capital or before in _DETERMINERS:
        return False
    word = following.lower
    return lexicon.is_plural(word) and (value % 50 == 0 or before not in _SAYS_YEAR)


def is_no_quantity(match: Match) -> bool:
    """True if a number at the end counts nothing ("June 12 people") and is no price or page."""
    following = match.after()
    before = match.before()
    if before in _CURRENCY:
        return False
    # "since at least 1870", "by about 1870" are years yet.
    by_time = not _SAYS_TIME.isdisjoint({match.before(2), match.before(3)})
    if before in lexicon.APPROXIMATE and not by_time:
        return False
    if before == "." and match.before(2) in lexicon.APPROXIMATE:
        return False
    if following is None:
        return True
    if following.gap == "none" and following.lower in "%€£°":
        return False
    return following.lower not in lexicon.COUNTED


def stands_apart(match: Match) -> bool:
    """True if no mark ties it to a longer number ("555-2018-06-12")."""
    following = match.after()
    tied = following is not None and following.gap == "none" and following.lower in "-–/_"
    return not tied and not (match.before() in _TIES and match.words[0].gap == "none")


def is_of_something(match: Match) -> bool:
    """True if "the last year of the war", "the last week in June" are not counted from now."""
    following = match.after()
    if following is None or match.last + 1 >= len(match.tokens):
        return False
    if following.lower == "in" and match.words[-1].lower != "year":
        return "MONTH" in match.tokens[match.last + 1].classes
    return following.lower == "of"


def is_attack(match: Match) -> bool:
    """True if a day names an attack: "the September 11 attacks"."""
    following = match.after()
    return following is not None and following.lower.startswith(("attack", "terror", "hijack"))


def comes_back(text: str, start: int, end: int) -> bool:
    """True if a date comes back: "every second Tuesday", "each year on 4 July", "June annually"."""
    before, after = text[max(start - _NEAR, 0) : start], text[end : end + _NEAR]
    return bool(_COMES_BACK_BEFORE.search(before) or _COMES_BACK_AFTER.match(after))


def is_christmas(match: Match) -> bool:
    """True if "Christmas" is a day, not a season ("at Christmas"), a tree or a film."""
    following, before = match.after(), match.before()
    if before == "of" or (before and match.tokens[match.first - 1].capital):
        return False
    noun = (
        following is not None
        and following.lower.isalpha()
        and (following.capital or following.lower not in _FUNCTION_WORDS)
    )
    dated = match.number("pick") is not None or match.number("year") is not None
    led = before in {"before", "after", "by", "until", "till", "since", "on"}
    return not noun and (dated or led)


def is_title(match: Match) -> bool:
    """True if it begins a name, as in "20th Century Fox", unlike "17th Century Dutch paintings"."""
    following = match.after()
    if match.number("ordinal") not in {20, 21}:
        return False
    return match.words[-1].capital and following is not None and following.capital


def is_moved(text: str, start: int) -> bool:
    """True if "from June to August" tells of a change of date, not of a stretch of time."""
    return bool(_MOVED.search(text, max(start - 90, 0), start))


def is_before_christ(match: Match) -> bool:
    """True if "BC" follows, or "B.C.": the calendar does not reach there."""
    following = match.after()
    if following is None:
        return False
    text = match.text[following.start : following.start + 4]
    return text.startswith(("BC", "B.C."))


def is_bare_weekday(match: Match) -> bool:
    """True if a weekday alone is a time, not a newspaper or a named day."""
    token = match.words[0]
    following = match.after()
    before = match.before()
    if following is not None and following.capital and following.lower in _NEWSPAPERS:
        return False
    if before in _RECURRING or before in {"a", "any", "one"}:
        return False
    if following is not None and following.lower in {"nights", "mornings", "evenings"}:
        return False
    return not (token.capital and before in _NAMED_DAYS)


def is_bare_ordinal(match: Match) -> bool:
    """True if "the 12th" is a day: after "on" and the like, and with no noun to count."""
    if match.before() not in {"on", "by", "until", "till", "since", "before", "after"}:
        return False
    if not match.words[-1].lower[0].isdigit():
        return False  # "on the second" is as often the second of two
    following = match.after()
    if following is None or not following.lower.isalpha():
        return following is None or following.lower not in {"-", "–", "&"}
    return following.lower in _FUNCTION_WORDS and following.lower != "of"


def is_bare_season(match: Match) -> bool:
    """True if a season alone is a time, not the verbs "spring" and "fall" or the Winter Games."""
    token = match.words[-1]
    before = match.before()
    following = match.after()
    if token.capital and following is not None and following.capital:
        return False
    with_the = match.words[0].lower == "the"
    if with_the:
        if following is not None and following.lower in {"of", "in", "from"}:
            return False
        return before in {"in", "during", "over", "by", "until", "since", "for", "through", "after"}
    return before in {"in", "by", "since", "until", "during", "early", "late", "mid"}


def is_bare_quarter(match: Match) -> bool:
    """True if a quarter alone is one of the year, not one of a match: money is near it."""
    start = max(match.words[0].start - 160, 0)
    return bool(_FINANCE.search(match.text, start, match.words[-1].end + 160))


def is_today(match: Match) -> bool:
    """True if "today" is a day, not part of a name ("USA Today", "The Tonight Show")."""
    token = match.words[0]
    if match.before() == "no":
        return False  # "as if there was no tomorrow"
    if not token.capital or token.classes.get("DEICTIC") != 0:
        return True
    following = match.after()
    previous = match.tokens[match.first - 1] if match.before() else None
    named_before = previous is not None and previous.capital and previous.lower.isalpha()
    return not named_before and not (following is not None and following.lower == "show")


def is_decade(match: Match) -> bool:
    """True if "the 90s" is a decade, not an age ("in his 90s") or a temperature."""
    following = match.after()
    if following is not None and following.lower in {"of", "degrees", "fahrenheit", "celsius"}:
        return following.lower == "of" and match.words[0].lower == "the"
    return match.before() not in {"his", "her", "their", "my", "your", "our", "s", "$", "£", "€"}
