"""The figures of the report, as SVG elements to put into its page.

Matplotlib draws them: it is maintained, draws offline, and its SVG needs no script. Text stays
text, so that the page's own font applies, and colours are written as the page's CSS variables,
so that a figure follows its light or dark theme.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from eval import metrics
from eval.metrics import Floats
from eval.records import OUTCOMES
from eval.results import SuiteResult
from eval.summary import Columns

# Placeholders in the drawing for CSS variables of the page.
_INK, _MUTED, _GRID, _ACCENT, _SECOND = "#010101", "#020202", "#030303", "#040404", "#050505"
_VARIABLES = {
    _INK: "--ink",
    _MUTED: "--muted",
    _GRID: "--line",
    _ACCENT: "--accent",
    _SECOND: "--gold",
}

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 10.5,
    "text.color": _INK,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _MUTED,
    "axes.facecolor": "none",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "grid.color": _GRID,
    "grid.linewidth": 0.7,
    "figure.facecolor": "none",
    "xtick.color": _MUTED,
    "ytick.color": _MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "lines.linewidth": 2.0,
    "lines.solid_capstyle": "round",
}
_RESAMPLES = 300
"""Resamples for the bands, which are drawn and not read to three digits."""


def risk_coverage(suite: SuiteResult) -> str:
    """Share of wrong answers against the share of questions answered."""
    columns = Columns(suite.records)
    grid = np.linspace(0.02, 1, 99)

    def at_grid(weights: Floats) -> Floats:
        curve = metrics.risk_coverage(columns.confidence, columns.guess_right, weights)
        rows = [
            risk[np.searchsorted(coverage, grid - 1e-9).clip(max=len(risk) - 1)]
            for coverage, risk in zip(curve.coverage, curve.risk, strict=True)
        ]
        return np.array(rows)

    def draw(axes: Axes) -> None:
        low, high = _band(at_grid, len(suite.records))
        risk = at_grid(np.ones((1, len(suite.records))))[0]
        axes.fill_between(grid, low, high, color=_ACCENT, alpha=0.15, linewidth=0)
        axes.plot(grid, risk, color=_ACCENT)
        answered = columns.answered
        if answered.any():
            wrong = 1 - columns.em[answered].mean()
            axes.plot(answered.mean(), wrong, "o", color=_SECOND, markersize=8, clip_on=False)
            axes.annotate(
                f"as answered: {wrong:.0%} wrong at {answered.mean():.0%}",
                (float(answered.mean()), float(wrong)),
                # Where there is room: the curve rises to the right, and ends at the edge.
                xytext=(10, -16) if answered.mean() < 0.5 else (-8, 14),
                textcoords="offset points",
                ha="left" if answered.mean() < 0.5 else "right",
                color=_INK,
            )
        axes.set(xlabel="Questions answered, most confident first", ylabel="Wrong among them")
        _percent(axes, "xy")

    return _svg(draw, f"risk-{suite.name}", f"Risk-coverage curve of {suite.name}")


def reliability(suite: SuiteResult) -> str:
    """Share of right guesses against their stated confidence; "" if none is stated."""
    if suite.values["ece"].value is None:
        return ""
    columns = Columns(suite.records)
    bins = metrics.reliability(columns.confidence, columns.guess_right)

    def draw(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], color=_MUTED, linewidth=1, linestyle=(0, (4, 4)))
        filled = bins.questions > 0
        x, y, n = bins.confidence[filled], bins.right[filled], bins.questions[filled]
        error = 1.96 * np.sqrt(y * (1 - y) / n)
        axes.vlines(x, (y - error).clip(0), (y + error).clip(max=1), color=_ACCENT, alpha=0.4)
        axes.plot(x, y, color=_ACCENT, linewidth=1, alpha=0.6)
        axes.scatter(
            x, y, s=30 + 400 * n / n.sum(), color=_ACCENT, zorder=3, linewidths=0, clip_on=False
        )
        axes.set(xlabel="Stated confidence", ylabel="Right")
        _percent(axes, "xy")

    return _svg(draw, f"reliability-{suite.name}", f"Reliability diagram of {suite.name}")


def recall(suite: SuiteResult) -> str:
    """Share of questions whose answer was in the first k passages read; "" if none was read."""
    columns = Columns(suite.records)
    if not columns.retrieved.any():
        return ""
    deepest = int(columns.read.max())
    ranks = np.arange(1, deepest + 1)

    def at_ranks(weights: Floats) -> Floats:
        shares = [
            metrics.mean((columns.rank <= k).astype(np.float64), columns.retrieved, weights)
            for k in ranks
        ]
        return np.stack(shares, axis=-1)

    def draw(axes: Axes) -> None:
        low, high = _band(at_ranks, len(suite.records))
        values = at_ranks(np.ones(len(suite.records)))
        axes.fill_between(ranks, low, high, color=_ACCENT, alpha=0.15, linewidth=0)
        axes.plot(ranks, values, "o-", color=_ACCENT, markersize=4)
        axes.set(xlabel="Passages read (k)", ylabel="Recall@k")
        axes.set_xticks(ranks[:: max(1, len(ranks) // 10)])
        _percent(axes, "y")

    return _svg(draw, f"recall-{suite.name}", f"Recall at k of {suite.name}")


def latency(suite: SuiteResult) -> str:
    """Share of questions answered within a time."""
    times = np.sort([record.milliseconds for record in suite.records])
    shares = np.arange(1, len(times) + 1) / len(times)

    def draw(axes: Axes) -> None:
        axes.step(times, shares, where="post", color=_ACCENT)
        for q, name in ((0.5, "median"), (0.95, "p95")):
            at = float(metrics.quantile(times, q, np.ones(len(times))))
            axes.plot(at, q, "o", color=_SECOND, markersize=8, clip_on=False)
            axes.annotate(
                f"{name} {at:.0f} ms", (at, q), xytext=(10, -12), textcoords="offset points"
            )
        # The last per cent can take ten times as long; it would flatten the rest.
        axes.set_xlim(0, 1.4 * float(np.quantile(times, 0.98)))
        axes.set(xlabel="Milliseconds from question to answer", ylabel="Questions")
        _percent(axes, "y")

    return _svg(draw, f"latency-{suite.name}", f"Latency of {suite.name}")


def f1_by_type(suite: SuiteResult) -> str:
    """F1 of each type of question with its interval."""
    kinds = [(kind, n, values["f1"]) for kind, (n, values) in suite.types.items()]

    def draw(axes: Axes) -> None:
        for row, (_, _, f1) in enumerate(kinds):
            if f1.value is None or f1.low is None or f1.high is None:
                continue
            axes.plot([f1.low, f1.high], [row, row], color=_ACCENT, alpha=0.35, linewidth=5)
            axes.plot(f1.value, row, "o", color=_ACCENT, markersize=7)
        axes.set_yticks(range(len(kinds)), [f"{kind} ({n})" for kind, n, _ in kinds])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set(xlabel="F1")
        _percent(axes, "x")

    return _svg(draw, f"types-{suite.name}", f"F1 by type of question of {suite.name}")


def outcomes(suite: SuiteResult) -> str:
    """The number of questions with each outcome."""
    counts = Counter(record.outcome for record in suite.records)
    names = [outcome for outcome in OUTCOMES if counts[outcome]]

    def draw(axes: Axes) -> None:
        colours = [_ACCENT if name == "right" else _SECOND for name in names]
        bars = axes.barh(range(len(names)), [counts[n] for n in names], color=colours, height=0.55)
        axes.bar_label(bars, padding=5, color=_INK)
        axes.set_yticks(range(len(names)), names)
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.tick_params(labelbottom=False)
        axes.spines.bottom.set_visible(False)
        axes.set_xlim(0, 1.12 * max(counts.values()))

    return _svg(draw, f"outcomes-{suite.name}", f"Outcomes of {suite.name}")


def _band(statistic: Callable[[Floats], Floats], questions: int) -> tuple[Floats, Floats]:
    """The 95 % interval of a curve of shape (..., points), point by point."""
    rows = np.concatenate([statistic(w) for w in metrics.resamples(questions, _RESAMPLES)])
    low, high = np.nanquantile(rows, [0.025, 0.975], axis=0)
    return low, high


def _percent(axes: Axes, directions: str) -> None:
    if "x" in directions:
        axes.set_xlim(-0.02, 1.02)
        axes.xaxis.set_major_formatter(PercentFormatter(1))
    if "y" in directions:
        axes.set_ylim(-0.02, 1.04)
        axes.yaxis.set_major_formatter(PercentFormatter(1))


def _svg(draw: Callable[[Axes], None], salt: str, description: str) -> str:
    # The salt keeps the ids of the figures of a page apart, and the same from run to run.
    with mpl.rc_context({**_STYLE, "svg.hashsalt": salt}):
        figure = Figure(figsize=(5.6, 3.5), layout="constrained")
        draw(figure.subplots())
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    for placeholder, variable in _VARIABLES.items():
        svg = svg.replace(placeholder, f"var({variable})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{_attribute(description)}"', 1)


def _attribute(text: str) -> str:
    return re.sub(r'[<>&"]', " ", text)


def figures(suite: SuiteResult) -> Sequence[tuple[str, str, str]]:
    """The figures of a suite: heading, caption, SVG."""
    drawn = [
        (
            "Risk and coverage",
            "How often it is wrong if it answers only what it is most sure of.",
            risk_coverage(suite),
        ),
        (
            "Reliability",
            "Of the answers with a confidence, how many are right: on the dashed line, as many "
            "as it says. Larger dots stand for more questions.",
            reliability(suite),
        ),
        (
            "Recall@k",
            "How often the answer was in the first k passages read.",
            recall(suite),
        ),
        ("Latency", "How many questions were answered within a time.", latency(suite)),
        ("Outcomes", "What became of the questions; explained below.", outcomes(suite)),
        (
            "F1 by type",
            "With 95 % intervals; the number of questions beside it.",
            f1_by_type(suite),
        ),
    ]
    return [figure for figure in drawn if figure[2]]
