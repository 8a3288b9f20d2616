"""Shows results: a table on the terminal, and a self-contained HTML page."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.records import OUTCOMES, Excerpt
from eval.results import Comparison, SuiteResult, installed_version, write_text
from eval.summary import METRICS, RANKS, Value
from qa.rendering import printable

_NOTHING = "–"
_EMPTY_LINES = re.compile(r"\n\s*\n")

_PASSAGES = {
    "collection": "over a collection",
    "gold": "with the gold paragraph given",
    "all": "over all paragraphs",
}

_HEADLINES = (
    "em",
    "f1",
    "no_answer_recall",
    "citation_accuracy",
    "date_accuracy",
    "recall@5",
    "abstention_auc",
    "ece",
    "latency_p50_ms",
)


_TILES = 5
"""Tiles in a row of the page."""

# Metrics that are left out where they are equal to another one.
_REPEATS = {
    "answerable_em": "em",
    "answerable_f1": "f1",
    "forced_em": "answerable_em",
    "forced_f1": "answerable_f1",
}

_BY_TYPE = ("em", "f1", "answer_recall", "no_answer_recall", "citation_accuracy", "recall@5", "mrr")


def worth_showing(suite: SuiteResult) -> list[str]:
    """The metrics of a suite that are not implied by others."""
    values = suite.values
    names = [name for name in METRICS if values[name].value is not None]
    if values["no_answer_recall"].value is None:
        # Without unanswerable questions, every answer given is to an answerable one.
        names = [name for name in names if name not in {"answer_precision", "no_answer_precision"}]
        if values["answer_recall"].value == 1:
            names.remove("answer_recall")
    deepest = max((record.read or 0 for record in suite.records), default=0)
    too_deep = {f"recall@{k}" for k in RANKS if k > deepest}
    return [
        name
        for name in names
        if name not in too_deep and values[name] != values.get(_REPEATS.get(name, ""))
    ]


def formatted(name: str, value: float | None) -> str:
    """A metric's value as a person reads it; a dash for None."""
    if value is None:
        return _NOTHING
    unit = METRICS[name].unit
    if unit == "percent":
        return f"{100 * value:.1f}"
    return f"{value:.0f} ms" if unit == "ms" else f"{value:.3g}"


def interval(name: str, value: Value) -> str:
    """The bounds of a value's 95 % interval; "" if it has none."""
    if value.low is None:
        return ""
    low, high = formatted(name, value.low), formatted(name, value.high)
    return f"{low.removesuffix(' ms')} to {high}"


def print_table(results: Sequence[SuiteResult], console: Console) -> None:
    """Print every metric of every suite, and F1 by type of question."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 3, 0, 0))
    table.add_column("")
    for suite in results:
        table.add_column(Text(suite.name), justify="right")
        table.add_column("95 % interval", style="dim")
    table.add_row(
        "Questions", *(cell for suite in results for cell in (str(len(suite.records)), ""))
    )
    shown = {name for suite in results for name in worth_showing(suite)}
    for name in (name for name in METRICS if name in shown):
        values = [suite.values[name] for suite in results]
        cells = [(formatted(name, value.value), interval(name, value)) for value in values]
        table.add_row(METRICS[name].label, *(text for cell in cells for text in cell))
    kinds = dict.fromkeys(kind for suite in results for kind in suite.types)
    table.add_section()
    for kind in kinds:
        cells = [_type_cells(suite, kind) for suite in results]
        table.add_row(f"F1, {kind}", *(text for cell in cells for text in cell))
    console.print(table)


def print_comparisons(comparisons: Sequence[Comparison], console: Console) -> None:
    """Print the changes since the baseline: scores, then question by question."""
    for comparison in comparisons:
        console.print()
        console.print(
            Text(comparison.name, style="bold"),
            f"against the baseline: {comparison.shared} questions in both, "
            f"{comparison.added} new, {comparison.gone} gone",
        )
        for name, difference in comparison.differences.items():
            console.print(
                f"  {METRICS[name].label:12} {100 * difference.before:5.1f} to "
                f"{100 * difference.now:5.1f}   p = {difference.p_value:.4f}"
                f"{'   significant loss' if difference.is_loss else ''}",
                style="red" if difference.is_loss else None,
            )
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        for column in ("F1", "Question", "Before", "Now"):
            table.add_column(column, overflow="fold")
        for before, now in comparison.changes:
            change = now.f1 - before.f1
            # Text, not strings: brackets in an article are no markup.
            table.add_row(
                Text(f"{change:+.2f}", style="red" if change < 0 else "green" if change else "dim"),
                Text(printable(now.question)),
                Text(printable(_given(before.text, before.date))),
                Text(printable(_given(now.text, now.date))),
            )
        if comparison.changes:
            console.print(table)


def write_html(
    results: Sequence[SuiteResult], comparisons: Sequence[Comparison], path: Path
) -> None:
    """Write the report: figures, tables, and every wrong answer beside its gold.

    Raises:
        UserError: If it cannot be written.
    """
    # Figures need matplotlib, which is slow to import: only here.
    from eval.figures import figures

    environment = Environment(
        loader=PackageLoader("eval", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        formatted=formatted, interval=interval, pieces=pieces, given=_given, nothing=_NOTHING
    )
    page = environment.get_template("report.html").render(
        suites=[_suite_view(suite, figures(suite)) for suite in results],
        comparisons=comparisons,
        metrics=METRICS,
        outcomes=OUTCOMES,
        version=installed_version(),
        created=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
    )
    write_text(page, path)


def pieces(excerpt: Excerpt) -> Iterator[tuple[str, str]]:
    """The text of an excerpt, cut where marks begin and end; each piece with its kinds of mark.

    Empty lines are left out.
    """
    bounds = {0, len(excerpt.text)}
    for mark in excerpt.marks:
        bounds |= {max(0, mark.start), min(len(excerpt.text), mark.end)}
    ordered = sorted(bounds)
    for start, end in pairwise(ordered):
        kinds = {mark.kind for mark in excerpt.marks if mark.start <= start and end <= mark.end}
        yield _EMPTY_LINES.sub("\n", excerpt.text[start:end]), " ".join(sorted(kinds))


def _suite_view(
    suite: SuiteResult, figures: Sequence[tuple[str, str, str]]
) -> Mapping[str, object]:
    names = worth_showing(suite)
    headlines = [name for name in _HEADLINES if name in names]
    wrong = [record for record in suite.records if record.outcome != "right"]
    counts = Counter(record.outcome for record in suite.records)
    return {
        "suite": suite,
        "passages": _PASSAGES[suite.passages],
        "names": names,
        "calibrated": suite.values["ece"].value is not None,
        "headlines": headlines,
        "columns": len(headlines) if len(headlines) <= _TILES else -(-len(headlines) // 2),
        "by_type": [name for name in _BY_TYPE if name in names],
        "figures": [(heading, caption, Markup(svg)) for heading, caption, svg in figures],  # noqa: S704 - drawn by matplotlib
        "wrong": sorted(wrong, key=lambda record: (record.f1, -record.confidence)),
        "counts": [(outcome, counts[outcome]) for outcome in OUTCOMES if counts[outcome]],
        "types": sorted({record.type for record in wrong}),
    }


def _type_cells(suite: SuiteResult, kind: str) -> tuple[str, str]:
    if kind not in suite.types:
        return _NOTHING, ""
    questions, values = suite.types[kind]
    text = interval("f1", values["f1"])
    return formatted("f1", values["f1"].value), f"{text}  ({questions})"


def _given(text: str | None, date: str | None) -> str:
    if text is None:
        return "no answer"
    return f"{text} ({date})" if date else text
