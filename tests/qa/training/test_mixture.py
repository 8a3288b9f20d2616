import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qa.squad import read_squad
from qa.training.commands import train
from qa.training.hard_negatives import CollectionRetriever
from qa.training.mixture import read_mixture, without_repeats

MIXTURES = Path(__file__).resolve().parents[3] / "qa" / "training" / "mixtures"


def test_a_mixture_names_files_with_their_weights(squad_file, tmp_path):
    mixture = tmp_path / "mine.toml"
    mixture.write_text(f'[weights]\n"{squad_file.name}" = 0.5\n')
    (source,) = read_mixture(mixture, squad_file.parent)
    assert (source.path, source.weight) == (squad_file, 0.5)


@pytest.mark.parametrize("name", ["reader", "quick", "hour"])
def test_the_mixtures_of_the_recipe_are_read(name, tmp_path):
    import tomllib

    names = tomllib.loads((MIXTURES / f"{name}.toml").read_text())["weights"]
    for file in names:
        (tmp_path / file).touch()
    sources = read_mixture(MIXTURES / f"{name}.toml", tmp_path)
    assert [source.path.name for source in sources] == list(names)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[weights", "cannot be read"),
        ("a = 1", "needs a table `weights`"),
        ("weights = 3", "needs a table `weights`"),
        ('[weights]\n"none.json.gz" = 1', "none.json.gz: is not in"),
        ('[weights]\n"births.json.gz" = 0', "births.json.gz: a weight is more than 0"),
        ('[weights]\n"births.json.gz" = "much"', "with numbers"),
    ],
)
def test_what_is_no_mixture_is_one_line(bert, squad_file, tmp_path, text, reason):
    mixture = tmp_path / "mine.toml"
    mixture.write_text(text)
    run = CliRunner().invoke(
        train,
        [
            "reader",
            "--mixture",
            str(mixture),
            "--folder",
            str(squad_file.parent),
            "--base",
            str(bert),
            "--out",
            str(tmp_path / "out"),
        ],
    )
    assert run.exit_code != 0
    assert reason in run.output
    assert str(mixture) in run.output
    assert "Traceback" not in run.output


def test_nothing_to_learn_from_is_said(bert, tmp_path):
    run = CliRunner().invoke(train, ["reader", "--base", str(bert), "--out", str(tmp_path / "out")])
    assert run.exit_code == 2
    assert "--mixture or --data" in run.output


def write(path, questions):
    text = "Anna was born in Lima."
    article = {"paragraphs": [{"context": text, "qas": questions}]}
    path.write_bytes(gzip.compress(json.dumps({"data": [article]}).encode()))
    return read_squad(path)


def test_a_question_that_a_file_of_twins_repeats_is_learned_once(tmp_path):
    lima = {"text": "Lima", "answer_start": 17}
    first = {"id": "1", "question": "Where was Anna born?", "answers": [lima]}
    other = {"id": "1", "question": "Anna's place of birth?", "answers": [lima]}
    twin = {"id": "1t", "question": "Where was Anna buried?", "answers": [], "is_impossible": True}
    plain = write(tmp_path / "plain.json.gz", [first, other])
    twins = write(tmp_path / "twins.json.gz", [first, twin])
    left, kept = without_repeats([plain, twins])
    assert [question.question for question in left.questions] == ["Anna's place of birth?"]
    assert kept == twins


def test_hard_negatives_come_from_all_files_by_the_programs_search(squad_file, tmp_path):
    river = tmp_path / "river.json.gz"
    text = "The Danube flows through Vienna and ends in the Black Sea."
    qas = [
        {
            "id": "d",
            "question": "Where does it end?",
            "answers": [{"text": "the Black Sea", "answer_start": text.index("the Black Sea")}],
        }
    ]
    river.write_bytes(
        gzip.compress(
            json.dumps({"data": [{"paragraphs": [{"context": text, "qas": qas}]}]}).encode()
        )
    )
    with CollectionRetriever([squad_file, river], tmp_path / "index") as retriever:
        assert retriever("Into which sea does the Danube flow?", 1) == [text]
        ranked = retriever("Where was Clara born?", 4)
        assert len(set(ranked)) == 4
        assert "Clara" in ranked[0]
    with CollectionRetriever([squad_file, river], tmp_path / "index") as again:
        assert again("Where was Clara born?", 4) == ranked
