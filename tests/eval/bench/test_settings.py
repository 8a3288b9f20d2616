"""The bench that measures a number of the settings again."""

import json

import pytest
from click.testing import CliRunner

import index.fusion
import index.settings
import qa.question.ellipsis
import qa.ranking.evidence
import qa.ranking.satisfies
import qa.settings
from eval.bench.settings import changed, main, value_of
from index.errors import UserError
from qa.settings import SATISFACTION, SETTINGS


def test_a_number_changes_everywhere_and_comes_back():
    own = qa.settings.MEMBER_LOGITS
    with changed("MEMBER_LOGITS", 1.5) as settings:
        assert settings is SETTINGS
        assert qa.ranking.evidence.MEMBER_LOGITS == qa.settings.MEMBER_LOGITS == 1.5
    assert qa.ranking.evidence.MEMBER_LOGITS == qa.settings.MEMBER_LOGITS == own
    with changed("LEXICAL_WEIGHT", 0.5):
        assert index.fusion.fuse({1: 0.2}, {1: 2.0}) == {1: 1.2}
    assert index.fusion.LEXICAL_WEIGHT == index.settings.LEXICAL_WEIGHT != 0.5


def test_a_row_of_a_table_and_a_field_of_the_settings():
    with changed("same head", 9.0):
        assert qa.question.ellipsis.LIKENESS["same head"] == 9.0
    with changed("time over", -9.0):
        assert qa.ranking.satisfies.SATISFACTION["time over"] == -9.0
        assert qa.ranking.satisfies.SATISFACTION["pronoun"] == SATISFACTION["pronoun"]
    assert qa.ranking.satisfies.SATISFACTION is SATISFACTION
    with changed("passages_read", 3) as settings:
        assert (settings.passages_read, settings.citations) == (3, SETTINGS.citations)


def test_what_is_no_number_is_refused():
    with pytest.raises(UserError, match="no number"):
        value_of("SETTINGS")


def test_the_figures_of_each_value_are_printed(tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "a.txt").write_text("Orm\n\nJon Vik founded the bakery of Orm in 1887.\n")
    (folder / "b.txt").write_text("Elby\n\nLea Pohl leads the mill of Elby.\n")
    suite = tmp_path / "towns.jsonl"
    asked = [
        {"question": "Who founded the bakery?", "answers": ["Jon Vik"], "articles": ["a.txt"]},
        {"question": "Who leads the mill?", "answers": ["Lea Pohl"], "articles": ["b.txt"]},
    ]
    suite.write_text("".join(json.dumps({**line, "type": "who"}) + "\n" for line in asked))
    options = ["--suite", str(suite), "--articles", str(folder), "--reader", "small"]
    result = CliRunner().invoke(main, ["TIE", "0", "0.5", *options], catch_exceptions=False)
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in result.output.splitlines()
        if line.startswith("| 0")
    ]
    assert all(row[-2:] == ["100.0", "100.0"] for row in rows)
    assert [row[:3] for row in rows] == [
        ["0", "choosing", "1"],
        ["0", "reporting", "1"],
        ["0.5", "choosing", "1"],
        ["0.5", "reporting", "1"],
    ]
