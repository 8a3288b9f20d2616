import json
from dataclasses import replace

import numpy as np
import pytest

from qa.ranking.calibration import Calibration
from qa.reading.adaptive import Rules
from qa.reading.cascade import stages_of
from qa.squad import half_of, read_squad
from qa.training.calibrate.cascade import PASSAGES, SHARES
from qa.training.calibrate.confidence import (
    NEARLY,
    Observation,
    accuracy_by_coverage,
    best_threshold,
    earned,
    fit_calibration,
    same_say,
)
from qa.training.calibrate.fit import calibrate, stored
from qa.training.calibrate.stopping import ALWAYS, EVERYTHING
from qa.training.card import with_section


def observations(count=2000, seed=0):
    """Answers that are right with a known probability of their score."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        score = rng.normal(0, 3)
        right = rng.random() < 1 / (1 + np.exp(-score))
        yield Observation(
            "dev.json",
            f"dev.json/{number % 20}",
            half_of(number % 20),
            ("large", "small")[number // 20 % 2],
            bool(right or rng.random() < 0.3),
            score,
            0.5,
            0.5,
            float(right),
        )


def test_the_fit_finds_the_probability_that_made_the_data():
    fit = fit_calibration(list(observations()))
    assert fit.calibration["score"] == pytest.approx(1.0, abs=0.15)
    assert sum(fit.observations.values()) == 1000
    for size in fit.observations:
        assert fit.ece[size] < 0.05
        assert fit.auc[size] > 0.8


def test_what_is_chosen_is_not_measured_on_the_same_articles():
    """Answers of the reporting half that are all at odds with their scores change no fit."""
    made = list(observations())
    odd = [
        replace(o, f1=1 - o.f1, answerable=o.f1 == 0) if o.half == "reporting" else o for o in made
    ]
    fit, other = fit_calibration(made), fit_calibration(odd)
    assert other.calibration == fit.calibration
    assert all(other.ece[size] > fit.ece[size] + 0.2 for size in fit.ece)
    assert all(other.auc[size] < 0.5 < fit.auc[size] for size in fit.auc)


def test_a_half_without_a_wrong_answer_is_refused():
    made = [replace(o, f1=1.0) if o.half == "reporting" else o for o in observations()]
    with pytest.raises(ValueError, match="both halves"):
        fit_calibration(made)


def test_the_threshold_is_the_lowest_that_earns_nearly_the_best():
    confidence = np.array([0.1, 0.2, 0.6, 0.9])
    f1s = np.array([0.0, 0.0, 1.0, 1.0])
    answerable = np.array([False, False, True, True])
    # From 0.6 on everything is earned; answering at 0.2 costs a quarter, far more than NEARLY.
    assert best_threshold(confidence, f1s, answerable) == 0.6
    assert NEARLY < 0.25


def test_an_answer_below_the_threshold_may_cost_next_to_nothing():
    confidence = np.array([0.3, *[0.9] * 200])
    f1s = np.array([0.0, *[1.0] * 200])
    answerable = np.array([False, *[True] * 200])
    assert best_threshold(confidence, f1s, answerable) == 0.3


def test_one_article_is_too_few_to_choose_on():
    made = [replace(o, group="dev.json/0") for o in observations() if o.half == "choosing"]
    with pytest.raises(ValueError, match="three articles or more"):
        earned(made)


def test_a_small_file_has_the_say_of_a_large_one():
    """Two files that contradict each other: the fit stands between them, not with the larger."""
    large = [
        replace(o, score=1.0, f1=float(n // 2 % 10 < 9)) for n, o in enumerate(observations(2000))
    ]
    few = [
        replace(o, file="few.json", score=1.0, f1=float(n // 2 % 10 < 1))
        for n, o in enumerate(observations(200))
    ]
    fit = fit_calibration(large + few).calibration
    logit = fit["bias"] + fit["score"] + 0.5 * (fit["share"] + fit["similarity"])
    assert 1 / (1 + np.exp(-logit)) == pytest.approx(0.5, abs=0.05)
    assert same_say(["a", "a", "b"]).tolist() == [0.75, 0.75, 1.5]


def test_a_question_that_people_wrote_to_have_no_answer_counts_as_one(tmp_path):
    import shutil

    from index.embedding.onnx_model import BUNDLED_MODELS

    model = tmp_path / "reader"
    shutil.copytree(BUNDLED_MODELS / "small", model)
    dev = questions_about_buildings(tmp_path / "dev.json")
    data = json.loads(dev.read_text())
    for article in data["data"]:
        name = article["title"]
        asked = {"id": f"{name}?", "question": f"Who burned the {name}?", "is_impossible": True}
        article["paragraphs"][0]["qas"].append(asked)
        for paragraph in article["paragraphs"]:
            paragraph["context"] += " So says a sign."
    other = tmp_path / "other.json"
    other.write_text(json.dumps(data))
    (fit,) = calibrate([dev, other], [], [model])
    assert set(fit.observations) == {
        f"{name}, {size}" for name in ("dev.json", "other.json") for size in ("large", "small")
    }
    # Each is asked once over both collections, beside what its answerable neighbour is.
    extra = fit.observations["other.json, large"] - fit.observations["dev.json, large"]
    assert extra == len(BUILDINGS) / 2


def test_paragraphs_of_two_files_are_stored_once_and_two_files_of_one_name_are_refused(tmp_path):
    first = questions_about_buildings(tmp_path / "dev.json")
    (tmp_path / "more").mkdir()
    data = json.loads(first.read_text())
    data["data"] = data["data"][1:]
    other, same = tmp_path / "other.json", tmp_path / "more" / "dev.json"
    for path in (other, same):
        path.write_text(json.dumps(data))
    files = [read_squad(path) for path in (first, other)]
    kept = stored(files)
    assert len(kept) == 2 * len(BUILDINGS)
    # Of both files, so that what answers can be left out, and each article is in one half.
    assert kept[files[1].contexts["0/0"].text].source == "/dev.json/1/"
    with pytest.raises(ValueError, match=r"another file is called dev\.json"):
        stored([files[0], read_squad(same)])


def test_who_knows_what_is_not_said_earns_more():
    """Silence where nothing answers counts as a right answer does."""
    made = list(observations())
    blind = [replace(o, score=0.0) for o in made]
    always = np.mean([o.f1 for o in made])
    silent = np.mean([not o.answerable for o in made])
    assert earned(blind) == pytest.approx(max(always, silent), abs=0.02)
    assert earned(made) > earned(blind) + 0.1
    assert earned([replace(o, f1=1.0) for o in made]) == 1.0


BUILDINGS = "library", "harbour", "castle", "bridge", "chapel", "tower", "mill", "station"


def questions_about_buildings(path):
    """A SQuAD file: one question, one paragraph that answers it and one that does not, of each."""
    articles = []
    for number, name in enumerate(BUILDINGS):
        year = str(1800 + number)
        text = f"The {name} was built in {year} by Ada Smith{number}. It has a red door."
        answer = {"text": year, "answer_start": text.index(year)}
        qa = {"id": name, "question": f"When was the {name} built?", "answers": [answer]}
        other = {"context": f"Another paragraph about the {name}, which has a roof.", "qas": []}
        paragraphs = [{"context": text, "qas": [qa]}, other]
        articles.append({"title": name, "paragraphs": paragraphs})
    path.write_text(json.dumps({"version": "1.1", "data": articles}))
    return path


def test_calibrates_an_exported_reader_on_questions(tmp_path):
    import shutil

    from index.embedding.onnx_model import BUNDLED_MODELS

    model = tmp_path / "reader"
    shutil.copytree(BUNDLED_MODELS / "small", model)
    (model / "calibration.json").unlink()
    dev = questions_about_buildings(tmp_path / "dev.json")
    (fit,) = calibrate([dev], [], [model])
    assert fit.observations["dev.json, large"] == len(
        BUILDINGS
    )  # of half of them, with and without
    # The article alone answers; without its first paragraph it says nothing of the year.
    assert len(BUILDINGS) / 2 <= fit.observations["dev.json, small"] <= len(BUILDINGS)
    loaded = Calibration.load(model / "calibration.json")
    assert loaded.score == fit.calibration["score"]
    assert 0 <= loaded.threshold <= 1
    card = (model / "CARD.md").read_text()
    assert f"| dev.json, large | {len(BUILDINGS)} |" in card
    calibrate([dev], [], [model])
    assert (model / "CARD.md").read_text() == card


def test_the_surest_answers_are_right_more_often():
    right = np.array([True, False, True, True, False])
    curve = accuracy_by_coverage(np.array([0.9, 0.2, 0.8, 0.7, 0.6]), right)
    assert curve == pytest.approx({0.2: 1, 0.4: 1, 0.6: 1, 0.8: 0.75, 1.0: 0.6})


def test_a_section_of_a_card_is_written_once_and_leaves_the_others():
    card = "# Model\n\n## Confidence\n\nold\n\n## Licences\n\n- MIT\n"
    once = with_section(card, "Confidence", ["new"])
    assert once == "# Model\n\n## Licences\n\n- MIT\n\n## Confidence\n\nnew\n"
    assert with_section(once, "Confidence", ["new"]) == once
    assert with_section("", "Confidence", ["new"]) == "## Confidence\n\nnew\n"


def test_calibrates_a_cascade_with_weights_that_it_chooses(tmp_path):
    import shutil

    from index.embedding.onnx_model import BUNDLED_MODELS

    model = tmp_path / "cascade"
    shutil.copytree(BUNDLED_MODELS / "cascade", model)
    manifest = json.loads((model / "manifest.json").read_text())
    readers = [str((BUNDLED_MODELS / "cascade" / name).resolve()) for name in manifest["readers"]]
    manifest |= {"readers": readers, "passages": 7, "first_weighs": 0.9}
    (model / "manifest.json").write_text(json.dumps(manifest))
    dev = questions_about_buildings(tmp_path / "dev.json")
    (fit,) = calibrate([dev], [], [model])
    chosen = json.loads((model / "manifest.json").read_text())
    assert chosen["readers"] == readers
    assert chosen["passages"] in PASSAGES
    assert chosen["first_weighs"] in SHARES
    assert Calibration.load(model / "calibration.json").score == fit.calibration["score"]
    card = (model / "CARD.md").read_text()
    taken = f"{chosen['first_weighs']:g} of the first reader's score, and passages read again"
    assert taken in card
    assert "## Reading" in card
    # What was chosen is what a question is asked with from now on.
    chosen_stages = stages_of(str(model))
    assert chosen_stages.stages[1].passages == chosen["passages"]
    # All ask when, so that nothing was to be learned of reading less.
    assert chosen_stages.rules == Rules(ALWAYS, EVERYTHING)
