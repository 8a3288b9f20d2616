"""Cut an article into passages: windows of whole sentences, as offsets."""

from functools import lru_cache

from semantic_text_splitter import TextSplitter
from tokenizers import Tokenizer

from index.embedding.onnx_model import BUNDLED_MODELS, load_tokenizer
from index.sources.headers import read_header
from index.types import Article, Passage

PASSAGE_TOKENS = 200
"""The most word pieces of a passage: with title and question it fits the models' window."""

OVERLAP_TOKENS = 50
"""Room for the one or two sentences that neighbouring passages share."""

PASSAGE_CHARACTERS = 2_000
"""A bound for text without word boundaries, which word pieces do not measure."""


_WORDS_KEPT = 50_000
_WORD_CHARACTERS = 40


class _WordPieces(dict[str, int]):
    """How many word pieces there are in each word, counted when it is first asked for.

    The splitter measures each sentence several times over, in one window and another. A word is
    what lies between two spaces: no word piece reaches across a space, so that those of a text are
    those of its words.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        super().__init__()
        self._tokenizer = tokenizer

    def of(self, text: str) -> int:
        """How many there are in a text."""
        return sum(map(self.__getitem__, text.split(" ")))

    def __missing__(self, word: str) -> int:
        count = len(self._tokenizer.encode(word, add_special_tokens=False))
        if len(word) <= _WORD_CHARACTERS:
            if len(self) >= _WORDS_KEPT:
                self.clear()
            self[word] = count
        return count


@lru_cache(maxsize=1)
def _splitters() -> tuple[TextSplitter, TextSplitter]:
    pieces = _WordPieces(load_tokenizer(BUNDLED_MODELS / "embedder"))
    by_tokens = TextSplitter.from_callback(pieces.of, PASSAGE_TOKENS, overlap=OVERLAP_TOKENS)
    return by_tokens, TextSplitter(PASSAGE_CHARACTERS)


def split(article: Article) -> list[Passage]:
    """Cut `article.text` into passages, in order.

    Each holds at most `PASSAGE_TOKENS` word pieces and `PASSAGE_CHARACTERS` characters,
    begins and ends with a visible character, and breaks between sentences where it can.
    Metadata at the head of the text (a date line, front matter) belongs to no passage.
    """
    by_tokens, by_characters = _splitters()
    offset = read_header(article.text).body_start
    spans = []
    for start, chunk in by_tokens.chunk_indices(article.text[offset:]):
        if len(chunk) <= PASSAGE_CHARACTERS:
            spans.append((offset + start, len(chunk)))
        else:
            pieces = by_characters.chunk_indices(chunk)
            spans.extend((offset + start + piece, len(text)) for piece, text in pieces)
    return [Passage(article.id, start, start + length) for start, length in spans]


def embedding_text(article: Article, passage: Passage) -> str:
    """What the embedder reads of a passage: its article's title and date, then its text."""
    text = article.text[passage.start : passage.end]
    context = context_line(article)
    return f"{context}\n{text}" if context else text


def context_line(article: Article) -> str:
    """The title and the publication date in words, as one line; "" if there is neither."""
    published = f"{article.published:%d %B %Y}" if article.published else ""
    return " ".join(part for part in (article.title, published) if part)
