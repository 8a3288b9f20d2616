"""What happens on the page when someone asks, rates, or opens an article."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from index.errors import UserError
from index.types import Article, Summary
from qa.trace import Trace
from ui import feedback
from ui.page.article import article_view
from ui.page.evidence import evidence_panel, explanation
from ui.page.filters import in_words, typed
from ui.page.transcript import Exchange, Session, history, transcript, with_last
from ui.service import ASK_SECONDS, Query, Service
from ui.shown import without_folders

_POLL_SECONDS = 0.04

View = tuple[str, str, Session]
"""Transcript, evidence, and the conversation that the page remembers."""


class Chat:
    """The events of the conversation; the page hands them the values of its fields."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def ask(
        self,
        question: str,
        session: Session,
        collection: str,
        since: str,
        until: str,
        source: str,
        alone: Summary | None,
    ) -> AsyncIterator[View]:
        """Answer a question; what is being done shows until the answer is there."""
        if not question.strip():
            return
        try:
            filters = typed(since, until, source, alone)
        except UserError as error:
            failed = Exchange(len(session), question, problem=without_folders(error))
            yield self._view((*session, failed))
            return
        earlier = history(session)
        words = in_words(filters, alone)
        session = (*session, Exchange(len(session), question, words, "waiting for its turn"))
        yield self._view(session)
        query = Query(question, collection, earlier, filters)
        told: list[str] = []
        trace = Trace(told.append)
        try:
            future = self._service.submit(query, "page", trace)
        except UserError as error:
            yield self._view(with_last(session, problem=without_folders(error)))
            return
        try:
            waited, shown = 0.0, 0
            while not future.done() and waited < ASK_SECONDS:
                if len(told) > shown:
                    shown = len(told)
                    session = with_last(session, status=told[-1])
                    yield self._view(session)
                await asyncio.sleep(_POLL_SECONDS)
                waited += _POLL_SECONDS
            answer = future.result(timeout=0)
        except TimeoutError:
            yield self._view(with_last(session, problem="this takes too long; try it again"))
        except UserError as error:
            yield self._view(with_last(session, problem=without_folders(error)))
        else:
            # The trace holds whole articles; the page remembers only its lines.
            answer = replace(answer, trace=None)
            yield self._view(with_last(session, answer=answer, why=tuple(trace.lines())))
        finally:
            # Stopped, or the page was closed: a question that has not begun need not begin.
            future.cancel()

    def stopped(self, session: Session) -> View:
        """The conversation after its question was stopped."""
        if not session:
            return transcript(()), evidence_panel(None), session
        last = session[-1]
        if last.answer is None and not last.problem:
            session = with_last(session, problem="stopped")
        return self._view(session)

    def rate(self, session: Session, collection: str, data: dict[str, Any]) -> View:
        """Store what someone thinks of an answer.

        Raises:
            UserError: If it cannot be stored.
        """
        exchange = _exchange(session, data)
        verdict = data.get("action")
        if exchange is None or exchange.answer is None or verdict not in ("like", "dislike"):
            return self._view(session)
        if exchange.verdict != verdict:
            place = self._service.library.collection(collection).path
            feedback.store(feedback.folder_of(place), exchange.answer, verdict)
        rated = replace(exchange, verdict=verdict)
        session = tuple(rated if each.number == rated.number else each for each in session)
        return self._view(session, shown=rated)

    def show(self, session: Session, data: dict[str, Any]) -> str:
        """The evidence of an earlier answer."""
        exchange = _exchange(session, data)
        return _evidence(exchange) if exchange else evidence_panel(None)

    def open_article(self, collection: str, data: dict[str, Any]) -> str:
        """A whole article, with the words of a citation marked.

        Raises:
            UserError: If it is not in the collection any more.
        """
        article = self._article(collection, data)
        start, end, first, last = (
            _number(data, name) for name in ("start", "end", "first", "last")
        )
        return article_view(article, start, end, passage=(first, last))

    def alone(self, collection: str, data: dict[str, Any]) -> Summary:
        """What the page remembers of the article that is to be asked alone.

        Raises:
            UserError: If it is not in the collection any more.
        """
        found = self._article(collection, data)
        return Summary(found.id, found.title, found.published, found.source, len(found.text))

    def _article(self, collection: str, data: dict[str, Any]) -> Article:
        article = self._service.library.collection(collection).article(str(data.get("article")))
        if article is None:
            raise UserError("this article is not in the collection any more")
        return article

    def _view(self, session: Session, shown: Exchange | None = None) -> View:
        shown = shown or session[-1]
        return transcript(session), _evidence(shown), session


def _evidence(exchange: Exchange) -> str:
    return evidence_panel(exchange.answer) + explanation(exchange.why)


def _exchange(session: Session, data: dict[str, Any]) -> Exchange | None:
    number = _number(data, "number")
    return session[number] if number < len(session) else None


def _number(data: dict[str, Any], name: str) -> int:
    text = str(data.get(name, ""))
    # The browser sends these; whatever is no plain number is as good as the beginning.
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0
