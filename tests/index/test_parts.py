"""The small parts, each against what it should be."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given, strategies

from index.embedding.embedder import BundledEmbedder, load_embedder
from index.errors import UserError
from index.fusion import fuse
from index.local.checkpoint import read_checkpoint, write_checkpoint
from index.local.locks import ReadWriteLock
from index.local.selection import Selection
from index.near_duplicates import signature, similarity
from index.settings import LEXICAL_WEIGHT
from index.sources.dates import stated_date
from index.sources.headers import read_header as read_text_header
from index.sources.html import join_blocks, title_of
from index.sources.markdown import markdown_blocks


@pytest.mark.parametrize(
    ("text", "title", "published", "body"),
    [
        ("date 2019-01-19 Trump met Kim.", "", date(2019, 1, 19), "Trump met Kim."),
        ("Summit ends\n\nThe two met.", "Summit ends", None, "Summit ends\n\nThe two met."),
        ("It rained.\n\nThen it stopped.", "", None, "It rained.\n\nThen it stopped."),
        ("Title: A\nDate: 2020-02-30\n\nText.", "A", None, "\nText."),
        ("---\ntitle: A\ndate: 2020-02-03\n---\nText.", "A", date(2020, 2, 3), "Text."),
        ("Source: the ministry\nText.", "", None, "Source: the ministry\nText."),
        ("---\n[broken\n---\nText.", "", None, "---\n[broken\n---\nText."),
        ("", "", None, ""),
    ],
)
def test_headers(text, title, published, body):
    header = read_text_header(text)
    assert (header.title, header.published, text[header.body_start :]) == (title, published, body)


@given(strategies.text(max_size=400))
def test_any_text_has_a_header_of_some_kind(text):
    assert 0 <= read_text_header(text).body_start <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "2019-01-09T10:00:00+02:00",
        "2019-1-9",
        " 2019-1-9 10:00:00",
        "2019/01/09",
        "2019.1.9",
        "9 January 2019",
        "January 9, 2019",
        "Jan. 9th, 2019",
        "Wed, 09 Jan 2019 23:30:00 -0800",
        "Jan 9, 2019 / 8:40 AM EDT",
        "2019-01-09, and corrected after a call from the press office of the ministry",
    ],
)
def test_a_day_named_in_full_is_read(text):
    assert stated_date(text) == date(2019, 1, 9)


@pytest.mark.parametrize(
    "text",
    [
        "2020-13-01",
        "2020-01-023",
        "yesterday",
        "2020",
        "June 2018",
        "9 January",
        "01/02/2019",
        "9 Jan 19",
        "Monday",
        "31 June 2018",
        "20190109",
        "10:00",
        "9 January 2019" + 60 * " ",
        "",
    ],
)
def test_what_leaves_a_day_open_is_none(text):
    assert stated_date(text) is None


def test_days_are_taken_as_they_are_and_numbers_are_none():
    assert stated_date(datetime(2020, 1, 2, 3)) == date(2020, 1, 2)
    assert stated_date(20200102) is stated_date(None) is None


WORDS = strategies.sampled_from(
    [
        "2019",
        "9",
        "31",
        "Jan",
        "march",
        "Sunday",
        "10:30",
        "pm",
        "GMT",
        "+2",
        "/",
        "-",
        ".",
        ",",
        "at",
        "T",
        "th",
        "of",
        "1e9",
        "٣",
        "99999999999999999999",
        "Z",
        "W05",
        "'",
        "(",
        ":",
    ]
)


@given(strategies.lists(WORDS, max_size=7).map(" ".join) | strategies.text(max_size=50))
def test_no_text_is_more_than_a_date_or_none(text):
    for written in (text, "2019 " + text):
        stated = stated_date(written)
        assert stated is None or type(stated) is date


def test_markdown_as_its_reader_sees_it():
    blocks = markdown_blocks(
        "# A *title*\n\nSome **bold** [link](http://x) and `code`.\n\n- one\n- two\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\nx = 1\n```\n\n![picture](p.png)\n"
    )
    assert title_of(blocks) == "A title"
    text = join_blocks(blocks)
    for part in ("A title", "Some bold link and code.", "one", "two", "1", "x = 1"):
        assert part in text
    assert "http" not in text
    assert "**" not in text


scores = strategies.dictionaries(
    strategies.integers(1, 30), strategies.floats(-1, 1, allow_nan=False), max_size=20
)


@given(scores, strategies.dictionaries(strategies.integers(1, 30), strategies.floats(0, 40)))
def test_fusion_is_what_it_says(similarities, bm25):
    floor = min(bm25.values(), default=0.0)
    expected = {
        passage_id: value + LEXICAL_WEIGHT * bm25.get(passage_id, floor)
        for passage_id, value in similarities.items()
    }
    fused = fuse(similarities, bm25)
    assert fused == expected
    assert list(fused) == sorted(fused, key=lambda passage_id: (-fused[passage_id], passage_id))


def test_embedding_does_not_depend_on_the_batch():
    embedder = BundledEmbedder()
    texts = ["A harbour.", "word " * 150, "", "Где это?", "The mayor opened a new quay."] * 3
    together = embedder.embed(texts)
    assert together.shape == (15, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-3)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert np.array_equal(together, alone)
    assert load_embedder(embedder.name).name == embedder.name
    with pytest.raises(UserError, match="check --repair"):
        load_embedder("bundled:0000")


def test_checkpoints(tmp_path):
    path = tmp_path / "x"

    def read(header, file):
        return header, file.read()[:-32]

    assert read_checkpoint(path, read) is None
    write_checkpoint(path, {"a": 1}, lambda take: take(b"content"))
    assert read_checkpoint(path, read) == ({"a": 1}, b"content")

    def fail(take):
        take(b"half")
        raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write_checkpoint(path, {"a": 2}, fail)
    assert read_checkpoint(path, read) == ({"a": 1}, b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    whole = path.read_bytes()
    for position in range(len(whole)):
        damaged = bytearray(whole)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        assert read_checkpoint(path, read) is None
        path.write_bytes(whole[:position])
        assert read_checkpoint(path, read) is None


def test_a_lock_of_many_readers_or_one_writer():
    lock = ReadWriteLock()
    together = threading.Barrier(3, timeout=5)
    inside = []

    def read():
        with lock.reading():
            together.wait()

    def write():
        with lock.writing():
            inside.append(1)
            time.sleep(0.01)
            assert len(inside) == 1
            inside.pop()

    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(read) for _ in range(3)]:
            future.result()
        for future in [pool.submit(write) for _ in range(6)]:
            future.result()


@given(strategies.sets(strategies.integers(1, 500)))
def test_selections(ids):
    selection = Selection(np.array(sorted(ids), dtype=np.int64))
    assert {number for number in range(600) if number in selection} == ids


@given(strategies.text(max_size=100), strategies.text(max_size=100))
def test_signatures(first, second):
    assert similarity(signature(first), signature(first)) == 1.0
    assert 0.0 <= similarity(signature(first), signature(second)) <= 1.0


def test_signatures_estimate_the_share_of_common_text():
    words = [f"w{number}" for number in range(1000)]
    half = similarity(signature(" ".join(words)), signature(" ".join(words[:500])))
    assert abs(half - 0.5) < 0.15
    assert similarity(signature(" ".join(words)), signature(" ".join(reversed(words)))) < 0.1
