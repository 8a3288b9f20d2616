from dataclasses import replace
from datetime import date

import pytest

from eval import records
from eval.excerpts import excerpts
from eval.runner import allowed_articles, read_gold, run
from eval.suites import Question, Suite
from index.errors import UserError
from qa.trace import Trace
from qa.types import Answer, ResolvedDate, Turn
from tests.eval.conftest import cite


def by_id(answered):
    return {record.id: record for record in answered}


def mark(excerpt, kind):
    return [excerpt.text[m.start : m.end] for m in excerpt.marks if m.kind == kind]


def test_scores_every_question(suite, world):
    answered = by_id(run(suite, world, world))
    assert list(answered) == ["where", "when", "who", "paid"]
    where = answered["where"]
    assert (where.em, where.f1, where.cited, where.rank, where.read) == (1, 1, True, 2, 2)
    assert where.outcome == "right"
    assert where.excerpts == ()
    assert where.milliseconds >= 0
    assert answered["when"].date == "2018-06-12"
    assert answered["when"].date_right is True
    who = answered["who"]
    assert (who.em, who.outcome, who.cited) == (0, "partly right", False)
    assert who.f1 == pytest.approx(2 * 3 / (3 + 5))
    paid = answered["paid"]
    assert (paid.em, paid.f1, paid.guess, paid.guess_em) == (1, 1, "Pompeo", 0)
    assert paid.cited is None
    assert paid.outcome == "right"


def test_the_first_question_warms_up_and_history_is_passed_on(suite, world):
    turns = (Turn("Was there a summit?", "yes"),)
    followed = replace(suite.questions[0], history=turns)
    list(run(Suite("s", (followed,)), world, world))
    assert world.asked == [(followed.question, ()), (followed.question, turns)]


def test_of_a_follow_up_only_what_was_read_counts(answerer, seeds):
    question = "Where did he pose for photographs with Pompeo?"
    turns = (Turn("Who is Pyongyang's lead negotiator with the United States?", "Kim Yong-chol"),)
    asked = [
        Question(question, (), (), False, id="follows", place="s:1", history=turns),
        Question(question, (), (), False, id="alone", place="s:2"),
    ]
    follows, alone = run(Suite("s", tuple(asked)), answerer, seeds)
    assert follows.understood_as is not None
    trace = Trace()
    answerer.ask(question, turns, trace=trace)
    assert follows.read == len(trace.chosen.hits)
    assert alone.read > follows.read


@pytest.mark.parametrize(
    ("article_id", "quote", "outcome"),
    [
        ("summit", "Singapore", "right"),
        ("dinner", "NY", "misread"),
        ("summit", "held in Singapore", "partly right"),
    ],
)
def test_outcomes_of_an_answer(suite, world, article_id, quote, outcome):
    world.answers["Where was the summit?"] = _answer(world, article_id, quote)
    assert by_id(run(suite, world, world))["where"].outcome == outcome


def _answer(world, article_id, quote, day=None):
    article = world.article(article_id)
    resolved = ResolvedDate(day, day, "day", "guessed") if day else None
    return Answer("?", quote, 0.5, (cite(article, quote),), resolved)


def test_other_outcomes(suite, world):
    world.answers["When was it?"] = _answer(world, "summit", "12 June", date(2019, 6, 12))
    world.answers["Who paid?"] = _answer(world, "dinner", "Pompeo")
    world.answers["Where was the summit?"] = world.answers["Who paid?"]
    world.read = ()
    answered = by_id(run(suite, world, world))
    assert answered["when"].outcome == "wrong date"
    assert answered["paid"].outcome == "should abstain"
    assert answered["paid"].em == 0
    assert answered["where"].outcome == "not retrieved"
    assert set(records.OUTCOMES) >= {record.outcome for record in answered.values()}


def test_right_words_from_another_article_are_in_the_wrong_place(world):
    question = Question("Who?", ("Kim",), ("summit",), id="k", place="s:1")
    world.answers["Who?"] = _answer(world, "dinner", "Kim")
    (record,) = run(Suite("s", (question,)), world, world)
    assert (record.em, record.cited, record.outcome) == (1, False, "wrong place")
    guessed, gold = record.excerpts
    assert mark(guessed, "gold") == []
    assert mark(gold, "gold") == ["Kim"]
    assert gold.source == "news/summit.txt"


def test_excerpts_show_the_gold_in_an_article_that_was_not_read(world):
    question = Question("Where?", ("Singapore",), ("summit",), id="w", place="s:1")
    shown = excerpts(
        _answer(world, "dinner", "NY"), question.answers, [], [world.article("summit")]
    )
    assert [mark(excerpt, "answer") for excerpt in shown] == [["NY"], []]
    assert [mark(excerpt, "gold") for excerpt in shown] == [[], ["Singapore"]]


def test_one_excerpt_shows_both_where_they_share_a_passage(world):
    shown = excerpts(
        _answer(world, "summit", "12 June"), ("Singapore",), [], [world.article("summit")]
    )
    (only,) = shown
    assert mark(only, "answer") == ["12 June"]
    assert mark(only, "gold") == ["Singapore"]


@pytest.mark.parametrize("name", ["summit", "The summit", "summit.txt", "news/summit.txt"])
def test_articles_go_by_id_title_source_or_the_end_of_it(world, name):
    question = Question("Where?", ("Singapore",), (name,), id="q", place="s:1")
    assert allowed_articles(Suite("s", (question,)), world) == {"q": {"summit"}}


@pytest.mark.parametrize("name", ["mmit.txt", "txt", "", "other"])
def test_an_article_that_is_not_there_is_named_with_its_line(world, name):
    question = Question("Where?", ("Singapore",), (name,), id="q", place="mine.jsonl:7")
    with pytest.raises(UserError, match=r"mine\.jsonl:7: articles: the collection has no article"):
        allowed_articles(Suite("s", (question,)), world)


def test_an_answer_that_is_not_in_its_articles_is_named_with_its_line(world):
    question = Question("Where?", ("Singapore", "Hanoi"), ("summit",), id="q", place="mine.jsonl:7")
    with pytest.raises(UserError, match=r"mine\.jsonl:7: answers: 'Hanoi' is not in its articles"):
        allowed_articles(Suite("s", (question,)), world)


def test_what_the_head_of_an_article_says_need_not_stand_in_its_text(world, monkeypatch):
    dated = replace(world.article("summit"), published=date(2018, 6, 3), byline="By Ida Moor")
    monkeypatch.setattr(world, "articles", lambda: [dated])

    def allowed(*answers, dates=()):
        question = Question("What?", answers, ("summit",), dates=dates, id="q", place="s:1")
        return allowed_articles(Suite("s", (question,)), world)

    assert allowed(dated.title, "Ida Moor", "June 3, 2018", "3 June 2018") == {"q": {"summit"}}
    assert allowed("Sunday", dates=("2018-06-03",)) == {"q": {"summit"}}
    for wrong in ("Ida Noor", "June 4, 2018", "Sunday"):
        with pytest.raises(UserError, match="is not in its articles"):
            allowed(wrong)


@pytest.mark.parametrize(
    ("text", "answer", "contained"),
    [
        ("The Workers' Party's committee", "Workers' Party", True),
        ("a US envoy", "the U.S. envoy", True),
        ("in a network of two", "two", True),
        ("in a network", "two", False),
        ("12 Junes", "12 June", False),
        ("(12 June)", "12 june", True),
    ],
)
def test_contains_whole_words_only(text, answer, contained):
    assert records.contains(text, [answer]) is contained


def gold_suite(world, *questions):
    return Suite("g", questions, tuple(world.articles()))


def test_read_gold_takes_the_best_span_even_if_no_answer_is_likelier(world, last_words):
    question = Question("Where?", ("NY",), ("dinner",), id="q")
    (record,) = read_gold(gold_suite(world, question), last_words(score=-3.0))
    assert (record.text, record.em, record.rank, record.read) == ("NY", 1, None, None)
    assert record.confidence < 0.5


def test_read_gold_may_be_silent_where_some_questions_have_no_answer(world, last_words):
    questions = (
        Question("Where?", ("NY",), ("dinner",), id="q"),
        Question("Who paid?", (), ("dinner",), answerable=False, id="n"),
    )
    for score, given in ((-3.0, None), (3.0, "NY")):
        answered = by_id(read_gold(gold_suite(world, *questions), last_words(score)))
        assert [record.text for record in answered.values()] == [given, given]
        assert [record.guess for record in answered.values()] == ["NY", "NY"]
        assert (answered["q"].em, answered["n"].em) == ((0, 1) if given is None else (1, 0))
