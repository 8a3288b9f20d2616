"""Events of the page that several tabs share, and the scripts that send them."""

from pathlib import Path
from typing import Any

import gradio as gr

ASSETS = Path(__file__).resolve().parent / "assets"


def event_data(event: gr.EventData) -> dict[str, Any]:
    """What the browser sent with an event."""
    data = event._data
    return data if isinstance(data, dict) else {}


def script(*names: str) -> str:
    """Scripts of the page, one after the other."""
    return "\n".join((ASSETS / f"{name}.js").read_text() for name in names)
