"""Reads mixtures: which files a reader learns from, and how much of each."""

import tomllib
from dataclasses import replace
from pathlib import Path

from qa.squad import QuestionFile
from qa.training.settings import Source


def read_mixture(path: Path, folder: Path) -> tuple[Source, ...]:
    """Reads a TOML file with a table `weights`: a number for each file's name.

    Args:
        path: The mixture.
        folder: Where its files are.

    Raises:
        ValueError: The file is no mixture, or names a file that is not there.
    """
    try:
        weights = tomllib.loads(path.read_text(encoding="utf-8"))["weights"]
        sources = tuple(Source(folder / name, float(weight)) for name, weight in weights.items())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path}: cannot be read ({error})") from error
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"{path}: needs a table `weights` of file names with numbers") from error
    for source in sources:
        if source.weight <= 0:
            raise ValueError(f"{path}: {source.path.name}: a weight is more than 0")
        if not source.path.is_file():
            raise ValueError(f"{path}: {source.path.name}: is not in {folder}")
    return sources


def without_repeats(files: list[QuestionFile]) -> list[QuestionFile]:
    """Files without the questions that another file has beside their unanswerable twins."""
    paired = {(q.id, q.question) for file in files for q in file.questions if q.pair and q.answers}
    return [
        replace(
            file,
            questions=tuple(
                q for q in file.questions if q.pair or (q.id, q.question) not in paired
            ),
        )
        for file in files
    ]
