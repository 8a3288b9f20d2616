import pytest

from index import Collection
from qa.pipeline import Answerer
from qa.question.requests import request_of
from qa.rendering import SILENCES

REQUESTS = {
    "summary": """
        Summarise the article on Riga | Please give me a short summary of the news | tl;dr
        what are the main points of the speech | I'd like an overview of the talks | Summary please
        Could you summarize what happened? | What are these articles about?""",
    "count": """
        How many articles mention Trump? | Count the articles about Korea
        how many articles are there? | how often is Pompeo mentioned?
        How many times does the word summit appear?
        How many times is Kim mentioned in the articles? | how many documents do you have?""",
    "translation": """
        Translate this into German | Please translate the letter | answer in French please
        in German, please | Can you say that in Italian?""",
    "other language": """
        Wer hat den Brief geschrieben? | Was ist passiert? | In welcher Stadt war das Treffen?
        ¿Dónde nació Ada? | Donde nacio Ada | Quand est née Ada Lovelace ? | Qui a écrit la lettre ?
        Chi ha scritto la lettera? | Quem escreveu a carta? | Hvem skrev brevet? | Kto napisał list?
        Кто написал письмо? | 谁写了信？ | Gibt es einen Zug nach Wien?""",
}
QUESTIONS = """
Who summarised the report? | Who wrote the summary of the talks? | Count Dracula was written by whom
Who translated the Bible into German? | How many people were killed? | Summary executions in Mali
How many articles does the treaty have? | How often does the comet appear? | summit overview
What is the capital in French Guiana? | When was Die Welt founded | Kim Jong-un | Como 1907
la vie est belle director | Was Kim in Singapore | Was Merkel on La Palma? | Die Hard director
When will the overview be published? | What is spoken in German? | Quo vadis | In Bruges cast
Where is the summary? | What does "Roques" mean in English? | Reply All hosts | Que Sera Sera
How many documents were leaked? | How many texts discuss Zoroaster? | Was Texas Spanish or French?
"""


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (kind, word.strip())
        for kind, several in REQUESTS.items()
        for word in several.replace("\n", "|").split("|")
        if word.strip()
    ],
)
def test_what_no_quotation_can_give(request_, words):
    assert request_of(words) == request_


@pytest.mark.parametrize(
    "words", [w.strip() for w in QUESTIONS.replace("\n", "|").split("|") if w.strip()]
)
def test_a_question_about_such_things_is_a_question(words):
    assert request_of(words) is None


def test_each_silence_has_its_own_sentence_and_costs_nothing(answerer, monkeypatch):
    monkeypatch.setattr(answerer.collection, "search", lambda *_: pytest.fail("it searched"))
    printed = set()
    for request_, several in REQUESTS.items():
        answer = answerer.ask(several.replace("\n", "|").split("|")[1].strip())
        assert (answer.text, answer.citations, answer.silence) == (None, (), request_)
        assert answer.to_dict()["silence"] == request_
        assert str(answer) == SILENCES[request_]
        printed.add(str(answer))
    assert len(printed) == len(REQUESTS)
    assert len(set(SILENCES.values())) == len(SILENCES)


def test_an_empty_collection_comes_before_what_is_asked_of_it(tmp_path):
    with Collection(tmp_path / "empty", create=True) as collection:
        assert Answerer(collection).ask("Summarise the articles").silence == "no articles"
