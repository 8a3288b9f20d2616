"""The question-answering pipeline that transformers had until version 5.2, by its own calls.

A program that used it changes its import and nothing else:

    from qa.compat import pipeline  # was: from transformers import pipeline

    oracle = pipeline("question-answering", model="deepset/roberta-base-squad2")
    oracle(question="Where do I live?", context="My name is Wolfgang and I live in Berlin")

It reads with any extractive question-answering model of transformers, and with the bundled
readers: `model="base"` (also the default) and `model="small"`, which need no torch.

The `score` is the old one: the product of two softmaxes, over the places where an answer may
begin and over those where it may end, within one window of the text; the scores of places with
the same words are added up. It is no calibrated probability. A text that holds no answer has a
high score too, unless the model was trained on such texts and `handle_impossible_answer` is set.
For a probability that holds, ask a collection (`qa.ask`).
"""

from qa.compat.question_answering import QuestionAnsweringPipeline, pipeline

__all__ = ["QuestionAnsweringPipeline", "pipeline"]
