"""The bench of how a collection grows."""

import subprocess
import sys
from pathlib import Path

import numpy as np

from eval.bench.scale import build, measure


def vectors(count: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Random ones of unit length."""
    made = np.random.default_rng(0).standard_normal((count, 384), dtype=np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def test_a_collection_is_built_and_each_search_in_it_timed(tmp_path: Path) -> None:
    paragraphs = [f"Ship {number} sailed on. It was new." for number in range(40)]
    build(tmp_path / "made", 300, vectors(60), paragraphs)
    measured = measure(tmp_path / "made", ["Which ship sailed on?"] * 4, vectors(4))
    # So few passages are searched exactly, though in float16.
    assert measured["recall"] > 0.9
    for search in ("dense", "lexical", "hybrid"):
        assert 0 < measured[f"{search}_p50"] <= measured[f"{search}_p95"]
    assert measured["bare_p50"] > 0
    assert measured["disk_bytes"] > 384


def test_the_libraries_are_not_counted_as_memory_of_the_passages() -> None:
    code = (
        "import sys; from eval.bench.scale import _load_libraries; _load_libraries(); "
        "sys.exit(not {'faiss', 'tantivy'} <= sys.modules.keys())"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
