"""Title, date and byline in the first lines of a text; lines that are made to be slow."""

import time
from datetime import date

import pytest

from index.sources.headers import HEADLINE_CHARACTERS, read_header, without_head


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


SPOKE = "The mayor spoke on Friday."


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("Quay opens\n3 February 2020\n\n", "Quay opens"),
        ("Quay opens\r\n\r\nPublished: Feb. 3rd, 2020, 10:30 am GMT\r\n\r\n", "Quay opens"),
        ("Quay opens\n\nBy Ana Costa\nMonday, 3 February 2020\n\n", "Quay opens"),
        ("Quay opens\nBy Ana Costa and Jon Vik | February 3, 2020 | 4 min read\n\n", "Quay opens"),
        ("Posted on 2020-02-03 by Ana Costa\n\n", ""),
        ("Title: Quay opens\n\nAuthor: Ana\n\nPublished: 3 Feb 2020\n\n", "Quay opens"),
        (
            "Return-Path: <a@b.org>\nReceived: from c\n by d; Mon\nSubject: Quay\n opens\n"
            "Date: Mon, 3 Feb 2020 23:50:00 -0800 (PST)\nX-Mailer: e\n\n",
            "Quay opens",
        ),
        ("ROSTOCK, 3 February 2020 (NWA) - ", ""),
        ("Quay opens\n\nROSTOCK, Germany, Feb. 3, 2020 /Wire/ -- ", "Quay opens"),
        ("Rostock, February 3, 2020 – ", ""),
        ("Quay opens\n\nBy Ana Costa\n\nROSTOCK (NWA), Feb 3, 2020 — ", "Quay opens"),
    ],
)
def test_lines_that_describe_an_article_are_no_text_of_it(head, title):
    text = head + SPOKE
    header = read_header(text)
    assert (header.title, header.published) == (title, date(2020, 2, 3))
    assert text[header.body_start :].strip() == SPOKE


@pytest.mark.parametrize(
    ("head", "title", "day", "byline"),
    [
        ("Quay opens\n3 February 2020\nBy Ana Costa\n\n", "Quay opens", 3, "By Ana Costa"),
        (
            "Quay opens\nBy Ana Costa, port reporter\n\n",
            "Quay opens",
            0,
            "By Ana Costa, port reporter",
        ),
        ("3 February 2020\n\nQuay opens\n\n", "Quay opens", 3, ""),
        (
            "Kicker: World\nTitle: Quay opens\nDesk: Ports\nDate: 3 Feb 2020\n\n",
            "Quay opens",
            3,
            "Kicker: World\nDesk: Ports",
        ),
        (
            "Quay opens\nPublished: 3 Feb 2020\nUpdated: 4 Feb 2020, 10:30\n\n",
            "Quay opens",
            3,
            "Updated: 4 Feb 2020, 10:30",
        ),
        (
            "Posted: Feb 3, 2020 | Updated: Feb 4, 2020\n\n",
            "",
            3,
            "Feb 3, 2020 | Updated: Feb 4, 2020",
        ),
        ("Quay opens\nDate: February 2020\n\n", "Quay opens", 0, "Date: February 2020"),
        ("Author: Ana Costa\n\n", "", 0, "Author: Ana Costa"),
        (
            "From: a@b.org\nReceived: c\nSubject: Quay opens\nDate: 3 Feb 2020\n\n",
            "Quay opens",
            3,
            "a@b.org",
        ),
        (
            "Title: Quay opens\nDate: 3 Feb 2020\n\nQuay opens Monday, 3 February 2020\n\n",
            "Quay opens",
            3,
            "",
        ),
        ("ROSTOCK (AP) - ", "", 0, "ROSTOCK (AP)"),
        ("Quay opens\n\nROSTOCK, Feb 3 (Reuters) - ", "Quay opens", 0, "ROSTOCK, Feb 3 (Reuters)"),
    ],
)
def test_what_is_taken_out_of_a_text_is_its_title_date_and_byline(head, title, day, byline):
    text = f"{head}{SPOKE}\n\nIt rained."
    header = read_header(text)
    assert without_head(text, header) == f"{SPOKE}\n\nIt rained."
    published = date(2020, 2, day) if day else None
    assert (header.title, header.published, header.byline) == (title, published, byline)


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        ("Title: Port news\nDate: 3 Feb 2020\n\nNine boats\n\n4 February 2020\n\n", "Nine boats"),
        ("Quay opens\n\nBoats come back.\n\nBy Ana Costa\n3 Feb 2020\n\n", "Boats come back."),
    ],
)
def test_a_line_of_the_head_that_is_neither_title_nor_date_stays_text(head, kept):
    text = f"{head}{SPOKE}"
    assert without_head(text, read_header(text)) == f"{kept}\n\n{SPOKE}"


@pytest.mark.parametrize(
    "text",
    [
        "Otto A. Falk (November 11, 1914 – August 25, 2011) was a painter.",
        "Otto A. Falk (November 11, 1914) – a painter – was born in Orm.",
        "The war, 28 July 1914 – 11 November 1918, was long.",
        "IBM (International Business Machines) - it makes machines - was founded in 1911.",
        "Diary\n\nIt snowed.\n\n4 May 2019\n\nIt rained.",
        "By Friday the town was calm\n\nIt rained.",
        "Note: it rained.\nWho came?\n\nNobody.",
        "Peres: Peace comes.\nDate: no\n",
    ],
)
def test_no_sentence_is_taken_for_a_head(text):
    header = read_header(text)
    assert (header.published, header.byline, without_head(text, header)) == (None, "", text)


def test_a_sentence_below_fields_is_text():
    text = f"Title: Talk\nFalk: Peace comes.\nDate: no day\n{SPOKE}"
    assert "Falk: Peace comes." in without_head(text, read_header(text))


@pytest.mark.parametrize(
    "text",
    [
        "The quay opens.\n3 February 2020\n\nIt rained.",
        "Mayor Ida Moor said on 3 February 2020 - a Monday - that it rained.",
        "He came on 3 February 2020.\n\nIt rained.",
        "Quay opens\n\nOn 3 February 2020 it rained.",
        "3 February 2020",
        "Quay opens\n\n3 February 2020\n",
        "In May 2020 - the year of the flood - it rained.",
        "From: here to there\nit rained.",
    ],
)
def test_a_date_in_a_text_is_no_head(text):
    header = read_header(text)
    assert (header.published, header.body_start) == (None, 0)


@pytest.mark.parametrize(
    "line",
    [
        "2020-02-03 | Una Dahl",
        "Una Dahl | 2020-02-03",
        "Una Dahl, 3 February 2020",
        "Feb. 3, 2020 – Una Dahl",
        "Una Dahl-Roy · 3 Feb 2020 · 4 min read",
        "By Una Dahl, The Quay Herald | 3 February 2020",
        "Monday, February 3, 2020, 10:30 — Una Dahl and Bo Lind",
        "3 February 2020 by Una Dahl",
        "23/02/2020 | Éva Østby",
        "Reuters | February 3, 2020",
        "Una Dahl, staff writer, 3 February 2020",
        "(3 February 2020, Una Dahl)",
        "Posted by una on 3 February 2020",
        "Author: Una Dahl | Date: 3 February 2020",
        "Una Dahl / The Quay Herald / 3 February 2020",
        "Una Dahl | Published: 3 February 2020 09:15 CET | Updated: 4 February 2020",
    ],
)
@pytest.mark.parametrize("break_before", ["\n", "\n\n"])
def test_a_line_with_who_wrote_a_text_and_when_is_no_text(line, break_before):
    header = read_header(text := f"Ferry runs again{break_before}{line}\n\n{SPOKE}\n\nMore.")
    assert header.title == "Ferry runs again"
    assert header.published == date(2020, 2, 23 if line.startswith("23") else 3)
    assert header.byline == line
    assert text[header.body_start :].strip().startswith(SPOKE)


@pytest.mark.parametrize(
    "lines", ["Una Dahl\n3 February 2020", "By UNA DAHL\nStaff Writer\n\nFebruary 3, 2020"]
)
def test_a_name_a_role_and_a_date_below_each_other_are_no_text(lines):
    header = read_header(text := f"Ferry runs again\n{lines}\n\n{SPOKE}")
    assert (header.title, header.published) == ("Ferry runs again", date(2020, 2, 3))
    assert header.byline.splitlines() == lines.replace("\n\n", "\n").splitlines()[:-1]
    assert without_head(text, header) == SPOKE


def test_a_signed_date_of_two_readings_is_none_and_is_kept():
    header = read_header(f"Ferry runs again\n02/03/2020 | Una Dahl\n\n{SPOKE}")
    assert (header.published, header.byline) == (None, "02/03/2020 | Una Dahl")
    assert "two readings" in header.no_date


@pytest.mark.parametrize(
    "line",
    [
        "Town Hall, 3 February 2020",
        "Elby, 3 February 2020",
        "St Mary's Church | 3 February 2020",
        "Una Dahl, the mayor, 3 February 2020",
        "Una Dahl was born in Elby, 3 February 2020",
        "Una Dahl, 3 February 2020 to 4 March 2021",
        "February 2020 | Una Dahl",
        "3 February 2020 | Una Dahl\n10 February 2020 | Bo Lind\n17 February 2020 | Una Dahl",
        "3 February 2020\n10 February 2020",
        "Elby Choir\n3 February 2020\nOrm Band\n10 February 2020",
        "Elby Choir on 3 February 2020",
        "Present: Una Dahl, Bo Lind | 3 February 2020",
        "Photograph: Una Dahl, 3 February 2020",
        "Dear Una Dahl\n3 February 2020",
        "Deadline: 3 February 2020 | Elby Council",
    ],
)
def test_a_place_a_life_and_entries_are_no_date_of_the_text(line):
    header = read_header(text := f"Talks of the winter\n{line}\n\n{SPOKE}")
    assert (header.published, header.byline) == (None, "")
    assert line in without_head(text, header)


def test_a_dateline_without_its_year_is_no_text_and_no_date():
    text = f"LONDON, Feb 3 (NWA) - {SPOKE}"
    header = read_header(text)
    assert header.published is None
    assert text[header.body_start :] == SPOKE


@pytest.mark.parametrize(
    ("title", "day"),
    [
        ("Address to the nation, February 3, 2020", date(2020, 2, 3)),
        ("Address to the nation (3 Feb 1920)", date(1920, 2, 3)),
        ("2020-02-03: Address to the nation", date(2020, 2, 3)),
        ("The flood of February 3, 2020", None),
        ("Address of February 2020", None),
        ("Address, 02/03/2020", None),
    ],
)
def test_a_date_that_stands_apart_in_a_title(title, day):
    assert read_header(f"Title: {title}\n\n{SPOKE}").published == day


@pytest.mark.parametrize(
    ("stated", "why"), [("02/03/2020", "two readings"), ("February 2020", "not a full date")]
)
def test_a_date_that_is_not_taken_is_told(stated, why):
    header = read_header(f"Title: A\nDate: {stated}\n\n{SPOKE}")
    assert header.published is None
    assert stated in header.no_date
    assert why in header.no_date


def test_words_of_mail_are_read_in_their_characters():
    fields = "Subject: =?utf-8?q?F=C3=A4hre?= runs\nFrom: =?utf-8?b?w4l2YQ==?= <e@x.org>"
    header = read_header(f"{fields}\nDate: Mon, 3 Feb 2020 10:00:00 +0100\n\n{SPOKE}")
    assert (header.title, header.byline) == ("Fähre runs", "Éva <e@x.org>")
    assert read_header(f"Subject: =?x?q?a?=\n\n{SPOKE}").title == "=?x?q?a?="


def test_a_summary_in_the_head_is_text():
    header = read_header(f"---\ntitle: A\ndescription: It rained.\ndate: 2020-02-03\n---\n{SPOKE}")
    assert header.summary == "It rained."
    text = f"Title: A\nSummary: It rained.\nDate: 2020-02-03\n\n{SPOKE}"
    header = read_header(text)
    assert (header.summary, header.published) == ("It rained.", date(2020, 2, 3))
    assert text[header.body_start :].startswith("Summary: It rained.")
