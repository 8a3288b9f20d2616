"""The tables of a PDF page, found by the rules that are drawn around their cells."""

import io
from dataclasses import dataclass
from typing import Any

from index.sources.tables import Cell

_FEWEST_RULES = 3
_MOST_RULES = 5_000
"""More drawn paths than these are a drawing or a map."""

_CELL_CHARACTERS = 400
"""The longest cell; a longer one is a column of text in a frame."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, point: tuple[float, float]) -> bool:
        """Return whether a point lies in it."""
        return self.left <= point[0] <= self.right and self.bottom <= point[1] <= self.top


def has_rules(page: Any) -> bool:  # noqa: ANN401 - pypdfium2 has no types
    """Return whether enough is drawn on a page for a table; far quicker than to look for one."""
    from pypdfium2.raw import FPDF_PAGEOBJ_PATH

    if page.get_rotation():
        return False
    count = 0
    for _ in page.get_objects(filter=[FPDF_PAGEOBJ_PATH], max_depth=3):
        count += 1
        if count > _MOST_RULES:
            return False
    return count >= _FEWEST_RULES


def tables_of(content: bytes, number: int, height: float) -> list[tuple[Box, list[list[Cell]]]]:
    """The tables of a page: their places and rows.

    Args:
        content: The document.
        number: Number of the page, from 0.
        height: Height of the page, in points.
    """
    import pdfplumber

    tables: list[tuple[Box, list[list[Cell]]]] = []
    # A table that cannot be read stays in the text as lines.
    try:
        with pdfplumber.open(io.BytesIO(content), pages=[number + 1]) as document:
            page = document.pages[0]
            for table in page.find_tables():
                rows = _cells(page, table)
                if _is_table(rows):
                    left, top, right, bottom = table.bbox
                    box = Box(left - 1, height - bottom - 1, right + 1, height - top + 1)
                    tables.append((box, [[Cell(cell) for cell in row] for row in rows]))
    except Exception:  # noqa: BLE001 - a second library reads what is damaged in its own way
        return []
    return tables


def _cells(page: Any, table: Any) -> list[list[str]]:  # noqa: ANN401 - pdfplumber has no types
    rows = table.extract()
    if rows and max(map(len, rows)) == 1 and len(rows) > 2:
        # Rules only between the rows; the columns are where words stand below each other.
        part = page.crop(table.bbox)
        aligned = part.find_table({"vertical_strategy": "text", "horizontal_strategy": "lines"})
        if aligned is not None:
            edges = sorted({edge for cell in aligned.cells for edge in (cell[0], cell[2])})
            rows = part.extract_table(
                {
                    "vertical_strategy": "explicit",
                    "explicit_vertical_lines": edges,
                    "horizontal_strategy": "lines",
                }
            )
    return [[" ".join((cell or "").split()) for cell in row] for row in rows or []]


def _is_table(rows: list[list[str]]) -> bool:
    filled = [row for row in rows if any(row)]
    if len(filled) < 2 or max(map(len, filled)) < 2:
        return False
    if any(len(cell) > _CELL_CHARACTERS for row in filled for cell in row):
        return False
    # A grid with little in it is a form or a drawing.
    cells = sum(len(row) for row in filled)
    return sum(bool(cell) for row in filled for cell in row) >= 0.3 * cells
