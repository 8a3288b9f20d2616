"""From a question, a passage and its context to the tokens that a reader takes.

Training and the program encode by this one module, so that a reader sees what it learned from.
The question and the context come first, apart by the model's separator, then the passage:
`[CLS] question [SEP] title, date [SEP] passage [SEP]`. Spans lie in the passage only. A passage
too long for the model becomes windows that overlap; each repeats question and context.
"""

from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import NamedTuple

from tokenizers import Encoding, Tokenizer

QUESTION_TOKENS = 64
"""A longer question is cut here: the passage needs the room."""

CONTEXT_TOKENS = 32
"""A longer title is cut here."""

MAX_TOKENS = 384
"""Tokens of a window: question, context and passage together."""

SHARE = 4
"""A question takes at most 1/SHARE of a window, and windows overlap by 1/SHARE."""

_tokenizing = Lock()  # Truncation is a state of the tokenizer, which threads share.


class Input(NamedTuple):
    """The input of a reader for one passage.

    Attributes:
        question: The question.
        passage: The text in which spans are sought.
        context: What `context_of` says of the article; "" if nothing.
    """

    question: str
    passage: str
    context: str = ""


def context_of(title: str, published: date | None) -> str:
    """The context of a passage that a reader sees: the title and date of its article.

    Example:
        >>> context_of("State of the Union", date(2003, 1, 28))
        'State of the Union, January 28, 2003'
    """
    day = f"{published:%B} {published.day}, {published.year}" if published else ""
    return ", ".join(part for part in (title.strip(), day) if part)


def encode(
    tokenizer: Tokenizer, inputs: Sequence[Input], max_tokens: int = MAX_TOKENS
) -> list[list[Encoding]]:
    """Tokenizes questions with passages.

    Args:
        tokenizer: Without padding and truncation; it is left so.
        inputs: What to encode.
        max_tokens: The most tokens of a window, special tokens included.

    Returns:
        The windows of each input, in the order of the text; none for a passage without a token.
        `sequence_ids` is 1 at the tokens of the passage, whose offsets count in its text.
    """
    if not inputs:
        return []
    limit = min(QUESTION_TOKENS, max_tokens // SHARE)
    with _tokenizing:
        questions = _cut(tokenizer, [given.question for given in inputs], limit)
        contexts = _cut(
            tokenizer, [given.context for given in inputs], min(CONTEXT_TOKENS, limit // 2)
        )
        separator = tokenizer.encode("", "").tokens[-1]
        firsts = [
            f"{question} {separator} {context}" if context else question
            for question, context in zip(questions, contexts, strict=True)
        ]
        pairs = [(first, given.passage) for first, given in zip(firsts, inputs, strict=True)]
        tokenizer.enable_truncation(max_tokens, stride=max_tokens // SHARE, strategy="only_second")
        try:
            encodings = tokenizer.encode_batch(pairs)
        finally:
            tokenizer.no_truncation()
    return [
        [window for window in (whole, *whole.overflowing) if 1 in window.sequence_ids]
        for whole in encodings
    ]


def _cut(tokenizer: Tokenizer, texts: Sequence[str], limit: int) -> list[str]:
    """Texts without what follows their first `limit` tokens."""
    encodings = tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [
        text if len(encoding.ids) <= limit else text[: encoding.offsets[limit - 1][1]]
        for text, encoding in zip(texts, encodings, strict=True)
    ]
