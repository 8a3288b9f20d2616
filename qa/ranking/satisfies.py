"""Features of the text around a place for each restriction of the question. Pure."""

import operator
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from qa.dates import find_times
from qa.question.answer_type import answer_type_of
from qa.question.phrases import phrases
from qa.question.restrictions import Restrictions, stems
from qa.question.verbs import asked_verb, has_verb
from qa.ranking.around import Around, clause_of, sentence_of, sentences
from qa.ranking.evidence import Evidence
from qa.ranking.form import HOW_MANY, ONE_THING, form_of, runs_across_sentences
from qa.ranking.names import is_unheard
from qa.ranking.periods import PlaceTime, dated, death, place_time, relation
from qa.ranking.polarity import asked_sides, other_side, polarity_of
from qa.ranking.quotes import unsaid
from qa.settings import (
    FAR_LOGITS,
    OLDER_DAYS,
    SATISFACTION,
    STORY_WEIGHT,
    THERE_WEIGHT,
    UNHEARD_LOGITS,
)
from qa.types import ResolvedDate

_IN_PLACE = re.compile(
    r"\b(?i:in|at|from|near|outside|inside|(?:flew|flown|went|gone|came|sail\w*|travel\w*|moved?"
    r"|return\w*|drove|trip|journey)(?:\s+[a-z]+)?\s+to)\s+(?:the\s+)?"
    r"([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
)
_WHEN_DID = re.compile(r"^\W*(?:(?:and|but|so)\s+)?when\s+(?:did|does|do|will|would|had)\b", re.I)
_NEXT_WORDS = re.compile(r"\s+([\w'’-]+(?:\s+[\w'’-]+)?)")
_OWNER_OF_TIME = re.compile(r"([\w'’-]+)\s+of\s+(?:the\s+)?$")
_IN = re.compile(
    r"\b(?:in|near|inside|outside)\s+(?:the\s+)?([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)"
    # Not "in James Bond films".
    r"(?=\W*$|[,;:?!]|\s+(?:in|on|at|by|from|to|and|or|as|after|before|during|since|until|when"
    r"|last|this|\d+)\b)"
)
_TO_COME = re.compile(
    r"\b(?:will|shall|to\s+be|plans?|planned|scheduled|expected|going\s+to)\b",
    re.IGNORECASE,
)
_ASKS_DEATH = re.compile(r"\b(?:die[sd]?|dead|death|killed|murdered|drowned|dying)\b", re.I)
_UNTIL = re.compile(r"\b(?:until|till|before)\s+(?:his|her|s?he)\b", re.IGNORECASE)
_YEAR = timedelta(days=366)
_IN_TIME = re.compile(r"\b(?:in|on|during)\s+(?:the\s+)?$", re.IGNORECASE)
_COUNTED = "how many"
_AT_ANOTHER_TIME = frozenset(("in force", "over", "later"))
_THERE = re.compile(r"\b(?:there|here)\b(?!\s+(?:is|are|was|were|has|have|had)\b)", re.IGNORECASE)
_ORDER = re.compile(r"\b(before|after)\s+(?:the\s+)?([A-Z][\w'’-]+(?:\s+[A-Z][\w'’-]+)*)")
_STILL = re.compile(
    r"\b(?:still|now(?:adays)?|today|currently|at\s+present|presently|these\s+days|to\s+this\s+day)\b",
    re.IGNORECASE,
)


def satisfied(
    question: str,
    asked: Restrictions,
    evidence: Sequence[Evidence],
) -> list[Evidence]:
    """The evidence with what its surroundings say of the question added to its scores.

    Args:
        question: In words that stand alone.
        asked: Its restrictions.
        evidence: Places, in any order, weighed.
    """
    if not evidence:
        return []
    floor = max(place.score for place in evidence) - FAR_LOGITS
    articles = {place.hit.article.id: place.hit.article for place in evidence}.values()
    texts = (f"{article.title}\n{article.text}" for article in articles)
    unheard = -UNHEARD_LOGITS if is_unheard(asked.names, question, texts) else 0.0
    near = [number for number, place in enumerate(evidence) if place.score >= floor]
    places = [_around(evidence[number]) for number in near]
    observed = observe(question, asked, places)
    worth = [sum(SATISFACTION[n] * value for n, value in features.items()) for features in observed]
    read = [evidence[number].score for number in near]
    gains = other_side(question, asked, places, read, observed)
    scores = dict(zip(near, map(operator.add, worth, gains), strict=True))
    return [
        replace(place, score=place.score + scores.get(number, min(worth)) + unheard)
        for number, place in enumerate(evidence)
    ]


def observe(question: str, asked: Restrictions, places: Sequence[Around]) -> list[dict[str, float]]:
    """For each place what its surroundings say of the restrictions, by the names of `SATISFACTION`.

    What is not named is met, or not asked for.
    """
    told: list[PlaceTime | None] = [None] * len(places)
    if asked.time is not None or asked.current:
        told = [_time_told(question, place) for place in places]
    elsewhere = _told_elsewhere(places, told)
    others = [time for time in told if time is not None]
    days = [place.article.published for place in places if place.article.published is not None]
    newest = max(days, default=None)
    sides = asked_sides(question)
    objects = _objects(question)
    there = _asks_in_place(question, asked) and any(_names_place(asked, p) for p in places)
    verb = _verb_of_event(question, asked)
    silent = unsaid(question, places)
    apart = _apart(question, asked, places)
    return [
        _with_death(question, asked, place, _time(asked, place, time, others, of_value, verb))
        | _age(asked, place, time, newest)
        | _other_place(question, asked, place, there)
        | polarity_of(question, asked, sides, place)
        | _other_order(question, place)
        | _time_of_object(objects, place)
        | form_of(question, asked, place)
        | not_said
        | other
        for place, time, of_value, not_said, other in zip(
            places, told, elsewhere, silent, apart, strict=True
        )
    ]


def _apart(question: str, asked: Restrictions, places: Sequence[Around]) -> list[dict[str, float]]:
    """For each place the feature of a time whose sentence has no word of what is asked to be when.

    It counts beside a place whose sentence has one: "arriving on 30 May" is not when the summit
    was, where another sentence speaks of the summit.
    """
    if answer_type_of(question) != "when":
        return [{}] * len(places)
    shared = [
        bool(
            stems(place.text[slice(*sentence_of(place))])
            & asked.terms - stems(place.text[place.start : place.end])
        )
        for place in places
    ]
    return [{"apart": 1.0} if any(shared) and not own else {} for own in shared]


def _around(place: Evidence) -> Around:
    article, passage = place.hit.article, place.hit.passage
    return Around(
        place.hit.text, place.span.start - passage.start, place.span.end - passage.start, article
    )


def _verb_of_event(question: str, asked: Restrictions) -> str:
    """The verb of what a question says to have happened in a year or less; empty if it does not.

    Where it asks how many, `_COUNTED`: a number of one year is none of another.
    """
    if asked.time is None or asked.time.end - asked.time.start > _YEAR:
        return ""
    led = (_IN_TIME.search(question, 0, t.start) for t in find_times(question, lenient=True))
    if not any(led):
        return ""
    return _COUNTED if HOW_MANY.search(question) else asked_verb(question)


def _told_elsewhere(
    places: Sequence[Around], told: Sequence[PlaceTime | None]
) -> list[list[PlaceTime]]:
    """For each place the times that sentences with the same words tell; none if its own does."""
    own = [
        (place, stems(place.text[place.start : place.end]), time)
        for place, time in zip(places, told, strict=True)
        if time is not None and time.own and not runs_across_sentences(place)
    ]
    elsewhere = []
    for place, time in zip(places, told, strict=True):
        words = stems(place.text[place.start : place.end])
        known = time is not None and time.own
        here = place.text, *sentence_of(place)
        elsewhere.append(
            []
            if known or not words
            else [
                time
                for other, said, time in own
                if words <= said and (other.text, *sentence_of(other)) != here
            ]
        )
    return elsewhere


def _time(
    asked: Restrictions,
    place: Around,
    told: PlaceTime | None,
    others: Sequence[PlaceTime],
    elsewhere: Sequence[PlaceTime],
    verb: str,
) -> dict[str, float]:
    if asked.time is None:
        return {}
    if elsewhere:
        # What one sentence says without a time, another says with it.
        first, last = asked.time.start, asked.time.end
        names = ["time " + relation(time, first, last, others) for time in elsewhere]
        return {max(names, key=SATISFACTION.__getitem__): 1.0}
    published = place.article.published
    before = published is not None and published < asked.time.start
    if told is None and before and not _TO_COME.search(place.text, *sentence_of(place)):
        return {"published before": 1.0}
    titled = _relation_of_title(asked.time, place) if told is None else None
    if titled is not None:
        return {"title within" if titled else "title of another time": 1.0}
    if told is None and published is not None:
        if asked.time.start <= published <= asked.time.end:
            return {"published within": 1.0}
        if published > asked.time.end:
            return {"published after": 1.0}
    worth = 1.0 if told is None or told.own else STORY_WEIGHT
    related = relation(told, asked.time.start, asked.time.end, others)
    if told is not None and told.told == "point" and related in _AT_ANOTHER_TIME:
        unknown = before and told.own and related == "in force"
        if unknown or (told.own and verb == _COUNTED) or _happened(verb, place, told):
            return {"another time": 1.0}
    return {"time " + related: worth}


def _happened(verb: str, place: Around, told: PlaceTime) -> bool:
    """Return whether what is asked for happened at the time that is told.

    Who won in 2013 says nothing of who won in 2014, as who came in 2013 may have stayed.
    """
    start, end = sentence_of(place)
    if not told.own:  # "It won in 2013. The captain was Lind."
        start, end = place.text.rfind("\n\n", 0, start) + 1, start
    return has_verb(place.text[start:end], verb)


def _time_told(question: str, place: Around) -> PlaceTime | None:
    """Return the time of a place; None of one that crosses sentences, or if it is a death's."""
    if runs_across_sentences(place):
        return None
    published = place.article.published
    told = place_time(place.text, published, place.start, place.end)
    if told is None or told.told != "point" or _ASKS_DEATH.search(question):
        return told
    died = death(place.text, published, place.start, place.end)
    if died is None or (died.start, died.end) != (told.start, told.end):
        return told
    before = place.text[place.end : sentence_of(place)[1]]
    return told._replace(start=date.min, told="until") if _UNTIL.search(before) else None


def _relation_of_title(asked: ResolvedDate, place: Around) -> bool | None:
    """Return whether an article's title names the time that is asked for; None if it names none.

    "Garlic Show 2018" tells of 2018 alone.
    """
    times = [titled.time for titled in dated(place.article.title, None)]
    if not times:
        return None
    return not all(time.end < asked.start or time.start > asked.end for time in times)


def _with_death(
    question: str, asked: Restrictions, place: Around, features: dict[str, float]
) -> dict[str, float]:
    """The features of a place's time, and whether the person that it names was dead then.

    A reader that is asked for 1992 likes who died in 1992.
    """
    if asked.time is None or _ASKS_DEATH.search(question):
        return features
    died = death(place.text, place.article.published, place.start, place.end)
    if died is None or died.start > asked.time.end:
        return features
    if died.end < asked.time.start or "time over" in features:
        return {"time over": 1.0, "dead": 1.0}
    return features


def _age(
    asked: Restrictions, place: Around, told: PlaceTime | None, newest: date | None
) -> dict[str, float]:
    """The features for age, where the question asks for what holds now."""
    published = place.article.published
    if not asked.current and not asked.present:
        return {}
    features: dict[str, float] = {}
    if newest is not None and (published is None or (newest - published).days > OLDER_DAYS):
        features["older"] = 1.0
    if asked.current and _STILL.search(clause_of(place)[0]):
        features["time covers"] = 1.0
    elif told is not None and asked.current:
        written = published or newest
        if told.told == "since":
            features["time covers"] = 1.0
        elif told.told in ("range", "until") and (written is None or told.end < written):
            features["time over"] = 1.0
    return features


def _other_place(
    question: str, asked: Restrictions, place: Around, there: bool
) -> dict[str, float]:
    """The feature of a sentence that tells of another place than the one asked for.

    Of a number it always counts, else only if another sentence tells of the place asked for.

    Args:
        question: In words that stand alone.
        asked: What it restricts.
        place: Of its sentence.
        there: Whether any sentence tells of the place that is asked for.
    """
    counts = HOW_MANY.search(question) or there
    if not asked.places or not counts or _names_place(asked, place):
        return {}
    if _IN_PLACE.search(place.text, *sentence_of(place)):
        return {"other place": 1.0}
    return {"other place": THERE_WEIGHT} if _is_story_of_other_place(asked, place) else {}


def _is_story_of_other_place(asked: Restrictions, place: Around) -> bool:
    """Return whether "there" in the sentence of a place is another place than the one asked for."""
    first, last = sentence_of(place)
    if not _THERE.search(place.text, first, last):
        return False
    paragraph = place.text.rfind("\n\n", 0, first) + 1
    for start, end in reversed([s for s in sentences(place.text) if paragraph <= s[0] < first]):
        if any(name & stems(place.text[start:end]) for name in asked.places):
            return False
        if _IN_PLACE.search(place.text, start, end):
            return True
    return False


def _asks_in_place(question: str, asked: Restrictions) -> bool:
    """Return whether a question asks who or what was in a place: "in Oslo", not "from NASA"."""
    named = [stems(match.group(1)) for match in _IN.finditer(question)]
    return bool(ONE_THING.match(question)) and any(
        name & place for name in named for place in asked.places
    )


def _names_place(asked: Restrictions, place: Around) -> bool:
    if not asked.places:
        return False
    first, last = sentence_of(place)
    return any(name & stems(place.text[first:last]) for name in asked.places)


def _other_order(question: str, place: Around) -> dict[str, float]:
    """The feature of what was before somebody, where the question asks what was after."""
    for asked in _ORDER.finditer(question):
        other = "before" if asked.group(1).lower() == "after" else "after"
        name = re.escape(asked.group(2))
        told = re.compile(rf"\b{other}\s+(?:the\s+)?{name}\b", re.IGNORECASE)
        if told.search(place.text, *sentence_of(place)):
            return {"contrary": 1.0}
    return {}


def _objects(question: str) -> frozenset[str]:
    """The stems of the objects in a question for a time: "When did he cancel the summit?"."""
    if not _WHEN_DID.match(question):
        return frozenset()
    _, *others = phrases(question) or ("",)
    return frozenset().union(*(stems(phrase.text) for phrase in others))


def _time_of_object(objects: frozenset[str], place: Around) -> dict[str, float]:
    """The feature of a time that belongs to the object: "cancelled the 12 June summit"."""
    if not objects:
        return {}
    quote = place.text[place.start : place.end]
    inside = [(place.start + t.start, place.start + t.end) for t in find_times(quote)]
    for start, end in inside or [(place.start, place.end)]:
        noun = _NEXT_WORDS.match(place.text, end)
        owner = _OWNER_OF_TIME.search(place.text, max(0, start - 40), start)
        named = [stems(match.group(1)) for match in (noun, owner) if match]
        if any(objects & words for words in named):
            return {"time of object": 1.0}
    return {}
