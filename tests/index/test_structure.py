"""The layout of a page or a Markdown file is kept in the text that is read of it."""

import pytest

from index.sources.files import read_file
from index.sources.html import blocks_of, join_blocks, parse_html, title_of
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
