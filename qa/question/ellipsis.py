"""Bare words that ask the last question again of something else: "And videos?". Pure."""

import re

from qa.dates import find_times
from qa.question.phrases import (
    AUXILIARIES,
    FUNCTION_WORDS,
    WORD,
    Phrase,
    all_phrases,
    is_name,
    is_plural,
    kind_of_words,
)
from qa.settings import ENOUGH_LIKENESS, LIKENESS

_TIME_PREPOSITION = re.compile(
    r"(?:in|on|at|since|until|till|before|after|during|by|from|between|around)\b\s*", re.IGNORECASE
)
_BETWEEN_TIMES = re.compile(r"\s*(?:,|&|\b(?:and|or|in|on)\b)\s*", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"(in|on|at|to|from|for|with|by|of|near|into|against|about|under|over|without"
    r"|according\s+to)\s+",
    re.IGNORECASE,
)
_EVERY = r"(?:per|an?|each|every|one)\s+(?:(?:whole|full|single)\s+)?"
_RATE = re.compile(
    rf"\b{_EVERY}(?:minute|hour|day|night|week|month|year|person|head|child|adult|piece|unit|metre"
    r"|meter|kilo(?:gram|metre|meter)?|mile|ton(?:ne)?|litre|liter)\b",
    re.IGNORECASE,
)
_DETERMINER = re.compile(r"(?:the|an?|his|her|its|their)\s+", re.IGNORECASE)
_OWNER = re.compile(r"((?:[A-Z][\w.’'-]*?\s*)+)(?=['’]s?\s)")
_ASKS = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b", re.IGNORECASE)
_LED = re.compile(rf"\b{_PREPOSITION.pattern}$", re.IGNORECASE)
_OF_IT = re.compile(
    r"(?:in|at|to|from|for|with|by|of|near|into|against|about|under|over|before|after|without)\s+"
    r"(?:it|him|her|them)\W*",
    re.IGNORECASE,
)
_WHERE = frozenset("in at near".split())


def substitutes(asked: str) -> bool:
    """Return whether bare words ask the last question of something else: "And Schumer?"."""
    bare = _ASKS.search(asked) is None and not _has_verb(asked)
    return bare and (has_content(asked) or _OF_IT.fullmatch(asked) is not None)


def names_again(question: str, words: str) -> bool:
    """Return whether bare words repeat a phrase with another preposition: "against it"."""
    return _renamed(question, words) is not None


def has_content(question: str) -> bool:
    """Return whether a question has a word that says what it is about."""
    return any(word.lower() not in FUNCTION_WORDS for word in WORD.findall(question))


def substituted(question: str, words: str) -> tuple[str, bool]:
    """The question asked of what the bare words name, and whether it surely reads well.

    A time takes the place of a time, "in Riga" that of "in Oslo", anything else that of the phrase
    that is most like it: of the same last noun, a name for a name, a plural for a plural. "In Riga"
    after "the mayor of Oslo" is "of Riga".
    """
    if is_time(words):
        return _at_another_time(question, words), True
    if renamed := _renamed(question, words):
        return renamed, True
    if (rate := _RATE.search(question)) and (new_rate := _RATE.search(words)):
        # "And for a whole day?" after "per hour".
        return f"{question[: rate.start()]}{new_rate.group(0)}{question[rate.end() :]}", True
    if find_times(words, lenient=True):
        # "And the 2017 Gold Cup?" brings its own time.
        question = _without_time(question)
    preposition = _PREPOSITION.match(words)
    name = words[preposition.end() :] if preposition else words
    before = preposition.group(1).lower() if preposition else ""
    replaced = _most_like(question, name, before)
    there = re.search(r"\bthere\b", question, re.IGNORECASE) if before else None
    if replaced is None and there:
        return f"{question[: there.start()]}{words}{question[there.end() :]}", True
    if replaced is None and before in _WHERE and (owned := _most_like(question, name, "of")):
        replaced = owned
    if replaced is None:
        return f"{question.rstrip('?. ')} {words}?", bool(before)
    own = _DETERMINER.match(replaced.text)
    if own and not _DETERMINER.match(name) and _head(name) == _head(replaced.text):
        name = f"{own.group(0)}{name}"
    return f"{question[: replaced.start]}{name}{question[replaced.end :]}", True


def _most_like(question: str, name: str, before: str) -> Phrase | None:
    """The phrase of a question that a name after a preposition takes the place of."""
    best, replaced = ENOUGH_LIKENESS, None
    for phrase in (*all_phrases(question), *_owners(question)):
        likeness = _likeness(question, phrase, name, before)
        if likeness >= best and (replaced is None or likeness > best):
            best, replaced = likeness, phrase
    return replaced


def _renamed(question: str, words: str) -> str | None:
    """The question with another preposition: "against the plan" for "for the plan"."""
    preposition = _PREPOSITION.match(words)
    if preposition is None:
        return None
    name = words[preposition.end() :].lower()
    for phrase in all_phrases(question):
        led = _LED.search(question, 0, phrase.start)
        if phrase.text.lower() == name and led and led.group(1).lower() != words.split()[0].lower():
            return (
                f"{question[: led.start()]}{words[:1].lower()}{words[1:]}{question[phrase.end :]}"
            )
    return None


def is_time(words: str) -> bool:
    """Return whether words are a time and nothing else: "in 2017", "May 2018 or 2019"."""
    end = preposition.end() if (preposition := _TIME_PREPOSITION.match(words)) else 0
    times = find_times(words, lenient=True)
    for number, time in enumerate(times):
        # A range begins with its own preposition: "from 2014 to 2016".
        if time.start > end and not (number and _BETWEEN_TIMES.fullmatch(words, end, time.start)):
            return False
        end = time.end
    return bool(times) and end == len(words)


def _likeness(question: str, phrase: Phrase, name: str, before: str) -> float:
    """A score of how well a name replaces a phrase of the question; 0 if it cannot."""
    kind = kind_of_words(name)
    if phrase.kind == "time" or phrase.text.lower() == name.lower():
        return 0.0
    same_preposition = bool(before) and re.search(
        rf"\b{before}\s+(?:the\s+)?$", question[: phrase.start], re.IGNORECASE
    )
    if before and not same_preposition and phrase.kind != "place":
        return 0.0
    alike = is_name(name) == is_name(phrase.text)
    same_head = _head(name) == _head(phrase.text)
    # "And her neighbour?" after "What does Ida Moor grow?"
    owned = re.match(rf"{re.escape(phrase.text)}['’]s?\s", name, re.I) if kind == "person" else None
    if not (alike or same_head or same_preposition or owned):
        return 0.0
    features = {
        "same preposition": bool(same_preposition),
        "same head": same_head,
        "both names or neither": alike,
        "whose it is": owned is not None,
        "same kind": kind == phrase.kind and kind not in {"thing", "name"},
        "same number": is_plural(name) == phrase.plural,
        "both with a determiner or neither": bool(_DETERMINER.match(name))
        == bool(_DETERMINER.match(phrase.text)),
        "after of": re.search(r"\bof\s+$", question[: phrase.start]) is not None,
    }
    likeness = sum(LIKENESS[feature] * holds for feature, holds in features.items())
    # Of two that are alike, the first.
    return likeness - phrase.start / 10_000


def _owners(question: str) -> list[Phrase]:
    """The owners that phrases name: "Ada Lovelace" of "Ada Lovelace's book"."""
    return [
        Phrase(owner.group(1), phrase.start, phrase.start + owner.end(1), "name")
        for phrase in all_phrases(question)
        if (owner := _OWNER.match(phrase.text))
    ]


def _head(text: str) -> str:
    return re.sub(r"['’]s?$", "", (text.split() or [""])[-1].lower())


def _without_time(question: str) -> str:
    for time in reversed(find_times(question, lenient=True)):
        led = re.search(
            rf"\s*\b{_TIME_PREPOSITION.pattern}$", question[: time.start], re.IGNORECASE
        )
        question = question[: led.start() if led else time.start].rstrip() + question[time.end :]
    return question


def _at_another_time(question: str, words: str) -> str:
    """The question with its own time replaced by that of the words, or with theirs added."""
    times = find_times(question, lenient=True)
    if not times:
        return f"{question.rstrip('?. ')} {words}?"
    before, after = question[: times[0].start], question[times[0].end :]
    own = _TIME_PREPOSITION.match(words)
    if own is None:
        return f"{before}{words}{after}"
    # "in 2018" becomes "since 2014", but "the 2018 World Cup" becomes "the 2014 World Cup".
    if led := re.search(rf"\b{_TIME_PREPOSITION.pattern}$", before, re.IGNORECASE):
        return f"{before[: led.start()]}{words}{after}"
    has_own = _TIME_PREPOSITION.match(times[0].quote)
    return f"{before}{words if has_own else words[own.end() :]}{after}"


def _has_verb(question: str) -> bool:
    return any(word.lower() in AUXILIARIES for word in WORD.findall(question))
