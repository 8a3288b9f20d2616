"""A conversation as a file. Pure."""

import json
import re
from urllib.parse import quote

from qa.rendering import (
    CHANGED,
    DISAGREE,
    confidence_words,
    printable,
    silence_words,
    time_words,
)
from qa.types import Answer, Citation
from ui.conversation_schemas import ConversationOut
from ui.conversations.types import Conversation, Exchange
from ui.page.evidence import first_numbers, side_by_side
from ui.shown import safe_link, source_name

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LINE_START = re.compile(r"^(\s*\d*)([-+=.)])")


def as_json(conversation: Conversation) -> str:
    """The JSON form, to be read by programs."""
    return (
        json.dumps(ConversationOut.whole(conversation).model_dump(), ensure_ascii=False, indent=1)
        + "\n"
    )


def as_markdown(conversation: Conversation) -> str:
    """Questions and answers with their sources, to be read by people."""
    heading = conversation.heading
    parts = [
        f"# {_text(heading.name)}",
        f"Asked of the collection “{_text(heading.collection)}”, last on "
        f"{heading.changed:%Y-%m-%d} (UTC).",
        *(_exchange(exchange) for exchange in conversation.exchanges),
    ]
    return "\n\n".join(parts) + "\n"


def file_name(name: str, ending: str) -> str:
    """A conversation's name as the parameter of a `Content-Disposition`."""
    short = re.sub(r"[^\w -]", "", name).strip()[:60] or "conversation"
    return f"filename*=UTF-8''{quote(f'{short}.{ending}')}"


def _exchange(exchange: Exchange) -> str:
    parts = [f"## {_text(exchange.question)}"]
    if exchange.restricted_to:
        parts.append(f"*{_text(exchange.restricted_to)}*")
    if exchange.answer is None:
        parts.append(_text(exchange.problem or "Not answered."))
    else:
        parts += _answer(exchange.answer)
    return "\n\n".join(parts)


def _answer(answer: Answer) -> list[str]:
    if answer.help is not None:
        return [_text(answer.help.words)]
    if answer.text is None:
        return [_text(silence_words(answer))]
    shown = [
        member for member in side_by_side(answer) if member is answer or member.relation is not None
    ]
    firsts = dict(zip(map(id, shown), first_numbers(shown), strict=True))

    def said(member: Answer) -> str:
        numbers = range(firsts[id(member)], firsts[id(member)] + len(member.citations))
        references = "".join(f" \\[{number}\\]" for number in numbers)
        return f"**{_text(member.text or '')}**{references} ({confidence_words(member)})"

    if answer.items:
        parts = ["\n".join(f"- {said(item)}" for item in answer.items)]
    else:
        parts = [said(answer)]
    if answer.date is not None:
        parts.append(_text(f"= {answer.date}: {answer.date.derivation}"))
    if answer.understood_as is not None:
        parts.append(_text(f"Understood as: {answer.understood_as}"))
    if different := answer.disagreeing or answer.changes:
        heading = CHANGED if answer.changes else DISAGREE
        lines = [f"- {time_words(member).strip()}: {said(member)}" for member in different]
        parts.append("\n".join([f"{heading}:", "", *lines]))
    citations = (citation for member in shown for citation in member.citations)
    return [*parts, *(_source(number, citation) for number, citation in enumerate(citations, 1))]


def _source(number: int, citation: Citation) -> str:
    start, end = (place - citation.passage_start for place in (citation.start, citation.end))
    before, quoted, after = (
        _text(part)
        for part in (citation.passage[:start], citation.passage[start:end], citation.passage[end:])
    )
    marked = f"**{quoted.strip()}**" if quoted.strip() else ""
    lead, trail = (" " if side.isspace() else "" for side in (quoted[:1], quoted[-1:]))
    passage = f"{before}{lead}{marked}{trail}{after}".strip()
    name = citation.source and source_name(citation.source)
    link = safe_link(citation.source or "")
    where = f" <{link}>" if link else f" ({_text(name)})" if name and citation.title else ""
    shown = citation.title or name or citation.article_id
    published = citation.published.isoformat() if citation.published else "no date"
    page = f", page {citation.page}" if citation.page else ""
    return f"> {passage}\n>\n> \\[{number}\\] {_text(shown)} ({published}{page}){where}"


def _text(text: str) -> str:
    """Text in one line, in which nothing is markup."""
    return _LINE_START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", printable(text)))
