"""The standard report: known files, and halves that no article is in twice."""

import hashlib

import pytest

from eval import standard
from eval.standard import DataFile, halves
from eval.suites import Question, Suite
from index.errors import UserError
from index.types import Article


def question(number, article="", **more):
    articles = (article,) if article else ()
    return Question(f"Who is {number}?", ("Ada",), articles, id=str(number), **more)


def test_an_article_is_in_one_half_with_all_of_its_questions():
    articles = ["a", "b", "a", "c", "b", "d", "d"]
    suite = Suite("s", tuple(question(n, article) for n, article in enumerate(articles)))
    half_by_id = halves(suite)
    by_article = {}
    for asked in suite.questions:
        by_article.setdefault(asked.articles[0], set()).add(half_by_id[asked.id])
    assert by_article == {
        "a": {"choosing"},
        "b": {"reporting"},
        "c": {"choosing"},
        "d": {"reporting"},
    }


def test_paragraphs_of_one_article_are_in_one_half():
    paragraphs = tuple(Article(f"p{n}", title, "Text.") for n, title in enumerate("AABB"))
    suite = Suite("s", tuple(question(n, f"p{n}") for n in range(4)), paragraphs)
    assert list(halves(suite).values()) == ["choosing"] * 2 + ["reporting"] * 2


def test_an_unanswerable_question_stays_with_the_one_before_it():
    suite = Suite("s", (question(0, "a"), question(1, "b"), question(2), question(3, "a")))
    assert list(halves(suite).values()) == ["choosing", "reporting", "reporting", "choosing"]


def test_a_file_is_known_by_its_hash(tmp_path):
    (tmp_path / "dev.json").write_text("{}")
    known = DataFile("dev.json", hashlib.sha256(b"{}").hexdigest(), "a trial")
    assert known.find(tmp_path) == tmp_path / "dev.json"
    (tmp_path / "dev.json").write_text("{ }")
    with pytest.raises(UserError, match=r"dev\.json: is another file"):
        known.find(tmp_path)
    with pytest.raises(UserError, match=f"is missing .*{known.sha256}"):
        known.find(tmp_path / "elsewhere")


def test_a_folder_is_known_by_the_names_and_bytes_in_it(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("One.")
    (folder / "b.txt").write_text("Two.")
    known = DataFile("articles", standard._sha256(folder), "a trial")
    assert known.find(tmp_path)
    (folder / "b.txt").rename(folder / "c.txt")
    with pytest.raises(UserError, match="another file"):
        known.find(tmp_path)


@pytest.mark.parametrize("file", [standard.WRITTEN, standard.WRITTEN_ARTICLES, standard.XQUAD])
def test_hashes_are_whole(file):
    assert len(file.sha256) == 64
