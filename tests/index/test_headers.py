"""Heads of texts that are made to be slow, large or unreadable, beside the honest ones."""

import time
from datetime import date

import pytest
from hypothesis import example, given, strategies

from index.sources.headers import HEADLINE_CHARACTERS, MAX_FRONT_MATTER, Header, read_header

LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{level + 1}: &a{level + 1} [{', '.join([f'*a{level}'] * 9)}]\n" for level in range(40)
)


def in_front(block: str, body: str = "Text.") -> str:
    return f"---\n{block}\n---\n{body}"


def seconds(text: str) -> float:
    start = time.process_time()
    read_header(text)
    return time.process_time() - start


@pytest.mark.parametrize(
    "made",
    [
        lambda blanks: f"Title: a{blanks}b\nText.",
        lambda blanks: f"Title:{blanks}\nText.",
        lambda blanks: f"title{blanks}b",
        lambda blanks: f"{blanks}Title: a",
        lambda blanks: f"date{blanks}2019-01-19 Text.",
        lambda blanks: f"---{blanks}b\n---\nText.",
        lambda blanks: f"---\ntitle: a\n---{blanks}b",
        lambda blanks: f"---\n{blanks}title: a\n---{blanks}\nText.",
        lambda blanks: "Title: a\n" + blanks.replace(" ", "Source: b \t \n") + "Text.",
        lambda blanks: f"a{blanks}b\n{blanks}\n{blanks}c",
    ],
)
def test_many_blanks_take_no_time(made):
    # Twenty times as many are no four hundred times as long; a thousandth is what a clock misses.
    few, many = (made(" " * size) for size in (50_000, 1_000_000))
    assert seconds(many) < 80 * (seconds(few) + 1e-3)


def test_a_headline_of_blanks_takes_no_time():
    hard = "\t" + " \n \r\n" * 40 + "a" + " " * 58
    assert len(hard) < HEADLINE_CHARACTERS + 100
    assert read_header(hard).title == ""
    assert seconds(hard) < 100 * (seconds("It rained.\n\nThen it stopped.") + 1e-3)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Title: \t A b \t\r\nText.", "A b"),
        ("Title:\r\nHeadline: B\r\n\r\nText.", "B"),
        ("Summit ends \t\r\n \t\r\n\nThe two met.", "Summit ends"),
        ("\n\n Summit ends\n\nThe two met.", "Summit ends"),
        (" \n\nText.", ""),
        ("Summit ends\n\n \n", ""),
        ("Summit ends\nThe two met.\n\nMore.", ""),
        ("Summit\rends\n\nThe two met.", ""),
    ],
)
def test_blanks_belong_to_no_title(text, title):
    assert read_header(text).title == title


@pytest.mark.parametrize("title", ["*a40", "[*a40, *a40]", "{<<: [*a40, *a40]}"])
def test_aliases_of_aliases_are_not_written_out(title):
    text = in_front(f"{LAUGHS}title: {title}\ndate: 2020-02-03")
    assert len(text) < 3_000
    assert read_header(text) == Header("", date(2020, 2, 3), len(text) - len("Text."))


def test_merged_keys_are_not_written_out():
    merges = "a0: &a0 {x: y}\n" + "".join(
        f"a{level + 1}: &a{level + 1} {{<<: [{', '.join([f'*a{level}'] * 9)}]}}\n"
        for level in range(40)
    )
    assert read_header(in_front(f"{merges}title: A")).title == "A"


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("A: b", ""),
        ("'A: b'", "A: b"),
        (">\n  A\n  b", "A b"),
        ("1984", "1984"),
        ("007", "007"),
        ("2020-02-03", "2020-02-03"),
        ("No", "No"),
        ("!!int x", "x"),
        ("!!python/name:os.system x", "x"),
        ("0x" + "f" * 9_000, "0x" + "f" * 9_000),
        ("&t A", "A"),
        ("~", ""),
        ("", ""),
        ("[A, b]", ""),
        ("{A: b}", ""),
    ],
)
def test_a_title_is_what_is_written(value, title):
    assert read_header(in_front(f"title: {value}")).title == title


@pytest.mark.parametrize(
    "odd", ['!!int ""', "!!bool x", "!!timestamp x", "2020-02-30", "1:" * 400 + "1.5", "!made x"]
)
def test_a_value_of_no_interest_fails_nothing(odd):
    header = read_header(in_front(f"title: A\ndate: 2020-02-03\nx: {odd}"))
    assert (header.title, header.published) == ("A", date(2020, 2, 3))
    assert read_header(in_front(f"title: A\ndate: {odd}")).published is None


@pytest.mark.parametrize(
    "block",
    [
        "title: " + "[" * 5_000,
        "title: " + "{a: " * 5_000,
        "- " * 5_000,
        'title: "\\UFFFFFFFF"',
        'title: "\\U00110000"',
        'title: "\\ud800"',
        "%YAML 1." + "9" * 5_000 + "\ntitle: A",
        "title: *nothing",
        "title: A\nx: " + "y" * MAX_FRONT_MATTER,
        "A title",
        "- a list",
    ],
)
def test_what_cannot_be_read_is_no_front_matter(block):
    assert read_header(in_front(block, "Text.\n\nMore.")).body_start == 0


@given(strategies.text("[]{}&*!|>'\"%@`?:-,#\\<=~ \n\tabixUu09", max_size=60))
@example("<<: *a")
@example("? ? a\n: *b")
def test_front_matter_of_any_kind_fails_nothing(block):
    assert isinstance(read_header(in_front(block)).title, str)
