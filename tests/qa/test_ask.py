"""The whole path over the seed articles, with the bundled models."""

import json
from datetime import date
from pathlib import Path

import pytest

import qa
from index import Article, Collection
from index.errors import UserError
from index.types import Filters
from qa.chat import Chat
from qa.loading import default_folder
from qa.pipeline import Answerer
from qa.rendering import SILENCES
from qa.settings import MAX_QUESTION_CHARACTERS
from qa.squad_metrics import exact_match
from qa.types import Turn

ROOT = Path(__file__).resolve().parents[2]


def every_citation(answer):
    for alternative in (answer, *answer.alternatives):
        yield from alternative.citations


def test_the_question_of_the_design_card(answerer, seeds):
    answer = answerer.ask("when was the Singapore summit")
    assert answer.text is not None
    assert 0 < answer.confidence < 1
    assert answer.citations[0].quote == answer.text
    for citation in every_citation(answer):
        text = seeds.article(citation.article_id).text
        assert text[citation.start : citation.end] == citation.quote
        assert text[citation.passage_start : citation.passage_end] == citation.passage
        assert citation.passage_start <= citation.start <= citation.end <= citation.passage_end
        # The text below the head of the file, so that anyone can check them.
        assert (ROOT / citation.source).read_text().endswith(text)


@pytest.mark.parametrize(
    "question",
    ["Who is the president of France?", "What is the boiling point of water?", "asdf qwer zxcv"],
)
def test_what_the_articles_do_not_say(answerer, question):
    answer = answerer.ask(question)
    assert answer.text is None
    assert answer.citations
    assert all(citation.quote == "" for citation in answer.citations)
    assert str(answer).startswith(SILENCES["not said"])


def test_prints_with_its_words_marked(answerer):
    answer = answerer.ask("when was the Singapore summit")
    printed = str(answer)
    assert printed.startswith(answer.text)
    assert f"«{answer.text}»" in printed


def test_json_is_complete_and_plain(answerer):
    fields = json.loads(json.dumps(answerer.ask("Who met Kim Yong-chol?").to_dict()))
    assert {"question", "text", "confidence", "citations", "date", "alternatives"} <= set(fields)
    assert {
        "article_id",
        "title",
        "published",
        "source",
        "start",
        "end",
        "quote",
        "passage_start",
        "passage_end",
    } <= set(fields["citations"][0])


@pytest.mark.parametrize("question", ["", "   \n"])
def test_an_empty_question_is_refused(answerer, question):
    with pytest.raises(UserError, match="empty"):
        answerer.ask(question)


def test_a_question_of_10_000_words_is_refused(answerer):
    with pytest.raises(UserError, match=f"at most {MAX_QUESTION_CHARACTERS:,}"):
        answerer.ask("word " * 10_000)


def test_filters_apply_to_the_question(answerer):
    later = answerer.ask("Who met Kim Yong-chol?", filters=Filters(since=date(2019, 1, 1)))
    assert {c.published for c in later.citations} == {date(2019, 1, 19)}
    nothing = answerer.ask("Who met Kim Yong-chol?", filters=Filters(until=date(2001, 1, 1)))
    assert nothing.text is None
    assert nothing.citations == ()
    by_source = answerer.ask("Who met Kim Yong-chol?", filters=Filters(source="SEEDS/002"))
    assert all(citation.source.startswith("seeds/002") for citation in by_source.citations)


def test_a_question_to_some_articles_is_answered_from_them_alone(answerer):
    question = "Who met Kim Yong-chol?"
    ids = [article.id for article in answerer.collection.articles()]
    assert len(ids) == 2
    for article_id in ids:
        asked = answerer.ask(question, filters=Filters(articles=frozenset([article_id, "nobody"])))
        assert {citation.article_id for citation in asked.citations} == {article_id}
        chat = Chat(answerer, Filters(articles=frozenset([article_id])))
        for follow_up in (question, "Where did they meet?"):
            assert {cited.article_id for cited in chat.ask(follow_up).citations} == {article_id}
    every = Filters(articles=frozenset(ids))
    assert answerer.ask(question, filters=every) == answerer.ask(question)
    nothing = answerer.ask(question, filters=Filters(articles=frozenset(["nobody"])))
    assert (nothing.text, nothing.citations, nothing.silence) == (None, (), "filtered out")
    with pytest.raises(UserError, match="in a list"):
        qa.ask(question, answerer.collection, articles=ids[0])


def test_an_empty_collection_says_so(tmp_path):
    with Collection(tmp_path / "empty", create=True) as collection:
        answer = Answerer(collection).ask("Who?")
    assert (answer.text, answer.citations, answer.confidence) == (None, (), 0.0)
    assert answer.silence == "no articles"


def test_an_article_is_found_when_added_and_gone_when_removed(tmp_path):
    article = Article(
        "zoo", "Zoo news", "The zoo's new elephant is called Bertha.", date(2024, 5, 1)
    )
    with Collection(tmp_path / "zoo", create=True) as collection:
        answerer = Answerer(collection)
        collection.add([article])
        assert answerer.ask("What is the elephant called?").text == "Bertha"
        collection.remove(["zoo"])
        assert answerer.ask("What is the elephant called?").text is None


def test_a_copied_report_is_cited_and_makes_nothing_surer(tmp_path):
    report = (
        "The city zoo has a new elephant. Keepers said on Monday that the new elephant, which "
        "came by ship from Sri Lanka, is called Bertha. It weighs two tonnes."
    )
    question = "What is the elephant called?"
    with Collection(tmp_path / "zoo", create=True) as collection:
        answerer = Answerer(collection)
        collection.add([Article("first", "", report)])
        alone = answerer.ask(question)
        collection.add([Article("copy", "", report)])
        copied = answerer.ask(question)
    assert alone.text == copied.text == "Bertha"
    assert {citation.article_id for citation in copied.citations} == {"first", "copy"}
    assert copied.confidence == pytest.approx(alone.confidence, abs=0.005)


def test_ask_opens_a_folder_or_a_collection_or_the_default(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    by_default = qa.ask("Who is Pyongyang's lead negotiator?")
    assert by_default.text
    folder = default_folder()
    assert folder.is_relative_to(tmp_path)
    assert qa.ask("Who is Pyongyang's lead negotiator?", folder).text == by_default.text
    with Collection(folder) as collection:
        assert qa.ask("Who is Pyongyang's lead negotiator?", collection).text == by_default.text
        assert collection.counts()[0] == 2


def test_seeds_that_were_removed_do_not_come_back(tmp_path, monkeypatch):
    from qa.loading import open_collection

    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with open_collection() as collection:
        collection.remove([article.id for article in collection.articles()])
    with open_collection() as collection:
        assert collection.counts() == (0, 0)


def test_a_follow_up_is_understood_from_what_came_before(answerer):
    history = [Turn("Who delivered a letter to Trump?", "Kim Yong-chol")]
    alone = answerer.ask("Where did he arrive on Friday?")
    followed = answerer.ask("Where did he arrive on Friday?", history)
    assert followed.confidence >= alone.confidence
    assert exact_match(followed.text, ["White House"])  # with its "the" or without
