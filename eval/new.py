"""Drafts a suite from a collection and from what users asked, for a person to correct."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from eval.suites import question_type
from index.errors import UserError
from index.sources.headers import read_header
from index.types import Article
from qa.dates.parse.find import find_times
from qa.dates.sentences import sentence_around

BLANK = "____"

# Two capitalised words or more: a name, most of the time.
_NAME = re.compile(r"\b[A-Z][\w’'-]*\w(?: (?:of |the |de |van |von )?[A-Z][\w’'-]*\w)+")
_AMOUNT = re.compile(
    r"(?<![\w.,-])(?:[$€£] ?)?\d[\d,.]*\d?(?: (?:million|billion|per cent|percent)| ?%)?(?![\w-])"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|dozens|hundreds|thousands)\b"
)
_SENTENCE_WORDS = range(8, 46)
"""Words of a sentence to ask for: shorter ones are too vague, longer ones are lists."""


class _Blank(NamedTuple):
    """A span to ask for, in its sentence."""

    start: int
    end: int
    kind: str


def draft(articles: Iterable[Article], per_article: int) -> Iterator[dict[str, Any]]:
    """Questions to correct: a sentence with a date, a name or an amount left blank, and its answer.

    Args:
        articles: The articles whose sentences are used.
        per_article: The most questions of one article.

    Yields:
        Lines of a suite, each with a note on what to do with it.
    """
    for article in articles:
        # A date line or front matter at the head is no sentence of the article.
        text = article.text[read_header(article.text).body_start :]
        for blank in _blanks(text)[:per_article]:
            first, last = sentence_around(text, blank.start, blank.end)
            cloze = f"{text[first : blank.start]}{BLANK}{text[blank.end : last]}"
            yield {
                "question": " ".join(cloze.split()),
                "answers": [text[blank.start : blank.end]],
                "articles": [article.source or article.id],
                "type": blank.kind,
                "note": f"ask for the {BLANK} in your own words, and add other right answers",
            }


def from_feedback(path: Path) -> Iterator[dict[str, Any]]:
    """Questions of a feedback log: the JSON lines that `article-qa feedback` prints.

    Each is `Answer.to_dict()` with a `verdict`, as `ui.feedback.store` writes it. A liked answer
    becomes the right one; if it was not liked, the note says what to fill in. A follow-up is asked
    in the words that it was understood in, since the log does not have the turns before it.

    Raises:
        UserError: If the log cannot be read; the message names the line.
    """
    try:
        # Not `splitlines`: a quote in a record may hold other separators, such as U+2028.
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {getattr(error, 'strerror', None) or 'not UTF-8'}") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            # A reply with help, as to a greeting, answers no question.
            if entry.get("help") is None:
                yield _of_entry(entry)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path}:{number}: not a line of a feedback log, as `article-qa feedback` prints it"
            ) from error


def write(questions: Iterable[dict[str, Any]], path: Path) -> int:
    """Write a new suite file and return its number of questions; equal questions are written once.

    Raises:
        UserError: If the file exists, cannot be written, or would be empty.
    """
    lines = {
        question["question"]: json.dumps(question, ensure_ascii=False) for question in questions
    }
    if not lines:
        raise UserError("nothing to draft questions from: the collection has no dates or names")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines.values())
    except FileExistsError:
        raise UserError(f"{path}: exists already; corrections in it would be lost") from None
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from error
    return len(lines)


def _blanks(text: str) -> list[_Blank]:
    """Spans to ask for: kinds in turn, each sentence once, in reading order within a kind."""
    times = [_Blank(time.start, time.end, "when") for time in find_times(text)]
    taken = {position for time in times for position in range(time.start, time.end)}
    names = [_Blank(*match.span(), "who") for match in _NAME.finditer(text)]
    amounts = [_Blank(*match.span(), "how many") for match in _AMOUNT.finditer(text)]
    kinds = [
        times,
        *([blank for blank in kind if blank.start not in taken] for kind in (names, amounts)),
    ]
    sentences: set[int] = set()
    seen: set[str] = set()
    chosen = []
    for blank in (blank for row in zip_longest(*kinds) for blank in row if blank):
        first, last = sentence_around(text, blank.start, blank.end)
        answer = text[blank.start : blank.end]
        complete = text[first:last].rstrip('"”’').endswith((".", "!", "?"))
        asks = complete and len(text[first:last].split()) in _SENTENCE_WORDS
        if asks and first not in sentences and answer not in seen:
            sentences.add(first)
            seen.add(answer)
            chosen.append(blank)
    return chosen


def _of_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """The line of a suite for an entry of the log; a malformed entry raises any Python error."""
    question = entry.get("understood_as") or entry["question"]
    liked = {"like": True, "dislike": False}[entry["verdict"]]
    return _asked(str(question), entry["text"], entry["citations"], liked)


def _asked(
    question: str, text: str | None, citations: Sequence[dict[str, Any]], liked: bool
) -> dict[str, Any]:
    line: dict[str, Any] = {"question": question, "type": question_type(question)}
    if text is None:
        line["answerable"] = False
        note = "" if liked else "the user expected an answer: fill in answers and articles"
    else:
        line["answers"] = [text] if liked else []
        sources = [citation["source"] or citation["article_id"] for citation in citations]
        line["articles"] = list(dict.fromkeys(sources)) if liked else []
        note = "" if liked else f"the user did not like {text!r}: fill in answers and articles"
    return {**line, "note": note} if note else line
