"""A reader of your own in the place of the bundled ones: one that looks for capital letters."""

import re
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from index import Article, Collection
from qa import Answerer, Span
from qa.reading.base import Request


class Names:
    """Takes every run of capitalised words for an answer; the longer, the better."""

    def read_many(self, requests: Sequence[Request], per_passage: int = 10) -> list[list[Span]]:
        """The spans of each request, best first."""
        return [
            sorted(
                (
                    Span(article.id, name.start(), name.end(), 4.0 * len(name[0].split()))
                    for article, passage in passages
                    for name in re.compile(r"[A-Z]\w+(?: [A-Z]\w+)+").finditer(
                        article.text, passage.start, passage.end
                    )
                ),
                key=lambda span: -span.score,
            )[:per_passage]
            for _, passages in requests
        ]


with TemporaryDirectory() as folder, Collection(folder, create=True) as collection:
    collection.add([Article("a", "Ferry", "The ferry was steered by Captain Rhona Baird.")])
    answer = Answerer(collection, Names()).ask("Who steered the ferry?")
    print(answer.text, "calibrated:", answer.calibrated)
