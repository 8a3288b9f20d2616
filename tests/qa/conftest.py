import json

import pytest

from qa.squad import read_squad


@pytest.fixture
def twins(tmp_path):
    """A file with twins that name their originals, and one that names none."""
    text = "Anna was born in Lima and Boris in Oslo."

    def asked(name, question, answer="", **more):
        answers = [{"text": answer, "answer_start": text.index(answer)}] if answer else []
        return {"id": name, "question": question, "answers": answers, **more}

    qas = [
        asked("a", "Where was Anna born?", "Lima"),
        asked("b", "Where was Boris born?", "Oslo"),
        asked("b2", "Where was Boris buried?", twin_of="b", is_impossible=True),
        asked("x", "Why was Anna born?", is_impossible=True),
        asked("y", "When was Anna born?", is_impossible=True),
    ]
    article = {"title": "Two_births", "date": "2003-01-28"}
    paragraphs = [{"context": text, "qas": qas}, {"context": text, "qas": qas[:1]}]
    path = tmp_path / "twins.json"
    path.write_text(json.dumps({"data": [{**article, "paragraphs": paragraphs}]}))
    return read_squad(path)
