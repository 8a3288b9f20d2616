"""The form of a quote against the form that is asked for: a number, one thing. Pure."""

import re

from qa.dates import find_times
from qa.question.answer_type import answer_type_of
from qa.question.phrases import ONE_TO_TEN, ONE_TO_TWELVE
from qa.question.restrictions import Restrictions, stems
from qa.ranking.around import Around, sentence_of
from qa.ranking.exceptions import runs_out
from qa.ranking.periods import dated
from qa.settings import BESIDE_WEIGHT

_PRONOUN = re.compile(
    r"(?:both\s+of\s+)?(?:he|she|they|it|him|her|them|who|his|hers|theirs|we|us|i|me|you|this|that"
    r"|these|those|himself|herself|themselves|itself|one|others?)\W*",
    re.IGNORECASE,
)
_WHO = re.compile(r"^\W*who(?:m)?\b", re.IGNORECASE)
_SAYS_OF_ONE = re.compile(r"(?:I|[Ww]e|[Hh]e|[Ss]he|[Tt]hey|[Ii]t)\s")
_NUMBER = re.compile(
    rf"\d|\b(?:{ONE_TO_TWELVE}|\w+teen|\w+ty|dozens?"
    r"|hundreds?|thousands?|millions?|billions?|half|once|twice|no|none|nobody|an?|single|both"
    r"|several|many|few|quarter|third|each|every|daily|weekly|monthly|yearly|free|all|most)\b",
    re.IGNORECASE,
)
HOW_MANY = re.compile(
    r"\bhow\s+(?:many|much|old|tall|high|large|big|often)\b|\bwhat\s+(?:number|percentage)\b", re.I
)
NONE = re.compile(r"(?:no|none|nobody|no\s+one|not\s+(?:one|a\s+single)|zero)\b", re.IGNORECASE)
"""Words that begin with the number zero."""

ONE_THING = re.compile(
    r"^\W*(?:(?:in|to|from|for|at|on|by|with|of)\s+)?(?:who(?:m|se)?|which|where|how\s+(?:many|much|old)"
    r"|what\s+(?:name|number|title|country|city|company|team|person|position))\b",
    re.IGNORECASE,
)
_CLAUSES = re.compile(
    r"\b(?:while|whereas|but|although|was|were|is|are|said|says|had|has|have|will|would)\b"
)
_YEAR = re.compile(r"\b[12]\d{3}\b")
_LABEL = re.compile(r"(?:^|\n\s*\n|\t|\s\|\s)([^\n\t|]+)(?:\n\s*\n|\t|\s\|\s)$")
_LENGTH = re.compile(
    r"(?:(?:just|only|about|around|almost|nearly|over|some|less\s+than|more\s+than)\s+)*"
    rf"(?:an?|{ONE_TO_TWELVE}|several|a\s+few|\d+)\s+(?:hour|day|week|month|year|decade)s?",
    re.IGNORECASE,
)
"""How long something takes, which is not when it is."""

_LONGEST_LEAD = 40
_TIME_WORD = re.compile(
    r"\b(?:after\w*|before|until|till|since|when(?:ever)?|while|during|once|upon|as|by|at|within|following"
    r"|throughout|amid|under|over|later|earlier|ago|first|last|next|then|now|never|always|every|each"
    r"|between|prior|start\w*|beg[aiu]n\w*|end\w*|early|late|mid\w*|half\w*|quarters?|terms?|soon"
    r"|shortly|immediately|recently|simultaneously|often|rarely|seldom|sometimes|twice|daily|weekly"
    r"|monthly|quarterly|yearly|hourly|(?:bi)?(?:annu|enni)ally|usually|regularly|present|past"
    r"|future|previous|moment|eve|anniversary|aftermath|wake|run-?up|arrival|departure|return"
    r"|completion|birth|death|\w*days?|\w*nights?|mornings?|afternoons?|evenings?|noon|dawn|dusk"
    r"|sun(?:rise|set|down)|weeks?|weekends?|months?|years?|hours?|minutes?|seconds|century|centuries"
    r"|millenni\w+|decades?|\w*times?|aged?|ages|eras?|epochs?|periods?|dynast\w+|seasons?"
    r"|(?:mid)?(?:spring|summer|autumn|winter)(?:time)?|fall|wars?|reign|revolution|renaissance"
    r"|depression|blitz|election|campaign|final|semi-?finals?|match|antiquity|prehistory"
    r"|(?:child|boy|girl|adult)hood|infancy|youth|adolescence|puberty|pregnancy|retirement|school"
    r"|college|teens|\w+(?:assic|aceous|lithic)|if|christmas|michaelmas|easter|lent|ramadan|eid"
    r"|passover|hanukkah|diwali|thanksgiving|halloween|pentecost|jan|feb|mar|apr|jun|jul|aug|sept?"
    r"|oct|nov|dec|january|february|march|april|may|june|july|august|september|october|november"
    r"|december|mon|tues?|wed|thurs?|fri|sat|sun|ten(?:th)?|eleven|twel(?:ve|fth)|hundred|thousand"
    r"|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)t(?:y|ies|ieth)|\w+(?:te|[ei]e)nth"
    r"|(?:c|q|fy)?\d+(?:s|st|nd|rd|th|bce?|ad|[ap]m|h)?|bce?|ad)\b",
    re.IGNORECASE,
)
"""Words of times, and words that may be of one: what could say when is not held against a guess."""

_LEADS_TO_TIME = re.compile(
    r"\b(?:(?:after|before|until|till|since|when|while|during|once|upon|at|by|following|between)\s+"
    r"(?:[a-z]+\s+){0,2}|aged?\s+(?:of\s+)?)$",
    re.IGNORECASE,
)
_LONGEST_LABEL = 60
_COUNTED = re.compile(
    r"(?:(?:all|only|just|the|these|other|some|many|most|several|few|a\s+few)\s+)*"
    rf"(?:{ONE_TO_TEN}|dozens?|several|some|many|most|few|others?|\d+)\b",
    re.IGNORECASE,
)
_MEASURED = re.compile(rf"(?:{ONE_TO_TEN}|\d+)\s+[a-z]+\s+of\s+(?!the\b)", re.I)
_NAMED = re.compile(r"\b[A-Z]")


def form_of(question: str, asked: Restrictions, place: Around) -> dict[str, float]:
    """The features of `SATISFACTION` for words that a quote lacks or has too many of."""
    quote = place.text[place.start : place.end]
    features: dict[str, float] = {}
    if _PRONOUN.fullmatch(quote) or (_WHO.match(question) and _SAYS_OF_ONE.match(quote)):
        features["pronoun"] = 1.0
    if HOW_MANY.search(question) and not _NUMBER.search(quote):
        features["no number"] = 1.0
    if place.text[: sentence_of(place)[1]].rstrip("\"'”’) ").endswith("?"):
        features["is asked"] = 1.0
    if answer_type_of(question) == "when" and not _tells_time(place):
        features["no time"] = 1.0
    words = stems(quote)
    none = HOW_MANY.search(question) and NONE.match(quote)
    if words and words <= asked.terms and not none:
        # Who came besides Lind is not Lind.
        features["echo"] = BESIDE_WEIGHT if words <= asked.beside else 1.0
    if _is_count(question, asked, quote):
        features["count"] = 1.0
    beyond = runs_across_sentences(place) or _CLAUSES.search(quote) or runs_out(place)
    timed = bool(asked.time or asked.current)
    if (ONE_THING.match(question) and (beyond or (timed and _YEAR.search(quote)))) or (
        timed and _runs_across_a_time(place)
    ):
        features["runs on"] = 1.0
    label = _LABEL.search(place.text, max(0, place.start - _LONGEST_LABEL), place.start)
    if label and (named := stems(label.group(1))) and named <= asked.terms:
        features["labelled"] = 1.0
    return features


def _tells_time(place: Around) -> bool:
    """Return whether words can say when: a date, "after the war", or "war" in "after the war"."""
    quote = place.text[place.start : place.end]
    before = place.text[max(0, place.start - _LONGEST_LEAD) : place.start]
    if _LENGTH.fullmatch(quote):
        return False
    return bool(
        _TIME_WORD.search(quote) or _LEADS_TO_TIME.search(before) or find_times(quote, lenient=True)
    )


def _is_count(question: str, asked: Restrictions, quote: str) -> bool:
    """Return whether words only count what a list is asked of: "two of the five airlines"."""
    counted = _COUNTED.match(quote)
    if counted is None or answer_type_of(question) != "list" or _NAMED.search(quote, 1):
        return False
    # "two litres of water" of a list of things is a member.
    return _MEASURED.match(quote) is None or stems(quote.split()[-1]) <= asked.terms


def runs_across_sentences(place: Around) -> bool:
    """Return whether a place begins in one sentence and ends in another."""
    return sentence_of(place) != sentence_of(place._replace(end=place.start + 1))


def _runs_across_a_time(place: Around) -> bool:
    """Return whether a place tells a time between its words: "Ida Moor in 1992, then Jon Vik"."""
    return any(
        place.start < time.expression.start and time.expression.end < place.end
        for time in dated(place.text, place.article.published)
    )
