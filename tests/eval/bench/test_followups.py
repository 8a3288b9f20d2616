"""The bench of what a history is worth."""

from pathlib import Path

from click.testing import CliRunner

from eval.bench.followups import main

PLAIN = """{"question": "When was the Singapore summit?", "answers": ["12 June"],
 "articles": [], "type": "when"}"""
LATER = """{"question": "Where was it?", "answers": ["Singapore"], "articles": [], "type": "where",
 "history": [{"question": "When was the Singapore summit?", "answer": "12 June"}]}"""


def test_follow_ups_are_asked_with_and_without_what_came_before(tmp_path: Path) -> None:
    suite = tmp_path / "suite.jsonl"
    suite.write_text("".join(line.replace("\n", "") + "\n" for line in (PLAIN, LATER)))
    result = CliRunner().invoke(main, [str(suite)], catch_exceptions=False)
    assert result.exit_code == 0
    rows = result.output.splitlines()
    assert [row.split("|")[2].strip() for row in rows[2:]] == ["1", "1", "1"]
    assert rows[2].startswith("| plain questions")
    assert rows[2].endswith("| 1.0 |")


def test_a_suite_without_follow_ups_is_refused_in_one_line(tmp_path: Path) -> None:
    suite = tmp_path / "suite.jsonl"
    suite.write_text(PLAIN.replace("\n", "") + "\n")
    result = CliRunner().invoke(main, [str(suite)])
    assert result.exit_code == 1
    assert "needs questions with a history" in result.output
