"""Has a reader mark the answers in sentences that are known to hold them.

A question with the sentence that answers it is not enough to train on: the span is missing, and
one sentence is not a passage. A reader finds the span with few errors, because the sentence is
right; where it is unsure, the question is left out. The sentence is then put among others that are
about similar things and do not hold the answer, in random order.
"""

import gzip
import json
import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from qa.reading.windows import MAX_TOKENS, Input
from qa.squad import Gold
from qa.training.batch import collate
from qa.training.data import (
    QuestionSentence,
    Retriever,
    holds_answer,
    read_question_sentences,
    tfidf_retriever,
)
from qa.training.device import best_device
from qa.training.evaluation import best_spans
from qa.training.features import load_tokenizer, plan_batches, windows
from qa.training.model import load_model, logits, takes_types

BATCH_TOKENS = 4096
SIMILAR = 12  # The sentences around are drawn from so many that are nearest to the question.
AROUND = 2, 5  # How many are drawn, from and to.


@dataclass(frozen=True, slots=True)
class PseudoLabel:
    """A question's sentence with the answer found in it.

    Attributes:
        pair: The question and its sentence.
        answer: The span in the sentence.
        confidence: The reader's probability of the span among all spans of the sentence.
    """

    pair: QuestionSentence
    answer: Gold
    confidence: float


def pseudo_label(pairs: Sequence[QuestionSentence], reader: Path) -> Iterator[PseudoLabel]:
    """Marks the best span of each sentence, in no particular order.

    Args:
        pairs: Questions with their sentences.
        reader: A reader's folder.

    Raises:
        ValueError: The folder holds no reader.
    """
    tokenizer, model = load_tokenizer(reader / "tokenizer.json"), load_model(reader, best_device())
    model.train(False)
    pad, types = int(model.config.pad_token_id or 0), takes_types(model)
    encoded = windows(
        tokenizer, [Input(pair.question, pair.sentence) for pair in pairs], MAX_TOKENS
    )
    # A sentence of more than one window is no sentence.
    whole = [(pair, w[0]) for pair, w in zip(pairs, encoded, strict=True) if len(w) == 1]
    for batch in plan_batches([(w,) for _, w in whole], BATCH_TOKENS, random.Random(0)):  # noqa: S311
        inputs, targets = collate([(whole[i][1],) for i in batch], pad, types, model.device)
        with torch.inference_mode():
            # Without "no answer", which would stand on token 0: the sentence is known to answer.
            start, end = (
                side.masked_fill(~targets.mask, -torch.inf).log_softmax(dim=1).clamp(min=-1e4)
                for side in logits(model, inputs)
            )
            start[:, 0] = end[:, 0] = 0.0
        for row, first, last, score in zip(*best_spans(start, end, targets.mask), strict=True):
            pair, window = whole[batch[row]]
            begin, stop = int(window.offsets[first][0]), int(window.offsets[last][1])
            answer = Gold(begin, pair.sentence[begin:stop])
            if answer.text:
                yield PseudoLabel(pair, answer, math.exp(score))


def passage(marked: PseudoLabel, retriever: Retriever, rng: random.Random) -> tuple[str, int]:
    """Puts a sentence among others.

    Args:
        marked: The sentence with its answer.
        retriever: Gives sentences about similar things.
        rng: Decides which, and their order.

    Returns:
        The passage, and where the answer starts in it.
    """
    near = [
        sentence
        for sentence in retriever(marked.pair.question, SIMILAR)
        if sentence != marked.pair.sentence and not holds_answer(sentence, [marked.answer])
    ]
    around = rng.sample(near, min(len(near), rng.randint(*AROUND)))
    place = rng.randint(0, len(around))
    before = "".join(f"{sentence} " for sentence in around[:place])
    text = before + " ".join([marked.pair.sentence, *around[place:]])
    return text, len(before) + marked.answer.start


def pseudo_label_file(
    pairs: Path, reader: Path, out: Path, *, confidence: float, seed: int = 0
) -> tuple[int, int]:
    """Marks a file of question-sentence pairs and writes what is sure as gzipped SQuAD v1.1 JSON.

    Args:
        pairs: The pairs, JSON lines.
        reader: A reader's folder.
        out: The file to write.
        confidence: The least confidence of what is kept, in [0, 1].
        seed: Decides the sentences around.

    Returns:
        How many questions were kept, and how many there were.

    Raises:
        ValueError: A file cannot be read.
    """
    read = read_question_sentences(pairs)
    retriever = tfidf_retriever([pair.sentence for pair in read])
    rng = random.Random(seed)  # noqa: S311
    name = pairs.name.partition(".")[0]
    articles = []
    for number, marked in enumerate(
        m for m in pseudo_label(read, reader) if m.confidence >= confidence
    ):
        text, start = passage(marked, retriever, rng)
        answer = {"text": marked.answer.text, "answer_start": start}
        question = {
            "id": f"{name}-marked-{number}",
            "question": marked.pair.question,
            "answers": [answer],
            "confidence": round(marked.confidence, 4),
        }
        paragraph = {"context": text, "qas": [question]}
        articles.append({"title": f"{name}-{number}", "paragraphs": [paragraph]})
    text = json.dumps({"version": "1.1", "data": articles}, ensure_ascii=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(gzip.compress(text.encode(), mtime=0))
    return len(articles), len(read)
