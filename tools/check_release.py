"""Build wheel and sdist, and check what is in them, how large they are, and their metadata.

python tools/check_release.py [DIR]    # leaves both in DIR, or else removes them

It needs the packages `build` and `twine`. With `--no-isolation` the build takes hatchling from this
environment, without network.
"""

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MAX_BYTES = 100_000_000
WHEEL_HAS = (
    "qa/py.typed",
    "index/py.typed",
    "qa/models/small/model.onnx",
    "qa/models/base/model.onnx",
    "qa/models/embedder/model.onnx",
    "qa/compat/__init__.py",
    "qa/integrations/haystack.py",
    "ui/page/assets/fonts/OFL.txt",
    "eval/suites/seeds.jsonl",
    "eval/report.html",
    "seeds/000_cf0a1eb87af6c4d3.txt",
)
WHEEL_LACKS = ("tests/", "docs/", "examples/", "tools/", "ui/screenshots/")
SDIST_HAS = (
    "pyproject.toml",
    "README.md",
    "BENCHMARKS.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "CITATION.cff",
    "LICENSE",
    "NOTICE",
    "mkdocs.yml",
    "docs/index.md",
    "examples/first_answer.py",
    "tests/conftest.py",
    "qa/models/base/model.onnx",
)


def main() -> int:
    """Build and check; the exit status is 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", nargs="?", type=Path, help="Where to leave wheel and sdist.")
    parser.add_argument("--no-isolation", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        out = given.out or Path(scratch)
        options = ["--no-isolation"] if given.no_isolation else []
        run("build", "--outdir", str(out), *options, str(ROOT))
        (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
        run("twine", "check", "--strict", str(wheel), str(sdist))
        problems = [*size_problems(wheel), *size_problems(sdist)]
        problems += content_problems(wheel.name, zipfile.ZipFile(wheel).namelist(), WHEEL_HAS)
        problems += [
            f"{wheel.name}: holds {name}"
            for name in zipfile.ZipFile(wheel).namelist()
            if name.startswith(WHEEL_LACKS)
        ]
        with tarfile.open(sdist) as archive:
            names = [name.partition("/")[2] for name in archive.getnames()]
        problems += content_problems(sdist.name, names, SDIST_HAS)
        for path in (wheel, sdist):
            print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def size_problems(path: Path) -> list[str]:
    """Problems with the size of a file."""
    size = path.stat().st_size
    return [f"{path.name}: {size:,} bytes, above {MAX_BYTES:,}"] if size > MAX_BYTES else []


def content_problems(archive: str, names: list[str], wanted: tuple[str, ...]) -> list[str]:
    """Files that are missing in an archive, and those that should never be in one."""
    litter = ("__pycache__", ".pyc", ".DS_Store", ".egg-info/")
    missing = [f"{archive}: lacks {name}" for name in wanted if name not in names]
    return missing + [
        f"{archive}: holds {name}" for name in names if any(part in name for part in litter)
    ]


def run(module: str, *arguments: str) -> None:
    """Run a module of this Python; its failure ends the program."""
    subprocess.run([sys.executable, "-m", module, *arguments], check=True)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
