"""The noun phrases of a question, and what kind of thing each may be. Pure.

There is no parser here: questions have few forms, and their auxiliaries tell where a noun phrase
ends and the verb begins ("did | the club | hold | its first match").
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from qa.dates import find_times

Kind = Literal["person", "organisation", "place", "time", "amount", "thing", "name"]
"""A "name" is one whose kind nothing tells."""

WH = re.compile(
    r"^(?:(?:in|on|at|to|for|with|from|by|of|since|until|under|after|before|about)\s+)?"
    r"(who(?:m|se)?|what|which|when|where|why|how(?:\s+(?:many|much|long|old|far|often))?)\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[\w][\w'’.-]*(?<![.'’-])")
DO = frozenset("do does did can could will would should may might must shall".split())
BE = frozenset("is are was were be been being has have had".split())
AUXILIARIES = DO | BE
_DETERMINERS = frozenset("the a an his her its their this that these those".split())
_NEITHER = frozenset(
    """
    who whom whose what which when where why how and but so or of in on at to for by with from
    about as into than not no yes there then it he him she hers they them theirs many much long old
    far often after before during since until under over near against between through while because
    if off out up down along per upon within very ago i you we me us my your our worth
    """.split()
)
FUNCTION_WORDS = (
    _NEITHER | _DETERMINERS | AUXILIARIES | frozenset("say said happen happened".split())
)
_OF = re.compile(r"\s+(?:of|from|for|on|with|to|against|between|about)\s+")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|at|to|on|from|near|into|through|around|across)\s+(?:the\s+)?$", re.I
)
PARTICIPLE = re.compile(
    r"(?:(?!building|meeting|wedding|painting|king|ring|wing|spring|ceiling|garden|children|women|"
    r"men|seed|feed|speed|bed|breed|red)\w+(?:ed|en|ing)|built|held|won|made|sold|found|lost|left|sent|kept|told|paid|born|known|"
    r"shot|hit|cut|put|set|read|bought|brought|caught|taught|fought|begun|sung|hung|drawn|worn|torn)$",
    re.IGNORECASE,
)
_PERSON_NOUN = re.compile(
    r"\b(?:person|man|woman|boy|girl|child|lady|president|minister|chancellor|mayor|governor|"
    r"senator|king|queen|prince|princess|pope|bishop|priest|general|captain|colonel|officer|chief|"
    r"director|chair(?:man|woman)|secretary|ambassador|envoy|spokes(?:man|woman|person)|leader|"
    r"head|boss|owner|founder|author|writer|poet|painter|artist|singer|musician|actor|actress|"
    r"player|coach|trainer|doctor|nurse|professor|teacher|scientist|lawyer|judge|farmer|baker|"
    r"wife|husband|father|mother|son|daughter|brother|sister|uncle|aunt|widow|victim|suspect|"
    r"winner|runner|pilot|driver|manager|engineer|architect|journalist|reporter|student|"
    r"neighbou?r|friend|colleague|partner|cousin|nephew|niece|deputy|assistant|predecessor|successor|"
    r"opponent|rival|grand(?:father|mother|son|daughter)|"
    r"mr|mrs|ms|dr|sir|dame|lord|professor|saint)\b\.?",
    re.IGNORECASE,
)
_ORGANISATION_NOUN = re.compile(
    r"\b(?:company|firm|corporation|business|organi[sz]ation|agency|bank|brewery|bakery|airline|"
    r"airlines|airways|newspaper|paper|magazine|broadcaster|channel|station|publisher|university|"
    r"college|school|institute|ministry|department|council|committee|commission|party|union|club|"
    r"team|band|orchestra|church|court|museum|hospital|foundation|charity|government|parliament|"
    r"group|society|association|federation|league|shop|store|startup|manufacturer|maker|employer|"
    r"inc|ltd|corp|gmbh|plc|llc|co|press|times|post)\b",
    re.IGNORECASE,
)
_PLACE_NOUN = re.compile(
    r"\b(?:place|city|town|village|country|state|nation|county|province|region|district|island|"
    r"river|lake|mountain|street|square|building|hotel|airport|harbou?r|port|stadium|castle|"
    r"bridge|park|valley|capital|continent)\b",
    re.IGNORECASE,
)
TWO_TO_TEN = "two|three|four|five|six|seven|eight|nine|ten"
ONE_TO_TEN = f"one|{TWO_TO_TEN}"
ONE_TO_TWELVE = f"{ONE_TO_TEN}|eleven|twelve"
"""Number words, as alternatives of a pattern."""

_NUMBER = (
    rf"(?:\d[\d.,]*|{ONE_TO_TWELVE}|dozens?|twice|"
    r"once|hundreds?|thousands?|millions?|billions?|twenty|thirty|forty|fifty|sixty|seventy|"
    r"eighty|ninety|half|a\s+(?:third|quarter|dozen|hundred|thousand|million|billion))"
)
_AMOUNT = re.compile(
    r"^\W*(?:(?:about|around|over|under|some|nearly|almost|more|less|than|at|least|most|only|up|"
    rf"to|roughly|approximately|aged|an?\s+estimated)\s+)*[$€£¥]?\s*{_NUMBER}(?![\w-])",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:mr|mrs|ms|dr|st|prof|gen|sen|gov|rev|jr|sr)", re.IGNORECASE)
_AND = re.compile(r"\s+(?:and|&|of)\s+")
_HEAD_END = re.compile(r"\s(?:of|from|for|at|in|on|with|by|who|which|that)\s|,")
_MOST_WORDS = 9
_CLAUSE = re.compile(
    r"[?!;:]|\b(?:I|we|you|is|are|was|were|will|would|can|should|he|she|they|it)\b"
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase: its words, where they stand in their question, and its kind."""

    text: str
    start: int
    end: int
    kind: Kind

    @property
    def plural(self) -> bool:
        """True if it is several things, as far as its form tells."""
        return is_plural(self.text)


def phrases(question: str) -> tuple[Phrase, ...]:
    """The noun phrases of a question in their order, without what its question word asks for.

    Example:
        >>> [phrase.text for phrase in phrases("Where did the club hold its first match?")]
        ['the club', 'its first match']
    """
    end = wh_end(question)
    return tuple(phrase for phrase in all_phrases(question) if phrase.start >= end)


@lru_cache(256)
def all_phrases(question: str) -> tuple[Phrase, ...]:
    """The same, with the noun that the question word asks for: "images" of "how many images"."""
    words = list(WORD.finditer(question))
    chunks: list[list[re.Match[str]]] = []
    chunk: list[re.Match[str]] = []
    asked_with_do: list[bool] = []
    auxiliary = ""
    for number, word in enumerate(words):
        lower = word.group(0).lower()
        # "US" is no pronoun, "May" no auxiliary and "Per" a name.
        neither = lower in _NEITHER | AUXILIARIES and (number == 0 or word.group(0).islower())
        joined = number > 0 and _is_joined(question, words[number - 1], word)
        if lower in _DETERMINERS or not joined or neither:
            of_noun = lower == "of" and auxiliary in DO
            chunks.append(chunk if of_noun else _without_verb(chunk, auxiliary))
            asked_with_do.append(auxiliary in DO)
            if chunk and lower not in {"and", "or"}:
                auxiliary = ""
            chunk = []
        if neither and lower in AUXILIARIES:
            auxiliary = lower
        elif not neither and not _is_infinitive(words, number):
            chunk.append(word)
    chunks.append(_without_verb(chunk, auxiliary))
    asked_with_do.append(auxiliary in DO)
    if chunks and words and words[0].group(0).lower() in {"who", "what"}:
        chunks = _without_first_verb(question, words, chunks)
    spans = [
        part
        for number, chunk in enumerate(chunks)
        if chunk
        for part in _split_names(chunk, after_do=asked_with_do[number])
    ]
    spans = [(start, _quoted_end(question, start, end)) for start, end in spans]
    spans = _with_coordinated(question, spans)
    return tuple(
        Phrase(question[start:end], start, end, kind_of_phrase(question, start, end))
        for start, end in spans
    )


def _quoted_end(question: str, start: int, end: int) -> int:
    """The end of a phrase with the mark that closes its quotation: 'the chair "Crane"'."""
    return end + (question[start:end].count('"') % 2 and question[end : end + 1] == '"')


def kind_of_phrase(question: str, start: int, end: int) -> Kind:
    """The kind of a noun phrase in a question, by its own words and those before it."""
    text = question[start:end]
    kind = kind_of_words(text)
    if (
        kind in {"name", "organisation"}
        and _PLACE_BEFORE.search(question[:start])
        and "'s" not in text
    ):
        return "place"
    return kind


def kind_of_words(text: str) -> Kind:
    """The kind of a noun phrase by its own words."""
    if find_times(text) or re.fullmatch(r"\W*\d{4}\W*", text):
        return "time"
    if _AMOUNT.match(text):
        return "amount"
    head = _HEAD_END.split(text, maxsplit=1)[0]
    last = (head.split() or [text])[-1].strip(".,?!\"'”’")
    if _ORGANISATION_NOUN.fullmatch(last) or re.fullmatch(r"(?:[A-Z]\.?){2,5}", last):
        return "organisation"
    if _PLACE_NOUN.fullmatch(last):
        return "place"
    if _PERSON_NOUN.fullmatch(last) or (last[:1].isupper() and _PERSON_NOUN.search(head)):
        return "person"
    if not last[:1].isupper():
        return "thing"
    return "organisation" if re.match(r"the\s", text, re.IGNORECASE) else "name"


def kind_of_answer(question: str, answer: str) -> Kind:
    """The kind of an answer, by the question that it answered and by its own words."""
    own = kind_of_words(answer)
    if own in {"time", "amount"}:
        return own
    wh = WH.match(question)
    word = wh.group(1).lower().split()[0] if wh else ""
    if word in {"who", "whom", "whose"}:
        return own if own == "organisation" else "person"
    if word == "where":
        return "place"
    if word in {"which", "what"} and wh is not None:
        asked = kind_of_words(question[wh.end() : wh_end(question)].strip())
        if asked in {"person", "organisation", "place"}:
            return asked
    return own


def is_referent(answer: str) -> bool:
    """Return whether an answer is a noun phrase that a pronoun can stand for, and not a clause."""
    first = (answer.split() or [""])[0]
    return (
        len(answer.split()) <= _MOST_WORDS
        and _CLAUSE.search(answer) is None
        and not (first.islower() and PARTICIPLE.match(first))
    )


def is_plural(text: str) -> bool:
    """Return whether words name several things: by their last noun, or by an "and" between them."""
    head = re.split(_OF, text, maxsplit=1)[0]
    last = head.split()[-1].lower() if head.split() else ""
    if re.search(r"\w\s+and\s+\w|,\s*\w+.*\band\b", head):
        return True
    if last in _DETERMINERS:
        return False
    if last in {"people", "men", "women", "children", "police", "species"}:
        return True
    return re.search(r"[^siu'’]s$", last) is not None and last[:1] == head.split()[-1][:1]


def is_name(text: str) -> bool:
    """Return whether the noun of a phrase is a name: "President Kim", "the Bank of England"."""
    head = _HEAD_END.split(text.strip(" ,.?!\"'”’"), maxsplit=1)[0].split()
    return bool(head) and head[-1][0].isupper()


def is_kind_of_thing(word: str) -> bool:
    """Return whether a word of a name says only what is named: "University", "Lake"."""
    return bool(_ORGANISATION_NOUN.fullmatch(word) or _PLACE_NOUN.fullmatch(word))


def is_office(word: str) -> bool:
    """Return whether a word says what somebody is: "Minister", "Professor"."""
    return _PERSON_NOUN.fullmatch(word) is not None


def with_complement(question: str, phrase: Phrase) -> str:
    """A noun phrase with what belongs to it: "a letter" of "a letter from Mr. Kim" is all of it."""
    end = phrase.end
    for follower in all_phrases(question):
        between = question[end : follower.start]
        if follower.start >= end and _OF.fullmatch(between) and follower.kind != "time":
            end = follower.end
    return question[phrase.start : end]


def wh_end(question: str) -> int:
    """The end of the question word and its noun: of "In which city", "How many people"."""
    wh = WH.match(question)
    if wh is None:
        return 0
    if wh.group(1).lower().split()[0] not in {"which", "what", "whose", "how"}:
        return wh.end()
    for word in WORD.finditer(question, wh.end()):
        if word.group(0).lower() in AUXILIARIES:
            gap = question[wh.end() : word.start()]
            return wh.end() + len(gap.rstrip())
    following = WORD.search(question, wh.end())
    return following.end() if following and wh.group(1).lower() != "what" else wh.end()


def _without_verb(chunk: list[re.Match[str]], auxiliary: str) -> list[re.Match[str]]:
    """A run of words after an auxiliary, without the main verb that ends it."""
    nouns = [word for word in chunk if word.group(0).lower() not in _DETERMINERS]
    for number in range(1, len(chunk) if not auxiliary else 0):
        before, word = chunk[number - 1].group(0), chunk[number].group(0)
        if before.islower() and is_plural(before) and word.islower() and not is_plural(word):
            return chunk[:number]  # "birds | live here"
    if auxiliary in BE and nouns and nouns[0] is chunk[0] and PARTICIPLE.match(chunk[0].group(0)):
        return chunk[1:]  # "have accepted donations"
    if len(chunk) == 1 and auxiliary in DO and chunk[0].group(0).islower():
        return chunk if is_plural(chunk[0].group(0)) else []  # "did he | go"
    if len(nouns) < 2 or not auxiliary:
        return chunk if nouns else []
    if auxiliary in DO:
        if chunk[0].group(0)[0].isupper() and not _owns(chunk):
            return chunk  # The verb after a name parts it from what follows: see `_split_names`.
        last = len(chunk) - 1
        while last > 0 and chunk[last].group(0)[0].isupper():
            last -= 1
        # "the fleet | take Veracruz"
        return chunk if chunk[last].group(0).lower() in _DETERMINERS else chunk[:last]
    while len(nouns) > 1 and PARTICIPLE.match(chunk[-1].group(0)) and chunk[-1].group(0).islower():
        chunk, nouns = chunk[:-1], nouns[:-1]
    return chunk


def _without_first_verb(
    question: str, words: list[re.Match[str]], chunks: list[list[re.Match[str]]]
) -> list[list[re.Match[str]]]:
    """The runs of a question about its subject, without the verb: "Who | wrote | operas"."""
    if len(words) < 2 or words[1].group(0).lower() in FUNCTION_WORDS:
        return chunks
    if words[0].group(0).lower() == "what" and words[1].group(0)[0].isupper():
        return chunks
    return [
        chunk[1:] if chunk and chunk[0].start() == words[1].start() else chunk for chunk in chunks
    ]


def _is_infinitive(words: list[re.Match[str]], number: int) -> bool:
    """Return whether a word is the verb after a "to": "want children to learn"."""
    word = words[number].group(0)
    return (
        number > 1
        and words[number - 1].group(0).lower() == "to"
        and word.islower()
        and not is_plural(word)
        and word not in _DETERMINERS
    )


def _owns(chunk: list[re.Match[str]]) -> bool:
    return any(word.group(0).endswith(("'s", "’s", "s'", "s’")) for word in chunk)


def _is_joined(question: str, before: re.Match[str], word: re.Match[str]) -> bool:
    """Return whether only space, quotation marks or the dot of "Mr." separate two words."""
    gap = question[before.end() : word.start()]
    if _TITLE.fullmatch(before.group(0)):
        gap = gap.replace(".", "", 1)
    return not gap.strip(" \t'’\"“”")


def _with_coordinated(question: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans, where names that an "and" or "of" joins are one: "Trump and Kim Jong-un"."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        named = question[start].isupper() and joined and question[joined[-1][0] : joined[-1][1]]
        if (
            named
            and _AND.fullmatch(question, joined[-1][1], start)
            and named.split()[-1][0].isupper()
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _split_names(chunk: list[re.Match[str]], *, after_do: bool) -> list[tuple[int, int]]:
    """A run is parted where a name ends and small words begin, or small verbs end."""
    words = [word.group(0) for word in chunk]
    after_do = after_do and words[0][0].isupper()
    for number in range(1, len(chunk)):
        ended = words[number][0].islower() and (
            words[number - 1][0].isupper() or (number > 1 and is_plural(words[number - 1]))
        )
        owns = words[number - 1].endswith(("'s", "’s", "s'", "s’"))
        if is_plural(words[number]):
            continue  # "Confederate troops"
        if ended and not owns and (after_do or PARTICIPLE.match(words[number])):
            return [
                (chunk[0].start(), chunk[number - 1].end()),
                *(_split_names(chunk[number + 1 :], after_do=False) if chunk[number + 1 :] else []),
            ]
    return [(chunk[0].start(), chunk[-1].end())]
