"""A conversation as HTML, and the list of conversations. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from qa.types import Answer
from ui.conversations.types import Exchange, Heading
from ui.feedback import Verdict
from ui.page.evidence import (
    answer_body,
    attributes,
    evidence_panel,
    examples,
    explanation,
    side_by_side,
    text_html,
)

INTERRUPTED = "The server was stopped before this was answered."


def welcome(words: str = "", questions: Sequence[str] = ()) -> str:
    """The transcript before the first question."""
    return (
        '<div class="aq-welcome"><p class="aq-lead">Ask the articles.</p>'
        f"<p>{text_html(words)}</p>{examples(questions)}</div>"
    )


def turn(exchange: Exchange, status: str | None) -> str:
    """One question, and what became of it.

    Args:
        exchange: What is stored of it.
        status: What is being done about it; None if nothing is.
    """
    filters = (
        f'<p class="aq-filters">{text_html(exchange.restricted_to)}</p>'
        if exchange.restricted_to
        else ""
    )
    return (
        f'<article class="aq-turn" id="turn-{exchange.number + 1}"'
        f'{attributes(number=exchange.number)}><h2 class="aq-question">'
        f"{text_html(exchange.question)}</h2>{filters}{_outcome(exchange, status)}</article>"
    )


def evidence(exchange: Exchange, status: str | None) -> str:
    """Everything that backs the answer to one question, with the question."""
    about = f'<p class="aq-about">On <q>{text_html(exchange.question)}</q></p>'
    if status is not None or exchange.answer is None:
        words = "It is being looked for." if status is not None else "There is none: no answer."
        return f'{about}<div class="aq-empty"><h2>Evidence</h2><p>{words}</p></div>'
    return f"{about}{evidence_panel(exchange.answer)}{explanation(exchange.why)}"


def listing(headings: Sequence[Heading], total: int, words: str, current: str, root: str) -> str:
    """The list of conversations.

    Args:
        headings: Those that are shown.
        total: How many there are.
        words: What they were searched for.
        current: The id of the one that is open.
        root: The path under which the server is shown.
    """
    if not headings:
        told = "No conversation holds that." if words else "Nothing was asked yet."
        return f'<p class="aq-no-talks" role="status">{told}</p>'
    rows = "".join(_heading(heading, heading.id == current, root) for heading in headings)
    more = ""
    if total > len(headings):
        more = (
            f'<button type="button" class="aq-more" data-action="more">'
            f"{total - len(headings):,} more</button>"
        )
    return f'<ul class="aq-talks">{rows}</ul>{more}'


def day_of(moment: datetime, zone: tzinfo = UTC) -> str:
    """A day as the list shows it."""
    return moment.astimezone(zone).date().isoformat()


def _heading(heading: Heading, is_current: bool, root: str) -> str:
    name = text_html(heading.name)
    address = f"{text_html(root)}/c/{heading.id}"
    key = attributes(conversation=heading.id)
    questions = f"{heading.exchanges} question{'' if heading.exchanges == 1 else 's'}"
    current = ' aria-current="page"' if is_current else ""
    actions = ""
    if is_current:
        export = f"{text_html(root)}/api/conversations/{heading.id}/export?format="
        actions = (
            '<div class="aq-talk-actions" role="group" aria-label="This conversation">'
            f'<button type="button" data-action="rename"{key}>Rename</button>'
            f'<button type="button" class="aq-forget" data-action="forget"{key}>Delete</button>'
            f'<a href="{export}markdown" download>Markdown</a>'
            f'<a href="{export}json" download>JSON</a>'
            "</div>"
        )
    return (
        f'<li><a class="aq-talk-link" href="{address}" data-action="conversation"{key}{current}>'
        f'<span class="aq-talk-name">{name}</span>'
        f'<span class="aq-talk-day">{day_of(heading.changed)} · {questions}</span></a>'
        f"{actions}</li>"
    )


def _outcome(exchange: Exchange, status: str | None) -> str:
    if status is not None:
        return (
            '<p class="aq-status" role="status"><span class="aq-pulse" aria-hidden="true"></span>'
            f"{text_html(status)}</p>"
        )
    if exchange.answer is not None:
        body = answer_body(exchange.answer, exchange.number)
        if exchange.answer.help is not None:
            return body
        return body + _actions(exchange, exchange.answer)
    again = attributes(action="again", number=exchange.number)
    return (
        f'<p class="aq-problem" role="alert">{text_html(exchange.problem or INTERRUPTED)}</p>'
        f'<div class="aq-actions"><button type="button"{again}>Ask again</button></div>'
    )


def _actions(exchange: Exchange, answer: Answer) -> str:
    number = exchange.number
    shown = side_by_side(answer) if answer.text is not None else [answer]
    places = sum(len(member.citations) for member in shown)
    kind = "passage" if answer.text is not None else "nearest passage"
    buttons = [
        f'<button type="button" class="aq-show"{attributes(action="show", number=number)}>'
        f"{places} {kind}{'' if places == 1 else 's'}</button>"
    ]
    if answer.text is not None:
        copied = attributes(action="copy", copy=answer.text)
        buttons.append(f'<button type="button"{copied}>Copy</button>')
    buttons += [
        f'<button type="button"{attributes(action="link", number=number)}>Link</button>',
        _verdict_button(exchange, "like", "Good"),
        _verdict_button(exchange, "dislike", "Bad"),
        f'<button type="button"{attributes(action="again", number=number)}>Ask again</button>',
    ]
    inside = "".join(buttons)
    return f'<div class="aq-actions" role="group" aria-label="About this answer">{inside}</div>'


def _verdict_button(exchange: Exchange, verdict: Verdict, label: str) -> str:
    pressed = "true" if exchange.verdict == verdict else "false"
    data = attributes(action="rate", verdict=verdict, number=exchange.number)
    return (
        f'<button type="button" aria-pressed="{pressed}" aria-label="{label} answer"{data}>'
        f"{label}</button>"
    )
