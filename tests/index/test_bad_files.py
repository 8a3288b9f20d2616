"""Files that cannot be read, or only in part: each fault is one line, and the rest goes in."""

import json
import os
import zipfile
from contextlib import contextmanager
from pathlib import Path

import docx
import pytest

from index.identity import article_id
from index.sources.files import read_file
from index.sources.inputs import MAX_ARTICLE_BYTES, Note
from tests.index.helpers import added, open_collection, read
from ui.uploads import read_upload


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
