"""Events of the page that several tabs share, and the scripts that send them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from index.errors import UserError
from ui.page.evidence import text_html
from ui.shown import without_folders

ASSETS = Path(__file__).resolve().parent / "assets"


def opening(view: Callable[[str, dict[str, Any]], str]) -> Callable[..., Any]:
    """An event that shows an article in the reader."""
    shown = 0

    def event_opens(collection: str, event: gr.EventData) -> Any:  # noqa: ANN401
        nonlocal shown
        data = event_data(event)
        if data.get("action") != "open":
            return gr.skip()
        shown += 1
        try:
            return reader_dialog(view(collection, data), shown)
        except UserError as error:
            raise gr.Error(text_html(without_folders(error)), print_exception=False) from None

    return event_opens


def reader_dialog(article: str, number: int) -> str:
    """The dialog around an article; the number makes the same article open again."""
    return (
        f'<dialog class="aq-dialog" aria-labelledby="aq-article-title" data-number="{number}">'
        '<div class="aq-dialog-body">'
        '<button type="button" class="aq-close" aria-label="Close the article">Close</button>'
        f"{article}</div></dialog>"
    )


def event_data(event: gr.EventData) -> dict[str, Any]:
    """What the browser sent with an event."""
    data = event._data
    return data if isinstance(data, dict) else {}


def script(*names: str) -> str:
    """Scripts of the page, one after the other."""
    return "\n".join((ASSETS / f"{name}.js").read_text() for name in names)
