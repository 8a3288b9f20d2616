"""The layout of a page, a Markdown file or a document is kept in the text that is read of it."""

import re
import zipfile
from pathlib import Path

import docx
import pytest

from index.sources.files import read_articles, read_file
from index.sources.html import blocks_of, join_blocks, parse_html, title_of
from index.sources.inputs import Note
from index.sources.markdown import markdown_blocks
from index.sources.tables import Cell, row_texts


def text_of(html):
    return join_blocks(blocks_of(parse_html(html)))


def plain_text(markdown):
    blocks = markdown_blocks(markdown)
    return title_of(blocks), join_blocks(blocks)


def rows(*lines, head=()):
    return [[Cell(text, head=number in head) for text in line] for number, line in enumerate(lines)]


def test_each_row_of_a_markdown_table_is_read_by_itself():
    title, text = plain_text(
        "# Berths\n\n| Berth | Price a night | Depth |\n|---|---|---|\n"
        "| North quay | 31 euros | 4 m |\n| South *quay* | 27 euros | |\n"
    )
    assert title == "Berths"
    paragraphs = text.split("\n\n")
    assert paragraphs == [
        "Berths",
        "Berth; Price a night; Depth",
        "North quay, Price a night: 31 euros; Depth: 4 m.",
        "South quay, Price a night: 27 euros.",
    ]


def test_html_within_markdown_is_read():
    _, text = plain_text(
        "# Dam\n\n<p>The keeper is Nils Roth.</p>\n\n<table><tr><td>Height</td><td>88 m</td></tr>"
        "</table>\n\n<div>\nOpened 1911.\n</div>\n\n<!-- not this -->\n\nIt holds *well*.[^1]\n\n"
        "Keeper\n: lives in the tower\n\n[^1]: Since 1911.\n"
    )
    assert text.split("\n\n") == [
        "Dam",
        "The keeper is Nils Roth.",
        "Height: 88 m.",
        "Opened 1911.",
        "It holds well.",
        "Keeper: lives in the tower",
        "1. Since 1911.",
    ]


def test_a_line_break_of_the_file_is_none_of_the_text():
    assert plain_text("one\ntwo  \nthree\n\nfour")[1] == "one two\nthree\n\nfour"


@pytest.mark.parametrize("markdown", ["Below\n===\n\ntext", "## Below\n\ntext", "# Below\n\ntext"])
def test_the_title_of_markdown_is_its_heading(markdown):
    assert plain_text(markdown) == ("Below", "Below\n\ntext")


@pytest.mark.parametrize(
    "first",
    [
        "| Berth | Price |\n|---|---|\n| North quay | 31 euros |",
        "<table><tr><th>Berth</th><th>Price</th></tr><tr><td>North</td><td>31</td></tr></table>",
        "- ropes\n- anchors",
        "1. ropes\n2. anchors",
        "- [Berths](#berths)\n- [Fees](#fees)",
        "**Table of contents**\n\n- [Berths](#berths)",
        "## Contents\n\n- [Berths](#berths)",
        "[Home](a.md) | [Next](b.md)",
        "> The sea gives",
        "```\nmake harbour\n```",
        "    make harbour",
        "Quay\n: a wall for ships",
        "<details><summary>More</summary>\n\nropes\n\n</details>",
        "![The harbour](h.jpg)",
        "<!-- a draft -->",
        "---",
        "[![Build](https://x/b.svg)](https://x)",
        "[Home](/)",
        "[← All articles of the year](index.md)",
        "[Back to the index](index.md)",
        "[View this letter in your browser](https://x/1)",
        "[https://x/quay and more](https://x/quay)",
    ],
)
def test_what_is_set_apart_is_no_title(tmp_path, first):
    file = tmp_path / "harbour.md"
    body = "Ships pay by length.\n\n## Fees\n\nFees rise in May."
    file.write_text(f"{first}\n\n{body}")
    assert read_file(file).title == ""
    file.write_text(f"{first}\n\n# The harbour of Elby\n\n{body}")
    assert read_file(file).title == "The harbour of Elby"


@pytest.mark.parametrize("line", ["**A new quay**", "A new quay", "[A new quay](https://x/quay)"])
def test_a_line_above_the_text_is_a_title_also_without_a_mark(tmp_path, line):
    file = tmp_path / "harbour.md"
    file.write_text(f"{line}\n\nShips pay by length.")
    assert read_file(file).title == "A new quay"


def test_a_word_document_that_begins_with_a_table_has_no_title(tmp_path):
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Berth", "Price", "North quay", "31 euros"), strict=True):
        cell.text = text
    document.add_paragraph("Ships pay by length.")
    document.save(tmp_path / "harbour.docx")
    assert read_file(tmp_path / "harbour.docx").title == ""


def test_headings_lists_and_definitions_of_html():
    text = text_of(
        "<h1>Fair</h1><p>It begins on <time>3 May</time> at <b>noon</b>.</p><h2>Bring</h2>"
        "<ol start=3><li>a cup<li>a <i>spoon</i><ul><li>of wood</ul></ol>"
        "<dl><dt>Entry</dt><dd>free</dd><dt>Dogs</dt><dt>Cats</dt><dd>stay out</dd></dl>"
        "<figure><img alt=x><figcaption>The gate.</figcaption></figure>"
        "<p hidden>no</p><script>no</script><p>a<br>b</p>"
    )
    assert text == (
        "Fair\n\nIt begins on 3 May at noon.\n\n\nBring\n\n3. a cup\n\n4. a spoon\n\n- of wood\n\n"
        "Entry: free\n\nDogs, Cats: stay out\n\nThe gate.\n\na\nb"
    )


def test_cells_that_span_rows_and_columns_stand_in_each():
    table = [
        [Cell("Line", True, rows=2), Cell("Fare", True, columns=2)],
        [Cell("day", True), Cell("night", True)],
        [Cell("Ferry", rows=2), Cell("4 euros"), Cell("6 euros")],
        [Cell("5 euros"), Cell("7 euros")],
    ]
    first, second = row_texts(table)[-2:]
    for row, day, night in ((first, "4 euros", "6 euros"), (second, "5 euros", "7 euros")):
        assert "Ferry" in row
        assert f"day: {day}" in row
        assert f"night: {night}" in row


def test_a_value_of_several_columns_has_the_name_of_all():
    table = [
        [Cell("Line", True, rows=2), Cell("Fare", True, columns=2), Cell("Seats", True, rows=2)],
        [Cell("day", True), Cell("night", True)],
        [Cell("Ferry"), Cell("free", columns=2), Cell("40")],
        [Cell("Raft"), Cell("2 euros"), Cell("none", columns=2)],
    ]
    assert row_texts(table)[-2:] == [
        "Ferry, Fare: free; Seats: 40.",
        "Raft, Fare day: 2 euros; Fare night, Seats: none.",
    ]


@pytest.mark.parametrize(
    ("table", "header"),
    [
        (rows(("Name", "Office"), ("Ida Moor", "mayor"), head=(0,)), True),
        (rows(("Name", "Office", "Since"), ("Ida Moor", "mayor", "2019")), True),
        (rows(("Fish", "Weight"), ("Cod", "3 kg"), ("Eel", "1 kg")), True),
        (rows(("Owner", "Lena Fisk"), ("Founder", "Jon Vik")), False),
        (rows(("Loss", "40 tons"), ("Gain", "2 tons")), False),
        (rows(("Cod", "3 kg", "9 euros"), ("Eel", "1 kg", "8 euros")), False),
    ],
)
def test_the_first_row_is_a_header_where_it_looks_like_one(table, header):
    first, *_, last = row_texts(table)
    name, value = table[0][-1].text, table[-1][-1].text
    assert last.endswith(f"{name}: {value}.") == header
    assert first.endswith(".") != header


def test_a_table_for_layout_is_read_cell_by_cell():
    assert text_of("<table><tr><td><h2>A</h2><p>b</p></td><td><p>c</p></td></tr></table>") == (
        "A\n\nb\n\nc"
    )


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


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(path, body):
    """A document of python-docx with this XML as its body."""
    document = docx.Document()
    document.save(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    start = members["word/document.xml"].decode().partition("<w:body>")[0]
    members["word/document.xml"] = f"{start}<w:body>{body}</w:body></w:document>".encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def paragraph(*runs):
    return (
        "<w:p>"
        + "".join(
            run if run.startswith("<") else f'<w:r><w:t xml:space="preserve">{run}</w:t></w:r>'
            for run in runs
        )
        + "</w:p>"
    )


def run(text):
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def test_everything_that_a_reader_of_a_word_document_sees(tmp_path):
    deleted = "<w:del w:id='1'><w:r><w:delText>ten</w:delText></w:r></w:del>"
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/'
        'markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing><w:txbxContent>'
        f"{paragraph('The guest is Lea Pohl.')}</w:txbxContent></w:drawing></mc:Choice>"
        "</mc:AlternateContent></w:r>"
    )
    cell = "<w:tc>{}</w:tc>".format
    nested = f"<w:tbl><w:tr>{cell(paragraph('Pilot'))}{cell(paragraph('Jon Vik'))}</w:tr></w:tbl>"
    path = word(
        tmp_path / "a.docx",
        f"<w:sdt><w:sdtContent>{paragraph('The mayor is Ida Moor.')}</w:sdtContent></w:sdt>"
        + paragraph("It costs ", deleted, f"<w:ins w:id='2'>{run('nine')}</w:ins>", " euros.")
        + paragraph("Cook: ", f"<w:smartTag w:element='x'>{run('Max Ohl')}</w:smartTag>")
        + paragraph("Since ", f"<w:fldSimple w:instr='DATE'>{run('5 May 2020')}</w:fldSimple>", ".")
        + paragraph(box)
        + f"<w:tbl><w:tr>{cell(paragraph('Gull'))}{cell(nested + paragraph(''))}</w:tr>"
        + f"<w:tr>{cell(paragraph('Tern'))}{cell(paragraph('41 m'))}{cell(paragraph('new'))}</w:tr>"
        + "</w:tbl>",
    )
    text = read_file(path).text
    for seen in (
        "The mayor is Ida Moor.",
        "It costs nine euros.",
        "Cook: Max Ohl",
        "Since 5 May 2020.",
        "The guest is Lea Pohl.",
        "Pilot",
        "Jon Vik",
        "41 m",
        "new",
    ):
        assert seen in text
    assert "ten" not in text
    assert len([row for row in text.split("\n\n") if "Gull" in row and "Jon Vik" in row]) == 1


def test_lists_and_titles_of_a_word_document(tmp_path):
    document = docx.Document()
    document.add_heading("The plan", 0)
    document.add_paragraph("First the mill.", style="List Bullet")
    document.add_paragraph("Then the quay.", style="List Bullet")
    document.add_heading("Costs", 1)
    document.add_paragraph("Nine euros.")
    document.save(str(tmp_path / "a.docx"))
    article = read_file(tmp_path / "a.docx")
    assert article.title == "The plan"
    assert article.text == (
        "The plan\n\n- First the mill.\n\n- Then the quay.\n\n\nCosts\n\nNine euros."
    )


def test_a_chapter_in_the_encoding_that_it_declares(tmp_path):
    path = Path(tmp_path / "a.epub")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="b.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "b.opf",
            '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.html"/>'
            '</manifest><spine><itemref idref="a"/></spine></package>',
        )
        archive.writestr(
            "a.html",
            '<?xml version="1.0" encoding="iso-8859-2"?><html xmlns="http://www.w3.org/1999/xhtml">'
            "<body><p>Łódź lies in Poland.</p></body></html>".encode("iso-8859-2"),
        )
    assert read_file(path).text == "Łódź lies in Poland."


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
