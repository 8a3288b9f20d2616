"""Counters of the service, in the text format of Prometheus."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from qa.trace import Trace

_SECONDS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8)


class Metrics:
    """The counters of one server; nothing is global, so that a test can have its own."""

    def __init__(self, accepted: Callable[[], int]) -> None:
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "article_qa_questions",
            "Questions that were worked on.",
            ["door", "outcome"],
            registry=self._registry,
        )
        self.refused = Counter(
            "article_qa_refused",
            "Requests that were refused because too many others waited.",
            ["door"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "article_qa_answer_seconds",
            "Time to answer a question, without its time in the queue.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._steps = Histogram(
            "article_qa_step_seconds",
            "Time that a step of the pipeline takes for a question.",
            ["step"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        waiting = Gauge(
            "article_qa_accepted",
            "Requests accepted and not answered yet.",
            registry=self._registry,
        )
        waiting.set_function(accepted)

    def asked(self, door: str, outcome: str, seconds: float) -> None:
        """Count a question."""
        self._questions.labels(door, outcome).inc()
        self._seconds.observe(seconds)

    def traced(self, trace: Trace) -> None:
        """Count the time of each step of a question."""
        for step in trace.steps:
            self._steps.labels(step.name).observe(step.seconds)

    def text(self) -> bytes:
        """All counters, to be scraped."""
        return generate_latest(self._registry)
