import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Collection
from index.types import Article
from qa.chat import Chat
from qa.pipeline import Answerer
from qa.question.followups import asks_for_another_answer, interpretations, leans, subject_of
from qa.settings import MAX_INTERPRETATIONS
from qa.types import Turn

BORN = Turn("When was Ada Lovelace born?", "10 December 1815")
HEAD = Turn("Who is the head of the museum?", "Maria Lopez")
WHERE = Turn("Where did the club hold its first match?", "Lisbon")


@pytest.mark.parametrize(
    ("question", "last", "understood"),
    [
        ("Where did she die?", BORN, "Where did Ada Lovelace die?"),
        ("Where did she study?", HEAD, "Where did Maria Lopez study?"),
        ("What is her salary?", HEAD, "What is Maria Lopez's salary?"),
        ("Who met her?", HEAD, "Who met Maria Lopez?"),
        ("And when was that?", WHERE, "when did the club hold its first match?"),
        ("Why?", WHERE, "Why did the club hold its first match?"),
        ("And Charles Babbage?", BORN, "When was Charles Babbage born?"),
        ("Who played there?", WHERE, "Who played in Lisbon?"),
        ("What happened then?", BORN, "What happened in 10 December 1815?"),
    ],
)
def test_what_a_follow_up_may_mean(question, last, understood):
    readings = interpretations(question, [last])
    assert readings[0] == question
    assert understood in readings


@pytest.mark.parametrize(
    ("last", "question", "understood"),
    [
        ("Who won the World Cup in 2018?", "And in 2017?", "Who won the World Cup in 2017?"),
        ("Who won the World Cup in 2018?", "What about 2014?", "Who won the World Cup in 2014?"),
        ("Who won in May 2018?", "And since 2014?", "Who won since 2014?"),
        ("Who won in 2018?", "And in the 1990s?", "Who won in the 1990s?"),
        ("Who won in 2018?", "And from 2014 to 2016?", "Who won from 2014 to 2016?"),
        ("Who ruled from 2014 to 2016?", "And in 2018?", "Who ruled in 2018?"),
        ("Who scored in the 2018 final?", "And in 2014?", "Who scored in the 2014 final?"),
        ("Who won the World Cup?", "And in 2017?", "Who won the World Cup in 2017?"),
        ("Who won the World Cup?", "What about last year?", "Who won the World Cup last year?"),
        ("Who won the World Cup in 2018?", "And the 2017 Gold Cup?",
         "Who won the 2017 Gold Cup in 2018?"),
    ],
)  # fmt: skip
def test_a_bare_time_takes_the_place_of_a_time(last, question, understood):
    assert interpretations(question, [Turn(last, "France")]) == [question, understood]


@pytest.mark.parametrize(
    "question",
    ["What did it say?", "Where did he go then?", "Who played there?", "Who chaired that meeting?",
     "Why?", "And when?", "And him?", "What did the source say?"],
)  # fmt: skip
def test_who_asks_more_about_an_answer_wants_another(question):
    assert asks_for_another_answer(question, "Who leads the House?")


@pytest.mark.parametrize(
    "question",
    ["And Schumer?", "What about his wife?", "And in 2017?", "And that party?",
     "And who leads the Senate?", "Schumer?"],
)  # fmt: skip
def test_what_asks_the_same_of_another_may_be_answered_the_same(question):
    assert not asks_for_another_answer(question, "Who leads the House?")


@pytest.mark.parametrize("question", ["Who wrote the opera Carmen?", "When did the museum open?"])
def test_a_new_topic_has_only_its_literal_reading(question):
    assert interpretations(question, [BORN]) == [question]


def test_without_history_there_is_nothing_to_lean_on():
    assert interpretations("Where did she die?", []) == ["Where did she die?"]


def test_a_pronoun_never_stands_for_a_date_or_for_what_the_question_names():
    readings = interpretations("What did Ada Lovelace say of it?", [BORN])
    assert not any("1815" in each for each in readings)
    assert all(each.count("Ada Lovelace") <= 2 for each in readings)


def test_a_person_is_found_further_back():
    history = [HEAD, Turn("How many rooms does the museum have?", "forty")]
    assert "Where did Maria Lopez study?" in interpretations("Where did she study?", history)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Who is Andrew Kim?", "Andrew Kim"),
        ("When was Ada Lovelace's book printed?", "Ada Lovelace"),
        ("who painted the night watch", "night watch"),
        ("why?", ""),
    ],
)
def test_what_a_question_is_about(question, subject):
    assert subject_of(question) == subject


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=40), st.text(max_size=20))))
def test_any_words_at_all(question, turns):
    history = [Turn(asked, answer or None) for asked, answer in turns]
    readings = interpretations(question, history)
    assert readings[0] == question
    assert 1 <= len(readings) <= MAX_INTERPRETATIONS
    assert len(set(readings)) == len(readings)
    if not leans(question):
        assert readings == [question]


def test_chat_keeps_the_history(answerer):
    chat = Chat(answerer)
    first = chat.ask("Who is Pyongyang's lead negotiator with the United States?")
    assert first.understood_as is None
    second = chat.ask("Where did he pose for photographs with Pompeo?")
    assert "Kim Yong-chol" in second.understood_as
    assert "Washington hotel" in second.text
    assert [turn.answer for turn in chat.history] == [first.text, second.text]


def test_an_answer_already_given_is_not_given_again(answerer):
    history = [Turn("Which broadcaster quoted a source on the talks?", "CNN")]
    assert answerer.ask("What did it say?", history).text != "CNN"


def test_another_may_have_the_same_answer(tmp_path):
    text = (
        "Nancy Pelosi belongs to the Democrats, and led them in the House. "
        "Chuck Schumer belongs to the Democrats, and led them in the Senate."
    )
    with Collection(tmp_path / "parties", create=True) as collection:
        collection.add([Article("parties", "Parties", text, None, None)])
        chat = Chat(Answerer(collection))
        assert "Democrats" in chat.ask("Which party does Nancy Pelosi belong to?").text
        second = chat.ask("And Chuck Schumer?")
    assert "Democrats" in second.text
    assert "Schumer" in second.understood_as
