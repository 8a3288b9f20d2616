"""The one reader of SQuAD files (Rajpurkar et al. 2016, 2018): training and evals take them so.

Versions 1.1 and 2.0 are read, plain or gzipped. Three fields go beyond them: `date` of an article
(ISO), and `twin_of` of a question, which names the one that it changes into one without an answer.
"""

import gzip
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from qa.reading.windows import context_of

Half = Literal["choosing", "reporting"]


@dataclass(frozen=True, slots=True)
class Gold:
    """An annotated answer: the characters `context[start : start + len(text)]`."""

    start: int
    text: str

    @property
    def end(self) -> int:
        """The character after the answer's last."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Context:
    """A paragraph.

    Attributes:
        id: Of the paragraph in its file: the numbers of article and paragraph, as in `3/0`.
        article: The number of its article in the file.
        title: The article's; "" if the file has none.
        text: The paragraph.
        published: The article's date, if the file has one.
    """

    id: str
    article: int
    title: str
    text: str
    published: date | None = None

    @property
    def about(self) -> str:
        """The context that a reader sees beside the paragraph."""
        return context_of(self.title, self.published)


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a paragraph.

    Attributes:
        id: Of the question in its file.
        question: The question.
        answers: One from each annotator; none where the paragraph does not say.
        context: The paragraph's id.
        pair: The name of the pair that a question and its unanswerable twin are; "" if none.
        place: Where the question stands in the file, for messages.
    """

    id: str
    question: str
    answers: tuple[Gold, ...]
    context: str
    pair: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class QuestionFile:
    """A file of questions; `contexts` by their ids."""

    path: Path
    questions: tuple[Question, ...]
    contexts: dict[str, Context]


@dataclass(frozen=True, slots=True)
class _Answer:
    text: str
    answer_start: int


@dataclass(frozen=True, slots=True)
class _Asked:
    id: str
    question: str
    answers: tuple[_Answer, ...] = ()
    is_impossible: bool = False
    twin_of: str | None = None


@dataclass(frozen=True, slots=True)
class _Paragraph:
    context: str
    qas: tuple[_Asked, ...]


@dataclass(frozen=True, slots=True)
class _Article:
    paragraphs: tuple[_Paragraph, ...]
    title: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class _File:
    data: tuple[_Article, ...]


_FILE = TypeAdapter(_File)


def read_squad(path: Path) -> QuestionFile:
    """Reads a SQuAD file (.json or .json.gz).

    An unanswerable question is paired with its original where the file names that, otherwise with
    an answerable one about the same paragraph.

    Raises:
        ValueError: The file cannot be read or is not of the format, or an answer is not where it
            says. The message names the file and the field.
    """
    contexts: dict[str, Context] = {}
    questions: list[Question] = []
    for i, article in enumerate(_parsed(path).data):
        published = _date(article.date, f"{path}: data.{i}.date")
        for j, paragraph in enumerate(article.paragraphs):
            title = article.title.replace("_", " ")
            context = Context(f"{i}/{j}", i, title, paragraph.context, published)
            contexts[context.id] = context
            place = f"{path}: data.{i}.paragraphs.{j}.qas"
            read = [_question(q, context, f"{place}.{k}") for k, q in enumerate(paragraph.qas)]
            questions += _paired(read, paragraph.qas)
    if not questions:
        raise ValueError(f"{path}: holds no questions")
    return QuestionFile(path, tuple(questions), contexts)


def half_of(article: int) -> Half:
    """The half that an article is in, by its number in the file."""
    return "reporting" if article % 2 else "choosing"


def half(file: QuestionFile, which: Half) -> QuestionFile:
    """Every other article of a file: what is chosen on one half is reported on the other."""
    contexts = {name: c for name, c in file.contexts.items() if half_of(c.article) == which}
    questions = tuple(q for q in file.questions if q.context in contexts)
    return QuestionFile(file.path, questions, contexts)


def _parsed(path: Path) -> _File:
    try:
        raw = path.read_bytes()
        data = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "not a whole gzip file"
        raise ValueError(f"{path}: cannot be read ({reason})") from error
    try:
        return _FILE.validate_json(data, strict=True)
    except ValidationError as error:
        # One line for the first problem; a reader who mends it sees the next.
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"][0].lower() + first["msg"][1:]
        raise ValueError(f"{path}: {field + ': ' if field else ''}{message}") from error


def _date(text: str, place: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ValueError(f"{place}: {text!r} is no date (YYYY-MM-DD)") from error


def _question(asked: _Asked, context: Context, place: str) -> Question:
    if not asked.is_impossible and not asked.answers:
        raise ValueError(f"{place}.answers: an answerable question needs at least one")
    # v2.0 gives plausible but wrong answers to impossible questions elsewhere; some writers of
    # the format leave them under "answers".
    given = () if asked.is_impossible else asked.answers
    golds = tuple(Gold(answer.answer_start, answer.text) for answer in given)
    for gold in golds:
        if not gold.text or context.text[gold.start : gold.end] != gold.text:
            raise ValueError(f"{place}: {asked.id}: its answer is not at {gold.start}")
    return Question(asked.id, asked.question.strip(), golds, context.id, place=place)


def _paired(questions: Sequence[Question], asked: Sequence[_Asked]) -> list[Question]:
    originals = {question.id: question for question in questions if question.answers}
    pairs: dict[str, str] = {}
    for question, given in zip(questions, asked, strict=True):
        if question.answers:
            continue
        free = (name for name in originals if name not in pairs)
        original = given.twin_of if given.twin_of in originals else next(free, None)
        if original:
            pairs[original] = pairs[question.id] = f"{question.context} {original}"
    return [replace(question, pair=pairs.get(question.id, "")) for question in questions]
