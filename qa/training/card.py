"""The model card, written from what the run did."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qa.training.checkpoint import Position

SEPARATE = "data", "base", "teacher"  # What of a recipe is more than one setting.


def sha256(path: Path) -> str:
    """The sha256 of a file, in hex.

    Raises:
        ValueError: The file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror})") from error


def card(
    recipe: Mapping[str, Any],
    position: Position,
    *,
    architecture: str,
    parameters: int,
    objective: str,
    precision: str,
    command: str,
    licences: tuple[str, ...],
) -> str:
    """The text of CARD.md.

    Args:
        recipe: What the run was; its items become the table of settings.
        position: Where it ended.
        architecture: The model's class.
        parameters: How many parameters it has.
        objective: What it learned, as a sentence without its full stop.
        precision: What it was computed in.
        command: What reproduces it.
        licences: Under which licences base weights and data are, one line each.
    """
    lines = [
        f"# {architecture}, {parameters / 1e6:.1f}M parameters",
        "",
        "An extractive reader: it marks the words of a passage that answer a question.",
        "",
        "## Training",
        "",
        f"{position.step:,} steps, {position.tokens / 1e6:.2f}M tokens (padding included), "
        f"{position.seconds / 60:.0f} minutes of computing.",
        "",
        "```",
        command,
        "```",
        "",
        "| data | weight | questions | sha256 |",
        "|---|---|---|---|",
        *(
            f"| {d['name']} | {d['weight']:g} | {d['questions']:,} | `{d['sha256'][:16]}` |"
            for d in recipe["data"]
        ),
        "",
        *(
            f"{label}: {recipe[key]['name']}, sha256 `{recipe[key]['sha256'][:16]}`.  "
            for key, label in (("base", "Base weights"), ("teacher", "Teacher"))
            if key in recipe
        ),
        "",
        "| setting | value |",
        "|---|---|",
        *(f"| {key} | {value} |" for key, value in recipe.items() if key not in SEPARATE),
        "",
        f"Objective: {objective}. AdamW, {precision}, no dropout.",
        "",
    ]
    if position.evaluations:
        lines += [
            "## Scores",
            "",
            "Gold passage, best span; exact match and F1 as SQuAD v1.1 counts them.",
            "",
            "| step | minutes | questions | EM | F1 |",
            "|---|---|---|---|---|",
            *(
                f"| {e['step']:.0f} | {e['minutes']:.0f} | {e['questions']:.0f} "
                f"| {e['exact_match']:.1f} | {e['f1']:.1f} |"
                for e in position.evaluations
            ),
            "",
        ]
    if licences:
        lines += ["## Licences", "", *(f"- {licence}" for licence in licences), ""]
    return "\n".join(lines)


def with_section(text: str, title: str, lines: Sequence[str]) -> str:
    """A card with this section, in the place of an older one of the same title or at the end.

    Args:
        text: The card; may be empty.
        title: Of the section, without marks.
        lines: What stands under the title.
    """
    sections = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    kept = [section.rstrip() for section in sections if not section.startswith(f"## {title}\n")]
    return "\n\n".join([*filter(None, kept), "\n".join([f"## {title}", "", *lines])]) + "\n"
