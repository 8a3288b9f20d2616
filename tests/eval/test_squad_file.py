"""A suite on one's own articles becomes a file that a reader can be calibrated on."""

import json
from datetime import date
from types import SimpleNamespace

import pytest

from eval.squad_file import write_squad
from eval.suites import load
from index.errors import UserError
from index.types import Article
from qa.squad import read_squad

MILL = Article(
    "a", "The mill", "The mill burned in May. Ada Smith saw it.", date(2019, 5, 2), "m.txt"
)
FAIR = Article("b", "Summer fair", "The fair opened in June. Ada Smith came.", None, "f.txt")


@pytest.fixture
def collection():
    articles = {article.id: article for article in (MILL, FAIR)}
    return SimpleNamespace(article=articles.get, articles=articles.values)


@pytest.fixture
def suite(tmp_path):
    def made(*questions):
        path = tmp_path / "mine.jsonl"
        path.write_text("\n".join(map(json.dumps, questions)))
        return load(path)

    return made


def asked(question, *answers, articles=(), **more):
    if not answers:
        more["answerable"] = False
    return {"question": question, "answers": answers, "articles": articles, "type": "who", **more}


@pytest.mark.parametrize("name", ["out.json", "out.json.gz"])
def test_questions_keep_their_articles_answers_and_silence(suite, collection, tmp_path, name):
    mine = suite(
        asked("Who saw it?", "Ada Smith", articles=["m.txt"]),
        asked("Who lit it?"),
        asked("Who came?", "Ada Smith", articles=["m.txt", "f.txt"]),
    )
    count, left_out = write_squad(mine, collection, tmp_path / name)
    assert (count, left_out) == (3, [])
    file = read_squad(tmp_path / name)
    by_question = {q.question: q for q in file.questions}
    golds = {q: [gold.text for gold in made.answers] for q, made in by_question.items()}
    assert golds == {"Who saw it?": ["Ada Smith"], "Who lit it?": [], "Who came?": ["Ada Smith"]}
    mill = file.contexts[by_question["Who lit it?"].context]
    assert (mill.title, mill.published, mill.text) == ("The mill", date(2019, 5, 2), MILL.text)


def test_what_a_squad_file_cannot_hold_is_told(suite, collection, tmp_path):
    turn = {"question": "Who saw it?", "answer": "Ada Smith"}
    mine = suite(
        asked("Who lit it?"),
        asked("What is it called?", "Summer fair", articles=["f.txt"]),
        asked("And when?", "May", articles=["m.txt"], history=[turn]),
        asked("Who saw it?", "Ada Smith", articles=["m.txt"]),
    )
    count, left_out = write_squad(mine, collection, tmp_path / "out.json")
    assert count == 1
    assert [question.question for question in left_out] == [
        "Who lit it?",
        "What is it called?",
        "And when?",
    ]
    with pytest.raises(UserError, match=r"mine\.jsonl:1: .*no article 'x\.txt'"):
        write_squad(suite(asked("Who?", "I", articles=["x.txt"])), collection, tmp_path / "o.json")
    with pytest.raises(UserError, match="no question stands alone"):
        write_squad(suite(asked("Who lit it?")), collection, tmp_path / "o.json")


def test_an_answer_is_where_its_whole_words_are(suite, collection, tmp_path):
    text = "In 2015 the Mayor came. The fair has 5 rides since May."
    whole = Article("c", "Rides", text, None, "r.txt")
    kept = SimpleNamespace(article=lambda _: whole, articles=lambda: [whole])
    mine = suite(
        asked("How many rides?", "5", articles=["r.txt"]),
        asked("Since when?", "may", articles=["r.txt"]),
    )
    write_squad(mine, kept, tmp_path / "out.json")
    golds = [q.answers[0] for q in read_squad(tmp_path / "out.json").questions]
    assert [(gold.text, gold.start) for gold in golds] == [
        ("5", text.index("5 rides")),
        ("May", text.index("May.")),
    ]
