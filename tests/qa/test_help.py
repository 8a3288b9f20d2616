from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Collection
from qa.chat import Chat
from qa.pipeline import Answerer
from qa.question.small_talk import EMPTY, WORDS, is_small_talk
from qa.question.suggestions import WANTED, _newest, candidates
from qa.types import Turn

SMALL_TALK = """
hello | Hi! | hey there | Good morning, | hello hello | thanks | Thank you very much! | bye | help
what can you do? | What can I ask here? | Hello, what can you do for me? | who are you?
What kind of questions can you answer? | how are you doing today | can you help me | HELP!
Great, thanks for your help! | ok | nice to meet you
hi, how do I use this? | what do you know | what can you tell me about?
""".replace("\n", "|").split("|")
QUESTIONS = """
Hello Kitty was created by whom | who says hello | Hello, Dolly! | help wanted signs | hi score
what can Trump do | what can you do about rust? | who are you talking about in the letter
What did he do? | what do you know about Kim? | help desk number | thanks to whom was it built
what can it do? | how does this work? | good morning Vietnam | who are the Helpers | goodbye letter
What can you do with a summit? | start | can you help me find the summit's date
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("words", [words.strip() for words in SMALL_TALK if words.strip()])
def test_who_asks_nothing_is_helped(words):
    assert is_small_talk(words)


@pytest.mark.parametrize("words", [words.strip() for words in QUESTIONS if words.strip()])
def test_a_question_is_a_question(words):
    assert not is_small_talk(words)


@given(st.text())
def test_anything_can_be_looked_at(words):
    assert is_small_talk(words) in {True, False}
    if is_small_talk(words):
        assert any(character.isalpha() for character in words)


@pytest.mark.parametrize("piece", ["hi ", "hi, ", "you ", "thank you very much ", " ! ", "what "])
def test_a_long_text_ends(piece):
    # A pattern that tries every division of the text into words would not, with so many of them.
    assert not is_small_talk("hello " + piece * (2_000 // len(piece)) + "x")


def test_examples_come_from_the_articles():
    text = "The Singapore summit was in June. President Donald Trump met Kim. Ada Lovelace was born"
    questions = candidates([Article("a", "", text)])
    assert questions[0] == "When was the Singapore summit?"
    assert "Who is Donald Trump?" in questions


def test_examples_are_of_several_kinds_and_name_whole_people():
    text = (
        "Mayor Clara Dumont opened the market. The Ostvik Bridge was built in 1911. He said so. "
        "Tariq Osman, an engineer from Tarn, said it was safe. The Mayor told nobody. "
        "Engineer Farah Idris said the work had cost 3 million euros."
    )
    questions = candidates([Article("a", "", text)])
    assert set(questions) == {
        "Who is Clara Dumont?",
        "Who is Tariq Osman?",
        "Who is Farah Idris?",
        "When was the Ostvik Bridge built?",
        "What did Farah Idris say?",
    }
    assert {question.split()[0] for question in questions[:3]} == {"Who", "When", "What"}


def test_a_greeting_gets_questions_that_are_answered(answerer, monkeypatch):
    examples = answerer.examples()
    assert 0 < len(examples) <= WANTED
    assert all(answerer.ask(example).text is not None for example in examples)
    monkeypatch.setattr(answerer.collection, "search", lambda *_: pytest.fail("it searched"))
    answer = answerer.ask("Hello!")
    assert (answer.text, answer.confidence, answer.citations) == (None, 0.0, ())
    assert (answer.help.words, answer.help.examples) == (WORDS, examples)
    assert answer.to_dict()["help"] == {"words": WORDS, "examples": list(examples)}
    printed = str(answer)
    assert printed.startswith(WORDS)
    assert all(example in printed for example in examples)


def test_a_greeting_asks_nothing_and_shows_nothing_stale(tmp_path):
    text = "The Orme lamp festival was opened by President Nils Ake in {}. It rained."
    with Collection(tmp_path / "own", create=True) as collection:
        collection.add([Article("orme", "Lamps", text.format(2016), None, None)])
        fresh = Answerer(collection)
        asked = []
        search, collection.search = collection.search, lambda *given: asked.append(given)
        assert fresh.ask("hello").help.examples == ()
        assert not asked
        collection.search = search
        examples = fresh.examples()
        by_festival = any("lamp festival" in example for example in examples)
        assert "Who is Nils Ake?" in examples or by_festival
        assert fresh.ask("hello").help.examples == examples
        counts = collection.counts()
        collection.add([Article("orme", "Lamps", "Nothing is said here of anyone.", None, None)])
        assert collection.counts() == counts
        assert fresh.ask("hello").help.examples == ()
        assert fresh.examples() == ()
        collection.remove(["orme"])
        collection.add([Article("orme", "Lamps", text.format(2016), None, None)])
        assert fresh.examples() == examples


def test_examples_are_kept_with_the_collection_and_shown_one_by_one(tmp_path, monkeypatch):
    text = "The president Nils Ake came by train. The minister Rosa Lind came by ship."
    with Collection(tmp_path / "own", create=True) as collection:
        collection.add([Article("a", "", text, None, None)])
        first = Answerer(collection)
        seen = []
        asking = first.ask
        monkeypatch.setattr(
            first, "ask", lambda question: seen.append(first.examples_so_far()) or asking(question)
        )
        found = first.examples()
        assert len(found) > 1
        assert {found[:number] for number in range(len(found))} <= set(seen)
    with Collection(tmp_path / "own") as collection:
        assert Answerer(collection).ready_examples() == found
        (tmp_path / "own" / "examples.json").write_text("[")
        assert Answerer(collection).ready_examples() is None
    with Collection(tmp_path / "own") as collection:
        assert Answerer(collection).examples() == found
        collection.add([Article("b", "", "It rained.", None, None)])
        assert Answerer(collection).ready_examples() is None


def test_an_empty_collection_says_what_to_do(tmp_path):
    with Collection(tmp_path / "empty", create=True) as collection:
        answer = Answerer(collection).ask("what can you do?")
    assert (answer.text, answer.help.words, answer.help.examples) == (None, EMPTY, ())


def test_thanks_do_not_end_a_conversation(answerer):
    asked = "Where did he arrive on Friday?"
    history = [Turn("Who delivered a letter to Trump?", "Kim Yong-chol")]
    thanked = [*history, Turn("thanks", None)]
    assert answerer.ask(asked, thanked).text == answerer.ask(asked, history).text
    chat = Chat(answerer)
    assert chat.ask("hi").help is not None
    assert chat.ask("Who is Pyongyang's lead negotiator?").help is None


def test_the_examples_are_about_the_newest_articles_that_are_ones_own(tmp_path):
    texts = {
        "seeds/a.txt": ("The president Anna Berg opened the bridge.", date(2024, 5, 5)),
        "old.txt": ("The minister Karl Lund visited the mill on Friday.", date(2001, 1, 1)),
        "new.txt": ("The minister Rosa Lind visited the port on Friday.", date(2020, 1, 1)),
    }
    with Collection(tmp_path / "own", create=True) as collection:
        collection.add(
            Article(source, "", text, day, source) for source, (text, day) in texts.items()
        )
        own, samples = _newest(collection)
        assert [article.id for article in own] == ["new.txt", "old.txt"]
        assert [article.id for article in samples] == ["seeds/a.txt"]
        asked = Answerer(collection).examples()
        assert asked.index("Who is Rosa Lind?") < asked.index("Who is Anna Berg?")
