import json
from dataclasses import replace

import pytest

from eval.results import compare, read, result, write
from eval.runner import run
from eval.summary import METRICS
from index.errors import UserError
from qa.types import Turn


@pytest.fixture
def measured(suite, world):
    return result("small", "collection", list(run(suite, world, world)))


def test_metrics_of_a_suite(measured):
    values = {name: value.value for name, value in measured.values.items()}
    assert values["em"] == pytest.approx(3 / 4)
    assert values["f1"] == pytest.approx((1 + 1 + 1 + 0.75) / 4)
    assert values["answerable_em"] == pytest.approx(2 / 3)
    assert values["forced_f1"] == pytest.approx((1 + 1 + 0.75) / 3)
    assert values["answer_precision"] == values["answer_recall"] == 1
    assert values["no_answer_precision"] == values["no_answer_recall"] == 1
    assert values["citation_accuracy"] == pytest.approx(2 / 3)
    assert values["date_accuracy"] == 1
    assert values["recall@1"] == pytest.approx(1 / 3)
    assert values["recall@3"] == 1
    assert values["mrr"] == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert values["abstention_auc"] == 1
    # Right in the order of confidence: yes, yes, yes (its F1 is 0.75), no.
    assert values["aurc"] == pytest.approx((0 + 0 + 0 + 1 / 4) / 4)
    assert values["ece"] == pytest.approx((0.05 + 0.3 + 0.4 + 0.2) / 4)
    assert values["passages_read"] == 2
    assert values["latency_p50_ms"] <= values["latency_p95_ms"]


def test_intervals_hold_their_value(measured):
    for value in measured.values.values():
        assert value.low <= value.value + 1e-9
        assert value.value <= value.high + 1e-9


def test_types_and_follow_ups_are_grouped(measured):
    followed = replace(measured.records[1], history=(Turn("Where was it?", "Singapore"),))
    groups = result("small", "collection", [*measured.records, followed]).types
    assert {kind: count for kind, (count, _) in groups.items()} == {
        "who": 2,
        "when": 2,
        "where": 1,
        "follow-up": 1,
    }


def test_the_gold_passage_alone_has_no_calibration_to_judge(measured):
    alone = result("small", "gold", measured.records)
    assert alone.values["ece"].value is None
    assert alone.values["aurc"] == measured.values["aurc"]


def test_results_json_has_shares_of_one_and_every_question(measured, tmp_path):
    path = tmp_path / "results.json"
    write([measured], path)
    document = json.loads(path.read_text())
    suite = document["suites"]["small"]
    assert suite["em"] == pytest.approx(0.75)
    assert suite["questions"] == 4
    low, high = suite["intervals"]["f1"]
    assert 0 <= low <= suite["f1"] <= high <= 1
    assert suite["types"]["who"]["questions"] == 2
    assert [record["id"] for record in suite["records"]] == ["where", "when", "who", "paid"]
    assert set(METRICS) <= set(suite)


def test_what_was_written_reads_back_as_it_was(measured, tmp_path):
    write([measured], tmp_path / "results.json")
    assert read(tmp_path / "results.json") == {"small": measured.records}


@pytest.mark.parametrize(
    "content", ["", "[]", '{"suites": {"a": {}}}', '{"suites": {"a": {"records": [1]}}}']
)
def test_another_file_is_no_baseline(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"other\.json: not a results\.json") as error:
        read(path)
    assert "\n" not in str(error.value)


def test_a_missing_baseline(tmp_path):
    with pytest.raises(UserError, match=r"gone\.json: No such file"):
        read(tmp_path / "gone.json")


def many(records, count, **changes):
    return [
        replace(record, id=f"{record.id}-{number}", **changes)
        for number in range(count)
        for record in records
    ]


def test_a_significant_loss(measured):
    before = many(measured.records, 10)
    now = result("small", "collection", many(measured.records, 10, em=0.0, f1=0.0, text="else"))
    compared = compare(now, before)
    assert compared.shared == 40
    assert compared.is_loss
    assert compared.differences["em"].p_value < 0.01
    assert compared.differences["em"].before == pytest.approx(0.75)
    losses = [after.f1 - old.f1 for old, after in compared.changes]
    assert losses == sorted(losses)
    assert compare(result("small", "collection", before), now.records).is_loss is False


def test_no_change_is_no_loss_and_a_loss_by_chance_is_none(measured):
    same = compare(measured, measured.records)
    assert not same.is_loss
    assert same.changes == ()
    records = many(measured.records, 10)
    after = result(
        "small", "collection", [replace(records[0], em=0.0, f1=0.0, text="x"), *records[1:]]
    )
    compared = compare(after, records)
    assert not compared.is_loss
    assert [now.text for _, now in compared.changes] == ["x"]


def test_only_shared_questions_are_compared(measured):
    compared = compare(measured, [*measured.records[1:], replace(measured.records[0], id="old")])
    assert (compared.shared, compared.added, compared.gone) == (3, 1, 1)
    with pytest.raises(UserError, match="none of its questions"):
        compare(measured, [replace(measured.records[0], id="old")])
