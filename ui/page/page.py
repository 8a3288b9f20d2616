"""The page: its parts and what they set off."""

from typing import Any

import gradio as gr

from ui.auth import Login
from ui.library import MAIN
from ui.page.articles_tab import ArticlesTab
from ui.page.ask_tab import ask_tab
from ui.page.events import QUIET, event_data, script
from ui.service import WORKERS, Service


class Page:
    """Builds the page of a service.

    Asking has scripts and routes of its own (`ui.page.routes`): a conversation outlives the page,
    and the streams of Gradio end with it.
    """

    def __init__(self, service: Service, login: Login) -> None:
        self._service = service
        self._login = login

    def build(self) -> Any:  # noqa: ANN401 - gradio's own type is made at run time
        """The page, to be mounted."""
        with gr.Blocks(
            title="article-qa",
            analytics_enabled=False,
            fill_width=True,
        ) as blocks:
            with gr.Row(elem_id="aq-top", equal_height=True):
                gr.HTML(_header(self._login), elem_id="aq-brand")
                switch = gr.HTML("", js_on_load=script("switch"), elem_id="aq-switch")
                collection = gr.Dropdown(
                    self._service.library.names(),
                    value=MAIN,
                    label="Collection",
                    elem_id="aq-collection",
                    filterable=False,
                )
            with gr.Tabs(elem_id="aq-tabs"):
                with gr.Tab("Ask", id="ask"):
                    gr.HTML(ask_tab(), elem_id="aq-room")
                # Made with the page: what is typed while fields are made is lost.
                with gr.Tab("Articles", id="articles", render_children=True):
                    ArticlesTab(self._service).build(collection, blocks)
            blocks.load(self._names, None, collection, **QUIET)
            # The scripts of the page are told which collection was chosen, and choose one.
            collection.change(None, collection, None, js=_TELL, **QUIET)
            switch.click(self._choose, collection, collection, **QUIET)
        blocks.queue(default_concurrency_limit=WORKERS, max_size=256, api_open=False)
        return blocks

    def _names(self) -> Any:  # noqa: ANN401
        # Only the choices: a value, even the same, would count as a switch.
        return gr.Dropdown(self._service.library.names())

    def _choose(self, collection: str, event: gr.EventData) -> Any:  # noqa: ANN401
        names = self._service.library.names()
        chosen = str(event_data(event).get("collection", ""))
        return gr.Dropdown(names, value=chosen if chosen in names else collection)


_TELL = "(name) => { dispatchEvent(new CustomEvent('aq-collection', { detail: name })); }"


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
