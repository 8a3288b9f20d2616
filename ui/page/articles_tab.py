"""The page's second tab: put articles in, find them, delete them, keep several collections."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import UserError
from index.sources.files import KINDS
from index.types import Added, Article
from ui.inbox import Inbox
from ui.page.articles_view import PAGE_SIZE, listing
from ui.page.chat import Chat
from ui.page.events import event_data, opening, script
from ui.page.evidence import text_html
from ui.page.filters import typed
from ui.service import Service
from ui.shown import without_folders
from ui.uploads import MAX_FILES, pasted, read_address, read_upload, shown_name

_POLL_SECONDS = 0.1

Report = list[tuple[str, str, str]]
"""For each file or text: its name, a state (working, done, failed), and words."""


class ArticlesTab:
    """Builds the tab, and does what it is asked."""

    def __init__(self, service: Service, inbox: Inbox) -> None:
        self._service = service
        self._inbox = inbox
        self._chat = Chat(service)

    def build(self, collection: gr.Dropdown, reader: gr.HTML, blocks: gr.Blocks) -> None:
        """Add the parts of the tab where the page is being built."""
        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        with gr.Row(elem_id="aq-manage"):
            with gr.Column(scale=5, min_width=320, elem_id="aq-add"):
                gr.HTML("<h2>Add articles</h2>")
                files = gr.File(
                    file_count="multiple", file_types=list(KINDS), type="filepath",
                    label=f"Files ({', '.join(each[1:] for each in KINDS)}; at most {MAX_FILES})",
                    elem_id="aq-files", height=150,
                )  # fmt: skip
                upload = gr.Button("Add files", variant="primary", elem_id="aq-upload")
                with gr.Accordion("Paste a text", open=False, elem_id="aq-paste"):
                    title = gr.Textbox("", label="Title", max_length=500, elem_id="aq-paste-title")
                    day = gr.Textbox(
                        "", label="Published on", placeholder="2019-01-19, or leave empty",
                        elem_id="aq-paste-date",
                    )  # fmt: skip
                    text = gr.Textbox(
                        "", label="Text", lines=6, max_lines=12, max_length=1_000_000,
                        elem_id="aq-paste-text",
                    )  # fmt: skip
                    paste = gr.Button("Add text", elem_id="aq-paste-add")
                with gr.Accordion("From an address", open=False, elem_id="aq-url"):
                    url = gr.Textbox(
                        "", label="Address of a page or a feed", max_length=2_000,
                        placeholder="https://", elem_id="aq-url-field",
                    )  # fmt: skip
                    fetch = gr.Button("Add page", elem_id="aq-url-add")
                report = gr.HTML("", elem_id="aq-report")
                with gr.Accordion("New collection", open=False, elem_id="aq-new"):
                    name = gr.Textbox("", label="Name", max_length=48, elem_id="aq-new-name")
                    create = gr.Button("Create and switch to it", elem_id="aq-new-create")
            with gr.Column(scale=7, min_width=320, elem_id="aq-list"):
                words = gr.Textbox(
                    "", label="Find articles by title, source or date", elem_id="aq-find"
                )
                articles = gr.HTML("", js_on_load=script("actions"), elem_id="aq-articles")
        look = [collection, words]
        gr.on([words.change, collection.change], self._list, look, articles, **quiet)
        blocks.load(self._list, look, articles, **quiet)
        gr.on(
            [upload.click], self._upload, [files, *look], [report, articles, files],
            # Gradio would make an empty file for each one, and keep it.
            preprocess=False, concurrency_limit=2, **quiet,
        )  # fmt: skip
        paste.click(
            self._paste, [title, day, text, *look], [report, articles, title, day, text],
            concurrency_limit=2, **quiet,
        )  # fmt: skip
        gr.on(
            [fetch.click, url.submit], self._fetch, [url, *look], [report, articles, url],
            concurrency_limit=2, **quiet,
        )  # fmt: skip
        create.click(self._create, name, [collection, name, report], **quiet)
        articles.click(opening(self._chat.open_article), collection, reader, **quiet)
        articles.click(self._clicked, look, articles, **quiet)

    def _list(self, collection: str, words: str, offset: int = 0) -> str:
        try:
            searched = self._service.library.collection(collection)
            found = searched.summaries(words, offset, PAGE_SIZE)
        except UserError as error:
            return f'<p class="aq-problem" role="alert">{text_html(without_folders(error))}</p>'
        return listing(found, offset, words)

    def _clicked(self, collection: str, words: str, event: gr.EventData) -> Any:  # noqa: ANN401
        data = event_data(event)
        action = data.get("action")
        if action == "delete":
            self._service.library.collection(collection).remove([str(data.get("article"))])
            return self._list(collection, words)
        if action == "page":
            offset = str(data.get("offset", ""))
            return self._list(collection, words, int(offset) if offset.isdecimal() else 0)
        return gr.skip()

    async def _upload(
        self, files: Sequence[dict[str, Any]] | None, collection: str, words: str
    ) -> AsyncIterator[tuple[Any, ...]]:
        paths = [Path(file["path"]) for file in files or ()]
        try:
            if len(paths) > MAX_FILES:
                problem = f"{len(paths)} files at once; at most {MAX_FILES}"
                yield _report([("", "failed", problem)]), gr.skip(), gr.skip()
                return
            states: Report = [(shown_name(path.name), "waiting", "") for path in paths]
            for place, path in enumerate(paths):
                name = states[place][0]
                read = partial(read_upload, path, path.name)
                async for state in self._add(collection, name, read):
                    states[place] = state
                    yield _report(states), gr.skip(), gr.skip()
        finally:
            self._inbox.discard([str(path) for path in paths])
        yield _report(states), self._list(collection, words), None

    async def _fetch(self, url: str, collection: str, words: str) -> AsyncIterator[tuple[Any, ...]]:
        state = ("", "failed", "")
        async for state in self._add(collection, url.strip(), partial(read_address, url)):
            yield _report([state]), gr.skip(), gr.skip()
        kept = url if state[1] == "failed" else ""
        yield _report([state]), self._list(collection, words), kept

    async def _paste(
        self, title: str, day: str, text: str, collection: str, words: str
    ) -> AsyncIterator[tuple[Any, ...]]:
        def read() -> list[Article]:
            return [pasted(title, text, typed(day, None, None).since)]

        state = ("", "failed", "")
        async for state in self._add(collection, title.strip() or "Pasted text", read):
            yield _report([state]), *[gr.skip()] * 4
        kept = (title, day, text) if state[1] == "failed" else ("", "", "")
        yield _report([state]), self._list(collection, words), *kept

    async def _add(
        self, collection: str, name: str, read: Callable[[], Any]
    ) -> AsyncIterator[tuple[str, str, str]]:
        """Add what `read` gives, and say how far it has come."""
        done = passages = 0

        def advance(_: Article, count: int) -> None:
            nonlocal done, passages
            done += 1
            passages += count

        def work() -> Added:
            return self._service.library.collection(collection).add(read(), advance)

        yield name, "working", "reading"
        task = asyncio.create_task(asyncio.to_thread(work))
        while not task.done():
            await asyncio.sleep(_POLL_SECONDS)
            if done:
                yield name, "working", f"{done:,} articles, {_passages(passages)}"
        try:
            yield name, "done", _outcome(task.result())
        except UserError as error:
            added = f"; {done:,} articles of it were added" if done else ""
            yield name, "failed", f"{without_folders(error)}{added}"

    def _create(self, name: str) -> tuple[Any, Any, str]:
        library = self._service.library
        try:
            made = library.create(name)
        except UserError as error:
            return gr.skip(), gr.skip(), _report([(name, "failed", without_folders(error))])
        dropdown = gr.Dropdown(library.names(), value=made)
        return dropdown, "", _report([(made, "done", "created; it is empty")])


def _outcome(added: Added) -> str:
    counts = {"added": added.added, "updated": added.updated, "there already": added.unchanged}
    words = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    return f"{words or 'nothing added'} ({_passages(added.passages)})"


def _passages(count: int) -> str:
    return f"{count:,} passage{'' if count == 1 else 's'}"


def _report(states: Report) -> str:
    items = "".join(
        f'<li class="aq-{state}"><strong>{text_html(name)}</strong> '
        f"<span>{text_html(words or state)}</span></li>"
        for name, state, words in states
    )
    return f'<ul class="aq-report" role="status" aria-label="What was added">{items}</ul>'
