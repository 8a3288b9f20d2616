"""Front matter: title, date, summary and authors in YAML, TOML or JSON before a text."""

from datetime import date

import pytest
from hypothesis import example, given, strategies

from index.sources.front_matter import MAX_FRONT_MATTER
from index.sources.headers import read_header, without_head

SPOKE = "The mayor spoke on Friday."
LAUGHS = "a0: &a0 [x]\n" + "".join(
    f"a{level + 1}: &a{level + 1} [{', '.join([f'*a{level}'] * 9)}]\n" for level in range(40)
)


def in_front(block: str, body: str = "Text.") -> str:
    return f"---\n{block}\n---\n{body}"


@pytest.mark.parametrize("title", ["*a40", "[*a40, *a40]", "{<<: [*a40, *a40]}"])
def test_aliases_of_aliases_are_not_written_out(title):
    text = in_front(f"{LAUGHS}title: {title}\ndate: 2020-02-03")
    assert len(text) < 3_000
    header = read_header(text)
    assert (header.title, header.published) == ("", date(2020, 2, 3))
    assert text[header.body_start :] == "Text."


def test_merged_keys_are_not_written_out():
    merges = "a0: &a0 {x: y}\n" + "".join(
        f"a{level + 1}: &a{level + 1} {{<<: [{', '.join([f'*a{level}'] * 9)}]}}\n"
        for level in range(40)
    )
    assert read_header(in_front(f"{merges}title: A")).title == "A"


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("A: b", "A: b"),
        ("A: b: c # d", "A: b: c # d"),
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
        "- " * 5_000,
        "title: A\nx: " + "y" * MAX_FRONT_MATTER,
        "A title",
        "- a list",
        "[broken",
        "{a: b",
    ],
)
def test_what_cannot_be_read_is_no_front_matter(block):
    assert read_header(in_front(block, "Text.\n\nMore.")).body_start == 0


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: " + "[" * 5_000, "[" * 5_000),
        ("title: " + "{a: " * 500, "{a: " * 499 + "{a:"),
        ('title: "\\ud800"', "\\ud800"),
        ('title: "\\U00110000"', "\\U00110000"),
        ("%YAML 1." + "9" * 5_000 + "\ntitle: A", "A"),
        ("title: *nothing", "*nothing"),
        ("title: 'A'\ntags: [a, b\ndraft: @x", "A"),
    ],
)
def test_a_block_with_a_bad_line_is_read_line_by_line(line, title):
    header = read_header(in_front(line + "\ndate: 2020-02-03", "Text.\n\nMore."))
    assert (header.title, header.published) == (title, date(2020, 2, 3))
    header.title.encode()


@pytest.mark.parametrize(
    "block",
    [
        '---\ntitle: "Locks open\nauthor: Una Dahl\ndate: 2020-02-03\n---',
        "---\ntitle: 'Locks open\nauthor: Una Dahl\ndate: '2020-02-03'\n---",
        '---\ndate: "2020-02-03\ntitle: "Locks open"\nauthor: "Una Dahl\n---',
        '---\ntitle: "Locks open\nauthor: Una Dahl"\ndate: 2020-02-03\n---',
        '---\ntitle: "Locks open\n\tdate: 2020-02-03\nauthor:\n  - Una Dahl\n---',
        '+++\ntitle = "Locks open\nauthor = "Una Dahl"\ndate = 2020-02-03\n[more]\na = 1\n+++',
        "+++\ntitle = Locks open\nauthor = 'Una Dahl\ndate = 2020-02-03T08:00:00Z\n+++",
        '{\n  "title": "Locks open,\n  "author": "Una Dahl",\n  "date": "2020-02-03"\n}',
        '{\n "title": "Locks open",\n "author": "Una Dahl",\n "date": "2020-02-03",\n}',
        "---\ntitle: Locks open\nauthor: Una Dahl\ndate: 2020-02-03\n",
    ],
)
def test_a_block_that_its_language_refuses_is_no_text(block):
    header = read_header(text := f"{block}\n{SPOKE}\n\nMore.")
    assert (header.title, header.published) == ("Locks open", date(2020, 2, 3))
    assert header.byline.strip('"') == "Una Dahl"
    assert without_head(text, header) == f"{SPOKE}\n\nMore."


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("'The harbour's lock", "The harbour's lock"),
        ('"Locks" open', '"Locks" open'),
        ('"He said \\"no', 'He said \\"no'),
    ],
)
def test_marks_within_a_title_stay(value, title):
    assert read_header(in_front(f"title: {value}\nx: [")).title == title


@pytest.mark.parametrize(
    "prose",
    [
        "He said: the lock is shut\nand went home",
        '"The lock is shut\nNote: It was',
        "Warning: The lock is shut",
    ],
)
def test_prose_between_rules_is_text(prose):
    text = f"---\n{prose}\n---\n{SPOKE}"
    assert prose in without_head(text, read_header(text))
    text = f"---\n{prose}\n\n{SPOKE}"
    assert prose in without_head(text, read_header(text))


@pytest.mark.parametrize(
    "block",
    [
        "---\nauthors: [Una Dahl, Bo Lind]\n---",
        "---\nauthors:\n- Una Dahl\n- Bo Lind\n---",
        "---\nauthors:\n- name: Una Dahl\n  mail: u@x\n- {name: Bo Lind}\n---",
        "---\nauthor: {name: 'Una Dahl, Bo Lind'}\n---",
        '{\n"author": {"name": "Una Dahl, Bo Lind"}\n}',
        '+++\nauthors = ["Una Dahl", "Bo Lind"]\n+++',
        '{\n"authors": ["Una Dahl", "Bo Lind"]\n}',
    ],
)
def test_several_authors_are_kept(block):
    assert read_header(f"{block}\n\n{SPOKE}").byline == "Una Dahl, Bo Lind"


TOML = 'title = "Fire: a mill burns"\ndate = {}\n[extra]\ntitle = "No"\n'


@pytest.mark.parametrize("day", ["2020-02-03", "2020-02-03T23:30:00-08:00", '"February 3, 2020"'])
def test_toml_in_front(day):
    text = f"+++\n{TOML.format(day)}+++\n\nText."
    header = read_header(text)
    assert (header.title, header.published) == ("Fire: a mill burns", date(2020, 2, 3))
    assert text[header.body_start :].strip() == "Text."


def test_json_in_front():
    text = '{\n  "title": "Fire: a mill burns",\n  "date": "2020-02-03",\n  "tags": []\n}\n\nText.'
    header = read_header(text)
    assert (header.title, header.published) == ("Fire: a mill burns", date(2020, 2, 3))
    assert text[header.body_start :].strip() == "Text."
    assert read_header('{"title": "A"} is JSON.\n\nMore.').body_start == 0


@given(strategies.text("[]{}&*!|>'\"%@`?:-,#\\<=~ \n\tabixUu09", max_size=60))
@example("<<: *a")
@example("? ? a\n: *b")
def test_front_matter_of_any_kind_fails_nothing(block):
    assert isinstance(read_header(in_front(block)).title, str)


def test_a_folded_summary_is_read_beside_a_line_that_is_no_yaml():
    header = read_header(
        in_front("title: Locks: part 2\ndescription: >\n  They lift\n  ships.\ndate: 2018-07-09")
    )
    assert (header.title, header.summary) == ("Locks: part 2", "They lift ships.")


def test_a_folded_summary_without_a_line_is_none():
    header = read_header(in_front("title: Locks: part 2\ndescription: >\nauthor: Ida Moor"))
    assert (header.title, header.summary) == ("Locks: part 2", "")
