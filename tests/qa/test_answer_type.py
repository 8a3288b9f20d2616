import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Hit, Passage
from qa.question.answer_type import answer_type_of
from qa.ranking.evidence import Evidence
from qa.ranking.quotes import whole_sentences
from qa.types import Span


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("did Trump cancel the summit?", "yes or no"),
        ("Was the meeting postponed", "yes or no"),
        ("And has she resigned yet?", "yes or no"),
        ("Didn't they meet in May?", "yes or no"),
        ("Is it open or not?", "yes or no"),
        ("Is it Paris or Rome?", "other"),
        ("Do you know who won the race?", "other"),
        ("Can you tell me where it is?", "other"),
        ("Who is the mayor?", "other"),
        ("summit letter", "other"),
        ("Will", "other"),
        ("When was the summit?", "when"),
        ("do you know when the summit was", "when"),
        ("list all presidents who visited the dam", "list"),
        ("list presidents", "list"),
        ("Can you list the articles of the treaty?", "list"),
        ("which countries signed the treaty?", "list"),
        ("And which two companies pulled out?", "list"),
        ("Which British officials visited Pyongyang?", "list"),
        ("Which of the ministers resigned?", "list"),
        ("What countries did Trump visit?", "list"),
        ("What three cities were bombed?", "list"),
        ("name the mayors of Millbrook", "list"),
        ("Name all people who met Kim", "list"),
        ("who are the presidents who visited", "list"),
        ("What are the effects of warming?", "list"),
        ("give me a list of towns", "list"),
        ("Which president visited the dam?", "other"),
        ("Name the president of France", "other"),
        ("Name the man who sells boats", "other"),
        ("Which team wins the cups?", "other"),
        ("Which bus goes there?", "other"),
        ("Which is the biggest?", "other"),
        ("What does he do?", "other"),
        ("What causes rain?", "other"),
        ("What happens at night?", "other"),
        ("What is the list price?", "other"),
        ("How many presidents visited?", "other"),
        ("When did the presidents meet?", "when"),
        ("Did the presidents meet there?", "yes or no"),
    ],
)
def test_the_answer_type_of_a_question(question, expected):
    assert answer_type_of(question) == expected


@given(st.text())
def test_any_words_have_an_answer_type(question):
    assert answer_type_of(question) in {"when", "yes or no", "list", "other"}


def test_a_quote_becomes_its_sentence():
    article = "Preface. It rained. Mr. Smith cancelled the fair, he said. All went home."
    passage = Passage("a", 9, len(article))
    hit = Hit(passage, 1.0, 1, 1, 0.5, article=Article("a", "", article))
    start = article.index("cancelled")
    piece = Evidence(Span("a", start, start + 9, 3.0), "cancelled", hit, 2.5)
    (widened,) = whole_sentences([piece], [article[passage.start : passage.end]])
    assert widened.quote == "Mr. Smith cancelled the fair, he said."
    assert article[widened.span.start : widened.span.end] == widened.quote
    assert (widened.score, widened.span.score) == (2.5, 3.0)


def test_the_sentence_that_settles_it_is_the_answer(answerer):
    answer = answerer.ask("Was the meeting with Kim Yong-chol postponed?")
    assert answer.text.endswith("the meeting was postponed at the last moment.")
