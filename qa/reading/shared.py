"""Readers that a process loads once and shares."""

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from qa.reading.base import Reader
from qa.reading.cascade import Stage

MAX_READERS = 4
"""Models that are kept loaded; the bundled ones are two."""

_readers: OrderedDict[tuple[str, int], Reader] = OrderedDict()
_reading = Lock()


def load_reader(stage: Stage) -> Reader:
    """The reader of a stage, shared by all pipelines of the process.

    Raises:
        UserError: If the model cannot be loaded.
    """
    manifest = Path(stage.model) / "manifest.json"
    # A folder that was exported anew is another model.
    key = stage.model, manifest.stat().st_mtime_ns if manifest.is_file() else 0
    with _reading:
        reader = _readers.get(key)
        if reader is None:
            reader = _readers[key] = stage.load()
        _readers.move_to_end(key)
        while len(_readers) > MAX_READERS:
            _readers.popitem(last=False)
        return reader
