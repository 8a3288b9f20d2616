"""The one path: question, passages, spans, answer with citations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from index.collection import Collection
from index.errors import UserError
from index.onnx_model import BUNDLED_MODELS
from index.types import Article, Filters, Hit
from qa.agreement import agree
from qa.conversation import MAX_READINGS, understandings
from qa.examples import Examples
from qa.help import EMPTY, WORDS, is_small_talk
from qa.kinds import kind_of, whole_sentences
from qa.ranking import (
    NO_COPIES,
    Calibration,
    Candidate,
    Evidence,
    Groups,
    Place,
    members,
    rank,
    weigh,
)
from qa.reader import SPANS_PER_PASSAGE, Reader
from qa.relations import related
from qa.types import Answer, Citation, Help, Turn
from qa.when import plain_times, pool_times

PASSAGES_READ = 10
MAX_QUESTION_CHARACTERS = 2_000
MAX_CITATIONS = 5
MAX_ALTERNATIVES = 3
TIE = 0.02
"""Probabilities that are so near say nothing about which reading of a question is meant."""

SPANS_OF_A_LIST = 40
"""Spans of each passage where several answers are wanted, which may all stand in one."""

MAX_RELATED = 20
"""Members of a list, or answers that contradict the best one, that are given beside it."""

NEAREST_SHOWN = 3


class _Found(NamedTuple):
    """What one understanding of a question came to."""

    question: str
    hits: list[Hit]
    candidates: list[Candidate]
    confidence: float


class Answerer:
    """A loaded pipeline over one collection, for many questions.

    Threads may share one.
    """

    def __init__(
        self, collection: Collection, *, reader: str | None = None, top_k: int = PASSAGES_READ
    ) -> None:
        """Prepare the pipeline; models load with the first question.

        Args:
            collection: Where the articles are.
            reader: A folder that `article-qa train export` wrote, or a question-answering model
                of transformers, by name or folder, instead of the bundled reader. A
                `calibration.json` in the folder is used; without one, confidence is what the
                bundled reader's calibration makes of the score.
            top_k: How many passages to read for a question.
        """
        self.collection = collection
        self.top_k = top_k
        self._reader_name = reader
        self._examples = Examples(self)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        since: date | None = None,
        until: date | None = None,
        source: str | None = None,
        articles: Sequence[str] = (),
    ) -> Answer:
        """Answer a question in the words of the articles.

        Who greets or asks what can be asked is told (`Answer.help`), and nothing is searched.

        Args:
            question: In any form; a few keywords do.
            history: Earlier turns of the conversation, oldest first.
            since: Only articles published on this day or later.
            until: Only articles published on this day or earlier.
            source: Only articles whose source holds this text.
            articles: Only articles of these ids; without any, all.

        Raises:
            UserError: If the question is empty or longer than `MAX_QUESTION_CHARACTERS`, or
                `articles` is one id and not a sequence of ids.
        """
        if isinstance(articles, str):
            # Its letters would be taken for ids, and match nothing.
            raise UserError(f"articles are ids in a list, as [{articles!r}]")
        question = checked_question(question)
        if is_small_talk(question):
            return Answer(question, None, 0.0, help=self._help())
        # After "thanks" the conversation goes on where it was.
        history = [turn for turn in history if not is_small_talk(turn.question)]
        filters = Filters(since, until, source, frozenset(articles))
        readings = understandings(question, history)
        # Several readings share the time of two plain questions.
        passages = self.top_k if len(readings) == 1 else max(1, 2 * self.top_k // MAX_READINGS)
        given = history[-1].answer if len(readings) > 1 else None
        found = [self._find(each, filters, passages, given) for each in readings]
        # The evidence decides; on a tie the reading that is nearer to what was asked.
        surest = max(each.confidence for each in found)
        best = next(each for each in found if each.confidence >= surest - TIE)
        return self._answer(question, best)

    def search(self, question: str, filters: Filters | None = None) -> list[Hit]:
        """The passages that would be read for a question, best first."""
        return self.collection.search(question, self.top_k, filters)

    def examples(self) -> tuple[str, ...]:
        """A few questions that the collection answers, found in its articles and tried."""
        return self._examples.get()

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The distinct answers that the reader finds in these passages, best first."""
        places = self.read(question, hits)
        return self.merge(question, hits, places, self.calibration.retrieval)

    def read(self, question: str, hits: Sequence[Hit]) -> list[Place]:
        """What the reader finds in these passages, one by one."""
        passages = [(self._article(hit.passage.article_id), hit.passage) for hit in hits]
        readings = self.reader.read_many(
            [(question, [passage]) for passage in passages],
            SPANS_OF_A_LIST if kind_of(question) == "list" else SPANS_PER_PASSAGE,
        )
        places: list[Place] = []
        for (article, _), hit, found in zip(passages, hits, readings, strict=True):
            places.extend((span, article.text[span.start : span.end], hit) for span in found)
        return places

    def merge(
        self, question: str, hits: Sequence[Hit], places: Sequence[Place], retrieval: float
    ) -> list[Candidate]:
        """The distinct answers among what was read, best first.

        Args:
            question: Decides what kind of answer is wanted.
            hits: The passages that were read.
            places: What was found in them.
            retrieval: `Calibration.retrieval`.
        """
        if not places:
            return []
        kind = kind_of(question)
        evidence = weigh(places, max(hit.score for hit in hits), retrieval)
        if kind == "yes or no":
            evidence = whole_sentences(
                evidence, [self._passage_text(each.hit) for each in evidence]
            )
        if kind == "when":
            evidence = plain_times(evidence, self._article)
        groups = self._copies(hits)
        candidates = rank(evidence, groups)
        if kind == "list":
            return members(candidates)
        return pool_times(candidates, self._article, groups) if kind == "when" else candidates

    @cached_property
    def reader(self) -> Reader:
        """The reader in use."""
        return Reader(self._reader_name)

    @cached_property
    def calibration(self) -> Calibration:
        """What turns scores into probabilities, and where answers stop."""
        own = Path(self._reader_name or "") / "calibration.json"
        use_own = self._reader_name is not None and own.is_file()
        return Calibration.load(own if use_own else BUNDLED_MODELS / "reader" / own.name)

    def _find(self, question: str, filters: Filters, passages: int, given: str | None) -> _Found:
        hits = self.collection.search(question, passages, filters)
        candidates = self.candidates(question, hits)
        if given is not None:
            # Who follows up on an answer does not ask for the same one again.
            candidates = [c for c in candidates if not agree(c.evidence[0].quote, given)]
        confidence = self.calibration.probability(candidates[0]) if candidates else 0.0
        return _Found(question, hits, candidates, confidence)

    def _help(self) -> Help:
        articles, _ = self.collection.counts()
        return Help(WORDS, self.examples()) if articles else Help(EMPTY)

    def _answer(self, question: str, found: _Found) -> Answer:
        answers = [self._of_candidate(question, each) for each in found.candidates]
        understood_as = found.question if found.question != question else None
        if not answers or found.confidence < self.calibration.threshold:
            return Answer(
                question,
                None,
                found.confidence,
                tuple(self._nearest(hit) for hit in found.hits[:NEAREST_SHOWN]),
                None,
                tuple(answers[:MAX_ALTERNATIVES]),
                understood_as,
            )
        others = related(
            answers[0], answers[1:], kind_of(found.question), self.calibration.threshold
        )
        said = [each for each in others if each.relation is not None][:MAX_RELATED]
        guesses = [each for each in others if each.relation is None][:MAX_ALTERNATIVES]
        return replace(answers[0], alternatives=(*said, *guesses), understood_as=understood_as)

    def _of_candidate(self, question: str, candidate: Candidate) -> Answer:
        citations = tuple(self._citation(each) for each in candidate.evidence[:MAX_CITATIONS])
        return Answer(
            question,
            citations[0].quote,
            self.calibration.probability(candidate),
            citations,
            candidate.date,
        )

    def _citation(self, evidence: Evidence) -> Citation:
        return self._cite(evidence.hit, evidence.span.start, evidence.span.end)

    def _nearest(self, hit: Hit) -> Citation:
        return self._cite(hit, hit.passage.start, hit.passage.start)

    def _cite(self, hit: Hit, start: int, end: int) -> Citation:
        passage = hit.passage
        article = self._article(passage.article_id)
        return Citation(
            article.id, article.title, article.published, article.source, start, end,
            article.text[start:end], passage.start, passage.end,
            article.text[passage.start : passage.end],
        )  # fmt: skip

    def _copies(self, hits: Sequence[Hit]) -> Groups:
        """Which of the articles of these hits are copies of one text."""
        articles = {hit.passage.article_id for hit in hits}
        return self.collection.groups(articles) if len(articles) > 1 else NO_COPIES

    def _passage_text(self, hit: Hit) -> str:
        text = self._article(hit.passage.article_id).text
        return text[hit.passage.start : hit.passage.end]

    def _article(self, article_id: str) -> Article:
        article = self.collection.article(article_id)
        if article is None:
            raise UserError(f"article {article_id} was removed while it was read; ask again")
        return article


def checked_question(question: str) -> str:
    """The question without surrounding white space.

    Raises:
        UserError: If it is empty or too long to be a question.
    """
    stripped = question.strip()
    if not stripped:
        raise UserError("the question is empty; ask something")
    if len(stripped) > MAX_QUESTION_CHARACTERS:
        raise UserError(
            f"the question is {len(stripped):,} characters long; at most "
            f"{MAX_QUESTION_CHARACTERS:,} are read, so shorten it"
        )
    return stripped
