"""Features of what the clause of a place affirms or denies of the question. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.question.answer_type import answer_type_of
from qa.question.contraries import Side, Telling, contraries, sides_of, telling
from qa.question.phrases import FUNCTION_WORDS, WORD, wh_end
from qa.question.restrictions import NEGATION, Restrictions, stems
from qa.ranking.around import Around, clause_of, sentence_of
from qa.ranking.evidence import Evidence
from qa.ranking.exceptions import excepted, exclusions, without_exclusions
from qa.ranking.form import HOW_MANY, NONE
from qa.ranking.lists import split_members
from qa.ranking.quotes import SAID
from qa.settings import AFFIRMED_WEIGHT, CONTRAST_LOGITS, FAR_LOGITS
from qa.types import Span

_REASON = re.compile(
    r"^\W*(?:why|how\s+(?:did|do|does|was|is|are|were|can|could))\b|\bwhat\s+(?:reason|purpose|cause)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|never|no|none|nobody|no\s+one|neither)\b|n['’]t\b", re.IGNORECASE)

_OTHERWISE = re.compile(r"\bbut\s+(?:not|never|no)\b", re.IGNORECASE)
_ASKS_NAMES = re.compile(
    r"^\W*(?:(?:in|to|from|for|at|by|with|of)\s+)?(?:who(?:m|se)?|which|what|name|list)\b", re.I
)
_AUXILIARY = re.compile(r"\b(?:was|were|is|are|did|does|do|had|has|have|could|would|will|can)\W*$")
_NEW_SUBJECT = re.compile(
    r"(?:[,;]\s*(?:(?:and|but|while|whereas|though)\s+)?|\b(?:but|while|whereas)\s+)(?:the\s+)?$"
)
_OTHER_VERB = re.compile(
    r"\s+(?!(?:and|or|of|in|at|to|from|for|with|on|by|who|which|that|as|the|an?|near|also|too|did)\b)"
    r"[a-z]+"
)
_ELLIPSIS = re.compile(
    r"\s+(?:was|were|is|are|did|does|do|had|has|have|could|would|will|can)(?:\s+(?:not|too|so))?\s*"
)
_CLAUSE_END = re.compile(r"[,;.!?]|\b(?:but|while|whereas)\b")

_AUX = (
    r"(?:am|is|are|was|were|do|does|did|has|have|had|need|must|may|can|could|will|would|should"
    r"|remains?|remained|refuse[sd]?|declined?|opposed?|failed)"
)
_SUBJECT = re.compile(
    r"(?:^\W*|[,;]\s+|\b(?:and|but|while|whereas|although|though)\s+)"
    rf"(?P<subject>(?:(?!{_AUX}\b|(?:but|while|whereas|who|which|that)\b)[\w'’-]+[\s,]+){{0,7}}?"
    rf"(?!{_AUX}\b)[\w'’-]+)(?=\s+{_AUX}\b)",
)
_NO_SUBJECT = frozenset("it he she they we i you this that there these those who which and".split())

_DENIED_WORDS = 5
_LONGEST = 9
"""Words of what a sentence takes out of all others; what is longer goes on after it."""
_AGAINST = frozenset(("negated", "negation missing", "contrary"))
"""What says that a place is on the other side than the one asked for."""

_NO_FIT = _AGAINST | {"other clause", "negation near", "runs on", "pronoun", "echo", "is asked"}


def polarity_of(
    question: str, asked: Restrictions, sides: frozenset[Side], place: Around
) -> dict[str, float]:
    """Return the features of `SATISFACTION` for what a place's clause affirms or denies.

    Args:
        question: In words that stand alone.
        asked: What it restricts.
        sides: What it takes of words with a contrary.
        place: Of an answer.
    """
    if _may_deny(question) or (HOW_MANY.search(question) and _is_none(place)):
        return {}
    told = _told(sides, place)
    clause = _other_clause(question, asked, sides, place)
    if told == "same":
        # "exempt" is what "did not have to" asks for.
        return clause | ({"same side": 1.0} if asked.negated else {})
    contrary = {"contrary": 1.0} if told == "contrary" else {}
    return clause | _negation(question, asked, place) | contrary


def _is_none(place: Around) -> bool:
    """Return whether a place is the number zero: "no children", "nobody"."""
    return NONE.match(place.text, place.start, place.end) is not None


def _told(sides: frozenset[Side], place: Around) -> Telling:
    """Return the side that a place is told to take: of "all but Lind must pay" Lind is exempt."""
    first, last = sentence_of(place)
    asked = sides if excepted(place) != "denied" else contraries(sides)
    return telling(asked, place.text[first:last], place.start - first, place.end - first)


def _negation(question: str, asked: Restrictions, place: Around) -> dict[str, float]:
    said_of_it = excepted(place)
    if said_of_it is not None:
        if (said_of_it == "denied") == asked.negated:
            return {}
        if asked.negated:
            return {"negation missing": AFFIRMED_WEIGHT}
        # Who "missed" something is not denied by "all others met it".
        return {"negated" if _says_what_is_asked(question, place) else "negation near": 1.0}
    clause, before = clause_of(place)
    clause = without_exclusions(clause)  # Of "all came except Lind" all did.
    negation = NEGATION.search(clause)
    if asked.negated:
        if negation:
            return {}
        # What the clause affirms of a place contradicts more than what it leaves open.
        said = stems(clause) & asked.terms - stems(place.text[place.start : place.end])
        return {"negation missing": AFFIRMED_WEIGHT if said and _DENIES.search(question) else 1.0}
    if negation is None:
        # "Lind was not invited, while Reyes was.": what was just said is affirmed.
        return {"ellipsis": 1.0} if _affirmed(asked, place, clause) else {}
    following = clause[negation.end() :]
    reach = _DENIED_WORDS if _ASKS_NAMES.match(question) else 3
    denied = bool(stems(" ".join(following.split()[:reach])) & asked.terms)
    # "but Lind was not.": what was just said is denied.
    elliptic = negation.start() >= before and not following.strip(" .!?\"'”’)")
    return {"negated" if denied or elliptic else "negation near": 1.0}


def _says_what_is_asked(question: str, place: Around) -> bool:
    """Return whether the sentence of a place has the first word that says what is asked."""
    words = (word.group() for word in WORD.finditer(question, wh_end(question)))
    says = next((word for word in words if word.lower() not in FUNCTION_WORDS), "")
    return stems(says) <= stems(place.text[slice(*sentence_of(place))])


def _affirmed(asked: Restrictions, place: Around, clause: str) -> bool:
    first, _ = sentence_of(place)
    said = stems(place.text[first : place.start]) & asked.terms
    return bool(said and _AUXILIARY.search(clause))


def _other_clause(
    question: str, asked: Restrictions, sides: frozenset[Side], place: Around
) -> dict[str, float]:
    """The feature of a name that begins a clause about something else than is asked.

    "Ministers from Peru and Chad attended, and Japan sent a deputy.": Japan did not attend.
    """
    if not _ASKS_NAMES.match(question) or not place.text[place.start : place.start + 1].isupper():
        return {}
    first, last = sentence_of(place)
    before = place.text[first : place.start]
    if not _NEW_SUBJECT.search(before) or not _OTHER_VERB.match(place.text, place.end, last):
        return {}
    stop = _CLAUSE_END.search(place.text, place.end, last)
    clause = place.text[place.end : stop.start() if stop else last]
    said = stems(before) & asked.terms
    if _ELLIPSIS.fullmatch(clause):
        return {}  # "Lind was not invited, while Reyes was."
    if telling(sides, clause, 0, 0) == "same" or (asked.negated and NEGATION.search(clause)):
        return {}  # "Only Lind had to pay, while Reyes was exempt."
    return {"other clause": 1.0} if said and not stems(clause) & asked.terms else {}


def with_subjects(
    question: str, asked: Restrictions, evidence: Sequence[Evidence]
) -> list[Evidence]:
    """The evidence, and the subjects of the side that is asked for in sentences that tell of both.

    Of "only A had to pay, while B was exempt" a reader may propose A alone. What is added scores so
    little that only `other_side` can make it an answer.

    Args:
        question: In words that stand alone.
        asked: What it restricts.
        evidence: Places, in any order.
    """
    if not _ASKS_NAMES.match(question) or _may_deny(question):
        return list(evidence)
    sides = asked_sides(question)
    known = {(place.span.article_id, place.span.start, place.span.end) for place in evidence}
    added: dict[tuple[str, int, int], Evidence] = {}
    for place in evidence:
        passage, text = place.hit.passage, place.hit.text
        around = Around(
            text,
            place.span.start - passage.start,
            place.span.end - passage.start,
            place.hit.article,
        )
        first, last = sentence_of(around)
        for start, end in _subjects(text[first:last]):
            start, end = first + start, first + end
            key = place.span.article_id, passage.start + start, passage.start + end
            # "Children" of "Children under six are exempt" is a worse reading of the same place.
            less = 0.0 if start == around.start and around.end < end else FAR_LOGITS
            if (key in known and less) or text[start:end].lower() in _NO_SUBJECT:
                continue
            if _tells_side(question, asked, sides, around._replace(start=start, end=end)):
                span = Span(*key, place.span.score - less)
                score = place.score - less
                subject = replace(place, span=span, quote=text[start:end], score=score)
                added[key] = max(subject, added.get(key, subject), key=lambda p: p.score)
    # First, so that of two that score alike the whole one is the answer.
    subjects = list(added.values())
    if answer_type_of(question) == "list":
        subjects = split_members(subjects)
    return [*subjects, *evidence]


def _subjects(sentence: str) -> list[tuple[int, int]]:
    """The offsets of what a sentence says something of, as far as its form tells."""
    subjects = [match.span("subject") for match in _SUBJECT.finditer(sentence)]
    taken_out = [(exclusion.first, exclusion.last) for exclusion in exclusions(sentence)]
    whole = [(first, last) for first, last in taken_out if _is_short(sentence[first:last])]
    return [*subjects, *whole]


def _is_short(words: str) -> bool:
    return len(words.split()) <= _LONGEST


def asked_sides(question: str) -> frozenset[Side]:
    """The sides that a question takes; none if the answer may tell of any."""
    return frozenset() if _may_deny(question) else sides_of(question)


def _may_deny(question: str) -> bool:
    """Return whether the answer may deny, as a reason or what was said may."""
    # "Who was proposed but not elected?" denies a part of what it asks.
    return bool(_REASON.search(question) or SAID.match(question) or _OTHERWISE.search(question))


def other_side(
    question: str,
    asked: Restrictions,
    places: Sequence[Around],
    scores: Sequence[float],
    features: Sequence[Mapping[str, float]],
) -> list[float]:
    """Return what each place gains by its side in a sentence that tells of both sides.

    A reader finds the sentence of a contrast more surely than the side: of "only A had to pay,
    while B was exempt" it proposes A, whoever is asked for. What it gave to the other side is the
    worth of the sentence.

    Args:
        question: In words that stand alone.
        asked: What it restricts.
        places: In any order.
        scores: Of each one, by the reader and retrieval alone.
        features: Of each one, as `observe` gives them.
    """
    gains = [0.0] * len(places)
    sides = asked_sides(question)
    if _may_deny(question):
        return gains
    by_sentence: dict[tuple[str, int, int], list[int]] = {}
    for number, place in enumerate(places):
        by_sentence.setdefault((place.text, *sentence_of(place)), []).append(number)
    for numbers in by_sentence.values():
        others = [
            number
            for number in numbers
            if _AGAINST & features[number].keys() and "runs on" not in features[number]
        ]
        fits = [
            number
            for number in numbers
            if not _NO_FIT & features[number].keys()
            and _tells_side(question, asked, sides, places[number])
        ]
        if others and fits:
            best = max(scores[n] for n in others)
            gain = best - CONTRAST_LOGITS - max(scores[n] for n in fits)
            for number in fits:
                gains[number] = max(gain, 0.0)
    return gains


def _tells_side(question: str, asked: Restrictions, sides: frozenset[Side], place: Around) -> bool:
    """Return whether a place's sentence takes the side asked for, not only no other."""
    denied = bool(_DENIES.search(question))
    if said_of_it := excepted(place):
        return (said_of_it == "denied") == denied or _told(sides, place) == "same"
    if _told(sides, place) == "same":
        return True
    clause = without_exclusions(clause_of(place)[0])
    negated = bool(NEGATION.search(clause))
    if denied or negated:
        return denied and negated
    before = place.text[sentence_of(place)[0] : place.start]
    return bool(NEGATION.search(before)) and _affirmed(asked, place, clause)
