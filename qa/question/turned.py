"""The last question, asked for something else: "When?" after "Who ordered a ferry?". Pure."""

import re

from qa.question.phrases import (
    BE,
    DO,
    PARTICIPLE,
    WH,
    WORD,
    is_plural,
    is_referent,
    phrases,
    wh_end,
)
from qa.question.referents import definite
from qa.types import Turn

_HAVE = frozenset("has have had".split())
_SUPPORT = frozenset("do does did".split())
_PARTICLE = re.compile(r"\s+(up|off|out|over|down|away|back)\s+", re.IGNORECASE)
_OF = re.compile(r"\s+of\s+(?:the\s+)?")
_ADVERBIAL = re.compile(r"(?:\w+\s+)?(?:when|where|why|how\b.*|(?:whom|what))$", re.IGNORECASE)
_PARTICIPLES = dict(
    pair.split(":")
    for pair in """
    ate:eaten beat:beaten bit:bitten broke:broken brought:brought chose:chosen did:done drank:drunk
    drew:drawn drove:driven flew:flown forbade:forbidden forgave:forgiven forgot:forgotten
    froze:frozen gave:given grew:grown hid:hidden knew:known overthrew:overthrown
    overtook:overtaken ran:run rode:ridden sang:sung sank:sunk saw:seen shook:shaken spoke:spoken
    stole:stolen struck:struck swore:sworn threw:thrown took:taken tore:torn undertook:undertaken
    withdrew:withdrawn wore:worn wove:woven wrote:written dug:dug spent:spent
    """.split()
)

_ADVERBS = frozenset(
    """
    aground ashore abroad aside apart away home upstairs downstairs forward backward together alone
    open first second third last early late well badly again north south east west overboard ahead
    """.split()
)
_INTRANSITIVE = dict(
    pair.split(":")
    for pair in """
    stayed:stay remained:remain became:become seemed:seem appeared:appear looked:look went:go
    came:come arrived:arrive died:die fell:fall rose:rise sat:sit stood:stand
    lay:lie lived:live slept:sleep travelled:travel traveled:travel retired:retire resigned:resign
    vanished:vanish disappeared:disappear abstained:abstain agreed:agree belonged:belong
    existed:exist lasted:last voted:vote protested:protest struggled:struggle laughed:laugh
    """.split()
)
"""Past forms of verbs that nothing is done to, and the verbs."""


def asked_for(wh: str, last: Turn) -> tuple[str, bool]:
    """The last question with another question word, and whether a person would ask it so.

    Who did something is not asked again: "When?" after "Who ordered a ferry?" is "When was a ferry
    ordered?". What somebody did something to is told: after "What did Acme buy?" and "three trucks"
    it is "When did Acme buy three trucks?".

    Args:
        wh: The question word, with its preposition if it has one.
        last: The last question, completed, and its answer.

    Example:
        >>> asked_for("When", Turn("Who stole the crown of Elby?", "Jon Vik"))
        ('When was the crown of Elby stolen', True)
    """
    body = last.question[wh_end(last.question) :].strip().rstrip("?. ")
    words = [word.group(0) for word in WORD.finditer(body)]
    asked = WH.match(last.question)
    answer = definite(last.answer or "")
    told = bool(answer) and is_referent(answer)
    first = words[0].lower() if words else ""
    if asked is None:  # "Did it rain?"
        return f"{wh} {body[:1].lower()}{body[1:]}", first in BE | DO
    adverbial = _ADVERBIAL.match(wh) is not None
    if first not in BE | DO:  # "Who won the cup?"
        turned = _active(answer, body, words) if told and adverbial else ""
        turned = turned or (_passive(body, words) if adverbial else "")
        if turned := turned or (_present(answer, body, words) if told else ""):
            return f"{wh} {turned}", True
        return f"{wh} {answer if told else ''} {body}", False
    after_first = body[len(words[0]) :].strip()
    if first in _HAVE and adverbial and (turned := _passive(after_first, words[1:])):
        return f"{wh} {turned}", True  # "Who has closed the mine?"
    of_subject = asked.group(1).lower().split()[0] in {"who", "whom", "which", "what"}
    copula = asked.group(1).lower() == "who" and first in BE
    second = words[1] if len(words) > 1 else ""
    if of_subject and (
        copula
        or (second.islower() and PARTICIPLE.match(second))
        or (first in DO - _SUPPORT and not _begins_with_phrase(after_first, body))
    ):
        return f"{wh} {words[0]} {answer} {after_first}", told
    if of_subject and first in DO and _ends_with_verb(body):
        return (f"{wh} {body} {answer}", True) if told else (f"{wh} {body}", False)
    return f"{wh} {body}", True


def _active(answer: str, body: str, words: list[str]) -> str:
    """As "did the school stay open" of "stayed open"; "" where something may be done to it."""
    verb = words[0] if words else ""
    base = _INTRANSITIVE.get(verb.lower())
    return f"did {answer} {base}{body[len(verb) :]}" if base else ""


def _passive(body: str, words: list[str]) -> str:
    """As "was a ferry ordered" of "ordered a ferry"; "" of what has no object."""
    if len(words) < 2:
        return ""
    verb = words[0].lower()
    participle = _PARTICIPLES.get(verb) or (verb if PARTICIPLE.match(verb) else "")
    things = [phrase for phrase in phrases(f"Who {body}") if phrase.kind != "time"]
    if not participle or not things or verb.endswith("ing") or things[0].text in _ADVERBS:
        return ""
    offset = len("Who ")
    start, end = things[0].start - offset, things[0].end - offset
    gap = body[len(words[0]) : start]
    particle = _PARTICLE.fullmatch(gap)
    if gap.strip() and particle is None:
        return ""
    for phrase in phrases(f"Who {body}"):
        if _OF.fullmatch(body, end, max(phrase.start - offset, end)):
            end = phrase.end - offset
    thing, rest = body[start:end], body[end:]
    be = "were" if is_plural(thing) else "was"
    return f"{be} {thing} {participle}{f' {particle.group(1)}' if particle else ''}{rest}"


def _present(answer: str, body: str, words: list[str]) -> str:
    """As "does Ida Moor lead the party" of "leads the party"; "" of what is no present."""
    verb = words[0] if words else ""
    if not re.fullmatch(r"[a-z]{2,}[^s\W]s", verb) or is_plural(answer):
        return ""
    base = re.sub(r"(?:(?<=s|x|z|o)|(?<=sh|ch))es$|s$", "", re.sub(r"(?<=\w\w)ies$", "ys", verb))
    return f"does {answer} {base}{body[len(verb) :]}"


def _begins_with_phrase(rest: str, body: str) -> bool:
    question = f"What {body}"
    return any(phrase.start == len(question) - len(rest) for phrase in phrases(question))


def _ends_with_verb(body: str) -> bool:
    """Return whether nothing follows the verb: "did the company buy"."""
    question = f"What {body}"
    nouns = phrases(question)
    return bool(nouns) and len(question[nouns[0].end :].split()) == 1
