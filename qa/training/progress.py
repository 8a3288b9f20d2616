"""Tells how a run goes: a live line in a terminal, a line a minute in a log file."""

import time
from collections import deque
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

LOG_SECONDS = 60.0
RECENT = 50  # Steps that speed and loss are averaged over.


class Reporter:
    """Shows share done, loss, speed and time left; use it as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:.1f} %"),
        )
        self._bar = Progress(
            *columns, console=console, disable=not console.is_terminal, transient=True
        )
        self._task = self._bar.add_task("starting", total=1.0)
        self._recent: deque[tuple[float, int, float]] = deque(maxlen=RECENT)
        self._logged = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def step(self, number: int, total: int, loss: float, tokens: int, seconds: float) -> None:
        """Reports a step.

        Args:
            number: Steps done.
            total: Steps in all, as far as is known.
            loss: The step's loss.
            tokens: Its tokens.
            seconds: Its duration.
        """
        self._recent.append((loss, tokens, seconds))
        losses, sizes, times = zip(*self._recent, strict=True)
        left = timedelta(seconds=round((total - number) * sum(times) / len(times)))
        line = (
            f"step {number}/{total}  loss {sum(losses) / len(losses):.3f}  "
            f"{sum(sizes) / sum(times):,.0f} tokens/s  {left} left"
        )
        self._bar.update(self._task, description=line, completed=number / max(total, 1))
        if not self._console.is_terminal and time.monotonic() - self._logged >= LOG_SECONDS:
            self._logged = time.monotonic()
            self.say(line)

    def say(self, text: str) -> None:
        """Prints a line above the bar."""
        self._console.print(f"{time.strftime('%H:%M:%S')}  {text}", highlight=False, markup=False)
