"""A conversation as HTML, and what of it a page remembers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa.types import Answer, Turn
from ui.feedback import Verdict
from ui.page.evidence import answer_body, attributes, examples, text_html


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question on the page, and what became of it.

    Attributes:
        number: Its place in the conversation, from 0.
        question: As it was typed.
        filters: The filters it was asked with, in words, or "".
        status: What is being done, while it has no outcome.
        answer: The answer, once there is one.
        problem: Why there is none, in one line.
        verdict: What the reader of the answer thought of it.
        why: What each step of the pipeline found, in lines.
    """

    number: int
    question: str
    filters: str = ""
    status: str = ""
    answer: Answer | None = None
    problem: str = ""
    verdict: Verdict | None = None
    why: tuple[str, ...] = ()


Session = tuple[Exchange, ...]


def history(session: Session) -> tuple[Turn, ...]:
    """The conversation as the pipeline takes it; questions that failed are left out."""
    return tuple(
        Turn(each.answer.understood_as or each.question, each.answer.text)
        for each in session
        if each.answer is not None
    )


def with_last(session: Session, **changes: object) -> Session:
    """The conversation with its last exchange changed."""
    return (*session[:-1], replace(session[-1], **changes))  # type: ignore[arg-type]


def transcript(session: Session) -> str:
    """The conversation; "" before the first question."""
    if not session:
        return ""
    turns = "".join(_turn(each, last=each is session[-1]) for each in session)
    return f'<div class="aq-turns" role="log" aria-label="Conversation">{turns}</div>'


def welcome(words: str = "", questions: Sequence[str] = ()) -> str:
    """What stands there before the first question."""
    return (
        '<div class="aq-welcome"><p class="aq-lead">Ask the articles.</p>'
        f"<p>{text_html(words)}</p>{examples(questions)}</div>"
    )


def _turn(exchange: Exchange, *, last: bool) -> str:
    filters = f'<p class="aq-filters">{text_html(exchange.filters)}</p>' if exchange.filters else ""
    return (
        f'<article class="aq-turn{" aq-last" if last else ""}">'
        f'<h2 class="aq-question">{text_html(exchange.question)}</h2>{filters}'
        f"{_outcome(exchange)}</article>"
    )


def _outcome(exchange: Exchange) -> str:
    if exchange.answer is not None and exchange.answer.help is not None:
        return answer_body(exchange.answer)
    if exchange.answer is not None:
        return answer_body(exchange.answer) + _actions(exchange, exchange.answer)
    if exchange.problem:
        return f'<p class="aq-problem" role="alert">{text_html(exchange.problem)}</p>'
    return (
        '<p class="aq-status" role="status"><span class="aq-pulse" aria-hidden="true"></span>'
        f"{text_html(exchange.status)}</p>"
    )


def _actions(exchange: Exchange, answer: Answer) -> str:
    number = exchange.number
    places = len(answer.citations)
    kind = "passages" if answer.text is not None else "nearest passages"
    if places == 1:
        kind = kind[:-1]
    buttons = [
        f'<button type="button" class="aq-show"{attributes(action="show", number=number)}>'
        f"{places} {kind}</button>"
    ]
    if answer.text is not None:
        buttons.append(
            f'<button type="button"{attributes(action="copy", copy=answer.text)}>Copy</button>'
        )
    buttons += [
        _verdict_button(exchange, "like", "Good"),
        _verdict_button(exchange, "dislike", "Bad"),
    ]
    inside = "".join(buttons)
    return f'<div class="aq-actions" role="group" aria-label="About this answer">{inside}</div>'


def _verdict_button(exchange: Exchange, verdict: Verdict, label: str) -> str:
    pressed = "true" if exchange.verdict == verdict else "false"
    data = attributes(action=verdict, number=exchange.number)
    return (
        f'<button type="button" aria-pressed="{pressed}" aria-label="{label} answer"{data}>'
        f"{label}</button>"
    )
