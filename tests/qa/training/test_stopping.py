"""Rules to stop reading are learned from the full reading, and keep its answers."""

from dataclasses import replace

import numpy as np

from index.types import Article, Hit, Passage
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Candidate, Evidence
from qa.reading.cascade import Stage, Stages
from qa.training.calibrate.curve import Question, curve
from qa.training.calibrate.stopping import Read, fit_rules, outcome, replay
from qa.types import Span

CALIBRATION = Calibration(0, 1, 0, 0, 0.5, 0)
STAGES = Stages(
    (Stage("first"), Stage("second", passages=2, first_weight=0.5)), CALIBRATION, (CALIBRATION,)
)
PASSAGES = 10


def asked(number: int, random: np.random.Generator, *, clear: bool = True) -> Read:
    """A question whose answer stands in one passage, mostly one of the first.

    Both readers see it there if it is a clear one; else their scores are noise.
    """
    answer = min(PASSAGES - 1, int(random.exponential(1.2)))
    readings: list[list[Evidence]] = [[], []]
    hits = []
    for rank in range(PASSAGES):
        passage = Passage(f"{number}-{rank}", 0, 8)
        article = Article(passage.article_id, "", f"word{rank:03} and more")
        hits.append(Hit(passage, 1.0 - 0.05 * rank, article=article))
        for reading in readings:
            mean = (8.0 if rank == answer else -6.0) if clear else 0.0
            score = float(mean + random.normal())
            span = Span(article.id, 0, 7, score)
            reading.append(Evidence(span, article.text[:7], hits[-1], score))
    return Read(f"What is number {number}?", number // 10, hits, (readings[0], readings[1]))


def candidates(_: Read, evidence: "list[Evidence]") -> list[Candidate]:
    best = sorted(evidence, key=lambda place: -place.score)
    return [Candidate((place,), place.score, 0.0, {}) for place in best]


def outcomes(questions: list[Read], stages: Stages) -> list[object]:
    return [
        outcome(candidates(question, replay(stages, question).evidence), CALIBRATION)
        for question in questions
    ]


def test_less_is_read_where_the_rest_changes_nothing() -> None:
    random = np.random.default_rng(1)
    learned = [asked(number, random) for number in range(200)]
    rules = fit_rules(learned, STAGES, candidates)
    fresh = [asked(number, random) for number in range(200, 400)]
    adaptive = replace(STAGES, rules=rules)
    readings = [replay(adaptive, read) for read in fresh]
    assert np.mean([reading.read for reading in readings]) < 0.6 * PASSAGES
    assert np.mean([reading.again for reading in readings]) < 1.2
    pairs = zip(outcomes(fresh, adaptive), outcomes(fresh, STAGES), strict=True)
    assert np.mean([left == right for left, right in pairs]) >= 0.97


def test_where_nothing_tells_what_comes_everything_that_contends_is_read() -> None:
    random = np.random.default_rng(2)
    learned = [asked(number, random, clear=False) for number in range(150)]
    adaptive = replace(STAGES, rules=fit_rules(learned, STAGES, candidates))
    assert np.mean([replay(adaptive, read).read for read in learned]) > 0.8 * PASSAGES
    pairs = zip(outcomes(learned, adaptive), outcomes(learned, STAGES), strict=True)
    assert np.mean([left == right for left, right in pairs]) >= 0.97


def test_too_few_questions_teach_to_read_everything() -> None:
    random = np.random.default_rng(3)
    few = [asked(0, random)]
    adaptive = replace(STAGES, rules=fit_rules(few, STAGES, candidates))
    assert replay(adaptive, few[0]).read == PASSAGES


def test_the_card_says_what_reading_less_costs() -> None:
    random = np.random.default_rng(4)
    learned = [asked(number, random) for number in range(60)]
    stages = replace(STAGES, rules=fit_rules(learned, STAGES, candidates))
    fresh = [asked(number, random) for number in range(100, 140)]
    questions = [Question(read, ["word000"] if read.group % 2 else []) for read in fresh]
    table = curve(questions, stages, candidates)
    everything = next(line for line in table if line.startswith("| everything"))
    assert "| 10.0 | 2.00 | 100.0% |" in everything
    assert any(line.startswith("| limit x 1 ") for line in table)
