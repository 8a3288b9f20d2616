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
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Any

from index.errors import UserError
from index.local.connections import Connections
from index.types import NO_FILTERS, Filters
from qa.types import Answer, Turn
from ui.feedback import Verdict

FILE = "conversations.sqlite"
MAX_NAME = 200
MAX_EXCHANGES = 1_000
"""Questions of one conversation, at most; a new one can always be begun."""

_ID = re.compile(r"[A-Za-z0-9_-]{12,64}")
_NAME_LENGTH = 80
_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, collection TEXT NOT NULL,
    changed TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS conversations_listed ON conversations (person, changed);
CREATE TABLE IF NOT EXISTS exchanges (
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, key TEXT NOT NULL, question TEXT NOT NULL, asked TEXT NOT NULL,
    filters TEXT NOT NULL, restricted_to TEXT NOT NULL, text TEXT, answer TEXT,
    problem TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '[]', verdict TEXT,
    PRIMARY KEY (conversation, number), UNIQUE (conversation, key)
) STRICT;
"""


class NoConversationError(UserError):
    """There is no such conversation, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("no conversation of this id")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation, and what became of it.

    Attributes:
        number: Its place in the conversation, from 0.
        question: As it was typed.
        asked: When, in UTC.
        filters: Which articles it was asked of.
        restricted_to: The filters in words, or "".
        answer: The answer, once there is one.
        problem: Why there is none, in one line. Without either it is still to be answered.
        why: What each step of the pipeline found, in lines.
        verdict: What the reader of the answer thought of it.
    """

    number: int
    question: str
    asked: datetime
    filters: Filters = NO_FILTERS
    restricted_to: str = ""
    answer: Answer | None = None
    problem: str = ""
    why: tuple[str, ...] = ()
    verdict: Verdict | None = None

    @property
    def settled(self) -> bool:
        """Whether it is known what became of it."""
        return self.answer is not None or bool(self.problem)

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; the answer is that of `Answer.to_dict`."""
        return {
            "number": self.number,
            "question": self.question,
            "asked": self.asked.isoformat(),
            "filters": _filters_json(self.filters),
            "answer": self.answer.to_dict() if self.answer else None,
            "problem": self.problem or None,
            "verdict": self.verdict,
        }


@dataclass(frozen=True, slots=True)
class Heading:
    """A conversation in a list.

    Attributes:
        id: Names it in addresses.
        name: Its first question, until somebody gives it another name.
        collection: The name of the collection that is asked.
        changed: When it was last asked, in UTC.
        exchanges: How many questions it has.
    """

    id: str
    name: str
    collection: str
    changed: datetime
    exchanges: int

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "id": self.id,
            "name": self.name,
            "collection": self.collection,
            "changed": self.changed.isoformat(),
            "questions": self.exchanges,
        }


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with all that was asked in it, oldest first."""

    heading: Heading
    exchanges: tuple[Exchange, ...]

    def history_before(self, number: int) -> tuple[Turn, ...]:
        """What was said before an exchange, as the pipeline takes it; without what failed."""
        return tuple(
            Turn(exchange.answer.understood_as or exchange.question, exchange.answer.text)
            for exchange in self.exchanges[:number]
            if exchange.answer is not None
        )

    def to_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **self.heading.to_dict(),
            "exchanges": [exchange.to_dict() for exchange in self.exchanges],
        }


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
                f"{_HEADING} {source} ORDER BY changed DESC, id LIMIT ? OFFSET ?",
                (person, limit, offset),
            ).fetchall()
        return total, tuple(_heading(row) for row in rows)

    def get(self, person: str, conversation_id: str) -> Conversation:
        """A whole conversation.

        Raises:
            NoConversationError: If the person has none of this id.
        """
        with self._open().reading() as connection:
            heading = _owned(connection, person, conversation_id)
            rows = connection.execute(
                f"{_SELECT_EXCHANGE} WHERE conversation = ? ORDER BY number", (conversation_id,)
            ).fetchall()
        return Conversation(heading, tuple(_exchange(row) for row in rows))

    def ask(
        self, person: str, conversation_id: str, key: str, question: str, collection: str,
        filters: Filters = NO_FILTERS, restricted_to: str = "",
    ) -> tuple[Exchange, bool]:  # fmt: skip
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
                f"{_SELECT_EXCHANGE} WHERE conversation = ? AND key = ?", (conversation_id, key)
            ).fetchone()
            if row is not None:
                return _exchange(row), False
            if known.exchanges >= MAX_EXCHANGES:
                raise UserError(
                    f"a conversation has at most {MAX_EXCHANGES:,} questions; begin a new one"
                )
            connection.execute(
                "INSERT INTO exchanges (conversation, number, key, question, asked, filters, "
                "restricted_to) VALUES (?, ?, ?, ?, ?, ?, ?)",
                (conversation_id, known.exchanges, key, question, now,
                 json.dumps(_filters_json(filters)), restricted_to),
            )  # fmt: skip
            connection.execute(
                "UPDATE conversations SET changed = ? WHERE id = ?", (now, conversation_id)
            )
        asked = datetime.fromisoformat(now)
        return Exchange(known.exchanges, question, asked, filters, restricted_to), True

    def settle(
        self, person: str, conversation_id: str, number: int, answer: Answer | None,
        *, problem: str = "", why: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Store what became of a question; of a conversation that was deleted, nothing is.

        A problem takes no answer away that the question had before.
        """
        given = json.dumps(answer.to_dict(), ensure_ascii=False) if answer else None
        with self._open().writing() as connection:
            connection.execute(
                "UPDATE exchanges SET answer = ?, text = ?, problem = ?, why = ?, verdict = NULL "
                "WHERE conversation = ? AND number = ? AND (?1 IS NOT NULL OR answer IS NULL) "
                "AND EXISTS (SELECT 1 FROM conversations WHERE id = conversation AND person = ?)",
                (given, answer.text if answer else None, problem, json.dumps(list(why)),
                 conversation_id, number, person),
            )  # fmt: skip

    def rate(self, person: str, conversation_id: str, number: int, verdict: Verdict) -> Exchange:
        """Store what somebody thinks of an answer; returns the exchange as it was before.

        Raises:
            NoConversationError: If the person has no such answer.
        """
        with self._open().writing() as connection:
            _owned(connection, person, conversation_id)
            row = connection.execute(
                f"{_SELECT_EXCHANGE} WHERE conversation = ? AND number = ?",
                (conversation_id, number),
            ).fetchone()
            if row is None or _exchange(row).answer is None:
                raise NoConversationError
            connection.execute(
                "UPDATE exchanges SET verdict = ? WHERE conversation = ? AND number = ?",
                (verdict, conversation_id, number),
            )
        return _exchange(row)

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
                    self._connections = _opened(self._folder / FILE)
                except (OSError, UserError):
                    # Answers from a medium that cannot be written are as good as others.
                    self._temporary = tempfile.TemporaryDirectory(prefix="article-qa-")
                    self._connections = _opened(Path(self._temporary.name) / FILE)
            return self._connections


def new_id() -> str:
    """A name for a conversation, which nobody guesses."""
    return secrets.token_urlsafe(12)


_HEADING = (
    "SELECT id, name, collection, changed, (SELECT count(*) FROM exchanges WHERE conversation = id)"
)
_SELECT_EXCHANGE = (
    "SELECT number, question, asked, filters, restricted_to, answer, problem, why, verdict "
    "FROM exchanges"
)


def _opened(path: Path) -> Connections:
    path.parent.mkdir(parents=True, exist_ok=True)
    connections = Connections(path)
    try:
        _check_version(connections.get(), path)
        connections.get().execute("PRAGMA journal_mode = WAL")
        with connections.writing() as connection:
            for statement in _SCHEMA.split(";")[:-1]:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {_VERSION}")
    except sqlite3.DatabaseError as error:
        connections.close()
        raise UserError(f"{path}: cannot be opened ({error})") from None
    except UserError:
        connections.close()
        raise
    return connections


def _check_version(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version not in (0, _VERSION):
        raise UserError(f"{path}: made by a newer version of article-qa")


def _owned(connection: sqlite3.Connection, person: str, conversation_id: str) -> Heading:
    row = connection.execute(
        f"{_HEADING} FROM conversations WHERE id = ? AND person = ?", (conversation_id, person)
    ).fetchone()
    if row is None:
        raise NoConversationError
    return _heading(row)


def _heading(row: tuple[Any, ...]) -> Heading:
    id_, name, collection, changed, exchanges = row
    return Heading(id_, name, collection, datetime.fromisoformat(changed), exchanges)


def _exchange(row: tuple[Any, ...]) -> Exchange:
    number, question, asked, filters, restricted_to, stored, problem, why, verdict = row
    answer = None
    if stored is not None:
        try:
            answer = Answer.from_dict(json.loads(stored))
        except UserError:
            problem = "answered by another version of article-qa, which this one cannot read"
    return Exchange(
        number, question, datetime.fromisoformat(asked), _filters(json.loads(filters)),
        restricted_to, answer, problem, tuple(json.loads(why)), verdict,
    )  # fmt: skip


def _filters_json(filters: Filters) -> dict[str, Any]:
    return {
        "since": filters.since.isoformat() if filters.since else None,
        "until": filters.until.isoformat() if filters.until else None,
        "source": filters.source,
        "articles": sorted(filters.articles),
    }


def _filters(stored: dict[str, Any]) -> Filters:
    since, until = (
        date.fromisoformat(stored[name]) if stored[name] else None for name in ("since", "until")
    )
    return Filters(since, until, stored["source"], frozenset(stored["articles"]))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
