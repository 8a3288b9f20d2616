"""The peers' bench: wiring of our own adapter, statistics and table."""

import importlib.util
import json
import math
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from eval.bench.peers.__main__ import main
from eval.bench.peers.corpus import Corpus, read_corpus
from eval.bench.peers.measure import Load, Outcome, measure
from eval.bench.peers.ours import Ours
from eval.bench.peers.process import Process, Spec
from eval.bench.peers.table import abstention_auc, statistics, table
from eval.bench.peers.wire import Guess, Paragraph, Settings, first_distinct, handle
from eval.suites import Question
from index.errors import UserError

PARAGRAPHS = [
    ("Singapore", "The summit was held in Singapore on 12 June 2018."),
    ("Rivers", "The Rhine rises in the Swiss Alps and flows into the North Sea."),
    ("Bridges", "The bridge over the strait was opened by the king in 2000."),
]


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    data = [
        {
            "title": title,
            "paragraphs": [
                {
                    "context": text,
                    "qas": [
                        {
                            "id": title,
                            "question": f"What about {title}?",
                            "answers": [{"text": text.split()[1], "answer_start": 4}],
                        }
                    ],
                }
            ],
        }
        for title, text in PARAGRAPHS
    ]
    path = tmp_path / "tiny.json"
    path.write_text(json.dumps({"data": data}))
    return path


def corpus_of(*golds: tuple[str, str]) -> Corpus:
    questions = tuple(
        Question(f"question {n}", (answer,), (article,), id=str(n))
        for n, (answer, article) in enumerate(golds)
    )
    paragraphs = tuple(Paragraph(article, "", "text") for _, article in golds)
    return Corpus(questions, paragraphs)


def outcome_of(name: str, texts: list[str | None], seconds: list[float]) -> Outcome:
    return Outcome(
        Spec(name, "ours"),
        index_seconds=2.0,
        index_cpu=4.0,
        index_memory=3_000_000,
        cold_starts=[9.0, 1.0, 2.0],
        guesses=[Guess(text, float(n)) for n, text in enumerate(texts, start=1)],
        seconds=seconds,
        cpu=[2 * duration for duration in seconds],
        ranked=[["s-0-0"] for _ in texts],
        without=[Guess(None, 0.5) for _ in texts],
        memory=5_000_000,
    )


def test_the_sample_is_always_the_same_and_knows_its_articles(squad: Path) -> None:
    corpus = read_corpus([squad], [], 2)
    assert corpus == read_corpus([squad], [], 2)
    assert len(corpus.questions) == 2
    assert len(corpus.paragraphs) == 3
    assert set(corpus.gold_articles) == {question.articles[0] for question in corpus.questions}


def test_a_file_that_comes_twice_is_refused(squad: Path) -> None:
    with pytest.raises(UserError, match="same name"):
        read_corpus([squad], [squad], 0)


def test_statistics_count_what_they_say() -> None:
    corpus = corpus_of(("Singapore", "s-0-0"), ("the Rhine", "s-1-0"))
    figures = statistics(outcome_of("a", ["singapore", None], [0.1, 0.3]), corpus)
    assert (figures.em, figures.f1, figures.recall) == (50.0, 50.0, 50.0)
    assert figures.f1_low <= 50 <= figures.f1_high
    assert (figures.p50, figures.p95) == (pytest.approx(100), pytest.approx(300))
    assert (figures.indexed, figures.indexed_cpu, figures.cold_start) == (1.0, 0.5, 2.0)
    assert (figures.memory, figures.index_memory) == (5.0, 3.0)


def test_abstention_compares_scores_with_and_without_the_article() -> None:
    outcome = Outcome(Spec("a", "ours"))
    outcome.guesses = [Guess("x", 0.9), Guess("y", 0.4)]
    outcome.without = [Guess("z", 0.4), Guess(None, 0.1)]
    assert abstention_auc(outcome) == pytest.approx(3.5 / 4)


def test_the_table_lines_up_and_shows_ratios_to_the_reference() -> None:
    corpus = corpus_of(("Singapore", "s-0-0"), ("the Rhine", "s-1-0"))
    ours = statistics(outcome_of("ours", ["Singapore", "Rhine"], [0.1, 0.1]), corpus)
    peer = statistics(outcome_of("peer", ["Singapore", None], [0.4, 0.4]), corpus)
    lines = table([ours, peer], ours).splitlines()
    assert len({len(line) for line in lines}) == 1
    p50 = next(line for line in lines if "p50" in line)
    assert "400 (x4.00)" in p50
    assert p50.count("(x") == 1


def test_an_unknown_load_is_not_called_none() -> None:
    assert math.isnan(Load(seconds=1.0, others=math.nan).share_of_others())
    assert Load(seconds=1.0, others=-0.01).share_of_others() == 0


def test_our_adapter_indexes_answers_retrieves_and_removes(tmp_path: Path) -> None:
    system = Ours(Settings(tmp_path / "collection", "", "", {}))
    paragraphs = [(str(n), *paragraph) for n, paragraph in enumerate(PARAGRAPHS)]
    handle(system, {"do": "index", "paragraphs": paragraphs})
    question = "Where was the summit held?"
    reply = handle(system, {"do": "answer", "question": question})
    assert "Singapore" in reply["text"]
    assert reply["seconds"] > 0
    assert handle(system, {"do": "retrieve", "question": question})["ids"][0] == "0"
    handle(system, {"do": "remove", "ids": ["0"]})
    assert "0" not in handle(system, {"do": "retrieve", "question": question})["ids"]
    without = handle(system, {"do": "answer", "question": question})
    assert without["score"] < reply["score"]


def test_the_whole_bench_over_a_tiny_corpus(squad: Path, tmp_path: Path) -> None:
    corpus = read_corpus([squad], [], 0)
    (outcome,) = measure([Spec("ours", "ours")], corpus, tmp_path / "work")
    assert len(outcome.guesses) == len(outcome.seconds) == len(outcome.without) == 3
    assert all(
        question.articles[0] in ranked
        for question, ranked in zip(corpus.questions, outcome.ranked, strict=True)
    )
    assert outcome.memory > 1e6
    assert "ours" in table([statistics(outcome, corpus)], statistics(outcome, corpus))


def test_a_system_that_fails_says_why(tmp_path: Path) -> None:
    broken = Spec("broken", "no_such_adapter")
    with (
        Process(broken, tmp_path) as process,
        pytest.raises(UserError, match="no_such_adapter"),
    ):
        process.request("open")


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    suite = tmp_path / "suite.jsonl"
    suite.write_text('{"question": "Who?", "answerable": false, "type": "who"}\n')
    result = CliRunner().invoke(main, [str(suite), "--embedder", "x", "--reader", "y"])
    assert result.exit_code == 1
    assert "SQuAD" in result.output


@pytest.mark.parametrize(
    ("system", "options", "words"),
    [
        ("ours", "{top_k", "--set ours: not a JSON object"),
        ("ours", "7", "--set ours: not a JSON object"),
        ("lucene", "{}", "'lucene' is not one of"),
    ],
)
def test_options_that_no_adapter_has_are_one_line(
    squad: Path, system: str, options: str, words: str
) -> None:
    command = [str(squad), "--embedder", "e", "--reader", "r", "--python", sys.executable]
    result = CliRunner().invoke(main, [*command, "--set", system, options])
    assert result.exit_code in (1, 2)
    assert words in result.output
    assert isinstance(result.exception, SystemExit)


def test_ids_keep_their_order() -> None:
    assert first_distinct(["b", "a", "b", "c"], 2) == ["b", "a"]


@pytest.mark.parametrize("peer", ["haystack", "txtai"])
def test_peers_start_in_this_environment_if_they_are_in_it(peer: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(peer) is None:
        pytest.skip(f"{peer} is not installed")
    with Process(Spec(peer, peer, sys.executable), tmp_path) as process:
        assert process.request("memory")["bytes"] > 0
