"""The words of time, and what they stand for."""


def words(text: str) -> list[str]:
    """The words of a list that is written as one string."""
    return text.split()


MONTHS = words(
    "january february march april may june july august september october november december"
)
MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, 1)}
MONTH_ABBREVIATIONS = {name[:3]: number for name, number in MONTH_NUMBER.items() if name != "may"}
MONTH_ABBREVIATIONS["sept"] = 9

WEEKDAYS = words("monday tuesday wednesday thursday friday saturday sunday")
WEEKDAY_NUMBER = {name: number for number, name in enumerate(WEEKDAYS)}
WEEKDAY_ABBREVIATIONS = {name[:3]: number for name, number in WEEKDAY_NUMBER.items()}
WEEKDAY_ABBREVIATIONS |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}

SEASONS = ("spring", "summer", "autumn", "winter")
SEASON_NUMBER = {"spring": 0, "summer": 1, "autumn": 2, "fall": 2, "winter": 3}

# Also names of persons, verbs or things: alone, they need a word before them that says time.
NAMES_AND_VERBS = frozenset({"march", "april", "may", "june", "august"})

_ONES = words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    " fifteen sixteen seventeen eighteen nineteen twenty"
)
COUNTS = {word: number for number, word in enumerate(_ONES, 1)}
COUNTS |= {"a": 1, "an": 1, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70}
COUNTS |= {"eighty": 80, "ninety": 90, "hundred": 100}

_ORDINALS = words(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
ORDINALS = {word: number for number, word in enumerate(_ORDINALS, 1)}
ORDINALS |= {"twentieth": 20, "thirtieth": 30}

# "twenty-first", "two hundred", "one hundred and fifty": one number, of several words.
_ONE_TO_NINE = "|".join(_ONES[:9])
_FIRST_TO_NINTH = "|".join(_ORDINALS[:9])
_TENS = "|".join(name for name, number in COUNTS.items() if 20 <= number < 100)
COMPOUND_NUMBER = (
    rf"(?:{_ONE_TO_NINE}|an?)[-\s]hundred"
    rf"(?:[-\s](?:and\s)?(?:(?:{_TENS})(?:[-\s](?:{_ONE_TO_NINE}))?|{'|'.join(_ONES)}))?"
    rf"|(?:{_TENS})[-\s](?:{_ONE_TO_NINE}|{_FIRST_TO_NINTH})"
)


def compound_number(words: str) -> int:
    """The value of what `COMPOUND_NUMBER` matches, in small letters."""
    value = 0
    for word in words.replace("-", " ").split():
        if word == "hundred":
            value *= 100
        elif word != "and":
            value += COUNTS.get(word) or ORDINALS[word]
    return value


DECADES = {"twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60}
DECADES |= {"seventies": 70, "eighties": 80, "nineties": 90}

_UNITS = ("day", "week", "month", "quarter", "year", "decade")
UNIT = {name: name for name in (*_UNITS, "century")}
UNITS = {f"{name}s": name for name in _UNITS} | {"centuries": "century"}

DAYPARTS = frozenset(words("morning afternoon evening night lunchtime midday noon midnight"))
UP_TO = ("to", "until", "till", "through")
DEICTIC_DAYS = {"yesterday": -1, "today": 0, "tonight": 0, "tomorrow": 1}
PICKS = {"last": -1, "this": 0, "next": 1}
NEAR = {"past": -1, "last": -1, "next": 1, "coming": 1}
PARTS = {"early": "early", "mid": "mid", "late": "late"}
BOUNDS = {"start": "early", "beginning": "early", "middle": "mid", "end": "late"}
SO_FAR = {"earlier": "so far", "later": "from now"}

# What a number counts when it is no year: "2000 people", "in 1500 homes".
COUNTED = frozenset(
    words(
        "people persons men women children soldiers troops police officers workers employees jobs"
        " students migrants refugees residents passengers victims deaths cases votes voters seats"
        " members fans visitors years days hours minutes seconds months weeks times miles mile km"
        " kilometres kilometers metres meters metre meter m ft feet foot inches yards acres"
        " kg kilograms grams tons tonnes pounds dollars euros yen won rupees roubles rubles yuan"
        " percent per cent points degrees calories watts volts litres liters gallons barrels homes"
        " houses households families companies firms firefighters civilians patients pupils"
        " hectares protesters demonstrators prisoners inmates delegates hp rpm mph kph bhp cc mw"
        " gw million billion trillion thousand words pages copies items units shares others sq"
    )
)

_NOT_PLURAL = frozenset(
    words(
        "was is has as this his its us does says previous across towards afterwards besides perhaps"
        " always sometimes thus plus versus unless"
    )
)


def is_plural(word: str) -> bool:
    """True if a word in small letters looks like several of something, and not like a verb."""
    return word.endswith("s") and len(word) > 3 and word not in _NOT_PLURAL


# Before a number, they make it a quantity.
APPROXIMATE = frozenset(
    words(
        "about nearly almost some approximately roughly over exceeding least most up p pp page"
        " pages no number flight route highway article section room rs usd gbp eur than only"
        " model boeing airbus peugeot windows channel interstate iso rfc figure table chapter line"
    )
)
