"""The page's second tab: put articles in, find, edit and delete them, keep several collections."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import gradio as gr

from index.errors import UserError
from index.types import Added, Order
from qa.question.suggestions import SAMPLES
from ui.bin import Bin
from ui.library import MAIN
from ui.page.articles_view import (
    PAGE_SIZE,
    add_form,
    deleted,
    hits_listing,
    listing,
    problem,
    told,
)
from ui.page.events import QUIET, event_data, script
from ui.page.evidence import text_html
from ui.page.filters import typed
from ui.service import Service
from ui.shown import without_folders
from ui.uploads import pasted

_HITS = 100
_TITLES, _TEXTS = "titles and sources", "texts"
_ORDERS = {
    "Title": Order.TITLE,
    "Newest first": Order.NEWEST,
    "Oldest first": Order.OLDEST,
    "Longest first": Order.LONGEST,
}

Report = list[tuple[str, str, str]]
"""For each text or collection: its name, a state (working, done, failed), and words."""


class _Look(NamedTuple):
    """The part of the list that is shown: the values of the fields above it."""

    collection: str
    words: str
    where: str
    order: str


class ArticlesTab:
    """Builds the tab, and does what it is asked."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._bin = Bin(service.library)

    def build(self, collection: gr.Dropdown, blocks: gr.Blocks) -> None:
        """Add the parts of the tab where the page is being built."""
        with gr.Row(elem_id="aq-manage"):
            with gr.Column(scale=5, min_width=320, elem_id="aq-add"):
                gr.HTML("<h2>Add articles</h2>")
                jobs = gr.HTML(add_form(), js_on_load=script("jobs"), elem_id="aq-jobs")
                with _fold("Paste a text", "aq-paste"):
                    title = gr.Textbox("", label="Title", max_length=500, elem_id="aq-paste-title")
                    day = gr.Textbox(
                        "",
                        label="Published on",
                        placeholder="2019-01-19, or leave empty",
                        elem_id="aq-paste-date",
                    )
                    text = gr.Textbox(
                        "",
                        label="Text",
                        lines=6,
                        max_lines=12,
                        max_length=1_000_000,
                        elem_id="aq-paste-text",
                    )
                    paste = gr.Button("Add text", elem_id="aq-paste-add")
                report = gr.HTML("", elem_id="aq-report")
                with _fold("New collection", "aq-new"):
                    name = gr.Textbox("", label="Name", max_length=48, elem_id="aq-new-name")
                    create = gr.Button("Create and switch to it", elem_id="aq-new-create")
                with _fold("Rename or delete this one", "aq-this"):
                    new = gr.Textbox("", label="New name", max_length=48, elem_id="aq-this-new")
                    rename = gr.Button("Rename this collection", elem_id="aq-this-rename")
                    sure = gr.Textbox(
                        "",
                        label="To delete it for good, type its name",
                        max_length=48,
                        elem_id="aq-this-sure",
                    )
                    drop = gr.Button("Delete this collection", elem_id="aq-this-delete")
            with gr.Column(scale=7, min_width=320, elem_id="aq-list"):
                words = gr.Textbox("", label="Find articles", elem_id="aq-find")
                with gr.Row(elem_id="aq-find-how"):
                    where = gr.Radio([_TITLES, _TEXTS], value=_TITLES, label="In their")
                    order = gr.Dropdown(
                        list(_ORDERS),
                        value="Title",
                        label="Sorted by",
                        filterable=False,
                        elem_id="aq-order",
                    )
                articles = gr.HTML("", js_on_load=script("articles"), elem_id="aq-articles")
        look = [collection, words, where, order]
        gr.on(
            [words.change, collection.change, where.change, order.change, blocks.load],
            self._list,
            look,
            articles,
            **QUIET,
        )
        jobs.click(self._added, look, articles, **QUIET)
        paste.click(_begun, title, report, **QUIET).then(
            self._paste,
            [title, day, text, *look],
            [report, articles, title, day, text],
            **QUIET,
        )
        create.click(self._create, name, [collection, name, report], **QUIET)
        rename.click(self._rename, [collection, new], [collection, new, report], **QUIET)
        drop.click(self._drop, [collection, sure], [collection, sure, report], **QUIET)
        articles.click(self._clicked, look, articles, **QUIET)

    def _list(self, *look: str) -> str:
        return self._shown(_Look(*look))

    def _shown(self, look: _Look, offset: int = 0, said: str = "") -> str:
        collection, words, where, order = look
        try:
            searched = self._service.library.collection(collection)
            if where == _TEXTS and words.strip():
                return hits_listing(searched.search(words[:500], _HITS), collection, said)
            summaries = searched.summaries(
                words, offset, PAGE_SIZE, _ORDERS.get(order, Order.TITLE)
            )
            samples = self._samples(collection)
        except UserError as error:
            return problem(without_folders(error))
        own = bool(samples) and searched.counts()[0] > len(samples)
        return listing(
            summaries, offset, words, collection, samples=len(samples) if own else 0, told=said
        )

    def _samples(self, collection: str) -> list[str]:
        """The ids of the articles that came with the product."""
        samples = self._service.library.collection(collection).summaries(SAMPLES)
        return [
            article.id for article in samples.articles if (article.source or "").startswith(SAMPLES)
        ]

    def _added(self, event: gr.EventData, *look: str) -> Any:  # noqa: ANN401
        # A job of another collection changes nothing here.
        return self._list(*look) if event_data(event).get("collection") == look[0] else gr.skip()

    def _clicked(self, event: gr.EventData, *given: str) -> Any:  # noqa: ANN401
        data, look = event_data(event), _Look(*given)
        try:
            match data.get("action"):
                case "page":
                    offset = str(data.get("offset", ""))
                    return self._shown(look, int(offset) if offset.isdecimal() else 0)
                case "delete":
                    said = self._delete(look.collection, _ids(data))
                case "samples":
                    said = self._delete(look.collection, self._samples(look.collection))
                case "undo":
                    count = self._bin.bring_back(str(data.get("key")))
                    said = told(f"{count:,} article{'' if count == 1 else 's'} brought back.")
                case "save":
                    said = self._edit(look.collection, data)
                case _:
                    return gr.skip()
        except UserError as error:
            said = problem(without_folders(error))
        return self._shown(look, said=said)

    def _delete(self, collection: str, ids: list[str]) -> str:
        key, count = self._bin.delete(collection, ids)
        return deleted(count, key if count else "")

    def _edit(self, collection: str, data: dict[str, Any]) -> str:
        written = str(data.get("published", "")).strip()
        try:
            published = date.fromisoformat(written) if written else None
        except ValueError:
            raise UserError(f"{written[:40]!r} is not a day like 2019-01-19") from None
        article = self._service.library.collection(collection).edit(
            str(data.get("article")),
            title=str(data.get("title", ""))[:500],
            published=published,
            undated=published is None,
        )
        return told(f"Saved: {article.title or article.source or article.id}")

    async def _paste(self, title: str, day: str, text: str, *look: str) -> tuple[Any, ...]:
        name = _name_of(title)

        def work() -> Added:
            article = pasted(title, text, typed(day, None, None).since)
            return self._service.library.collection(look[0]).add([article])

        try:
            added = await asyncio.wrap_future(self._service.submit_change(work, "page"))
        except UserError as error:
            return _report([(name, "failed", without_folders(error))]), *[gr.skip()] * 4
        return _report([(name, "done", _outcome(added))]), self._list(*look), "", "", ""

    def _create(self, name: str) -> tuple[Any, Any, str]:
        make = partial(self._service.library.create, name)
        return self._renamed(make, name, "created; it is empty")

    def _rename(self, old: str, new: str) -> tuple[Any, Any, str]:
        work = partial(self._service.rename_collection, old, new)
        return self._renamed(work, new, f"is what {old} is called now")

    def _drop(self, name: str, sure: str) -> tuple[Any, Any, str]:
        def work() -> str:
            if sure.strip() != name:
                raise UserError(f"type {name} to delete it with all of its articles")
            self._service.delete_collection(name)
            return MAIN

        return self._renamed(work, name, "deleted")

    def _renamed(self, work: Any, name: str, words: str) -> tuple[Any, Any, str]:  # noqa: ANN401
        try:
            chosen = work()
        except UserError as error:
            return gr.skip(), gr.skip(), _report([(name, "failed", without_folders(error))])
        dropdown = gr.Dropdown(self._service.library.names(), value=chosen)
        return dropdown, "", _report([(name.strip(), "done", words)])


@contextmanager
def _fold(label: str, name: str) -> Iterator[None]:
    """A part of the tab that a button shows and hides.

    An accordion of Gradio makes its fields when it is opened, and what is typed in that moment is
    lost.
    """
    gr.HTML(
        f'<button type="button" aria-expanded="false" aria-controls="{name}">{label}</button>',
        js_on_load=script("fold"),
        elem_classes="aq-fold",
    )
    with gr.Column(elem_id=name, elem_classes="aq-folded"):
        yield


def _name_of(title: str) -> str:
    return title.strip() or "Pasted text"


def _begun(title: str) -> str:
    return _report([(_name_of(title), "working", "reading")])


def _ids(data: dict[str, Any]) -> list[str]:
    """The articles that an event names: one, or those that are selected."""
    if "articles" not in data:
        return [str(data.get("article"))]
    try:
        named = json.loads(str(data["articles"]))
    except ValueError:
        return []
    return [str(name) for name in named] if isinstance(named, list) else []


def _outcome(added: Added) -> str:
    counts = {"added": added.added, "updated": added.updated, "there already": added.unchanged}
    words = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    passages = f"{added.passages:,} passage{'' if added.passages == 1 else 's'}"
    return f"{words or 'nothing added'} ({passages})"


def _report(states: Report) -> str:
    items = "".join(
        f'<li class="aq-{state}"><strong>{text_html(name)}</strong> '
        f"<span>{text_html(words or state)}</span></li>"
        for name, state, words in states
    )
    return f'<ul class="aq-report" role="status" aria-label="What was added">{items}</ul>'
