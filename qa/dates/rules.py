"""The table of time expressions: how each is written. The grammar module says how to read it."""

from functools import cache

from qa.dates import builders as b
from qa.dates import relative as rel
from qa.dates import years as y
from qa.dates.grammar import Grammar, Rule

# Parts that recur; a trailing "_ON" says that something follows, as after a month's full stop.
_MONTH_ON = "MONTH [.]"
_SOME_YEAR = "(YEAR|APOSTROPHE TWO_DIGITS=yy|[of|in] PICK=year_pick year)"
_YEAR = "([,|of] YEAR|[of] APOSTROPHE TWO_DIGITS=yy|[,] [of|in] PICK=year_pick year)"
_MONTH_YEAR = f"MONTH [[.] {_YEAR}]"
_WEEKDAY = "[WEEKDAY_ABBR=weekday [.] [,] [the]]"
_PART = "(PART [-] [in]|[the] BOUND=part of|[the] PART part of)"
_NEAR = "(past|last|next|coming)"
_FEW = "([a] few|[a] couple of|several|many|some)"
_WEEK_OF = "week (of|beginning|starting|commencing|ending) [WEEKDAY [,]]"
# Of no month in particular, or of one that is told elsewhere.
_SOME_MONTH = "(each|every|any|that|the [next|following|previous|same]) month"

_DAYS = (
    Rule("DATE", b.numeric),
    Rule(f"{_WEEKDAY} DAY [of] {_MONTH_YEAR}", b.dated),
    Rule(f"[{_WEEKDAY} the] ORDINAL=day of {_MONTH_YEAR}", b.dated),
    Rule(f"WEEKDAY OPEN DAY {_MONTH_YEAR} CLOSE", b.weekday_dated),
    Rule(f"WEEKDAY OPEN {_MONTH_ON} DAY [{_YEAR}] CLOSE", b.weekday_dated),
    Rule(f"{_WEEK_OF} DAY {_MONTH_YEAR}", b.week_of),
    Rule(f"{_WEEK_OF} {_MONTH_ON} DAY [{_YEAR}]", b.week_of),
    Rule(f"{_WEEKDAY} {_MONTH_ON} [the] (DAY|ORDINAL=day) [{_YEAR}]", b.dated),
    Rule("DAY - MONTH - YEAR", b.named),
    Rule(f"PICK {_MONTH_ON} DAY", b.named),
    Rule("the ORDINAL=day", b.bare_ordinal),
    Rule("the ORDINAL=day of PICK=month_pick month", b.named),
    Rule("WEEKDAY [the] ORDINAL=day", b.named),
    Rule("[PART=when [on]|SO_FAR=when on] WEEKDAY [DAYPART]", b.bare_weekday),
    Rule("PICK WEEKDAY [DAYPART]", b.named),
    Rule("(this|the) NEAR=pick WEEKDAY [DAYPART]", b.near_weekday),
    Rule("WEEKDAY [of] PICK=week_pick week", b.named),
    Rule(f"the NTH WEEKDAY (of|in) ({_MONTH_YEAR}|PICK=month_pick month)", b.nth),
    Rule(f"the NTH WEEKDAY (of|in) {_SOME_MONTH}", rel.vague),
    Rule("the WEEKDAY (before last|after next)", rel.vague),
    Rule(f"the NTH day of {_MONTH_YEAR}", b.end_of_month),
    Rule("[PART=when|SO_FAR=when] DEICTIC [DAYPART]", rel.day_from_now),
    Rule("last night", rel.on_offset(-1)),
    Rule("this DAYPART", rel.on_offset(0)),
    Rule("the day before yesterday", rel.on_offset(-2)),
    Rule("the day after tomorrow", rel.on_offset(2)),
    Rule("[PICK] christmas [[,] YEAR]", b.christmas),
    Rule("christmas day [[,] YEAR]", b.on_day(12, 25)),
    Rule("christmas eve [[,] YEAR]", b.on_day(12, 24)),
    Rule("boxing day [[,] YEAR]", b.on_day(12, 26)),
    Rule("new year APOSTROPHE s day [[,] YEAR]", b.on_day(1, 1)),
    Rule("new year APOSTROPHE s eve [[,] YEAR]", b.on_day(12, 31)),
    Rule("valentine APOSTROPHE s day [[,] YEAR]", b.on_day(2, 14)),
)

_MONTHS_AND_YEARS = (
    Rule("MONTH", b.bare_month),
    Rule(f"{_MONTH_ON} {_YEAR}", b.named),
    Rule(f"{_PART} {_MONTH_YEAR}", b.named),
    Rule(f"PART [-] (TO|and|or) PART [-] ({_MONTH_YEAR}|YEAR)", b.parts),
    Rule("(PICK|(this|the) NEAR=pick) MONTH", b.named),
    Rule(f"the NTH week (of|in) ({_MONTH_YEAR}|PICK=month_pick month)", b.nth),
    Rule("YEAR", y.bare_year),
    Rule("the year YEAR", b.fields),
    Rule("NUMBER=year (ad|ce|bc|bce)", y.era_year),
    Rule("ad NUMBER=year", y.era_year),
    Rule(f"{_PART} YEAR", y.year_part),
    Rule("YEAR (DASH|/) TWO_DIGITS=yy", y.years),
    Rule("YEAR DASH ONE_DIGIT=y", y.years),
    Rule("YEAR - MM=month", y.year_month),
    Rule("[from|between] YEAR TO YEAR=last_year", y.years),
    Rule("between YEAR and YEAR=last_year", y.years),
    Rule(f"[the] SEASON {_YEAR}", b.fields),
    Rule(f"{_PART} [the] SEASON {_YEAR}", b.fields),
    Rule("[the] SEASON [of] YEAR (DASH|/) (TWO_DIGITS=yy|YEAR=last_year)", y.winter),
    Rule("[the] SEASON", b.bare_season),
    Rule("(PICK|(this|the) NEAR=pick) SEASON", b.fields),
    Rule(f"[the] ORDINAL=quarter [-] quarter [,|of|in] {_SOME_YEAR}", y.quarter),
    Rule("[the] ORDINAL=quarter [-] quarter", y.quarter),
    Rule(f"[the] QUARTER [[,|of|in] {_SOME_YEAR}]", y.quarter),
    Rule("YEAR QUARTER", y.quarter),
    Rule(f"[the] ORDINAL=half half (of|in) {_SOME_YEAR}", y.half),
)

_ERAS = (
    Rule("[the] [PART [-]] [the] ERA", y.era),
    Rule("the [PART [-]] APOSTROPHE ERA", y.era),
    Rule("the [PART [-]] DECADE_WORD", y.era),
    Rule(f"{_PART} the (ERA|APOSTROPHE ERA|DECADE_WORD)", y.era),
    Rule("[the] [PART [-]] ORDINAL [-] century", y.century),
    Rule(f"{_PART} the ORDINAL [-] century", y.century),
    Rule(
        "[the] ORDINAL (and|or|to|DASH) [the] ORDINAL=last_ordinal (century|centuries)", y.centuries
    ),
)

_FROM_NOW = (
    Rule("PICK UNIT", rel.shifted),
    Rule("the current UNIT", rel.current),
    Rule(f"{_PART} [the] PICK UNIT", rel.shifted),
    Rule("the BOUND of the UNIT", rel.vague),
    Rule("(PICK|(this|the) NEAR=pick|the) weekend", rel.weekend),
    Rule("SO_FAR [in] PICK UNIT", rel.so_far),
    Rule("SO_FAR in the UNIT", rel.so_far),
    Rule("the UNIT before last", rel.twice_shifted),
    Rule("the UNIT after next", rel.twice_shifted),
    Rule("(the|this) NEAR [COUNT] (UNIT|UNITS=unit)", rel.rolling),
    Rule("NEAR COUNT UNITS=unit", rel.rolling),
    Rule(f"[the] {_NEAR} (few|couple of|several|many) UNITS", rel.vague),
    Rule("the coming UNITS", rel.vague),
    Rule("COUNT (UNIT|UNITS=unit) ago [today]", rel.ago),
    Rule("COUNT (UNIT|UNITS=unit) ago this UNIT=this_unit", rel.ago_within),
    Rule("COUNT (UNIT|UNITS=unit) ago (PICK|on) WEEKDAY", rel.ago_within),
    Rule("[DAY [of]|[the] ORDINAL=day of] MONTH COUNT (UNIT|UNITS=unit) ago", rel.years_ago),
    Rule(f"{_MONTH_ON} DAY [,] COUNT (UNIT|UNITS=unit) ago", rel.years_ago),
    Rule("[the] SEASON COUNT (UNIT|UNITS=unit) ago", rel.years_ago),
    Rule("half (a|an) UNIT ago", rel.half_ago),
    Rule("half (a|an) UNIT (after|before|later|earlier)", rel.vague),
    Rule("COUNT - COUNT UNITS=unit ago", rel.vague),
    Rule("COUNT and a half UNITS=unit ago", rel.ago),
    Rule(f"[{_FEW}] UNITS (ago|later|earlier)", rel.vague),
    Rule("in COUNT (UNIT APOSTROPHE s|UNITS=unit APOSTROPHE) time", rel.ahead),
    Rule("in COUNT (UNIT|UNITS=unit)", rel.ahead),
    Rule("COUNT (UNIT|UNITS=unit) from (now|today)", rel.ahead),
    Rule("COUNT (UNIT|UNITS=unit) from [PICK] WEEKDAY", rel.vague),
    Rule("COUNT (week|weeks) on WEEKDAY", rel.vague),
)

_FROM_EVENTS = (
    Rule("the UNIT (after|before)", rel.from_event),
    # "in" is of the word before: "was sworn in two days after the vote".
    Rule("[in] COUNT (UNIT|UNITS=unit) (after|before|later|earlier)", rel.from_event),
    Rule(f"[{_FEW}] UNITS=unit (after|before)", rel.from_event),
    Rule("COUNT (UNIT|UNITS=unit) to the day (after|before|later|earlier)", rel.vague),
    Rule("the WEEKDAY (after|before)", rel.weekday_from_event),
    Rule("the (following|previous|preceding) WEEKDAY", rel.weekday_from_event),
    Rule("that UNIT", rel.beside_event),
    Rule("the (next|following|previous|preceding|same) UNIT", rel.beside_event),
)

_RANGES = (
    Rule(f"[from] [the] DAY TO [the] DAY=last_day [of] {_MONTH_YEAR}", b.days),
    Rule(f"[between] [the] DAY and [the] DAY=last_day [of] {_MONTH_YEAR}", b.days),
    Rule(f"[from] {_MONTH_ON} DAY TO DAY=last_day [{_YEAR}]", b.days),
    Rule(f"[between] {_MONTH_ON} DAY and DAY=last_day [{_YEAR}]", b.days),
    Rule(f"[from] {_MONTH_ON} TO MONTH=last_month", b.months),
    Rule(f"[from] {_MONTH_ON} TO MONTH=last_month [.] {_YEAR}", b.months),
    Rule(f"between {_MONTH_ON} and MONTH=last_month", b.months),
    Rule(f"between {_MONTH_ON} and MONTH=last_month [.] {_YEAR}", b.months),
)


@cache
def grammar() -> Grammar:
    """The table, compiled when it is first needed."""
    return Grammar((*_DAYS, *_MONTHS_AND_YEARS, *_ERAS, *_FROM_NOW, *_FROM_EVENTS, *_RANGES))
