"""The command line, as a user calls it."""

import json
import os
import subprocess
import sys

import pytest

from tests.command_line import call


@pytest.fixture
def home(tmp_path, furnish):
    """The user's data, with the default collection."""
    furnish(tmp_path)
    return tmp_path


@pytest.fixture
def run(home):
    """Calls a command in this process."""

    def run(*arguments, **more):
        return call(*arguments, XDG_DATA_HOME=str(home), **more)

    return run


@pytest.fixture
def start(tmp_path):
    """Runs a command in a process of its own, for what is about the process."""

    def start(*arguments, text=None, **environment):
        return subprocess.run(
            [sys.executable, "-m", "qa.cli.main", *arguments],
            capture_output=True,
            text=True,
            errors="surrogateescape",
            input=text,
            timeout=120,
            check=False,
            env={**os.environ, "XDG_DATA_HOME": str(tmp_path), **environment},
        )

    return start


def refused(result):
    """Return whether a command ended as an error that a user can mend: one line, status 2."""
    assert "Traceback" not in result.stderr
    lines = [line for line in result.stderr.splitlines() if not line.startswith(("Usage", "Try"))]
    assert len([line for line in lines if line.strip()]) == 1, result.stderr
    return result.returncode == 2


@pytest.mark.parametrize("arguments", [["-c", "import qa"], ["-m", "qa.cli.main", "--help"]])
def test_what_is_cheap_stays_cheap(arguments):
    heavy = {"torch", "transformers", "gradio", "faiss", "onnxruntime", "sentence_transformers"}
    out = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments], capture_output=True, text=True, check=True
    )
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in out.stderr.splitlines()}
    assert "qa" in imported or "click" in imported
    assert not imported & heavy


def test_asking_never_imports_torch(start):
    assert start("list").returncode == 0
    asked = start("ask", "when was the Singapore summit", PYTHONPROFILEIMPORTTIME="1")
    assert asked.returncode == 0
    assert "seeds/" in asked.stdout or "Top North Korean" in asked.stdout
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in asked.stderr.splitlines()}
    assert "onnxruntime" in imported
    assert not imported & {"torch", "transformers", "gradio", "sentence_transformers", "scipy"}


def test_ask_json(run):
    answer = json.loads(run("ask", "--json", "when was the Singapore summit").stdout)
    assert answer["question"] == "when was the Singapore summit"
    assert answer["citations"][0]["quote"] == answer["text"]


def test_top_k_bounds_what_is_read(run):
    answer = json.loads(run("ask", "--json", "--top-k", "1", "Who is Kim Yong-chol?").stdout)
    passages = {(c["article_id"], c["passage_start"]) for c in answer["citations"]}
    assert len(passages) <= 1


def test_the_reader_is_chosen_by_option_or_by_environment(run, tmp_path):
    question = "when was the Singapore summit"
    small = json.loads(run("ask", "--json", "--reader", "small", question).stdout)
    assert json.loads(run("ask", "--json", question, QA_READER="small").stdout) == small
    assert json.loads(run("ask", "--json", "--reader", "base", question).stdout) != small
    assert run("chat", text=question, QA_READER="small").stdout.startswith(small["text"])
    wrong = run("ask", "--reader", str(tmp_path / "nothing"), question)
    assert refused(wrong)
    assert "small, base and cascade" in wrong.stderr


def test_chat_is_a_conversation(run):
    talked = run("chat", text="who is Kim Yong-chol\n\n")
    assert talked.returncode == 0
    assert "[1]" in talked.stdout


def test_add_list_ask_remove(run, tmp_path):
    (tmp_path / "zoo.txt").write_text("Zoo news\n\nThe zoo's new elephant is called Bertha.")
    where = ["--collection", str(tmp_path / "zoo")]
    assert "1 added" in run("add", str(tmp_path / "zoo.txt"), *where).stdout
    assert "1 unchanged" in run("add", str(tmp_path / "zoo.txt"), *where).stdout
    listed = json.loads(run("list", "--json", *where).stdout)
    assert listed["title"] == "Zoo news"
    assert run("ask", "What is the elephant called?", *where).stdout.startswith("Bertha")
    assert run("remove", listed["id"], *where).returncode == 0
    assert run("list", *where).stdout == ""
    assert refused(run("remove", listed["id"], *where))


def test_bad_files_are_named_and_the_rest_goes_in(run, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_text("The elephant is called Bertha.")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "binary.txt").write_bytes(bytes(range(256)))
    (folder / "latin.txt").write_bytes("caf\xe9 ".encode("latin-1") * 10)
    (folder / "huge.txt").write_bytes(b"x" * 50_000_000)
    (folder / "lines.jsonl").write_text('{"text": "One good line."}\n{"text": \n{"title": "no"}\n')
    added = run("add", str(folder), "--collection", str(tmp_path / "c"))
    assert added.returncode == 2
    assert "3 added" in added.stdout
    assert "latin.txt: not UTF-8; read as Windows-1252" in added.stdout
    assert "Traceback" not in added.stderr
    for name in (
        "empty.txt",
        "binary.txt",
        "latin.txt",
        "huge.txt",
        "lines.jsonl:2",
        "lines.jsonl:3",
    ):
        assert added.stderr.count(name) == 1, name


def test_a_question_to_one_article(run, tmp_path):
    where = ["--collection", str(tmp_path / "zoo")]
    for name in ("Bertha", "Clara"):
        (tmp_path / f"{name}.txt").write_text(f"Zoo news\n\nThe elephant is called {name}.")
        run("add", str(tmp_path / f"{name}.txt"), *where)
    listed = [json.loads(line) for line in run("list", "--json", *where).stdout.splitlines()]
    ids = {article["source"].rsplit("/", 1)[-1]: article["id"] for article in listed}
    question = "What is the elephant called?"
    for name in ("Bertha", "Clara"):
        only = ["--article", ids[f"{name}.txt"]]
        answer = json.loads(run("ask", "--json", question, *only, *where).stdout)
        assert answer["text"] == name
        assert {citation["article_id"] for citation in answer["citations"]} == {only[1]}
        assert name in run("chat", *only, *where, text=f"{question}\n").stdout
    both = [option for article_id in ids.values() for option in ("--article", article_id)]
    assert json.loads(run("ask", "--json", question, *both, *where).stdout)["text"]
    for command in (["ask", question], ["chat"]):
        mistyped = run(*command, *both, "--article", "nobody", *where)
        assert refused(mistyped)
        assert "nobody" in mistyped.stderr
        assert ids["Clara.txt"] not in mistyped.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "\udcff"],
        ["ask", "x", "--source", "\udcff"],
        ["chat", "--article", "\udcff"],
        ["remove", "\udcff"],
    ],
)
def test_what_is_not_utf_8_is_refused(run, arguments):
    assert refused(run(*arguments))


def test_bytes_that_are_not_utf_8_are_refused(start):
    assert refused(start("ask", b"caf\xe9"))


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_conversation_that_is_not_utf_8_is_refused(start, home, errors):
    # The second is how Python reads standard input where the locale is C.UTF-8.
    talked = start("chat", text="Who is caf\udce9?\n", PYTHONIOENCODING=f"utf-8:{errors}")
    assert refused(talked)
    assert "not text in UTF-8" in talked.stderr


@pytest.mark.parametrize("question", ["", "  ", "word " * 10_000])
def test_questions_that_are_none(run, question):
    assert refused(run("ask", question))


def test_collections_that_are_none(run, tmp_path):
    something = tmp_path / "something"
    something.mkdir()
    (something / "thesis.doc").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for path in (something, tmp_path / "file", tmp_path / "missing"):
        assert refused(run("ask", "Who?", "--collection", str(path)))
    assert refused(run("add", str(tmp_path / "file"), "--collection", str(something)))
    assert [path.name for path in something.iterdir()] == ["thesis.doc"]


def test_a_database_of_something_else_is_left_alone(run, tmp_path):
    import sqlite3

    folder = tmp_path / "other"
    folder.mkdir()
    with sqlite3.connect(folder / "articles.sqlite") as connection:
        connection.execute("CREATE TABLE mine (x)")
    before = (folder / "articles.sqlite").read_bytes()
    assert refused(run("ask", "Who?", "--collection", str(folder)))
    assert (folder / "articles.sqlite").read_bytes() == before


def test_wrong_usage_is_status_2(run):
    assert run("ask").returncode == 2
    assert run("ask", "Who?", "--since", "yesterday").returncode == 2
    assert run("nonsense").returncode == 2
