"""Files of every kind, and what is wrong with some of them."""

import gzip
import json
import zipfile
from dataclasses import replace
from datetime import date

import docx
import pytest
from fpdf import FPDF

from index.errors import UserError
from index.page_breaks import page_of
from index.sources.files import read_articles, read_file
from tests.index.helpers import added, read, zipped


def test_text_keeps_every_character_for_its_offsets(tmp_path):
    raw = "Headline\r\n\r\nFirst\tline.\r\nÄ second, with 𝄞.\n\n\n"
    path = tmp_path / "a.txt"
    path.write_bytes(raw.encode())
    article = read_file(path)
    assert article.text == raw
    assert article.title == "Headline"
    assert article.source == str(path)
    assert read_file(path, source="x/a.txt").source == "x/a.txt"


def test_html_with_metadata(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(
        "<html><head><title>Summit ends</title>"
        '<meta property="article:published_time" content="2018-06-12T09:00:00Z"></head><body>'
        "<nav>Menu</nav><article><h1>Summit ends</h1><p>The leaders met on Sentosa island and "
        "signed a paper there.</p><p>It was the first such meeting of the two.</p></article>"
        "</body></html>"
    )
    article = read_file(path)
    assert article.title == "Summit ends"
    assert article.published == date(2018, 6, 12)
    assert "Sentosa" in article.text
    assert "Menu" not in article.text


def test_html_in_the_encoding_that_it_declares(tmp_path):
    path = tmp_path / "a.html"
    body = "<p>" + "Über Köln fliegen Möwen. " * 10 + "</p>"
    path.write_bytes(
        f'<html><head><meta charset="iso-8859-1"><title>M</title></head><body>{body}'.encode(
            "latin-1"
        )
    )
    assert "Köln" in read_file(path).text


def test_pdf_lines_become_paragraphs(tmp_path):
    words = "The harbour of Rostock was opened again on Monday after a long closure for repairs. "
    pdf = FPDF()
    pdf.set_title("Harbour")
    pdf.set_font("Helvetica", size=12)
    for _ in range(2):
        pdf.add_page()
        pdf.multi_cell(0, 6, words * 6)
    pdf.output(str(tmp_path / "a.pdf"))
    article = read_file(tmp_path / "a.pdf")
    assert article.title == "Harbour"
    assert article.text == "\n\n\f".join([(words * 6).strip()] * 2)
    assert article.published is None, "the date of the file is not that of the publication"


def test_docx_paragraphs_tables_and_title(tmp_path):
    document = docx.Document()
    document.add_heading("Quay opened", 1)
    document.add_paragraph("The mayor cut a ribbon.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Ships", "14"
    document.add_paragraph("Then it rained.")
    document.save(str(tmp_path / "a.docx"))
    article = read_file(tmp_path / "a.docx")
    assert article.title == "Quay opened"
    assert article.text == "Quay opened\n\nThe mayor cut a ribbon.\n\nShips: 14.\n\nThen it rained."
    assert article.published is None


def epub(path, chapters=2, stated='<dc:date opf:event="publication">2001-02-03</dc:date>'):
    items = "".join(f'<item id="c{n}" href="ch%20{n}.xhtml"/>' for n in range(chapters))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in reversed(range(chapters)))
    members = {
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        'container"><rootfiles><rootfile full-path="OEBPS/b.opf"/></rootfiles></container>',
        "OEBPS/b.opf": '<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:opf="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>A book</dc:title>{stated}</metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for n in range(chapters):
        members[f"OEBPS/ch {n}.xhtml"] = (
            '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
            f"<body><h1>Chapter {n}</h1><p>It was <i>night</i> &amp; cold.</p></body></html>"
        )
    return zipped(path, members)


def test_epub_in_the_order_of_its_spine(tmp_path):
    article = read_file(epub(tmp_path / "a.epub"))
    assert article.title == "A book"
    assert article.published == date(2001, 2, 3)
    assert article.text.index("Chapter 1") < article.text.index("Chapter 0")
    assert "It was night & cold." in article.text


def test_notes_of_an_epub_beside_its_order_are_text_and_its_contents_are_none(tmp_path):
    book = tmp_path / "b.epub"
    with zipfile.ZipFile(epub(tmp_path / "a.epub")) as whole, zipfile.ZipFile(book, "w") as other:
        for name in whole.namelist():
            text = whole.read(name).decode()
            text = text.replace('idref="c0"', 'idref="c0" linear="no"')
            text = text.replace(
                "</manifest><spine>",
                '<item id="n" href="nav.xhtml" properties="nav scripted"/></manifest><spine>'
                '<itemref idref="n" linear="no"/>',
            )
            other.writestr(name, text)
        other.writestr(
            "OEBPS/nav.xhtml", "<html><body><nav><p>To Chapter 0</p></nav></body></html>"
        )
    text = read_file(book).text
    assert "Chapter 0\n\nIt was night" in text
    assert "To Chapter 0" not in text


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_with_its_own_names(tmp_path, separator):
    rows = [
        ["Id", "Headline", "Date", "Body"],
        ["7", "One", "2020-01-02", '"It said ""yes""\nand no."'],
        ["8", "Two", "", '"The end"'],
    ]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(separator.join(row) for row in rows), encoding="utf-8-sig")
    articles, problems = read(path)
    assert not problems
    assert [(article.id, article.title, article.text) for article in articles] == [
        ("7", "One", 'It said "yes"\nand no.'),
        ("8", "Two", "The end"),
    ]
    assert articles[0].published == date(2020, 1, 2)


def test_a_field_map(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("Prose,Heading\nIt rained.,Weather\n")
    articles, problems = read(path, fields={"text": "Prose", "title": "Heading"})
    assert not problems
    assert (articles[0].text, articles[0].title) == ("It rained.", "Weather")
    (tmp_path / "a.jsonl").write_text('{"Prose": "It rained."}')
    assert read(tmp_path / "a.jsonl", fields={"text": "Prose"})[0][0].text == "It rained."
    _, problems = read(path)
    assert "Prose, Heading" in problems[0]
    assert "--map" in problems[0]
    with pytest.raises(UserError, match="txet"):
        read_articles([path], print, {"txet": "Prose"})


@pytest.mark.parametrize("url", ["http://[site]/x", "http://[x]", "http://["])
def test_a_source_that_only_looks_like_an_address(tmp_path, url):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"text": "one", "url": url}) + '\n{"text": "two"}\n')
    table = tmp_path / "b.csv"
    table.write_text(f"text,url\nthree,{url}/csv\nfour,\n")
    articles, problems = added(tmp_path / "c", path, table)
    assert sorted(article.text for article in articles) == ["four", "one", "three", "two"]
    assert not problems
    assert {article.source for article in articles if article.text == "one"} == {url}


def test_a_table_of_lines_that_end_in_cr_alone(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"id,text\r1,one\r2,two\r")
    (tmp_path / "b.txt").write_text("Some text.")
    articles, problems = read(tmp_path / "a.csv", tmp_path / "b.txt")
    assert [article.text for article in articles] == ["one", "two", "Some text."]
    assert not problems


def test_a_folder_tree_in_order_without_what_is_hidden(tmp_path):
    for name in ("b/two.txt", "a/one.md", ".git/x.txt", "a/picture.png", "c/three.csv"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\nThis is some text.")
    (tmp_path / "loop").symlink_to(tmp_path)
    problems = []
    files = read_articles([tmp_path], problems.append)
    assert [article.source.rsplit("/", 1)[1] for article in files] == [
        "one.md",
        "two.txt",
        "three.csv",
    ]
    assert problems == [f"{tmp_path}/a/picture.png: .png files are not read"]
    assert files.done == files.total


def test_folders_and_files_that_hold_nothing(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").touch()
    (tmp_path / "b.xyz").write_text("x")
    problems = read(tmp_path / "empty", tmp_path / "a.txt", tmp_path / "b.xyz", tmp_path / "no")[1]
    assert len(problems) == 4


def test_progress_within_one_file(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": "word " * 5000, "id": n}) for n in range(50)))
    files = read_articles([path], pytest.fail)
    seen = [files.done for _ in files]
    assert seen == sorted(seen)
    assert 0 < seen[0] < files.total
    assert files.done == files.total


def test_markup_that_hides_in_gzip_is_not_text(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(gzip.compress(b"x" * 100))
    assert read(path)[1]


def test_the_same_source_gives_the_same_id(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("One text.")
    first = read_file(path).id
    path.write_text("Another text.")
    assert read_file(path).id == first


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.txt", "Quay opens\n\nBy Ana Costa\n\n3 May 2019\n\nNine boats came."),
        ("b.md", "# Quay opens\n\n*By Ana Costa*\n\n3 May 2019\n\nNine *boats* came."),
    ],
)
def test_the_head_of_a_text_is_not_in_it_and_its_byline_is_kept(tmp_path, name, written):
    path = tmp_path / name
    path.write_text(written)
    article = read_file(path)
    assert (article.title, article.published) == ("Quay opens", date(2019, 5, 3))
    assert (article.text, article.byline) == ("Nine boats came.", "By Ana Costa")


def test_the_text_of_a_pdf_tells_its_pages(tmp_path):
    pdf = FPDF()
    pdf.set_font("Helvetica", size=12)
    for text in (
        "The harbour was opened by Rosa Lind in May, and its quay, which is long, is well-",
        "known in the whole region. The keeper of the lighthouse is Jon Vik.",
        "",
        "The ferry to Skag leaves at nine. Its captain is Una Roy.",
    ):
        pdf.add_page()
        pdf.multi_cell(0, 7, text)
    path = tmp_path / "harbour.PDF"
    pdf.output(str(path))
    article = read_file(path)
    pages = {name: page_of(article, article.text.index(name)) for name in ("Rosa", "Jon", "Una")}
    assert pages == {"Rosa": 1, "Jon": 2, "Una": 4}
    assert "is well-known in the whole region. \fThe keeper" in article.text
    assert page_of(replace(article, source="/harbour.txt"), len(article.text)) is None
