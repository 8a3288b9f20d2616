"""The questions of conversations, each asked in its turn, whoever is still looking.

An answer is stored when it is there, also if the page that asked has been closed in the meantime.
"""

import logging
from collections import deque
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Lock

from index.errors import UserError
from index.types import NO_FILTERS, Filters
from qa.question.understand import checked_question
from qa.trace import Trace
from qa.types import Answer
from ui.conversations.store import Conversations
from ui.conversations.types import Conversation, Exchange
from ui.service import Query, Service
from ui.shown import without_folders

STOPPED = "stopped"
WAITING = "waiting for its turn"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Asked:
    """A question that is waited for."""

    exchange: Exchange
    trace: Trace = field(default_factory=Trace)
    status: str = WAITING
    future: "Future[Answer] | None" = None


@dataclass(slots=True)
class _Line:
    """The questions of one conversation that are not settled, in their order."""

    person: str
    conversation: str
    asked: deque[_Asked] = field(default_factory=deque)


class Dialogues:
    """Asks the questions of each conversation one after the other: each may lean on the last."""

    def __init__(self, service: Service, conversations: Conversations) -> None:
        """Prepare.

        Args:
            service: Answers.
            conversations: Where questions and answers are kept.
        """
        self.conversations = conversations
        self._service = service
        self._lines: dict[str, _Line] = {}
        self._lock = Lock()

    def ask(
        self,
        person: str,
        conversation_id: str,
        key: str,
        question: str,
        collection: str,
        filters: Filters = NO_FILTERS,
        restricted_to: str = "",
    ) -> int:
        """Take a question, to be answered after those before it; returns its number.

        The arguments are those of `Conversations.ask`.

        Raises:
            UserError: As `Conversations.ask`; if the question is empty or too long, or there is no
                such collection.
        """
        question = checked_question(question)
        self._service.library.collection(collection)
        exchange, is_new = self.conversations.ask(
            person, conversation_id, key, question, collection, filters, restricted_to
        )
        if is_new:
            self._line_up(person, conversation_id, exchange)
        return exchange.number

    def ask_again(self, person: str, conversation_id: str, number: int) -> None:
        """Ask a question once more; the answer that it has stays until there is another.

        Raises:
            UserError: If there is no such question.
        """
        conversation = self.conversations.get(person, conversation_id)
        if not 0 <= number < len(conversation.exchanges):
            raise UserError("no question of this number")
        if number not in self.statuses(conversation_id):
            self._line_up(person, conversation_id, conversation.exchanges[number])

    def stop(self, person: str, conversation_id: str) -> None:
        """Answer nothing more of what a conversation waits for.

        Raises:
            NoConversationError: If the person has none of this id.
        """
        self.conversations.get(person, conversation_id)
        with self._lock:
            line = self._lines.pop(conversation_id, None)
        for asked in line.asked if line else ():
            if asked.future is not None:
                asked.future.cancel()
            self._settle(person, conversation_id, asked, problem=STOPPED)

    def statuses(self, conversation_id: str) -> dict[int, str]:
        """The status of each question that is waited for, by its number."""
        with self._lock:
            line = self._lines.get(conversation_id)
            return {asked.exchange.number: asked.status for asked in line.asked} if line else {}

    def _line_up(self, person: str, conversation_id: str, exchange: Exchange) -> None:
        asked = _Asked(exchange)
        with self._lock:
            line = self._lines.setdefault(conversation_id, _Line(person, conversation_id))
            line.asked.append(asked)
            is_first = len(line.asked) == 1
        if is_first:
            self._begin(line, asked)

    def _begin(self, line: _Line, asked: _Asked | None) -> None:
        """Ask the first question of the line that can be asked."""
        while asked is not None:
            asked.trace.on_step = partial(setattr, asked, "status")
            try:
                conversation = self.conversations.get(line.person, line.conversation)
                query = _query(conversation, asked.exchange)
                future = self._service.submit(query, "page", asked.trace)
            except UserError as error:
                self._settle(line.person, line.conversation, asked, problem=without_folders(error))
                asked = self._next(line)
                continue
            asked.future = future
            future.add_done_callback(partial(self._answered, line, asked))
            return

    def _next(self, line: _Line) -> _Asked | None:
        """The question after the first one of the line, which is settled; None if there is none.

        A line without questions ends here, under the lock: who asks next begins another.
        """
        with self._lock:
            if self._lines.get(line.conversation) is not line:
                return None  # It was stopped.
            line.asked.popleft()
            if line.asked:
                return line.asked[0]
            del self._lines[line.conversation]
            return None

    def _answered(self, line: _Line, asked: _Asked, future: "Future[Answer]") -> None:
        with self._lock:
            if self._lines.get(line.conversation) is not line:
                return  # It was stopped.
        try:
            # The trace holds whole articles; only its lines are kept.
            answer = replace(future.result(), trace=None)
        except CancelledError:
            self._settle(line.person, line.conversation, asked, problem=STOPPED)
        except UserError as error:
            self._settle(line.person, line.conversation, asked, problem=without_folders(error))
        except Exception:  # noqa: BLE001 - whatever it was, the questions after it are asked
            _log.exception("a question failed")
            problem = "something went wrong here; ask again"
            self._settle(line.person, line.conversation, asked, problem=problem)
        else:
            self._settle(line.person, line.conversation, asked, answer)
        self._begin(line, self._next(line))

    def _settle(
        self,
        person: str,
        conversation_id: str,
        asked: _Asked,
        answer: Answer | None = None,
        *,
        problem: str = "",
    ) -> None:
        why = asked.trace.lines() if answer is not None else ()
        try:
            self.conversations.settle(
                person, conversation_id, asked.exchange.number, answer, problem=problem, why=why
            )
        except UserError:
            _log.exception("an answer cannot be kept")


def _query(conversation: Conversation, exchange: Exchange) -> Query:
    history = conversation.history_before(exchange.number)
    return Query(exchange.question, conversation.heading.collection, history, exchange.filters)
