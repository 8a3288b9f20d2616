"""Components for Haystack 3: the reader that its core no longer has, and the whole of article-qa.

They need the extra `haystack`: `pip install 'article-qa[haystack]'`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import prod
from typing import Any

try:
    from haystack import Document, component
    from haystack.dataclasses import ExtractedAnswer
except ImportError as error:
    raise ImportError(
        "haystack-ai is missing: install it with pip install 'article-qa[haystack]'"
    ) from error

from index.types import Article, Filters, Hit
from qa.decide import cite
from qa.pipeline import Answerer
from qa.types import Answer, Citation, ResolvedDate, Turn


class _Documents:
    """Retrieves every passage of some documents: there is nothing to choose."""

    def __init__(self, documents: Iterable[Document]) -> None:
        from index.passages import split

        articles = [_article(document) for document in documents if document.content]
        self.hits = [
            Hit(passage, 0.0, article=article) for article in articles for passage in split(article)
        ]

    def search(self, question: str, k: int, filters: Filters | None = None) -> list[Hit]:
        return self.hits


@component
class ExtractiveReader:
    """Finds answers to a query in documents, each the exact words of one of them.

    It takes the place of the `ExtractiveReader` that Haystack 2 had: same inputs, same output.
    Places that give the same answer are one answer; the others are in `meta["citations"]`.

    Example:
        >>> from haystack import Document
        >>> from qa.integrations.haystack import ExtractiveReader
        >>> documents = [Document(content="Ada Lovelace wrote the notes in 1843.")]
        >>> found = ExtractiveReader().run("Who wrote the notes?", documents)
        >>> found["answers"][0].data
        'Ada Lovelace'
    """

    def __init__(
        self,
        model: str | None = None,
        top_k: int = 20,
        score_threshold: float | None = None,
        no_answer: bool = True,
    ) -> None:
        """Choose a reader; it loads with `warm_up` or the first query.

        Args:
            model: `small`, `base` or `cascade`, which are bundled; or a question-answering model
                of transformers, by name or folder. None is `cascade`.
            top_k: Answers at most, besides no-answer.
            score_threshold: Answers below this score are left out.
            no_answer: Whether one answer says how likely it is that the documents give none: its
                `data` is None.
        """
        self.model = model
        self.top_k = top_k
        self.score_threshold = score_threshold
        self.no_answer = no_answer
        self._reader = Answerer(_Documents([]), model).reader

    def warm_up(self) -> None:
        """Load the models.

        Raises:
            UserError: If one cannot be loaded.
        """
        _ = self._reader.readers

    @component.output_types(answers=list[ExtractedAnswer])
    def run(
        self,
        query: str,
        documents: list[Document],
        top_k: int | None = None,
        score_threshold: float | None = None,
        no_answer: bool | None = None,
    ) -> dict[str, Any]:
        """Read the documents.

        Args:
            query: A question.
            documents: What to read; those without text are left out. `title`, and `published` as a
                date or ISO string, in their `meta` help to understand them.
            top_k: Instead of what the component was made with, like the rest.
            score_threshold: Likewise.
            no_answer: Likewise.

        Returns:
            `answers`, best first. A score is in [0, 1] and compares answers to one query; it is
            not calibrated, as the calibration was fitted on passages that article-qa chose.
        """
        top_k = self.top_k if top_k is None else top_k
        least = self.score_threshold if score_threshold is None else score_threshold
        by_id = {document.id: document for document in documents}
        hits = _Documents(by_id.values())
        answerer = Answerer(hits, self._reader)
        answers = [
            _extracted(
                query,
                answerer.calibration.probability(candidate),
                [cite(place.hit, place.span.start, place.span.end) for place in candidate.evidence],
                candidate.date,
                by_id,
                calibrated=False,
            )
            for candidate in answerer.candidates(query, hits.hits)
        ]
        answers.sort(key=lambda answer: -answer.score)
        answers = [answer for answer in answers[:top_k] if least is None or answer.score >= least]
        if self.no_answer if no_answer is None else no_answer:
            none = prod(1.0 - answer.score for answer in answers)
            answers.append(ExtractedAnswer(query=query, score=none, meta={"calibrated": False}))
            answers.sort(key=lambda answer: -answer.score)
        return {"answers": answers}


@component
class ArticleAnswerer:
    """Answers a query from a collection of article-qa: retrieval, reading, dates and confidence.

    Example:
        >>> from qa.integrations.haystack import ArticleAnswerer
        >>> found = ArticleAnswerer().run("when was the Singapore summit")
        >>> found["answers"][0].data, found["answers"][0].meta["date"]["start"]
        ('12 June', '2018-06-12')
    """

    def __init__(self, collection: str | None = None) -> None:
        """Choose a collection; it opens with the first query.

        Args:
            collection: Its folder, or `milvus://HOST:PORT/NAME`; None as for `qa.ask`.
        """
        self.collection = collection

    @component.output_types(answers=list[ExtractedAnswer], documents=list[Document])
    def run(
        self,
        query: str,
        filters: Filters | None = None,
        history: list[tuple[str, str | None]] | None = None,
    ) -> dict[str, Any]:
        """Answer a query.

        Args:
            query: A question.
            filters: Which articles may be looked at.
            history: Earlier questions of the conversation with their answers, oldest first.

        Returns:
            `answers`: the answer and its alternatives, best first. Where the articles do not say,
            the first has no `data`, and `meta["silence"]` says why. `documents`: the passages
            that are cited, best first.

        Raises:
            UserError: If the query is empty or too long, or the collection cannot be opened.
        """
        from qa.registry import REGISTRY

        turns = [Turn(question, answer) for question, answer in history or []]
        with REGISTRY.answerer(self.collection) as answerer:
            answer = answerer.ask(query, turns, filters or Filters())
        documents = {citation: _document(citation) for citation in answer.citations}
        return {
            "answers": [
                _of_answer(query, alternative) for alternative in (answer, *answer.alternatives)
            ],
            "documents": list(documents.values()),
        }


def _article(document: Document) -> Article:
    published = document.meta.get("published")
    if isinstance(published, str):
        try:
            published = date.fromisoformat(published[:10])
        except ValueError:
            published = None
    title = str(document.meta.get("title") or "")
    return Article(document.id, title, document.content or "", published)


def _document(citation: Citation) -> Document:
    meta = {
        "article_id": citation.article_id,
        "title": citation.title,
        "published": citation.published.isoformat() if citation.published else None,
        "source": citation.source,
        "start": citation.passage_start,
        "end": citation.passage_end,
    }
    return Document(content=citation.passage, meta=meta)


def _of_answer(query: str, answer: Answer) -> ExtractedAnswer:
    if answer.text is None:
        # Its confidence is that of the best guess, which is not this.
        meta = {"silence": answer.silence, "calibrated": answer.calibrated}
        return ExtractedAnswer(query=query, score=1.0 - answer.confidence, meta=meta)
    return _extracted(
        query, answer.confidence, answer.citations, answer.date, {}, calibrated=answer.calibrated
    )


def _extracted(
    query: str,
    score: float,
    citations: Sequence[Citation],
    resolved: ResolvedDate | None,
    documents: Mapping[str, Document],
    *,
    calibrated: bool,
) -> ExtractedAnswer:
    """An answer as Haystack has it; offsets count in the document, or else in the passage."""
    best = citations[0]
    read = documents.get(best.article_id)
    in_passage = ExtractedAnswer.Span(
        best.start - best.passage_start, best.end - best.passage_start
    )
    return ExtractedAnswer(
        query=query,
        score=score,
        data=best.quote,
        document=read or _document(best),
        context=best.passage,
        document_offset=ExtractedAnswer.Span(best.start, best.end) if read else in_passage,
        context_offset=in_passage,
        meta={
            "calibrated": calibrated,
            "date": resolved.to_dict() if resolved else None,
            "citations": [citation.to_dict() for citation in citations],
        },
    )
