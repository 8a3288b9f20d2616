"""Follow-ups: a question that leans on earlier ones is tried in several ways."""

import re
from collections.abc import Sequence

from qa.dates import find_times
from qa.settings import MAX_INTERPRETATIONS
from qa.types import Turn

_PERSON = frozenset("he she him her his hers himself herself".split())
_POSSESSIVE = frozenset("his her its their theirs".split())
_PRONOUN = re.compile(
    r"\b(he|she|him|her|his|hers|himself|herself|it|its|they|them|their|theirs|"
    # "that" and its like stand for something only where no noun follows: not "that meeting".
    r"(?:this|that|these|those)(?=\s*(?:$|[?.,!]|\b(?:is|was|were|are|did|does|do|happen\w*)\b)))\b",
    re.IGNORECASE,
)
_POINTER = re.compile(r"\b(this|that|these|those|the same|the other)\s+\w+", re.IGNORECASE)
_PLACE_OR_TIME = re.compile(r"\b(there|then)\b", re.IGNORECASE)
_LEAD_IN = re.compile(
    r"^(?:(?:and|but|so|or|ok|okay|no|yes|well|sorry|i mean|what about|how about)\b[\s,]*)+",
    re.IGNORECASE,
)
_WH = re.compile(
    r"^(?:(?:in|on|at|to|for|with|from|by|of|since|until)\s+)?"
    r"(who(?:m|se)?|what|which|when|where|why|how(?:\s+(?:many|much|long|old|far|often))?)\b",
    re.IGNORECASE,
)
_FUNCTION_WORDS = frozenset(
    """
    who whom whose what which when where why how is are was were be been do does did has have had
    can could will would should may might the a an and but so or of in on at to for by with from
    about as into than not no yes there then it its that this these those he she him her his hers
    they them their many much long say said happen happened
    """.split()
)
_TIME_PREPOSITION = re.compile(
    r"(?:in|on|at|since|until|till|before|after|during|by|from|between|around)\b\s*", re.IGNORECASE
)
_BETWEEN_TIMES = re.compile(r"\s*(?:,|&|\b(?:and|or|in|on)\b)\s*", re.IGNORECASE)
_AUXILIARIES = frozenset(
    "is are was were do does did has have had can could will would should may might".split()
)
_WORD = re.compile(r"[\w][\w'’.-]*")
_FEW_WORDS = 2


def interpretations(question: str, history: Sequence[Turn]) -> list[str]:
    """The ways to read a question after what was said before, the literal one first.

    A question that leans on nothing has only its literal interpretation, so that an old topic
    cannot leak into a new one. Otherwise every interpretation stands alone: a pronoun is replaced
    by the last answer or by what the last question was about; a bare question word ("Why?", "When
    was that?") takes the place of the last one; a bare name ("And Mark Lambert?") takes the place
    of what the last question was about, a bare time ("And in 2017?") that of the time it named;
    "that meeting" is read beside the last question's words.

    Args:
        question: As asked.
        history: Earlier turns, oldest first.

    Returns:
        One to `MAX_INTERPRETATIONS` distinct questions.
    """
    if not history or not leans(question):
        return [question]
    last = history[-1]
    asked = _without_lead_in(question)
    wh = _WH.match(asked)
    ways = [question]
    if wh and not _content_words(asked):
        ways.append(f"{wh.group(0)} {_body(last.question)}?")
    elif _substitutes(asked):
        ways.append(_substituted(last.question, asked.rstrip("?. ")))
    ways += [_with_referent(asked, each) for each in _referents(asked, history)]
    if _POINTER.search(asked) or (wh and len(_content_words(asked)) <= _FEW_WORDS):
        ways.append(f"{asked.rstrip('?. ')}, {_stem(last.question)}?")
    return list(dict.fromkeys(ways))[:MAX_INTERPRETATIONS]


def _referents(question: str, history: Sequence[Turn]) -> list[str]:
    """What the pronoun of a question may stand for, the likeliest first, two at most.

    "he" and "she" stand for names, "then" for times, everything else for anything but a time.
    Nothing that the question names itself is meant by its pronoun.
    """
    pronoun = _PRONOUN.search(question)
    if pronoun is None and not _PLACE_OR_TIME.search(question):
        return []
    of_person = pronoun is not None and pronoun.group(0).lower() in _PERSON
    of_time = pronoun is None and re.search(r"\bthen\b", question, re.IGNORECASE) is not None
    mentioned = []
    for turn in reversed(history):
        mentioned += [turn.answer or "", *_names(turn.question), subject_of(turn.question)]
    fitting = []
    for each in dict.fromkeys(filter(None, mentioned)):
        is_time = bool(find_times(each))
        if is_time != of_time or each.lower() in question.lower():
            continue
        if of_person and not _names(f"of {each}"):
            continue
        fitting.append(each)
    return fitting[:2]


def leans(question: str) -> bool:
    """Whether a question may need earlier ones to be understood."""
    return bool(
        _PRONOUN.search(question)
        or _PLACE_OR_TIME.search(question)
        or _POINTER.search(question)
        or _LEAD_IN.match(question)
        or len(_content_words(question)) < _FEW_WORDS
    )


def asks_for_another_answer(question: str, last: str) -> bool:
    """Whether a follow-up cannot mean the answer that was just given.

    "What did it say?", "Who met her there?" and "Why?" ask something else about what was said, and
    so does another question word. "And Schumer?" asks the same of somebody else, who may well
    belong to the same party; so does "And who leads the Senate?" after "Who leads the House?".

    Args:
        question: The follow-up, which leans on the last question.
        last: The question before it.
    """
    asked = _without_lead_in(question)
    if _substitutes(asked):
        return False
    return bool(
        _PRONOUN.search(asked)
        or _PLACE_OR_TIME.search(asked)
        or _POINTER.search(asked)
        or not _content_words(asked)
        or _question_word(asked) != _question_word(_without_lead_in(last))
    )


def _names(question: str) -> list[str]:
    """The runs of capitalised words in a question, after its first word."""
    runs = re.findall(r"(?<=\s)[A-Z][\w.'’-]*(?:\s+[A-Z][\w.'’-]*)*", question)
    return [re.sub(r"(?:['’]s|[.?!,]+)$", "", run) for run in runs]


def subject_of(question: str) -> str:
    """The first name in a question, or else its longest run of content words, as it stands."""
    named = _names(question)
    if named:
        return named[0]
    runs: list[list[re.Match[str]]] = [[]]
    for word in _WORD.finditer(question):
        if word.group(0).lower() in _FUNCTION_WORDS:
            runs.append([])
        else:
            runs[-1].append(word)
    longest = max(runs, key=lambda run: len(run))
    return question[longest[0].start() : longest[-1].end()] if longest else ""


def _without_lead_in(question: str) -> str:
    """The question without the "and" or "what about" that it begins with."""
    return _LEAD_IN.sub("", question).strip() or question


def _question_word(asked: str) -> str:
    """What a question begins with, as "who" or "how many"; "" for a yes-or-no question."""
    found = _WH.match(asked)
    return found.group(1).lower() if found else ""


def _substitutes(asked: str) -> bool:
    """Whether bare words ask the last question again of something else, as "And Schumer?" does."""
    return not _WH.match(asked) and bool(_content_words(asked)) and not _has_verb(asked)


def _substituted(question: str, words: str) -> str:
    """The question asked of what the bare words name: another time, or another subject."""
    if _is_time(words):
        return _at_another_time(question, words)
    subject = subject_of(question)
    name = re.sub(r"^(?:in|on|at)\s+", "", words, flags=re.IGNORECASE)
    if not subject:
        return question
    # "And the Gold Cup?" brings its own article.
    own = r"(?:\bthe\s+)?" if name.lower().startswith("the ") else ""
    return re.sub(own + re.escape(subject), lambda _: name, question, count=1)


def _is_time(words: str) -> bool:
    """Whether words are a time and nothing else: "in 2017", "last year", "May 2018 or 2019"."""
    end = preposition.end() if (preposition := _TIME_PREPOSITION.match(words)) else 0
    times = find_times(words, lenient=True)
    for number, time in enumerate(times):
        # A range begins with its own preposition: "from 2014 to 2016".
        if time.start > end and not (number and _BETWEEN_TIMES.fullmatch(words, end, time.start)):
            return False
        end = time.end
    return bool(times) and end == len(words)


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


def _with_referent(question: str, referent: str) -> str:
    """The question with its first pronoun, or "there" or "then", replaced."""

    def put(match: re.Match[str]) -> str:
        pronoun = match.group(0).lower()
        # "her" is an object ("met her") unless a noun follows it.
        owns = pronoun in _POSSESSIVE and re.match(r"\s+\w", question[match.end() :]) is not None
        return f"{referent}'s" if owns else referent

    replaced, count = _PRONOUN.subn(put, question, count=1)
    if count:
        return replaced
    return _PLACE_OR_TIME.sub(f"in {referent}", question, count=1)


def _content_words(question: str) -> list[str]:
    return [word for word in _WORD.findall(question) if word.lower() not in _FUNCTION_WORDS]


def _has_verb(question: str) -> bool:
    return any(word.lower() in _AUXILIARIES for word in _WORD.findall(question))


def _body(question: str) -> str:
    """The last question without its question word: "did they meet", "held the summit"."""
    return _WH.sub("", _LEAD_IN.sub("", question).strip()).strip().rstrip("?. ")


def _stem(question: str) -> str:
    """What the last question was about: its body without the auxiliaries it begins with."""
    words = _body(question).split()
    while words and words[0].lower() in _AUXILIARIES:
        words = words[1:]
    return " ".join(words)
