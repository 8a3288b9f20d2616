"""Schemas of conversations, for REST and for what is downloaded."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ui.conversations.store import MAX_NAME
from ui.conversations.types import Conversation, Heading


class HeadingOut(BaseModel):
    """A conversation in a list."""

    id: str = Field(description="Names it; the page is at /c/ID.")
    name: str = Field(description="Its first question, unless somebody gave it another name.")
    collection: str = Field(description="The name of the collection that is asked.")
    changed: str = Field(description="When it was last asked, in UTC.")
    questions: int = Field(description="How many were asked.")

    @classmethod
    def of(cls, heading: Heading) -> "HeadingOut":
        """The heading of a conversation."""
        return cls(
            id=heading.id,
            name=heading.name,
            collection=heading.collection,
            changed=heading.changed.isoformat(),
            questions=heading.exchanges,
        )


class HeadingsOut(BaseModel):
    """A part of the list of conversations, the last asked first."""

    total: int = Field(description="How many there are.")
    conversations: list[HeadingOut] = Field(description="This part of them.")


class ConversationOut(HeadingOut):
    """A whole conversation."""

    exchanges: list[dict[str, Any]] = Field(
        description="Each question with its answer (as of `POST /api/ask`), filters and time."
    )

    @classmethod
    def whole(cls, conversation: Conversation) -> "ConversationOut":
        """A conversation with its exchanges."""
        return cls(
            **HeadingOut.of(conversation.heading).model_dump(),
            exchanges=[exchange.to_dict() for exchange in conversation.exchanges],
        )


class NameIn(BaseModel):
    """Another name."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=MAX_NAME, description="How to call it.")
