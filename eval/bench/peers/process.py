"""A measured system in a process of its own, seen from the bench."""

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self

import eval as rooms
from index.errors import UserError

_ERROR_LINES = 15


@dataclass(frozen=True, slots=True)
class Spec:
    """A system to measure.

    Attributes:
        name: Name in the table.
        module: Name of its adapter in this package.
        python: Interpreter of its environment.
        embedder: A sentence-transformers folder, or "" for the system's own.
        reader: A question-answering model of transformers, or "" for the system's own.
        options: Options of the adapter, by name.
        root: For this project: a checkout whose code runs, or "" for the current one.
    """

    name: str
    module: str
    python: str = sys.executable
    embedder: str = ""
    reader: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    root: str = ""


class Process:
    """One running system; leaving the context ends it."""

    def __init__(self, spec: Spec, folder: Path) -> None:
        self.spec = spec
        self._path = TemporaryDirectory()
        self._errors = Path(self._path.name) / "errors"
        # The other environment must find the adapters, and nothing else of this one.
        (Path(self._path.name) / "eval").symlink_to(Path(rooms.__path__[0]).resolve())
        # The adapter is always that of this checkout, so that two commits are asked alike.
        import_path = [self._path.name, *([spec.root] if spec.root else [])]
        if spec.python == sys.executable:
            import_path += sys.path
        command = [
            spec.python,
            "-m",
            f"eval.bench.peers.{spec.module}",
            "--folder",
            str(folder.resolve()),
            "--embedder",
            spec.embedder,
            "--reader",
            spec.reader,
            "--options",
            json.dumps(spec.options),
        ]
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(  # noqa: S603 - an interpreter that the user names
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=self._path.name,
                env={
                    **os.environ,
                    "PYTHONPATH": os.pathsep.join(import_path),
                    # Weights are folders; a look-up on a hub would be measured as cold start.
                    "HF_HUB_OFFLINE": "1",
                },
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin  # noqa: S101 - it is a pipe
        self._process.stdin.close()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._path.cleanup()

    def request(self, do: str, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        """Send a request to the system; see `wire.handle`.

        Raises:
            UserError: If it has ended, with the end of what it wrote to standard error.
        """
        assert self._process.stdin  # noqa: S101 - both are pipes
        assert self._process.stdout  # noqa: S101
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = b""
        if not line:
            raise UserError(f"{self.spec.name} failed to {do}:\n{self._last_errors()}")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _last_errors(self) -> str:
        # It closes its output before it has written the reason of its end.
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=30)
        lines = self._errors.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_ERROR_LINES:])


def busy_seconds() -> float | None:
    """CPU seconds that all processes of this machine have used so far; None if unknown."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, fields)
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
