"""Files of every kind, and what is wrong with some of them."""

import gzip
import json
import os
import zipfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import docx
import pytest
from fpdf import FPDF

from index.errors import UserError
from index.identity import article_id
from index.sources.files import read_articles, read_file
from index.sources.inputs import MAX_ARTICLE_BYTES, Note
from tests.index.helpers import open_collection
from ui.uploads import read_upload


def read(*paths, **options):
    problems = []
    return list(read_articles(paths, problems.append, **options)), problems


def zipped(path, members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


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
    assert article.text == "\n\n".join([(words * 6).strip()] * 2)
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


@pytest.mark.parametrize("kind", ["pdf", "docx", "epub", "zip"])
@pytest.mark.parametrize("content", [b"", b"\0garbage", b"PK\x03\x04cut off", b"%PDF-1.4\nxx"])
def test_damaged_documents_are_one_line(tmp_path, kind, content):
    path = tmp_path / f"a.{kind}"
    path.write_bytes(content)
    articles, problems = read(path)
    assert not articles
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert "\n" not in problems[0]


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


def test_bad_rows_are_named_and_the_rest_goes_in(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,text,date\n1,good,\n2,,\n3,b\xffd,\n4,late,tomorrow\n5,fine,2020-05-05\n")
    articles, problems = read(path)
    assert [(article.id, article.text) for article in articles] == [
        ("1", "good"),
        ("3", "b\xffd"),
        ("4", "late"),
        ("5", "fine"),
    ]
    assert [problem.split(": ")[0].rsplit(":")[-1] for problem in problems] == ["3", "4", "5"]
    assert [isinstance(problem, Note) for problem in problems] == [False, True, True]


def test_bad_lines_of_json_are_named_and_the_rest_goes_in(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"id": 1, "text": "good", "title": "T", "published": "2020-01-01"}).encode(),
        b'{"text": "broken',
        b"[1]",
        b'{"text": 5}',
        b'{"text": "half \\ud800"}',
        b"\xff\xfe",
        b"",
        b'{"text": "' + b"x" * (MAX_ARTICLE_BYTES + 1_000_000) + b'"}',
        json.dumps({"text": "last"}).encode(),
    ]
    path.write_bytes(b"\n".join(lines))
    articles, problems = read(path)
    assert [article.text for article in articles] == ["good", "half \ufffd", "last"]
    assert articles[0].id == "1"
    assert [int(problem.split(":")[1]) for problem in problems] == [2, 3, 4, 5, 6, 6, 8]


def added(folder, *paths):
    """What is in a collection once these were added to it, and what was skipped."""
    problems = []
    with open_collection(folder) as collection:
        collection.add(read_articles(paths, problems.append))
        return list(collection.articles()), problems


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


def test_names_that_are_not_utf8(tmp_path):
    for name, text in ((b"caf\xe8.txt", "one"), (b"caf\xe9.txt", "two"), (b"\xe9.jsonl", "")):
        content = text or '{"text": "three"}\n{"text": 4}\n'
        (tmp_path / os.fsdecode(name)).write_text(content)
    articles, (problem,) = added(tmp_path / "c", tmp_path)
    assert problem.startswith(f"{tmp_path}/\N{REPLACEMENT CHARACTER}.jsonl:2")
    assert sorted(article.text for article in articles) == ["one", "three", "two"]
    sources = {article.text: article.source for article in articles}
    assert sources["one"] == sources["two"] == f"{tmp_path}/caf\N{REPLACEMENT CHARACTER}.txt"
    original = f"{tmp_path}/caf\udce9.txt"
    assert article_id(original) in {article.id for article in articles if article.text == "two"}
    assert read_file(Path(original)).source == sources["two"]


def test_paths_that_cannot_even_be_looked_at(tmp_path):
    (tmp_path / "b.txt").write_text("Some text.")
    long, longer = tmp_path / ("x" * 300), tmp_path / ("x/" * 5000)
    articles, problems = read(long, longer, tmp_path / "b.txt")
    assert [article.text for article in articles] == ["Some text."]
    assert [problem.split(": ")[0] for problem in problems] == [str(long), str(longer)]


@contextmanager
def as_nobody():
    """As a user whom permissions bind; root reads everything."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
    else:
        yield


def test_a_folder_that_may_not_be_entered(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "text.txt").write_text("Some text.")
    # Parallel tests have one folder more above theirs than others.
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == tmp_path.owner() and folder.name.startswith(
            ("test_", "pytest-", "popen-")
        ):
            folder.chmod(0o755)
    # What is imported when it is first needed may lie where nobody else reads.
    assert len(read(tmp_path)[0]) == 2
    (tmp_path / "a").chmod(0o744 if os.geteuid() == 0 else 0o644)
    with as_nobody():
        # Its names can be read, but nothing of it can be looked at.
        by_path = read(tmp_path / "a" / "text.txt", tmp_path / "b" / "text.txt")
        by_folder = read(tmp_path)
    (tmp_path / "a").chmod(0o755)
    for articles, problems in (by_path, by_folder):
        assert [article.source for article in articles] == [str(tmp_path / "b" / "text.txt")]
        assert problems == [f"{tmp_path}/a/text.txt: cannot be read (Permission denied)"]


@pytest.mark.parametrize("error", [ValueError("a\nb"), KeyError("x"), IndexError()])
def test_what_a_library_did_not_expect_is_one_line(tmp_path, monkeypatch, error):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr("trafilatura.load_html", fail)
    # In this process, where the library fails.
    monkeypatch.setattr("index.sources.files._ISOLATED", frozenset())
    (tmp_path / "a.html").write_text("<p>Some text.")
    (tmp_path / "b.txt").write_text("Some text.")
    articles, (problem,) = read(tmp_path / "a.html", tmp_path / "b.txt")
    assert [article.text for article in articles] == ["Some text."]
    assert problem.startswith(f"{tmp_path / 'a.html'}: cannot be read (")
    assert "\n" not in problem


def test_the_good_lines_of_an_upload_go_in(tmp_path):
    path = tmp_path / "upload"
    path.write_text('{"text": "one"}\n{broken\n{"text": "two"}\n')
    told, problems = [], []
    with open_collection(tmp_path / "c") as collection:
        articles = read_upload(path, "x.jsonl", problems.append)
        collection.add(articles, lambda article, _: told.append(article.text))
        assert (
            sorted(article.text for article in collection.articles())
            == sorted(told)
            == ["one", "two"]
        )
    assert [problem[:9] for problem in problems] == ["x.jsonl:2"]


def test_a_document_with_a_flipped_byte(tmp_path):
    path = tmp_path / "a.docx"
    document = docx.Document()
    document.add_paragraph("word " * 2000)
    document.save(path)
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("word/document.xml").header_offset + 30 + len("word/document.xml")
    content = path.read_bytes()
    for place in range(start, start + 20):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        problems = []
        assert list(read_upload(path, "a.docx", problems.append)) == []
        assert problems == ["a.docx: not a Word document, or a damaged one"]


def test_a_zip_is_read_member_by_member(tmp_path):
    path = zipped(
        tmp_path / "a.zip",
        {
            "one.txt": "First text.",
            "folder/two.jsonl": '{"text": "Second text."}',
            "__MACOSX/._one.txt": "no",
            ".hidden.txt": "no",
            "picture.png": "no",
            "bad.txt": b"\0",
        },
    )
    articles, problems = read(path)
    assert [article.text for article in articles] == ["First text.", "Second text."]
    assert articles[0].source == f"{path}!one.txt"
    assert problems == [
        f"{path}!picture.png: .png files are not read",
        f"{path}!bad.txt: a binary file, not text",
    ]


def test_archives_in_archives_are_read_up_to_a_depth(tmp_path):
    content = zipped(tmp_path / "0.zip", {"a.txt": "Level 0."}).read_bytes()
    for level in range(1, 6):
        members = {f"a{level}.txt": f"Level {level}.", "b.zip": content}
        content = zipped(tmp_path / f"{level}.zip", members).read_bytes()
    articles, (problem,) = read(tmp_path / "5.zip")
    assert [article.text for article in articles] == [
        "Level 5.",
        "Level 4.",
        "Level 3.",
        "Level 2.",
    ]
    assert articles[1].source == f"{tmp_path}/5.zip!b.zip!a4.txt"
    assert problem.startswith(f"{tmp_path}/5.zip!b.zip!b.zip!b.zip!b.zip: ")


def test_bombs_in_archives_are_refused(tmp_path):
    bomb = zipped(tmp_path / "b.zip", {"a.txt": b"a" * 9_000_000}).read_bytes()
    many = zipped(tmp_path / "c.zip", {f"{n}.zip": bomb for n in range(4)} | {"a.txt": "Fine."})
    articles, problems = read(many)
    assert [len(article.text) for article in articles] == [9_000_000, 5]
    assert ["bomb" in problem for problem in problems] == [True] * 3


def test_bombs_are_refused(tmp_path):
    bomb = zipped(tmp_path / "a.zip", {"a.txt": b"a" * 30_000_000})
    assert "bomb" in read(bomb)[1][0]
    document = zipped(tmp_path / "a.docx", {"word/document.xml": b" " * 30_000_000})
    assert "bomb" in read(document)[1][0]


def test_a_member_that_lies_about_its_size(tmp_path):
    path = zipped(tmp_path / "a.zip", {"a.txt": b"abc " * 1000, "b.txt": b"fine text"})
    content = path.read_bytes()
    lie = (4000).to_bytes(4, "little")
    assert content.count(lie) >= 2
    path.write_bytes(content.replace(lie, (40).to_bytes(4, "little")))
    articles, problems = read(path)
    assert [article.text for article in articles] == ["fine text"]
    assert len(problems) == 1


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
