"""A program written for transformers 5.2: `old_script.py MODEL ROOT` prints what it finds as JSON.

`recorded.json` is what transformers 5.2.0 made of it, with the bundled small reader's weights
saved for torch.
"""

import json
import sys
from pathlib import Path

from transformers import pipeline

model, root = sys.argv[1], Path(sys.argv[2])
oracle = pipeline("question-answering", model=model, tokenizer=model, device="cpu")

articles = {path.name: path.read_text() for path in sorted((root / "seeds").glob("*.txt"))}
asked = [json.loads(line) for line in (root / "eval/suites/seeds.jsonl").open()]
asked = [line for line in asked if line.get("articles") and not line.get("history")]


def around(line):
    """The lines around the answer: a context that fits one window."""
    text = articles[Path(line["articles"][0]).name]
    place = max(text.find(line["answers"][0]), 0)
    return {"question": line["question"], "context": text[max(0, place - 300) : place + 300]}


def lists(examples):
    """The examples as a call takes them."""
    return {name: [example[name] for example in examples] for name in ("question", "context")}


# Each article is longer than a window of 384 tokens.
pairs = [
    {"question": line["question"], "context": articles[Path(line["articles"][0]).name]}
    for line in asked[::5]
]
passages = [around(line) for line in asked[:20]]

short = "Ada Lovelace wrote the notes in 1843. Charles Babbage designed the engine in London."
found = {
    "articles": [oracle(**pair) for pair in pairs[:2]],
    "passages": oracle(**lists(passages)),
    "a list of one": oracle(**lists(pairs[:1])),
    "top 3": oracle(**lists(pairs[8:10]), top_k=3),
    "no answer": oracle(**lists(pairs[10:12]), handle_impossible_answer=True),
    "top 5 or no answer": oracle(**lists(passages[:6]), handle_impossible_answer=True, top_k=5),
    "small windows": oracle(**lists(pairs[12:14]), max_seq_len=96, doc_stride=24),
    "short answers": oracle(**lists(passages[6:10]), max_answer_len=3),
    "tokens": oracle(**lists(passages[10:14]), align_to_words=False, top_k=2),
    "one": oracle(question="Who wrote the notes?", context=short),
    "many questions": oracle(
        question=["Who wrote the notes?", "Where was it designed?"], context=[short, short]
    ),
    "one context": oracle(question=["Who wrote the notes?", "When?"], context=short),
    "impossible": oracle(
        question="Who burnt the bridge?", context=short, handle_impossible_answer=True, top_k=2
    ),
}
try:
    # As versions 4 were called; version 5 took names only.
    found["a dict"] = oracle({"question": "Who designed the engine?", "context": short})
    found["a list of dicts"] = oracle(passages[14:17], top_k=2)
    found["a generator"] = list(oracle(pair for pair in passages[:3]))
except TypeError:
    pass

for wrong in (
    {"question": "", "context": short},
    {"question": ["Who?"], "context": [short, short]},
):
    try:
        oracle(**wrong)
    except ValueError:
        found.setdefault("refused", []).append(wrong)
try:
    oracle(question="Who?", context=short, top_k=0)
except ValueError:
    found["refused"].append("top_k")

json.dump(found, sys.stdout)
