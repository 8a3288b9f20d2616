"""The small parts: batching, filters, uploads, the library, feedback."""

import contextlib
import json
import threading
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from index.errors import UserError
from qa.pipeline import Answerer
from qa.reading.base import Request
from qa.reading.batched import BatchedReader
from qa.types import Answer, Span
from ui import feedback, uploads
from ui.commands import feedback as feedback_command
from ui.library import Library, UnknownCollectionError
from ui.page.filters import in_words, typed


class SlowReader:
    """Answers with the question's length; one question is bad."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.calls: list[int] = []

    def read_many(self, requests: Sequence[Request], per_passage: int = 1) -> list[list[Span]]:
        self.go.wait(10)
        self.calls.append(len(requests))
        if any(question == "bad" for question, _ in requests):
            raise ValueError("bad")
        return [[Span(q, 0, 1, float(len(q)))] * per_passage for q, _ in requests]


def test_what_is_asked_at_once_is_read_together_and_goes_to_who_asked() -> None:
    slow = SlowReader()
    reader = BatchedReader(slow)
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(reader.read_many, [("q" * n, [])], 1) for n in range(1, 21)]
        threading.Timer(0.2, slow.go.set).start()
        lengths = [future.result(10)[0][0].score for future in asked]
    assert lengths == [float(n) for n in range(1, 21)]
    assert len(slow.calls) < 20
    assert sum(slow.calls) == 20
    reader.close()


def test_each_gets_as_many_spans_as_it_asked_for() -> None:
    slow = SlowReader()
    reader = BatchedReader(slow)
    with ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(reader.read_many, [("q", [])], 1 + n % 2) for n in range(8)]
        threading.Timer(0.2, slow.go.set).start()
        counts = [len(future.result(10)[0]) for future in asked]
    assert counts == [1, 2] * 4
    reader.close()


def test_a_bad_question_fails_alone() -> None:
    slow = SlowReader()
    reader = BatchedReader(slow)
    with ThreadPoolExecutor(3) as pool:
        asked = [
            pool.submit(reader.read_many, [(question, [])], 1) for question in ("a", "bad", "ccc")
        ]
        threading.Timer(0.2, slow.go.set).start()
        assert asked[0].result(10)[0][0].score == 1.0
        assert asked[2].result(10)[0][0].score == 3.0
        with pytest.raises(ValueError, match="bad"):
            asked[1].result(10)


def test_dates_of_filters_may_be_years_or_months() -> None:
    filters = typed("2018", "2020-02", " reuters ")
    assert (filters.since, filters.until, filters.source) == (
        date(2018, 1, 1),
        date(2020, 2, 29),
        "reuters",
    )
    assert in_words(typed("", None, "")) == ""
    assert "since 2018-06-12" in in_words(typed("2018-06-12", "", ""))
    only = typed("2018-06-12", "", "", ["x"])
    assert only.articles == {"x"}
    assert in_words(only, ["Toll"]) == "Only the article “Toll”, published since 2018-06-12"


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("last year", date(2023, 1, 1), date(2023, 12, 31)),
        ("this year", date(2024, 1, 1), date(2024, 12, 31)),
        ("yesterday", date(2024, 2, 29), date(2024, 2, 29)),
        ("last month", date(2024, 2, 1), date(2024, 2, 29)),
        ("June 2018", date(2018, 6, 1), date(2018, 6, 30)),
        ("5 May 2020", date(2020, 5, 5), date(2020, 5, 5)),
    ],
)
def test_dates_of_filters_may_be_words(words: str, first: date, last: date) -> None:
    filters = typed(words, words, today=date(2024, 3, 1))
    assert (filters.since, filters.until) == (first, last)


@pytest.mark.parametrize(
    "since", ["soon", "2018-13", "2018-02-30", "0000", "9 bananas in 2018", "June and July"]
)
def test_what_is_no_date_is_refused(since: str) -> None:
    with pytest.raises(UserError, match="From"):
        typed(since, "", "")


def test_a_range_without_a_day_is_refused() -> None:
    with pytest.raises(UserError, match="no day"):
        typed("2020", "2019", "")


@given(st.text(max_size=20), st.text(max_size=20))
def test_filters_of_any_text_are_read_or_refused(since: str, until: str) -> None:
    with contextlib.suppress(UserError):
        typed(since, until, "x")


def refuse(line: str) -> None:
    raise UserError(line)


def test_uploads_are_named_after_their_file_not_their_path(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "news.txt"
    path.parent.mkdir()
    path.write_text("The bridge was opened in 1932.")
    (article,) = uploads.read_upload(path, "news.txt", refuse)
    path.rename(tmp_path / "elsewhere.txt")
    (again,) = uploads.read_upload(tmp_path / "elsewhere.txt", "news.txt", refuse)
    assert article == again
    assert article.source == "news.txt"


def test_a_bad_line_is_told_after_the_good_ones_were_read(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "one"}\n{broken\n{"text": "two"}\n')
    told: list[str] = []
    assert len(list(uploads.read_upload(path, "x.jsonl", told.append))) == 2
    assert told[0].startswith("x.jsonl:2")
    assert str(tmp_path) not in told[0]


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "kind of file"),
        ("a.pdf", b"just text", "not a PDF"),
        ("a.docx", b"just text", "not a Word document"),
        ("a.txt", b"%PDF-1.7 ...", "binary"),
        ("a.txt", b"a\0b", "binary"),
        ("a.md", b"PK\x03\x04....", "binary"),
        ("a.txt", b"", "empty"),
        ("../../etc/passwd", b"root", "kind of file"),
    ],
)
def test_uploads_are_judged_by_their_content(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    path = tmp_path / "upload"
    path.write_bytes(content)
    with pytest.raises(UserError, match=reason) as raised:
        list(uploads.read_upload(path, name, refuse))
    assert ".." not in str(raised.value)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.docx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w/>")
        block = b"0" * 50_000_000
        for number in range(6):
            archive.writestr(f"word/media/{number}.bin", block)
    assert path.stat().st_size < 1_000_000
    with pytest.raises(UserError, match=r"unpack|bomb"):
        list(uploads.read_upload(path, "bomb.docx", refuse))


def test_too_large_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", 100)
    path = tmp_path / "a.txt"
    path.write_text("x" * 101)
    with pytest.raises(UserError, match="at most"):
        list(uploads.read_upload(path, "a.txt", refuse))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost/", "http://169.254.169.254/", "http://[::1]/"]
)
def test_private_addresses_are_not_fetched(url: str) -> None:
    with pytest.raises(UserError):
        list(uploads.read_address(url, refuse))


def test_only_web_addresses_are_fetched() -> None:
    with pytest.raises(UserError, match="http"):
        list(uploads.read_address("file:///etc/passwd", refuse))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(Answerer, tmp_path / "main", tmp_path / "others")


@pytest.mark.parametrize(
    "name", ["", "..", "../x", "a/b", "a\\b", ".hidden", "a\0b", "x" * 49, "_x", "main", "C:x"]
)
def test_a_collection_name_cannot_leave_the_folder(
    library: Library, tmp_path: Path, name: str
) -> None:
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError):
        library.create(name)
    if name not in ("", "main"):
        with pytest.raises(UnknownCollectionError):
            library.answerer(name)
    assert sorted(tmp_path.rglob("*")) == before


def test_collections_are_made_and_found_again(library: Library, tmp_path: Path) -> None:
    assert library.names() == ["main"]
    library.create("Sports 2019")
    assert library.names() == ["main", "Sports 2019"]
    assert library.collection("Sports 2019").counts() == (0, 0)
    with pytest.raises(UserError, match="already"):
        library.create("sports 2019")
    assert Library(Answerer, None, tmp_path / "others").names() == ["main", "Sports 2019"]


def test_feedback_is_kept_and_exported(tmp_path: Path) -> None:
    feedback.store(tmp_path, Answer("who?", "Kim\n\u2028", 0.5), "like")
    feedback.store(tmp_path, Answer("when?", None, 0.1), "dislike")
    with (tmp_path / feedback.FILE).open("ab") as file:
        file.write(b'{"verdict": "li')  # A crash cut this one short.
    feedback.store(tmp_path, Answer("where?", "there", 0.9), "like")
    verdicts = list(feedback.read(tmp_path))
    assert [verdict["verdict"] for verdict in verdicts] == ["like", "dislike", "like"]
    out = CliRunner().invoke(feedback_command, ["--collection", str(tmp_path)])
    assert out.exit_code == 0
    lines = out.stdout.rstrip("\n").split("\n")
    assert [json.loads(line)["question"] for line in lines] == ["who?", "when?", "where?"]


def test_feedback_of_many_threads_does_not_mix(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(40):
            pool.submit(feedback.store, tmp_path, Answer("q" * 9_000, str(number), 0.5), "like")
    assert len(list(feedback.read(tmp_path))) == 40
