"""A conversation: each question may lean on the ones before."""

from pathlib import Path
from typing import TYPE_CHECKING

from index.types import NO_FILTERS, Filters
from qa.types import Answer, Turn

if TYPE_CHECKING:
    from index.collection import Collection
    from qa.pipeline import Answerer


class Chat:
    """A conversation that remembers what was asked and answered.

    Example:
        >>> from qa import Chat
        >>> chat = Chat()
        >>> chat.ask("Who delivered a letter to Trump?").text
        'Kim Yong-chol'
        >>> chat.ask("Where did he arrive on Friday?").understood_as
        'Where did Kim Yong-chol arrive on Friday?'

    Attributes:
        history: The turns so far, oldest first.
    """

    def __init__(
        self,
        collection: "Answerer | Collection | Path | str | None" = None,
        filters: Filters = NO_FILTERS,
    ) -> None:
        """Begin a conversation.

        Args:
            collection: What is asked: a pipeline, or a collection as `qa.ask` takes it.
            filters: Which articles may be looked at, for every question.
        """
        self._collection = collection
        self._filters = filters
        self.history: list[Turn] = []

    def ask(self, question: str) -> Answer:
        """Answer a question, which may lean on earlier ones.

        Raises:
            UserError: As `qa.ask`.
        """
        from qa.pipeline import Answerer
        from qa.registry import REGISTRY

        if isinstance(self._collection, Answerer):
            answer = self._collection.ask(question, self.history, self._filters)
        else:
            with REGISTRY.answerer(self._collection) as answerer:
                answer = answerer.ask(question, self.history, self._filters)
        self.history.append(Turn(answer.understood_as or question, answer.text))
        return answer
