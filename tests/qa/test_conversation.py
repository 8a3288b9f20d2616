import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Collection
from index.types import Article
from qa.chat import Chat
from qa.pipeline import Answerer
from qa.question.followups import asks_for_another_answer, leans, rewrites
from qa.question.phrases import phrases
from qa.settings import MAX_INTERPRETATIONS
from qa.types import Turn

BORN = Turn("When was Ada Lovelace born?", "10 December 1815")
HEAD = Turn("Who is the head of the museum?", "Maria Lopez")
WHERE = Turn("Where did the club hold its first match?", "Lisbon")


ENVOY = Turn("Who flew to Oslo?", "Envoy Marta Sole")
RIGA = Turn("Whom did Envoy Marta Sole meet in Riga?", "president Ana Kalns")
PAID = Turn("How much did Acme Ltd pay for Brix?", "40 million euros")
LETTER = Turn("What did the courier hand over?", "a letter from Jon Vik")


def understood(question, *history):
    """The ways that can be shown, the likeliest first."""
    return [way.question for way in rewrites(question, history) if way.natural]


@pytest.mark.parametrize(
    ("question", "last", "right"),
    [
        ("Where did she die?", BORN, "Where did Ada Lovelace die?"),
        ("Where did she study?", HEAD, "Where did Maria Lopez study?"),
        ("What is her salary?", HEAD, "What is Maria Lopez's salary?"),
        ("Who met her?", HEAD, "Who met Maria Lopez?"),
        ("And when was that?", WHERE, "When did the club hold its first match?"),
        ("Why?", WHERE, "Why did the club hold its first match?"),
        ("Since when?", HEAD, "Since when is Maria Lopez the head of the museum?"),
        ("Who played there?", WHERE, "Who played in Lisbon?"),
        ("What happened then?", BORN, "What happened on 10 December 1815?"),
        ("Whom did she meet there?", ENVOY, "Whom did Envoy Marta Sole meet in Oslo?"),
        # The subject goes on being spoken of, not whom she met.
        ("When did she return?", RIGA, "When did Envoy Marta Sole return?"),
        ("And in Ventspils?", RIGA, "Whom did Envoy Marta Sole meet in Ventspils?"),
        # An organisation has a chief, and an amount is nothing to go on speaking of.
        ("Who is its chief executive?", PAID, "Who is Acme Ltd's chief executive?"),
        ("Who read it?", LETTER, "Who read the letter from Jon Vik?"),
        ("When was the letter written?", LETTER, "When was the letter from Jon Vik written?"),
        (
            "Who directed the film?",
            Turn("Which film won in Cannes?", "Moonlight"),
            "Who directed the film Moonlight?",
        ),
        (
            "When was the offer made?",
            Turn("Who rejected Acme's offer for Brix?", "Karl Brandt"),
            "When was Acme's offer for Brix made?",
        ),
        (
            "When was the bank founded?",
            Turn("Which bank lent the money?", "Nordbank"),
            "When was Nordbank founded?",
        ),
        (
            "Where did they meet?",
            Turn("Which ministers resigned?", "Per Lund and Una Roy"),
            "Where did Per Lund and Una Roy meet?",
        ),
        (
            "So when will he go there?",
            Turn("Where did Mr Vik invite Kim?", "Russia"),
            "When will Mr Vik go to Russia?",
        ),
    ],
)
def test_a_follow_up_is_completed_and_never_taken_as_it_stands(question, last, right):
    ways = understood(question, last)
    assert ways[0] == right
    assert question not in ways


@pytest.mark.parametrize(
    ("last", "answer", "question", "right"),
    [
        # A title that nobody of the conversation has is somebody whom the articles know.
        ("Who met the envoy?", "Pompeo", "What did the captain say about the light?", None),
        (
            "Who runs the mill?",
            "Ida Moor",
            "When did the mayor open it?",
            "When did the mayor open the mill?",
        ),
        ("Which firm bought Brix?", "Acme Ltd", "When was the museum opened?", None),
        (
            "Who flew to Oslo?",
            "Captain Ida Moor",
            "What did the captain say?",
            "What did Captain Ida Moor say?",
        ),
        ("Who won the race?", "Ida Moor", "Where was the winner born?", "Where was Ida Moor born?"),
        ("Who wrote the letter?", "Jon Vik", "How old was the author?", "How old was Jon Vik?"),
        (
            "Who founded the school?",
            "Una Roy",
            "When did the founder die?",
            "When did Una Roy die?",
        ),
        ("Who was shot in Orm?", "Per Lund", "Where did the man live?", "Where did Per Lund live?"),
        (
            "Which firm bought Brix?",
            "Acme Ltd",
            "When was the company founded?",
            "When was Acme Ltd founded?",
        ),
    ],
)
def test_a_title_is_that_of_whom_it_fits(last, answer, question, right):
    assert understood(question, Turn(last, answer))[0] == (right or question)


@pytest.mark.parametrize(
    ("last", "question", "right"),
    [
        ("When was Ada Lovelace born?", "And Charles Babbage?", "When was Charles Babbage born?"),
        ("how large may images be?", "and videos?", "How large may videos be?"),
        ("How many kinds of birds live here?", "And moths?", "How many kinds of moths live here?"),
        ("How many goals did Kane score?", "and assists?", "How many assists did Kane score?"),
        ("How much does oat bran cost?", "and spelt flour?", "How much does spelt flour cost?"),
        ("Who won the women's race?", "And the men's race?", "Who won the men's race?"),
        ("When does the museum open?", "What about the library?", "When does the library open?"),
        ("When was Ada Lovelace's book sold?", "And Babbage?", "When was Babbage's book sold?"),
        ("Who flew in from Oslo?", "And from Riga?", "Who flew in from Riga?"),
        (
            "What does the pool cost per child?",
            "And per adult?",
            "What does the pool cost per adult?",
        ),
        (
            "How much is a bike for an hour?",
            "And for a whole week?",
            "How much is a bike for a whole week?",
        ),
        (
            "How many marched in Orm?",
            "And according to the police?",
            "How many marched in Orm according to the police?",
        ),
        (
            "What does Ida Moor grow in Orm?",
            "And her neighbour?",
            "What does Ida Moor's neighbour grow in Orm?",
        ),
    ],
)
def test_bare_words_take_the_place_of_what_is_like_them(last, question, right):
    assert understood(question, Turn(last, "five")) == [right]


@pytest.mark.parametrize(
    ("last", "question", "right"),
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
        ("Who won the World Cup in 2018?", "And the 2017 Gold Cup?", "Who won the 2017 Gold Cup?"),
    ],
)
def test_a_bare_time_takes_the_place_of_a_time(last, question, right):
    assert understood(question, Turn(last, "France")) == [right]


@pytest.mark.parametrize(
    ("last", "answer", "question", "right"),
    [
        ("Who killed the mayor?", "Tom Okello", "Why?", "Why was the mayor killed?"),
        ("Who stole the crown of Elby?", None, "When?", "When was the crown of Elby stolen?"),
        (
            "Which firm took over the mills?",
            "Brix",
            "And where was that?",
            "Where were the mills taken over?",
        ),
        (
            "Who has sold the castle to the town?",
            "the duke",
            "For how much?",
            "For how much was the castle sold to the town?",
        ),
        (
            "Who called off the strike?",
            "the union",
            "When did it do that?",
            "When was the strike called off?",
        ),
        ("Who opened the bakery?", "Jon Vik", "Why did he do it?", "Why was the bakery opened?"),
        (
            "Who teaches the course?",
            "Una Roy",
            "Since when?",
            "Since when does Una Roy teach the course?",
        ),
        (
            "Who will repair the organ?",
            "Arvo Lepp",
            "When?",
            "When will Arvo Lepp repair the organ?",
        ),
        ("Whom did the board dismiss?", "Max Ohl", "Why?", "Why did the board dismiss Max Ohl?"),
        ("Which shops stayed shut?", "Brix and Orm", "Why?", "Why did Brix and Orm stay shut?"),
        ("Which judge resigned?", "Una Roy", "When was that?", "When did Una Roy resign?"),
    ],
)
def test_another_question_word_asks_about_what_was_said(last, answer, question, right):
    assert understood(question, Turn(last, answer))[0] == right


def test_what_reads_like_no_question_is_not_shown():
    snored = Turn("Who snored?", "Tom Okello")  # "Why was snored?"
    aground = Turn("Which ferry ran aground?", "the Tern")  # "When was aground run?"
    assert not any(way.natural for way in rewrites("Why?", [snored]))
    assert not any(way.natural for way in rewrites("When?", [aground]))


@pytest.mark.parametrize(
    ("last", "answer", "question", "right"),
    [
        ("Who is the bishop of Elby?", "Una Roy", "And in Orm?", "Who is the bishop of Orm?"),
        (
            "What is the population of Velm?",
            "4,000",
            "and in Elby?",
            "What is the population of Elby?",
        ),
        (
            "Who argued for the tunnel?",
            "the Liberals",
            "And against it?",
            "Who argued against the tunnel?",
        ),
        (
            "Who argued for the tunnel?",
            "the bank",
            "Who argued against it?",
            "Who argued against the tunnel?",
        ),
        (
            "Who sailed with Captain Pohl?",
            "Ida Moor",
            "And without her?",
            "Who sailed without Captain Pohl?",
        ),
    ],
)
def test_the_same_is_asked_of_another_place_or_side(last, answer, question, right):
    assert understood(question, Turn(last, answer))[0] == right


def test_earlier_follow_ups_are_completed_first():
    history = [ENVOY, Turn("Whom did she meet there?", "minister Per Lund")]
    assert understood("And in Riga?", *history) == ["Whom did Envoy Marta Sole meet in Riga?"]


@pytest.mark.parametrize(
    "question",
    [
        "When did Kim say that he would resign?",
        "How many people are there in Lisbon?",
        "What did Kim Yong-chol bring on his visit?",
        "Who was the man that was hurt in Orm?",
    ],
)
def test_a_question_that_names_what_it_means_is_complete(question):
    assert rewrites(question, [HEAD]) == [(question, True)]


@pytest.mark.parametrize(
    "question",
    [
        "What did it say?",
        "Where did he go then?",
        "Who played there?",
        "Who chaired that meeting?",
        "Why?",
        "And when?",
        "And him?",
        "What did the source say?",
    ],
)
def test_who_asks_more_about_an_answer_wants_another(question):
    assert asks_for_another_answer(question, "Who leads the House?")


@pytest.mark.parametrize(
    "question",
    [
        "And Schumer?",
        "What about his wife?",
        "And in 2017?",
        "And that party?",
        "And who leads the Senate?",
        "Schumer?",
    ],
)
def test_what_asks_the_same_of_another_may_be_answered_the_same(question):
    assert not asks_for_another_answer(question, "Who leads the House?")


@pytest.mark.parametrize("question", ["Who wrote the opera Carmen?", "When did the museum open?"])
def test_a_new_topic_is_only_itself(question):
    assert rewrites(question, [BORN]) == [(question, True)]


def test_without_history_there_is_nothing_to_lean_on():
    assert rewrites("Where did she die?", []) == [("Where did she die?", True)]


def test_a_pronoun_never_stands_for_a_date_or_for_what_the_question_names():
    ways = rewrites("What did Ada Lovelace say of it?", [BORN])
    assert not any("1815" in way.question for way in ways)
    assert all(way.question.count("Ada Lovelace") <= 2 for way in ways)


def test_a_person_is_found_further_back():
    rooms = Turn("How many rooms does the museum have?", "forty")
    assert understood("Where did she study?", HEAD, rooms)[0] == "Where did Maria Lopez study?"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Where did the club hold its first match?", ["the club", "its first match"]),
        ("Which lands does the US umbrella protect?", ["the US umbrella"]),
        ("Where did Ana and Per Lund meet?", ["Ana and Per Lund"]),
        ("Who brought Mr. Vik a letter?", ["Mr. Vik", "a letter"]),
        ("what does oat bran cost?", ["oat bran"]),
        ("who painted the night watch", ["the night watch"]),
        ("why?", []),
    ],
)
def test_the_noun_phrases_of_a_question(question, found):
    assert [phrase.text for phrase in phrases(question)] == found


@given(st.text(max_size=60), st.lists(st.tuples(st.text(max_size=40), st.text(max_size=20))))
def test_any_words_at_all(question, turns):
    history = [Turn(asked, answer or None) for asked, answer in turns]
    ways = rewrites(question, history)
    assert 1 <= len(ways) <= MAX_INTERPRETATIONS
    assert len(set(ways)) == len(ways)
    if not leans(question, history):
        assert ways == [(question, True)]


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


COUNCIL = (
    "The council of Orm decided on Monday to build a tram line. Eight members voted for the tram; "
    "Kit Noor and Lea Pohl voted against it. Noor, who grew up in Elby, is the mayor of Orm. The "
    "mayor of Velm, Jon Vik, did not come. Noor opened the town's library in March 2015 and was "
    "elected mayor in May 2019."
)


def test_what_is_the_contrary_or_elsewhere_is_no_answer(tmp_path):
    with Collection(tmp_path / "c", create=True) as collection:
        collection.add([Article("a", "A tram for Orm", COUNCIL)])
        chat = Chat(Answerer(collection))
        assert chat.ask("Who voted for the tram?").text == "Eight members"
        against = chat.ask("Who voted against it?")
        assert (against.text, against.understood_as) == (
            "Kit Noor and Lea Pohl",
            "Who voted against the tram?",
        )
        assert Answerer(collection).ask("Where was Kit Noor born?").text is None
        chat = Chat(Answerer(collection))
        assert chat.ask("Who is the mayor of Orm?").text == "Noor"
        assert chat.ask("And in Velm?").text == "Jon Vik"
        chat = Chat(Answerer(collection))
        chat.ask("Who opened the town's library?")
        assert chat.ask("When did she do that?").text == "March 2015"
