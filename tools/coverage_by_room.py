"""Tell how much of each room the tests run, by lines and branches.

pytest --cov --cov-report=json && python tools/coverage_by_room.py coverage.json
"""

import json
import sys
from collections import defaultdict
from pathlib import Path, PurePath

DEPTH = 2
"""A room is `qa/reading` or a file beside the rooms, counted under `qa`."""


def main() -> None:
    """Print a line for each room."""
    files = json.loads(Path(sys.argv[1]).read_text())["files"]
    rooms: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for name, measured in files.items():
        parts = PurePath(name).parts
        room = "/".join(parts[: min(DEPTH, len(parts) - 1)])
        totals = measured["summary"]
        counts = (
            totals["covered_lines"],
            totals["num_statements"],
            totals["covered_branches"],
            totals["num_branches"],
        )
        rooms[room] = [old + new for old, new in zip(rooms[room], counts, strict=True)]
    print(f"{'room':<24}{'lines':>8}{'branches':>10}")
    for room, (lines, of_lines, branches, of_branches) in sorted(rooms.items()):
        print(f"{room:<24}{share(lines, of_lines):>8}{share(branches, of_branches):>10}")


def share(part: int, whole: int) -> str:
    """A share in percent; a dash of nothing."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


if __name__ == "__main__":
    main()
