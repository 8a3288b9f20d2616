"""The options and examples of a call, in all the forms that the old pipeline took."""

from collections.abc import Iterable, Mapping, Sequence
from types import GeneratorType
from typing import Any, NamedTuple

_WITHOUT_EFFECT = frozenset(
    {
        "batch_size",
        "feature_extractor",
        "framework",
        "image_processor",
        "max_question_len",
        "num_workers",
        "padding",
        "pipeline_class",
        "processor",
        "use_auth_token",
        "use_fast",
    }
)
"""What the old calls took that changes nothing here. A question was never cut with a fast
tokenizer, whatever `max_question_len` said."""


class Options(NamedTuple):
    """Options of reading a text, and of the answers that are returned.

    Attributes:
        top_k: Answers at most.
        doc_stride: Tokens that neighbouring windows of a long text share; None is half of the
            window, at most 128.
        max_answer_len: Tokens of an answer at most.
        max_seq_len: Tokens of a window, with the question; None is 384.
        handle_impossible_answer: Whether "no answer" (the empty answer) is one of the answers.
        align_to_words: Whether an answer is widened to whole words.
    """

    top_k: int = 1
    doc_stride: int | None = None
    max_answer_len: int = 15
    max_seq_len: int | None = None
    handle_impossible_answer: bool = False
    align_to_words: bool = True


class Example(NamedTuple):
    """A question, and the text to read for it."""

    question: str
    context: str


def options_of(defaults: Options, given: Mapping[str, Any]) -> Options:
    """The options of a call.

    Raises:
        ValueError: If one cannot be.
        TypeError: If there is no such option.
    """
    named = {name: value for name, value in given.items() if name not in _WITHOUT_EFFECT}
    if "topk" in named:  # as version 4 also had it
        named["top_k"] = named.pop("topk")
    unknown = sorted(set(named) - set(Options._fields))
    if unknown:
        raise TypeError(f"{unknown[0]}: no such option; there are {', '.join(Options._fields)}")
    options = defaults._replace(**{key: value for key, value in named.items() if value is not None})
    for name in ("top_k", "max_answer_len"):
        if getattr(options, name) < 1:
            raise ValueError(f"{name} must be at least 1, not {getattr(options, name)}")
    return options


def inputs_of(args: Sequence[Any], given: Mapping[str, Any]) -> "list[Any] | GeneratorType[Any]":
    """The examples of a call, not yet checked."""
    if len(args) == 1:
        inputs = args[0]
        if isinstance(inputs, Mapping) or hasattr(inputs, "question_text"):
            return [inputs]
        if isinstance(inputs, GeneratorType):
            return inputs
        if isinstance(inputs, str) or not isinstance(inputs, Iterable):
            raise ValueError("give a question and a context, as a dict with these keys")
        return list(inputs)
    if len(args) == 2 and all(isinstance(text, str) for text in args):
        return [dict(zip(("question", "context"), args, strict=True))]
    if args:
        return list(args)
    if set(given) != {"question", "context"}:
        raise ValueError("give a question and a context")
    question, context = given["question"], given["context"]
    if isinstance(question, str):
        return [given]
    contexts = [context] * len(question) if isinstance(context, str) else list(context)
    if len(contexts) != len(question):
        raise ValueError(f"{len(question)} questions do not go with {len(contexts)} contexts")
    return [{"question": q, "context": c} for q, c in zip(question, contexts, strict=True)]


def example_of(item: Any) -> Example:  # noqa: ANN401 - whatever the caller gave
    """A checked example.

    Args:
        item: A dict with `question` and `context`, or transformers' `SquadExample`.

    Raises:
        ValueError: If a text is missing or empty.
        KeyError: If the dict has no `question` or `context`.
    """
    if isinstance(item, Mapping):
        missing = [name for name in ("question", "context") if name not in item]
        if missing:
            raise KeyError(f"the dict has no {missing[0]!r}; it needs 'question' and 'context'")
        texts = item["question"], item["context"]
    elif hasattr(item, "question_text") and hasattr(item, "context_text"):
        texts = item.question_text, item.context_text
    else:
        raise ValueError(f"{type(item).__name__}: give dicts with 'question' and 'context'")
    for name, text in zip(("question", "context"), texts, strict=True):
        if not isinstance(text, str) or not text:
            raise ValueError(f"{name}: must be a string that is not empty")
    return Example(*texts)
