"""Reads the articles of a collection on Milvus, and which version of them is stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from index.errors import UserError
from index.milvus import rows
from index.milvus.connection import Connection, Row, literal, literals
from index.milvus.schema import Names
from index.types import Article

ROWS_A_REQUEST = 30
"""Keeps a request of texts below 2 MB, the least that a Milvus cluster takes by default."""

_IDS_A_REQUEST = 200
_WHOLE = (*rows.HEAD_FIELDS, "text")


class Articles:
    """Reads articles; threads may share it."""

    def __init__(self, connection: Connection, names: Names) -> None:
        self._connection = connection
        self._names = names

    def heads(
        self, article_ids: Sequence[str], fields: Sequence[str], consistency: str = "Strong"
    ) -> dict[str, Row]:
        """Rows by article id; articles that are not stored are left out."""
        by_id: dict[str, Row] = {}
        for first in range(0, len(article_ids), _IDS_A_REQUEST):
            part = literals(article_ids[first : first + _IDS_A_REQUEST])
            heads = self._connection.query(
                self._names.articles, f"id in {part}", ["id", *fields], consistency
            )
            by_id |= {head["id"]: head for head in heads}
        return by_id

    def versions(self, article_ids: Sequence[str], consistency: str) -> dict[str, str]:
        """Versions by article id; articles that are not stored are left out."""
        heads = self.heads(article_ids, ["digest"], consistency)
        return {article_id: rows.version_of(head["digest"]) for article_id, head in heads.items()}

    def one(self, article_id: str) -> Article | None:
        """One article, or None."""
        head = self.heads([article_id], _WHOLE).get(article_id)
        return self._whole(head) if head else None

    def all(self) -> Iterator[Article]:
        """All articles, by id."""
        for head in self._connection.in_order(self._names.articles, _WHOLE, page=ROWS_A_REQUEST):
            article = self._whole(head)
            if article is not None:
                yield article

    def current(self, passages: Iterable[Row]) -> list[Row]:
        """The passages whose version of the article is stored, ordered by article and position."""
        unique = {row["id"]: row for row in passages}.values()
        wanted = {row["article"]: row["version"] for row in unique}
        # "Bounded" reads may be some moments old, but need not wait; what differs is read again.
        versions = self.versions(list(wanted), "Bounded")
        doubtful = sorted(
            {row["article"] for row in unique if versions.get(row["article"]) != row["version"]}
        )
        for article_id in doubtful:
            versions.pop(article_id, None)
        versions |= self.versions(doubtful, "Strong")
        current = [row for row in unique if versions.get(row["article"]) == row["version"]]
        return sorted(current, key=lambda row: (row["article"], row["start"], row["end"]))

    def of_versions(self, versions: Mapping[str, str]) -> dict[str, Article]:
        """Articles by id; those that are not stored in exactly this version are left out."""
        # "Bounded" reads may be some moments old, but need not wait; what differs is read again.
        articles = self._in_version(versions, "Bounded")
        missing = {
            article_id: version
            for article_id, version in versions.items()
            if article_id not in articles
        }
        return articles | self._in_version(missing, "Strong")

    def _in_version(self, versions: Mapping[str, str], consistency: str) -> dict[str, Article]:
        articles = {}
        for article_id, head in self.heads(list(versions), _WHOLE, consistency).items():
            if rows.version_of(head["digest"]) != versions[article_id]:
                continue
            further = self._further(head)
            if len(further) == head["pieces"] - 1:
                articles[article_id] = rows.article_of(head, further)
        return articles

    def _whole(self, head: Row) -> Article | None:
        """The article of a row with all of its text, or None if it was removed meanwhile."""
        while True:
            further = self._further(head)
            if len(further) == head["pieces"] - 1:
                return rows.article_of(head, further)
            # It was replaced between the two requests.
            again = self.heads([head["id"]], _WHOLE).get(head["id"])
            if again is None:
                return None
            if again["digest"] == head["digest"]:
                raise UserError(
                    f"article {head['id']}: a part of its text is missing on the Milvus server; "
                    "remove it and add it again"
                )
            head = again

    def _further(self, head: Row) -> list[str]:
        texts: list[str] = []
        for first in range(1, head["pieces"], ROWS_A_REQUEST):
            condition = (
                f"article == {literal(head['id'])} and piece >= {first} "
                f"and piece < {first + ROWS_A_REQUEST} "
                f"and version == {literal(rows.version_of(head['digest']))}"
            )
            pieces = self._connection.query(self._names.texts, condition, ["piece", "text"])
            texts += [
                piece["text"] for piece in sorted(pieces, key=lambda piece: int(piece["piece"]))
            ]
        return texts
