"""The one path: question, passages, spans, answer with citations."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from index.collection import Collection
from index.errors import UserError
from index.types import Article, Filters, Hit
from qa.dates import end_asked
from qa.question.answer_type import kind_of, whole_sentences
from qa.question.followups import MAX_READINGS, asks_for_another_answer, understandings
from qa.question.small_talk import EMPTY, WORDS, is_small_talk
from qa.question.suggestions import Examples
from qa.ranking.conflicts import related
from qa.ranking.evidence import (
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
from qa.ranking.same_answer import agree
from qa.ranking.temporal import plain_times, pool_times
from qa.reading.cascade import StagedReader, Stages, stages_of
from qa.types import Answer, Citation, Help, Turn

PASSAGES_READ = 10
MAX_QUESTION_CHARACTERS = 2_000
MAX_CITATIONS = 5
MAX_ALTERNATIVES = 3
TIE = 0.02
"""Probabilities that are so near say nothing about which reading of a question is meant."""

MAX_RELATED = 20
"""Members of a list, or answers that contradict the best one, that are given beside it."""

NEAREST_SHOWN = 3


READINGS_READ_AGAIN = 2
"""Readings of a question that get as far as the second reader: the surest by the first."""


class _Look(NamedTuple):
    """One understanding of a question, and what the first reader found for it."""

    question: str
    hits: list[Hit]
    places: list[Place]


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
        self,
        collection: Collection,
        *,
        reader: str | Stages | None = None,
        top_k: int = PASSAGES_READ,
    ) -> None:
        """Prepare the pipeline; models load with the first question.

        Args:
            collection: Where the articles are.
            reader: `small`, `base` or `cascade`; a folder that `article-qa train export` wrote;
                or a question-answering model of transformers, by name or folder. None is what
                `QA_READER` names, or else `cascade`. A `calibration.json` in a folder is used;
                without one, confidence is what the base reader's makes of the score.
            top_k: How many passages to read for a question.
        """
        self.collection = collection
        self.top_k = top_k
        stages = reader if isinstance(reader, Stages) else stages_of(reader)
        self.reading = StagedReader(stages, self._article)
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
        history = _asked_before(history)
        filters = Filters(since, until, source, frozenset(articles))
        readings = understandings(question, history)
        passages = self._share(readings)
        follows = len(readings) > 1 and asks_for_another_answer(question, history[-1].question)
        given = history[-1].answer if follows else None
        looks = self._likeliest([self._look(each, filters, passages) for each in readings], given)
        read = [look._replace(places=self.reading.again(*look, len(looks))) for look in looks]
        found = [self._found(look, given, self.calibration) for look in read]
        # The evidence decides; on a tie the reading that is nearer to what was asked.
        surest = max(each.confidence for each in found)
        best = next(each for each in found if each.confidence >= surest - TIE)
        return self._answer(question, best)

    def passages_read(self, question: str, history: Sequence[Turn] = ()) -> int:
        """How many passages `ask` reads for each way to understand a question.

        Args:
            question: As in `ask`.
            history: As in `ask`.
        """
        return self._share(understandings(question.strip(), _asked_before(history)))

    def search(
        self, question: str, filters: Filters | None = None, passages: int | None = None
    ) -> list[Hit]:
        """The passages that would be read for a question, best first.

        Args:
            question: In any form.
            filters: Which articles may be searched.
            passages: How many to find instead of `top_k`.
        """
        wanted = self.top_k if passages is None else passages
        return self.collection.search(question, wanted, filters)

    def examples(self) -> tuple[str, ...]:
        """A few questions that the collection answers, found in its articles and tried."""
        return self._examples.get()

    def candidates(self, question: str, hits: Sequence[Hit]) -> list[Candidate]:
        """The distinct answers that the reader finds in these passages, best first."""
        places = self.reading.read(question, hits)
        return self.merge(question, hits, places, self.calibration.retrieval)

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
        if kind == "when":
            return pool_times(candidates, self._article, groups, end_asked(question))
        return candidates

    @property
    def calibration(self) -> Calibration:
        """What turns scores into probabilities, and where answers stop."""
        return self.reading.stages.calibration

    def _share(self, readings: Sequence[str]) -> int:
        """How many passages each reading of a question gets: they share the time of two."""
        return self.top_k if len(readings) == 1 else max(1, 2 * self.top_k // MAX_READINGS)

    def _look(self, question: str, filters: Filters, passages: int) -> _Look:
        hits = self.search(question, filters, passages)
        return _Look(question, hits, self.reading.first(question, hits))

    def _likeliest(self, looks: list[_Look], given: str | None) -> list[_Look]:
        """The understandings that other readers are to read too, in their order."""
        choosing = self.reading.stages.choosing
        if not choosing or len(looks) <= READINGS_READ_AGAIN:
            return looks
        sure = [self._found(look, given, choosing[0]).confidence for look in looks]
        best = sorted(range(len(looks)), key=lambda number: -sure[number])[:READINGS_READ_AGAIN]
        return [looks[number] for number in sorted(best)]

    def _found(self, look: _Look, given: str | None, calibration: Calibration) -> _Found:
        candidates = self.merge(*look, calibration.retrieval)
        if given is not None:
            # Who asks more about an answer does not ask for the same one again.
            candidates = [c for c in candidates if not agree(c.evidence[0].quote, given)]
        confidence = calibration.probability(candidates[0]) if candidates else 0.0
        return _Found(look.question, look.hits, candidates, confidence)

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


def _asked_before(history: Sequence[Turn]) -> list[Turn]:
    """The turns that a follow-up may lean on: after "thanks" it goes on where it was."""
    return [turn for turn in history if not is_small_talk(turn.question)]


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
