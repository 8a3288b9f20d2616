"""The table of time expressions: how each is written. The grammar module says how to read it."""

from functools import cache

from qa.dates.parse import build_dates, build_relative, build_years
from qa.dates.parse.grammar import Grammar, Rule

# Parts that recur; a trailing "_ON" says that something follows, as after a month's full stop.
_MONTH_ON = "MONTH [.]"
_SOME_YEAR = "(YEAR|APOSTROPHE TWO_DIGITS=yy|[of|in] PICK=year_pick year)"
_YEAR = (
    "([,|of] YEAR|[,|of] EARLY=year|[of] APOSTROPHE TWO_DIGITS=yy|[,] [of|in] PICK=year_pick year)"
)
_MONTH_YEAR = f"MONTH [[.] {_YEAR}]"
_WEEKDAY = "[WEEKDAY_ABBR=weekday [.] [,] [the]]"
_PART = "(PART [-] [in]|[the] BOUND=part of|[the] PART part of)"
_NEAR = "(past|last|next|coming)"
_FEW = "([a] few|[a] couple of|several|many|some)"
_WEEK_OF = "week (of|beginning|starting|commencing|ending) [WEEKDAY [,]]"
# Of no month in particular, or of one that is told elsewhere.
_SOME_MONTH = "(each|every|any|that|the [next|following|previous|same]) month"

_DAYS = (
    Rule("DATE", build_dates.numeric),
    Rule(f"{_WEEKDAY} DAY [of] {_MONTH_YEAR}", build_dates.dated),
    Rule(f"[{_WEEKDAY} the] ORDINAL=day of {_MONTH_YEAR}", build_dates.dated),
    Rule(f"WEEKDAY OPEN DAY {_MONTH_YEAR} CLOSE", build_dates.weekday_dated),
    Rule(f"WEEKDAY OPEN {_MONTH_ON} DAY [{_YEAR}] CLOSE", build_dates.weekday_dated),
    Rule(f"{_WEEK_OF} DAY {_MONTH_YEAR}", build_dates.week_of),
    Rule(f"{_WEEK_OF} {_MONTH_ON} DAY [{_YEAR}]", build_dates.week_of),
    Rule(f"{_WEEKDAY} {_MONTH_ON} [the] (DAY|ORDINAL=day) [{_YEAR}]", build_dates.dated),
    Rule("DAY - MONTH - YEAR", build_dates.named),
    Rule(f"PICK {_MONTH_ON} DAY", build_dates.named),
    Rule("the ORDINAL=day", build_dates.bare_ordinal),
    Rule("the ORDINAL=day of PICK=month_pick month", build_dates.named),
    Rule("WEEKDAY [the] ORDINAL=day", build_dates.named),
    Rule("[PART=when [on]|SO_FAR=when on] WEEKDAY [DAYPART]", build_dates.bare_weekday),
    Rule("PICK WEEKDAY [DAYPART]", build_dates.named),
    Rule("(this|the) NEAR=pick WEEKDAY [DAYPART]", build_dates.near_weekday),
    Rule("WEEKDAY [of] PICK=week_pick week", build_dates.named),
    Rule(f"the NTH WEEKDAY (of|in) ({_MONTH_YEAR}|PICK=month_pick month)", build_dates.nth),
    Rule(f"the NTH WEEKDAY (of|in) {_SOME_MONTH}", build_relative.vague),
    Rule("the WEEKDAY (before last|after next)", build_relative.vague),
    Rule(f"the NTH day of {_MONTH_YEAR}", build_dates.end_of_month),
    Rule("[PART=when|SO_FAR=when] DEICTIC [DAYPART]", build_relative.day_from_now),
    Rule("last night", build_relative.on_offset(-1)),
    Rule("this DAYPART", build_relative.on_offset(0)),
    Rule("the day before yesterday", build_relative.on_offset(-2)),
    Rule("the day after tomorrow", build_relative.on_offset(2)),
    Rule("[PICK] christmas [[,] YEAR]", build_dates.christmas),
    Rule("christmas day [[,] YEAR]", build_dates.on_day(12, 25)),
    Rule("christmas eve [[,] YEAR]", build_dates.on_day(12, 24)),
    Rule("boxing day [[,] YEAR]", build_dates.on_day(12, 26)),
    Rule("new year APOSTROPHE s day [[,] YEAR]", build_dates.on_day(1, 1)),
    Rule("new year APOSTROPHE s eve [[,] YEAR]", build_dates.on_day(12, 31)),
    Rule("valentine APOSTROPHE s day [[,] YEAR]", build_dates.on_day(2, 14)),
)

_MONTHS_AND_YEARS = (
    Rule("MONTH", build_dates.bare_month),
    Rule(f"{_MONTH_ON} {_YEAR}", build_dates.named),
    Rule(f"{_PART} {_MONTH_YEAR}", build_dates.named),
    Rule(f"PART [-] (TO|and|or) PART [-] ({_MONTH_YEAR}|YEAR)", build_dates.parts),
    Rule("(PICK|(this|the) NEAR=pick) MONTH", build_dates.named),
    Rule(f"the NTH week (of|in) ({_MONTH_YEAR}|PICK=month_pick month)", build_dates.nth),
    Rule("YEAR", build_years.bare_year),
    Rule("the year YEAR", build_dates.fields),
    Rule("EARLY=year", build_years.early_year),
    Rule("the year EARLY=year", build_dates.fields),
    Rule("(c|ca|circa) [.] EARLY=year", build_years.circa),
    Rule("OPEN EARLY=year DASH EARLY=last_year CLOSE", build_years.years),
    Rule("[in|until|since] EARLY=year DASH EARLY=last_year", build_years.early_years),
    Rule("[the] SEASON [of] EARLY=year", build_dates.fields),
    Rule("NUMBER=year (ad|ce|bc|bce)", build_years.era_year),
    Rule("ad NUMBER=year", build_years.era_year),
    Rule(f"{_PART} YEAR", build_years.year_part),
    Rule("YEAR (DASH|/) TWO_DIGITS=yy", build_years.years),
    Rule("YEAR DASH ONE_DIGIT=y", build_years.years),
    Rule("YEAR - MM=month", build_years.year_month),
    Rule("[from|between] YEAR TO YEAR=last_year", build_years.years),
    Rule("between YEAR and YEAR=last_year", build_years.years),
    Rule(f"[the] SEASON {_YEAR}", build_dates.fields),
    Rule(f"{_PART} [the] SEASON {_YEAR}", build_dates.fields),
    Rule("[the] SEASON [of] YEAR (DASH|/) (TWO_DIGITS=yy|YEAR=last_year)", build_years.winter),
    Rule("[the] SEASON", build_dates.bare_season),
    Rule("(PICK|(this|the) NEAR=pick) SEASON", build_dates.fields),
    Rule(f"[the] ORDINAL=quarter [-] quarter [,|of|in] {_SOME_YEAR}", build_years.quarter),
    Rule("[the] ORDINAL=quarter [-] quarter", build_years.quarter),
    Rule(f"[the] QUARTER [[,|of|in] {_SOME_YEAR}]", build_years.quarter),
    Rule("YEAR QUARTER", build_years.quarter),
    Rule(f"[the] ORDINAL=half half (of|in) {_SOME_YEAR}", build_years.half),
)

_ERAS = (
    Rule("[the] [PART [-]] [the] ERA", build_years.era),
    Rule("the [PART [-]] APOSTROPHE ERA", build_years.era),
    Rule("the [PART [-]] DECADE_WORD", build_years.era),
    Rule(f"{_PART} the (ERA|APOSTROPHE ERA|DECADE_WORD)", build_years.era),
    Rule("[the] [PART [-]] ORDINAL [-] century", build_years.century),
    Rule(f"{_PART} the ORDINAL [-] century", build_years.century),
    Rule(
        "[the] ORDINAL (and|or|to|DASH) [the] ORDINAL=last_ordinal (century|centuries)",
        build_years.centuries,
    ),
)

_FROM_NOW = (
    Rule("PICK UNIT", build_relative.shifted),
    Rule("the current UNIT", build_relative.current),
    Rule(f"{_PART} [the] PICK UNIT", build_relative.shifted),
    Rule("the BOUND of the UNIT", build_relative.vague),
    Rule("(PICK|(this|the) NEAR=pick|the) weekend", build_relative.weekend),
    Rule("SO_FAR [in] PICK UNIT", build_relative.so_far),
    Rule("SO_FAR in the UNIT", build_relative.so_far),
    Rule("the UNIT before last", build_relative.twice_shifted),
    Rule("the UNIT after next", build_relative.twice_shifted),
    Rule("(the|this) NEAR [COUNT] (UNIT|UNITS=unit)", build_relative.rolling),
    Rule("NEAR COUNT UNITS=unit", build_relative.rolling),
    Rule(f"[the] {_NEAR} (few|couple of|several|many) UNITS", build_relative.vague),
    Rule("the coming UNITS", build_relative.vague),
    Rule("COUNT (UNIT|UNITS=unit) ago [today]", build_relative.ago),
    Rule("COUNT (UNIT|UNITS=unit) ago this UNIT=this_unit", build_relative.ago_within),
    Rule("COUNT (UNIT|UNITS=unit) ago (PICK|on) WEEKDAY", build_relative.ago_within),
    Rule(
        "[DAY [of]|[the] ORDINAL=day of] MONTH COUNT (UNIT|UNITS=unit) ago",
        build_relative.years_ago,
    ),
    Rule(f"{_MONTH_ON} DAY [,] COUNT (UNIT|UNITS=unit) ago", build_relative.years_ago),
    Rule("[the] SEASON COUNT (UNIT|UNITS=unit) ago", build_relative.years_ago),
    Rule("COUNT (UNIT|UNITS=unit) ago PICK MONTH", build_relative.vague),
    Rule("COUNT (fortnight|fortnights) ago", build_relative.fortnights_ago),
    Rule("COUNT (week|weeks|fortnight) (PICK|on) WEEKDAY", build_relative.vague),
    Rule("WEEKDAY week", build_relative.vague),
    Rule("half (a|an) UNIT ago", build_relative.half_ago),
    Rule("half (a|an) UNIT (after|before|later|earlier)", build_relative.vague),
    Rule("COUNT - COUNT UNITS=unit ago", build_relative.vague),
    Rule("COUNT and a half UNITS=unit ago", build_relative.ago),
    Rule(f"[{_FEW}] UNITS (ago|later|earlier)", build_relative.vague),
    Rule("in COUNT (UNIT APOSTROPHE s|UNITS=unit APOSTROPHE) time", build_relative.ahead),
    Rule("in COUNT (UNIT|UNITS=unit)", build_relative.ahead),
    Rule("COUNT (UNIT|UNITS=unit) from (now|today)", build_relative.ahead),
    Rule("COUNT (UNIT|UNITS=unit) from [PICK] WEEKDAY", build_relative.vague),
)

_FROM_EVENTS = (
    Rule("the UNIT (after|before)", build_relative.from_event),
    # "in" is of the word before: "was sworn in two days after the vote".
    Rule("[in] COUNT (UNIT|UNITS=unit) (after|before|later|earlier)", build_relative.from_event),
    Rule(f"[{_FEW}] UNITS=unit (after|before)", build_relative.from_event),
    Rule("COUNT (UNIT|UNITS=unit) to the day (after|before|later|earlier)", build_relative.vague),
    Rule("the WEEKDAY (after|before)", build_relative.weekday_from_event),
    Rule("the (following|previous|preceding) WEEKDAY", build_relative.weekday_from_event),
    Rule("that [same] UNIT", build_relative.beside_event),
    Rule("that [same] (MONTH|WEEKDAY|SEASON)", build_relative.that),
    Rule("the (next|following|previous|preceding|same) UNIT", build_relative.beside_event),
)

_RANGES = (
    Rule(f"[from] [the] DAY TO [the] DAY=last_day [of] {_MONTH_YEAR}", build_dates.days),
    Rule(f"[between] [the] DAY and [the] DAY=last_day [of] {_MONTH_YEAR}", build_dates.days),
    Rule(f"[from] {_MONTH_ON} DAY TO DAY=last_day [{_YEAR}]", build_dates.days),
    Rule(f"[between] {_MONTH_ON} DAY and DAY=last_day [{_YEAR}]", build_dates.days),
    Rule(f"[from] {_MONTH_ON} TO MONTH=last_month", build_dates.months),
    Rule(f"[from] {_MONTH_ON} TO MONTH=last_month [.] {_YEAR}", build_dates.months),
    Rule(f"between {_MONTH_ON} and MONTH=last_month", build_dates.months),
    Rule(f"between {_MONTH_ON} and MONTH=last_month [.] {_YEAR}", build_dates.months),
)


@cache
def grammar() -> Grammar:
    """The table, compiled when it is first needed."""
    return Grammar((*_DAYS, *_MONTHS_AND_YEARS, *_ERAS, *_FROM_NOW, *_FROM_EVENTS, *_RANGES))
