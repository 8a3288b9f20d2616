"""The bundled readers on questions it never saw; skipped where the data is missing."""

from pathlib import Path

import pytest

from index import Article, Passage
from qa.reading.cascade import stages_of
from qa.squad_metrics import score

DEV = Path(__file__).resolve().parents[3] / "shared" / "data" / "dev" / "xquad-en-dev.json.gz"
EVERY = 6  # a sixth of the questions, over all articles


@pytest.mark.skipif(not DEV.exists(), reason="the dev questions are not here")
@pytest.mark.parametrize(("name", "least"), [("small", 67), ("base", 71)])  # 69.8, 73.7 over all
def test_gold_passages_are_read_as_well_as_ever(name, least):
    from qa.squad import read_squad

    file = read_squad(DEV)
    requests, golds = [], []
    for question in file.questions[::EVERY]:
        text = file.contexts[question.context].text
        article = Article(question.context, "", text)
        requests.append((question.question, [(article, Passage(article.id, 0, len(text)))]))
        golds.append([gold.text for gold in question.answers])
    (stage,) = stages_of(name).stages
    reader = stage.load()
    answers = [
        passages[0][0].text[spans[0].start : spans[0].end] if spans else ""
        for (_, passages), spans in zip(requests, reader.read_many(requests), strict=True)
    ]
    assert len(answers) == 102
    assert score(answers, golds).f1 > least
