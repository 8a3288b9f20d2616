"""A job and what became of each of its files."""

from dataclasses import dataclass
from enum import StrEnum


class ItemState(StrEnum):
    """The state of a file or an address."""

    WAITING = "waiting"
    READING = "reading"
    DONE = "done"
    PARTLY = "partly"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class JobState(StrEnum):
    """The state of a job."""

    RECEIVING = "receiving"
    WORKING = "working"
    DONE = "done"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Item:
    """A file or an address of a job.

    Attributes:
        number: Its place in the job, from 0 on.
        name: Of the file, with the folders that its sender named; or the address.
        address: Whether it is an address.
        bytes: Of the file.
        state: What became of it.
        added: Articles of it that are new, like `updated`, `unchanged` and `passages`.
        problems: What of it was skipped, and why.
        notes: What was read otherwise than it is written.
    """

    number: int
    name: str
    address: bool
    bytes: int
    state: ItemState
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    passages: int = 0
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job, with its items in order.

    Attributes:
        id: Hard to guess.
        owner: Whose it is; see `ui.entrance`.
        collection: The name of the collection.
        expected: How many items its owner wants to send.
        made: When it was begun, in seconds since 1970.
        state: How far it is.
        items: Those that have come.
    """

    id: str
    owner: str
    collection: str
    expected: int
    made: float
    state: JobState
    items: tuple[Item, ...]

    @property
    def ended(self) -> bool:
        """True if nothing of it is to come."""
        return self.state in (JobState.DONE, JobState.CANCELLED)
