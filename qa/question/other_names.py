"""Other names of what a question names, by which alone the articles may tell of it. Pure."""

import re
from functools import lru_cache

_PLACES = """
holland netherlands | britain kingdom uk u.k. | america states usa us u.s. | emirates uae
burma myanmar | persia iran | ceylon lanka | siam thailand | kampuchea cambodia | formosa taiwan
czechia czech czechoslovakia | turkey türkiye | swaziland eswatini | zaire congo
rhodesia zimbabwe | abyssinia ethiopia | bombay mumbai | calcutta kolkata | madras chennai
bangalore bengaluru | peking beijing | kiev kyiv | lvov lviv | odessa odesa | kharkov kharkiv
leningrad petersburg petrograd | stalingrad volgograd | constantinople istanbul
saigon minh | danzig gdańsk gdansk | rangoon yangon | angora ankara | batavia jakarta
"""
"""Names that a state or a city has or had, by the last word of each."""

_CAPITALISED = re.compile(
    r"(?<![^\W_])[A-Z][\w'’-]*(?:\s+(?:(?:of|for|and|on|the)\s+){0,2}[A-Z][\w'’-]*)+"
)
_SMALL = frozenset("of for and on the".split())


def other_names(name: str, question: str) -> tuple[str, ...]:
    """The other names of a place, and the initials of what a question names.

    Args:
        name: The last word of a name in the question.
        question: As it is read.

    Example:
        >>> other_names("Holland", "Who rules Holland?")
        ('netherlands',)
        >>> other_names("Nations", "Who leads the United Nations?")
        ('un', 'u.n.')
    """
    return (*_by_name().get(name.lower(), ()), *_initials(name, question))


def _initials(name: str, question: str) -> tuple[str, ...]:
    for run in _CAPITALISED.finditer(question):
        words = run.group().split()
        if name in words:
            letters = [word[0].lower() for word in words if word not in _SMALL]
            return "".join(letters), "".join(f"{letter}." for letter in letters)
    return ()


@lru_cache(1)
def _by_name() -> dict[str, tuple[str, ...]]:
    groups = [group.split() for line in _PLACES.strip().splitlines() for group in line.split("|")]
    return {name: tuple(n for n in group if n != name) for group in groups for name in group}
