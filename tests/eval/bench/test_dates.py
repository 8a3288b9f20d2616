"""The bench of dates against annotators."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from eval.bench.dates import half_of, main, read_documents, resolve_document, summary

TEXT = "The bridge opened on 3 May 2019. It closed again on 7 June, and in the 2010s nobody minded."


def _document(**changes: object) -> dict[str, object]:
    def annotation(words: str, first: str, last: str) -> dict[str, object]:
        start = TEXT.index(words)
        return {"start": start, "end": start + len(words), "from": first, "to": last}

    dates = [
        annotation("3 May 2019", "2019-05-03", "2019-05-03"),
        annotation("7 June", "2018-06-07", "2018-06-07"),
        annotation("the 2010s", "2010-01-01", "2019-12-31"),
    ]
    return {"id": "bridge", "text": TEXT, "published": "2019-07-01", "dates": dates} | changes


def test_expressions_count_as_exact_only_if_both_days_agree() -> None:
    counts = summary(resolve_document(_document()))
    assert dict(counts["explicit"]) == {"exact": 1}
    assert dict(counts["relative"]) == {"other": 1, "exact": 1}


def test_a_file_is_measured_by_halves_of_its_documents(tmp_path: Path) -> None:
    path = tmp_path / "dates.jsonl"
    documents = [_document(id=f"bridge {number}") for number in range(8)]
    path.write_text("\n".join(json.dumps(document) for document in documents))
    reported = sum(half_of(str(document["id"])) == "report" for document in documents)
    result = CliRunner().invoke(main, [str(path), "--misses"])
    assert f"explicit: {reported} of {reported} exact (100.0 %)" in result.output
    assert result.output.count("It closed again on [7 June]") == reported


def test_a_line_that_is_no_document_is_named(tmp_path: Path) -> None:
    path = tmp_path / "dates.jsonl"
    path.write_text(json.dumps(_document()) + "\n[]\n")
    with pytest.raises(click.UsageError, match=r"dates\.jsonl, line 2"):
        read_documents(path)
