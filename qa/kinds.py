"""What kind of answer a question asks for, and what of the evidence fits that. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from qa.dates import is_when_question
from qa.dates.sentences import sentence_around
from qa.ranking import Evidence
from qa.types import Span

Kind = Literal["when", "yes or no", "other"]

_YES_NO = re.compile(
    r"^\W*(?:(?:and|but|so|well|ok|okay)\b[\s,]*)*"
    r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|will|would|should|shall|may|might|"
    r"must)(?:n['’]t)?\s+\S+\s+\S",
    re.IGNORECASE,
)
# "Is it Paris or Rome?" asks for one of two; "do you know who" for what follows.
_NOT_YES_NO = re.compile(
    r"\bor\b(?!\s+not\b)|\b(?:know|tell|say|explain)\b.*\b(?:who|what|when|where|why|how|which)\b",
    re.IGNORECASE,
)


def kind_of(question: str) -> Kind:
    """What a question asks for: a time, whether something is so, or anything else."""
    if is_when_question(question):
        return "when"
    if _YES_NO.match(question) and not _NOT_YES_NO.search(question):
        return "yes or no"
    return "other"


def whole_sentences(evidence: Sequence[Evidence], passages: Sequence[str]) -> list[Evidence]:
    """Evidence for a yes-or-no question: each quote becomes the sentence it stands in.

    Whether that sentence says yes or no is for the person to read; the reader was not trained
    to tell.

    Args:
        evidence: Spans of any length.
        passages: The text of each one's passage.
    """
    widened = []
    for each, passage in zip(evidence, passages, strict=True):
        origin = each.hit.passage.start
        start, end = sentence_around(passage, each.span.start - origin, each.span.end - origin)
        span = Span(each.span.article_id, origin + start, origin + end, each.span.score)
        widened.append(replace(each, span=span, quote=passage[start:end]))
    return widened
