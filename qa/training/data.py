"""Reads question files, and makes of them the examples that a reader learns from.

Two formats are read, plain or gzipped: SQuAD v1.1 JSON (questions with paragraphs and answer
spans, Rajpurkar et al. 2016) and JSON lines of questions with the sentence that holds the answer.
"""

import gzip
import json
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from qa.squad import Context, Gold, Question, QuestionFile
from qa.squad_metrics import normalise
from qa.training.crop import crop

Retriever = Callable[[str, int], Sequence[str]]
"""`retriever(question, k)` gives at most k passages, best first."""

RETRIEVED = 5  # Hard negatives are drawn from this many passages at the top of the ranking.
UNANSWERABLE = 1 / 3  # The share of the negatives that stand alone, without the gold passage.
CONTEXT = 0.5  # The share of questions told of their articles: a reader must do without too.
DRAWS = 8  # How often a random passage is drawn anew because it holds the answer.


@dataclass(frozen=True, slots=True)
class QuestionSentence:
    """A question, and a sentence that answers it somewhere."""

    question: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the passages that its answers compete over.

    Attributes:
        question: The question.
        passages: One or more passages.
        answers: The annotated answers in each passage; empty tuples where there are none.
        contexts: What the reader is told of each passage's article, or "".
        pair: As of `Question`.
    """

    question: str
    passages: tuple[str, ...]
    answers: tuple[tuple[Gold, ...], ...]
    contexts: tuple[str, ...]
    pair: str = ""


def read_question_sentences(path: Path) -> tuple[QuestionSentence, ...]:
    """Reads JSON lines with the fields `question` and `sentence` (.jsonl or .jsonl.gz).

    Raises:
        ValueError: A line is not of the format.
    """
    pairs = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        try:
            record = json.loads(line)
            pairs.append(QuestionSentence(record["question"].strip(), record["sentence"].strip()))
        except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
            raise ValueError(
                f"{path}, line {number}: not a question with its sentence ({_reason(error)})"
            ) from error
    return tuple(pairs)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: cannot be read ({_reason(error)})") from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no field {error}"
    return (getattr(error, "strerror", None) or str(error)) or type(error).__name__


def share(file: QuestionFile, weight: float, seed: int, epoch: int) -> list[Question]:
    """The questions of a file that an epoch takes: `weight` times as many as it has.

    Successive epochs walk on through one shuffled order, so a small weight meets every
    question before it meets one again, and a weight of 2 meets each twice an epoch. The order
    goes round the paragraphs: each gives one question, or a pair, before any gives a second.
    """
    rng = random.Random(f"{seed} {file.path.name}")  # noqa: S311
    units: dict[str, list[Question]] = {}
    for question in file.questions:
        units.setdefault(question.pair or f" {question.context} {question.id}", []).append(question)
    shuffled = list(units.values())
    rng.shuffle(shuffled)
    taken: Counter[str] = Counter()
    turns: list[int] = []
    for unit in shuffled:
        turns.append(taken[unit[0].context])
        taken[unit[0].context] += 1
    places = sorted(range(len(shuffled)), key=turns.__getitem__)
    order = [question for place in places for question in shuffled[place]]
    amount = weight * len(order)
    return [order[i % len(order)] for i in range(int(epoch * amount), int((epoch + 1) * amount))]


def holds_answer(passage: str, answers: Sequence[Gold]) -> bool:
    """True if the words of an answer, normalised as SQuAD does, stand in the passage."""
    words = f" {normalise(passage)} "
    return any(f" {normalise(gold.text)} " in words for gold in answers)


def tfidf_retriever(passages: Sequence[str]) -> Retriever:
    """A plain ranking by tf-idf cosine: hard negatives where no collection is at hand."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = list(dict.fromkeys(passages))
    vectors = TfidfVectorizer(stop_words="english", sublinear_tf=True)
    matrix = vectors.fit_transform(texts)

    def retrieve(question: str, k: int) -> list[str]:
        scores = (matrix @ vectors.transform([question]).T).toarray().ravel()
        return [texts[i] for i in (-scores).argsort(kind="stable")[:k]]

    return retrieve


class Negatives:
    """Finds passages that do not answer a question.

    Half of them come from the question's own article (same subject), half from the top of the
    retriever's ranking (same words), as they will when the reader is used.
    """

    def __init__(
        self, file: QuestionFile, retriever: Retriever, known: Iterable[Context] = ()
    ) -> None:
        """Prepares.

        Args:
            file: Whose questions are to have negatives.
            retriever: Ranks passages.
            known: Paragraphs of other files that it may name.
        """
        self._retriever = retriever
        self._contexts = file.contexts
        self._all = list(file.contexts.values())
        self._by_text = {context.text: context for context in (*known, *self._all)}
        self._articles: dict[int, list[Context]] = {}
        for context in self._all:
            self._articles.setdefault(context.article, []).append(context)

    def find(self, question: Question, rng: random.Random) -> Context | None:
        """One passage without the question's answer, or None if none was found."""
        own = self._contexts[question.context]
        if rng.random() < 0.5:
            top = [self._known(text) for text in self._retriever(question.question, RETRIEVED + 1)]
            rng.shuffle(top)
            candidates: Iterator[Context] = iter(top)
        else:
            siblings = self._articles[own.article]
            pool = siblings if len(siblings) > 1 else self._all
            candidates = (rng.choice(pool) for _ in range(DRAWS))
        for candidate in candidates:
            if candidate.text != own.text and not holds_answer(candidate.text, question.answers):
                return candidate
        return None

    def _known(self, text: str) -> Context:
        """The paragraph of a retrieved text."""
        return self._by_text.get(text) or Context("", -1, "", text)


def examples(
    file: QuestionFile,
    questions: Sequence[Question],
    finder: Negatives,
    negatives: float,
    rng: random.Random,
    cropped: float = 0.0,
) -> Iterator[Example]:
    """Makes examples: each question with its paragraph, and negatives beside it or alone.

    Half of the examples tell the reader what its passages' articles are.

    Args:
        file: Where the questions' paragraphs are.
        questions: The questions, in order.
        finder: Gives the negatives.
        negatives: How many negative passages there are for each gold one, on average, in [0, 1].
            A third of them stand alone, so that no answer is the right answer.
        rng: Decides who gets a negative.
        cropped: The share of the questions whose passages are cut down (`qa.training.crop`). A
            question and its twin are both cut or both whole.
    """
    for question in questions:
        gold = file.contexts[question.context]
        draw = rng.random()
        # An unanswerable question of a person needs no passage beside it to be one.
        beside = finder.find(question, rng) if question.answers and draw < negatives else None
        alone = draw < negatives * UNANSWERABLE
        # By the question: what a teacher said of a window holds in the next epoch.
        told = random.Random(question.id).random() < CONTEXT  # noqa: S311
        read = [gold] if beside is None or alone else [gold, beside]
        cut = random.Random(f"crop {question.pair or question.id}")  # noqa: S311
        where = cut.random() if cut.random() < cropped else None
        yield _example(question, read, gold, told, question.pair, where)
        if beside is not None and alone:
            yield _example(question, [beside], gold, told, "", where)


def _example(
    question: Question,
    read: Sequence[Context],
    gold: Context,
    told: bool,
    pair: str,
    draw: float | None,
) -> Example:
    """An example; `draw` is that of `crop`, or None for whole passages."""
    passages = [(context.text, question.answers if context is gold else ()) for context in read]
    if draw is not None:
        passages = [crop(question.question, *passage, draw) for passage in passages]
    return Example(
        question.question,
        tuple(text for text, _ in passages),
        tuple(answers for _, answers in passages),
        tuple(context.about if told else "" for context in read),
        pair,
    )
