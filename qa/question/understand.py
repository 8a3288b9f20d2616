"""The first step: what a question means in its conversation. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from index.errors import UserError
from qa.question.followups import Rewrite, asks_for_another_answer, rewrites
from qa.question.requests import request_of
from qa.question.small_talk import is_small_talk
from qa.settings import MAX_QUESTION_CHARACTERS
from qa.types import Turn


class Understanding(NamedTuple):
    """The ways to understand a question.

    Attributes:
        rewrites: The question in words that stand alone, in at least one way, the likeliest first.
        given: The last answer, if the question cannot mean it again.
    """

    rewrites: list[Rewrite]
    given: str | None


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


def understand(question: str, history: Sequence[Turn]) -> Understanding:
    """Complete a question from what was said before, where it leans on that.

    Args:
        question: As asked.
        history: Earlier turns, oldest first.

    Example:
        >>> understand("What did he do?", [Turn("Who sold the mill?", "Jon Vik")])
        Understanding(rewrites=[Rewrite(question='What did Jon Vik do?', natural=True)], \
given='Jon Vik')
    """
    turns = _asked_before(history)
    ways = rewrites(question, turns)
    leans = [way.question for way in ways] != [question]
    follows = leans and asks_for_another_answer(question, turns[-1].question)
    return Understanding(ways, turns[-1].answer if follows else None)


def _asked_before(history: Sequence[Turn]) -> list[Turn]:
    """The turns that a follow-up may lean on: after "thanks" it goes on where it was."""
    return [
        turn
        for turn in history
        if not is_small_talk(turn.question) and request_of(turn.question) is None
    ]
