"""Suites: the questions to ask, with the answers that count as right.

A suite is a JSONL file with one question a line:

    {"question": "When was the Singapore summit?", "answers": ["last year", "12 June"],
     "articles": ["a.txt"], "type": "when", "dates": ["2018-06-12", "2018"]}
    {"question": "Who paid for it?", "answerable": false, "type": "who"}
    {"question": "And where?", "answers": ["Singapore"], "articles": ["a.txt"], "type": "where",
     "history": [{"question": "When was the summit?", "answer": "last year"}]}

or a SQuAD v1.1 or v2.0 file (`.json`, `.json.gz`).
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from eval.intervals import parse_interval
from index.errors import UserError
from index.types import Article
from qa.squad import read_squad
from qa.types import Turn

TYPES = (
    "who",
    "what",
    "when",
    "where",
    "why",
    "how",
    "how many",
    "which",
    "keywords",
    "other",
)

# The first word of the question that asks; "how many" must come before "how".
_ASKING = re.compile(
    r"\b(?:(who|whom|whose)|(how (?:many|much))|(what|when|where|why|how|which))\b", re.IGNORECASE
)


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class Question:
    """A question of a suite.

    Attributes:
        question: As the user types it.
        answers: The acceptable answers, verbatim; empty for an unanswerable question.
        articles: The articles that may be cited, each by id, title, source, or the end of its
            source; any article may if it is empty.
        answerable: Whether the articles answer it.
        type: One of `TYPES`.
        dates: The acceptable dates of the answer, each an ISO day, month, year or `start/end`.
        history: The turns before it with their right answers, oldest first.
        note: A note to people who edit the suite; it is ignored.
        id: Unique in the suite; made from question and history if the file gives none.
        place: `file:line` (or the path inside a SQuAD file), for messages.
    """

    question: str
    answers: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    answerable: bool = True
    type: str = "other"
    dates: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    note: str = ""
    id: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """The questions of one file.

    `paragraphs` are the texts that come with them, one article each: those of a SQuAD file,
    none of a JSONL file, whose questions are about a collection that exists already.
    """

    name: str
    questions: tuple[Question, ...]
    paragraphs: tuple[Article, ...] = ()


_T = TypeVar("_T")

_QUESTION = TypeAdapter(Question)


def load(path: Path) -> Suite:
    """Read a suite.

    Args:
        path: A `.jsonl` suite, or a SQuAD `.json` or `.json.gz`.

    Raises:
        UserError: If it cannot be read or breaks the format; the message names file, line
            and field.
    """
    name = path.name.removesuffix(".gz")
    if name.endswith(".jsonl"):
        suite = Suite(name.removesuffix(".jsonl"), tuple(_jsonl_questions(path)))
    elif name.endswith(".json"):
        suite = _squad_suite(path, name.removesuffix(".json"))
    else:
        raise UserError(f"{path}: a suite ends in .jsonl, a SQuAD file in .json or .json.gz")
    if not suite.questions:
        raise UserError(f"{path}: no questions in it")
    _refuse_duplicates(suite.questions)
    return suite


def paragraphs(path: Path) -> tuple[Article, ...]:
    """The paragraphs of a SQuAD file, one article each, with its title.

    Raises:
        UserError: If it is not a SQuAD file.
    """
    if not path.name.removesuffix(".gz").endswith(".json"):
        raise UserError(f"{path}: distractors are SQuAD files, .json or .json.gz")
    return load(path).paragraphs


def question_type(question: str) -> str:
    """The type of a question by its first asking word: one of `TYPES`.

    Without an asking word it is "keywords" if no question mark closes it, else "other".
    """
    asking = _ASKING.search(question)
    if asking is None:
        return "other" if question.rstrip().endswith("?") else "keywords"
    who, count, plain = asking.groups()
    return "who" if who else "how many" if count else str(plain).lower()


def question_id(question: str, history: Iterable[Turn] = ()) -> str:
    """A short id that stays the same as long as the question and its history do."""
    turns = [turn.question for turn in history]
    return hashlib.sha256("\n".join([*turns, question]).encode()).hexdigest()[:12]


def _jsonl_questions(path: Path) -> Iterator[Question]:
    for number, line in enumerate(_read(path).split(b"\n"), start=1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        question = _validated(_QUESTION, line, place)
        problem = _problem(question)
        if problem:
            raise UserError(f"{place}: {problem}")
        identifier = question.id or question_id(question.question, question.history)
        yield replace(question, id=identifier, place=place)


def _problem(question: Question) -> str | None:
    """The problem with the fields of a question taken together, or None."""
    if not question.question.strip():
        return "question: is empty"
    if question.answerable and not question.answers:
        return "answers: an answerable question needs at least one"
    if not question.answerable and (question.answers or question.dates):
        return 'answers: there can be none, nor "dates", where "answerable" is false'
    if not all(answer.strip() for answer in question.answers):
        return "answers: one is empty"
    if question.type not in TYPES:
        return f"type: {question.type!r} is none of {', '.join(TYPES)}"
    for iso in question.dates:
        try:
            parse_interval(iso)
        except ValueError as error:
            return f"dates: {error}"
    return None


def _squad_suite(path: Path, name: str) -> Suite:
    """A SQuAD file as a suite: each paragraph is an article, which its questions may cite."""
    try:
        file = read_squad(path)
    except ValueError as error:
        raise UserError(str(error)) from error
    names = {key: f"{name}-{key.replace('/', '-')}" for key in file.contexts}
    articles = (
        Article(names[key], context.title, context.text, context.published, names[key])
        for key, context in file.contexts.items()
    )
    questions = (
        Question(
            asked.question,
            tuple(dict.fromkeys(gold.text for gold in asked.answers)),
            (names[asked.context],),
            bool(asked.answers),
            question_type(asked.question),
            id=asked.id,
            place=asked.place,
        )
        for asked in file.questions
    )
    return Suite(name, tuple(questions), tuple(articles))


def _refuse_duplicates(questions: Iterable[Question]) -> None:
    seen: dict[str, str] = {}
    for question in questions:
        if question.id in seen:
            raise UserError(f"{question.place}: id: the same question as {seen[question.id]}")
        seen[question.id] = question.place


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if path.name.endswith(".gz") else data
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or "not a gzip file"
        raise UserError(f"{path}: {reason}") from error


def _validated(adapter: TypeAdapter[_T], data: bytes, place: str) -> _T:
    try:
        return adapter.validate_json(data, strict=True)
    except ValidationError as error:
        # Only the first problem is reported, in one line.
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        message = first["msg"][0].lower() + first["msg"][1:]
        raise UserError(f"{place}: {field + ': ' if field else ''}{message}") from error
