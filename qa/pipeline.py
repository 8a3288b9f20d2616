"""The one path: understand, retrieve, read, rank, resolve, decide."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from index.collection import Collection
from index.types import NO_FILTERS, Filters, Hit
from qa.decide import answer_of, likeliest
from qa.question.requests import request_of
from qa.question.small_talk import EMPTY, WORDS, is_small_talk
from qa.question.suggestions import Examples
from qa.question.understand import checked_question, understand
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Candidate, Evidence
from qa.ranking.ranker import EvidenceRanker, Ranker
from qa.ranking.same_answer import agree
from qa.reading.base import Reader
from qa.reading.cascade import Cascade, Reading, stages_of
from qa.reading.shared import load_reader
from qa.retrieve import Retriever, passages_for
from qa.settings import MAX_INTERPRETATIONS, SETTINGS, Settings
from qa.trace import Interpretation, Trace
from qa.types import Answer, Help, Silence, Turn


class Answerer:
    """The pipeline over one collection, for many questions. Threads may share one.

    Each step takes interpretations of the question and returns them with what it found. Every
    part can be replaced by an object of one's own.

    Example:
        >>> from qa import Answerer
        >>> from qa.loading import open_collection
        >>> with open_collection() as collection:
        ...     Answerer(collection, "small").ask("Who met Kim Yong-chol?").calibrated
        True
    """

    def __init__(
        self,
        retriever: Retriever,
        reader: "Cascade | Reader | str | None" = None,
        ranker: Ranker | None = None,
        settings: Settings = SETTINGS,
    ) -> None:
        """Put the parts together; models load with the first question.

        Args:
            retriever: Finds the passages: a collection, or anything with its `search`.
            reader: A reader, or a name that `qa.reading.cascade.stages_of` takes. None is what
                `QA_READER` names, or else `cascade`.
            ranker: Orders what was read; by default `EvidenceRanker`.
            settings: How much is read and shown.

        Raises:
            UserError: If a reader's folder cannot be read.
        """
        self.retriever = retriever
        self.settings = settings
        self.ranker = ranker or EvidenceRanker()
        self.reader = _cascade(reader, settings)
        self._examples = Examples(self)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters = NO_FILTERS,
        trace: Trace | None = None,
    ) -> Answer:
        """Answer a question in the words of the articles.

        Someone who greets, or asks what can be asked, gets `Answer.help`; who asks for what no
        quotation can give, as a summary, is told so by `Answer.silence`. Nothing is searched then.

        Args:
            question: In any form; a few keywords do.
            history: Earlier turns of the conversation, oldest first.
            filters: Which articles may be looked at.
            trace: Records what each step does; the answer carries it.

        Raises:
            UserError: If the question is empty or longer than `MAX_QUESTION_CHARACTERS`.
        """
        question = checked_question(question)
        if is_small_talk(question):
            return self._help(question)
        if request := request_of(question):
            silence: Silence = "no articles" if self._is_empty() else request
            return Answer(question, None, 0.0, silence=silence)
        steps = trace or Trace()
        asked, given = self._understand(question, history, steps)
        retrieved = self._retrieve(asked, filters, steps)
        read = self._read(retrieved, given, steps)
        ranked = self._rank(read, steps)
        resolved = self._resolve(ranked, given, steps)
        answer = self._decide(question, resolved, filters, steps)
        return replace(answer, trace=trace)

    # The steps, in their order.

    def _understand(
        self, question: str, history: Sequence[Turn], trace: Trace
    ) -> tuple[list[Interpretation], str | None]:
        """The interpretations, the likeliest first; and the last answer if it cannot be meant."""
        with trace.step("understand") as step:
            understood = understand(question, history)
            step.kept = [
                Interpretation(way.question, natural=way.natural) for way in understood.rewrites
            ]
            return list(step.kept), understood.given

    def _retrieve(
        self, asked: Sequence[Interpretation], filters: Filters, trace: Trace
    ) -> list[Interpretation]:
        """The passages of each interpretation; several share what two would read."""
        wanted = self.settings.passages_read
        if len(asked) > 1:
            wanted = max(1, 2 * wanted // MAX_INTERPRETATIONS)
        with trace.step("retrieve", "searching") as step:
            step.kept = [
                replace(way, hits=tuple(self.search(way.question, filters, wanted)))
                for way in asked
            ]
            return list(step.kept)

    def _read(
        self, retrieved: Sequence[Interpretation], given: str | None, trace: Trace
    ) -> list[Interpretation]:
        """The spans that are proposed in them; the second reader reads the surest ones again."""
        passages = sum(len(way.hits) for way in retrieved)
        with trace.step("read", f"reading {passages} passages") as step:
            read = [_read_of(way, self.reader.first(way.question, way.hits)) for way in retrieved]
            read = self._surest(read, given)
            step.kept = [self._reread(way, len(read)) for way in read]
            return list(step.kept)

    def _reread(self, way: Interpretation, interpretations: int) -> Interpretation:
        first = Reading([*way.evidence], way.read)
        reading = self.reader.reread(way.question, way.hits, first, interpretations)
        return _read_of(way, reading)

    def _rank(self, read: Sequence[Interpretation], trace: Trace) -> list[Interpretation]:
        """The distinct answers that the spans give, best first."""
        with trace.step("rank") as step:
            step.kept = [self._ranked(way, self.calibration) for way in read]
            return list(step.kept)

    def _resolve(
        self, ranked: Sequence[Interpretation], given: str | None, trace: Trace
    ) -> list[Interpretation]:
        """Their dates, and the confidence in the best."""
        with trace.step("resolve") as step:
            step.kept = [self._resolved(way, given, self.calibration) for way in ranked]
            return list(step.kept)

    def _decide(
        self,
        question: str,
        resolved: Sequence[Interpretation],
        filters: Filters,
        trace: Trace,
    ) -> Answer:
        """The evidence decides between interpretations; on a tie the likelier one wins."""
        with trace.step("decide") as step:
            chosen = likeliest(resolved, self.calibration.threshold)
            step.kept = [chosen]
            trace.chosen = chosen
            answer = answer_of(
                question, chosen, self.calibration, self.settings, calibrated=self.calibrated
            )
            if not chosen.hits:
                answer = replace(answer, silence=self._nothing_found(filters))
            return answer

    def _surest(self, read: list[Interpretation], given: str | None) -> list[Interpretation]:
        """The interpretations that the first reader is surest of, in their order."""
        choosing = self.reader.stages.choosing
        kept = self.settings.interpretations_reread
        if not choosing or len(read) <= kept:
            return read
        sure = [
            self._resolved(self._ranked(way, choosing[0]), given, choosing[0]).confidence
            for way in read
        ]
        best = sorted(range(len(read)), key=lambda number: -sure[number])[:kept]
        return [read[number] for number in sorted(best)]

    def _ranked(self, way: Interpretation, calibration: Calibration) -> Interpretation:
        ranked = self.ranker.rank(way.question, way.hits, way.evidence, calibration.retrieval)
        return replace(way, candidates=tuple(ranked))

    def _resolved(
        self, way: Interpretation, given: str | None, calibration: Calibration
    ) -> Interpretation:
        """Dates resolved, the answer that cannot be meant left out, and how sure the best is."""
        candidates = self.ranker.resolve(way.question, way.hits, way.candidates)
        if given is not None:
            candidates = [c for c in candidates if not agree(c.evidence[0].quote, given)]
        confidence = calibration.probability(candidates[0]) if candidates else 0.0
        return replace(way, candidates=tuple(candidates), confidence=confidence)

    # Where there is nothing to quote.

    def _help(self, question: str) -> Answer:
        empty = self._is_empty()
        ready = self._examples.ready() if isinstance(self.retriever, Collection) else None
        told = Help(EMPTY) if empty else Help(WORDS, ready or ())
        return Answer(
            question, None, 0.0, help=told, silence="no articles" if empty else "nothing asked"
        )

    def _is_empty(self) -> bool:
        return isinstance(self.retriever, Collection) and not self.retriever.counts()[0]

    def _nothing_found(self, filters: Filters) -> Silence:
        if self._is_empty():
            return "no articles"
        return "filtered out" if filters else "not said"

    # Beside the path.

    @property
    def collection(self) -> Collection:
        """The collection that it answers from.

        Raises:
            TypeError: If the retriever is none.
        """
        if isinstance(self.retriever, Collection):
            return self.retriever
        raise TypeError(f"{type(self.retriever).__name__} is no collection")

    @property
    def calibration(self) -> Calibration:
        """The calibration: probabilities of scores, and the threshold of an answer."""
        return self.reader.stages.calibration

    @property
    def calibrated(self) -> bool:
        """True if its confidence is a probability: fitted on this very pipeline."""
        embedder = self.retriever.embedder.name if isinstance(self.retriever, Collection) else None
        return self.calibration.is_fitted_on(embedder, self.settings.passages_read)

    def search(
        self, question: str, filters: Filters = NO_FILTERS, k: int | None = None
    ) -> list[Hit]:
        """The passages that are read for a question that stands alone, best first.

        Args:
            question: In any form.
            filters: Which articles may be searched.
            k: How many to find instead of `Settings.passages_read`.
        """
        wanted = k or self.settings.passages_read
        return passages_for(self.retriever, question, wanted, filters, date.today())

    def candidates(
        self,
        question: str,
        hits: Sequence[Hit],
        evidence: Sequence[Evidence] | None = None,
        retrieval: float | None = None,
    ) -> list[Candidate]:
        """The distinct answers that these passages give, best first, with their dates.

        Args:
            question: In words that stand alone.
            hits: The passages.
            evidence: What was read in them; None reads them.
            retrieval: `Calibration.retrieval`; None takes that of the pipeline.
        """
        if evidence is None:
            evidence = self.reader.read(question, hits).evidence
        retrieval = self.calibration.retrieval if retrieval is None else retrieval
        ranked = self.ranker.rank(question, hits, evidence, retrieval)
        return self.ranker.resolve(question, hits, ranked)

    def examples(self) -> tuple[str, ...]:
        """A few questions that the collection answers, found in its articles and tried.

        That takes seconds where the collection has changed; a greeting only gets what is ready.
        """
        return self._examples.get()

    def ready_examples(self) -> tuple[str, ...] | None:
        """As `examples`, at once; None if they have to be found first."""
        return self._examples.ready()

    def examples_so_far(self) -> tuple[str, ...]:
        """Of the examples that `examples` is looking for, those that it has found."""
        return self._examples.so_far()


def _cascade(reader: "Cascade | Reader | str | None", settings: Settings) -> Cascade:
    if isinstance(reader, Cascade):
        return reader
    if reader is None or isinstance(reader, str):
        return Cascade(stages_of(reader), load_reader, settings)
    return Cascade.of_reader(reader)


def _read_of(way: Interpretation, reading: Reading) -> Interpretation:
    return replace(
        way, evidence=tuple(reading.evidence), read=reading.read, read_again=reading.again
    )
