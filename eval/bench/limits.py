"""`python -m eval.bench.limits SQUAD...`: speed as a share of the machine's limit.

Embedding and reading are measured in useful FLOP/s: the multiplications and additions of the
network's matrices over real tokens, per second of the whole call, so that tokenising, padding,
quantising and decoding all count against them. The limit is the best matrix product that
onnxruntime does here in the same precision with the same threads. `eval.bench.scale` measures
retrieval against a bare search of faiss.
"""

import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
import numpy.typing as npt

from eval.suites import Suite, load
from index.cores import usable_cores
from index.embedding.embedder import MAX_TOKENS as EMBEDDER_TOKENS
from index.embedding.embedder import load_embedder
from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from index.types import Article, Passage
from qa.reading.cascade import stages_of
from qa.reading.onnx import Reader
from qa.reading.windows import MAX_TOKENS as READER_TOKENS

GEMM_SIZES = (384, 768, 1024, 1536, 2048)
PASSAGES_READ = 10
TEXTS = 256
QUESTIONS = 20
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """The FLOPs of a network: of its weights per token, and of attention per pair of tokens."""

    token: float
    pair: float

    def of(self, lengths: Sequence[int]) -> float:
        """The FLOPs for texts of these numbers of tokens, without padding."""
        return sum(self.token * length + self.pair * length**2 for length in lengths)


def cost_of_graph(path: Path) -> Cost:
    """The cost of an ONNX file, from its matrix products with and without weights."""
    import onnx

    graph = onnx.load(path).graph
    shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    token = width = 0.0
    pairs = 0
    for node in graph.node:
        if node.op_type not in {"MatMul", "MatMulInteger", "Gemm"}:
            continue
        weights = [shapes[name] for name in node.input if len(shapes.get(name, ())) == 2]
        if weights:
            token += 2.0 * weights[0][0] * weights[0][1]
            width = width or float(weights[0][0])
        else:
            pairs += 1
    return Cost(token, 2.0 * width * pairs)


def cost_of_config(folder: Path) -> Cost:
    """The cost of a transformers encoder, from the sizes in its `config.json`."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text())
    layers, hidden = config["num_hidden_layers"], config["hidden_size"]
    inner = config["intermediate_size"]
    return Cost(2.0 * layers * (4 * hidden**2 + 2 * hidden * inner), 4.0 * layers * hidden)


def gemm_model(size: int, *, int8: bool) -> bytes:
    """An ONNX model of one square matrix product, the right matrix being weights."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    weights: npt.NDArray[Any]
    if int8:
        weights = random.integers(-64, 64, (size, size), dtype=np.int8)
        kind, result, operator = TensorProto.UINT8, TensorProto.INT32, "MatMulInteger"
    else:
        weights = random.standard_normal((size, size), dtype=np.float32)
        kind, result, operator = TensorProto.FLOAT, TensorProto.FLOAT, "MatMul"
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "w"], ["y"])],
        "gemm",
        [helper.make_tensor_value_info("x", kind, [size, size])],
        [helper.make_tensor_value_info("y", result, [size, size])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(model.SerializeToString())


def gemm_peak(*, int8: bool, sizes: Sequence[int] = GEMM_SIZES, seconds: float = 0.5) -> float:
    """The most FLOP/s of a matrix product, over these sizes, each repeated for some seconds."""
    import onnxruntime

    best = 0.0
    for size in sizes:
        session = onnxruntime.InferenceSession(
            gemm_model(size, int8=int8), providers=["CPUExecutionProvider"]
        )
        left = np.ones((size, size), dtype=np.uint8 if int8 else np.float32)
        fastest = min(_repeat(lambda s=session, x=left: s.run(None, {"x": x}), seconds))  # type: ignore[misc]
        best = max(best, 2.0 * size**3 / fastest)
    return best


def _repeat(call: Callable[[], object], seconds: float, least: int = 3) -> list[float]:
    """Durations of calls, for some seconds and at least `least` times, after an untimed one."""
    call()
    durations: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(durations) < least:
        began = time.perf_counter()
        call()
        durations.append(time.perf_counter() - began)
    return durations


def _token_counts(
    folder: Path, texts: Sequence[str] | Sequence[tuple[str, str]], limit: int
) -> list[int]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [min(limit, len(encoding.ids)) for encoding in tokenizer.encode_batch(list(texts))]


def embedding_rate(suite: Suite, folder: Path | None) -> float:
    """Useful FLOP/s of embedding paragraphs, by the bundled model or that of a folder."""
    texts = [article.text for article in suite.paragraphs[:TEXTS]]
    embedder = load_embedder(str(folder) if folder else None)
    embedder.embed(texts[:8])
    fastest = min(_repeat(lambda: embedder.embed(texts), 0, least=3))
    weights = folder or BUNDLED_MODELS / "embedder"
    cost = cost_of_config(weights) if folder else cost_of_graph(weights / "model.onnx")
    return cost.of(_token_counts(weights, texts, EMBEDDER_TOKENS)) / fastest


def reading_rate(suite: Suite, model: Path, passages: int, *, int8: bool) -> tuple[float, float]:
    """Useful FLOP/s of reading paragraphs for a question, and its median milliseconds.

    Args:
        suite: Questions with their paragraphs.
        model: Folder of the reader.
        passages: Number of paragraphs that are read for a question.
        int8: True for an exported int8 graph, False for a transformers model.
    """
    reader = Reader(str(model))
    articles = {article.id: number for number, article in enumerate(suite.paragraphs)}
    cost = cost_of_graph(model / "model.onnx") if int8 else cost_of_config(model)
    work, durations = 0.0, []
    for question in suite.questions[:: max(1, len(suite.questions) // QUESTIONS)]:
        first = articles[question.articles[0]]
        # Its own paragraph and the following ones: texts of natural length, as retrieval finds
        # them.
        read: list[tuple[Article, Passage]] = [
            (paragraph, Passage(paragraph.id, 0, len(paragraph.text)))
            for paragraph in (suite.paragraphs + suite.paragraphs)[first : first + passages]
        ]
        asked = question.question
        durations.append(median(_repeat(lambda q=asked, r=read: reader.read(q, r), 0)))  # type: ignore[misc]
        pairs = [(asked, paragraph.text) for paragraph, _ in read]
        work += cost.of(_token_counts(model, pairs, READER_TOKENS))
    return work / sum(durations), 1000 * median(durations)


def write_whole_articles(suite: Suite, folder: Path) -> None:
    """Write the articles of a suite's paragraphs as text files, each under its title."""
    folder.mkdir()
    parts = groupby(suite.paragraphs, lambda paragraph: paragraph.id.rpartition("-")[0])
    for number, (_, group) in enumerate(parts):
        paragraphs = list(group)
        text = "\n\n".join([paragraphs[0].title, *(paragraph.text for paragraph in paragraphs)])
        (folder / f"{number:06}.txt").write_text(text, encoding="utf-8")


def indexing_share(suite: Suite, scratch: Path) -> tuple[float, float]:
    """Passages indexed per second, and this rate as a share of that of embedding alone.

    Both are medians of alternating runs. The embedder alone gets all passages in one call, so that
    it never waits.

    Args:
        suite: The suite whose articles are indexed.
        scratch: An empty folder, for the files and the collections.
    """
    from index.collection import Collection
    from index.passages import embedding_text, split
    from index.sources.files import read_articles

    write_whole_articles(suite, scratch / "articles")
    embedder = load_embedder()
    embedder.embed([paragraph.text for paragraph in suite.paragraphs[:8]])
    whole, alone = [], []
    for number in range(ROUNDS):
        place = scratch / f"collection-{number}"
        with Collection(place, create=True, embedder=embedder) as collection:
            began = time.perf_counter()
            collection.add(read_articles([scratch / "articles"], click.echo))
            whole.append(time.perf_counter() - began)
            texts = [
                embedding_text(article, passage)
                for article in collection.articles()
                for passage in split(article)
            ]
        began = time.perf_counter()
        embedder.embed(texts)
        alone.append(time.perf_counter() - began)
    return len(texts) / median(whole), median(alone) / median(whole)


@click.command()
@click.argument("squad", type=click.Path(path_type=Path, exists=True))
@click.option("--embedder", type=click.Path(path_type=Path), help="Also this one, fp32 by torch.")
@click.option("--reader", type=click.Path(path_type=Path), help="Also this one, fp32 by torch.")
def main(squad: Path, embedder: Path | None, reader: Path | None) -> None:
    """Measure embedding, reading and indexing against the limits of this machine."""
    try:
        suite = load(squad)
    except UserError as error:
        raise click.ClickException(str(error)) from None
    peaks = {int8: gemm_peak(int8=int8) for int8 in (True, False)}
    small, again = stages_of("cascade").stages
    # Whether int8, the name, the model, and the number of passages.
    reads = [
        (True, "small", Path(small.model), PASSAGES_READ),
        (True, "base", Path(again.model), PASSAGES_READ),
        (True, "base, in the cascade", Path(again.model), again.passages or PASSAGES_READ),
        *([(False, "fp32 torch", reader, PASSAGES_READ)] if reader else []),
    ]
    embeds = [(True, "bundled", None), *([(False, "fp32 torch", embedder)] if embedder else [])]
    click.echo(f"load average {os.getloadavg()[0]:.1f}, {usable_cores()} cores\n")
    click.echo("| | GFLOP/s | share of the peak of a matrix product |\n|---|---:|---:|")
    for int8, peak in peaks.items():
        click.echo(f"| matrix product, {'int8' if int8 else 'fp32'} | {peak / 1e9:.0f} | |")
    for int8, name, folder in embeds:
        rate = embedding_rate(suite, folder)
        click.echo(f"| embedding, {name} | {rate / 1e9:.0f} | {rate / peaks[int8]:.0%} |")
    for int8, name, model, count in reads:
        rate, took = reading_rate(suite, model, count, int8=int8)
        label = f"reading {count} passages ({took:.0f} ms), {name}"
        click.echo(f"| {label} | {rate / 1e9:.0f} | {rate / peaks[int8]:.0%} |")
    with TemporaryDirectory() as scratch:
        indexed, share = indexing_share(suite, Path(scratch))
    click.echo(f"\nindexing a folder: {indexed:.0f} passages/s, {share:.0%} of embedding alone")


if __name__ == "__main__":
    main()
