"""Answers as text: for `print(answer)` and, in colour, for a terminal."""

from __future__ import annotations

import re
import textwrap
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

    from qa.types import Answer, Citation, Help, Silence

SILENCES: dict[Silence, str] = {
    "not said": "The articles do not say.",
    "nothing asked": "Ask something about the articles.",
    "no articles": "There are no articles yet: add some first.",
    "filtered out": "No article passes the filters.",
    "summary": "Summaries are not written here: ask for one thing, and the articles are quoted.",
    "count": "Articles and mentions are not counted here: ask for a number that they state.",
    "translation": "Nothing is translated here: answers are the articles' own words.",
    "other language": "Only questions in English are understood: ask it in English.",
}
NEAREST = "The nearest passages, none of which is an answer:"
DISAGREE = "The articles give different answers, the newest first"
CHANGED = "This changed over time, the newest first"
OPEN_MARK, CLOSE_MARK = "«", "»"

_WIDTH = 88
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MOST_LIKELY, _LIKELY = 0.75, 0.5


def plain_text(answer: Answer) -> str:
    """An answer with its evidence, the quoted words marked «so» in their passages."""
    lines = [headline(answer)]
    if answer.text is None and answer.citations:
        lines += ["", NEAREST]
    for number, citation in enumerate(evidence(answer), start=1):
        lines += ["", f"[{number}] {source_line(citation)}", _indented(marked_passage(citation))]
    return "\n".join(lines)


def rich_text(answer: Answer, width: int = _WIDTH) -> Text:
    """The same for a terminal of a width: the answer in bold, its words highlighted in passages."""
    from rich.text import Text

    out = Text(headline(answer), style="bold")
    if answer.text is None and answer.citations:
        out.append(f"\n\n{NEAREST}", style="not bold")
    for number, citation in enumerate(evidence(answer), start=1):
        out.append(f"\n\n[{number}] {source_line(citation)}\n", style="not bold cyan")
        marked = False
        passage = _indented(marked_passage(citation), min(width, _WIDTH))
        for part in re.split(f"([{OPEN_MARK}{CLOSE_MARK}])", passage):
            if part == OPEN_MARK:
                marked = True
            elif part == CLOSE_MARK:
                marked = False
            else:
                out.append(part, style="black on yellow" if marked else "not bold")
    return out


def headline(answer: Answer) -> str:
    """The answer, its date where it has one, and how sure it is, in a line or two.

    A list has a line for each of its members; articles that disagree have one for each answer,
    with the day it was published, and so has each answer that was so at another time.
    """
    if answer.help is not None:
        return _help(answer.help)
    if answer.text is None:
        return silence_words(answer)
    lines = [f"- {_said(item)}" for item in answer.items] or [_said(answer)]
    if answer.date is not None:
        lines.append(f"= {answer.date}: {printable(answer.date.derivation)}")
    if answer.understood_as is not None:
        lines.append(f"understood as: {printable(answer.understood_as)}")
    if answer.disagreeing:
        lines += ["", f"{DISAGREE}:"]
        lines += [
            f"{rival.published or 'no date   '}  {_said(rival)}" for rival in answer.disagreeing
        ]
    if answer.changes:
        lines += ["", f"{CHANGED}:"]
        lines += [f"{time_words(change)}  {_said(change)}" for change in answer.changes]
    return "\n".join(lines)


def evidence(answer: Answer) -> tuple[Citation, ...]:
    """The places to show: those of the answer, and one of each that stands beside it."""
    if answer.items:
        return tuple(item.citations[0] for item in answer.items)
    others = (rival for rival in (*answer.disagreeing, *answer.changes) if rival is not answer)
    return (*answer.citations, *(rival.citations[0] for rival in others))


def time_words(answer: Answer) -> str:
    """The time at which an answer held: as its sentence tells, or else its publication."""
    held = answer.held
    if held is None:
        return str(answer.published or "no date   ")
    first, last = _day_words(held.start, held.end)
    if held.end == date.max:
        return f"since {first}"
    if held.start == date.min:
        return f"until {last}"
    return first if first == last else f"{first} to {last}"


def _day_words(start: date, end: date) -> tuple[str, str]:
    """The first and the last day, without what whole years need not say."""
    years = (start.month, start.day) == (1, 1) and (end.month, end.day) == (12, 31)
    if years:
        return f"{start:%Y}", f"{end:%Y}"
    return start.isoformat(), end.isoformat()


def _said(answer: Answer) -> str:
    return f"{printable(answer.text or '')}   ({confidence_words(answer)})"


def _help(help_: Help) -> str:
    examples = ["", "For example:", *(f"  {printable(example)}" for example in help_.examples)]
    return "\n".join([help_.words, *(examples if help_.examples else ())])


def silence_words(answer: Answer) -> str:
    """Why there is no answer, in a sentence."""
    return SILENCES[answer.silence or "not said"]


def confidence_words(answer: Answer) -> str:
    """The confidence: a word and a probability, or a score that is called uncalibrated."""
    confidence = answer.confidence
    if not answer.calibrated:
        return f"uncalibrated, score {confidence:.2f}"
    word = "uncertain"
    if confidence >= _MOST_LIKELY:
        word = "most likely"
    elif confidence >= _LIKELY:
        word = "likely"
    return f"{word}, {confidence:.0%}"


def source_line(citation: Citation) -> str:
    """Title or source of a citation, and its date."""
    name = citation.title or citation.source or citation.article_id
    published = citation.published.isoformat() if citation.published else "no date"
    page = f", page {citation.page}" if citation.page else ""
    return f"{printable(name)} ({published}{page})"


def marked_passage(citation: Citation) -> str:
    """The passage in one line, the quote between marks; a passage without quote is unmarked."""
    start, end = (offset - citation.passage_start for offset in (citation.start, citation.end))
    before, quote, after = (
        printable(part)
        for part in (citation.passage[:start], citation.passage[start:end], citation.passage[end:])
    )
    return f"{before}{OPEN_MARK}{quote}{CLOSE_MARK}{after}" if quote else f"{before}{after}"


def printable(text: str) -> str:
    """Text without what could steer a terminal or break a line, its own marks softened."""
    text = text.replace(OPEN_MARK, "“").replace(CLOSE_MARK, "”")
    return re.sub(r"\s+", " ", _CONTROL.sub(" ", text))


def _indented(text: str, width: int = _WIDTH) -> str:
    return textwrap.fill(
        text.strip(),
        width,
        initial_indent="    ",
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
