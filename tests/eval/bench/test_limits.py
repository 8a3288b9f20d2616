"""The bench against the machine's limits."""

import json
from pathlib import Path

import pytest

from eval.bench.limits import (
    Cost,
    cost_of_config,
    cost_of_graph,
    gemm_peak,
    indexing_share,
    write_whole_articles,
)
from eval.suites import Suite
from index.embedding.onnx_model import BUNDLED_MODELS
from index.sources.files import read_file
from index.types import Article

pytest.importorskip("onnx")


def test_cost_counts_weights_by_token_and_attention_by_pair() -> None:
    assert Cost(10, 1).of([2, 3]) == 10 * 5 + 4 + 9


def test_graph_and_config_agree_on_the_same_encoder(tmp_path: Path) -> None:
    sizes = {"num_hidden_layers": 6, "hidden_size": 384, "intermediate_size": 1536}
    (tmp_path / "config.json").write_text(json.dumps(sizes))
    assert cost_of_graph(BUNDLED_MODELS / "embedder" / "model.onnx") == cost_of_config(tmp_path)


@pytest.mark.parametrize("int8", [True, False])
def test_a_matrix_product_runs_and_is_timed(int8: bool) -> None:
    assert gemm_peak(int8=int8, sizes=[64], seconds=0) > 1e8


def test_whole_articles_are_those_of_their_paragraphs(tmp_path: Path) -> None:
    paragraphs = tuple(
        Article(f"ships-{ship}-{n}", f"Ship {ship}", f"Ship {ship} sailed on to port {n}.")
        for ship in range(2)
        for n in range(3)
    )
    write_whole_articles(Suite("ships", (), paragraphs), tmp_path / "articles")
    first, second = sorted((tmp_path / "articles").iterdir())
    article = read_file(second)
    assert article.title == "Ship 1"
    assert article.text.split("\n\n") == [
        "Ship 1",
        *(paragraph.text for paragraph in paragraphs[3:]),
    ]
    assert "Ship 0 sailed" in first.read_text()


def test_indexing_is_timed_against_embedding(tmp_path: Path) -> None:
    paragraphs = tuple(
        Article(f"ships-{n}-0", f"Ship {n}", f"Ship {n} sailed on. It was new.") for n in range(20)
    )
    rate, share = indexing_share(Suite("ships", (), paragraphs), tmp_path)
    assert rate > 0
    assert 0 < share < 1.5
