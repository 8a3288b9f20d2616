"""Answers and articles as HTML, in which no text of theirs is ever markup. Pure.

Everything that a page shows of an article or a question passes through `_text`, and every
element is written here; nothing is parsed, matched or cleaned. Marks are cut at the offsets of
the citations, so that the marked characters are the quoted ones.
"""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import accumulate
from urllib.parse import urlsplit

from index.page_breaks import PAGE_BREAK
from index.types import Article, Summary
from qa.rendering import CHANGED, DISAGREE, confidence_words, silence_words, time_words
from qa.types import Answer, Citation, Silence, day_held
from ui.shown import safe_link, source_name

_MOST_REFERENCES = 6
_WAYS_OUT: dict[Silence, str] = {
    "filtered out": '<p class="aq-way-out"><button type="button" data-action="unfilter">'
    "Ask all articles</button></p>",
    "no articles": '<p class="aq-way-out"><button type="button" data-action="add">'
    "Add articles</button></p>",
}
"""What to do about a silence, where a click can."""

MIN_ALTERNATIVE = 0.1
"""Another answer that is less likely than this is noise, not a disagreement."""


def answer_body(answer: Answer, number: int = 0) -> str:
    """The answer first, then how sure it is, its date, and how the question was understood.

    Args:
        answer: What is shown.
        number: Of its exchange, whose evidence the numbers of citations lead to.
    """
    understood = ""
    if answer.understood_as is not None:
        understood = (
            '<p class="aq-understood"><span>Understood as</span> '
            f"<q>{_text(answer.understood_as)}</q></p>"
        )
    if answer.help is not None:
        return f'<p class="aq-help">{_text(answer.help.words)}</p>{examples(answer.help.examples)}'
    if answer.text is None:
        why = _text(silence_words(answer))
        ways_out = _WAYS_OUT.get(answer.silence or "not said", "")
        return f'<p class="aq-answer aq-none">{why}</p>{ways_out}{_best_guess(answer)}{understood}'
    references = _References(answer, number)
    if answer.items:
        return f"{_items(answer.items, references)}{understood}"
    heading = CHANGED if answer.changes else DISAGREE
    different = answer.disagreeing or answer.changes
    disagree = f'<p class="aq-disagree">{_text(heading)}:</p>' if different else ""
    return (
        f'<p class="aq-answer"><bdi>{_text(answer.text)}</bdi>{references.to(answer)}</p>'
        f'<div class="aq-facts">{_confidence(answer)}{_date(answer)}</div>{understood}'
        f"{disagree}{_items(different, references, dated=True)}"
    )


def evidence_panel(answer: Answer | None) -> str:
    """Everything that backs an answer, to be shown beside it."""
    if answer is None or answer.help is not None:
        return (
            '<div class="aq-empty"><h2>Evidence</h2>'
            "<p>Ask something, and the passages that answer it appear here with the words "
            "marked. A click opens the whole article at that place.</p></div>"
        )
    if answer.text is None:
        if not answer.citations:
            return (
                '<div class="aq-empty"><h2>No evidence</h2>'
                f"<p>{_text(silence_words(answer))}</p></div>"
            )
        return (
            '<div class="aq-notice" role="note"><h2>Not an answer</h2>'
            "<p>These are only the passages nearest to the question. None of them answers it.</p>"
            f"</div>{_cards(answer.citations, 1, nearest=True)}"
        )
    answers = side_by_side(answer)
    firsts = first_numbers(answers)
    groups = [_group(member, rank, answer, firsts[rank]) for rank, member in enumerate(answers)]
    beside = _comparison(answers, answer) if len(answers) > 1 else ""
    return f"{beside}{_time_line(answers, firsts)}{''.join(groups)}"


def explanation(lines: Sequence[str]) -> str:
    """A fold with what each step of the pipeline found; "" without any."""
    if not lines:
        return ""
    text = _text("\n".join(lines))
    return f'<details class="aq-why"><summary>Why this answer?</summary><pre>{text}</pre></details>'


def marked_passage(citation: Citation) -> str:
    """The passage of a citation with its quote marked."""
    start, end = (offset - citation.passage_start for offset in (citation.start, citation.end))
    text = citation.passage
    if end <= start:
        return passage_html(text)
    before, quote, after = map(passage_html, (text[:start], text[start:end], text[end:]))
    return f"{before}<mark>{quote}</mark>{after}"


def passage_html(text: str) -> str:
    """Text of an article; a page break, for which fonts have a box, has no width."""
    return _text(text).replace(PAGE_BREAK, "\u200b")


def text_html(text: str) -> str:
    """Any text, as text."""
    return _text(text)


def examples(questions: Iterable[str]) -> str:
    """Questions that a click asks; "" if there are none."""
    items = "".join(
        f'<li><button type="button"{attributes(action="example", question=question)}>'
        f"{_text(question)}</button></li>"
        for question in questions
    )
    return f'<h2>For example</h2><ul class="aq-examples">{items}</ul>' if items else ""


def attributes(**values: object) -> str:
    """`data-` attributes of an element, each with a space before it."""
    return "".join(f' data-{name}="{_text(str(value))}"' for name, value in values.items())


def published_and_source(article: Article | Summary, page: int | None = None) -> str:
    """The line under an article's title; of a PDF with the page that is looked at."""
    return f"{_published(article.published)}{_source(article.source, article.title, page)}"


def title_of(article: Article | Summary) -> str:
    """A name for an article, as plain text: its title, or the name of its source."""
    return _title(article.title, article.source, article.id)


def _text(text: str) -> str:
    # A parser of HTML would turn a carriage return into a newline and drop a NUL, and then the
    # mark would no longer hold the very characters of the quote.
    return escape(text).replace("\r", "&#13;").replace("\0", "\ufffd")


def _best_guess(answer: Answer) -> str:
    if not answer.alternatives or answer.alternatives[0].confidence < MIN_ALTERNATIVE:
        return ""
    guess = answer.alternatives[0]
    return (
        '<p class="aq-guess">Too uncertain to count: '
        f"<q>{_text(guess.text or '')}</q> ({confidence_words(guess)})</p>"
    )


def _confidence(answer: Answer) -> str:
    words = confidence_words(answer)
    level = words.split(",")[0].replace(" ", "-")
    if not answer.calibrated:
        # A bar would look like a probability.
        return f'<span class="aq-confidence aq-{level}">{_text(words)}</span>'
    confidence = answer.confidence
    return (
        f'<span class="aq-confidence aq-{level}"><span class="aq-bar" aria-hidden="true">'
        f'<span style="width:{max(0.0, min(1.0, confidence)):.0%}"></span></span>'
        f"{_text(words)}</span>"
    )


def _date(answer: Answer) -> str:
    if answer.date is None:
        return ""
    note = " (inferred)" if answer.date.inferred else ""
    return (
        f'<span class="aq-date"><time>{_text(str(answer.date))}</time>{note} '
        f'<span class="aq-derivation">{_text(answer.date.derivation)}</span></span>'
    )


def _items(answers: Sequence[Answer], references: "_References", *, dated: bool = False) -> str:
    """Answers under each other: the members of a list, or those of articles that disagree."""
    rows = "".join(
        f'<li><bdi class="aq-tile-text">{_text(answer.text or "")}</bdi>{references.to(answer)} '
        f"{_when(answer) if dated else ''}{_confidence(answer)}</li>"
        for answer in answers
    )
    return f'<ul class="aq-items">{rows}</ul>' if rows else ""


def side_by_side(answer: Answer) -> list[Answer]:
    """The answers that are worth comparing: those of a list, of articles that disagree, or any.

    Others that are likely enough come last.
    """
    different = answer.items or answer.disagreeing or answer.changes
    first = different or (answer,)
    others = [
        alternative
        for alternative in answer.alternatives
        if alternative.relation is None and alternative.confidence >= MIN_ALTERNATIVE
    ]
    # Beside the members of a list, or answers that are well supported, a guess has no place.
    return [*first, *(() if different else others)]


def _comparison(answers: Sequence[Answer], best: Answer) -> str:
    timed = bool(best.disagreeing or best.changes)
    tiles = "".join(
        f'<li class="aq-tile{" aq-best" if member is best else ""}"><a href="#aq-group-{rank}">'
        f'<span class="aq-tile-text"><bdi>{_text(member.text or "")}</bdi></span>'
        f"{_confidence(member)}"
        f'<span class="aq-tile-count">{f"{_when(member)} · " if timed else ""}'
        f"{_articles(member.citations)}</span></a></li>"
        for rank, member in enumerate(answers)
    )
    heading = f"The articles give {len(answers)} answers"
    if best.items:
        heading = f"A list of {len(answers)}"
    elif best.disagreeing:
        heading = DISAGREE
    elif best.changes:
        heading = CHANGED
    return (
        '<section class="aq-comparison" aria-label="Answers side by side">'
        f"<h2>{_text(heading)}</h2><ul>{tiles}</ul></section>"
    )


def first_numbers(answers: Sequence[Answer]) -> list[int]:
    """The number of the first citation of each answer; they count through."""
    counts = [len(answer.citations) for answer in answers[:-1]]
    return list(accumulate(counts, initial=1))


class _References:
    """The numbers beside an answer, which lead to its evidence."""

    def __init__(self, best: Answer, exchange: int) -> None:
        answers = side_by_side(best)
        self._firsts = list(zip(answers, first_numbers(answers), strict=True))
        self._exchange = exchange

    def to(self, answer: Answer) -> str:
        """Links to the citations of one of the answers."""
        first = next((first for shown, first in self._firsts if shown is answer), None)
        if first is None:
            return ""
        links = "".join(
            f'<a class="aq-ref" href="#aq-cite-{cited}" aria-label="Evidence {cited}"'
            f"{attributes(action='cite', number=self._exchange, cite=cited)}>{cited}</a>"
            for cited in range(first, first + min(len(answer.citations), _MOST_REFERENCES))
        )
        return f'<sup class="aq-refs">{links}</sup>' if links else ""


def _time_line(answers: Sequence[Answer], firsts: Sequence[int]) -> str:
    """Answers that have a day of their own, oldest first; "" unless there are several."""
    dated = (
        sorted(
            (answer.date.start if answer.date else day_held(answer), first, answer)
            for answer, first in zip(answers, firsts, strict=True)
            if answer.relation is not None or answer is answers[0]
            if answer.date or answer.held or answer.published
        )
        if len(answers) > 1
        else []
    )
    if len({day for day, _, _ in dated}) < 2:
        return ""
    rows = "".join(
        f"<li><time>{_text(str(answer.date or time_words(answer)))}</time> "
        f'<a href="#aq-cite-{first}"{attributes(action="cite", cite=first)}>'
        f"<bdi>{_text(answer.text or '')}</bdi></a></li>"
        for _, first, answer in dated
    )
    return (
        '<section class="aq-timeline" aria-label="Time line"><h2>In the order of time</h2>'
        f"<ol>{rows}</ol></section>"
    )


def _group(answer: Answer, rank: int, best: Answer, first: int) -> str:
    count, texts = _count(answer.citations)
    words = f"<q><bdi>{_text(answer.text or '')}</bdi></q>"
    if answer is not best and answer.relation != "listed":
        heading = f"Another answer: {words}"
    elif texts > 1:
        heading = f"{count} articles agree on {words}"
        heading += ", some of them copies" if texts < count else ""
    elif count > 1:
        heading = f"{count} copies of one text say {words}"
    else:
        heading = f"Evidence for {words}"
    return (
        f'<section class="aq-group" id="aq-group-{rank}"><h2>{heading}</h2>'
        f"{_cards(answer.citations, first)}</section>"
    )


def _count(citations: Iterable[Citation]) -> tuple[int, int]:
    """How many articles are cited, and how many texts: copies have the same passages."""
    passages: dict[str, set[str]] = {}
    for citation in citations:
        words = " ".join(citation.passage.split())
        passages.setdefault(citation.article_id, set()).add(words)
    return len(passages), len(set(map(frozenset, passages.values())))


def _cards(citations: Iterable[Citation], first: int, *, nearest: bool = False) -> str:
    items = "".join(
        _card(citation, number, nearest) for number, citation in enumerate(citations, first)
    )
    return f'<ol class="aq-cards">{items}</ol>'


def _card(citation: Citation, number: int, nearest: bool) -> str:
    title = _title(citation.title, citation.source, citation.article_id)
    data = attributes(
        action="open",
        article=citation.article_id,
        start=citation.start,
        end=citation.end,
        first=citation.passage_start,
        last=citation.passage_end,
    )
    label = "Read the article" if nearest else "Open the article at the marked words"
    return (
        f'<li class="aq-card{" aq-nearest" if nearest else ""}" id="aq-cite-{number}" '
        f'tabindex="-1"{data}><h3><span class="aq-number">{number}</span> {_text(title)}</h3>'
        f'<p class="aq-meta">{_published(citation.published)}'
        f"{_source(citation.source, citation.title, citation.page)}</p>"
        f"<blockquote>{marked_passage(citation)}</blockquote>"
        f'<div class="aq-card-actions"><button type="button" class="aq-open"{data} '
        f'aria-label="{label}: {_text(title)}">{label}</button>'
        f'<button type="button" class="aq-quote"{_quoted(citation, title)} '
        f'aria-label="Copy with source: {_text(title)}">Copy with source</button></div></li>'
    )


def _quoted(citation: Citation, title: str) -> str:
    """A citation as it is copied; the page adds a link to the place where there is no other."""
    published = str(citation.published) if citation.published else "no date"
    quote = citation.quote or citation.passage.strip()
    page = f", page {citation.page}" if citation.page else ""
    return attributes(
        action="quote",
        copy=f"“{quote}”\n{title}, {published}{page}",
        link=_to_page(safe_link(citation.source or "") or "", citation.page),
        article=citation.article_id,
        start=citation.start,
        end=citation.end,
    )


def _to_page(link: str, page: int | None) -> str:
    """An address of a PDF, at which the viewers of browsers open this page."""
    return f"{link.partition('#')[0]}#page={page}" if link and page else link


def _articles(citations: Sequence[Citation]) -> str:
    count = len({citation.article_id for citation in citations})
    return f"{count} article{'' if count == 1 else 's'}"


def _title(title: str, source: str | None, article_id: str) -> str:
    return title.strip() or source_name(source) or article_id


def _when(answer: Answer) -> str:
    """The time at which an answer held, by its sentence, or else its publication."""
    return _published(time_words(answer) if answer.held else answer.published)


def _published(published: object) -> str:
    if published is None:
        return '<span class="aq-undated">no date</span>'
    return f"<time>{_text(str(published))}</time>"


def _source(source: str | None, title: str, page: int | None = None) -> str:
    if not source:
        return ""
    if link := safe_link(source):
        parts = urlsplit(link)
        shown = f"page {page} of {source_name(parts.path)}" if page else parts.netloc
        return (
            f' · <a href="{_text(_to_page(link, page))}" target="_blank" '
            f'rel="noopener noreferrer nofollow">{_text(shown)}</a>'
        )
    if not (title.strip() or page):
        return ""  # An article without a title goes by this name already.
    on_page = f"page {page} of " if page else ""
    return f' · <span class="aq-source">{on_page}{_text(source_name(source))}</span>'
