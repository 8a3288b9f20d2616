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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import GeneratorType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Encoding

from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from qa.reading.onnx import BATCH_TOKENS, ReaderModel, load_model, pack_by_length

__all__ = ["QuestionAnsweringPipeline", "pipeline"]

TASK = "question-answering"
DEFAULT_MODEL = "base"
BUNDLED = "small", "base"

Result = dict[str, Any]
"""`answer`, `start` and `end` (characters of the context), and `score`."""

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
        doc_stride: Tokens that neighbouring windows of a long text share; None is a third of the
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


class _Example(NamedTuple):
    question: str
    context: str


class _Window(NamedTuple):
    """A part of an example's context that fits the model, with the question."""

    example: int
    encoding: Encoding


def pipeline(
    task: str | None = None,
    model: Any = None,  # noqa: ANN401 - as transformers: a name, a folder or a loaded model
    config: Any = None,  # noqa: ANN401
    tokenizer: Any = None,  # noqa: ANN401
    **options: Any,  # noqa: ANN401
) -> "QuestionAnsweringPipeline":
    """Load a reader, as `transformers.pipeline("question-answering")` did.

    Args:
        task: "question-answering", or None.
        model: `base` or `small`, which are bundled; a folder that `article-qa train export` wrote;
            a question-answering model of transformers by name or folder, or one that is loaded,
            with its `tokenizer`. None is `base`.
        config: Of a model of transformers.
        tokenizer: Of a model of transformers, by name, folder or loaded; None is the model's.
        **options: `device`, `device_map`, `dtype` (or `torch_dtype`), `revision`, `token` and
            `model_kwargs`, for a model of transformers; and what a call takes (`top_k`, ...),
            for every call.

    Raises:
        ValueError: If the task is another one, or an option cannot be.
        UserError: If the model cannot be loaded.

    Example:
        >>> from qa.compat import pipeline
        >>> oracle = pipeline("question-answering", model="small")
        >>> found = oracle(question="Where do I live?", context="I live in Berlin since May.")
        >>> found["answer"], found["start"], found["end"]
        ('Berlin', 10, 16)
    """
    if task not in (None, TASK):
        raise ValueError(f"task {task!r}: only {TASK!r} is read here; transformers has the others")
    if options.pop("trust_remote_code", None):
        raise ValueError("trust_remote_code: no model may bring code of its own")
    if options.get("framework") == "tf":
        raise ValueError("framework: TensorFlow models cannot be read; use one of PyTorch")
    dtype = options.pop("torch_dtype", None)
    loading = {
        "config": config,
        "dtype": options.pop("dtype", dtype),
        **{name: options.pop(name, None) for name in ("device_map", "revision", "token")},
        **(options.pop("model_kwargs", None) or {}),
    }
    device = options.pop("device", None)
    return QuestionAnsweringPipeline(_loaded(model, tokenizer, device, loading), **options)


def _loaded(
    model: Any,  # noqa: ANN401
    tokenizer: Any,  # noqa: ANN401
    device: Any,  # noqa: ANN401
    loading: Mapping[str, Any],
) -> ReaderModel:
    if model is None:
        model = DEFAULT_MODEL
    if isinstance(model, str | Path):
        model = str(BUNDLED_MODELS / model if model in BUNDLED else model)
        if model == "cascade":
            raise UserError("cascade: is two readers; a pipeline has one, `base` or `small`")
    given = {name: value for name, value in loading.items() if value is not None}
    return load_model(model, tokenizer, device, **given)


class QuestionAnsweringPipeline:
    """Answers questions from the texts that come with them. Threads may share one.

    Attributes:
        task: "question-answering".
        model: The network that reads.
    """

    task = TASK

    def __init__(self, model: ReaderModel, **options: Any) -> None:  # noqa: ANN401
        """Use a loaded model.

        Args:
            model: What scores the tokens.
            **options: What a call takes, for every call.

        Raises:
            ValueError: If an option cannot be.
            TypeError: If there is no such option.
        """
        self.model = model
        self._options = _options(Options(), options)
        self._tokenizing = Lock()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as transformers
        """Answer questions from texts.

        Args:
            *args: A dict with `question` and `context`, an object with `question_text` and
                `context_text` (transformers' `SquadExample`), a list or a generator of those; or
                a question and a context.
            **kwargs: `question` and `context`, each a string or a list of strings; one context
                serves many questions. Also `top_k`, `doc_stride`, `max_answer_len`,
                `max_seq_len`, `handle_impossible_answer` and `align_to_words`.

        Returns:
            Of one example its answer, a dict with `score`, `start`, `end` and `answer`; a list of
            them, best first, where `top_k` is above 1 and there are several. Of a list of
            examples a list of those; of a list of one, as of one. Of a generator an iterator.

        Raises:
            ValueError: If a question or context is missing or empty, or an option cannot be.
            KeyError: If a dict has no `question` or `context`.
            TypeError: If there is no such option.
        """
        given: dict[str, Any] = {
            name: kwargs.pop(name) for name in ("question", "context") if name in kwargs
        }
        for name in ("data", "X"):
            if not args and name in kwargs:
                args = (kwargs.pop(name),)
        options = _options(self._options, kwargs)
        inputs = _inputs(args, given)
        if isinstance(inputs, GeneratorType):
            return self._one_by_one(inputs, options)
        examples = [_example(item) for item in inputs]
        answers = self._answers(examples, options)
        return answers[0] if len(answers) == 1 else answers

    def _one_by_one(self, inputs: Iterable[Any], options: Options) -> Iterator[Any]:
        for item in inputs:
            yield self._answers([_example(item)], options)[0]

    def _answers(self, examples: Sequence[_Example], options: Options) -> list[Any]:
        windows = [
            _Window(number, encoding)
            for number, example in enumerate(examples)
            for encoding in self._encode(example, options)
        ]
        scores = self._scores([window.encoding for window in windows])
        read: list[list[tuple[Encoding, _Probabilities]]] = [[] for _ in examples]
        for window, probabilities in zip(windows, scores, strict=True):
            read[window.example].append((window.encoding, probabilities))
        answers = []
        for example, of_example in zip(examples, read, strict=True):
            ranked = _ranked(example.context, of_example, options)
            answers.append(ranked[0] if len(ranked) == 1 else ranked)
        return answers

    def _encode(self, example: _Example, options: Options) -> list[Encoding]:
        """The windows of a context, in its order."""
        tokenizer = self.model.tokenizer
        size = options.max_seq_len or min(self.model.max_tokens, 384)
        stride = min(size // 2, 128) if options.doc_stride is None else options.doc_stride
        if stride > size:
            raise ValueError(f"doc_stride ({stride}) is larger than max_seq_len ({size})")
        with self._tokenizing:
            room = size - len(tokenizer.encode(example.question, "").ids)
            if room < 1:
                raise ValueError(
                    f"question: leaves no room for the context in {size} tokens; shorten it, or "
                    "raise max_seq_len"
                )
            # Windows that overlap by all of their room would not go on.
            tokenizer.enable_truncation(size, stride=min(stride, room - 1), strategy="only_second")
            try:
                whole = tokenizer.encode(example.question, example.context)
            finally:
                tokenizer.no_truncation()
        return [whole, *whole.overflowing]

    def _scores(self, encodings: Sequence[Encoding]) -> list["_Probabilities"]:
        """Of each window, in batches packed by length."""
        scores: dict[int, _Probabilities] = {}
        for group in pack_by_length([len(encoding.ids) for encoding in encodings], BATCH_TOKENS):
            starts, ends = self.model.logits([encodings[position] for position in group])
            for position, start, end in zip(group, starts, ends, strict=True):
                scores[position] = _probabilities(encodings[position], start, end)
        return [scores[position] for position in range(len(encodings))]


class _Probabilities(NamedTuple):
    """Of each token of a window, how likely an answer begins or ends there, as softmaxes.

    Attributes:
        start: Shape (tokens,); 0 outside the context.
        end: Likewise.
        null: How likely there is no answer in this window.
    """

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    null: float


def _probabilities(
    encoding: Encoding, start: npt.NDArray[np.float32], end: npt.NDArray[np.float32]
) -> _Probabilities:
    context = np.array([sequence == 1 for sequence in encoding.sequence_ids])
    allowed = context.copy()
    # The first special token, on which readers that know no-answer put it, has its share.
    allowed[0] = encoding.special_tokens_mask[0] == 1
    sides = []
    for logits in (start, end):
        scores = np.where(allowed, logits[: len(allowed)].astype(np.float64), -np.inf)
        exponents = np.exp(scores - scores.max()) if allowed.any() else np.zeros(len(allowed))
        sides.append(exponents / max(exponents.sum(), np.finfo(np.float64).tiny))
    first, last = sides
    null = float(first[0] * last[0])
    return _Probabilities(np.where(context, first, 0.0), np.where(context, last, 0.0), null)


def _ranked(
    context: str, windows: Sequence[tuple[Encoding, _Probabilities]], options: Options
) -> list[Result]:
    """The answers of one example, best first."""
    # Some spans become one another when they are widened to words.
    wanted = 2 * options.top_k + 10 if options.align_to_words else options.top_k
    answers: dict[str, Result] = {}
    for encoding, probabilities in windows:
        for first, last, score in best_spans(
            probabilities.start, probabilities.end, options.max_answer_len, wanted
        ):
            start, end = _characters(encoding, first, last, options.align_to_words)
            text = context[start:end]
            if not text:
                continue
            known = answers.setdefault(
                text.lower(), {"score": 0.0, "start": start, "end": end, "answer": text}
            )
            known["score"] += score
    ranked = list(answers.values())
    if options.handle_impossible_answer:
        null = min((probabilities.null for _, probabilities in windows), default=1.0)
        ranked.append({"score": null, "start": 0, "end": 0, "answer": ""})
    ranked.sort(key=lambda answer: -answer["score"])
    for answer in ranked:
        # The same words in several windows may add up to more.
        answer["score"] = min(answer["score"], 1.0)
    return ranked[: options.top_k]


def best_spans(
    start: npt.NDArray[np.float64], end: npt.NDArray[np.float64], max_tokens: int, count: int
) -> list[tuple[int, int, float]]:
    """The spans of tokens with the highest products of probabilities, best first.

    Args:
        start: Shape (tokens,).
        end: Shape (tokens,).
        max_tokens: Tokens of a span at most.
        count: Spans at most; those of probability 0 are left out.

    Returns:
        First token, last token and product of each.
    """
    # Row i, column w is the span i .. i + w: never backwards, never too long.
    width = min(max_tokens, len(end))
    ends = np.lib.stride_tricks.sliding_window_view(np.pad(end, (0, width - 1)), width)
    products = (start[:, None] * ends).ravel()
    best = np.argsort(-products, kind="stable")[:count]
    return [
        (
            int(position // width),
            int(position // width + position % width),
            float(products[position]),
        )
        for position in best
        if products[position] > 0
    ]


def _characters(encoding: Encoding, first: int, last: int, whole_words: bool) -> tuple[int, int]:
    start, end = encoding.offsets[first][0], encoding.offsets[last][1]
    if whole_words:
        words = encoding.token_to_word(first), encoding.token_to_word(last)
        spans = [encoding.word_to_chars(word, 1) if word is not None else None for word in words]
        # Some tokenizers know no words.
        if spans[0] and spans[1]:
            return spans[0][0], spans[1][1]
    return start, end


def _options(defaults: Options, given: Mapping[str, Any]) -> Options:
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


def _inputs(args: Sequence[Any], given: Mapping[str, Any]) -> "list[Any] | GeneratorType[Any]":
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


def _example(item: Any) -> _Example:  # noqa: ANN401 - whatever the caller gave
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
    return _Example(*texts)
