"""Conversations stay, whatever dies when, and are their owner's alone."""

import os
import random
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from index.errors import UserError
from index.types import Filters
from qa.types import Answer, Citation
from ui.conversations.store import (
    FILE,
    MAX_EXCHANGES,
    Conversations,
    NoConversationError,
    new_id,
)

ROOT = Path(__file__).absolute().parents[2]


@pytest.fixture
def conversations(tmp_path):
    made = Conversations(tmp_path)
    yield made
    made.close()


def answered(question, text="in Riga", understood_as=None):
    citation = Citation("a", "Title", date(2020, 1, 2), "x.txt", 3, 10, text, 0, 12, f"is {text}, ")
    return Answer(question, text, 0.9, (citation,), understood_as=understood_as)


def talk(conversations, person, conversation, *questions):
    for key, question in enumerate(questions):
        exchange, _ = conversations.ask(person, conversation, str(key), question, "main")
        conversations.settle(person, conversation, exchange.number, answered(question))


def test_what_was_answered_is_there_after_the_file_is_opened_again(tmp_path):
    first, conversation = Conversations(tmp_path), new_id()
    filters = Filters(date(2018, 1, 1), None, "reuters", frozenset({"b", "a"}))
    exchange, is_new = first.ask("", conversation, "k", "Where  is\nit?", "main", filters, "Only")
    assert is_new
    answer = answered("Where is it?", understood_as="Where is the fair?")
    first.settle("", conversation, exchange.number, answer, why=["understand", "read"])
    first.close()
    again = Conversations(tmp_path).get("", conversation)
    assert again.heading.name == "Where is it?"
    (kept,) = again.exchanges
    assert (kept.answer, kept.filters, kept.restricted_to) == (answer, filters, "Only")
    assert (kept.question, kept.why) == ("Where  is\nit?", ("understand", "read"))
    (turn,) = again.history_before(1)
    assert (turn.question, turn.answer) == ("Where is the fair?", "in Riga")
    assert again.history_before(0) == ()


def test_a_question_that_is_sent_twice_is_asked_once(conversations):
    conversation = new_id()
    first, _ = conversations.ask("", conversation, "one", "Who?", "main")
    second, is_new = conversations.ask("", conversation, "one", "Who?", "main")
    assert (second.number, is_new) == (first.number, False)
    third, is_new = conversations.ask("", conversation, "two", "Who?", "main")
    assert (third.number, is_new) == (1, True)


def test_they_are_listed_last_asked_first_and_found_by_what_was_said(conversations):
    fair, mill = new_id(), new_id()
    talk(conversations, "", fair, "Where is the fair?", "And when?")
    talk(conversations, "", mill, "Who owns the Mill?")
    total, headings = conversations.list("")
    assert (total, [heading.name for heading in headings]) == (
        2,
        ["Who owns the Mill?", "Where is the fair?"],
    )
    assert headings[1].exchanges == 2
    for words, expected in (
        ("MILL", [mill]),
        ("when FAIR", [fair]),
        ("riga", [mill, fair]),
        ("100%", []),
        ("x", []),
    ):
        assert [heading.id for heading in conversations.list("", words)[1]] == expected
    assert conversations.list("", "", 1, 1)[1][0].id == fair
    talk(conversations, "", fair, "Where is the fair?")
    assert conversations.rename("", mill, "  The  mill ").name == "The mill"
    assert conversations.list("", "the mill")[0] == 1
    for name in ("", "  ", "x" * 201):
        with pytest.raises(UserError, match="1 to 200"):
            conversations.rename("", mill, name)


def test_nobody_reads_or_changes_those_of_another(conversations):
    conversation = new_id()
    talk(conversations, "ann", conversation, "What do I earn?")
    for person in ("bob", "", "ANN", "ann "):
        assert conversations.list(person) == (0, ())
        assert conversations.list(person, "earn") == (0, ())
        for forbidden in (
            lambda person=person: conversations.get(person, conversation),
            lambda person=person: conversations.ask(person, conversation, "k", "Who?", "main"),
            lambda person=person: conversations.rename(person, conversation, "mine"),
            lambda person=person: conversations.delete(person, conversation),
            lambda person=person: conversations.rate(person, conversation, 0, "like"),
        ):
            with pytest.raises(NoConversationError):
                forbidden()
        conversations.settle(person, conversation, 0, answered("?", "forged"))
    kept = conversations.get("ann", conversation)
    assert kept.heading.name == "What do I earn?"
    assert [exchange.answer.text for exchange in kept.exchanges] == ["in Riga"]


@pytest.mark.parametrize("name", ["", "a", "../../etc/passwd", "x" * 65, "é" * 16, "a b" * 5])
def test_an_id_is_a_plain_word(conversations, name):
    with pytest.raises(NoConversationError):
        conversations.ask("", name, "k", "Who?", "main")


def test_a_deleted_one_leaves_nothing_behind(conversations):
    conversation = new_id()
    talk(conversations, "", conversation, "Where is the secret gannet?")
    conversations.delete("", conversation)
    # Its answer may have been on the way.
    conversations.settle("", conversation, 0, answered("?", "too late"))
    assert conversations.list("") == (0, ())
    with pytest.raises(NoConversationError):
        conversations.get("", conversation)


def test_an_answer_is_rated_and_a_failed_retry_takes_nothing_away(conversations):
    conversation = new_id()
    talk(conversations, "", conversation, "Where?")
    assert conversations.rate("", conversation, 0, "like").verdict is None
    assert conversations.rate("", conversation, 0, "dislike").verdict == "like"
    conversations.settle("", conversation, 0, None, problem="too busy")
    (kept,) = conversations.get("", conversation).exchanges
    assert (kept.answer.text, kept.problem, kept.verdict) == ("in Riga", "", "dislike")
    conversations.ask("", conversation, "second", "And?", "main")
    with pytest.raises(NoConversationError):
        conversations.rate("", conversation, 1, "like")


def test_a_conversation_has_an_end(conversations, monkeypatch):
    monkeypatch.setattr("ui.conversations.store.MAX_EXCHANGES", 2)
    conversation = new_id()
    talk(conversations, "", conversation, "One?", "Two?")
    with pytest.raises(UserError, match="begin a new one"):
        conversations.ask("", conversation, "3", "Three?", "main")
    assert MAX_EXCHANGES >= 1_000


def test_many_ask_at_once_and_each_question_gets_its_own_number(conversations):
    conversation = new_id()
    with ThreadPoolExecutor(8) as pool:
        numbers = list(
            pool.map(
                lambda key: conversations.ask("", conversation, str(key), "Q?", "main")[0].number,
                range(40),
            )
        )
    assert sorted(numbers) == list(range(40))


def test_where_nothing_can_be_written_they_last_as_long_as_the_process(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    conversations, conversation = Conversations(blocked), new_id()
    talk(conversations, "", conversation, "Where?")
    assert conversations.list("")[0] == 1
    conversations.close()


def test_a_file_of_a_newer_version_is_left_alone(tmp_path):
    import sqlite3

    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 9")
    before = (tmp_path / FILE).read_bytes()
    conversations = Conversations(tmp_path)
    talk(conversations, "", new_id(), "Where?")
    conversations.close()
    assert (tmp_path / FILE).read_bytes() == before


WRITER = """
import sys
from pathlib import Path
from qa.types import Answer
from ui.conversations.store import Conversations
conversations, conversation = Conversations(Path(sys.argv[1])), sys.argv[2]
for count in range(10**6):
    exchange, _ = conversations.ask("", conversation, f"{sys.argv[3]}-{count}", f"Q {count}?", "m")
    print("asked", exchange.number, flush=True)
    answer = Answer(exchange.question, f"answer {exchange.number}", 0.5)
    conversations.settle("", conversation, exchange.number, answer)
    print("answered", exchange.number, flush=True)
"""


def test_a_kill_loses_nothing_that_was_answered(tmp_path):
    conversation, asked, confirmed = new_id(), set(), set()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for run in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path), conversation, str(run)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        wanted = random.Random(run).randrange(3, 60)
        lines = []
        for line in writer.stdout:
            lines.append(line)
            if len(lines) == wanted:
                # In the middle of whatever it does next.
                threading.Timer(0.002 * run, writer.send_signal, [signal.SIGKILL]).start()
        writer.wait()
        for what, number in (line.split() for line in lines if line.endswith("\n")):
            (asked if what == "asked" else confirmed).add(int(number))
        conversations = Conversations(tmp_path)
        kept = conversations.get("", conversation).exchanges
        conversations.close()
        assert [exchange.number for exchange in kept] == list(range(len(kept)))
        assert asked <= {exchange.number for exchange in kept}
        for exchange in kept:
            if exchange.number in confirmed:
                assert exchange.answer.text == f"answer {exchange.number}"
    assert len(confirmed) > 20
