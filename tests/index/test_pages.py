"""Pages of the web: their article is read whole, and what stands around it is told."""

import re

import pytest

from index.sources.files import read_articles, read_file
from index.sources.html import blocks_of, parse_html
from index.sources.inputs import Note


def test_a_page_of_the_web_keeps_what_trafilatura_takes_apart(tmp_path):
    filler = "".join(
        f"<p>Paragraph {n} of the report tells at some length what the council of Elby decided on "
        "the harbour, the mill and the school in its last meeting of the year.</p>"
        for n in range(6)
    )
    tables = (
        "<table><caption>Fares</caption><tr><th>Line<th>Fare</tr><tr><td>Ferry<td>4 euros</tr>"
        "</table><dl><dt>Pilot</dt><dd>Una Roy</dd></dl>"
        "<figure><img src=a><figcaption>The quay in May.</figcaption></figure>"
        "<p>The gate opens on <time datetime=2025-05-02>2 May</time> at <time>7:30</time>.</p>"
    )
    for name, body in (("long", filler + tables + filler), ("short", tables)):
        path = tmp_path / f"{name}.html"
        path.write_text(f"<title>R</title><nav>Menu</nav><article><h1>Report</h1>{body}</article>")
        paragraphs = read_file(path).text.split("\n\n")
        assert any("Ferry" in text and "4 euros" in text for text in paragraphs)
        for text in ("Fares", "Pilot: Una Roy", "The quay in May."):
            assert text in paragraphs
        assert "The gate opens on 2 May at 7:30." in paragraphs


def test_tables_of_a_notice_about_cookies_are_not_the_article(tmp_path):
    rows = "".join(
        f"<tr><th>Purpose {n}</th><td>This is used to unblock what {name} shows on this page, and "
        "to remember for a year that you have agreed to it in this browser.</td></tr>"
        for n, name in enumerate(("Elby Maps", "Orm Video", "Skag Posts", "Velm Music") * 3)
    )
    story = "".join(
        f"<p>The council of Elby heard report {n} about the harbour, and then it voted.</p>"
        for n in range(6)
    )
    path = tmp_path / "a.html"
    path.write_text(
        f"<html><body><div><div class=content>{story}</div></div>"
        f"<div class=privacy><table>{rows}</table></div></body></html>"
    )
    assert "heard report 5 about the harbour" in read_file(path).text


STORY = "".join(
    f"<p>Paragraph {n} of the report tells at some length what the council of Elby decided on the "
    "harbour, the mill and the school in its last meeting of the year.</p>"
    for n in range(6)
)


LATER = STORY.replace("harbour", "bridge")


def read_page(tmp_path, body):
    """The text of a page and what is told of reading it."""
    path = tmp_path / "a.html"
    path.write_text(f"<html><head><title>Report</title></head><body>{body}</body></html>")
    told = []
    (article,) = read_articles([path], told.append)
    return article.text, told


@pytest.mark.parametrize(
    "body",
    [
        "<p>One line.</p><div>A formula: e = m c c, as the text has it.</div><li>An item alone</li>"
        "<p>Short.</p>",
        "<table><tr><td>Sold at the market on Monday</td></tr></table><ul><li>eels<li>rye</ul>",
        f"{STORY}<blockquote>He said that nobody had asked him.</blockquote><div>And left.</div>",
    ],
)
def test_a_page_without_anything_around_its_text_is_read_whole(tmp_path, body):
    text, told = read_page(tmp_path, body)
    root = parse_html(body)
    assert re.findall(r"\w+", text) == re.findall(r"\w+", " ".join(root.itertext()))
    assert told == []


@pytest.mark.parametrize(
    "passed",
    [
        "<div class=meta-box><p>The mill was built in 1817 by Una Roy and her two sons.</p></div>",
        "<section class=meta-box><h2>Dates</h2><ul>"
        "<li>May: the ferry stops for a week of repairs at the yard"
        "<li>June: fair</ul></section>",
    ],
)
def test_what_stands_between_paragraphs_of_an_article_is_read(tmp_path, passed):
    body = f"<nav><a href=/>Home</a></nav><div><article>{STORY}{passed}{LATER}</article></div>"
    text, told = read_page(tmp_path, body)
    for line in blocks_of(parse_html(passed)):
        assert line.text in map(str.strip, text.split("\n\n"))
    assert "Home" not in text
    assert told == []


@pytest.mark.parametrize(
    ("outside", "words"),
    [
        (
            "<div><p>Advice for the owners of boats: keep off the east quay until the end of "
            "May.</p></div>",
            "a paragraph outside the article was left out: 'Advice for the owners",
        ),
        (
            "<div>"
            + "".join(
                f"<p>Opinion {n}: nobody has asked those who live by the river at all.</p>"
                for n in range(3)
            )
            + "</div>",
            "3 paragraphs outside the article were left out, first 'Opinion 0: nobody",
        ),
        (
            "<div class=teaser><p>The ferry to Elby will not sail before the ice has left the "
            "sound, which takes weeks.</p></div>",
            "a paragraph outside the article was left out: 'The ferry to Elby will not sail",
        ),
        (
            "<aside>Una Roy, who was born in Tarn, has kept the books of the port for more than "
            "thirty years.</aside>",
            "a paragraph outside the article was left out: 'Una Roy, who was born",
        ),
        (
            2 * "<div class='modal fade'><p>Una Roy has kept the books of the port for more than "
            "thirty years and writes of ferries, locks and tides.</p></div>",
            "a paragraph outside the article was left out: 'Una Roy has kept",
        ),
        ("<div class=teaser><p>More on the harbour in our weekend pages</p></div>", ""),
        (
            "<div class=cookie-consent><p>We keep small files on your machine so that the next "
            "visit to these pages is more pleasant.</p></div>",
            "",
        ),
        ("<p><a href=/b>The council of Orm votes on its harbour before the year ends</a></p>", ""),
        ("<footer>All rights to this text are reserved by the people of Elby.</footer>", ""),
        ("<p>12 May 2024</p>", ""),
    ],
)
def test_what_a_page_has_outside_its_article_is_told(tmp_path, outside, words):
    main = f"<main><article><h1>Report</h1>{STORY}</article></main>"
    body = f"<header><nav>Menu</nav></header>{main}<div class=more>{outside}</div>"
    text, told = read_page(tmp_path, body)
    assert "Paragraph 5 of the report" in text
    if words:
        (note,) = told
        assert isinstance(note, Note)
        assert note.startswith(f"{tmp_path / 'a.html'}: {words}")
    else:
        assert told == []
