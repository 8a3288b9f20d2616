"""The tool that other programs' models can call, over the Model Context Protocol."""

from datetime import date

import gradio as gr
from gradio.events import api

from index.errors import UserError
from index.types import Filters
from ui.api.schemas import AnswerOut
from ui.queues import BusyError
from ui.service import Query, Service
from ui.shown import without_folders


def add_tools(service: Service) -> None:
    """Add `ask_articles` to the page that is being built."""

    def ask_articles(
        question: str,
        collection: str = "",
        since: str = "",
        until: str = "",
        source: str = "",
        articles: tuple[str, ...] = (),
    ) -> str:
        """Answer a question in the exact words of a collection of articles, with citations.

        Args:
            question: The question, in any form; a few keywords do.
            collection: Name of the collection; empty for the main one.
            since: Only articles published on this day or later, as YYYY-MM-DD; empty for all.
            until: Only articles published on this day or earlier, as YYYY-MM-DD; empty for all.
            source: Only articles whose source holds this text; empty for all.
            articles: Only articles of these ids, as `article_id` of a citation; empty for all.

        Returns:
            The answer as JSON, with its confidence and citations; `text` is null if the articles do
            not say. Among the alternatives, those that contradict the answer or belong with it to
            the list that was asked for are named so by `relation`.
        """
        try:
            filters = Filters(_day(since), _day(until), source or None, frozenset(articles))
            query = Query(question, collection or None, (), filters)
            answer = AnswerOut.model_validate(service.ask(query, "mcp").to_dict())
            return answer.model_dump_json()
        except TimeoutError:
            raise gr.Error("the answer took too long", print_exception=False) from None
        except BusyError as error:
            raise gr.Error(f"busy: {error}", print_exception=False) from None
        except UserError as error:
            raise gr.Error(without_folders(error), print_exception=False) from None

    # Without Gradio's own queue: ours bounds it, and the call needs no way back over HTTP.
    api(ask_articles, api_name="ask_articles", queue=False)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"{text[:40]!r} is not a day of the form YYYY-MM-DD") from None
