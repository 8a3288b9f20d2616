"""Printed pages: what belongs to the print goes, what belongs to the text stays."""

import pypdf
import pypdf.annotations
import pytest
from fpdf import FPDF
from PIL import Image

from index.errors import UserError
from index.sources.files import read_articles, read_file
from index.sources.inputs import Note
from index.sources.printed import Line, printed_blocks, stated_title, without_running_heads


def page(*texts):
    return [Line(text, 72, 700 - 14 * n, 300, 712 - 14 * n) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("the council of Elby spent six mil-", "lion euros on it"), "six million euros"),
        (("the council met in a half-", "finished house there"), "a half-finished house"),
        (("the U.S.-", "led plan that was dropped by it"), "the U.S.-led plan"),
        (("the Zorbix and the other zor-", "bix of the town of Elby"), "other zorbix of"),
        (("it was in use from 1990-", "2004 and then it was not"), "1990-2004"),
        (("it was built by Smith-", "Jones of Elby, an engineer"), "Smith-Jones"),
    ],
)
def test_a_hyphen_goes_where_the_word_is_known_without_it(lines, text):
    assert text in " ".join(block.text for block in printed_blocks([page(*lines)]))


def test_words_and_sentences_go_on_over_pages_without_the_heads_between():
    blocks = printed_blocks(
        [
            page(
                f"Elby Courier - page {n}",
                f"{first} of the town of Elby which is a long line of print,",
                last,
            )
            for n, first, last in (
                (1, "The harbour", "and which had cost the council some four mil-"),
                (2, "lion euros", "and so on, which the people of Elby had to"),
                (3, "pay", "and which the mayor of Elby promised."),
            )
        ]
    )
    (text,) = [block.text for block in blocks]
    assert "four million euros" in text
    assert "had to pay of the town" in text
    assert "Courier" not in text


@pytest.mark.parametrize(
    "lines",
    [
        ("The pier of Elby was rebuilt after the storm of 1962. It is 90", "m long."),
        ("The keeper rows out at dawn to", "see that the lamps of the outer pier are lit."),
    ],
)
def test_a_paragraph_of_two_lines_is_one(lines):
    assert [block.text for block in printed_blocks([page(*lines)])] == [" ".join(lines)]


def test_a_short_line_that_ends_its_sentence_ends_its_paragraph():
    lines = ("The pier of Elby was rebuilt after the storm.", "It is long.", "The keeper is Nils.")
    blocks = printed_blocks([page(*lines)])
    assert [block.text for block in blocks] == [" ".join(lines[:2]), lines[2]]


def test_figures_at_the_end_of_pages_are_no_page_numbers():
    pages = [
        page(f"Some text {total // 2}", "More", f"Total {total} euros") for total in (45, 61, 22)
    ]
    assert without_running_heads(pages) == pages


def test_lines_that_are_all_that_is_printed_are_no_running_heads():
    pages = [page(f"Plate {number} of the atlas") for number in (1, 2, 3)]
    assert without_running_heads(pages) == pages
    with_text = [[*lines, *page("The pier", "was rebuilt.")] for lines in pages]
    assert without_running_heads(with_text) != with_text


@pytest.mark.parametrize(
    "title",
    ["untitled", "(anonymous)", "Microsoft Word - plan v2.doc", "plan_final.docx", "Document1", ""],
)
def test_what_a_program_puts_for_a_title_is_none(title):
    assert stated_title(title) == ""


@pytest.mark.parametrize("title", ["Test of a bridge", "The untitled painting", "1984: a review"])
def test_titles_that_are_like_placeholders(title):
    assert stated_title(title) == title


def test_the_rows_of_a_table_are_read_with_their_header(tmp_path):
    pdf = FPDF()
    pdf.set_title("untitled")
    pdf.set_font("Helvetica", size=11)
    pdf.add_page()
    pdf.cell(0, 10, "Fish of the market", new_x="LMARGIN", new_y="NEXT")
    with pdf.table() as table:
        for line in (("Fish", "Price", "Weight"), ("Cod", "9 euros", "3 kg"), ("Eel", "", "1 kg")):
            row = table.row()
            for cell in line:
                row.cell(cell)
    pdf.cell(0, 10, "The market opens at six.")
    pdf.output(str(tmp_path / "a.pdf"))
    article = read_file(tmp_path / "a.pdf")
    assert article.title == "Fish of the market"
    assert article.text.split("\n\n") == [
        "Fish of the market",
        "Fish; Price; Weight",
        "Cod, Price: 9 euros; Weight: 3 kg.",
        "Eel, Weight: 1 kg.",
        "The market opens at six.",
    ]


def test_text_between_rules_is_no_table(tmp_path):
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    pdf.add_page()
    words = (
        "The officers of the harbour met in the old mill and spoke of what the storm had broken. "
    )
    for number in range(4):
        pdf.multi_cell(90, 6, f"Part {number}. " + words * 3, border="TB", new_x="LMARGIN")
    pdf.output(str(tmp_path / "a.pdf"))
    text = " ".join(read_file(tmp_path / "a.pdf").text.split())
    assert text == " ".join(f"Part {number}. {words * 3}".strip() for number in range(4))


def test_a_password_is_asked_for(tmp_path):
    writer = pypdf.PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    writer.write(tmp_path / "a.pdf")
    with pytest.raises(UserError, match="needs a password"):
        read_file(tmp_path / "a.pdf")


def make_pdf(path, pages):
    """A PDF with a page for each text; None makes a picture of one."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for text in pages:
        pdf.add_page()
        if text is None:
            pdf.image(Image.new("L", (60, 80), 200), w=150)
        elif text:
            pdf.multi_cell(0, 6, text)
    pdf.output(str(path))
    return path


@pytest.mark.parametrize(
    ("pages", "notes"),
    [
        (
            ["The mayor spoke.", None, None, "The gate is open."],
            ["pages 2-3 have no text; they may be scans"],
        ),
        (
            [None, "The mayor spoke.", "", None, None, None],
            ["pages 1, 4-6 have no text; they may be scans"],
        ),
        (["The mayor spoke.", None], ["page 2 has no text; it may be a scan"]),
        (["The mayor spoke.", "", "The gate is open."], []),
    ],
)
def test_pages_that_are_pictures_are_told_by_number(tmp_path, pages, notes):
    path = make_pdf(tmp_path / "a.pdf", pages)
    told = []
    (article,) = read_articles([path], told.append)
    assert "The mayor spoke." in article.text
    assert told == [f"{path}: {note}" for note in notes]
    assert all(isinstance(line, Note) for line in told)


def test_a_pdf_of_pictures_only_is_refused(tmp_path):
    path = make_pdf(tmp_path / "a.pdf", [None, None])
    told = []
    assert list(read_articles([path], told.append)) == []
    (line,) = told
    assert "no text in it" in line
    assert not isinstance(line, Note)


def test_forms_that_are_filled_in_are_told(tmp_path):
    writer = pypdf.PdfWriter(make_pdf(tmp_path / "a.pdf", ["Name of the boat:", "The end."]))
    text = pypdf.annotations.FreeText(text="Seen by Una Roy", rect=(50, 550, 200, 650))
    writer.add_annotation(page_number=1, annotation=text)
    writer.write(tmp_path / "b.pdf")
    told = []
    (article,) = read_articles([tmp_path / "b.pdf"], told.append)
    assert article.text
    assert told == [f"{tmp_path / 'b.pdf'}: what is filled in or noted on page 2 is not read"]
