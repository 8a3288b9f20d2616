import json
import shutil
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Article, Passage
from index.embedding.onnx_model import BUNDLED_MODELS
from index.errors import UserError
from index.types import Hit
from qa.pipeline import Answerer
from qa.ranking.calibration import Calibration
from qa.ranking.evidence import Evidence
from qa.reading.cascade import (
    BUNDLED_READERS,
    Cascade,
    average,
    most_promising,
    reader_name,
    stages_of,
)
from qa.reading.shared import load_reader
from qa.settings import Settings
from qa.types import Span

EVERYTHING = Settings(adaptive=False)
QUESTION = "when was the Singapore summit"


class Counted:
    """Reads as another reader does, and records which passages it read."""

    def __init__(self, reader):
        self.reader = reader
        self.passages = []

    def read_many(self, requests, per_passage=10):
        self.passages += [passage for _, pairs in requests for _, passage in pairs]
        return self.reader.read_many(requests, per_passage)


@pytest.mark.parametrize("name", BUNDLED_READERS)
def test_every_bundled_reader_answers_in_the_words_of_the_articles(seeds, name):
    answer = Answerer(seeds, reader=name).ask("What was the date of the Singapore summit?")
    article = seeds.article(answer.citations[0].article_id)
    assert article.text[answer.citations[0].start : answer.citations[0].end] == answer.text
    assert "June" in answer.text


def counted(name):
    """A bundled cascade that reads everything, and its readers, which record what they read."""
    cascade = Cascade(stages_of(name), load_reader, EVERYTHING).wrapped(Counted)
    return cascade, cascade.readers


def test_the_second_reader_reads_only_what_looks_best_to_the_first(seeds):
    cascade, readers = counted("cascade")
    hits = Answerer(seeds).search(QUESTION)
    evidence = cascade.read(QUESTION, hits).evidence
    first, second = (reader.passages for reader in readers)
    again = stages_of("cascade").stages[1]
    assert first == [hit.passage for hit in hits]
    assert len(second) == again.passages < len(hits)
    assert {place.hit.passage for place in evidence} == set(second) < set(first)
    alone = Cascade(stages_of("base"), load_reader)
    said = alone.read(QUESTION, [hit for hit in hits if hit.passage in second]).evidence
    first_said = cascade.first(QUESTION, hits).evidence
    assert evidence == average(first_said, said, again.first_weight)


def test_the_interpretations_of_a_follow_up_share_what_the_second_reader_reads(seeds):
    cascade, (first, second) = counted("cascade")
    hits = Answerer(seeds).search(QUESTION)
    cascade.reread(QUESTION, hits, cascade.first(QUESTION, hits), 2)
    passages = stages_of("cascade").stages[1].passages
    assert len(second.passages) == -(-passages // 2) < passages
    assert len(first.passages) == len(hits)


def place(of_hit, start, end, score):
    return Evidence(Span("a", start, end, score), f"{start}-{end}", of_hit, score)


def hit_of(number, score):
    return Hit(Passage("a", 10 * number, 10 * number + 10), score, article=Article("a", "", ""))


scored = st.lists(
    st.tuples(st.integers(0, 20), st.lists(st.integers(-20, 20), max_size=3)), max_size=12
)


@given(scored, st.integers(0, 20), st.integers(1, 14))
def test_what_is_read_again_is_the_best_of_what_was_read(found, worth, count):
    hits = [hit_of(number, score) for number, (score, _) in enumerate(found)]
    places = [
        place(hit, hit.passage.start, hit.passage.start + 1, score)
        for hit, (_, scores) in zip(hits, found, strict=True)
        for score in scores
    ]
    best = {
        hit.passage: max(scores) + worth * score
        for hit, (score, scores) in zip(hits, found, strict=True)
        if scores
    }
    chosen = most_promising(hits, places, worth, count)
    assert chosen == [hit for hit in hits if hit in chosen]
    assert len(chosen) == min(count, len(best))
    left = [score for passage, score in best.items() if passage not in {c.passage for c in chosen}]
    assert not left or min(best[hit.passage] for hit in chosen) >= max(left)


spans = st.dictionaries(
    st.tuples(st.integers(0, 9), st.integers(10, 19)), st.integers(-20, 20), max_size=5
)


@given(st.lists(st.tuples(spans, spans), max_size=4), st.sampled_from([0.0, 0.25, 0.5, 1.0]))
def test_the_scores_of_two_readers_are_averaged(found, share):
    hits = [hit_of(number, 1.0) for number in range(len(found))]
    sides = [
        [
            place(hit, start, end, score)
            for hit, pair in zip(hits, found, strict=True)
            for (start, end), score in pair[side].items()
        ]
        for side in (0, 1)
    ]
    averaged = average(*sides, share)
    assert averaged == sorted(averaged, key=lambda evidence: -evidence.score)
    assert all(evidence.score == evidence.span.score for evidence in averaged)
    scores = {(e.hit.passage, e.span.start, e.span.end): e.score for e in averaged}
    assert len(scores) == len(averaged)
    for hit, (own, second) in zip(hits, found, strict=True):
        named = {**own, **second} if second else {}  # what only the first one read is left out
        assert {key[1:] for key in scores if key[0] == hit.passage} == set(named)
        for start, end in named:
            mine = own.get((start, end), min(own.values(), default=0))
            theirs = second.get((start, end), min(second.values()))
            assert scores[hit.passage, start, end] == share * mine + (1 - share) * theirs


def test_the_reader_is_the_named_one_or_that_of_the_environment_or_the_cascade(monkeypatch):
    monkeypatch.delenv("QA_READER", raising=False)
    assert reader_name(None) == "cascade"
    monkeypatch.setenv("QA_READER", "small")
    assert reader_name(None) == "small"
    assert reader_name("base") == "base"
    assert [stage.model for stage in stages_of(None).stages] == [str(BUNDLED_MODELS / "small")]


def test_a_folder_has_its_own_calibration_and_others_that_of_the_base_reader(tmp_path):
    own = tmp_path / "own"
    shutil.copytree(BUNDLED_MODELS / "small", own)
    fields = json.loads((own / "calibration.json").read_text())
    (own / "calibration.json").write_text(json.dumps({**fields, "threshold": 0.9}))
    assert stages_of(str(own)).calibration.threshold == 0.9
    base = Calibration.load(BUNDLED_MODELS / "base" / "calibration.json")
    foreign = stages_of("somebody/their-reader").calibration
    assert foreign == replace(base, fitted=None)
    assert not foreign.is_fitted_on(base.fitted.embedder, base.fitted.passages_read)


def test_a_damaged_manifest_is_one_line(tmp_path):
    (tmp_path / "manifest.json").write_text("{")
    with pytest.raises(UserError, match=r"manifest\.json: cannot be read"):
        stages_of(str(tmp_path))
