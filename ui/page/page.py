"""The page: its parts and what they set off."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import gradio as gr

from index.errors import UserError
from index.types import Summary
from ui.auth import Login
from ui.library import MAIN
from ui.page.article import asked_alone
from ui.page.articles_tab import ArticlesTab
from ui.page.chat import Chat
from ui.page.events import event_data, opening, script
from ui.page.evidence import evidence_panel, text_html
from ui.page.transcript import Session, welcome
from ui.service import WORKERS, Service
from ui.shown import without_folders

Fields = tuple[str, str, Session]


class Page:
    """Builds the page of a service."""

    def __init__(self, service: Service, login: Login) -> None:
        self._service = service
        self._login = login
        self._chat = Chat(service)

    def build(self) -> Any:  # noqa: ANN401 - gradio's own type is made at run time
        """The page, to be mounted."""
        with gr.Blocks(
            title="article-qa", analytics_enabled=False, fill_width=True,
        ) as blocks:  # fmt: skip
            session = gr.State(())
            with gr.Row(elem_id="aq-top", equal_height=True):
                gr.HTML(_header(self._login), js_on_load=script("actions"), elem_id="aq-brand")
                collection = gr.Dropdown(
                    self._service.library.names(), value=MAIN, label="Collection",
                    elem_id="aq-collection", filterable=False,
                )  # fmt: skip
            reader = gr.HTML("", js_on_load=script("actions", "reader"), elem_id="aq-reader")
            with gr.Tabs(elem_id="aq-tabs") as tabs:
                with gr.Tab("Ask", id="ask"):
                    self._ask_tab(session, collection, reader, tabs, blocks)
                with gr.Tab("Articles", id="articles"):
                    ArticlesTab(self._service).build(collection, reader, blocks)
        blocks.queue(default_concurrency_limit=WORKERS, max_size=256, api_open=False)
        return blocks

    def _ask_tab(
        self, session: gr.State, collection: gr.Dropdown, reader: gr.HTML, tabs: gr.Tabs,
        blocks: gr.Blocks,
    ) -> None:  # fmt: skip
        alone = gr.State(None)
        with gr.Row(elem_id="aq-columns"):
            with gr.Column(scale=6, min_width=320, elem_id="aq-left"):
                talk = gr.HTML(
                    "", js_on_load=script("actions", "transcript"),
                    elem_id="aq-talk", elem_classes="aq-scroll",
                )  # fmt: skip
                # Apart from the conversation, which hides it: finding examples takes a moment,
                # and must not overwrite what someone has asked in the meantime.
                start = gr.HTML(
                    welcome(), js_on_load=script("actions"),
                    elem_id="aq-start", elem_classes="aq-scroll",
                )  # fmt: skip
                chosen = gr.HTML(
                    "", js_on_load=script("actions", "chosen"), elem_id="aq-chosen"
                )  # fmt: skip
                with gr.Group(elem_id="aq-composer"):
                    question = gr.Textbox(
                        "", label="Your question", placeholder="When was the summit?",
                        max_lines=4, max_length=2_000, autofocus=True, elem_id="aq-question",
                    )  # fmt: skip
                    with gr.Row(elem_id="aq-buttons"):
                        ask = gr.Button("Ask", variant="primary", elem_id="aq-ask")
                        stop = gr.Button("Stop", elem_id="aq-stop")
                        again = gr.Button("Retry", elem_id="aq-retry")
                        clear = gr.Button("Clear", elem_id="aq-clear")
                with (
                    gr.Accordion("Only some articles", open=False, elem_id="aq-filters"),
                    gr.Row(),
                ):
                    since = gr.Textbox(
                        "", label="From", placeholder="2018 or 2018-06-12", elem_id="aq-since"
                    )
                    until = gr.Textbox("", label="Until", placeholder="2019", elem_id="aq-until")
                    source = gr.Textbox(
                        "", label="Source holds", placeholder="reuters", elem_id="aq-source"
                    )
            with gr.Column(scale=5, min_width=320, elem_id="aq-right"):
                evidence = gr.HTML(
                    evidence_panel(None), js_on_load=script("actions"),
                    elem_id="aq-evidence", elem_classes="aq-scroll",
                )  # fmt: skip
        fields = [question, session, collection, since, until, source, alone]
        shown = [talk, evidence, session]
        chat, show_progress = self._chat, "hidden"
        quiet: dict[str, Any] = {"show_progress": show_progress, "api_visibility": "private"}
        asked = gr.on(
            [ask.click, question.submit], self._ask, fields, [*shown, question],
            concurrency_limit=WORKERS, **quiet,
        )  # fmt: skip
        example = gr.on(
            [start.submit, talk.submit], self._ask_example, fields, [*shown, question], **quiet
        )
        retried = again.click(self._ask_again, fields, [*shown, question], **quiet)
        stop.click(
            self._stopped, session, shown, cancels=[asked, example, retried],
            queue=False, **quiet,
        )  # fmt: skip
        clear.click(self._clear, None, shown, **quiet)
        # Not queued: what joins the queue just as its stream ends is never answered, and this
        # may be clicked as soon as the article is there.
        at_once = {**quiet, "queue": False}
        reader.click(self._ask_alone, collection, [tabs, alone, chosen], **at_once)
        chosen.click(self._ask_all, None, [alone, chosen], **at_once)
        # Answers of one collection are no history for questions to another.
        collection.change(self._switch, collection, [*shown, start], **quiet)
        collection.change(self._ask_all, None, [alone, chosen], **quiet)
        blocks.load(self._start, collection, [start, collection], **quiet)
        talk.click(self._clicked, [session, collection], shown, **quiet)
        evidence.click(opening(chat.open_article), collection, reader, **quiet)

    async def _ask(self, question: str, *fields: Any) -> AsyncIterator[tuple[Any, ...]]:  # noqa: ANN401
        async for view in self._chat.ask(question, *fields):
            yield (*view, "")

    async def _ask_example(
        self, typed: str, session: Session, collection: str, since: str, until: str, source: str,
        alone: Summary | None, event: gr.EventData,
    ) -> AsyncIterator[tuple[Any, ...]]:  # fmt: skip
        question = str(event_data(event).get("question", ""))
        filters = since, until, source, alone
        async for view in self._chat.ask(question, session, collection, *filters):
            yield (*view, typed)

    async def _ask_again(
        self, typed: str, session: Session, *fields: Any,  # noqa: ANN401
    ) -> AsyncIterator[tuple[Any, ...]]:  # fmt: skip
        if session:
            async for view in self._chat.ask(session[-1].question, session[:-1], *fields):
                yield (*view, typed)

    def _ask_alone(self, collection: str, event: gr.EventData) -> Any:  # noqa: ANN401
        data = event_data(event)
        if data.get("action") != "alone":
            return gr.skip()
        try:
            article = self._chat.alone(collection, data)
        except UserError as error:
            raise gr.Error(text_html(without_folders(error)), print_exception=False) from None
        return gr.Tabs(selected="ask"), article, asked_alone(article)

    def _ask_all(self) -> tuple[None, str]:
        return None, asked_alone(None)

    def _stopped(self, session: Session) -> Fields:
        # The session is that of the last view, whose newest exchange may have no outcome.
        return self._chat.stopped(session)

    def _clear(self) -> Fields:
        return "", evidence_panel(None), ()

    def _switch(self, collection: str) -> Iterator[tuple[Any, ...]]:
        for words in self._welcome(collection):
            yield *self._clear(), words

    def _start(self, collection: str) -> Iterator[tuple[str, Any]]:
        # Only the choices: a value, even the same, would count as a switch.
        for words in self._welcome(collection):
            yield words, gr.Dropdown(self._service.library.names())

    def _welcome(self, collection: str) -> Iterator[str]:
        """At once without examples, and then with them."""
        articles, passages = self._service.library.collection(collection).counts()
        if not articles:
            yield welcome("This collection is empty: add articles on the other tab.")
            return
        words = (
            f"{articles:,} article{'' if articles == 1 else 's'}, {passages:,} "
            f"passage{'' if passages == 1 else 's'}. "
            "Every answer is a quotation, with the place it stands."
        )
        yield welcome(words)
        yield welcome(words, self._service.library.answerer(collection).examples())

    def _clicked(self, session: Session, collection: str, event: gr.EventData) -> Fields | Any:  # noqa: ANN401
        data = event_data(event)
        if data.get("action") == "show":
            return gr.skip(), self._chat.show(session, data), gr.skip()
        try:
            return self._chat.rate(session, collection, data)
        except UserError as error:
            raise gr.Error(text_html(without_folders(error)), print_exception=False) from None


def _header(login: Login) -> str:
    leave = (
        '<form class="aq-out" method="post" action="logout"><button>Log out</button></form>'
        if login.needed
        else ""
    )
    return (
        '<div class="aq-brand"><h1>article<span>·</span>qa</h1>'
        f"<p>Answers in the words of the articles</p></div>{leave}"
        '<button type="button" class="aq-theme" data-action="theme" '
        'aria-label="Switch between light and dark">◐</button>'
    )
