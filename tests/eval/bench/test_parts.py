"""The bench of the parts: each variant answers, and the parts are what they are called."""

import json
from pathlib import Path

from click.testing import CliRunner

from eval.bench.parts import apart, dense, hybrid, lexical, main
from index.backend import Found
from index.types import Article, Hit, Passage
from qa.ranking.evidence import Evidence
from qa.types import Span


def test_the_rankings_are_those_of_what_was_found() -> None:
    searched = Found({}, {1: 0.9, 2: 0.1, 3: 0.5}, [1, 3], {2: 10.0, 3: 2.0}, {})
    assert list(dense(searched)) == [1, 3]
    assert list(lexical(searched)) == [2, 3]
    assert set(hybrid(searched)) == {1, 2, 3}


def test_places_that_agree_stay_apart() -> None:
    article = Article("a", "", "Oslo or Oslo")
    hit = Hit(Passage("a", 0, 12), 1.0, 1, 1, 0.5, article=article)
    places = [Evidence(Span("a", start, start + 4, 1.0), "Oslo", hit, 1.0) for start in (0, 8)]
    candidates = apart(12.0, "where", [hit], places)
    assert [len(candidate.evidence) for candidate in candidates] == [1, 1]
    assert 0 < sum(candidate.share for candidate in candidates) < 1


def test_the_table_has_every_variant(tmp_path: Path) -> None:
    articles = []
    for number, (name, year) in enumerate([("library", "1801"), ("bridge", "1802")]):
        text = f"The {name} was built in {year} by Ada Smith{number}."
        answer = {"text": year, "answer_start": text.index(year)}
        qa = {"id": name, "question": f"When was the {name} built?", "answers": [answer]}
        articles.append({"title": name, "paragraphs": [{"context": text, "qas": [qa]}]})
    dev = tmp_path / "dev.json"
    dev.write_text(json.dumps({"version": "1.1", "data": articles}))
    result = CliRunner().invoke(main, [str(dev)], catch_exceptions=False)
    assert result.exit_code == 0
    assert "| everything | 100.0 | 100.0 | 100.0 |" in result.output
    assert result.output.count("\n| ") == 12
    assert "2 questions" in result.output
    result = CliRunner().invoke(main, [str(dev), "--questions", "1"], catch_exceptions=False)
    assert "1 questions" in result.output
