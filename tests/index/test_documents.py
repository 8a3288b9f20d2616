"""Documents of Word and EPUB are read as a person sees them."""

import zipfile
from pathlib import Path

import docx

from index.sources.files import read_file


def test_a_word_document_that_begins_with_a_table_has_no_title(tmp_path):
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ("Berth", "Price", "North quay", "31 euros"), strict=True):
        cell.text = text
    document.add_paragraph("Ships pay by length.")
    document.save(tmp_path / "harbour.docx")
    assert read_file(tmp_path / "harbour.docx").title == ""


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
