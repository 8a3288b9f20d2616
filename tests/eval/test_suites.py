import gzip
import json
from datetime import date

import pytest

from eval.intervals import parse_interval
from eval.suites import TYPES, load, paragraphs, question_type
from index.errors import UserError

SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "New_York",
            "paragraphs": [
                {
                    "context": "The dinner was in New York.",
                    "qas": [
                        {
                            "id": "q1",
                            "question": "Where was the dinner?",
                            "answers": [
                                {"text": "New York", "answer_start": 18},
                                {"text": "New York", "answer_start": 18},
                            ],
                        },
                        {
                            "id": "q2",
                            "question": "Who paid?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "New York", "answer_start": 18}],
                        },
                    ],
                }
            ],
        }
    ],
}


def suite_of(tmp_path, *lines):
    path = tmp_path / "mine.jsonl"
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    return path


def test_reads_every_field(tmp_path):
    path = suite_of(
        tmp_path,
        {
            "question": "And when?",
            "answers": ["12 June", "last year"],
            "articles": ["a.txt"],
            "type": "when",
            "dates": ["2018-06-12", "2018"],
            "history": [{"question": "Where?", "answer": "Singapore"}],
            "note": "checked",
        },
        "",
        {"question": "Who paid?", "answerable": False, "type": "who"},
    )
    suite = load(path)
    assert suite.name == "mine"
    first, second = suite.questions
    assert first.answers == ("12 June", "last year")
    assert first.history[0].answer == "Singapore"
    assert first.place == f"{path}:1"
    assert not second.answerable
    assert second.place == f"{path}:3"
    assert first.id != second.id


def test_the_id_stays_when_lines_move_and_tells_dialogues_apart(tmp_path):
    asked = {"question": "Why?", "answers": ["because"]}
    followed = {**asked, "history": [{"question": "Was it postponed?", "answer": None}]}
    first = load(suite_of(tmp_path, asked, followed)).questions
    second = load(suite_of(tmp_path, followed, asked)).questions
    assert {question.id for question in first} == {question.id for question in second}
    assert first[0].id != first[1].id


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"question": "Who', ":1: invalid JSON"),
        ({"question": 3}, ":1: question: "),
        ({"answers": ["x"]}, ":1: question: "),
        ({"question": " ", "answers": ["x"]}, ":1: question: is empty"),
        ({"question": "Who?"}, ":1: answers: an answerable question needs at least one"),
        ({"question": "Who?", "answers": ["x", 3]}, ":1: answers.1: "),
        ({"question": "Who?", "answers": ["x", " "]}, ":1: answers: one is empty"),
        ({"question": "Who?", "answers": ["x"], "answerable": False}, ":1: answers: "),
        ({"question": "Who?", "answers": ["x"], "answerable": "yes"}, ":1: answerable: "),
        ({"question": "Who?", "answers": ["x"], "type": "whom"}, ":1: type: 'whom' is none of"),
        ({"question": "Who?", "answers": ["x"], "dates": ["12 June"]}, ":1: dates: '12 June'"),
        ({"question": "Who?", "answers": ["x"], "dates": ["2018-02-30"]}, "is no date"),
        ({"question": "Who?", "answers": ["x"], "anwsers": []}, ":1: anwsers: "),
        ({"question": "Who?", "answers": ["x"], "history": [{"question": "?"}]}, "history.0."),
    ],
)
def test_names_the_line_and_field_that_is_wrong(tmp_path, line, message):
    with pytest.raises(UserError) as error:
        load(suite_of(tmp_path, line))
    assert message in str(error.value)
    assert "mine.jsonl" in str(error.value)
    assert "\n" not in str(error.value)


def test_refuses_the_same_question_twice(tmp_path):
    line = {"question": "Who?", "answers": ["x"]}
    with pytest.raises(UserError, match=r"mine\.jsonl:2: id: the same question as .*mine\.jsonl:1"):
        load(suite_of(tmp_path, line, line))


@pytest.mark.parametrize("name", ["missing.jsonl", "missing.json", "missing.txt", "folder.jsonl"])
def test_refuses_what_it_cannot_read_in_one_line(tmp_path, name):
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(UserError, match=name) as error:
        load(tmp_path / name)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x00" * 100, b"[]", b'{"data": []}'])
@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.json.gz"])
def test_refuses_other_content_in_one_line(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=r"a\.json") as error:
        load(tmp_path / name)
    assert "\n" not in str(error.value)


def test_reads_squad(tmp_path):
    path = tmp_path / "dev.json.gz"
    path.write_bytes(gzip.compress(json.dumps(SQUAD).encode()))
    suite = load(path)
    assert suite.name == "dev"
    (article,) = suite.paragraphs
    assert article.title == "New York"
    answerable, impossible = suite.questions
    assert answerable.answers == ("New York",)
    assert answerable.articles == (article.id,) == impossible.articles
    assert answerable.type == "where"
    assert not impossible.answerable
    assert impossible.answers == ()
    assert paragraphs(path) == suite.paragraphs


def test_squad_errors_name_the_path_of_the_field(tmp_path):
    path = tmp_path / "dev.json"
    broken = json.loads(json.dumps(SQUAD))
    del broken["data"][0]["paragraphs"][0]["qas"][1]["question"]
    path.write_text(json.dumps(broken))
    with pytest.raises(UserError, match=r"dev\.json: data\.0\.paragraphs\.0\.qas\.1\.question: "):
        load(path)


def test_distractors_are_squad_files(tmp_path):
    with pytest.raises(UserError, match="distractors are SQuAD files"):
        paragraphs(suite_of(tmp_path, {"question": "Who?", "answers": ["x"]}))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Whose wall is it?", "who"),
        ("In which year did it end?", "which"),
        ("How much did it cost?", "how many"),
        ("How did it end?", "how"),
        ("singapore summit date", "keywords"),
        ("Did it end?", "other"),
        ("What happened when it ended?", "what"),
    ],
)
def test_question_type(question, kind):
    assert question_type(question) == kind
    assert kind in TYPES


@pytest.mark.parametrize(
    ("iso", "start", "end"),
    [
        ("2018-06-12", date(2018, 6, 12), date(2018, 6, 12)),
        ("2018-02", date(2018, 2, 1), date(2018, 2, 28)),
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("1950/1953", date(1950, 1, 1), date(1953, 12, 31)),
        ("2018-05-21/2018-05-27", date(2018, 5, 21), date(2018, 5, 27)),
    ],
)
def test_parse_interval(iso, start, end):
    assert parse_interval(iso) == (start, end)


@pytest.mark.parametrize(
    "iso", ["", "18", "2018-6", "2018-06-12T00:00", "2018/", "2019/2018", "0000"]
)
def test_parse_interval_refuses(iso):
    with pytest.raises(ValueError, match=repr(iso)):
        parse_interval(iso)
