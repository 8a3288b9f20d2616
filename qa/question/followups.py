"""Follow-ups: a question that leans on earlier ones is completed from them. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.question.ellipsis import has_content, names_again, substituted, substitutes
from qa.question.phrases import (
    BE,
    DO,
    FUNCTION_WORDS,
    WH,
    WORD,
    all_phrases,
    is_name,
    wh_end,
)
from qa.question.referents import Mention, defined, fitting, mentions
from qa.question.turned import asked_for
from qa.settings import MAX_INTERPRETATIONS
from qa.types import Turn

_CLASS_OF_PRONOUN = {
    **dict.fromkeys("he she him her his hers himself herself".split(), "person"),
    **dict.fromkeys("they them their theirs these those".split(), "several"),
    **dict.fromkeys("it this that".split(), "thing"),
    "its": "owner",
    "there": "place",
    "then": "time",
}
_POSSESSIVE = frozenset("his her its their".split())
_PRONOUN = re.compile(
    r"\b(he|she|him|her|his|hers|himself|herself|it|its|they|them|their|theirs|there|then|"
    # "that" and its like stand for something only where no noun follows: not "that meeting".
    r"(?:this|that|these|those)(?=\s*(?:$|[?.,!]|\b(?:is|was|were|are|did|does|do|happen\w*)\b)))\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"\b(?:is|are|was|were|be)\s+there\s+\w|\bthere\s+(?:is|are|was|were)\b"
    r"|\bit\s+(?:takes?|took|rain\w*|snow\w*|true|possible|necessary|legal|called)\b",
    re.IGNORECASE,
)
_NEW_CLAUSE = re.compile(
    r"\b(?:when|after|before|while|because|that|if|where|who|which|and|but|whether|since|until|as)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\b(?:this|that|these|those|the same|the other)\s+(?!(?:he|she|it|they|the|an?|there|is|was"
    r"|were|are|did|does|do|has|had|have|would|will)\b)[a-z]\w*"
)
_DEFINITE = re.compile(r"(?:the|that|this)(?:\s+[a-z][\w-]*){1,2}", re.IGNORECASE)
_COMPLEMENT = re.compile(r"\s+(?:of|from|for|on|with|to|in|at|by|against|between|about|who|that)\b")
_LEAD_IN = re.compile(
    r"^(?:(?:and|but|so|or|ok|okay|no|yes|well|sorry|i mean|what about|how about)\b[\s,]*)+",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\s*(?:not\s*|(?:is|was|were|will|did|does|has)\s+(?:that|it|this)(?:\s+happen(?:ed)?|\s+be)?)?"
    r"[?.! ]*",
    re.IGNORECASE,
)
_DO_THAT = re.compile(
    r"\s+(?:did|does|do|will|would|has|have|had)\s+(?:he|she|it|they|that)\s+"
    r"(?:do|done|happen|happened)(?:\s+(?:that|this|it|so))?[?.! ]*",
    re.IGNORECASE,
)
_MOTION = re.compile(
    r"\b(?:go|goes|going|went|travel\w*|fly|flew|return\w*|drive|drove|move\w*)\s*$", re.IGNORECASE
)
_PREPOSED = re.compile(r"\b(?:in|at|on|to|from|near|over|out|up|down)\s*$", re.IGNORECASE)
_LEADS_TIME = re.compile(r"(?:in|on|at|since|until|from|last|next|this)\b", re.IGNORECASE)
_DAY_OF_MONTH = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\b")
_ENDS_IN_WH = re.compile(r"\b(?:what|whom|which|where|when)\W*$", re.IGNORECASE)
_FEW_WORDS = 2
_TURNS = 6


class Rewrite(NamedTuple):
    """A way to understand a question.

    Attributes:
        question: In words that stand alone.
        natural: Whether a person would have asked it so, so that it can be shown.
    """

    question: str
    natural: bool = True


def rewrites(question: str, history: Sequence[Turn]) -> list[Rewrite]:
    """The ways to understand a question after what was said before, the likeliest first.

    A question that leans on nothing is only itself, so that an old topic cannot leak into a new
    one. One that leans on what was said is completed and never taken as it stands, if there is
    something that it can mean: a pronoun or "the film" becomes what it stands for; a bare question
    word ("Why?", "When was that?") takes the place of the last one; bare words ("And videos?",
    "And in 2017?") take the place of what is like them in the last question.

    Args:
        question: As asked.
        history: Earlier turns, oldest first.

    Returns:
        One to `MAX_INTERPRETATIONS` distinct rewrites.

    Example:
        >>> before = [Turn("How large may images be?", "5 MB")]
        >>> rewrites("and videos?", before)
        [Rewrite(question='How large may videos be?', natural=True)]
    """
    return _rewrites(question, _completed_turns(history))


def _rewrites(question: str, history: Sequence[Turn]) -> list[Rewrite]:
    if not history or not leans(question, history):
        return [Rewrite(question)]
    last = history[-1]
    asked = _without_lead_in(question)
    wh = WH.match(asked)
    bare = wh is not None and _asks_of_last(asked, wh)
    surely = _leans_surely(asked, history)
    if wh and bare:
        ways = [_asked_of_last(asked[: wh.end()], last)]
        if not ways[0].natural:
            ways += _completed(asked, history)
    elif substitutes(asked):
        # "What about his wife?" and "And against it?" are first completed.
        completed = _completed(asked, history) or [Rewrite(asked)]
        words = [way.question.rstrip("?. ") for way in completed]
        named = [text for text in words if names_again(last.question, text)]
        text, natural = substituted(last.question, (named or words)[0])
        ways = [Rewrite(_capitalised(text), natural)]
    else:
        ways = _completed(asked, history)
    if not surely or not ways:
        ways.insert(0, Rewrite(question))
    short = _content(asked) <= _FEW_WORDS or _POINTER.search(asked)
    unclear = not surely or not any(way.natural for way in ways)
    if short and unclear and not bare and (wh or _ENDS_IN_WH.search(asked)):
        ways.append(Rewrite(f"{asked.rstrip('?. ')}, {_stem(last.question)}?", natural=False))
    return list({way.question: way for way in reversed(ways)}.values())[::-1][:MAX_INTERPRETATIONS]


def _asks_of_last(asked: str, wh: re.Match[str]) -> bool:
    """Return whether a question asks about the last answer: "Why?", "When did he do that?"."""
    if _BARE.fullmatch(asked, wh.end()):
        return True
    adverbial = wh.group(1).lower().split()[0] in {"when", "where", "why", "how"}
    return adverbial and _DO_THAT.fullmatch(asked, wh.end()) is not None


def leans(question: str, history: Sequence[Turn] = ()) -> bool:
    """Return whether a question may need earlier ones to be understood."""
    return bool(
        _leans_surely(_without_lead_in(question), history)
        or _POINTER.search(question)
        or _LEAD_IN.match(question)
        or _content(question) < _FEW_WORDS
    )


def asks_for_another_answer(question: str, last: str) -> bool:
    """Return whether a follow-up cannot mean the answer that was just given.

    "What did it say?", "Who met her there?" and "Why?" ask something else about what was said, and
    so does another question word. "And Schumer?" asks the same of somebody else, who may well
    belong to the same party; so does "And who leads the Senate?" after "Who leads the House?".

    Args:
        question: The follow-up, which leans on the last question.
        last: The question before it.
    """
    asked = _without_lead_in(question)
    if substitutes(asked):
        return False
    return bool(
        _PRONOUN.search(asked)
        or _POINTER.search(asked)
        or not has_content(asked)
        or _question_word(asked) != _question_word(_without_lead_in(last))
    )


def _completed_turns(history: Sequence[Turn]) -> list[Turn]:
    """The last turns, each question completed from those before it, where it can be."""
    turns: list[Turn] = []
    for turn in history[-_TURNS:]:
        way = _rewrites(turn.question, turns)[0]
        turns.append(Turn(way.question if way.natural else turn.question, turn.answer))
    return turns


def _leans_surely(asked: str, history: Sequence[Turn]) -> bool:
    wh = WH.match(asked)
    return bool(
        next(_pronouns(asked), None)
        or substitutes(asked)
        or (wh and _asks_of_last(asked, wh))
        or (history and next(_definites(asked, history, mentions(history)), None))
    )


def _completed(asked: str, history: Sequence[Turn]) -> list[Rewrite]:
    """The question with its pronouns and definite phrases replaced, in one or two ways."""
    spoken = mentions(history)
    pronouns = list(_pronouns(asked))
    classes = dict.fromkeys(of_class for _, of_class in pronouns if of_class)
    if history and _same_role(asked, history[-1].question):
        # "Who voted against it?": it is not who voted for it.
        answer = (history[-1].answer or "").lower()
        spoken = [mention for mention in spoken if answer not in mention.text.lower()] or spoken
    fits = {of_class: fitting(spoken, of_class, asked) for of_class in classes}
    definites = list(_definites(asked, history, spoken))
    ways = []
    for choice in range(max([len(fit) for fit in fits.values()] + [bool(definites)])):
        if choice > 1:
            break
        parts = list(definites)
        used: dict[str, str] = {}
        resolved = True
        for pronoun, of_class in pronouns:
            # A second "he" is the same, and stands as it is.
            if not of_class or of_class in used:
                continue
            fit = [words for words in fits[of_class] if words not in used.values()]
            if not fit:
                resolved = resolved and of_class in {"place", "time"}
                continue
            used[of_class] = fit[min(choice, len(fit) - 1)]
            referent = _unnamed_in(used[of_class], asked)
            parts.append((*pronoun.span(), _put(asked, pronoun, of_class, referent)))
        text = asked
        for start, end, words in sorted(parts, reverse=True):
            text = text[:start] + words + text[end:]
        if parts:
            ways.append(Rewrite(_capitalised(text), resolved))
    return ways


def _same_role(asked: str, last: str) -> bool:
    """Return whether a question has the question word and the verb of the last one."""
    content = {word.lower() for word in WORD.findall(asked)} - FUNCTION_WORDS
    before = {word.lower() for word in WORD.findall(last)} - FUNCTION_WORDS
    return bool(content) and content <= before and _question_word(asked) == _question_word(last)


def _pronouns(asked: str) -> Iterator[tuple[re.Match[str], str]]:
    """The pronouns that nothing in the question itself explains, with their class.

    The class of "that" in "before that" and "do that" is "": it stands for all that was said.
    """
    expletives = [match.span() for match in _EXPLETIVE.finditer(asked)]
    for pronoun in _PRONOUN.finditer(asked):
        word = pronoun.group(0).lower()
        before = [match.group(0).lower() for match in WORD.finditer(asked, 0, pronoun.start())]
        if any(start <= pronoun.start() < end for start, end in expletives):
            continue
        if word in {"that", "this", "these", "those"}:
            followed = asked[pronoun.end() :].strip(" ?.!,")
            if before and before[-1] not in FUNCTION_WORDS and followed:
                continue  # "the man that was hurt"
            if before and before[-1] in {"before", "after", "do", "did", "doing", "since"}:
                yield pronoun, ""
                continue
        if word == "then" and not before:
            continue
        if not _is_bound(asked, pronoun):
            yield pronoun, _CLASS_OF_PRONOUN[word]


def _is_bound(asked: str, pronoun: re.Match[str]) -> bool:
    """Return whether the question names what a pronoun of its own stands for: "Kim ... when he"."""
    word = pronoun.group(0).lower()
    of_person = _CLASS_OF_PRONOUN[word] == "person"
    owned = word in _POSSESSIVE and re.match(r"\s+\w", asked[pronoun.end() :])
    for phrase in all_phrases(asked):
        if phrase.end > pronoun.start() or phrase.kind in {"time", "amount"}:
            continue
        if of_person and not (phrase.kind in {"person", "name"} and is_name(phrase.text)):
            continue
        if owned or _NEW_CLAUSE.search(asked, phrase.end, pronoun.start()):
            return True
    return False


def _definites(
    asked: str, history: Sequence[Turn], spoken: Sequence[Mention]
) -> Iterator[tuple[int, int, str]]:
    """The phrases like "the film" that stand for what was spoken of: where, and for what."""
    for phrase in all_phrases(asked):
        if not _DEFINITE.fullmatch(phrase.text) or _COMPLEMENT.match(asked, phrase.end):
            continue
        words = _unnamed_in(defined(phrase.text, history, spoken), asked)
        if words and words.lower() != phrase.text.lower():
            yield phrase.start, phrase.end, words


def _unnamed_in(referent: str, asked: str) -> str:
    """A referent without a complement that the question names already: "the dinner with Kim"."""
    named = {word.lower() for word in WORD.findall(asked)} - FUNCTION_WORDS
    complement = _COMPLEMENT.search(referent)
    if complement and named & set(WORD.findall(referent[complement.start() :].lower())):
        return referent[: complement.start()]
    return referent


def _put(asked: str, pronoun: re.Match[str], of_class: str, referent: str) -> str:
    """The referent in the form that replaces the pronoun."""
    before, after = asked[: pronoun.start()], asked[pronoun.end() :]
    if of_class == "place":
        if _PREPOSED.search(before):
            return referent
        return f"to {referent}" if _MOTION.search(before) else f"in {referent}"
    if of_class == "time":
        if _LEADS_TIME.match(referent):
            return referent
        return f"{'on' if _DAY_OF_MONTH.search(referent) else 'in'} {referent}"
    # "her" is an object ("met her") unless a noun follows it.
    word = pronoun.group(0).lower()
    following = WORD.match(after.lstrip())
    if word in _POSSESSIVE and following and following.group(0).lower() not in FUNCTION_WORDS:
        return f"{referent}'" if referent.endswith("s") and referent.islower() else f"{referent}'s"
    return referent


def _asked_of_last(wh: str, last: Turn) -> Rewrite:
    """The last question with another question word: "When did the club hold its first match?"."""
    text, natural = asked_for(wh, last)
    return Rewrite(_capitalised(text), natural)


def _capitalised(text: str) -> str:
    """A question as it is written: a capital at its beginning, a question mark at its end."""
    text = re.sub(r"\s+", " ", text).strip().rstrip("?. ")
    return f"{text[:1].upper()}{text[1:]}?"


def _without_lead_in(question: str) -> str:
    """The question without the "and" or "what about" that it begins with."""
    return _LEAD_IN.sub("", question).strip() or question


def _question_word(asked: str) -> str:
    """The question word, as "who" or "how many"; "" for a yes-or-no question."""
    wh = WH.match(asked)
    return wh.group(1).lower() if wh else ""


def _content(question: str) -> int:
    return sum(word.lower() not in FUNCTION_WORDS for word in WORD.findall(question))


def _stem(question: str) -> str:
    """The body of the last question, without the auxiliaries that it begins with."""
    words = question[wh_end(question) :].strip().rstrip("?. ").split()
    while words and words[0].lower() in BE | DO:
        words = words[1:]
    return " ".join(words)
