"""Events of the page that several tabs share, and the scripts that send them."""

from pathlib import Path
from typing import Any

import gradio as gr

ASSETS = Path(__file__).resolve().parent / "assets"

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
"""How each event of the page is listened to.

Each is a request with a reply. The queue of Gradio replies by a stream that it closes after the
last event: what is clicked in that moment is done, and the page is never told.
"""


def event_data(event: gr.EventData) -> dict[str, Any]:
    """The data that the browser sent with an event."""
    data = event._data
    return data if isinstance(data, dict) else {}


def script(*names: str) -> str:
    """Scripts of the page, one after the other."""
    return "\n".join((ASSETS / f"{name}.js").read_text() for name in names)
