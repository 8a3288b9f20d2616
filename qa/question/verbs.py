"""The verb of a question, and whether a sentence has it in one of its forms. Pure."""

import re
from functools import lru_cache

from qa.question.phrases import AUXILIARIES, FUNCTION_WORDS, WORD, Phrase, phrases, wh_end
from qa.question.restrictions import stems

_STATES = frozenset(
    "married engaged based located situated employed known called named stationed housed".split()
)
"""Participles of what lasts: who was married in 2003 was so before."""

_AFTER_NAME = re.compile(r"(?<=\w)\s+[a-z]+$")
_IRREGULAR = """
beat beaten | become became | begin began begun | bite bit bitten | break broke broken
bring brought | build built | buy bought | catch caught | choose chose chosen | come came
cut | deal dealt | dig dug | draw drew drawn | drink drank drunk | drive drove driven
eat ate eaten | fall fell fallen | feed fed | feel felt | fight fought | find found
flee fled | fly flew flown | forbid forbade forbidden | forget forgot forgotten
freeze froze frozen | get got gotten | give gave given | go went gone | grow grew grown
hear heard | hide hid hidden | hit | hold held | keep kept | know knew known | lay laid
lead led | leave left | lend lent | lose lost | make made | mean meant | meet met | pay paid
put | read | ride rode ridden | ring rang rung | rise rose risen | run ran | say said
see saw seen | seek sought | sell sold | send sent | set | shake shook shaken | shoot shot
show shown | shut | sing sang sung | sink sank sunk | sit sat | sleep slept | speak spoke spoken
spend spent | spread | stand stood | steal stole stolen | strike struck | swear swore sworn
swim swam swum | take took taken | teach taught | tear tore torn | tell told | think thought
throw threw thrown | wake woke woken | wear wore worn | win won | write wrote written
"""


def asked_verb(question: str) -> str:
    """The verb of a question as `has_verb` takes it.

    Empty if its form does not show one, or if it tells what lasts ("was married to").

    Example:
        >>> asked_verb("Who won the cup?") == asked_verb("Which cup did Ida Moor win?") != ""
        True
    """
    end = wh_end(question)
    named = [(phrase.start, _end_of_name(phrase)) for phrase in phrases(question)]
    for word in WORD.finditer(question, end):
        lower = word.group().lower()
        inside = any(start <= word.start() < last for start, last in named)
        if lower in _STATES:
            return ""
        if lower not in FUNCTION_WORDS and not inside and word.group().islower():
            return base_form(lower)
    return ""


def _end_of_name(phrase: Phrase) -> int:
    """The end of a phrase without the verb that follows a name: "Arvik buy"."""
    verb = _AFTER_NAME.search(phrase.text)
    named = verb and phrase.text[: verb.start()].split()[-1][:1].isupper()
    return phrase.start + verb.start() if verb and named else phrase.end


def has_verb(text: str, verb: str) -> bool:
    """Return whether a text has a verb in one of its forms.

    Args:
        text: A sentence or a clause.
        verb: Of `asked_verb`.
    """
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", text)} - AUXILIARIES
    return bool(verb) and any(base_form(word) == verb for word in words)


@lru_cache(4_096)
def base_form(word: str) -> str:
    """The common part of the forms of a verb: one for "write", "wrote" and "written"."""
    return _bases().get(word) or next(iter(stems(word)), word)


@lru_cache(1)
def _bases() -> dict[str, str]:
    forms = [group.split() for line in _IRREGULAR.strip().splitlines() for group in line.split("|")]
    return {form: next(iter(stems(verb[0])), verb[0]) for verb in forms for form in verb}
