"""`python -m eval.bench.dates FILE`: are dates resolved as annotators resolved them?

FILE is JSON lines: a document's `id`, `text`, `published` (a day or null) and `dates`, each an
expression's `start` and `end` in the text and the first and last day that it means (`from`,
`to`; in the calendar of ISO 8601, or null where it has none).

Documents are split into two halves by a hash of their id: `choose` to look at while the rules
change, `report` to publish. An expression is explicit if it names a year by its four digits, else
relative.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from qa.dates import AnswerTime, times_of_answer

Half = Literal["choose", "report"]
Outcome = Literal["exact", "other", "ambiguous", "none"]

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d|['’]?s\b)")


@dataclass(frozen=True, slots=True)
class Annotated:
    """An annotated expression, and the days that it was resolved to.

    Attributes:
        document: Id of its document.
        words: The expression, verbatim.
        context: The text around it, with the expression in square brackets.
        explicit: True if the expression names a year by its four digits.
        gold: The first and the last day that annotators gave, in ISO 8601; None for no date.
        resolved: The same of the first time found in the expression; None if it has none.
        outcome: "exact" if both are the same days; "ambiguous" if one of several readings is
            the annotated one; "none" if there is no date; else "other".
    """

    document: str
    words: str
    context: str
    explicit: bool
    gold: tuple[str, str] | None
    resolved: tuple[str, str] | None
    outcome: Outcome


def half_of(document: str) -> Half:
    """The half that a document belongs to."""
    return "report" if hashlib.sha256(document.encode()).digest()[0] % 2 else "choose"


def resolve_document(document: dict[str, Any]) -> Iterator[Annotated]:
    """Resolve each annotated expression of a document."""
    text: str = document["text"]
    published = date.fromisoformat(document["published"]) if document["published"] else None
    for annotation in document["dates"]:
        start, end = annotation["start"], annotation["end"]
        gold = (annotation["from"], annotation["to"]) if annotation["from"] else None
        times = times_of_answer(text, published, start, end)
        told = times[0] if times else None
        yield Annotated(
            document=document["id"],
            words=text[start:end],
            context=_marked(text, start, end),
            explicit=bool(_YEAR.search(text[start:end])),
            gold=gold,
            resolved=_days(told),
            outcome=_outcome(gold, told),
        )


def _marked(text: str, start: int, end: int) -> str:
    before, after = text[max(start - 120, 0) : start], text[end : end + 60]
    return " ".join(f"{before}[{text[start:end]}]{after}".split())


def _days(told: AnswerTime | None) -> tuple[str, str] | None:
    if told is None or told.resolved is None:
        return None
    return told.resolved.start.isoformat(), told.resolved.end.isoformat()


def _outcome(gold: tuple[str, str] | None, told: AnswerTime | None) -> Outcome:
    readings = told.readings if told else ()
    days = [(reading.start.isoformat(), reading.end.isoformat()) for reading in readings]
    if len(days) == 1:
        return "exact" if days[0] == gold else "other"
    if days:
        return "ambiguous" if gold in days else "other"
    return "none" if gold else "exact"


def summary(expressions: Iterable[Annotated]) -> dict[str, Counter[str]]:
    """The count of each outcome, for explicit and relative expressions."""
    counts: dict[str, Counter[str]] = {"explicit": Counter(), "relative": Counter()}
    for expression in expressions:
        counts["explicit" if expression.explicit else "relative"][expression.outcome] += 1
    return counts


def read_documents(path: Path) -> list[dict[str, Any]]:
    """The documents of a file; raises `click.UsageError` naming the line that is no document."""
    documents = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            document = json.loads(line)
            for field in ("id", "text", "published", "dates"):
                document[field]
        except (ValueError, KeyError, TypeError) as error:
            raise click.UsageError(f"{path}, line {number}: {error}") from error
        documents.append(document)
    return documents


@click.command()
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--half", type=click.Choice(["choose", "report", "both"]), default="report")
@click.option("--misses", is_flag=True, help="Print each expression that is not exact.")
def main(path: Path, half: str, misses: bool) -> None:
    """Print the share of the annotated dates of FILE that are resolved exactly."""
    documents = [
        document for document in read_documents(path) if half in ("both", half_of(document["id"]))
    ]
    expressions = [
        expression for document in documents for expression in resolve_document(document)
    ]
    for kind, counts in summary(expressions).items():
        total = sum(counts.values())
        share = 100 * counts["exact"] / total if total else 0.0
        rest = ", ".join(f"{counts[name]} {name}" for name in ("other", "ambiguous", "none"))
        click.echo(f"{kind}: {counts['exact']} of {total} exact ({share:.1f} %), {rest}")
    if misses:
        for miss in expressions:
            if miss.outcome != "exact":
                click.echo(f"{miss.outcome}\t{miss.gold}\t{miss.resolved}\t{miss.context}")


if __name__ == "__main__":
    main()
