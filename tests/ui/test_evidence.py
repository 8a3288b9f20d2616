from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Article, Summary
from qa.rendering import DISAGREE
from qa.types import Answer, Citation, Help, ResolvedDate
from ui.page.article import MAX_SHOWN, article_view, asked_alone
from ui.page.evidence import (
    answer_body,
    evidence_panel,
    marked_passage,
    title_of,
)
from ui.page.filters import in_words, typed
from ui.page.transcript import Exchange, transcript, welcome
from ui.shown import safe_link, source_name, without_folders

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
    assert parsed.marked == quote.replace("\0", "\ufffd")
    assert parsed.text == (before + quote + after).replace("\0", "\ufffd")
    assert parsed.tags == ([("mark",)] if quote else [])


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_no_text_of_an_answer_is_markup(text: str, title: str, source: str, question: str) -> None:
    def rendered(text: str, title: str, source: str, question: str) -> list[tuple[str, ...]]:
        day = ResolvedDate(date(2018, 6, 12), date(2018, 6, 12), "day", text)
        cited = citation("a ", text or "x", " b", title or "T", source)
        other = answer(cited, text=text)
        one = answer(
            cited, cited, text=text, date=day, alternatives=(other,), understood_as=question
        )
        said = Exchange(0, question, question, "", one)
        failed = Exchange(1, question, "f", "", None, question or "x")
        rival = answer(cited, text=text, relation="contradicts")
        disputed = Exchange(2, "q", "", "", answer(cited, text=text, alternatives=(rival,)))
        member = answer(cited, text=text, relation="listed")
        listed = Exchange(3, "q", "", "", answer(cited, text=text, alternatives=(member,)))
        helped = Exchange(4, "q", "", "", answer(text=None, help=Help(text, (question,))))
        html = "".join(evidence_panel(each) for each in (one, disputed.answer, listed.answer))
        html += transcript((said, failed, disputed, listed, helped)) + welcome(text, [question])
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
    assert parsed.marked == quote.replace("\0", "\ufffd")
    assert parsed.text.endswith(text.replace("\0", "\ufffd"))
    usual = {"header", "h2", "p", "button", "span", "time", "div", "mark"}
    assert {tag for tag, *_ in parsed.tags} <= usual


@given(ANY_TEXT, ANY_TEXT)
def test_an_article_that_is_asked_alone_is_named(title: str, identity: str) -> None:
    alone = Summary(identity, title, None, None, 4)
    parsed = Parsed(asked_alone(alone))
    assert [tag for tag, *_ in parsed.tags] == ["p", "span", "cite", "button"]
    assert title_of(alone).replace("\0", "\ufffd") in parsed.text
    assert asked_alone(None) == ""
    assert title_of(alone) in in_words(typed("", "", "", alone), alone)


@given(st.integers(-5, 300), st.integers(-5, 300), st.integers(-5, 300), st.integers(-5, 300))
def test_offsets_from_a_browser_never_break_an_article(
    start: int, end: int, first: int, last: int
) -> None:
    article = Article("id", "", "0123456789" * 20, None, None)
    parsed = Parsed(article_view(article, start, end, passage=(first, last)))
    assert parsed.text.endswith(article.text)


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
    one = citation("a", "12 June", "c")
    two = Citation("other", "U", None, None, 0, 7, "12 June", 0, 7, "12 June")
    rival = Answer("q", "11 June", 0.4, (one,))
    unlikely = Answer("q", "May", 0.01, (one,))
    html = evidence_panel(answer(one, two, text="12 June", alternatives=(rival, unlikely)))
    assert "2 articles agree" in html
    assert "The articles give 2 answers" in html
    assert "May" not in html


def test_articles_that_disagree_are_dated_and_the_newest_is_first() -> None:
    one = citation("a", "Brandt", "c")
    newer = Citation("other", "U", date(2022, 5, 5), None, 0, 4, "Said", 0, 4, "Said")
    rival = Answer("q", "Said", 0.4, (newer,), relation="contradicts")
    also = Answer("q", "a mayor", 0.3, (one,))
    given_ = answer(one, text="Brandt", alternatives=(rival, also))
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
    one, two = citation("a", "Lopez", "c"), citation("b", "Cruz", "d")
    member = Answer("q", "Cruz", 0.5, (two,), relation="listed")
    guess = Answer("q", "dam", 0.3, (two,))
    given_ = answer(one, text="Lopez", alternatives=(member, guess))
    body, panel = answer_body(given_), evidence_panel(given_)
    assert Parsed(body).text.split("%")[:2] == ["Lopez most likely, 80", "Cruz likely, 50"]
    assert "A list of 2" in panel
    assert "Another answer" not in panel
    assert "dam" not in body + panel


def test_help_is_neither_an_answer_nor_evidence() -> None:
    helped = answer(text=None, help=Help("Ask.", ("Who is it?",)))
    html = transcript((Exchange(0, "hello", "", "", helped),))
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
