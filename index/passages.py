"""Cut an article into passages: windows of whole sentences, as offsets."""

import re
from collections.abc import Iterator
from functools import lru_cache

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from index.embedding.onnx_model import BUNDLED_MODELS, load_tokenizer
from index.sources.headers import read_header
from index.types import Article, Passage

PASSAGE_TOKENS = 200
"""The most word pieces of a passage: with title and question, it fits the models' input."""

OVERLAP_TOKENS = 50
"""Room for the one or two sentences that neighbouring passages share."""

PASSAGE_CHARACTERS = 2_000
"""The most characters of a passage, for text without word boundaries."""


WINDOW_CHARACTERS = 16_000
"""The splitter gets a text in windows of this size. For each passage it looks at all that is left,
which takes quadratic time in text whose sentences or paragraphs do not end."""

_UNSETTLED_CHARACTERS = 4_000
"""A chunk that ends this near to the end of a window may go on beyond it."""

_SHARED_CHUNKS = 3

_WORDS_KEPT = 50_000
_WORD_CHARACTERS = 200
_SAMPLE_CHARACTERS = 512
_ALONE = r"\t\n\r!-/:-@\[-`{-~\xa0\u2000-\u200a\u2010-\u2027\u3000\u4e00-\u9fff"
_PARTS = re.compile(rf"\[[A-Z]{{1,9}}\]|[{_ALONE}]|[^{_ALONE}]+")
"""Parts of a word whose word pieces can be counted one by one. Blanks, punctuation and Chinese
characters never share a word piece with their neighbours; only special tokens such as `[SEP]` are
one word piece as a whole."""

_WORD = re.compile(r"[^\W_]")
"""A letter or digit; every answer has one."""


class _WordPieces(dict[str, int]):
    """The number of word pieces of each word, counted on first use.

    The splitter measures each sentence several times. A word is what lies between two spaces: no
    word piece crosses a space, so the number for a text is the sum over its words.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def of(self, text: str) -> int:
        """The number of word pieces of a text; counting stops beyond those of a passage."""
        if len(text) <= PASSAGE_CHARACTERS:
            return sum(map(self.__getitem__, text.split(" ")))
        count = 0
        for word in text.split(" "):
            count += self[word]
            if count > PASSAGE_TOKENS:
                break
        return count

    def __missing__(self, word: str) -> int:
        if len(word) <= _WORD_CHARACTERS:
            if len(self) >= _WORDS_KEPT:
                self.clear()
            self[word] = count = self._count(word)
            return count
        if len(word) > _SAMPLE_CHARACTERS:
            # The last part may be cut off.
            sample = _PARTS.findall(word, 0, _SAMPLE_CHARACTERS)[:-1]
            count = sum(map(self.__getitem__, sample))
            if count > PASSAGE_TOKENS:
                return count
        parts = _PARTS.findall(word)
        return sum(map(self.__getitem__, parts)) if len(parts) > 1 else self._count(word)

    def _count(self, word: str) -> int:
        return len(self._tokenizer.encode(word, add_special_tokens=False))


Span = tuple[int, int]


@lru_cache(maxsize=1)
def _splitters() -> tuple[TextSplitter, TextSplitter]:
    pieces = _WordPieces(load_tokenizer(BUNDLED_MODELS / "embedder"))
    by_tokens = TextSplitter.from_callback(pieces.of, PASSAGE_TOKENS, overlap=OVERLAP_TOKENS)
    return by_tokens, TextSplitter(PASSAGE_CHARACTERS)


def split(article: Article) -> list[Passage]:
    """Cut `article.text` into passages, in order.

    Each holds at most `PASSAGE_TOKENS` word pieces and `PASSAGE_CHARACTERS` characters,
    begins and ends with a visible character, and breaks between sentences where it can.
    Metadata at the head of the text (a date line, front matter) belongs to no passage, nor does
    a stretch without any letter or digit, such as a megabyte of brackets: it answers nothing, and
    would be embedded for minutes.
    """
    _, by_characters = _splitters()
    text = article.text
    spans: list[Span] = []
    for start, end in _chunks(text, read_header(text).body_start):
        if end - start <= PASSAGE_CHARACTERS:
            spans.append((start, end))
        else:
            pieces = by_characters.chunk_indices(text[start:end])
            spans.extend((start + at, start + at + len(piece)) for at, piece in pieces)
    return [
        Passage(article.id, start, end) for start, end in spans if _WORD.search(text, start, end)
    ]


def _chunks(text: str, start: int) -> Iterator[Span]:
    """The splitter's chunks of a text from `start` on, cut in one window after another.

    Windows overlap by a few chunks, and one takes over from the other at a chunk that both have.
    From there on the chunks are those of the whole text: a chunk depends only on the one before it,
    and on the text that it could reach.
    """
    shared: list[Span] = []
    while True:
        end = start + WINDOW_CHARACTERS
        chunks = _chunks_of(text, start, end)
        taken_over = next((at for at, chunk in enumerate(chunks) if chunk in shared), None)
        if taken_over is not None:
            yield from shared[: shared.index(chunks[taken_over])]
            chunks = chunks[taken_over:]
        elif shared:
            yield from shared
            start, shared = shared[-1][1], []
            continue
        if end >= len(text):
            yield from chunks
            return
        settled = [chunk for chunk in chunks if chunk[1] <= end - _UNSETTLED_CHARACTERS]
        if len(settled) > _SHARED_CHUNKS and settled[-_SHARED_CHUNKS][0] > start:
            yield from settled[:-_SHARED_CHUNKS]
            shared = settled[-_SHARED_CHUNKS:]
            start = shared[0][0]
        else:  # Chunks as long as this are not of sentences; they need not overlap.
            yield from chunks
            start = end


def _chunks_of(text: str, start: int, end: int) -> list[Span]:
    by_tokens, _ = _splitters()
    chunks = by_tokens.chunk_indices(text[start:end])
    return [(start + at, start + at + len(chunk)) for at, chunk in chunks]


def embedding_text(article: Article, passage: Passage) -> str:
    """The text to embed for a passage: its article's title and date, then its own text."""
    text = article.text[passage.start : passage.end]
    context = context_line(article)
    return f"{context}\n{text}" if context else text


def context_line(article: Article) -> str:
    """The title and the publication date in words, as one line; "" if there is neither."""
    published = f"{article.published:%d %B %Y}" if article.published else ""
    return " ".join(part for part in (article.title, published) if part)
