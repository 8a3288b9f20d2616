import gzip
import json

import pytest

from qa.squad import half, read_squad
from tests.qa.training.conftest import squad


@pytest.fixture
def births(tmp_path):
    path = tmp_path / "births.json.gz"
    path.write_bytes(gzip.compress(json.dumps(squad()).encode()))
    return path


def test_reads_questions_with_their_paragraphs(births):
    file = read_squad(births)
    assert len(file.questions) == 24
    assert len(file.contexts) == 12
    for question in file.questions:
        text = file.contexts[question.context].text
        assert all(text[gold.start : gold.end] == gold.text for gold in question.answers)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "invalid JSON"),
        ("[]", "should be an object"),
        (
            '{"data": [{"paragraphs": [{"context": "x"}]}]}',
            r"paragraphs\.0\.qas: field",
        ),
        ('{"data": [{"paragraphs": [], "date": "May"}]}', r"data\.0\.date: 'May' is no date"),
        ('{"data": []}', "holds no questions"),
    ],
)
def test_what_is_not_squad_is_refused_with_file_and_reason(tmp_path, content, reason):
    path = tmp_path / "bad.json"
    path.write_text(content)
    with pytest.raises(ValueError, match=reason) as caught:
        read_squad(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "gold", [{"answer_start": 1, "text": "Oslo"}, {"answer_start": 0, "text": ""}]
)
def test_an_answer_that_is_not_in_its_place_is_refused(tmp_path, gold):
    path = tmp_path / "bad.json"
    qas = [{"id": "q7", "question": "?", "answers": [gold]}]
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": "Oslo", "qas": qas}]}]}))
    with pytest.raises(ValueError, match="q7: its answer"):
        read_squad(path)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    broken = tmp_path / "broken.json.gz"
    broken.write_bytes(gzip.compress(b"{}" * 500)[:-9])
    for path in (tmp_path / "none.json", broken):
        with pytest.raises(ValueError, match="cannot be read"):
            read_squad(path)


def test_an_unanswerable_question_is_paired_with_its_original_or_a_neighbour(twins):
    pairs = {}
    for question in twins.questions:
        if question.pair:
            pairs.setdefault(question.pair, set()).add(question.id)
    assert sorted(map(sorted, pairs.values())) == [["a", "x"], ["b", "b2"]]


def test_questions_know_the_title_and_date_of_their_article(twins):
    context = twins.contexts[twins.questions[0].context]
    assert context.about == "Two births, January 28, 2003"


def test_an_answerable_question_needs_an_answer(tmp_path):
    path = tmp_path / "bad.json"
    qas = [{"id": "q7", "question": "?", "answers": []}]
    path.write_text(json.dumps({"data": [{"paragraphs": [{"context": "Oslo", "qas": qas}]}]}))
    with pytest.raises(ValueError, match=r"paragraphs\.0\.qas\.0\.answers: an answerable question"):
        read_squad(path)


def test_halves_share_no_article_and_lose_no_question(births):
    file = read_squad(births)
    parts = [half(file, which) for which in ("choosing", "reporting")]
    articles = [{c.article for c in part.contexts.values()} for part in parts]
    assert not articles[0] & articles[1]
    assert {q.id for part in parts for q in part.questions} == {q.id for q in file.questions}
    assert len(parts[0].questions) == len(parts[1].questions) == 12
