"""A program for transformers' question-answering pipeline, with its import changed."""

from qa.compat import pipeline  # was: from transformers import pipeline

CONTEXT = "Ada Lovelace wrote the notes in 1843. Charles Babbage designed the engine in London."

oracle = pipeline("question-answering", model="base")

print(oracle(question="Who wrote the notes?", context=CONTEXT))
print(oracle(question="Who designed the engine?", context=CONTEXT, top_k=3))
print(oracle({"question": "Who sold it?", "context": CONTEXT}, handle_impossible_answer=True))
