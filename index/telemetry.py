"""Keeps the libraries that we build upon from reporting to their makers.

onnxruntime reads its switch once, when it is imported: so this comes before all of them.
"""

import os

SWITCHES = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime from 1.29: a device id, a queue on disk, uploads
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "RAY_USAGE_STATS_ENABLED": "0",
    "HAYSTACK_TELEMETRY_ENABLED": "False",
}


def switch_off() -> None:
    """Set the environment variables that switch it off, unless the user has set them."""
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
