"""The pipeline itself: it loads a reader, cuts texts into windows, and ranks what it reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from types import GeneratorType
from typing import Any, NamedTuple

from tokenizers import Encoding

from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from qa.compat.inputs import Example, Options, example_of, inputs_of, options_of
from qa.compat.spans import Probabilities, probabilities_of, ranked_answers
from qa.reading.onnx import BATCH_TOKENS, ReaderModel, load_model, pack_by_length

TASK = "question-answering"
DEFAULT_MODEL = "base"
BUNDLED = "small", "base"


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
        self._options = options_of(Options(), options)
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
        options = options_of(self._options, kwargs)
        inputs = inputs_of(args, given)
        if isinstance(inputs, GeneratorType):
            return self._one_by_one(inputs, options)
        examples = [example_of(item) for item in inputs]
        answers = self._answers(examples, options)
        return answers[0] if len(answers) == 1 else answers

    def _one_by_one(self, inputs: Iterable[Any], options: Options) -> Iterator[Any]:
        for item in inputs:
            yield self._answers([example_of(item)], options)[0]

    def _answers(self, examples: Sequence[Example], options: Options) -> list[Any]:
        windows = [
            _Window(number, encoding)
            for number, example in enumerate(examples)
            for encoding in self._encode(example, options)
        ]
        scores = self._scores([window.encoding for window in windows])
        read: list[list[tuple[Encoding, Probabilities]]] = [[] for _ in examples]
        for window, probabilities in zip(windows, scores, strict=True):
            read[window.example].append((window.encoding, probabilities))
        answers = []
        for example, of_example in zip(examples, read, strict=True):
            ranked = ranked_answers(example.context, of_example, options)
            answers.append(ranked[0] if len(ranked) == 1 else ranked)
        return answers

    def _encode(self, example: Example, options: Options) -> list[Encoding]:
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

    def _scores(self, encodings: Sequence[Encoding]) -> list[Probabilities]:
        """Of each window, in batches packed by length."""
        scores: dict[int, Probabilities] = {}
        for group in pack_by_length([len(encoding.ids) for encoding in encodings], BATCH_TOKENS):
            starts, ends = self.model.logits([encodings[position] for position in group])
            for position, start, end in zip(group, starts, ends, strict=True):
                scores[position] = probabilities_of(encodings[position], start, end)
        return [scores[position] for position in range(len(encodings))]
