from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Collection
from qa.pipeline import Answerer
from qa.ranking.conflicts import compared, contradict, related
from qa.types import Answer, Citation, ResolvedDate

THRESHOLD = 0.25


def answer(text, confidence=0.6, article="a", published=None, day=None, start=0, question="?"):
    passage = text + " and more"
    end = start + len(passage)
    cited = Citation(
        article, "", published, None, start, start + len(text), text, start, end, passage
    )
    resolved = ResolvedDate(*day, "day", "") if day else None
    return Answer(question, text, confidence, (cited,), resolved)


ASKS = {
    "other": "Where did Kim meet Trump?",
    "list": "Which mayors resigned?",
    "yes or no": "Did they meet?",
    "when": "When did they meet?",
    "description": "Who is Kim Yong-chol?",
}
TODAY = date(2024, 6, 1)


def relations(best, *others, kind="other"):
    return [answer.relation for answer in related(best, others, ASKS[kind], THRESHOLD, TODAY)]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("June", "12 June"),
        ("Kim", "Kim Jong-un"),
        ("17", "17 people"),
        ("seventeen", "17 people"),
        ("Mike Pompeo", "Pompeo"),
        ("the letter", "a letter from Kim"),
        ("Donald Trump", "Mr Trump"),
    ],
)
def test_a_part_of_an_answer_does_not_contradict_it(left, right):
    assert relations(answer(left), answer(right, article="b")) == [None]
    assert relations(answer(right), answer(left, article="b")) == [None]


@pytest.mark.parametrize(
    ("left", "right"),
    [("17 people", "12 people"), ("Singapore", "Hanoi"), ("Kim Jong-un", "Kim Yong-chol")],
)
def test_another_value_from_another_article_does(left, right):
    assert relations(answer(left), answer(right, article="b")) == ["contradicts"]


def test_only_what_is_well_supported_and_stands_elsewhere():
    best = answer("Singapore", 0.4)
    # Two that contradict each other share what either would have alone.
    assert relations(best, answer("Hanoi", THRESHOLD / 2 - 0.01, "b")) == [None]
    assert relations(best, answer("Hanoi", THRESHOLD / 2, "b")) == ["contradicts"]
    listed = answer("Hanoi", THRESHOLD - 0.01, "b"), answer("Oslo", THRESHOLD, "c")
    assert relations(best, *listed, kind="list") == [None, "listed"]
    assert relations(best, answer("Hanoi")) == [None]  # beside it, in one passage
    assert relations(best, answer("Hanoi", start=500)) == [None]  # two things of one article
    assert relations(best, answer("Hanoi", article="b"), kind="yes or no") == [None]


def test_what_is_far_less_likely_is_no_disagreement():
    sure = answer("Singapore", 0.9)
    assert relations(sure, answer("Hanoi", 0.2, "b")) == [None]
    assert relations(sure, answer("Hanoi", 0.4, "b")) == ["contradicts"]
    days = (date(2018, 6, 1), date(2018, 6, 1)), (date(2018, 7, 1), date(2018, 7, 1))
    first, second = answer("1 June", 0.9, day=days[0]), answer("1 July", 0.2, "b", day=days[1])
    assert relations(first, second, kind="when") == [None]


def test_one_contradiction_is_told_once():
    others = [answer("Hanoi", 0.5, "b"), answer("Hanoi, Vietnam", 0.4, "c")]
    assert relations(answer("Singapore"), *others) == ["contradicts", None]


def test_times_contradict_if_they_share_no_day():
    june, tenth = (date(2018, 6, 1), date(2018, 6, 30)), (date(2018, 6, 10), date(2018, 6, 10))
    july = (date(2018, 7, 1), date(2018, 7, 31))
    assert not contradict(answer("June", day=june), answer("10th", article="b", day=tenth))
    assert contradict(answer("July", day=july), answer("10th", article="b", day=tenth))
    assert not contradict(answer("July", day=july), answer("after the war", article="b"))
    # "In July they dropped the meeting of the 10th": the times of two things
    assert not contradict(answer("July", day=july), answer("10th", day=tenth))
    assert not contradict(answer("July", day=july), answer("10th", day=tenth, start=500))


def test_the_newer_comes_first_and_the_best_stays_best():
    best = answer("Brandt", 0.8, "a", date(2019, 5, 5))
    others = related(
        best,
        [answer("Said", 0.5, "b", date(2022, 5, 5)), answer("Ito", 0.4, "c")],
        "Who led the talks?",
        THRESHOLD,
        TODAY,
    )
    given_ = Answer("?", best.text, 0.8, best.citations, alternatives=tuple(others))
    assert [rival.text for rival in given_.disagreeing] == ["Said", "Brandt", "Ito"]
    assert given_.text == "Brandt"
    lines = str(given_).splitlines()
    assert lines[0].startswith("Brandt")
    shown = [line for line in lines if line.startswith(("2022-05-05  Said", "2019-05-05  Brandt"))]
    assert len(shown) == 2
    assert any(line.startswith("no date     Ito") for line in lines)
    assert not best.disagreeing
    assert not best.items


def test_members_of_a_list_are_distinct_and_say_something():
    best = answer("Anna Berg", question="which mayors resigned")
    others = [
        answer("Omar Said", 0.5, question="which mayors resigned"),
        answer("Said", 0.4, "b", question="which mayors resigned"),
        answer("Mayor", 0.4, "c", question="which mayors resigned"),
        answer("Ito", 0.2, "d", question="which mayors resigned"),
    ]
    assert relations(best, *others, kind="list") == ["listed", None, None, None]


def quoted(passage, quote, confidence=0.5, article="a", published=None):
    start = passage.index(quote)
    cited = Citation(
        article, "", published, None, start, start + len(quote), quote, 0, len(passage), passage
    )
    return Answer("?", quote, confidence, (cited,))


HOLT = "From 1992 to 2005, Per Holt led the abbey."
VEGA = "Since 2005 Ines Vega has led the abbey."


def test_what_sentences_tell_of_different_times_has_changed():
    best, others = compared(
        [quoted(HOLT, "Per Holt", 0.7, "a"), quoted(VEGA, "Ines Vega", 0.5, "b")],
        "Who led the abbey?",
        THRESHOLD,
        TODAY,
    )
    assert (best.text, [answer.relation for answer in others]) == ("Ines Vega", ["changed"])
    given_ = Answer("?", best.text, 0.5, best.citations, alternatives=(*others,), held=best.held)
    assert not given_.disagreeing
    assert [change.text for change in given_.changes] == ["Ines Vega", "Per Holt"]
    shown = str(given_).splitlines()
    assert any(line.startswith("since 2005  Ines Vega") for line in shown)
    assert any(line.startswith("1992 to 2005  Per Holt") for line in shown)
    assert Answer.from_dict(given_.to_dict()) == given_


def test_the_newest_is_given_only_if_it_is_sure_enough():
    best, others = compared(
        [quoted(HOLT, "Per Holt", 0.7, "a"), quoted(VEGA, "Ines Vega", 0.22, "b")],
        "Who led the abbey?",
        THRESHOLD,
        TODAY,
    )
    assert (best.text, others[0].relation) == ("Per Holt", "changed")


def test_what_is_far_less_likely_is_no_change():
    # Who built another abbey, in another year, took it over from nobody.
    best, others = compared(
        [quoted(HOLT, "Per Holt", 0.95, "a"), quoted(VEGA, "Ines Vega", 0.28, "b")],
        "Who led the abbey?",
        0.2,
        TODAY,
    )
    assert (best.text, others[0].relation) == ("Per Holt", None)


@pytest.mark.parametrize(
    ("question", "relation"),
    [
        ("Who is the abbot?", "changed"),
        ("Who currently leads the abbey?", "changed"),
        # Two articles that count the same dead do not tell of two fires.
        ("How many people died in the fire?", "contradicts"),
    ],
)
def test_articles_of_different_years(question, relation):
    old = quoted("It was Per Holt, a source said.", "Per Holt", 0.6, "a", date(2001, 1, 1))
    new = quoted("It was Ines Vega, a source said.", "Ines Vega", 0.5, "b", date(2011, 1, 1))
    _, [rival] = compared([old, new], question, THRESHOLD, TODAY)
    assert rival.relation == relation


def test_asked_for_a_year_another_year_does_not_contradict():
    right = quoted("In 2018 Ada Brill won the cup.", "Ada Brill", 0.6, "a")
    earlier = quoted("In 2016 Jon Orr won the cup.", "Jon Orr", 0.4, "b")
    rival = quoted("Una Fay won the cup in 2018.", "Una Fay", 0.4, "c")
    best, others = compared([right, earlier, rival], "Who won the cup in 2018?", THRESHOLD, TODAY)
    assert best.text == "Ada Brill"
    assert [answer.relation for answer in others] == [None, "contradicts"]


ANSWERS = st.lists(
    st.tuples(st.sampled_from(["one", "two", "one two", "3 cats", "three"]), st.floats(0, 1)),
    min_size=1,
)


@given(ANSWERS, st.sampled_from(["list", "when", "yes or no", "other"]))
def test_nothing_is_lost_and_no_relation_is_unsupported(items, kind):
    best, *others = [answer(text, p, str(n)) for n, (text, p) in enumerate(items)]
    answers = related(best, others, ASKS[kind], THRESHOLD, TODAY)
    assert [answer.text for answer in answers] == [answer.text for answer in others]
    enough = {"listed": THRESHOLD, "contradicts": THRESHOLD / 2}
    said = [answer for answer in answers if answer.relation]
    assert all(answer.confidence >= enough[answer.relation] for answer in said)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    articles = [
        Article(
            "mayor",
            "Mayor elected",
            "Helen Brandt was elected mayor of Millbrook with 54 percent of the votes.",
            date(2019, 5, 5),
        ),
        Article(
            "new",
            "New mayor",
            "Omar Said is the new mayor of Millbrook after Helen Brandt stepped down.",
            date(2022, 5, 5),
        ),
        Article("fair", "Fair", "The Millbrook fair opens on 9 June 2021.", date(2021, 5, 1)),
        Article(
            "late",
            "Fair late",
            "Because of the collapsed bridge, the Millbrook fair opens on 3 July 2021.",
            date(2021, 6, 5),
        ),
        Article(
            "visits",
            "Visits",
            "President Maria Lopez visited the dam in 1990. President "
            "Juan Ortiz visited the dam in 1995.",
            date(2003, 1, 1),
        ),
        Article(
            "dam",
            "Dam",
            "In 2004 President Elena Cruz visited the dam and spoke to workers.",
            date(2004, 1, 1),
        ),
    ]
    with Collection(tmp_path_factory.mktemp("town") / "town", create=True) as collection:
        collection.add(articles)
        yield Answerer(collection)


def test_articles_that_disagree_are_shown_with_their_dates(town):
    mayor = town.ask("Who is the mayor of Millbrook?")
    # Who is mayor has changed in three years: nobody is wrong.
    assert [change.citations[0].article_id for change in mayor.changes] == ["new", "mayor"]
    assert mayor.changes[0].published == date(2022, 5, 5)
    assert not mayor.disagreeing
    fair = town.ask("When does the Millbrook fair open?")
    assert [str(rival.date) for rival in fair.disagreeing] == ["2021-07-03", "2021-06-09"]
    written = fair.to_dict()["alternatives"]
    assert "contradicts" in {alternative["relation"] for alternative in written}
    assert "2021-05-01  9 June 2021" in str(fair)


def test_a_list_is_collected_over_articles(town):
    answer = town.ask("Which presidents visited the dam?")
    named = " ".join(item.text for item in answer.items)
    assert all(name in named for name in ("Lopez", "Ortiz", "Cruz"))
    assert len(answer.items) == 3
    assert {item.citations[0].article_id for item in answer.items} == {"visits", "dam"}
    for item in answer.items:
        (cited, *_) = item.citations
        text = town.collection.article(cited.article_id).text
        assert text[cited.start : cited.end] == item.text == cited.quote
        assert f"- {item.text}   (" in str(answer)
    assert answer.disagreeing == ()


def test_two_descriptions_of_somebody_do_not_contradict_each_other():
    left, right = answer("Chairman Lea Vik"), answer("Spy Chief Per Moe", article="b")
    assert relations(left, right, kind="description") == [None]
    assert relations(left, right) == ["contradicts"]
    envoy, spy = answer("a vice chairman"), answer("a former spy chief", article="b")
    assert relations(envoy, spy) == [None]
