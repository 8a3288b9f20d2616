"""The REST API's schemas of jobs."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ui.jobs.types import Item, ItemState, Job, JobState

_MAX_ADDRESSES = 100


class AddressesIn(BaseModel):
    """Addresses to read articles from."""

    model_config = ConfigDict(extra="forbid")

    addresses: list[str] = Field(
        min_length=1,
        max_length=_MAX_ADDRESSES,
        description="Of pages, feeds or sitemaps, with http:// or https://.",
        examples=[["https://example.org/feed.xml"]],
    )
    collection: str | None = Field(None, description="Its name; by default the first one.")


class FileOut(BaseModel):
    """The outcome of a file or an address."""

    name: str = Field(description="As it was sent, with its folders; or the address.")
    state: ItemState = Field(
        description="`done`: all of it went in; `partly`: some of it; `skipped`: nothing of it, "
        "see `problems`."
    )
    added: int = Field(description="Articles that are new.")
    updated: int = Field(description="Articles that took the place of an older version.")
    unchanged: int = Field(description="Articles that were there already.")
    passages: int = Field(description="Passages that were stored.")
    problems: list[str] = Field(description="What was skipped, and why.")
    notes: list[str] = Field(description="What was read otherwise than it is written.")

    @classmethod
    def of(cls, item: Item) -> "FileOut":
        """An item of a job."""
        return cls(
            name=item.name,
            state=item.state,
            added=item.added,
            updated=item.updated,
            unchanged=item.unchanged,
            passages=item.passages,
            problems=list(item.problems),
            notes=list(item.notes),
        )


class JobOut(BaseModel):
    """The progress of a job."""

    id: str = Field(description="Hard to guess.")
    collection: str = Field(description="The name of the collection that it adds to.")
    made: datetime = Field(description="When it was begun.")
    state: JobState = Field(
        description="`receiving` as long as files are announced that have not come, then "
        "`working`, and at last `done` or `cancelled`."
    )
    expected: int = Field(description="Files that were announced.", examples=[300])
    received: int = Field(description="Files that have come; what has come is safe.")
    ended: int = Field(description="Files of which it is known what became of them.")
    skipped: int = Field(description="Files of which nothing went in.")
    added: int = Field(description="Articles that are new.")
    updated: int = Field(description="Articles that took the place of an older version.")
    unchanged: int = Field(description="Articles that were there already.")
    passages: int = Field(description="Passages that were stored.")
    words: str = Field(description="All this in a line.", examples=["112 of 300, 2 skipped"])

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        """A job without its files."""
        return cls(**_counts(job))


class WholeJobOut(JobOut):
    """A job with each of its files."""

    files: list[FileOut] = Field(description="Each with what became of it.")

    @classmethod
    def of(cls, job: Job) -> "WholeJobOut":
        """A job with its files."""
        return cls(**_counts(job), files=[FileOut.of(item) for item in job.items])


class JobsOut(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobOut] = Field(description="Without their files.")


def _counts(job: Job) -> dict[str, Any]:
    under_way = (ItemState.WAITING, ItemState.READING)
    ended = sum(item.state not in under_way for item in job.items)
    skipped = sum(item.state is ItemState.SKIPPED for item in job.items)
    return {
        "id": job.id,
        "collection": job.collection,
        "made": datetime.fromtimestamp(job.made, UTC),
        "state": job.state,
        "expected": job.expected,
        "received": len(job.items),
        "ended": ended,
        "skipped": skipped,
        "added": sum(item.added for item in job.items),
        "updated": sum(item.updated for item in job.items),
        "unchanged": sum(item.unchanged for item in job.items),
        "passages": sum(item.passages for item in job.items),
        "words": in_words(job, ended, skipped),
    }


def in_words(job: Job, ended: int, skipped: int) -> str:
    """The progress of a job, in a line: "112 of 300, 2 skipped"."""
    left_out = sum(item.state is ItemState.CANCELLED for item in job.items)
    parts = [f"{ended - left_out:,} of {job.expected:,}"]
    if skipped:
        parts.append(f"{skipped:,} skipped")
    partly = sum(item.state is ItemState.PARTLY for item in job.items)
    if partly:
        parts.append(f"{partly:,} read in part")
    missing = job.expected - len(job.items)
    if job.state is JobState.CANCELLED:
        parts.append("cancelled; what went in stays")
    elif missing and job.state is not JobState.RECEIVING:
        parts.append(f"{missing:,} never came: send them again")
    elif job.state is JobState.RECEIVING and len(job.items) < job.expected:
        parts.append(f"{len(job.items):,} sent")
    return ", ".join(parts)
