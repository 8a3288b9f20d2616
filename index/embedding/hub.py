"""Models given by name instead of a folder: loaded from the cache or from the model hub."""

import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import UserError

_HUB = "https://huggingface.co"
_WAIT_SECONDS = 3.0
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def only_local(what: str, name: str) -> bool:
    """Return whether a model is to be loaded without the network.

    Without this check, the hub's client retries for minutes, with a warning for each try.

    Args:
        what: The kind of model in messages, such as "reader".
        name: A folder, or the name of a model on the hub.

    Returns:
        True for a folder, or for a model in the cache while the hub is out of reach.

    Raises:
        UserError: If it is not in the cache and the hub is out of reach.
    """
    if Path(name).is_dir():
        return True
    if name.startswith((".", "/", "~", "\\")) or name.count("/") > 1 or "\\" in name:
        raise UserError(f"{what} {name!r}: cannot be loaded (no such folder)")
    if _reachable():
        return False
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        if isinstance(try_to_load_from_cache(name, "config.json"), str):
            return True
    except HFValidationError:
        pass
    raise UserError(
        f"{what} {name!r}: cannot be loaded (no such folder, and the model hub is out of reach)"
    )


def _reachable() -> bool:
    if os.environ.get("HF_HUB_OFFLINE", "").lower() in ("1", "true", "yes", "on"):
        return False
    if any(os.environ.get(proxy) for proxy in _PROXIES):
        return True  # Only the proxy can tell.
    hub = urlsplit(os.environ.get("HF_ENDPOINT") or _HUB)
    port = hub.port or (80 if hub.scheme == "http" else 443)
    try:
        socket.create_connection((hub.hostname or "", port), _WAIT_SECONDS).close()
    except OSError:
        return False
    return True
