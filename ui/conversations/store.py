"""Conversations that stay: questions and what became of them, in one SQLite file.

Each conversation belongs to one person, and nobody else can read, change or even tell that it is
there. What a method has stored when it returns survives a kill and a power cut.
"""

import json
import re
import secrets
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock

from index.errors import UserError
from index.local.connections import Connections
from index.types import NO_FILTERS, Filters
from qa.types import Answer
from ui.conversations.schema import (
    SELECT_EXCHANGE,
    SELECT_HEADING,
    exchange_of,
    heading_of,
    opened,
)
from ui.conversations.types import Conversation, Exchange, Heading, filters_to_dict
from ui.feedback import Verdict

FILE = "conversations.sqlite"
MAX_NAME = 200
MAX_EXCHANGES = 1_000
"""Questions of one conversation, at most; a new one can always be begun."""

_ID = re.compile(r"[A-Za-z0-9_-]{12,64}")
_NAME_LENGTH = 80


class NoConversationError(UserError):
    """There is no such conversation, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("no conversation of this id")


class Conversations:
    """The conversations of all people of a server. Safe to share between threads and processes."""

    def __init__(self, folder: Path) -> None:
        """Prepare; the file is made with the first conversation.

        Args:
            folder: Where the file is. If it cannot be written, the conversations are kept only
                until the process ends.
        """
        self._folder = folder
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._connections: Connections | None = None
        self._lock = Lock()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connections is not None:
                self._connections.close()
                self._connections = None
            if self._temporary is not None:
                self._temporary.cleanup()
                self._temporary = None

    def list(
        self, person: str, words: str = "", offset: int = 0, limit: int = 100
    ) -> tuple[int, tuple[Heading, ...]]:
        """The conversations of a person, the last asked first.

        Args:
            person: Whose.
            words: Each of them must be in the name, a question or an answer, in any case.
            offset: How many to leave out.
            limit: How many to give, at most.

        Returns:
            How many there are, and the part that was asked for.
        """
        wanted = words.casefold().split()

        def matches(*texts: str | None) -> bool:
            said = " ".join(text for text in texts if text).casefold()
            return all(word in said for word in wanted)

        with self._open().reading() as connection:
            connection.create_function("matches", 2, matches)
            source = "FROM conversations WHERE person = ?"
            if wanted:
                source += (
                    " AND matches(name, (SELECT group_concat(question || ' ' || ifnull(text, ''), "
                    "' ') FROM exchanges WHERE conversation = id))"
                )
            (total,) = connection.execute(f"SELECT count(*) {source}", (person,)).fetchone()
            rows = connection.execute(
                f"{SELECT_HEADING} {source} ORDER BY changed DESC, id LIMIT ? OFFSET ?",
                (person, limit, offset),
            ).fetchall()
        return total, tuple(heading_of(row) for row in rows)

    def get(self, person: str, conversation_id: str) -> Conversation:
        """A whole conversation.

        Raises:
            NoConversationError: If the person has none of this id.
        """
        with self._open().reading() as connection:
            heading = _owned(connection, person, conversation_id)
            rows = connection.execute(
                f"{SELECT_EXCHANGE} WHERE conversation = ? ORDER BY number", (conversation_id,)
            ).fetchall()
        return Conversation(heading, tuple(exchange_of(row) for row in rows))

    def ask(
        self,
        person: str,
        conversation_id: str,
        key: str,
        question: str,
        collection: str,
        filters: Filters = NO_FILTERS,
        restricted_to: str = "",
    ) -> tuple[Exchange, bool]:
        """Store a question that is about to be answered; the first one begins the conversation.

        Args:
            person: Who asks.
            conversation_id: Made by `new_id`, or by who asks.
            key: Made by who asks; sent again, the question is not asked twice.
            question: What is asked.
            collection: The collection of a conversation that begins.
            filters: Which articles are asked.
            restricted_to: The same in words.

        Returns:
            The exchange, and whether it is new.

        Raises:
            NoConversationError: If the conversation is somebody else's, or its id is none.
            UserError: If it is full.
        """
        if not _ID.fullmatch(conversation_id):
            raise NoConversationError
        now = _now()
        with self._open().writing() as connection:
            name = question if len(question) <= _NAME_LENGTH else f"{question[:_NAME_LENGTH]}…"
            connection.execute(
                "INSERT OR IGNORE INTO conversations VALUES (?, ?, ?, ?, ?)",
                (conversation_id, person, " ".join(name.split()), collection, now),
            )
            known = _owned(connection, person, conversation_id)
            row = connection.execute(
                f"{SELECT_EXCHANGE} WHERE conversation = ? AND key = ?", (conversation_id, key)
            ).fetchone()
            if row is not None:
                return exchange_of(row), False
            if known.exchanges >= MAX_EXCHANGES:
                raise UserError(
                    f"a conversation has at most {MAX_EXCHANGES:,} questions; begin a new one"
                )
            connection.execute(
                "INSERT INTO exchanges (conversation, number, key, question, asked, filters, "
                "restricted_to) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    conversation_id,
                    known.exchanges,
                    key,
                    question,
                    now,
                    json.dumps(filters_to_dict(filters)),
                    restricted_to,
                ),
            )
            connection.execute(
                "UPDATE conversations SET changed = ? WHERE id = ?", (now, conversation_id)
            )
        asked = datetime.fromisoformat(now)
        return Exchange(known.exchanges, question, asked, filters, restricted_to), True

    def settle(
        self,
        person: str,
        conversation_id: str,
        number: int,
        answer: Answer | None,
        *,
        problem: str = "",
        why: Sequence[str] = (),
    ) -> None:
        """Store what became of a question; of a conversation that was deleted, nothing is.

        A problem takes no answer away that the question had before.
        """
        given = json.dumps(answer.to_dict(), ensure_ascii=False) if answer else None
        with self._open().writing() as connection:
            connection.execute(
                "UPDATE exchanges SET answer = ?, text = ?, problem = ?, why = ?, verdict = NULL "
                "WHERE conversation = ? AND number = ? AND (?1 IS NOT NULL OR answer IS NULL) "
                "AND EXISTS (SELECT 1 FROM conversations WHERE id = conversation AND person = ?)",
                (
                    given,
                    answer.text if answer else None,
                    problem,
                    json.dumps(list(why)),
                    conversation_id,
                    number,
                    person,
                ),
            )

    def rate(self, person: str, conversation_id: str, number: int, verdict: Verdict) -> Exchange:
        """Store what somebody thinks of an answer; returns the exchange as it was before.

        Raises:
            NoConversationError: If the person has no such answer.
        """
        with self._open().writing() as connection:
            _owned(connection, person, conversation_id)
            row = connection.execute(
                f"{SELECT_EXCHANGE} WHERE conversation = ? AND number = ?",
                (conversation_id, number),
            ).fetchone()
            if row is None or exchange_of(row).answer is None:
                raise NoConversationError
            connection.execute(
                "UPDATE exchanges SET verdict = ? WHERE conversation = ? AND number = ?",
                (verdict, conversation_id, number),
            )
        return exchange_of(row)

    def rename(self, person: str, conversation_id: str, name: str) -> Heading:
        """Give a conversation another name.

        Raises:
            NoConversationError: If the person has none of this id.
            UserError: If the name is empty or too long.
        """
        name = " ".join(name.split())
        if not 0 < len(name) <= MAX_NAME:
            raise UserError(f"a conversation's name has 1 to {MAX_NAME} characters")
        with self._open().writing() as connection:
            known = _owned(connection, person, conversation_id)
            connection.execute(
                "UPDATE conversations SET name = ? WHERE id = ?", (name, conversation_id)
            )
        return replace(known, name=name)

    def delete(self, person: str, conversation_id: str) -> None:
        """Delete a conversation with all that was asked in it.

        Raises:
            NoConversationError: If the person has none of this id.
        """
        with self._open().writing() as connection:
            _owned(connection, person, conversation_id)
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def _open(self) -> Connections:
        with self._lock:
            if self._connections is None:
                try:
                    self._connections = opened(self._folder / FILE)
                except (OSError, UserError):
                    # Answers from a medium that cannot be written are as good as others.
                    self._temporary = tempfile.TemporaryDirectory(prefix="article-qa-")
                    self._connections = opened(Path(self._temporary.name) / FILE)
            return self._connections


def new_id() -> str:
    """A name for a conversation, which nobody guesses."""
    return secrets.token_urlsafe(12)


def _owned(connection: sqlite3.Connection, person: str, conversation_id: str) -> Heading:
    row = connection.execute(
        f"{SELECT_HEADING} FROM conversations WHERE id = ? AND person = ?",
        (conversation_id, person),
    ).fetchone()
    if row is None:
        raise NoConversationError
    return heading_of(row)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
