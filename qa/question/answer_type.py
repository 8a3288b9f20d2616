"""The answer type of a question. Pure."""

import re
from typing import Literal

from qa.dates import is_when_question
from qa.question.phrases import TWO_TO_TEN

AnswerType = Literal["when", "yes or no", "list", "description", "other"]

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

_PLURAL = (
    r"(?:people|men|women|children|(?!(?:is|was|has|does|as|its|this|his|series|species|news|means)"
    r"\b)[\w-]*[^\W\dsui]s)\b"
)
_COUNT = rf"(?:(?:{TWO_TO_TEN}|other|\d+)\s+)?"
_WORDS = (
    r"(?:(?!(?:is|was|are|were|has|have|had|do|does|did|can|could|will|would|the|an?|that|who|"
    r"which|of|to|in|on|at|for|by|with|from|\w+ed)\b)[\w'’-]+\s+){0,3}?"
)
# What follows a plural noun and not a verb: "British officials visited", "bus goes there".
_AFTER_NOUN = (
    r"\s+(?:are|were|do|did|have|had|can|could|will|would|should|may|might|of|\w+ed|won|met|took|"
    r"made|came|went|got|left|lost|held|said|fought|built|sent|besides|except|other\s+than"
    r"|apart\s+from)\b"
)
_LIST = re.compile(
    r"^\W*(?:(?:and|but|so|well|ok|okay|please|(?:can|could|would|will)\s+you)\b[\s,]*)*(?:"
    rf"(?:list|enumerate)\s+(?:me\s+)?(?:(?:all|the|every|some)\b|{_WORDS}{_PLURAL})"
    rf"|(?:name|give|tell|show)\s+(?:me\s+)?(?:(?:all|every)\b|(?:the\s+)?{_WORDS}{_PLURAL})"
    r"|(?:give|show)\s+(?:me\s+)?(?:a|the)\s+list\s+of\b"
    # Not "which Panthers player".
    rf"|(?:(?:in|to|from|for|at|on|by|with|of)\s+)?which\s+(?:of\s+the\s+)?{_COUNT}(?-i:(?=[a-z])){_PLURAL}(?!\s*\W*$)"
    rf"|(?:which|what)\s+{_WORDS}{_PLURAL}{_AFTER_NOUN}"
    rf"|(?:who|what|which)\s+(?:are|were)\s+(?:all\s+)?the\s+{_WORDS}{_PLURAL}"
    r")",
    re.IGNORECASE,
)

# "Who is Kim Yong-chol?", not "who is the mayor": by name, so that a capital follows.
_DESCRIPTION = re.compile(
    r"^\W*(?:who|what)(?:['’]s|\s+(?:is|are|was|were))\s+(?-i:(?=[A-Z]))", re.IGNORECASE
)


def answer_type_of(question: str) -> AnswerType:
    """The answer type of a question.

    A time, several things, what is to be said of someone, whether something is so, or else.
    """
    if is_when_question(question):
        return "when"
    if _LIST.match(question):
        return "list"
    if _DESCRIPTION.match(question):
        return "description"
    if _YES_NO.match(question) and not _NOT_YES_NO.search(question):
        return "yes or no"
    return "other"
