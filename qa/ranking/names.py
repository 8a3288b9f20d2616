"""Whether the articles speak of the names in a question at all, or only of namesakes. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from qa.question.other_names import other_names
from qa.question.phrases import is_kind_of_thing
from qa.ranking.same_answer import QUALIFIERS, is_title

_SHORT_NAME = 4
_BEFORE = re.compile(r"(?<![\w'’-])[A-Z][\w'’-]+(?=[ \t]+$)")
_BEGINS_SENTENCE = re.compile(r"(?:^|\n|[.!?:]['\"”’)]?)\s*['\"“‘(]?$")
_LONGEST = 30
_SHORT_FORMS = """
bill billy will william | bob bobby rob robert | dick rick richard | ted teddy ned eddie edward
jack john johnny ian | tony anthony | hank harry henry | chuck charles charlie | peggy meg margaret
betty liz beth lisa elizabeth | sandy alexander alex sasha alexandra | jim jimmy james
nick klaus nicholas nikolaus | hans johann johannes | fritz friedrich frederick | molly mary maria
bart bartholomew | drew andrew andy | gus augustus | toni antonia | trish pat patricia
"""


def is_unheard(names: Iterable[str], question: str, texts: Iterable[str]) -> bool:
    """Return whether a name of a question stands in none of the articles that were read.

    "Hans Olm" does not where they tell of a Greta Olm and of no Hans.

    Args:
        names: Whole names, as the question has them.
        question: As it is read.
        texts: Of the articles.
    """
    names = tuple(names)
    if not names:
        return False
    text = "\n".join(texts)
    read = text.lower()
    return any(
        not _is_told(name.split()[-1], question, read) or _is_namesake(name, text, read)
        for name in names
    )


def first_told(names: Iterable[str], question: str, texts: Sequence[str]) -> int:
    """How many texts one has to read to have met each name that any of them has.

    Args:
        names: As for `is_unheard`.
        question: As it is read.
        texts: In the order of reading.
    """
    words = [name.split()[-1] for name in names]
    lower = [text.lower() for text in texts] if words else []
    firsts = (
        next((n for n, text in enumerate(lower, 1) if _is_told(word, question, text)), 0)
        for word in words
    )
    return max(firsts, default=0)


def _is_told(word: str, question: str, read: str) -> bool:
    return _stands(word.lower(), read) or any(
        _stands(other, read) for other in other_names(word, question)
    )


def _is_namesake(name: str, text: str, read: str) -> bool:
    """Return whether the articles have the last word of a name, but after another word.

    Args:
        name: As the question has it: "Hans Olm", "Elby Rovers".
        text: Of the articles.
        read: The same in lower case.
    """
    *_, first, last = ("", *name.split())
    if len(first) < 2 or _says_no_name(first) or _stands(first.lower(), read):
        return False
    mine = {word.lower() for word in name.split()}
    others = _words_before(last, text)
    return bool(others) and not any(o in mine or _is_form(o, first.lower()) for o in others)


def _words_before(last: str, text: str) -> set[str]:
    """The words that a name has before its last one in a text, in lower case."""
    words = set()
    for place in re.finditer(rf"(?<![\w-]){re.escape(last)}(?![\w-])", text):
        near = text[max(0, place.start() - _LONGEST) : place.start()]
        before = _BEFORE.search(near)
        if not before or _says_no_name(before.group()):
            continue
        # "Sculptor Olm": a word that begins a sentence may be no forename.
        if not _BEGINS_SENTENCE.search(near[: before.start()]):
            words.add(before.group().lower())
    return words


def _says_no_name(word: str) -> bool:
    return is_title(word) or is_kind_of_thing(word) or word.lower() in QUALIFIERS


def _is_form(first: str, second: str) -> bool:
    """Return whether two forenames may be forms of one: "Joe", "Joseph"; "Bill", "William"."""
    return first[0] == second[0] or any({first, second} <= forms for forms in _forms())


@lru_cache(1)
def _forms() -> list[set[str]]:
    lines = _SHORT_FORMS.strip().splitlines()
    return [set(group.split()) for line in lines for group in line.split("|")]


def _stands(name: str, read: str) -> bool:
    """Return whether a text has a name; the plain search spares the pattern of mistakes."""
    begins = name[:_SHORT_NAME]
    return (len(begins) == _SHORT_NAME and begins in read) or bool(
        re.search(_spellings(name), read)
    )


@lru_cache(512)
def _spellings(name: str) -> str:
    """A pattern of a name, of words that begin as it does, and of it with one letter mistaken.

    Two neighbours that changed places are one mistake, too.
    """
    if len(name) < _SHORT_NAME:
        return rf"\b{re.escape(name)}(?![^\W_])"
    mistaken = [re.escape(name[:i]) + "." + re.escape(name[i + 1 :]) for i in range(len(name))]
    swapped = [
        re.escape(name[:i] + name[i + 1] + name[i] + name[i + 2 :]) for i in range(len(name) - 1)
    ]
    return rf"\b(?:{'|'.join([re.escape(name[:_SHORT_NAME]), *mistaken, *swapped])})"
