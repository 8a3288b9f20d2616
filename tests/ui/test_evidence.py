import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.collection import Collection
from index.types import Article, Filters
from qa.rendering import DISAGREE
from qa.types import Answer, Citation, Help, ResolvedDate
from ui.conversations.types import Conversation, Exchange, Heading
from ui.page.article import MAX_SHOWN, article_view
from ui.page.evidence import (
    answer_body,
    evidence_panel,
    marked_passage,
)
from ui.page.export import as_markdown
from ui.page.filters import Passing, chips, in_words, passing, sources
from ui.page.transcript import evidence, turn, welcome
from ui.shown import safe_link, source_name, without_folders

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '"><svg onload=alert(1)>',
        "'--><b>",
        "</mark></blockquote>",
        "[x](javascript:alert(1))",
        "${alert(1)} {{constructor}} `${1}`",
        "&lt;b&gt; &amp; &#60;i&#62;",
        "a\r\nb\rc\nd",
    ]
)


def shown(text: str) -> str:
    """Text of an article as the page shows it: character by character."""
    return text.replace("\0", "\ufffd").replace("\f", "\u200b")


class Parsed(HTMLParser):
    """Tags with their attributes' names, all text, and the text inside `mark`."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, ...]] = []
        self.links: list[str] = []
        self.text = ""
        self.marked = ""
        self._inside = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, *sorted(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self._inside = self._inside or tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "mark"

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._inside:
            self.marked += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError("a comment")


def citation(before: str, quote: str, after: str, title: str = "T", source: str = "s") -> Citation:
    start, end = 10 + len(before), 10 + len(before) + len(quote)
    passage = before + quote + after
    return Citation(
        "id", title, date(2019, 1, 19), source, start, end, quote, 10, 10 + len(passage), passage
    )


def answer(*citations: Citation, text: str | None = "x", **fields: object) -> Answer:
    return Answer("q", text, 0.8, citations, **fields)  # type: ignore[arg-type]


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_the_marked_text_is_the_quote(before: str, quote: str, after: str) -> None:
    parsed = Parsed(marked_passage(citation(before, quote, after)))
    assert parsed.marked == shown(quote)
    assert parsed.text == shown(before + quote + after)
    assert parsed.tags == ([("mark",)] if quote else [])


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_text_of_an_answer_is_markup(text: str, title: str, source: str, question: str) -> None:
    def rendered(text: str, title: str, source: str, question: str) -> list[tuple[str, ...]]:
        day = ResolvedDate(date(2018, 6, 12), date(2018, 6, 12), "day", text)
        cited = citation("a ", text or "x", " b", title or "T", source)
        second = answer(cited, text=text)
        first = answer(
            cited, cited, text=text, date=day, alternatives=(second,), understood_as=question
        )
        rival = answer(cited, text=text, relation="contradicts")
        member = answer(cited, text=text, relation="listed")
        disputed = answer(cited, text=text, alternatives=(rival,))
        listed = answer(cited, text=text, alternatives=(member,))
        helped = answer(text=None, help=Help(text, (question,)))
        html = welcome(text, [question])
        for given_ in (first, disputed, listed, helped):
            said = Exchange(0, question, NOW, restricted_to=question, answer=given_, why=(text,))
            html += turn(said, None) + evidence(said, None)
        failed = Exchange(1, question, NOW, restricted_to="f", problem=question or "x")
        html += turn(failed, None) + turn(failed, text) + evidence(failed, text)
        return Parsed(html).tags

    # A source that is a web address becomes a link, and nothing else changes the elements.
    usual = "https://a.example/x" if safe_link(source) else ("file" if source_name(source) else "")
    titled = "title" if title.strip() or not title else " "
    asked = "question" if question else ""
    assert rendered(text, title, source, question) == rendered("text", titled, usual, asked)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_an_article_is_shown_whole_with_its_words_marked(
    before: str, quote: str, after: str, title: str
) -> None:
    text = before + quote + after
    article = Article("id", title, text, None, None)
    parsed = Parsed(article_view(article, len(before), len(before) + len(quote)))
    assert parsed.marked == shown(quote)
    assert parsed.text.endswith(shown(text))
    usual = {"header", "h2", "p", "button", "span", "time", "div", "mark"}
    assert {tag for tag, *_ in parsed.tags} <= usual


def test_a_pdf_is_shown_with_its_pages() -> None:
    article = Article("a", "Ferry", "One.\n\n\fTwo is \fhere.", source="https://a.org/b/f.pdf?v=1")
    html = article_view(article, 7, 10)
    parsed = Parsed(html)
    assert parsed.marked == "Two"
    assert parsed.text.endswith(shown(article.text))
    assert 'data-page="2"' in html
    assert 'data-page="3"' in html
    assert 'href="https://a.org/b/f.pdf?v=1#page=2"' in html
    assert "page 2 of f.pdf" in parsed.text
    cited = Citation("a", "", None, "/home/ann/f.pdf", 0, 3, "One", 0, 4, "One.", 7)
    html = evidence_panel(Answer("Which?", "One", 0.9, (cited,)))
    assert "page 7 of f.pdf" in Parsed(html).text
    assert "ann" not in html


@given(ANY_TEXT)
def test_an_article_is_shown_with_its_byline(byline: str) -> None:
    parsed = Parsed(article_view(Article("id", "", "Text.", byline=byline), 0, 0))
    for line in byline.splitlines():
        assert line.replace("\0", "\ufffd") in parsed.text


def test_sources_can_be_chosen_where_each_article_has_its_own(tmp_path: Path) -> None:
    names = [f"{number:02}-{'port' if number % 9 else 'mill'}.txt" for number in range(50)]
    with Collection(tmp_path / "c", create=True) as collection:
        collection.add(Article(name, "", f"Text {name}.", source=f"/news/{name}") for name in names)
        found = passing(collection, Filters())
        assert found.sources == tuple((name, 1) for name in names[:40])
        assert "10 more" in Parsed(sources(Filters(), found)).text
        typed = Filters(source="Mill")
        found = passing(collection, typed)
        assert [name for name, _ in found.sources] == [name for name in names if "mill" in name]
        assert "more" not in Parsed(sources(typed, found)).text
        assert len(passing(collection, Filters(source=names[3])).sources) == 40


@given(ANY_TEXT, ANY_TEXT)
def test_filters_are_chips_that_name_what_they_filter(title: str, identity: str) -> None:
    filters = Filters(date(2018, 1, 1), None, title or "x", frozenset({identity}))
    numbers = Passing(2, 67, ((title or "x", 3), (identity, 1)), (title,))
    parsed = Parsed(chips(filters, numbers) + sources(filters, numbers))
    assert [tag for tag, *_ in parsed.tags].count("button") == 5
    assert title.replace("\0", "\ufffd") in parsed.text
    assert "2 of 67 articles" in parsed.text
    assert title in in_words(filters, [title])
    assert chips(Filters(), Passing(67, 67, (), ())) == ""


@given(st.integers(-5, 300), st.integers(-5, 300), st.integers(-5, 300), st.integers(-5, 300))
def test_offsets_from_a_browser_never_break_an_article(
    start: int, end: int, first: int, last: int
) -> None:
    article = Article("id", "", "0123456789" * 20, None, None)
    parsed = Parsed(article_view(article, start, end, passage=(first, last)))
    assert parsed.text.endswith(shown(article.text))


def test_of_a_huge_article_the_part_around_the_mark_is_shown() -> None:
    text = "x" * 3_000_000 + "HERE" + "y" * 3_000_000
    html = article_view(Article("id", "", text), 3_000_000, 3_000_004)
    assert "<mark" in html
    assert "HERE" in html
    assert len(html) < MAX_SHOWN + 2_000
    assert "characters before this are not shown" in html


@pytest.mark.parametrize(
    "source",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<b>",
        "//host/x",
        "file:///etc/passwd",
        "http://[broken",
        "https:",
    ],
)
def test_only_web_addresses_become_links(source: str) -> None:
    assert safe_link(source) is None
    assert Parsed(evidence_panel(answer(citation("a", "b", "c", source=source)))).links == []


def test_a_web_address_becomes_a_link_without_referrer() -> None:
    html = evidence_panel(answer(citation("a", "b", "c", source='https://news.example/a?"b')))
    assert 'rel="noopener noreferrer nofollow"' in html
    assert Parsed(html).links == ['https://news.example/a?"b']


def test_paths_of_the_server_are_not_shown() -> None:
    assert source_name("/srv/private/news/a.txt") == "a.txt"
    assert source_name("C:\\secret\\b.txt") == "b.txt"


def test_no_answer_is_labelled_as_none() -> None:
    near = citation("near", "", "")
    html = evidence_panel(answer(near, text=None))
    assert "Not an answer" in html
    assert "<mark" not in html
    assert "The articles do not say." in answer_body(answer(near, text=None))


def test_agreeing_articles_are_grouped_and_others_stand_beside() -> None:
    first = citation("a", "12 June", "c")
    two = Citation("other", "U", None, None, 0, 7, "12 June", 0, 7, "12 June")
    rival = Answer("q", "11 June", 0.4, (first,))
    unlikely = Answer("q", "May", 0.01, (first,))
    html = evidence_panel(answer(first, two, text="12 June", alternatives=(rival, unlikely)))
    assert "2 articles agree" in html
    assert "The articles give 2 answers" in html
    assert "May" not in html


def test_copies_of_one_text_are_no_articles_that_agree() -> None:
    first = citation("The keeper is ", "Jo Vik", " of Elby.")
    copy = replace(first, article_id="copy", title="The same")
    other = replace(citation("Since May ", "Jo Vik", " keeps it."), article_id="other")
    assert "2 copies of one text say" in evidence_panel(answer(first, copy))
    html = evidence_panel(answer(first, copy, other))
    assert re.search(r"3 articles agree on .*, some of them copies</h2>", html)
    html = evidence_panel(answer(first, other))
    assert "2 articles agree on" in html
    assert "copies" not in html


def test_articles_that_disagree_are_dated_and_the_newest_is_first() -> None:
    first = citation("a", "Brandt", "c")
    newer = Citation("other", "U", date(2022, 5, 5), None, 0, 4, "Said", 0, 4, "Said")
    rival = Answer("q", "Said", 0.4, (newer,), relation="contradicts")
    also = Answer("q", "a mayor", 0.3, (first,))
    given_ = answer(first, text="Brandt", alternatives=(rival, also))
    for html in (evidence_panel(given_), answer_body(given_)):
        assert DISAGREE in html
        assert html.index("2022-05-05") < html.index("2019-01-19")
    panel = evidence_panel(given_)
    assert panel.index("Another answer: <q><bdi>Said") < panel.index("Evidence for <q><bdi>Brandt")
    # Each tile leads to its own evidence, and the best one is marked wherever it stands.
    assert 'aq-best"><a href="#aq-group-1">' in panel
    assert "a mayor" not in panel
    assert answer_body(given_).startswith('<p class="aq-answer"><bdi>Brandt')


def test_a_list_is_shown_as_one() -> None:
    first, two = citation("a", "Lopez", "c"), citation("b", "Cruz", "d")
    member = Answer("q", "Cruz", 0.5, (two,), relation="listed")
    guess = Answer("q", "dam", 0.3, (two,))
    given_ = answer(first, text="Lopez", alternatives=(member, guess))
    body, panel = answer_body(given_), evidence_panel(given_)
    assert Parsed(body).text.split("%")[:2] == ["Lopez1 most likely, 80", "Cruz2 likely, 50"]
    assert "A list of 2" in panel
    assert "Another answer" not in panel
    assert "dam" not in body + panel


def test_help_is_neither_an_answer_nor_evidence() -> None:
    helped = answer(text=None, help=Help("Ask.", ("Who is it?",)))
    html = turn(Exchange(0, "hello", NOW, answer=helped), None)
    assert "The articles do not say." not in html
    assert 'data-action="example" data-question="Who is it?"' in html
    assert "aq-actions" not in html
    assert evidence_panel(helped) == evidence_panel(None)


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("/srv/ann/news/a.sqlite: cannot be written", "a.sqlite: cannot be written"),
        ("'/home/ann/x.txt' and ~/b/c.txt are bad", "'x.txt' and c.txt are bad"),
        ("C:\\Users\\ann\\x.txt: bad", "x.txt: bad"),
        ("see file:///etc/passwd", "see passwd"),
        ("https://a.example/x/y: not found", "https://a.example/x/y: not found"),
        ("GET /api/articles/a-1 shows it", "GET /api/articles/a-1 shows it"),
        ("on 3/4/2019 and/or 5/6/2019", "on 3/4/2019 and/or 5/6/2019"),
    ],
)
def test_a_message_names_no_folder(told: str, shown: str) -> None:
    assert without_folders(told) == shown


def test_each_number_beside_an_answer_leads_to_its_evidence() -> None:
    first, two = citation("a", "Lopez", "c"), citation("b", "Cruz", "d")
    rival = Answer("q", "Cruz", 0.5, (two, two), relation="contradicts")
    given_ = answer(first, text="Lopez", alternatives=(rival,))
    body, panel = answer_body(given_, 4), evidence_panel(given_)
    for number in (1, 2, 3):
        assert f'href="#aq-cite-{number}"' in body
        assert f'id="aq-cite-{number}"' in panel
    assert 'data-number="4"' in body
    card = panel[panel.index('id="aq-cite-3"') :]
    assert "Cruz" in card[: card.index("</li>")]
    assert 'data-copy="“Cruz”\nT, 2019-01-19"' in panel


def test_dated_answers_are_in_the_order_of_time_and_lead_to_their_places() -> None:
    old = Citation("a", "A", date(1987, 1, 1), None, 0, 4, "Said", 0, 4, "Said")
    new = Citation("b", "B", date(2004, 5, 5), None, 0, 4, "Lind", 0, 4, "Lind")
    rival = Answer("q", "Said", 0.6, (old,), relation="contradicts")
    given_ = answer(new, text="Lind", alternatives=(rival,))
    line = evidence_panel(given_)
    line = line[line.index("aq-timeline") : line.index("</ol>")]
    assert line.index("1987-01-01") < line.index("Said") < line.index("2004-05-05")
    assert "aq-timeline" not in evidence_panel(answer(new, text="Lind"))
    undated = Citation("c", "C", None, None, 0, 4, "Said", 0, 4, "Said")
    rival = Answer("q", "Said", 0.6, (undated,), relation="contradicts")
    assert "aq-timeline" not in evidence_panel(answer(new, text="Lind", alternatives=(rival,)))


def test_a_time_line_tells_when_an_answer_was_so_not_when_it_was_printed() -> None:
    new = Citation("b", "B", date(2004, 5, 5), None, 0, 4, "Lind", 0, 4, "Lind")
    held = ResolvedDate(date(1999, 1, 1), date(2001, 12, 31), "year", "from 1999 to 2001")
    changed = Answer("q", "Said", 0.6, (new,), relation="changed", held=held)
    panel = evidence_panel(answer(new, text="Lind", alternatives=(changed,)))
    line = panel[panel.index("aq-timeline") :]
    assert line.index("1999 to 2001") < line.index("Said") < line.index("2004-05-05")


def test_an_export_numbers_the_evidence_as_the_page_does() -> None:
    old = Citation("a", "A", date(1987, 1, 1), None, 0, 4, "Said", 0, 4, "Said")
    new = Citation("b", "B", date(2004, 5, 5), None, 0, 4, "Lind", 0, 4, "Lind")
    rival = Answer("q", "Lind", 0.6, (new,), relation="contradicts")
    given_ = answer(old, text="Said", alternatives=(rival,))
    panel = evidence_panel(given_)
    assert panel.index('id="aq-cite-1"') < panel.index("<mark>Lind") < panel.index("<mark>Said")
    heading = Heading("i", "n", "main", NOW, 1)
    text = as_markdown(Conversation(heading, (Exchange(0, "q", NOW, answer=given_),)))
    assert "**Said** \\[2\\]" in text
    assert "**Lind** \\[1\\]" in text
    assert "\\[1\\] B" in text


def test_as_many_passages_are_told_as_are_shown() -> None:
    first, two = citation("a", "Lopez", "c"), citation("b", "Cruz", "d")
    rival = Answer("q", "Cruz", 0.5, (two, two), relation="contradicts")
    guess = Answer("q", "Cruz", 0.2, (two,))
    for given_ in (
        answer(first, text="Lopez"),
        answer(first, text="Lopez", alternatives=(rival,)),
        Answer("q", None, 0.2, (first, two), alternatives=(guess,)),
    ):
        count = evidence_panel(given_).count('id="aq-cite-')
        told = Parsed(turn(Exchange(0, "q", NOW, answer=given_), None)).text
        assert re.search(rf"\b{count} (?:nearest )?passage", told), told


def test_what_is_not_answered_can_be_asked_again() -> None:
    for exchange in (Exchange(0, "q", NOW), Exchange(0, "q", NOW, problem="too busy")):
        assert 'data-action="again"' in turn(exchange, None)
        assert 'data-action="again"' not in turn(exchange, "searching")
    nothing = answer(text=None, silence="filtered out")
    assert 'data-action="unfilter"' in turn(Exchange(0, "q", NOW, answer=nothing), None)
