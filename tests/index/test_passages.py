"""Passages of any text: where they lie, what they leave out, how long they get."""

from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies
from semantic_text_splitter import TextSplitter

import index.passages
from index.embedding.onnx_model import BUNDLED_MODELS, load_tokenizer
from index.passages import (
    OVERLAP_TOKENS,
    PASSAGE_CHARACTERS,
    PASSAGE_TOKENS,
    context_line,
    embedding_text,
    split,
)
from index.sources.headers import read_header
from index.types import Article

words = strategies.sampled_from(
    [
        "The",
        "harbour",
        "opened.",
        "Why?",
        "Störung",
        "東京",
        "𝄞",
        "e.g.",
        "3.14",
        "\n",
        "\n\n",
        "\t",
        "\r\n",
        "—",
        "supercalifragilistic" * 3,
        "x" * 300,
        "\u200b",
        "a\u0301",
    ]
)
# What a tokenizer may take together with what stands beside it, or for something of its own.
awkward = strategies.sampled_from(
    [
        " ",
        "  ",
        "\u0301",
        "\u0338",
        "a\u0327\u0301",
        "\x0b",
        "\x1c",
        "\x85",
        "\xa0",
        "\u2028",
        "\u3000",
        "\u200d",
        "[CLS]",
        "[MASK",
        "]",
        "[",
        "İ",
        "Σ",
        "ﬁ",
        "한국어",
        "ไทย",
        "がぎ",
        "<",
        "_",
        "y" * 99,
        "y" * 101,
    ]
)
texts = strategies.lists(words, max_size=400).map(" ".join) | strategies.text(max_size=300)


@settings(max_examples=settings().max_examples // 2)
@given(texts)
def test_passages_lie_in_order_and_leave_out_no_word(text):
    article = Article("a", "", text)
    passages = split(article)
    covered = set()
    for passage in passages:
        assert 0 <= passage.start < passage.end <= len(text)
        assert text[passage.start : passage.end].strip()
        assert passage.end - passage.start <= PASSAGE_CHARACTERS
        covered.update(range(passage.start, passage.end))
    assert [passage.start for passage in passages] == sorted(passage.start for passage in passages)
    body = read_header(text).body_start
    missed = [at for at in range(body, len(text)) if at not in covered]
    assert not any(text[at].isalnum() for at in missed)


@settings(max_examples=settings().max_examples // 3)
@given(strategies.lists(words, min_size=200, max_size=600).map(" ".join))
def test_passages_fit_the_models(text):
    tokenizer = load_tokenizer(BUNDLED_MODELS / "embedder")
    for passage in split(Article("a", "", text)):
        encoding = tokenizer.encode(text[passage.start : passage.end], add_special_tokens=False)
        assert len(encoding.ids) <= PASSAGE_TOKENS


@pytest.fixture(scope="module")
def tokenizer():
    return load_tokenizer(BUNDLED_MODELS / "embedder")


def cut_by(tokenizer, text):
    """The passages, where each candidate is given to the tokenizer as a whole."""
    splitter = TextSplitter.from_huggingface_tokenizer(
        tokenizer, PASSAGE_TOKENS, overlap=OVERLAP_TOKENS
    )
    by_characters = TextSplitter(PASSAGE_CHARACTERS)
    body = read_header(text).body_start
    for start, chunk in splitter.chunk_indices(text[body:]):
        pieces = [(0, chunk)]
        if len(chunk) > PASSAGE_CHARACTERS:
            pieces = by_characters.chunk_indices(chunk)
        for piece, part in pieces:
            if any(character.isalnum() for character in part):
                yield body + start + piece, body + start + piece + len(part)


@settings(max_examples=settings().max_examples // 2)
@given(
    texts
    | strategies.lists(words | awkward | strategies.text(max_size=8), max_size=300).map("".join)
    | strategies.lists(words | awkward, min_size=100, max_size=500).map(" ".join)
)
def test_passages_are_those_that_the_tokenizer_measures(tokenizer, text):
    spans = [(passage.start, passage.end) for passage in split(Article("a", "", text))]
    assert spans == list(cut_by(tokenizer, text))


def test_the_words_that_are_remembered_are_few(tokenizer, monkeypatch):
    monkeypatch.setattr(index.passages, "_WORDS_KEPT", 3)
    pieces = index.passages._WordPieces(tokenizer)
    long = "supercalifragilistic" * 12
    for text in ("The harbours reopened, again.", long) * 2:
        assert pieces.of(text) == len(tokenizer.encode(text, add_special_tokens=False))
        assert 0 < len(pieces) <= 3
        assert long not in pieces


def test_windows_of_a_long_text_cut_as_the_splitter_does(tokenizer, monkeypatch):
    monkeypatch.setattr(index.passages, "WINDOW_CHARACTERS", 9_000)
    paragraphs = [
        " ".join(f"The ship {n} came to Rostock{' on Monday' * (n % 4)}." for n in range(m, m + 9))
        for m in range(150)
    ]
    text = ("\n" * 4).join(("\n\n".join(paragraphs[:90]), "\n".join(paragraphs[90:])))
    spans = [(passage.start, passage.end) for passage in split(Article("a", "", text))]
    assert len(spans) > 60
    assert spans == list(cut_by(tokenizer, text))


@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        ".",
        "–",
        "東",
        "[",
        "a\t",
        "a\r\n",
        "x" * 99 + " ",
        "x",
        "a.",
        "\n",
        "😀",
        "abc\n\n",
    ],
)
def test_what_is_measured_grows_with_the_text_and_not_faster(monkeypatch, piece):
    measured = 0
    measure = index.passages._WordPieces.of

    def counted(self, text):
        nonlocal measured
        measured += len(text)
        return measure(self, text)

    monkeypatch.setattr(index.passages._WordPieces, "of", counted)
    index.passages._splitters.cache_clear()
    work = []
    for characters in (30_000, 120_000):
        measured = 0
        text = "The beginning. " + piece * (characters // len(piece))
        passages = split(Article("a", "", text))
        assert all(passage.end - passage.start <= PASSAGE_CHARACTERS for passage in passages)
        work.append(measured)
    index.passages._splitters.cache_clear()
    assert work[1] <= 6 * work[0]


@pytest.mark.parametrize("piece", [".", "[", "–", "* ", "_", "=-", "😀", "}\n\n"])
def test_what_holds_no_word_is_not_embedded(piece):
    rubbish = piece * (60_000 // len(piece))
    passages = split(Article("a", "", f"The mill of Tarn burned down. {rubbish} It was rebuilt."))
    assert 1 <= len(passages) <= 3
    assert split(Article("a", "", rubbish)) == []


def test_sentences_stay_whole_and_neighbours_share_some():
    sentences = [
        f"This is the sentence of number {n} about the harbour of Rostock." for n in range(60)
    ]
    text = " ".join(sentences)
    passages = split(Article("a", "", text))
    assert len(passages) > 3
    for passage in passages:
        assert text[passage.start : passage.end].startswith("This is")
        assert text[passage.start : passage.end].endswith("Rostock.")
    overlaps = [before.end - after.start for before, after in pairwise(passages)]
    assert all(0 < overlap < 300 for overlap in overlaps)


def test_what_the_embedder_reads():
    from datetime import date

    article = Article("a", "Headline", "Text here.", date(2020, 3, 4))
    assert context_line(article) == "Headline 04 March 2020"
    assert embedding_text(article, split(article)[0]) == "Headline 04 March 2020\nText here."
    bare = Article("a", "", "Text here.")
    assert embedding_text(bare, split(bare)[0]) == "Text here."
