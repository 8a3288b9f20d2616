import json

import pytest

from eval.new import BLANK, draft, from_feedback, write
from eval.suites import load
from index.errors import UserError
from index.types import Article
from qa.types import Answer, Citation, Help
from ui.feedback import read, store

TEXT = """date 2019-01-19 The envoy of the northern neighbour arrived in the capital last November.

The party of Sarah Huckabee Sanders won 120 of the seats in the chamber of the land.

He left. The talks between the two sides went on for several weeks in the old town hall."""
ARTICLE = Article("a-1", "Talks", TEXT, None, "news/talks.txt")


@pytest.fixture
def log(tmp_path):
    def written(*entries):
        path = tmp_path / "feedback.jsonl"
        for entry in entries:
            if isinstance(entry, str):
                with path.open("a") as file:
                    file.write(f"{entry}\n")
            else:
                store(tmp_path, *entry)
        return path

    return written


def entry(question, text, liked, **others):
    quote = text or ""
    cited = Citation("a-1", "Talks", None, "news/talks.txt", 0, len(quote), quote, 0, 9, "x" * 9)
    answer = Answer(question, text, 0.5, (cited, cited), **others)
    return answer, "like" if liked else "dislike"


def test_drafts_dates_names_and_amounts_each_with_its_answer():
    drafts = list(draft([ARTICLE], 10))
    assert [(draft["type"], draft["answers"]) for draft in drafts] == [
        ("when", ["last November"]),
        ("who", ["Sarah Huckabee Sanders"]),
        ("how many", ["two"]),
    ]
    assert drafts[0]["question"] == (
        f"The envoy of the northern neighbour arrived in the capital {BLANK}."
    )
    assert {draft["articles"][0] for draft in drafts} == {"news/talks.txt"}


def test_drafts_at_most_so_many_of_each_article():
    assert len(list(draft([ARTICLE, ARTICLE], 1))) == 2
    assert list(draft([ARTICLE], 0)) == []


def test_every_draft_can_be_answered_verbatim(tmp_path):
    path = tmp_path / "mine.jsonl"
    assert write(draft([ARTICLE], 10), path) == 3
    for question in load(path).questions:
        assert question.question.replace(BLANK, question.answers[0]) in " ".join(TEXT.split())


def test_a_liked_answer_is_right_and_silence_may_be(log):
    path = log(
        entry("Who won?", "Sarah Huckabee Sanders", True), "", entry("Who paid?", None, True)
    )
    liked, silent = from_feedback(path)
    assert liked == {
        "question": "Who won?",
        "type": "who",
        "answers": ["Sarah Huckabee Sanders"],
        "articles": ["news/talks.txt"],
    }
    assert silent == {"question": "Who paid?", "type": "who", "answerable": False}


def test_what_was_not_liked_is_left_to_fill_in(log, tmp_path):
    drafts = list(from_feedback(log(entry("Who won?", "two", False), entry("Where?", None, False))))
    assert "did not like 'two'" in drafts[0]["note"]
    assert "expected an answer" in drafts[1]["note"]
    write(drafts, tmp_path / "mine.jsonl")
    with pytest.raises(UserError, match=r"mine\.jsonl:1: answers: an answerable question needs"):
        load(tmp_path / "mine.jsonl")


def test_the_log_is_read_as_it_is_stored_and_printed(log, tmp_path):
    path = log(entry("Who won?", "Sarah\u2028Sanders", True), entry("Where?", "two", False))
    printed = tmp_path / "printed"
    printed.write_text(
        "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in read(tmp_path))
    )
    liked, disliked = from_feedback(printed)
    assert liked["answers"] == ["Sarah\u2028Sanders"]
    assert disliked["answers"] == []
    assert list(from_feedback(path)) == [liked, disliked]


def test_a_follow_up_is_asked_as_it_was_understood(log):
    (only,) = from_feedback(log(entry("And him?", "two", True, understood_as="Who met Kim?")))
    assert only["question"] == "Who met Kim?"


def test_a_greeting_is_no_question(log):
    assert list(from_feedback(log(entry("hello", None, True, help=Help("Ask."))))) == []


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "3",
        '{"question": "Who?"}',
        '{"question": "Who?", "verdict": "like", "text": "x"}',
        '{"question": "Who?", "verdict": "so so", "text": null, "citations": []}',
    ],
)
def test_another_file_is_no_feedback_log(log, line):
    path = log(entry("Who won?", "two", True), line)
    with pytest.raises(UserError, match=r"feedback\.jsonl:2: not a line of a feedback log"):
        list(from_feedback(path))


def test_a_feedback_log_that_cannot_be_read(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(UserError, match=r"a\.jsonl: not UTF-8"):
        list(from_feedback(tmp_path / "a.jsonl"))
    with pytest.raises(UserError, match="No such file"):
        list(from_feedback(tmp_path / "gone.jsonl"))


def test_corrections_are_never_overwritten(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text("precious")
    with pytest.raises(UserError, match="exists already"):
        write(draft([ARTICLE], 3), path)
    assert path.read_text() == "precious"


def test_nothing_to_draft_writes_no_file(tmp_path):
    with pytest.raises(UserError, match="nothing to draft"):
        write([], tmp_path / "mine.jsonl")
    assert not (tmp_path / "mine.jsonl").exists()
