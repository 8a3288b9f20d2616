"""The referents of the pronouns and definite phrases of a follow-up. Pure.

Each earlier turn mentions things: its answer, and the noun phrases of its question. Those that fit
by kind and number are taken, the most salient first: the grammatical subject of the last question,
which its answer is if it asked "who won", and not if it asked "whom did she meet" (centering).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from qa.question.phrases import (
    AUXILIARIES,
    DO,
    WH,
    WORD,
    Kind,
    is_name,
    is_plural,
    is_referent,
    kind_of_answer,
    phrases,
    wh_end,
    with_complement,
)
from qa.question.verbs import base_form, has_verb
from qa.types import Turn

_PREPOSITION = re.compile(r"^(?:in|on|at|to|from|by|with|near|into|for|as)\s+(?=\S)", re.IGNORECASE)
_COPULA = re.compile(
    r"\W*(?:and\s+)?(?:who|what|which)\b[^,]*?\b(?:is|was|are|were)\s+", re.IGNORECASE
)
_DESCRIBES = re.compile(r"(?i:\W*(?:and\s+)?(?:who|what)(?:'s|’s|\s+(?:is|was)))\s+[A-Z]")
_ANY_OF_ITS_KIND = re.compile(
    r"(?:person|man|woman|boy|girl|child|lady|company|firm|corporation|business|organi[sz]ation"
    r"|agency|group|employer|place|city|town|village|country|state|nation|region|island)",
    re.IGNORECASE,
)
"""Nouns that one has for whoever or whatever was spoken of, as one has no "captain" for anybody."""

_VERBS_OF_DOER: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("author", "poet"), ("write",)),
    "artist": ("paint", "draw"),
    **dict.fromkeys(("boss", "head", "chief", "director", "manager"), ("lead", "run", "head")),
}
_KINDS_OF_PRONOUN: dict[str, tuple[Kind, ...]] = {
    "person": ("person", "name"),
    "thing": ("thing", "organisation", "name", "place"),
    "owner": ("organisation", "name", "thing", "place"),
    "several": ("person", "organisation", "name", "thing"),
    "place": ("place",),
    "time": ("time",),
}


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that was spoken of: its words as an answer or a question had them."""

    text: str
    kind: Kind

    @property
    def plural(self) -> bool:
        """True if it is several things."""
        return is_plural(self.text)


def mentions(history: Sequence[Turn]) -> list[Mention]:
    """The things that were mentioned, the last turn first, the most salient of each turn first."""
    spoken = [mention for turn in reversed(history) for mention in _of_turn(turn)]
    persons = {mention.text.split()[-1] for mention in spoken if mention.kind == "person"}
    distinct: dict[str, Mention] = {}
    for mention in spoken:
        if mention.kind == "name" and mention.text.split()[-1] in persons:
            # "Trump", who was "Mr. Trump" before.
            mention = replace(mention, kind="person")
        distinct.setdefault(_bare(mention.text).lower(), mention)
    return list(distinct.values())


def fitting(spoken: Iterable[Mention], pronoun: str, asked: str) -> list[str]:
    """The possible referents of a kind of pronoun, the likeliest first.

    Args:
        spoken: What was spoken of, in order of salience.
        pronoun: A key of the kinds of pronouns: "person", "thing", "owner", "several", "place"
            or "time".
        asked: The follow-up: what it names itself is not meant by its pronoun.
    """
    kinds = _KINDS_OF_PRONOUN[pronoun]
    fit = [
        mention
        for mention in spoken
        if mention.kind in kinds
        and not re.search(rf"\b{re.escape(_bare(mention.text))}\b", asked, re.IGNORECASE)
        and (pronoun in {"place", "time"} or mention.plural == (pronoun == "several"))
    ]
    if pronoun == "several" and not fit:
        # "they" of a company or of one person.
        fit = [mention for mention in spoken if mention.kind in {"organisation", "name", "person"}]
        fit.sort(key=lambda mention: mention.kind == "person")
    if pronoun == "thing":
        # A place is "it" only where nothing else is.
        fit = [mention for mention in fit if mention.kind != "place"] or fit
        # A name may be a person's.
        fit.sort(key=lambda mention: mention.kind == "name")
    if pronoun == "owner":
        fit.sort(key=lambda mention: kinds.index(mention.kind) > 1)
    return [mention.text for mention in fit]


def defined(phrase: str, history: Sequence[Turn], spoken: Sequence[Mention]) -> str:
    """The referent of a bare definite phrase, as "the film" or "the offer"; "" if it has none.

    "The film" after "Which film won?" is the answer; after "Who made a film about Lima?" it is
    "the film about Lima"; "the company" is the organisation that was spoken of, and "the winner"
    the person of whom it was asked who won.
    """
    noun = re.sub(r"^(?:the|that|this)\s+", "", phrase, flags=re.IGNORECASE).lower()
    for turn in reversed(history):
        wh = WH.match(turn.question)
        if wh is not None and turn.answer and is_referent(turn.answer):
            wanted = turn.question[wh.end() : wh_end(turn.question)].strip().lower()
            if wanted.split()[-1:] == noun.split()[-1:]:
                answer = definite(turn.answer)
                return answer if noun in answer.lower() else f"the {noun} {answer}"
        for phrase_before in phrases(turn.question):
            text = _bare(phrase_before.text).lower()
            if text == noun or text.endswith((f" {noun}", f"'s {noun}", f"’s {noun}")):
                return definite(with_complement(turn.question, phrase_before))
        answer = definite(turn.answer or "")
        if is_referent(answer) and re.match(rf"the\s+(?:\w+\s+)*?{re.escape(noun)}\b", answer):
            return answer
    kind = kind_of_answer("", noun)
    if kind not in {"person", "organisation", "place"}:
        return ""
    last = noun.split()[-1]
    named = [mention for mention in spoken if is_name(mention.text)]
    titled = (m.text for m in named if re.search(rf"\b{re.escape(last)}\b", m.text, re.IGNORECASE))
    fits_any = _ANY_OF_ITS_KIND.fullmatch(noun) or any(
        _does(last, turn.question) for turn in history
    )
    fitting_kind = (mention.text for mention in named if fits_any and mention.kind == kind)
    return next(titled, "") or next(fitting_kind, "")


def _does(noun: str, question: str) -> bool:
    """Return whether a noun names who does what a question tells: "the winner" of "Who won?"."""
    stem = re.sub(r"(?<=\w\w)(?:(.)\1)?(?:er|or)$", r"\1", noun)
    verbs = _VERBS_OF_DOER.get(noun, ()) + ((stem, f"{stem}e") if stem != noun else ())
    return any(has_verb(question, base_form(verb)) for verb in verbs)


def definite(words: str) -> str:
    """Words of an answer or a question as one speaks of them again: "a letter" is "the letter"."""
    words = _PREPOSITION.sub("", words.strip().rstrip(".,;"))
    words = re.sub(r"^(?:an?|his|her|its|their)\s+(?=\w)", "the ", words, flags=re.IGNORECASE)
    first = words.split()[0] if words.split() else ""
    if is_name(words):
        return words
    if first.islower() and first not in {"the", "this", "that"} and not is_plural(words):
        return words if re.match(r"\d", first) else f"the {words}"
    return words


def _of_turn(turn: Turn) -> list[Mention]:
    question = turn.question
    asked = [
        Mention(
            phrase.text
            if is_name(phrase.text) and phrase.kind != "thing"
            else definite(with_complement(question, phrase)),
            phrase.kind,
        )
        for phrase in phrases(question)
    ]
    answer = turn.answer or ""
    kind = kind_of_answer(question, answer) if answer else "thing"
    wh = WH.match(question)
    described = kind == "person" and not is_name(answer)
    manner = wh is not None and wh.group(1).lower() in {"how", "why"}
    if not answer or manner or not is_referent(answer) or (described and not answer[:1].isalpha()):
        return _by_subject(question, asked)
    said = Mention(definite(answer) if kind != "time" else answer, kind)
    if not is_name(answer) and _DESCRIBES.match(question):
        return _by_subject(question, asked)
    if asked and _COPULA.fullmatch(question, 0, phrases(question)[0].start):
        # "Who is the head of the museum?": the head is who is the answer.
        asked = asked[1:]
    if kind == "person" and _answers_its_object(question) and _has_person(question, asked):
        return [*_by_subject(question, asked), said]
    return [said, *_by_subject(question, asked)]


def _by_subject(question: str, asked: list[Mention]) -> list[Mention]:
    """The mentions, with owners too: "Eugene Nida" of "Eugene Nida's first wife"."""
    owners = [
        Mention(owner.group(1), "name")
        for phrase in phrases(question)
        if (owner := re.match(r"((?:[A-Z][\w.’'-]*?\s*)+)['’]s\b", phrase.text))
    ]
    # "the universities" of "How many universities".
    wh = WH.match(question)
    noun = question[wh.end() : wh_end(question)].strip() if wh else ""
    counted = [Mention(f"the {noun}", kind_of_answer("", noun))] if noun and is_plural(noun) else []
    return [*asked, *owners, *counted]


def _answers_its_object(question: str) -> bool:
    """Return whether what is asked for is no subject: "whom did she meet", "where did he go"."""
    words = [word.group(0).lower() for word in WORD.finditer(question, wh_end(question))]
    return bool(words) and (words[0] in DO or question.lower().startswith("whom"))


def _has_person(question: str, asked: Sequence[Mention]) -> bool:
    """Return whether the subject of the question may be a person."""
    after = list(WORD.finditer(question, wh_end(question)))
    if not after or after[0].group(0).lower() not in AUXILIARIES or not asked:
        return False
    return asked[0].kind in {"person", "name"}


def _bare(text: str) -> str:
    return re.sub(r"^(?:the|an?|his|her|its|their|this|that)\s+", "", text, flags=re.IGNORECASE)
