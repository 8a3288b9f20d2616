"""The standard report: the bundled suite, and development data by halves of its articles.

Whatever is chosen by measurement (thresholds, weights, readers) is chosen on the choosing half;
published figures are those of the reporting half. The data is not bundled: the command reads it
from a folder and verifies the sha256 of each file.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eval.suites import Suite
from index.errors import UserError
from index.sources.files import read_file
from index.types import Article
from qa.squad import Half, half_of

HALVES: tuple[Half, ...] = ("choosing", "reporting")


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of the development data.

    Attributes:
        name: Its path in the folder.
        sha256: Hash of the file; for a folder, of the sorted names and the bytes of its files.
        about: A description, with the origin and the licence.
    """

    name: str
    sha256: str
    about: str

    def find(self, folder: Path) -> Path:
        """Its path in a folder, verified.

        Raises:
            UserError: If it is missing, or its sha256 is another one.
        """
        path = folder / self.name
        if not path.exists():
            raise UserError(f"{path}: is missing ({self.about}; sha256 {self.sha256})")
        if (actual := _sha256(path)) != self.sha256:
            raise UserError(
                f"{path}: is another file than figures are compared on: its sha256 is {actual}, "
                f"not {self.sha256}"
            )
        return path


WRITTEN = DataFile(
    "written-dev.jsonl",
    "e2e573fa074d2ca16d2c429229dc86fb9dc56a5b7b2bb093c5f3f33cf55f1637",
    "241 questions written on 16 articles of GUM, CC BY 4.0",
)
WRITTEN_ARTICLES = DataFile(
    "articles",
    "b2a0fe911b078d2ad002bc93a563341d7dcd42347a28d3875832e21b0dccd58e",
    "the 16 articles of GUM, CC BY and CC BY-SA",
)
XQUAD = DataFile(
    "xquad-en-dev.json.gz",
    "d0b69357523936635ffb32d731aa88cbc05882bc9ce2963c7374781495399ae1",
    "the first 24 articles of XQuAD-en (Artetxe et al. 2020), CC BY-SA 4.0",
)


def articles_of(folder: Path) -> list[Article]:
    """The articles of a folder, with the names of their files as sources."""
    return [read_file(path, source=path.name) for path in sorted(folder.iterdir())]


def halves(suite: Suite) -> dict[str, Half]:
    """The half of each question, by its id: every other article, in the order of the questions.

    A question that names no article is in the half of the question before it.
    """
    titles = {article.id: article.title for article in suite.paragraphs}
    numbers: dict[str, int] = {}
    half_by_id: dict[str, Half] = {}
    number = 0
    for question in suite.questions:
        if question.articles:
            first = question.articles[0]
            number = numbers.setdefault(titles.get(first) or first, len(numbers))
        half_by_id[question.id] = half_of(number)
    return half_by_id


def _sha256(path: Path) -> str:
    if path.is_file():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return _digest((file.name, file.read_bytes()) for file in sorted(path.iterdir()))


def _digest(files: Iterable[tuple[str, bytes]]) -> str:
    whole = hashlib.sha256()
    for name, content in files:
        whole.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return whole.hexdigest()
